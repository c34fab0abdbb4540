"""The page behind *unsubscribe* (RFC 8058). Looking at it changes nothing, since mail scanners follow every link; its button, and the one click of
a mail program, do. No script, no sign-in: the address itself is signed."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from agent_console.access import InContext
from agent_console.context import Context
from agent_console.public.help_pages import peer
from agent_console.public.rendering import View
from agent_console.public.routes import PageRoute
from channels.email.sending import unsubscribing
from channels.email.sending.unsubscribing import PATH, Asked
from config.errors import Kind, Refused
from crm_core.customers.unsubscribing import unsubscribe
from crm_core.portal import own

router = APIRouter(include_in_schema=False, route_class=PageRoute, prefix=PATH)


@router.get("/{token}")
async def look(token: str, request: Request, within: InContext) -> Response:
    """What would be ended, and a button."""
    asked = _asked(within, token)
    view = View(request, within)
    return view.page(
        "unsubscribe.html", done=False, purpose=await _purpose(within, asked, view.language), token=token
    )


@router.post("/{token}")
async def end(token: str, request: Request, within: InContext) -> Response:
    """End them. Nothing of the body counts: whoever has the address has the letter."""
    asked, now = _asked(within, token), within.clock.now()
    said: Any = partial(
        unsubscribe,
        party_id=asked.party_id,
        purpose=asked.purpose,
        letter=asked.letter,
        peer=peer(request),
        request_id=getattr(request.state, "request_id", ""),
        now=now,
    )
    await within.store.write(said)
    within.bus.publish("party", asked.party_id)
    view = View(request, within)
    return view.page(
        "unsubscribe.html", done=True, purpose=await _purpose(within, asked, view.language), token=token
    )


def _asked(within: Context, token: str) -> Asked:
    asked = unsubscribing.asked_by(within.settings.mail.reply_secret.get_secret_value(), token)
    if asked is None:
        raise Refused("unsubscribe.unknown", Kind.MISSING)
    return asked


async def _purpose(within: Context, asked: Asked, language: str) -> str:
    """As the centre calls it."""
    found = await within.store.read(lambda c: own.choices(c, asked.party_id, within.clock.now()))
    return next((each.labels[language] for each in found if each.purpose == asked.purpose), asked.purpose)
