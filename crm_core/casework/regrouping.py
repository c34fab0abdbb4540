"""Cases merged and split, each with an undo that puts back exactly what was moved, byte for byte.

What moves is written down as it was and as it was left. An undo restores the columns that were changed, in the rows that nobody has
changed since: what happened later stays where it happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, delete, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import case_events, cases
from crm_core.casework import activity, watching
from crm_core.casework.moving import row_of
from crm_core.paging import columns
from crm_core.records import known
from crm_core.records.shape import named_columns
from crm_core.records.tables import table_of
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
    """All of one case goes on in another one; its number and its reply address lead there. `Refused` for itself, and for a case that was
    merged before."""
    if merged_id == into_id:
        raise Refused("case.merge_self", Kind.INVALID, pointer="/into")
    merged, survivor = row_of(conn, merged_id), row_of(conn, into_id)
    for each in (merged, survivor):
        if each.merged_into_id is not None:
            raise Refused("case.merged", pointer="/into", number=each.number)
        if each.deleted_at is not None:
            raise Refused("case.unknown", Kind.MISSING, id=each.id)
    image: dict[str, Any] = {"rows": [], "made": []}
    _carry(conn, image, merged_id, into_id, _everything(merged_id))
    _watchers(conn, image, merged_id, into_id, now)
    waited = merged.waiting_since is not None and merged.status in ("open", "pending")
    if waited and survivor.waiting_since is None and survivor.status in ("open", "pending"):
        # the customer still waits for the answer that the merged case owed
        before = named_columns(row_of(conn, into_id))
        case_events.record(conn, into_id, Happened.CUSTOMER_WROTE, now)
        seq = conn.execute(
            select(case_event.c.seq).where(case_event.c.case_id == into_id).order_by(case_event.c.seq.desc())
        ).scalars()
        image["made"].append({"table": "case_event", "seq": next(iter(seq))})
        _kept(image, support_case, into_id, before, named_columns(row_of(conn, into_id)))
    _leave(conn, image, merged, merged_into_id=into_id, status="closed", now=now)
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
    """Chosen letters and interactions go on in a case of their own. `Refused` when nothing was chosen, and for what is not of this case."""
    origin = row_of(conn, case_id)
    if origin.merged_into_id is not None:
        raise Refused("case.merged", number=origin.number)
    if not letters and not interactions:
        raise Refused("case.split_nothing", Kind.INVALID, pointer="/letters")
    _must_be_of(conn, letter, letters, case_id, "/letters")
    _must_be_of(conn, interaction, interactions, case_id, "/interactions")
    opened = cases.open_case(
        conn,
        subject=subject,
        party_id=origin.party_id,
        queue_id=origin.queue_id,
        now=now,
        type_id=type_id or origin.type_id,
        channel=origin.channel,
        team_id=origin.team_id,
    )
    conn.execute(update(support_case).where(support_case.c.id == opened.id).values(owner_id=origin.owner_id))
    image: dict[str, Any] = {"rows": [], "made": []}
    chosen = [
        (letter, letter.c.id.in_(list(letters))),
        (interaction, interaction.c.id.in_(list(interactions))),
    ]
    _carry(conn, image, case_id, opened.id, chosen)
    watching.link(conn, opened.id, case_id, "split_from", now, actor_id)
    made = _record(conn, SPLIT, case_id, opened.id, now, actor_id, image)
    activity.record(conn, case_id, now, "split", actor_id, number=opened.number, regrouping=made.id)
    activity.record(conn, opened.id, now, "split_off", actor_id, number=origin.number, regrouping=made.id)
    _refresh(conn, image, (case_id, opened.id))
    return made


def undo(conn: Connection, regrouping_id: str, now: float, actor_id: str | None) -> Regrouping:
    """Put back what was moved. The new case of a split is merged away: its number leads back. `Refused` when it was undone already."""
    found = conn.execute(select(case_regrouping).where(case_regrouping.c.id == regrouping_id)).one_or_none()
    if found is None:
        raise Refused("case.regrouping_unknown", Kind.MISSING, id=regrouping_id[:100])
    if found.undone_at is not None:
        raise Refused("case.regrouping_undone")
    if found.kind == MERGE and row_of(conn, found.other_id).merged_into_id != found.case_id:
        raise Refused("case.regrouping_undone")
    for each in reversed(found.image.get("rows", ())):
        _restore(conn, each)
    for each in found.image.get("made", ()):
        _unmake(conn, each)
    if found.kind == SPLIT:
        _leave(
            conn,
            {"rows": [], "made": []},
            row_of(conn, found.other_id),
            merged_into_id=found.case_id,
            status="closed",
            now=now,
        )
    row = case_regrouping.c
    conn.execute(
        update(case_regrouping).where(row.id == regrouping_id).values(undone_at=now, undone_by=actor_id)
    )
    for case_id in (found.case_id, found.other_id):
        activity.record(conn, case_id, now, f"{found.kind}_undone", actor_id, regrouping=regrouping_id)
    _refresh(conn, found.image, (found.case_id, found.other_id))
    return _read(conn, regrouping_id)


def of_case(conn: Connection, case_id: str) -> list[Regrouping]:
    """Those that it took part in and that can be undone, the latest first."""
    row = case_regrouping.c
    query = select(*_COLUMNS).where(
        (row.case_id == case_id) | (row.other_id == case_id), row.undone_at.is_(None)
    )
    return [Regrouping(**columns(each)) for each in conn.execute(query.order_by(row.at.desc()))]


_COLUMNS = [case_regrouping.c[name] for name in Regrouping.__dataclass_fields__]


def of_id(conn: Connection, regrouping_id: str) -> Regrouping:
    """`Refused` for an unknown one."""
    return _read(conn, regrouping_id)


def _everything(case_id: str) -> list[tuple[Table, Any]]:
    task = table_of(known.entity("task"))
    return [
        (letter, letter.c.case_id == case_id),
        (interaction, interaction.c.case_id == case_id),
        (case_link, case_link.c.case_id == case_id),
        (case_link, case_link.c.other_id == case_id),
        (support_case, support_case.c.parent_id == case_id),
        (task, and_(task.c.about_entity == "case", task.c.about_id == case_id)),
    ]


_COLUMN_OF = {"letter": "case_id", "interaction": "case_id", "support_case": "parent_id", "task": "about_id"}


def _carry(
    conn: Connection, image: dict[str, Any], start: str, end: str, chosen: Sequence[tuple[Table, Any]]
) -> None:
    """Point these rows to the other case; a link that would lead to itself, or is there already, goes."""
    for table, condition in chosen:
        for row in conn.execute(select(table).where(condition)).all():
            before = dict(named_columns(row))
            name = _COLUMN_OF.get(table.name) or ("case_id" if row.case_id == start else "other_id")
            after = before | {name: end}
            if table is case_link and _is_idle(conn, after):
                conn.execute(delete(table).where(table.c.id == row.id))
                image["rows"].append({"table": table.name, "id": row.id, "gone": before})
                continue
            conn.execute(update(table).where(table.c.id == row.id).values({name: end}))
            _kept(image, table, row.id, before, after)


def _is_idle(conn: Connection, link: Mapping[str, Any]) -> bool:
    if link["case_id"] == link["other_id"]:
        return True
    row = case_link.c
    same = select(row.id).where(
        row.case_id == link["case_id"], row.other_id == link["other_id"], row.kind == link["kind"]
    )
    return conn.execute(same).first() is not None


def _watchers(conn: Connection, image: dict[str, Any], start: str, end: str, now: float) -> None:
    """Who watched the one watches the other as well."""
    there = {each.user_id for each in watching.of_case(conn, end)}
    for each in watching.of_case(conn, start):
        if each.user_id not in there:
            conn.execute(
                insert(case_watcher).values(case_id=end, user_id=each.user_id, email=each.email, since=now)
            )
            image["made"].append({"table": "case_watcher", "case_id": end, "user_id": each.user_id})


def _leave(
    conn: Connection, image: dict[str, Any], row: Row[Any], *, merged_into_id: str, status: str, now: float
) -> None:
    """It lives on elsewhere: nothing is promised for it here any more."""
    values = {
        "merged_into_id": merged_into_id,
        "status": status,
        "sla_look_at": None,
        "waiting_since": None,
        "updated_at": now,
        "row_version": row.row_version + 1,
    }
    conn.execute(update(support_case).where(support_case.c.id == row.id).values(**values))
    before = dict(named_columns(row))
    _kept(image, support_case, row.id, before, before | values)


def _kept(
    image: dict[str, Any], table: Table, row_id: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    changed = [name for name in before if before[name] != after[name]]
    image["rows"].append(
        {
            "table": table.name,
            "id": row_id,
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }
    )


def _restore(conn: Connection, kept: Mapping[str, Any]) -> None:
    table = _table(kept["table"])
    if "gone" in kept:
        conn.execute(insert(table).values(**kept["gone"]))
        return
    row = conn.execute(select(table).where(table.c.id == kept["id"])).one_or_none()
    if row is None:
        return
    now = named_columns(row)
    moved = [name for name in kept["before"] if name not in _MARKS]
    # a row that went on to somewhere else meanwhile stays there
    if any(now[name] != kept["after"][name] for name in moved):
        return
    untouched = all(now[name] == kept["after"][name] for name in kept["after"])
    names = kept["before"] if untouched else moved
    conn.execute(
        update(table).where(table.c.id == kept["id"]).values({name: kept["before"][name] for name in names})
    )


_MARKS = ("updated_at", "row_version", "sla_look_at")
"""Columns that every change touches: put back only when nothing else happened since."""


def _unmake(conn: Connection, made: Mapping[str, Any]) -> None:
    table = _table(made["table"])
    same = [table.c[name] == value for name, value in made.items() if name != "table"]
    conn.execute(delete(table).where(*same))


def _table(name: str) -> Table:
    return support_case.metadata.tables[name]


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
    for case_id in case_ids:
        index.refresh(conn, "case", case_id)
