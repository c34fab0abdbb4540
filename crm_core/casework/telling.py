"""Watchers (and a case's owner) are told what happens in it: on their screens at once, and by mail who asked for that."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, select

from config.errors import Refused
from crm_core import notifications
from crm_core.casework.post import Post
from crm_core.prepared import Prepared
from crm_core.rules.model import Trigger
from crm_core.tables import case_watcher, rule_event, support_case, user_account

WATCHED = frozenset({"moved", "note", "merged", "merged_into", "split", "approval_asked", "rejected"})
"""Of all that happens, what people who only watch want to know."""


def tell(  # noqa: PLR0917 - what is told, of what
    conn: Connection,
    case_id: str,
    at: float,
    kind: str,
    actor_id: str | None,
    data: Mapping[str, Any],
    *,
    owner_too: bool = False,
) -> None:
    """Everybody who watches but whoever did it."""
    watched = _WATCHED.run(conn, {"of_case": case_id}).all()
    case = watched[0]
    people = [each.user_id for each in watched if each.user_id is not None]
    if owner_too and case.owner_id:
        people.insert(0, case.owner_id)
    told = [each for each in people if each != actor_id]
    if not told:
        return
    more = {name: data[name] for name in ("to", "from") if isinstance(data.get(name), str)}
    notifications.tell(conn, told, at, f"case.{kind}", "case", case_id, number=case.number, **more)
    mail_later(conn, case_id, at, actor_id, kind, data)


def mail_later(  # noqa: PLR0917 - what is told, of what
    conn: Connection,
    case_id: str,
    at: float,
    actor_id: str | None,
    kind: str,
    data: Mapping[str, Any],
) -> None:
    """Have those who want mail written to soon; whoever did it is not told of it."""
    if any(each.email and each.user_id != actor_id for each in _watchers(conn, case_id)):
        text = str(data.get("text") or data.get("note") or "")
        told = {"kind": kind, "actor": actor_id, "text": text}
        conn.execute(
            insert(rule_event).values(
                entity="case",
                record_id=case_id,
                trigger=Trigger.TOLD_WATCHERS,
                at=at,
                depth=0,
                data=told,
            )
        )


def write(conn: Connection, event: Row[Any], post: Post | None, now: float) -> None:
    """The mail itself. One address that cannot be written to keeps none from the others."""
    if post is None:
        return
    for each in _watchers(conn, event.record_id):
        if not each.email or each.user_id == event.data["actor"]:
            continue
        try:
            with conn.begin_nested():
                post.to_watcher(
                    conn,
                    case_id=event.record_id,
                    address=each.email,
                    code=event.data["kind"],
                    text=event.data["text"],
                    key=f"watch/{event.seq}/{each.user_id}",
                    now=now,
                )
        except Refused as refusal:
            notifications.tell(
                conn, [each.user_id], now, "case.mail_failed", "case", event.record_id, why=refusal.code
            )


def _watched() -> Select[Any]:
    """A case with each of its watchers who still work here."""
    row, person = case_watcher.c, user_account.c
    working = case_watcher.join(user_account, and_(person.id == row.user_id, person.active))
    case = support_case.c
    return (
        select(case.number, case.owner_id, row.user_id)
        .select_from(support_case.outerjoin(working, row.case_id == case.id))
        .where(case.id == bindparam("of_case"))
        .order_by(row.since, row.user_id)
    )


_WATCHED = Prepared(_watched())


def _watchers(conn: Connection, case_id: str) -> list[Any]:
    """Those who still work here: the address of whoever left may be somebody else's by now."""
    row, person = case_watcher.c, user_account.c
    query = (
        select(row.user_id, row.email)
        .join(user_account, person.id == row.user_id)
        .where(row.case_id == case_id, person.active)
        .order_by(row.since, row.user_id)
    )
    return [*conn.execute(query)]
