"""Cells of files as values of fields (pure), one reader for each column, made once: as people write numbers, days, yes and no."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_core.records.declared import Field, FieldKind
from crm_core.records.values import Wrong, stored
from crm_core.transfer.writing import unguarded

Read = Callable[[str], Any]
"""What a field keeps of a cell; `Wrong` when it can keep nothing of it. Blank cells are None."""
_YES = frozenset(("true", "yes", "y", "1", "t", "on", "是", "對", "对", "有", "v", "✓"))
_NO = frozenset(("false", "no", "n", "0", "f", "off", "否", "不是", "無", "无", "x"))
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_MINGUO = re.compile(r"(?:民國|民国)\s*(\d{2,3})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_PARTED = re.compile(r"[,;、，；|]")
_WORDS = 4096
"""Different cells of one column that are remembered: codes and cities come again and again."""


def reader(field: Field, words: Mapping[str, str], zone: ZoneInfo) -> Read:
    """For the cells of one column. `words`: what the labels of its codes stand for, in lower case."""
    parse = _PARSED.get(field.kind)
    if field.kind in (FieldKind.CHOICE, FieldKind.CODE):
        parse = _coded(words)
    elif field.kind is FieldKind.MOMENT:
        parse = _moment(zone)

    def read(cell: str) -> Any:
        text = unguarded(cell.strip())
        if not text:
            return None
        return stored(field, text if parse is None else parse(text))

    return _remembering(read) if field.kind in _REPEATED else read


def _remembering(read: Read) -> Read:
    known: dict[str, Any] = {}

    def recall(cell: str) -> Any:
        try:
            return known[cell]
        except KeyError:
            value = read(cell)
            if len(known) < _WORDS:
                known[cell] = value
            return value

    return recall


def _coded(words: Mapping[str, str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        code = words.get(text.lower())
        if code is None:
            raise Wrong("field.choice")
        return code

    return parse


def _integer(text: str) -> int:
    try:
        return int(text.replace(",", "").replace("，", ""))
    except ValueError as error:
        raise Wrong("field.integer") from error


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError as error:
        raise Wrong("field.number") from error


def _boolean(text: str) -> bool:
    word = text.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Wrong("field.boolean")


def _date(text: str) -> str:
    found, years = _DAY.match(text), 0
    if found is None:
        found, years = _MINGUO.match(text), 1911
    if found is None:
        raise Wrong("field.date")
    year, month, day = (int(part) for part in found.groups())
    return f"{year + years:04d}-{month:02d}-{day:02d}"


def _moment(zone: ZoneInfo) -> Callable[[str], float]:
    """A moment without an offset is one of the centre's own time zone."""

    def parse(text: str) -> float:
        try:
            read = datetime.fromisoformat(text.replace("/", "-"))
        except ValueError as error:
            raise Wrong("field.moment") from error
        return (read if read.tzinfo else read.replace(tzinfo=zone)).timestamp()

    return parse


def _tags(text: str) -> list[str]:
    return [part.strip() for part in _PARTED.split(text) if part.strip()]


def _structure(_: str) -> Any:
    raise Wrong("field.structure")  # settings of programs, not cells of people


_PARSED: dict[FieldKind, Callable[[str], Any]] = {
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: _number,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.DATE: _date,
    FieldKind.TAGS: _tags,
    FieldKind.JSON: _structure,
}
_REPEATED = frozenset((FieldKind.CHOICE, FieldKind.CODE, FieldKind.BOOLEAN))
