"""Keeping data no longer than the rules say: what is due is found on a reader and treated in units so small that calls never wait for
the broom; oldest first, never against a hold."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, delete, exists, or_, select

from crm_core.attachments import kept as attachments
from crm_core.casework.lifecycle import DONE
from crm_core.chat import kept as chats
from crm_core.entities.erasure import ERASURE
from crm_core.faxes import kept as faxes
from crm_core.flows import visits
from crm_core.guard import calls
from crm_core.privacy.erase import blank_carried, blank_speaking
from crm_core.privacy.links import OF_CASE, OF_INTERACTION, OF_LETTER
from crm_core.recordings import kept
from crm_core.records import rows
from crm_core.records.change import system
from crm_core.search import index
from crm_core.tables import (
    attachment,
    attachment_text,
    audit_detail,
    audit_event,
    chat_line,
    fax,
    flow_visit,
    interaction,
    letter,
    letter_part,
    letter_raw,
    letter_sending,
    message_media,
    message_out,
    outbox,
    party,
    party_redirect,
    recording,
    support_case,
)
from crm_core.tables.base import metadata

AT_ONCE = 50
"""Rows of one unit."""
DAY_S = 86_400.0
_I, _C, _L, _P, _D = interaction.c, support_case.c, letter.c, party.c, audit_detail.c
_R, _F = recording.c, fax.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Some rows to be treated in one unit: what they are, their ids, and the moment before which the rule takes them."""

    what: str
    ids: tuple[Any, ...]
    before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How one kind of row is found, and treated. `query` selects its `id`, given the moment."""

    rule: str | None
    """None: each row knows its own moment."""
    id: "Column[Any]"
    query: Callable[[float], Select[Any]]
    treat: Callable[[Connection, Sequence[Any], float], None]
    at_once: int = AT_ONCE


def due(conn: Connection, now: float, *, without: Collection[Any] = ()) -> list[Due]:
    """What active rules take, a unit of each kind, the oldest first, but for the ids in `without`. Empty: all is as the rules say."""
    rule = metadata.tables["retention_rule"].c
    query = select(rule.what, rule.after_days).where(rule.active.is_(True), rule.deleted_at.is_(None))
    days = {row.what: row.after_days for row in conn.execute(query)}
    found = []
    for what, kind in _KINDS.items():
        if kind.rule is not None and kind.rule not in days:
            continue
        before = now if kind.rule is None else now - days[kind.rule] * DAY_S
        listed = conn.execute(kind.query(before).limit(kind.at_once + len(without))).scalars()
        ids = tuple([each for each in listed if each not in without][: kind.at_once])
        if ids:
            found.append(Due(what=what, ids=ids, before=before))
    return found


def carry_out(conn: Connection, some: Due, now: float) -> int:
    """Treat them, in the caller's unit; how many. What is due no more, since a hold came between, is left alone."""
    kind = _KINDS[some.what]
    still = kind.query(some.before).where(kind.id.in_(some.ids))
    ids = list(conn.execute(still).scalars())
    if ids:
        kind.treat(conn, ids, now)
    return len(ids)


def _calls(before: float) -> Select[Any]:
    keyed = exists().where(flow_visit.c.interaction_id == _I.id, flow_visit.c.path.is_not(None))
    chatted = exists().where(chat_line.c.interaction_id == _I.id, chat_line.c.text != "")
    told = or_(_I.customer_address != "", _I.customer_name != "", _I.note != "", keyed, chatted)
    return (
        select(_I.id).where(_I.closed_at < before, told).where(_not_held(_I.party_id)).order_by(_I.closed_at)
    )


def _forget_calls(conn: Connection, ids: Sequence[str], _: float) -> None:
    blank_carried(conn, {OF_INTERACTION: ids}, {})
    kept.forget(conn, ids)
    faxes.forget(conn, interaction_ids=ids)
    visits.forget(conn, ids)
    calls.forget(conn, ids)
    chats.forget(conn, ids)
    index.forget_many(conn, "note", ids)


def _recordings(before: float) -> Select[Any]:
    return (
        select(_R.id)
        .where(_R.keep_until < before, _R.state != kept.ERASED)
        .join(interaction, _I.id == _R.interaction_id)
        .where(_not_held(_I.party_id))
        .order_by(_R.keep_until)
    )


def _forget_recordings(conn: Connection, ids: Sequence[str], _: float) -> None:
    kept.forget_these(conn, ids)


