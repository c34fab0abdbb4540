"""Numbers and addresses in the form that is compared, and what is kept with them. Pure but for the functions that take a connection."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, case, delete, func, select, update

from config.errors import Kind, Refused
from crm_core.names import folded
from crm_core.phone_numbers import DEFAULT_REGION, read_number
from crm_core.tables import contact_point

KINDS = ("phone", "email", "sms", "fax", "postal", "web_id")
NUMBERS = ("phone", "fax", "sms")
"""Kinds that are telephone numbers: a fax is recognised by its sender's number as a call is."""
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+")
_P = contact_point.c
IN_ORDER = (case((_P.is_primary.is_(True), 0), else_=1), _P.position, _P.id)
"""The one that is preferred of its kind first, then as they were added."""


def normalised(kind: str, raw: str, region: str = DEFAULT_REGION) -> dict[str, Any]:
    """The columns that recognition compares; whatever was written is kept beside them. `Refused` for an unknown kind."""
    if kind not in KINDS:
        raise Refused("contact_point.kind_unknown", Kind.INVALID, pointer="/kind", given=kind)
    if kind not in NUMBERS:
        return {"normal": _plain(kind, raw), "national": None, "digits_reversed": None}
    number = read_number(raw, region)
    digits = (number.e164 or number.digits).lstrip("+")
    return {
        "normal": number.e164 or number.digits or raw.strip(),
        "national": number.national or None,
        "digits_reversed": digits[::-1] or None,
    }


def _plain(kind: str, raw: str) -> str:
    if kind == "postal":
        return folded(raw)
    return unicodedata.normalize("NFKC", raw).strip().lower() if kind == "web_id" else raw.strip().lower()


def wrong(kind: str, raw: str) -> str | None:
    """Why it cannot be a number or address of its kind, as a code; None when it can."""
    if kind == "email" and not (len(raw) <= 254 and _ADDRESS.fullmatch(raw.strip())):
        return "field.email"
    if kind in NUMBERS and len(re.sub(r"\D", "", unicodedata.normalize("NFKC", raw))) < 3:
        return "field.phone"
    return None


def is_current(point: Mapping[str, Any], today: str) -> bool:
    """Whether it may be used: not known to be wrong, and within its dates (ISO days)."""
    begins, ends = point.get("valid_from"), point.get("valid_until")
    return (
        point.get("invalid_since") is None
        and (begins is None or begins <= today)
        and (ends is None or ends >= today)
    )


def next_position(conn: Connection, party_id: str) -> int:
    query = select(func.coalesce(func.max(_P.position) + 1, 0)).where(_P.party_id == party_id)
    position: int = conn.execute(query).scalar_one()
    return position


def twin(conn: Connection, party_id: str, kind: str, normal: str) -> Any | None:
    """The customer's point that is the same, also a deleted one."""
    query = select(contact_point).where(_P.party_id == party_id, _P.kind == kind, _P.normal == normal)
    return conn.execute(query).one_or_none()


def forget_deleted(conn: Connection, point_id: str) -> None:
    """Make room for one that is added again; what it was is told by the audit chain."""
    conn.execute(delete(contact_point).where(_P.id == point_id, _P.deleted_at.is_not(None)))


def let_one_be_primary(conn: Connection, party_id: str, kind: str, point_id: str) -> None:
    """Of each kind one is preferred at most."""
    others = (_P.party_id == party_id, _P.kind == kind, _P.id != point_id, _P.is_primary.is_(True))
    conn.execute(update(contact_point).where(*others).values(is_primary=False))


def rows_for(
    party_id: str, given: Iterable[tuple[str, str, str]], *, ids: Iterable[str], now: float
) -> list[dict[str, Any]]:
    """Rows to be inserted in bulk for a new customer: of (kind, raw, label), each number or address once."""
    seen: set[tuple[str, str]] = set()
    made: list[dict[str, Any]] = []
    for (kind, raw, label), point_id in zip(given, ids, strict=False):
        compared = normalised(kind, raw)
        if (kind, compared["normal"]) in seen:
            continue
        seen.add((kind, compared["normal"]))
        stamps = {"created_at": now, "updated_at": now, "position": len(made)}
        made.append(
            {
                "id": point_id,
                "party_id": party_id,
                "kind": kind,
                "raw": raw,
                "label": label,
                **compared,
                **stamps,
            }
        )
    return made
