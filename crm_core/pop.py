"""The screen pop: all that an agent sees of a customer before the answer, in one read.

Ten parties at most with three cases and five contacts each: queries by index whose number has a bound, so the time
does not grow with the number of customers or with a customer's history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, Select, bindparam, select

from config.errors import Kind, Refused
from crm_core import cases, remembered
from crm_core.access.reader import SYSTEM, Reader
from crm_core.cases import Case
from crm_core.contracts import intake
from crm_core.contracts.allowance import Allowance
from crm_core.customer_brief import CustomerBrief, briefs
from crm_core.customers import relations, scripts
from crm_core.customers.scripts import Script
from crm_core.flows import visits
from crm_core.flows.visits import Visit
from crm_core.interactions import Interaction, interaction
from crm_core.paging import columns
from crm_core.parties import Party, parties
from crm_core.prepared import Prepared
from crm_core.remembered import Verdict
from crm_core.rights import may_read_case, readable_interaction
from crm_core.several import Several
from crm_core.tables import interaction as interaction_table
from crm_core.tables import interaction_match, queue, user_account

MOST_PARTIES = 10
MOST_CASES = 3
MOST_CONTACTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PastContact:
    """An earlier interaction as a history shows it: with names, not ids. `at` is when the customer came."""

    id: str
    medium: str
    queue: str | None
    at: float
    agent: str | None
    disposition: str | None
    outcome: str | None
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PopParty:
    """A customer it may be. `strength`: see `crm_core.recognition`; "chosen" when an agent said so. `superior`: whom they report to on
    that day; `script`: what is said to them."""

    party: Party
    strength: str
    cases: tuple[Case, ...]
    interactions: tuple[PastContact, ...]
    brief: CustomerBrief
    verdict: Verdict | None
    superior: str | None
    script: Script | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop:
    """`match`: pending, none, one, many. `contract`: the one that the interaction counts for, with what was left when it came. `visit`: how they
    came through an entry flow, with the flow's name."""

    interaction: Interaction
    match: str
    parties: tuple[PopParty, ...]
    case: Case | None
    contract: Allowance | None
    visit: tuple[Visit, str] | None = None


def pop(conn: Connection, interaction_id: str) -> Pop:
    """Gather it; `Refused` (interaction.unknown) when there is no such interaction."""
    found = interaction(conn, interaction_id)
    if found is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)
    strengths = _strengths(conn, found)
    said = remembered.of_number(conn, found.medium, found.customer_address) if strengths else {}
    return Pop(
        interaction=found,
        match=found.match,
        parties=_cards(conn, strengths, said, found),
        case=None if found.case_id is None else cases.case(conn, found.case_id),
        contract=intake.of_interaction(conn, interaction_id),
        visit=visits.of_interaction(conn, interaction_id) if found.medium == "voice" else None,
    )


def card(conn: Connection, party_id: str, now: float, reader: Reader = SYSTEM) -> PopParty:
    """The same of one customer without an interaction: before dialling out, with the cases and contacts that are theirs to read.
    `Refused` (party.unknown)."""
    for found in _gathered(conn, {party_id: "chosen"}, {}, _Asked(at=now, queue=None, without="")):
        return found if reader.everything or party_id in reader.parties else _theirs(conn, found, reader)
    raise Refused("party.unknown", Kind.MISSING, id=party_id)


def _theirs(conn: Connection, found: PopParty, reader: Reader) -> PopParty:
    """Of somebody whose work they do not hold."""
    party_id, last = found.party.id, found.brief.last_inquiry
    readable = last is not None and may_read_case(conn, reader, last.case_id)
    about = replace(
        found.brief,
        open_cases=cases.count_open(conn, party_id, reader),
        last_inquiry=last if readable else None,
    )
    return replace(
        found,
        cases=tuple(cases.for_party(conn, party_id, MOST_CASES, reader)),
        interactions=tuple(past_contacts(conn, party_id, MOST_CONTACTS, reader=reader)),
        brief=about,
    )


