"""What visitors sent: each once, with its answers in the form's order; and how much was caught."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from config.errors import Kind, Refused
from crm_core.access.reader import SYSTEM
from crm_core.audit import Origin
from crm_core.inquiries.answers import Answer
from crm_core.paging import columns
from crm_core.records import known, rows
from crm_core.records.change import Acting
from crm_core.tables import inquiry_form, inserting, letter, submission, submission_caught
from crm_core.tables.base import metadata

DAY_S = 86_400.0
MOST_RECEIPTS = 3
"""To one address in a day, whatever is sent in its name."""
_S, _C, _L, _F = submission.c, submission_caught.c, letter.c, inquiry_form.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """`answers`: as `answers.written` makes them. `unmapped`: fields of the case that would not take an answer."""

    id: str
    form_id: str
    form: str
    version: int
    letter_id: str
    case_id: str | None
    interaction_id: str | None
    party_id: str | None
    digest: str
    at: float
    language: str
    via: str
    answers: Sequence[Mapping[str, Any]]
    address: str
    page: str
    peer: str
    points: int
    needs: Sequence[Mapping[str, Any]]
    suspected: str | None
    unmapped: Sequence[str]
    receipted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of a form since a moment: how many came, how many of them are suspected, and what was dropped, by reason."""

    received: int
    suspected: int
    caught: Mapping[str, int]


def by_key(conn: Connection, key_sha256: str) -> Submission | None:
    return next(iter(_all(conn, _S.key_sha256 == key_sha256)), None)


def one(conn: Connection, submission_id: str) -> Submission | None:
    return next(iter(_all(conn, _S.id == submission_id)), None)


def of_interaction(conn: Connection, interaction_id: str, case_id: str | None) -> list[Submission]:
    """Those that came in it, else in its case; the oldest first."""
    mine = _all(conn, _L.interaction_id == interaction_id)
    return mine or (_all(conn, _L.case_id == case_id) if case_id else [])


def add(conn: Connection, **values: Any) -> None:
    conn.execute(insert(submission).values(**values))


def may_receipt(conn: Connection, address: str, now: float) -> bool:
    """Whether another receipt may go to this address."""
    query = select(func.count()).where(_S.address == address, _S.receipted, _S.at > now - DAY_S)
    return conn.execute(query).scalar_one() < MOST_RECEIPTS


def receipted(conn: Connection, submission_id: str) -> None:
    conn.execute(update(submission).where(_S.id == submission_id).values(receipted=True))


def caught(conn: Connection, form_id: str, reason: str, now: float) -> None:
    """Count one that was dropped."""
    day = int(now // DAY_S)
    row = inserting(conn, submission_caught).values(form_id=form_id, day=day, reason=reason, count=1)
    conn.execute(
        row.on_conflict_do_update(
            index_elements=["form_id", "day", "reason"], set_={"count": _C["count"] + 1}
        )
    )


def figures(conn: Connection, since: float) -> dict[str, Figures]:
    """By form."""
    counted = select(_S.form_id, func.count().label("all"), func.count(_S.suspected).label("marked"))
    received = {row.form_id: row for row in conn.execute(counted.where(_S.at >= since).group_by(_S.form_id))}
    dropped: dict[str, dict[str, int]] = {}
    query = select(_C.form_id, _C.reason, func.sum(_C["count"]).label("times"))
    for row in conn.execute(query.where(_C.day >= int(since // DAY_S)).group_by(_C.form_id, _C.reason)):
        dropped.setdefault(row.form_id, {})[row.reason] = int(row.times)
    return {
        form_id: Figures(
            received=received[form_id].all if form_id in received else 0,
            suspected=received[form_id].marked if form_id in received else 0,
            caught=dropped.get(form_id, {}),
        )
        for form_id in received.keys() | dropped.keys()
    }


def set_in_case(
    conn: Connection, answers: Sequence[Answer], case_id: str, origin: Origin, now: float
) -> list[str]:
    """Put answers into the case's own fields; those that would not take theirs, by name. What was sent is never lost for it."""
    acting = Acting(reader=SYSTEM, origin=origin, now=now)
    unmapped = []
    for each in answers:
        entity, _, name = each.asked.maps_to.partition(".")
        if entity != "case" or each.value is None:
            continue
        try:
            with conn.begin_nested():
                rows.patch(conn, acting, known.entity("case"), case_id, {name: each.value})
        except Refused:
            unmapped.append(each.asked.name)  # shown to the agent, who has the answer before them
    return unmapped


def record_consents(conn: Connection, of: Submission, party_id: str, origin: Origin, now: float) -> None:
    """What the visitor agreed to, with its evidence, as the customer's; each once, also where an agent says twice who it was."""
    row = metadata.tables["consent"].c
    for each in of.answers:
        reference = f"submission:{of.id}:{each['name']}"
        if each["kind"] != "consent" or each["value"] is not True:
            continue
        there = select(row.id).where(row.party_id == party_id, row.evidence_ref == reference)
        if conn.execute(there).first() is not None:
            continue
        text = each.get("text", "")
        evidence = (
            f"form {of.form}, version {of.version}; text {each.get('text_version', '')}, shown in {of.language}:\n{text}\n"
            f"sent from {of.peer or '-'} by {of.via} {of.page}".rstrip()
        )
        values = {
            "party_id": party_id,
            "channel": "any",
            "purpose": each.get("purpose", ""),
            "state": "given",
            "basis": "consent",
            "evidence": evidence[:5000],
            "evidence_ref": reference,
            "at": of.at,
        }
        try:
            with conn.begin_nested():
                rows.create(
                    conn, Acting(reader=SYSTEM, origin=origin, now=now), known.entity("consent"), values
                )
        except Refused as refusal:
            if refusal.kind is not Kind.INVALID:
                raise
            # the purpose was retired meanwhile: the words stand in the letter


def settle_consents(conn: Connection, interaction_id: str, party_id: str, origin: Origin, now: float) -> None:
    """An agent has said who the visitor is."""
    for each in _all(conn, _L.interaction_id == interaction_id):
        if each.suspected is None:
            record_consents(conn, each, party_id, origin, now)


def _all(conn: Connection, condition: Any) -> list[Submission]:
    names = [name for name in Submission.__dataclass_fields__ if name in submission.c]
    query = (
        select(
            *(submission.c[name] for name in names),
            _F.name.label("form"),
            _L.case_id,
            _L.interaction_id,
            _L.party_id,
        )
        .join(letter, _L.id == _S.letter_id)
        .join(inquiry_form, _F.id == _S.form_id)
        .where(condition)
        .order_by(_S.at, _S.id)
    )
    return [Submission(**columns(row)) for row in conn.execute(query)]
