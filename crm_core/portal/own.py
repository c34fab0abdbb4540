"""A customer's own cases, contracts, consents, and all of it to take along. Every question names the party."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from crm_core import cases, interactions, letters
from crm_core.access.reader import SYSTEM
from crm_core.cases import Case
from crm_core.letter_types import AttachmentContent, Letter
from crm_core.portal import profile
from crm_core.portal.links import Customer
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting
from crm_core.records.describe import describe
from crm_core.records.lists import Asked
from crm_core.records.values import shown
from crm_core.tables import article_vote, contact_point, support_case
from crm_core.tables.base import metadata

MOST = 200
PURPOSES = "consent_purpose"
_C, _P = support_case.c, contact_point.c


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase:
    """A case with the letters that went to and fro: notes, tasks, letters to others and whatever else is inside stays inside."""

    case: Case
    thread: tuple[Letter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A purpose for which data may be used or not, as they decided last; None: never asked."""

    purpose: str
    labels: Mapping[str, str]
    state: str | None
    at: float | None


def own_cases(conn: Connection, party_id: str) -> list[Case]:
    return cases.for_party(conn, party_id, MOST)


def own_case(conn: Connection, party_id: str, case_id: str) -> OwnCase | None:
    """None for every case that is not theirs, whether there is one or not."""
    query = select(_C.id).where(_C.id == case_id, _C.party_id == party_id, _C.deleted_at.is_(None))
    if conn.execute(query).first() is None:
        return None
    found = cases.case(conn, case_id)
    if found is None:
        return None
    return OwnCase(case=found, thread=_to_and_fro(conn, party_id, letters.thread(conn, case_id)))


def _to_and_fro(conn: Connection, party_id: str, thread: Sequence[Letter]) -> tuple[Letter, ...]:
    """The letters between them and us: what they wrote, and what went to an address of theirs or to one that they wrote from. What we
    wrote about the case to a supplier or a lawyer, and what those answered, is none of it."""
    query = select(_P.normal).where(_P.party_id == party_id, _P.kind == "email", _P.deleted_at.is_(None))
    theirs = set(conn.execute(query).scalars())
    theirs |= {each.from_address.lower() for each in thread if _wrote(each, party_id)}
    return tuple(
        each
        for each in thread
        if _wrote(each, party_id) or theirs & {address.lower() for address in _other_side(each)}
    )


def _wrote(letter: Letter, party_id: str) -> bool:
    return letter.direction == "in" and letter.party_id == party_id


def _other_side(letter: Letter) -> tuple[str, ...]:
    return (letter.from_address,) if letter.direction == "in" else (*letter.to, *letter.cc)


def own_file(conn: Connection, party_id: str, case_id: str, file_id: str) -> AttachmentContent | None:
    """A file of a letter of an own case."""
    theirs = own_case(conn, party_id, case_id)
    if theirs is None or file_id not in {each.id for letter in theirs.thread for each in letter.attachments}:
        return None
    found = letters.attachment(conn, file_id)
    return None if found is None or found.danger else found


def contracts(conn: Connection, party_id: str, now: float) -> list[Mapping[str, Any]]:
    """Their service contracts, where the centre has such records."""
    return _records(conn, "service_contract", party_id, now)


def choices(conn: Connection, party_id: str, now: float) -> list[Choice]:
    """Every purpose of the code list, with what they said last."""
    if known.named("consent") is None:
        return []
    code: Any = metadata.tables["code_value"].c
    purposes = conn.execute(
        select(code.code, code.label_en, code.label_zh_tw, code.label_zh_cn)
        .where(code.list == PURPOSES, code.retired_at.is_(None), code.deleted_at.is_(None))
        .order_by(code.position, code.code)
    )
    said = {row["purpose"]: row for row in reversed(_records(conn, "consent", party_id, now, sort="-at"))}
    return [
        Choice(
            purpose=each.code,
            labels={
                "en": each.label_en,
                "zh-TW": each.label_zh_tw or each.label_en,
                "zh-CN": each.label_zh_cn or each.label_en,
            },
            state=said[each.code]["state"] if each.code in said else None,
            at=said[each.code]["at"] if each.code in said else None,
        )
        for each in purposes
    ]


def choose(conn: Connection, acting: Acting, customer: Customer, purpose: str, *, given: bool) -> None:
    """Give or withdraw consent; the evidence is who said so, when, from where."""
    origin = acting.origin
    evidence = f"portal; signed in by a link to {customer.address}; from {origin.address}; request {origin.request_id}"
    values = {
        "party_id": customer.party_id,
        "channel": "any",
        "purpose": purpose,
        "state": "given" if given else "withdrawn",
        "basis": "consent",
        "evidence": evidence,
    }
    rows.create(conn, acting, known.entity("consent"), values)


def everything(conn: Connection, customer: Customer, now: float) -> dict[str, Any]:
    """All that we keep of them and may show them, as JSON."""
    own = profile.read(conn, customer.party_id)
    party_cases = [own_case(conn, customer.party_id, each.id) for each in own_cases(conn, customer.party_id)]
    votes = select(article_vote).where(article_vote.c.voter == f"party:{customer.party_id}")
    return {
        "generated_at": now,
        "profile": {field.name: shown(field, own.values.get(field.name)) for field in own.shown},
        "contact_points": [
            {"kind": each.kind, "value": each.raw, "label": each.label} for each in own.points
        ],
        "cases": [_case(each) for each in party_cases if each is not None],
        "contacts": [
            {"at": each.enqueued_at, "medium": each.medium, "direction": each.direction, "address": each.customer_address, "subject": each.subject}
            for each in interactions.for_party(conn, customer.party_id, 10_000)
        ],
        "contracts": [dict(each) for each in contracts(conn, customer.party_id, now)],
        "consents": [dict(each) for each in _records(conn, "consent", customer.party_id, now)],
        "votes": [
            {"article": row.article_id, "helpful": row.helpful, "at": row.at} for row in conn.execute(votes)
        ],
    }  # fmt: skip


def _case(own: OwnCase) -> dict[str, Any]:
    return {
        "number": own.case.number,
        "subject": own.case.subject,
        "status": own.case.status,
        "created_at": own.case.created_at,
        "updated_at": own.case.updated_at,
        "letters": [
            {
                "direction": each.direction,
                "at": each.received_at,
                "from": each.from_address,
                "to": list(each.to),
                "subject": each.subject,
                "text": each.text,
                "files": [{"name": file.name, "size": file.size} for file in each.attachments],
            }
            for each in own.thread
        ],
    }


def _records(
    conn: Connection, name: str, party_id: str, now: float, sort: str = ""
) -> list[Mapping[str, Any]]:
    """Rows of an entity that name the party, as its declaration shows them; nothing where there is no such entity."""
    entity = known.named(name)
    if entity is None:
        return []
    asked = Asked(filter={"field": "party_id", "is": "eq", "value": party_id}, sort=sort, limit=MOST)
    fields = {each.field.name: each.field for each in describe(conn, SYSTEM, [entity])[0].fields}
    internal = {"owner_id", "team_id", "territory", "by_id", "party_id"}
    return [
        {"id": row.id}
        | {n: shown(fields[n], v) for n, v in row.values.items() if n in fields and n not in internal}
        for row in lists.listed(conn, SYSTEM, entity, asked, now=now).items
    ]
