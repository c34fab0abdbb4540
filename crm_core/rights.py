"""Who may read what: one rule, as conditions of SQL, for single rows and for search alike.

Supervisors read all. An agent reads the work they hold or held, and the history of the customers they hold work of.
Customers themselves are everybody's: who it is must be found before work can begin.
"""

from sqlalchemy import ColumnElement, CompoundSelect, Connection, exists, func, or_, select, true, union

from crm_core.access.reader import Reader
from crm_core.tables import case_watcher, interaction, search_document, segment, support_case

__all__ = [
    "Reader",
    "has_little",
    "may_read_case",
    "may_read_interaction",
    "readable_case",
    "readable_document",
    "readable_interaction",
]
LITTLE = 5_000
"""Stays with an agent below which all that is theirs is listed before a search."""
_I, _S, _C, _D, _W = interaction.c, segment.c, support_case.c, search_document.c, case_watcher.c


def may_read_interaction(conn: Connection, reader: Reader, interaction_id: str) -> bool:
    """Whether it is theirs to read; False for an unknown one."""
    query = select(_I.id).where(_I.id == interaction_id, readable_interaction(reader))
    return conn.execute(query).first() is not None


def may_read_case(conn: Connection, reader: Reader, case_id: str) -> bool:
    """The same for a case: theirs when they own or watch it, and when its customer or one of its interactions is."""
    query = select(_C.id).where(_C.id == case_id, readable_case(reader))
    return conn.execute(query).first() is not None


def readable_interaction(reader: Reader) -> ColumnElement[bool]:
    """On `interaction`."""
    if reader.everything:
        return true()
    return or_(
        _I.id.in_(reader.interactions),
        _I.party_id.in_(reader.parties),
        _I.case_id.in_(reader.cases),
        _worked_on(reader),
    )


def readable_case(reader: Reader) -> ColumnElement[bool]:
    """On `support_case`."""
    if reader.everything:
        return true()
    theirs = exists().where(_I.case_id == _C.id, _worked_on(reader))
    watched = exists().where(_W.case_id == _C.id, _W.user_id == reader.user_id)
    return or_(
        _C.id.in_(reader.cases),
        _C.party_id.in_(reader.parties),
        _C.owner_id == reader.user_id,
        watched,
        theirs,
    )


def readable_document(reader: Reader, *, listed: bool) -> ColumnElement[bool]:
    """On `search_document`, for an agent: as its case or else its interaction; a party is everybody's.

    The same rule in two spellings that cost differently: by looking at each document's row, or (`listed`) by listing first
    all that is theirs, which pays when that is little and the documents are many (see `has_little`)."""
    of_case: ColumnElement[bool]
    of_interaction: ColumnElement[bool]
    if listed:
        of_case = _D.case_id.in_(_their_cases(reader))
        of_interaction = _D.interaction_id.in_(_their_interactions(reader))
    else:
        of_case = exists().where(_C.id == _D.case_id, readable_case(reader))
        of_interaction = exists().where(_I.id == _D.interaction_id, readable_interaction(reader))
    return or_(_D.kind == "party", of_case, of_interaction)


def has_little(conn: Connection, reader: Reader) -> bool:
    """Whether they have worked on so little that listing it is quick."""
    few = select(_S.id).where(_S.agent_id == reader.user_id).limit(LITTLE).subquery()
    return conn.execute(select(func.count()).select_from(few)).scalar_one() < LITTLE


def _worked_on(reader: Reader) -> ColumnElement[bool]:
    offered = exists().where(_S.interaction_id == _I.id, _S.agent_id == reader.user_id)
    return or_(_I.agent_id == reader.user_id, offered)


def _work(reader: Reader) -> CompoundSelect[tuple[str]]:
    return union(
        select(_I.id).where(_I.agent_id == reader.user_id),
        select(_S.interaction_id).where(_S.agent_id == reader.user_id),
    )


def _their_interactions(reader: Reader) -> CompoundSelect[tuple[str]]:
    # a union, not an OR: each part has an index
    return union(
        *_work(reader).selects,
        select(_I.id).where(_I.id.in_(reader.interactions)),
        select(_I.id).where(_I.party_id.in_(reader.parties)),
        select(_I.id).where(_I.case_id.in_(reader.cases)),
    )


def _their_cases(reader: Reader) -> CompoundSelect[tuple[str]]:
    return union(
        select(_C.id).where(_C.id.in_(reader.cases)),
        select(_C.id).where(_C.party_id.in_(reader.parties)),
        select(_C.id).where(_C.owner_id == reader.user_id),
        select(_W.case_id).where(_W.user_id == reader.user_id),
        select(_I.case_id).where(_I.id.in_(_work(reader)), _I.case_id.is_not(None)),
    )
