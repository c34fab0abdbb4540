"""Where gateways of text messages tell us what came and what became of ours. Proved by their signature, and by nothing else."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from agent_console.access import InContext
from agent_console.context import Context
from channels.sms.gateway_peer import HOOKS
from channels.sms.hooks import Receiver
from channels.sms.providers.model import Hook
from channels.sms.receiving import Desk
from channels.written.intake import Intake

router = APIRouter(include_in_schema=False)


@router.post(f"{HOOKS}/{{gateway}}")
async def take_text_message(gateway: str, request: Request, within: InContext) -> Response:
    """Answered once all of it is durable; otherwise the gateway says it again."""
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    reply = await receiver(within).take(gateway, Hook(url=_seen(request, within), headers=headers, body=body))
    return Response(reply.body, media_type=reply.content_type, headers=dict(reply.headers))


def receiver(within: Context) -> Receiver:
    """What takes them, of what this server is made of."""
    return Receiver(
        desk=Desk(settings=within.settings.sms, centre=within.centre_name),
        store=within.store,
        intake=Intake(within.store, within.floor, within.bus, within.clock),
        bus=within.bus,
        clock=within.clock,
        seal=within.seal,
    )


def _seen(request: Request, within: Context) -> str:
    """The address as the gateway wrote it, which signatures are about: a proxy in front of us may have changed it."""
    origin = within.settings.http.public_origin.rstrip("/")
    if not origin:
        return str(request.url)
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{origin}{request.url.path}{query}"