def _letters(before: float) -> Select[Any]:
    waiting = exists().where(outbox.c.letter_id == _L.id, outbox.c.state == "queued")
    going = exists().where(message_out.c.letter_id == _L.id, message_out.c.state.in_(("queued", "sending")))
    return (
        select(_L.id)
        .where(_L.received_at < before, or_(_L.from_address != "", _L.text != "", _L.subject != ""))
        .where(_not_held(_L.party_id), ~waiting, ~going)
        .order_by(_L.received_at)
    )


def _forget_letters(conn: Connection, ids: Sequence[str], _: float) -> None:
    attachments.forget_of_letters(conn, ids)
    for table in (
        letter_raw,
        letter_part,
        attachment,
        attachment_text,
        outbox,
        letter_sending,
        message_out,
        message_media,
    ):
        conn.execute(delete(table).where(table.c.letter_id.in_(ids)))
    blank_carried(conn, {OF_LETTER: ids}, {})
    index.forget_many(conn, "letter", ids)


def _faxes(before: float) -> Select[Any]:
    """Those that went out, and those in which no page came; one that came as work goes with its contact."""
    going = _F.state.in_((faxes.WAITING, faxes.SENDING))
    return (
        select(_F.id)
        .outerjoin(support_case, _C.id == _F.case_id)
        .where(_F.at < before, ~_F.erased, ~going, _not_held(_C.party_id))
        .where(or_(_F.direction == "out", _F.interaction_id.is_(None)))
        .order_by(_F.at)
    )


def _forget_faxes(conn: Connection, ids: Sequence[str], _: float) -> None:
    faxes.forget(conn, names=ids)


def _cases(before: float) -> Select[Any]:
    return (
        select(_C.id)
        .where(_C.status.in_(DONE), _C.updated_at < before, _C.subject != "", _not_held(_C.party_id))
        .order_by(_C.updated_at)
    )


def _forget_cases(conn: Connection, ids: Sequence[str], _: float) -> None:
    blank_carried(conn, {OF_CASE: ids}, {})
    blank_speaking(conn, {OF_CASE: ids})
    faxes.forget(conn, case_ids=ids)
    index.refresh_many(conn, "case", ids)


def _parties(before: float) -> Select[Any]:
    """Customers without contact. One that was merged into another goes with that one, and not before."""
    heard = exists().where(_I.party_id == _P.id, _I.enqueued_at >= before)
    worked = exists().where(_C.party_id == _P.id, _C.updated_at >= before)
    former = party_redirect.c
    merged = exists().where(former.from_id == _P.id)
    held_before = exists().where(former.to_id == _P.id, ~_not_held(former.from_id))
    return (
        select(_P.id)
        .where(_P.updated_at < before, ~heard, ~worked, ~merged, _not_held(_P.id), ~held_before)
        .order_by(_P.updated_at)
    )


def _erase_parties(conn: Connection, ids: Sequence[str], now: float) -> None:
    for party_id in ids:
        rows.create(conn, system(now), ERASURE, {"party_id": party_id, "reason": "retention"})


def _audit(before: float) -> Select[Any]:
    event = audit_event.c
    return (
        select(_D.seq)
        .join(audit_event, event.seq == _D.seq)
        .where(event.at < before)
        .order_by(event.at, _D.seq)
    )


def _forget_audit(conn: Connection, seqs: Sequence[int], _: float) -> None:
    conn.execute(delete(audit_detail).where(_D.seq.in_(seqs)))


def _not_held(party_id: ColumnElement[str | None]) -> ColumnElement[bool]:
    hold = metadata.tables["legal_hold"].c
    live = exists().where(hold.party_id == party_id, hold.released_at.is_(None), hold.deleted_at.is_(None))
    return ~live


_KINDS: dict[str, _Kind] = {
    "calls": _Kind(rule="contacts", id=_I.id, query=_calls, treat=_forget_calls),
    "recordings": _Kind(rule=None, id=_R.id, query=_recordings, treat=_forget_recordings),
    "letters": _Kind(rule="contacts", id=_L.id, query=_letters, treat=_forget_letters),
    "faxes": _Kind(rule="contacts", id=_F.id, query=_faxes, treat=_forget_faxes),
    "cases": _Kind(rule="cases", id=_C.id, query=_cases, treat=_forget_cases),
    # an erasure touches every table there is: one of them is a unit
    "parties": _Kind(rule="parties", id=_P.id, query=_parties, treat=_erase_parties, at_once=1),
    "audit": _Kind(rule="audit", id=_D.seq, query=_audit, treat=_forget_audit, at_once=AT_ONCE * 10),
}
