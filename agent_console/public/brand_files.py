"""The organisation's logo and colours, for every page of ours, before anybody has signed in."""

from fastapi import APIRouter
from fastapi.responses import Response

from agent_console import branding
from agent_console.access import InContext
from config.errors import Kind, Refused
from crm_core.branding import kept

router = APIRouter(include_in_schema=False)
# their addresses name what they are
_KEPT = {"Cache-Control": "public, max-age=86400"}


@router.get(branding.STYLE)
def style(within: InContext) -> Response:
    """The shades of its colour."""
    return Response(branding.style(within.branding), media_type="text/css", headers=_KEPT)


@router.get(branding.LOGO)
async def logo(within: InContext) -> Response:
    """The picture, as the type that its bytes are; `nosniff` comes with every answer."""
    found = await within.store.read(kept.logo)
    if found is None:
        raise Refused("route.unknown", Kind.MISSING)
    content_type, content = found
    return Response(content, media_type=content_type, headers=_KEPT)
