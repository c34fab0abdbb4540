"""What administrators have said of their organisation. Without a name here, the one of the settings file counts."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from config.errors import Kind, Refused
from crm_core import audit
from crm_core.branding import colour
from crm_core.branding import logo as logos
from crm_core.paging import columns
from crm_core.records.change import Acting
from crm_core.tables import branding, inserting

_B = branding.c
_ID = "centre"
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/#]{2,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is written on the page; empty: nothing is said. `accent_dark` None: it is derived from `accent`."""

    name: str = ""
    address: str = ""
    phone: str = ""
    accent: str | None = None
    accent_dark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding(Given):
    """With the logo, named by the digest of its bytes."""

    logo: str | None = None

    @property
    def dialled(self) -> str:
        """The telephone number as a link has it (RFC 3966)."""
        return re.sub(r"[^0-9+]", "", self.phone)

    @property
    def light(self) -> colour.Shades | None:
        return None if self.accent is None else colour.on_light(self.accent)

    @property
    def dark(self) -> colour.Shades | None:
        return None if self.accent is None else colour.on_dark(self.accent, self.accent_dark)


def read(conn: Connection) -> Branding:
    named = [_B[name] for name in Branding.__dataclass_fields__]
    row = conn.execute(select(*named).where(_B.id == _ID)).one_or_none()
    return Branding() if row is None else Branding(**columns(row))


def centre_name(conn: Connection, otherwise: str) -> str:
    """What the organisation calls itself; `otherwise` is the name of the settings file."""
    return conn.execute(select(_B.name).where(_B.id == _ID)).scalar() or otherwise


def change(conn: Connection, acting: Acting, given: Given) -> Branding:
    """All of it but the logo. `Refused` for what cannot be read or dialled; then nothing is changed."""
    wanted = _checked(given)
    before = read(conn)
    _keep(conn, acting, {name: getattr(wanted, name) for name in Given.__dataclass_fields__}, before)
    return read(conn)


def set_logo(conn: Connection, acting: Acting, content: bytes) -> Branding:
    """Its kind is what its bytes say, never what was claimed."""
    found = logos.picture(content)
    digest = hashlib.sha256(content).hexdigest()
    before = read(conn)
    _keep(conn, acting, {"logo": digest}, before, logo_bytes=content, logo_type=found.content_type)
    return read(conn)


def remove_logo(conn: Connection, acting: Acting) -> Branding:
    _keep(conn, acting, {"logo": None}, read(conn), logo_bytes=None, logo_type=None)
    return read(conn)


def logo(conn: Connection) -> tuple[str, bytes] | None:
    """Its type and its bytes."""
    row = conn.execute(select(_B.logo_type, _B.logo_bytes).where(_B.id == _ID)).one_or_none()
    return None if row is None or row.logo_bytes is None else (row.logo_type, bytes(row.logo_bytes))


def _checked(given: Given) -> Given:
    phone = given.phone.strip()
    if phone and not _PHONE.fullmatch(phone):
        raise Refused("branding.phone", Kind.INVALID, pointer="/phone", given=phone[:60])
    accent = colour.colour(given.accent, "/accent") if given.accent else None
    dark = colour.colour(given.accent_dark, "/accent_dark") if given.accent_dark and accent else None
    if accent is not None:
        colour.must_read(accent, dark)
    lines = (line.strip() for line in given.address.splitlines())
    return Given(
        name=" ".join(given.name.split()),
        address="\n".join(line for line in lines if line),
        phone=phone,
        accent=accent,
        accent_dark=dark,
    )


def _keep(conn: Connection, acting: Acting, values: Mapping[str, Any], before: Branding, **more: Any) -> None:
    changes = {
        name: [getattr(before, name), value]
        for name, value in values.items()
        if getattr(before, name) != value
    }
    if not changes:
        return
    conn.execute(inserting(conn, branding).values(id=_ID).on_conflict_do_nothing())
    conn.execute(update(branding).where(_B.id == _ID).values(**values, **more))
    audit.record(
        conn,
        audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action="changed",
            entity="branding",
            object_id=_ID,
            detail={"changes": changes},
        ),
    )
