"""Call us: anybody's browser becomes a phone for one visit. Public, so it is counted."""

from fastapi import APIRouter, Request

from agent_console.access import InContext
from agent_console.answers import CallUsAnswer, Line
from agent_console.context import Context
from config.errors import Kind, Refused
from crm_core import queues
from routing.core.model import Medium

router = APIRouter(tags=["call us"])


@router.post("/callus")
async def call_us(request: Request, within: InContext) -> CallUsAnswer:
    """A guest's phone and the lines it may call; 404 `callus.no_lines` unless `[http] call_us` is set."""
    if not within.settings.http.call_us:
        raise Refused("callus.no_lines", Kind.MISSING)
    wait_s = within.guests.wait_s(request.client.host if request.client else "", within.clock.monotonic())
    if wait_s > 0:
        raise Refused("callus.too_many", Kind.TOO_MANY, retry_after_s=int(wait_s) + 1)
    lines = await _lines(within)
    if not lines:
        raise Refused("callus.no_lines", Kind.MISSING)
    phone = await within.phones.guest()
    domain = phone.uri.rpartition("@")[2]
    return CallUsAnswer(
        uri=phone.uri,
        user=phone.user,
        password=phone.password,
        ws_url=phone.ws_url,
        target=f"sip:{lines[0]['number']}@{domain}",
        lines=lines,
    )


async def _lines(within: Context) -> list[Line]:
    """One line for each queue: its public number, which is one with a country code where it has one."""
    known, entries = await within.store.read(lambda c: (queues.list_queues(c), queues.entries(c)))
    numbers: dict[str, str] = {}
    for entry in entries:
        if entry.medium == Medium.VOICE and not numbers.get(entry.queue_id, "").startswith("+"):
            numbers[entry.queue_id] = entry.address
    return [
        Line(queue=queue.name, language=queue.language, number=numbers[queue.id])
        for queue in known
        if queue.id in numbers
    ]