def concerned(conn: Connection, interaction_ids: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The customers whom the pops of these interactions show, and their cases, without gathering the pops: rights ask with every
    request."""
    row, may_be = interaction_table.c, interaction_match.c
    known = conn.execute(select(row.id, row.party_id, row.case_id).where(row.id.in_(interaction_ids))).all()
    open_ones = [each.id for each in known if each.party_id is None]
    shown: dict[str, list[str]] = {}
    if open_ones:
        query = select(may_be.interaction_id, may_be.party_id).where(may_be.interaction_id.in_(open_ones))
        for match in conn.execute(query.order_by(may_be.interaction_id, may_be.position)):
            shown.setdefault(match.interaction_id, []).append(match.party_id)
    parties_shown = {each.party_id for each in known if each.party_id is not None}
    parties_shown.update(party_id for found in shown.values() for party_id in found[:MOST_PARTIES])
    cases_shown = {each.case_id for each in known if each.case_id is not None}
    return tuple(sorted(parties_shown)), tuple(sorted(cases_shown))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """When, in which queue, and the interaction that is no history yet."""

    at: float
    queue: str | None
    without: str


def _cards(
    conn: Connection, strengths: Mapping[str, str], said: Mapping[str, Verdict], found: Interaction
) -> tuple[PopParty, ...]:
    asked = _Asked(at=found.enqueued_at, queue=found.queue_id, without=found.id)
    return _gathered(conn, strengths, said, asked)


def _gathered(
    conn: Connection, strengths: Mapping[str, str], said: Mapping[str, Verdict], asked: _Asked
) -> tuple[PopParty, ...]:
    known = parties(conn, strengths)
    if not known:
        return ()  # most strangers: five statements that could find nothing
    theirs = cases.last_of(conn, list(known), MOST_CASES)
    contacts = _last_contacts(conn, list(known), MOST_CONTACTS, without=asked.without)
    above = relations.superiors(conn, list(known), asked.at)
    about = briefs(conn, list(known), asked.at, without=asked.without)
    spoken = scripts.in_use(conn)
    return tuple(
        PopParty(
            party=known[party_id],
            strength=strength,
            cases=tuple(theirs.get(party_id, ())),
            interactions=tuple(contacts.get(party_id, ())),
            brief=about[party_id],
            verdict=said.get(party_id),
            superior=above[party_id][1] if party_id in above else None,
            script=scripts.best(spoken, known[party_id], asked.queue),
        )
        for party_id, strength in strengths.items()
        if party_id in known
    )


def past_contacts(
    conn: Connection, party_id: str, limit: int, *, reader: Reader = SYSTEM
) -> list[PastContact]:
    """A customer's interactions that somebody may read, with the names that a history shows, the latest first."""
    query = _last_of(bindparam("of_party")).where(readable_interaction(reader))
    rows = conn.execute(query, {"of_party": party_id, "at_most": limit, "without": ""})
    found = [columns(row) for row in rows]
    return [PastContact(**{name: each[name] for name in PastContact.__dataclass_fields__}) for each in found]


def _last_contacts(
    conn: Connection, party_ids: Sequence[str], limit: int, *, without: str
) -> dict[str, list[PastContact]]:
    """The same of several customers, in one statement; those without any are not among them."""
    found: dict[str, list[PastContact]] = {}
    if party_ids:
        for row in _LAST.run(conn, party_ids, at_most=limit, without=without):
            values = columns(row)
            found.setdefault(values.pop("party_id"), []).append(PastContact(**values))
    for theirs in found.values():
        theirs.sort(key=lambda contact: (contact.at, contact.id), reverse=True)
    return found


def _last_of(party_id: BindParameter[str]) -> Select[Any]:
    row = interaction_table.c
    return (
        select(
            row.party_id,
            row.id,
            row.medium,
            queue.c.name.label("queue"),
            row.enqueued_at.label("at"),
            user_account.c.name.label("agent"),
            row.disposition,
            row.outcome,
            row.subject,
        )
        .outerjoin(queue, queue.c.id == row.queue_id)
        .outerjoin(user_account, user_account.c.id == row.agent_id)
        .where(row.party_id == party_id, row.id != bindparam("without"))
        .order_by(row.enqueued_at.desc(), row.id.desc())
        .limit(bindparam("at_most", type_=Integer))
    )


_LAST = Several(_last_of)
_MATCHES = Prepared(
    select(interaction_match.c.party_id, interaction_match.c.strength)
    .where(interaction_match.c.interaction_id == bindparam("of_interaction"))
    .order_by(interaction_match.c.position)
    .limit(MOST_PARTIES)
)


def _strengths(conn: Connection, found: Interaction) -> dict[str, str]:
    """The parties to show, in order, with their strength: the one it is, else all it may be."""
    rows = _MATCHES.run(conn, {"of_interaction": found.id})
    matched = {row.party_id: row.strength for row in rows}
    if found.party_id is None:
        return matched
    return {found.party_id: matched.get(found.party_id, "chosen")}
