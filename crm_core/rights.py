"""Who may read what: one rule, as conditions of SQL, for single rows and for search alike.

Supervisors read all. An agent reads the work they hold or held, and the history of the customers they hold work of.
Customers themselves are everybody's: who it is must be found before work can begin.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, CompoundSelect, Connection, or_, select, true, union

from crm_core.tables import interaction, search_document, segment, support_case

_I, _S, _C, _D = interaction.c, segment.c, support_case.c, search_document.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who reads. `interactions` are those they hold now; `parties` whose work that is or may be; `cases` those
    that it is about."""

    user_id: str
    everything: bool
    interactions: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


def may_read_interaction(conn: Connection, reader: Reader, interaction_id: str) -> bool:
    """Whether it is theirs to read; False for an unknown one."""
    query = select(_I.id).where(_I.id == interaction_id, readable_interaction(reader))
    return conn.execute(query).first() is not None


def may_read_case(conn: Connection, reader: Reader, case_id: str) -> bool:
    """The same for a case: theirs when its customer or one of its interactions is."""
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
        _I.id.in_(_worked_on(reader)),
    )


def readable_case(reader: Reader) -> ColumnElement[bool]:
    """On `support_case`."""
    if reader.everything:
        return true()
    theirs = select(_I.case_id).where(_I.id.in_(_worked_on(reader)), _I.case_id.is_not(None))
    return or_(_C.id.in_(reader.cases), _C.party_id.in_(reader.parties), _C.id.in_(theirs))


def readable_document(reader: Reader) -> ColumnElement[bool]:
    """On `search_document`: as its case or else its interaction."""
    if reader.everything:
        return true()
    return or_(
        _D.kind == "party",
        _D.case_id.in_(select(_C.id).where(readable_case(reader))),
        _D.interaction_id.in_(select(_I.id).where(readable_interaction(reader))),
    )


def _worked_on(reader: Reader) -> CompoundSelect[tuple[str]]:
    return union(
        select(_I.id).where(_I.agent_id == reader.user_id),
        select(_S.interaction_id).where(_S.agent_id == reader.user_id),
    )
