"""Watchers and links of cases."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, or_, select

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.casework import activity
from crm_core.paging import columns
from crm_core.records import known
from crm_core.records.values import is_address
from crm_core.tables import case_link, case_watcher, inserting, support_case, user_account

KINDS = ("related", "duplicate_of", "caused_by", "split_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """`email`: where they want mail as well."""

    user_id: str
    name: str
    email: str | None
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another case as this one sees it. `outward`: the kind reads from this case to the other (`caused_by` it), else back."""

    id: str
    kind: str
    outward: bool
    case_id: str
    number: str
    subject: str
    status: str


def of_case(conn: Connection, case_id: str) -> list[Watcher]:
    row = case_watcher.c
    query = (
        select(row.user_id, user_account.c.name, row.email, row.since)
        .join(user_account, user_account.c.id == row.user_id)
        .where(row.case_id == case_id)
        .order_by(row.since, row.user_id)
    )
    return [Watcher(**columns(each)) for each in conn.execute(query)]


def watch(conn: Connection, case_id: str, user_id: str, email: str | None, now: float) -> None:
    """Begin to watch, or change where mail goes."""
    if email is not None and not is_address(email):
        raise Refused("field.email", Kind.INVALID, pointer="/email")
    unwatch(conn, case_id, user_id)
    conn.execute(insert(case_watcher).values(case_id=case_id, user_id=user_id, email=email, since=now))


def unwatch(conn: Connection, case_id: str, user_id: str) -> None:
    row = case_watcher.c
    conn.execute(delete(case_watcher).where(row.case_id == case_id, row.user_id == user_id))


def link(  # noqa: PLR0917 - the parts of a link
    conn: Connection, case_id: str, other_id: str, kind: str, now: float, actor_id: str | None
) -> None:
    """Say how two cases belong together; saying it twice is saying it once."""
    if kind not in KINDS:
        raise Refused("case.link_kind", Kind.INVALID, pointer="/kind", given=kind[:40])
    if case_id == other_id:
        raise Refused("case.link_self", Kind.INVALID, pointer="/other")
    numbers = _numbers(conn, case_id, other_id)
    made = inserting(conn, case_link).values(
        id=new_id(), case_id=case_id, other_id=other_id, kind=kind, at=now, by_id=actor_id
    )
    if conn.execute(made.on_conflict_do_nothing()).rowcount:
        activity.record(conn, case_id, now, "linked", actor_id, to=numbers[other_id], how=kind)
        activity.record(conn, other_id, now, "linked_from", actor_id, to=numbers[case_id], how=kind)


def unlink(conn: Connection, case_id: str, link_id: str, now: float, actor_id: str | None) -> None:
    row = case_link.c
    found = conn.execute(
        select(case_link).where(row.id == link_id, or_(row.case_id == case_id, row.other_id == case_id))
    ).one_or_none()
    if found is None:
        raise Refused("case.link_unknown", Kind.MISSING, id=link_id[:100])
    conn.execute(delete(case_link).where(row.id == link_id))
    numbers = _numbers(conn, found.case_id, found.other_id)
    activity.record(
        conn, found.case_id, now, "unlinked", actor_id, to=numbers[found.other_id], how=found.kind
    )
    activity.record(
        conn, found.other_id, now, "unlinked", actor_id, to=numbers[found.case_id], how=found.kind
    )


def links(conn: Connection, reader: Reader, case_id: str) -> list[Link]:
    """In both directions; only to cases that this person may read."""
    row, other = case_link.c, support_case.c
    theirs = readable(known.entity("case"), reader)
    outward = (
        select(row.id, row.kind, other.id.label("case_id"), other.number, other.subject, other.status)
        .join(support_case, other.id == row.other_id)
        .where(row.case_id == case_id, theirs)
    )
    inward = (
        select(row.id, row.kind, other.id.label("case_id"), other.number, other.subject, other.status)
        .join(support_case, other.id == row.case_id)
        .where(row.other_id == case_id, theirs)
    )
    found = [Link(outward=True, **columns(each)) for each in conn.execute(outward.order_by(row.at))]
    found += [Link(outward=False, **columns(each)) for each in conn.execute(inward.order_by(row.at))]
    return found


def parts(conn: Connection, reader: Reader, case_id: str) -> list[Link]:
    """The cases that are part of this one, and the one that it is part of; only those that this person may read."""
    row = support_case.c
    parent = conn.execute(select(row.parent_id).where(row.id == case_id)).scalar_one_or_none()
    query = select(row.id, row.number, row.subject, row.status).where(
        or_(row.parent_id == case_id, row.id == parent), readable(known.entity("case"), reader)
    )
    return [
        Link(
            id=each.id,
            kind="part_of",
            outward=each.id == parent,
            case_id=each.id,
            number=each.number,
            subject=each.subject,
            status=each.status,
        )
        for each in conn.execute(query.order_by(row.number))
    ]


def _numbers(conn: Connection, *ids: str) -> Mapping[str, str]:
    row = support_case.c
    found = {each.id: each.number for each in conn.execute(select(row.id, row.number).where(row.id.in_(ids)))}
    for case_id in ids:
        if case_id not in found:
            raise Refused("case.unknown", Kind.MISSING, id=case_id[:100])
    return found
