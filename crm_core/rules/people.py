"""Whom a step means: targets become users of today."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from crm_core.casework import hierarchy
from crm_core.rules.model import Target
from crm_core.tables import case_watcher


def of(conn: Connection, targets: Iterable[Target], row: Mapping[str, Any], case_id: str | None) -> list[str]:
    """The users, each once, in the order of the targets."""
    found: list[str] = []
    for each in targets:
        found += _of(conn, each, row, case_id)
    return list(dict.fromkeys(found))


def first(
    conn: Connection, targets: Iterable[Target], row: Mapping[str, Any], case_id: str | None
) -> str | None:
    """The first of them: whoever is to do something."""
    return next(iter(of(conn, targets, row, case_id)), None)


def _of(conn: Connection, each: Target, row: Mapping[str, Any], case_id: str | None) -> list[str]:
    found: list[str | None]
    match each.kind:
        case "owner":
            found = [row.get("owner_id")]
        case "watchers":
            watcher = case_watcher.c
            query = select(watcher.user_id).where(watcher.case_id == case_id).order_by(watcher.since)
            found = [*conn.execute(query).scalars()]
        case "head":
            found = [hierarchy.head_above(conn, row.get("team_id"), 0)]
        case "escalation":
            level = max(int(row.get("escalation_level") or 1), 1)
            head = hierarchy.head_above(conn, row.get("team_id"), level - 1)
            # where no department has a head, whoever supervises must know
            found = [head] if head else [*hierarchy.of_role(conn, "supervisor")]
        case "role":
            found = [*hierarchy.of_role(conn, each.who)]
        case _:
            found = [each.who]
    return [user for user in found if user]
