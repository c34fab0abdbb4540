"""Entry flows for the telephone's tests: made, published, and led through by a number."""

from typing import Any

from sqlalchemy import Connection, update

from crm_core import queues
from crm_core.flows import document, kept
from crm_core.flows import known as known_things
from crm_core.flows.known import Known
from crm_core.records.change import system
from crm_core.tables import entry

NOW = 1_790_000_000.0


def lead_through(conn: Connection, steps: dict[str, Any], *, start: str, number: str = "100") -> str:
    """Have a number's callers go through these steps; the flow's id."""
    flow = document.read({"start": start, "steps": steps})
    made = kept.create(conn, system(NOW), f"Flow of {number}", flow)
    known: Known = known_things.read(conn, lambda number: number.startswith("0"))
    kept.publish(conn, system(NOW), made.id, known, note="", version=None)
    conn.execute(update(entry).where(entry.c.address == number).values(flow_id=made.id))
    return made.id


def queue_named(conn: Connection, name: str) -> str:
    return next(each.id for each in queues.list_queues(conn) if each.name == name)
