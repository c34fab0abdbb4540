"""Values of fields (pure): what the API says becomes what is stored, or a refusal that names the field; and back again."""

import math
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from config.errors import Fault, Refused
from crm_core.records.declared import Field, FieldKind

MOST_TEXT = 500
MOST_LONG_TEXT = 100_000
MOST_TAGS = 50
_LARGEST_INTEGER = 2**53 - 1
"""What a browser's numbers hold exactly."""
_LARGEST_AMOUNT = Decimal(10) ** 12
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+")
_LINK = re.compile(r"https?://[^\s\"<>]+", re.IGNORECASE)
_UNPRINTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Wrong(Exception):
    """A value that its field cannot hold."""

    def __init__(self, code: str, **params: str | float) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def stored(field: Field, given: Any) -> Any:
    """The value as it is kept; `Wrong` when the field cannot hold it. Nothing, and blank text, are None."""
    if isinstance(given, str):
        given = given.strip() if field.kind is not FieldKind.LONG_TEXT else given.rstrip()
    if isinstance(given, str) and "\0" in given and field.kind is not FieldKind.LONG_TEXT:
        raise Wrong("field.unprinted")  # PostgreSQL keeps no text with it; long ones get a sign in its place
    if given is None or given in ("", []):
        if field.required:
            raise Wrong("field.required")
        return None
    value = _READ[field.kind](field, given)
    if field.check is not None:
        try:
            field.check(value)
        except Refused as refusal:
            raise Wrong(
                refusal.code, **{k: v for k, v in refusal.params.items() if v is not None}
            ) from refusal
    return value


def faulty(field: Field, wrong: Wrong) -> Fault:
    """The wrong value as a refusal tells it."""
    return Fault(pointer=f"/{field.name}", code=wrong.code, params=dict(wrong.params))


def shown(field: Field, value: Any) -> Any:
    """The value as the API says it (JSON)."""
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    if isinstance(value, tuple):
        return list(value)
    return value


def _text(field: Field, given: Any) -> str:
    if not isinstance(given, str):
        raise Wrong("field.text")
    most = int(field.most or MOST_TEXT)
    if len(given) > most:
        raise Wrong("field.too_long", most=most)
    if _UNPRINTED.search(given) or "\n" in given or "\r" in given:
        raise Wrong("field.one_line")
    return given


def _long_text(field: Field, given: Any) -> str:
    if not isinstance(given, str):
        raise Wrong("field.text")
    most = int(field.most or MOST_LONG_TEXT)
    if len(given) > most:
        raise Wrong("field.too_long", most=most)
    return _UNPRINTED.sub("\N{REPLACEMENT CHARACTER}", given)


def _bounded(field: Field, value: Any) -> Any:
    if field.least is not None and value < field.least:
        raise Wrong("field.too_small", least=field.least)
    if field.most is not None and value > field.most:
        raise Wrong("field.too_large", most=field.most)
    return value


def _integer(field: Field, given: Any) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) > _LARGEST_INTEGER:
        raise Wrong("field.integer")
    return int(_bounded(field, given))


def _number(field: Field, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or abs(given) > _LARGEST_INTEGER:
        raise Wrong("field.number")
    if not math.isfinite(given):
        raise Wrong("field.number")
    return float(_bounded(field, given))


def _amount(field: Field, given: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise Wrong("field.amount")
    try:
        value = Decimal(str(given).replace(",", ""))
    except InvalidOperation as error:
        raise Wrong("field.amount") from error
    if not value.is_finite() or abs(value) > _LARGEST_AMOUNT or value != value.quantize(Decimal("0.0001")):
        raise Wrong("field.amount")
    _bounded(field, float(value))
    return value.quantize(Decimal("0.0001"))


def _boolean(_: Field, given: Any) -> bool:
    if not isinstance(given, bool):
        raise Wrong("field.boolean")
    return given


def _date(_: Field, given: Any) -> str:
    try:
        if isinstance(given, str) and len(given) == 10:
            return date.fromisoformat(given).isoformat()
    except ValueError as error:
        raise Wrong("field.date") from error
    raise Wrong("field.date")


def _moment(_: Field, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < 2**35:
        raise Wrong("field.moment")
    return float(given)


def _choice(field: Field, given: Any) -> str:
    if given not in [choice.code for choice in field.choices]:
        raise Wrong("field.choice")
    return str(given)


def _key(_: Field, given: Any) -> str:
    if not isinstance(given, str) or len(given) > 100 or _UNPRINTED.search(given):
        raise Wrong("field.key")
    return given


def is_address(given: str) -> bool:
    """Whether it may be an e-mail address."""
    return len(given) <= 254 and _ADDRESS.fullmatch(given) is not None and not _UNPRINTED.search(given)


def _email(_: Field, given: Any) -> str:
    if not isinstance(given, str) or len(given) > 254 or not _ADDRESS.fullmatch(given):
        raise Wrong("field.email")
    return given


def _phone(_: Field, given: Any) -> str:
    if not isinstance(given, str) or len(given) > 60 or not re.search(r"\d{3}", re.sub(r"\D", "", given)):
        raise Wrong("field.phone")
    return given


def _url(_: Field, given: Any) -> str:
    if not isinstance(given, str) or len(given) > 2000 or not _LINK.fullmatch(given):
        raise Wrong("field.url")
    return given


def _tags(_: Field, given: Any) -> tuple[str, ...]:
    if (
        not isinstance(given, list)
        or len(given) > MOST_TAGS
        or not all(isinstance(each, str) for each in given)
    ):
        raise Wrong("field.tags")
    words = [each.strip() for each in given]
    if any(len(word) > 100 or _UNPRINTED.search(word) for word in words):
        raise Wrong("field.tags")
    return tuple(dict.fromkeys(word for word in words if word))


def _json(_: Field, given: Any) -> Any:
    if not isinstance(given, dict | list):
        raise Wrong("field.structure")
    return given


_READ: dict[FieldKind, Callable[[Field, Any], Any]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: _number,
    FieldKind.AMOUNT: _amount,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.DATE: _date,
    FieldKind.MOMENT: _moment,
    FieldKind.CHOICE: _choice,
    FieldKind.CODE: _key,
    FieldKind.REFERENCE: _key,
    FieldKind.USER: _key,
    FieldKind.EMAIL: _email,
    FieldKind.PHONE: _phone,
    FieldKind.URL: _url,
    FieldKind.TAGS: _tags,
    FieldKind.JSON: _json,
}
