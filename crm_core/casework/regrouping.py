"""Cases merged and split, each with an undo that puts back exactly what was moved, byte for byte.

What moves is written down as it was and as it was left. An undo restores the columns that were changed, in the rows that nobody has
changed since: what happened later stays where it happened.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, func, insert, or_, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import case_events, cases
from crm_core.attachments import kept as attachments
from crm_core.casework import activity, approvals, exchange, images, moving, watching
from crm_core.casework.images import Image
from crm_core.casework.lifecycle import DONE
from crm_core.casework.moving import row_of
from crm_core.paging import columns
from crm_core.records import known
from crm_core.records.shape import named_columns
from crm_core.records.tables import table_of
from crm_core.rules import events
from crm_core.search import index
from crm_core.sla.clock import Happened
from crm_core.tables import (
    case_event,
    case_link,
    case_regrouping,
    case_watcher,
    interaction,
    letter,
    support_case,
)

MERGE, SPLIT = "merge", "split"
_HIGHEST = 25
_WROTE = Happened.CUSTOMER_WROTE.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouping:
    """`case_id` is the survivor, or the case that was split; `other_id` the one that was merged away, or the new one."""

    id: str
    kind: str
    case_id: str
    other_id: str
    at: float
    by_id: str | None
    undone_at: float | None


def merge(conn: Connection, merged_id: str, into_id: str, now: float, actor_id: str | None) -> Regrouping:
    """All of one case goes on in another one; its number and its reply address lead there. `Refused` for itself, for a case that was
    merged before, and for one of another customer."""
    if merged_id == into_id:
        raise Refused("case.merge_self", Kind.INVALID, pointer="/into")
    merged, survivor = row_of(conn, merged_id), row_of(conn, into_id)
    _must_fit(merged, survivor)
    image = images.empty()
    images.carry(conn, image, merged_id, into_id, _everything(merged_id))
    _parts(conn, image, merged, into_id)
    _watchers(conn, image, merged_id, into_id, now)
    _owe(conn, image, merged, into_id, now)
    _leave(conn, image, merged, merged_into_id=into_id, now=now, actor_id=actor_id)
    made = _record(conn, MERGE, into_id, merged_id, now, actor_id, image)
    activity.record(conn, into_id, now, "merged", actor_id, number=merged.number, regrouping=made.id)
    activity.record(conn, merged_id, now, "merged_into", actor_id, number=survivor.number, regrouping=made.id)
    _refresh(conn, image, (merged_id, into_id))
    return made


def split(
    conn: Connection,
    case_id: str,
    *,
    subject: str,
    letters: Sequence[str],
    interactions: Sequence[str],
    type_id: str | None,
    now: float,
    actor_id: str | None,
) -> Regrouping:
    """Chosen letters and interactions go on in a case of their own, which was asked for when they came. `Refused` when nothing was chosen,
    and for what is not of this case."""
    origin = row_of(conn, case_id)
    if origin.merged_into_id is not None:
        raise Refused("case.merged", number=origin.number)
    if not letters and not interactions:
        raise Refused("case.split_nothing", Kind.INVALID, pointer="/letters")
    _must_be_of(conn, letter, letters, case_id, "/letters")
    _must_be_of(conn, interaction, interactions, case_id, "/interactions")
    told = exchange.steps(conn, letters, interactions)
    asked_at = exchange.asked_at(told)
    opened = cases.open_case(
        conn,
        subject=subject,
        party_id=origin.party_id,
        queue_id=origin.queue_id,
        now=now,
        asked_at=asked_at,
        type_id=type_id or origin.type_id,
        channel=origin.channel,
        team_id=origin.team_id,
    )
    exchange.record(conn, opened.id, told, now if asked_at is None else asked_at)
    conn.execute(update(support_case).where(support_case.c.id == opened.id).values(owner_id=origin.owner_id))
    events.changed(conn, "case", opened.id, now, {"owner_id": None}, {"owner_id": origin.owner_id})
    image = images.empty()
    chosen = [
        (letter, letter.c.id.in_(list(letters))),
        (interaction, interaction.c.id.in_(list(interactions))),
    ]
    images.carry(conn, image, case_id, opened.id, chosen)
    watching.link(conn, opened.id, case_id, "split_from", now, actor_id)
    made = _record(conn, SPLIT, case_id, opened.id, now, actor_id, image)
    activity.record(conn, case_id, now, "split", actor_id, number=opened.number, regrouping=made.id)
    activity.record(conn, opened.id, now, "split_off", actor_id, number=origin.number, regrouping=made.id)
    _refresh(conn, image, (case_id, opened.id))
    return made


def undo(conn: Connection, regrouping_id: str, now: float, actor_id: str | None) -> Regrouping:
    """Put back what was moved. The new case of a split is merged away: its number leads back. `Refused` when it was undone already, and
    while a later one has taken on what it moved."""
    found = conn.execute(select(case_regrouping).where(case_regrouping.c.id == regrouping_id)).one_or_none()
    if found is None:
        raise Refused("case.regrouping_unknown", Kind.MISSING, id=regrouping_id[:100])
    if found.undone_at is not None:
        raise Refused("case.regrouping_undone")
    if any(True for _ in _later(conn, found)):
        raise Refused("case.regrouping_later")
    both = (found.case_id, found.other_id)
    before = {case_id: dict(named_columns(row_of(conn, case_id))) for case_id in both}
    _put_back(conn, found)
    if found.kind == SPLIT:
        new = row_of(conn, found.other_id)
        _leave(conn, images.empty(), new, merged_into_id=found.case_id, now=now, actor_id=actor_id)
    row = case_regrouping.c
    conn.execute(
        update(case_regrouping).where(row.id == regrouping_id).values(undone_at=now, undone_by=actor_id)
    )
    _look_again(conn, both, now)
    for case_id in both:
        activity.record(conn, case_id, now, f"{found.kind}_undone", actor_id, regrouping=regrouping_id)
        events.changed(conn, "case", case_id, now, before[case_id], named_columns(row_of(conn, case_id)))
    _refresh(conn, found.image, both)
    return _read(conn, regrouping_id)


def of_case(conn: Connection, case_id: str) -> list[Regrouping]:
    """Those that it took part in and that can be undone, the latest first."""
    row = case_regrouping.c
    query = select(*_COLUMNS).where(
        (row.case_id == case_id) | (row.other_id == case_id), row.undone_at.is_(None)
    )
    return [
        Regrouping(**columns(each)) for each in conn.execute(query.order_by(row.at.desc(), row.id.desc()))
    ]


_COLUMNS = [case_regrouping.c[name] for name in Regrouping.__dataclass_fields__]


def of_id(conn: Connection, regrouping_id: str) -> Regrouping:
    """`Refused` for an unknown one."""
    return _read(conn, regrouping_id)


def _must_fit(merged: Row[Any], survivor: Row[Any]) -> None:
    for each in (merged, survivor):
        if each.merged_into_id is not None:
            raise Refused("case.merged", pointer="/into", number=each.number)
        if each.deleted_at is not None:
            raise Refused("case.unknown", Kind.MISSING, id=each.id)
    if merged.party_id and survivor.party_id and merged.party_id != survivor.party_id:
        # one customer would be answered in another one's letters
        raise Refused("case.merge_other_party", pointer="/into", number=survivor.number)


def _everything(case_id: str) -> list[tuple[Table, Any]]:
    task = table_of(known.entity("task"))
    return [
        (letter, letter.c.case_id == case_id),
        (interaction, interaction.c.case_id == case_id),
        (case_link, case_link.c.case_id == case_id),
        (case_link, case_link.c.other_id == case_id),
        (task, and_(task.c.about_entity == "case", task.c.about_id == case_id)),
    ]


def _parts(conn: Connection, image: Image, merged: Row[Any], into_id: str) -> None:
    """Its parts are parts of the other one. Where that one stands below it, the part that leads there takes its place in the tree."""
    row = support_case.c
    above = {into_id, *_above(conn, into_id)}
    for part in conn.execute(select(support_case).where(row.parent_id == merged.id)).all():
        parent = merged.parent_id if part.id in above else into_id
        conn.execute(update(support_case).where(row.id == part.id).values(parent_id=parent))
        before = dict(named_columns(part))
        images.keep(image, support_case, part.id, before, before | {"parent_id": parent})


def _above(conn: Connection, case_id: str) -> Iterator[str]:
    """The cases that this one is part of, upwards."""
    row = support_case.c
    for _ in range(_HIGHEST):
        found = conn.execute(select(row.parent_id).where(row.id == case_id)).scalar_one_or_none()
        if found is None:
            return
        yield found
        case_id = found


def _watchers(conn: Connection, image: Image, start: str, end: str, now: float) -> None:
    """Who watched the one watches the other as well."""
    there = {each.user_id for each in watching.of_case(conn, end)}
    for each in watching.of_case(conn, start):
        if each.user_id not in there:
            conn.execute(
                insert(case_watcher).values(case_id=end, user_id=each.user_id, email=each.email, since=now)
            )
            image["made"].append({"table": "case_watcher", "case_id": end, "user_id": each.user_id})


def _owe(conn: Connection, image: Image, merged: Row[Any], into_id: str, now: float) -> None:
    """The customer still waits, since they wrote, for the answer that the merged case owed; a case that was done goes on. Nobody wrote
    just now, so nobody is told that."""
    since = merged.waiting_since
    if since is None or merged.status in DONE:
        return
    survivor = row_of(conn, into_id)
    if survivor.waiting_since is not None and survivor.waiting_since <= since:
        return
    before, seq = dict(named_columns(survivor)), _last_event(conn, into_id)
    if survivor.status in DONE:
        moving.by_customer(conn, into_id, now)
    # what was answered there before was another question: this one begins after it
    at = max(since, _settled_at(conn, into_id))
    case_events.record(conn, into_id, Happened.CUSTOMER_WROTE, at, told=False)
    conn.execute(update(support_case).where(support_case.c.id == into_id).values(waiting_since=since))
    row = case_event.c
    made = select(row.seq, row.kind).where(row.case_id == into_id, row.seq > seq)
    image["made"] += [
        {"table": "case_event", "seq": each.seq, "kind": each.kind} for each in conn.execute(made)
    ]
    images.keep(image, support_case, into_id, before, named_columns(row_of(conn, into_id)))


def _last_event(conn: Connection, case_id: str) -> int:
    query = select(func.max(case_event.c.seq)).where(case_event.c.case_id == case_id)
    return int(conn.execute(query).scalar_one_or_none() or 0)


def _settled_at(conn: Connection, case_id: str) -> float:
    """Until when nobody waited in it: its opening, its last answer or solving."""
    row = case_event.c
    kinds = [Happened.OPENED.value, Happened.AGENT_ANSWERED.value, Happened.SOLVED.value]
    query = select(func.max(row.at)).where(row.case_id == case_id, row.kind.in_(kinds))
    return float(conn.execute(query).scalar_one_or_none() or 0.0)


def _leave(
    conn: Connection,
    image: Image,
    row: Row[Any],
    *,
    merged_into_id: str,
    now: float,
    actor_id: str | None,
) -> None:
    """It lives on elsewhere: nothing is promised for it here any more, and nobody has anything to decide."""
    values = {
        "merged_into_id": merged_into_id,
        "status": "closed",
        "sla_look_at": None,
        "waiting_since": None,
        "updated_at": now,
        "row_version": row.row_version + 1,
    }
    approvals.withdraw(conn, row.id, now, actor_id)
    conn.execute(update(support_case).where(support_case.c.id == row.id).values(**values))
    before = dict(named_columns(row))
    images.keep(image, support_case, row.id, before, before | values)
    events.changed(conn, "case", row.id, now, before, before | values)


def _later(conn: Connection, found: Row[Any]) -> Iterator[str]:
    """Those that came after it, still hold, and have taken on what it moved, or merged one of its cases away."""
    row = case_regrouping.c
    both = [found.case_id, found.other_id]
    query = select(case_regrouping).where(
        or_(row.case_id.in_(both), row.other_id.in_(both)), row.undone_at.is_(None), row.id > found.id
    )
    mine = images.moved(found.image)
    for each in conn.execute(query):
        merged_away = each.kind == MERGE and each.other_id in both
        if merged_away or mine & images.moved(each.image):
            yield each.id


def _put_back(conn: Connection, found: Row[Any]) -> None:
    kept = [
        each["id"]
        for each in reversed(found.image.get("rows", ()))
        if not images.restore(conn, each) and each["table"] == support_case.name
    ]
    for each in found.image.get("made", ()):
        # a case that went on since goes on: its own opening again is part of that
        own = each["table"] == "case_event" and each.get("kind", _WROTE) != _WROTE
        if not (own and found.case_id in kept):
            images.unmake(conn, each)


def _look_again(conn: Connection, case_ids: Sequence[str], now: float) -> None:
    """Promises ran on while they were elsewhere."""
    row = support_case.c
    live = (row.id.in_(list(case_ids)), row.merged_into_id.is_(None))
    conn.execute(update(support_case).where(*live).values(sla_look_at=now))


def _must_be_of(conn: Connection, table: Table, ids: Sequence[str], case_id: str, pointer: str) -> None:
    query = select(table.c.id).where(table.c.id.in_(list(ids)), table.c.case_id == case_id)
    astray = set(ids) - set(conn.execute(query).scalars())
    if astray:
        raise Refused("case.split_other", Kind.INVALID, pointer=pointer, id=min(astray)[:100])


def _record(  # noqa: PLR0917 - a row's columns
    conn: Connection,
    kind: str,
    case_id: str,
    other_id: str,
    now: float,
    actor_id: str | None,
    image: Mapping[str, Any],
) -> Regrouping:
    made = Regrouping(
        id=new_id(), kind=kind, case_id=case_id, other_id=other_id, at=now, by_id=actor_id, undone_at=None
    )
    values = {name: getattr(made, name) for name in Regrouping.__dataclass_fields__}
    conn.execute(insert(case_regrouping).values(**values, image=image))
    return made


def _read(conn: Connection, regrouping_id: str) -> Regrouping:
    row = conn.execute(select(*_COLUMNS).where(case_regrouping.c.id == regrouping_id)).one_or_none()
    if row is None:
        raise Refused("case.regrouping_unknown", Kind.MISSING, id=regrouping_id[:100])
    return Regrouping(**columns(row))


def _refresh(conn: Connection, image: Mapping[str, Any], case_ids: Sequence[str]) -> None:
    """Search knows by which case a letter may be read."""
    for each in image.get("rows", ()):
        if each["table"] == "letter":
            index.refresh(conn, "letter", each["id"])
            attachments.refresh_of_letters(conn, [each["id"]])
    for case_id in case_ids:
        index.refresh(conn, "case", case_id)
