"""Closing a queue for an emergency: at once, by those who watch the board, without the rights to configure it."""

from fastapi import APIRouter

from agent_console.access import AsSupervisor, InContext
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from crm_core import audit, queues
from crm_core.store import Connection

router = APIRouter(tags=["board"])


class Closing(Body):
    """Whether the queue is closed for an emergency."""

    closed: bool


@router.put("/queues/{queue}/closing", status_code=204)
async def close(queue: str, given: Closing, user: AsSupervisor, within: InContext, at: AtDesk) -> None:
    """Close it whatever its hours, for those who wait too, or open it again. Its overflow rules say who takes over; without any, callers are told
    that it is closed."""
    now = within.clock.now()
    entry = audit.Entry(
        at=now,
        origin=at.origin,
        action="closed" if given.closed else "opened",
        entity="queue",
        object_id=queue,
        detail={},
    )

    def unit(conn: Connection) -> None:
        queues.close(conn, queue, closed=given.closed, now=now)
        audit.record(conn, entry)

    await within.store.write(unit)
    within.bus.publish("config", queue)
