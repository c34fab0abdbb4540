"""How the organisation shows itself; kept by administrators."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from agent_console import branding
from agent_console.acting import AtAdministration, Desk
from agent_console.api.bodies import Body
from config.errors import Kind, Refused
from crm_core.branding import colour, kept, logo
from crm_core.branding.colour import Shades
from crm_core.branding.kept import Branding, Given
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/branding", tags=["branding"])
Line = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]
Colour = Annotated[str, Field(max_length=30, pattern=r"^[^\x00]*$")]


class GivenBranding(Body):
    """All but the logo. Empty: nothing is said; the settings' name counts, and the product's own colour. Colours are `#rrggbb`;
    without `accent_dark` the one for dark grounds is derived."""

    name: Line = ""
    address: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""
    phone: Line = ""
    accent: Colour | None = None
    accent_dark: Colour | None = None


class ShadesDocument(TypedDict):
    """`strong`: under the pointer; `soft`: behind words in the accent; `on`: words on the accent."""

    accent: str
    strong: str
    soft: str
    on: str


class ThemesDocument(TypedDict):
    light: ShadesDocument
    dark: ShadesDocument


class BrandingDocument(TypedDict):
    """`settings_name`: what counts without a name; `logo`: its address."""

    name: str
    settings_name: str
    address: str
    phone: str
    accent: str | None
    accent_dark: str | None
    logo: str | None
    shades: ThemesDocument | None


@router.get("")
async def read_branding(at: AtAdministration) -> BrandingDocument:
    """As it is kept."""
    return _document(at, await at.within.store.read(kept.read))


@router.put("")
async def set_branding(given: GivenBranding, at: AtAdministration) -> BrandingDocument:
    """For all pages from now on; 422 `branding.contrast` for a colour that cannot be read."""
    wanted = Given(**given.model_dump())
    return await _kept(at, lambda c, acting: kept.change(c, acting, wanted))


@router.get("/shades")
async def try_colour(
    at: AtAdministration,
    accent: Annotated[str, Query(max_length=30)],
    accent_dark: Annotated[str | None, Query(max_length=30)] = None,
) -> ThemesDocument:
    """What would become of a colour; refused as it would be when it is kept."""
    chosen = colour.colour(accent, "/accent")
    dark = colour.colour(accent_dark, "/accent_dark") if accent_dark else None
    colour.must_read(chosen, dark)
    return ThemesDocument(light=_shades(colour.on_light(chosen)), dark=_shades(colour.on_dark(chosen, dark)))


@router.put("/logo")
async def set_logo(request: Request, at: AtAdministration) -> BrandingDocument:
    """PNG, JPEG or WebP, at most 200 kB; its bytes are the request's body, and say what it is."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > logo.LARGEST_BYTES:
            raise Refused("branding.logo_size", Kind.INVALID, most=logo.LARGEST_BYTES // 1000)
    return await _kept(at, lambda c, acting: kept.set_logo(c, acting, bytes(content)))


@router.delete("/logo")
async def remove_logo(at: AtAdministration) -> BrandingDocument:
    """The product's own mark again."""
    return await _kept(at, kept.remove_logo)


async def _kept(at: Desk, change: Callable[[Connection, Acting], Branding]) -> BrandingDocument:
    changed = await at.write(change)
    await at.within.hub.read_directory()
    at.within.bus.publish("branding", "")
    return _document(at, changed)


def _document(at: Desk, row: Branding) -> BrandingDocument:
    themes = None
    if row.light is not None and row.dark is not None:
        themes = ThemesDocument(light=_shades(row.light), dark=_shades(row.dark))
    return BrandingDocument(
        name=row.name,
        settings_name=at.within.settings.centre.name,
        address=row.address,
        phone=row.phone,
        accent=row.accent,
        accent_dark=row.accent_dark,
        logo=branding.logo_address(row),
        shades=themes,
    )


def _shades(row: Shades) -> ShadesDocument:
    return ShadesDocument(accent=row.accent, strong=row.strong, soft=row.soft, on=row.on)
