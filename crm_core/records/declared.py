"""The words in which an entity is declared (pure): labels, fields and their kinds, the entity itself."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, Table

from crm_core.access.model import Scopes, allowed

if TYPE_CHECKING:
    from crm_core.access.reader import Reader
    from crm_core.records.change import Change
    from crm_core.transfer.brought import Brought

CUSTOM_PREFIX = "x_"
"""Names of fields that an administrator adds begin so: they never clash with ours, whatever an upgrade brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name in the three languages."""

    en: str
    zh_tw: str
    zh_cn: str


def label(en: str, zh_tw: str, zh_cn: str) -> Label:
    return Label(en=en, zh_tw=zh_tw, zh_cn=zh_cn)


class FieldKind(StrEnum):
    """What a field holds; in brackets what the API says."""

    TEXT = "text"  # one line
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    AMOUNT = "amount"  # money, exact to 1/10,000 ("12.5000")
    BOOLEAN = "boolean"
    DATE = "date"  # without a time zone ("2026-02-14")
    MOMENT = "moment"  # seconds since 1970-01-01 UTC
    CHOICE = "choice"  # of words that the program knows
    CODE = "code"  # of a code list that administrators keep
    REFERENCE = "reference"  # to a row of another entity (its id)
    USER = "user"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    TAGS = "tags"  # a short list of words
    JSON = "json"  # a structure with a check of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a field's fixed words."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    `most`: characters, or the largest number; `least`: the smallest. `codes`: the code list; `refers`: the other
    entity's name. `searched`: its words are in the index of search. `listed`: a column of the list unless a view says
    otherwise. `unique`: no two rows that are not deleted share it. `read_only`: set by the program. `number`:
    counted by the program (`K-{year}-{n:06d}`). `check`: raises `Refused` for what the kind alone lets pass. `shown_for`: only rows
    of these kinds have it (see `Entity.told_by`); none named: all. `words`: of a CODE whose list is kept elsewhere, (code, name) pairs.
    `pauses_recording`: what is said while it has the focus is not to be recorded.
    """

    name: str
    kind: FieldKind
    label: Label
    required: bool = False
    default: Any = None
    choices: tuple[Choice, ...] = ()
    codes: str = ""
    refers: str = ""
    least: float | None = None
    most: float | None = None
    searched: bool = False
    listed: bool = False
    indexed: bool = False
    unique: bool = False
    read_only: bool = False
    number: str = ""
    section: str = ""
    hint: Label | None = None
    pauses_recording: bool = False
    check: Callable[[Any], None] | None = None
    shown_for: tuple[str, ...] = ()
    words: Callable[[Connection], Sequence[tuple[str, str]]] | None = None

    def is_for(self, kind: Any) -> bool:
        """Whether a row of this kind has it."""
        return not self.shown_for or kind in self.shown_for

    @property
    def custom(self) -> bool:
        return self.name.startswith(CUSTOM_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the form with a heading."""

    name: str
    label: Label


Erased = Callable[[Connection, Mapping[str, Collection[str]]], None]
Body = Callable[[Connection, Sequence[Row[Any]]], Mapping[str, str]]


def _nobody(_: "Reader", __: str) -> ColumnElement[bool] | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One kind of record. Everything else follows from it: table, API, list, form, search, audit, rights.

    `rights`: what the three built-in roles may do. `scoped`: rows have owner, team and territory. `personal`: it is customers' data, whose
    reading is audited. `prepare` runs before a row is written: it checks, derives, refuses; `written` afterwards, in the same unit; `written_many`
    does the same for many at once, with what they bring along already there (imports).
    `told_by`: the field whose value says which other fields a row has (`Field.shown_for`). `follows`: (entity, field): rows are as reachable as
    the row that the field names, on top of what roles say of them. `moved`: where a row went that is no longer there under its old id.
    `also`: rows that somebody may read beyond their scope. `body`: more words for search than the fields hold. `brings`: what its rows have in tables of
    their own and in columns of imported and exported files. `everywhere`: the search box finds it without being asked for this kind.
    `erased`: what else goes when a customer is erased, whose cases, interactions and letters these are (ids by kind).
    """

    name: str
    collection: str
    label: Label
    plural: Label
    fields: tuple[Field, ...]
    title: str = "name"
    module: str = "customers"
    icon: str = "case"
    sections: tuple[Section, ...] = ()
    sort: str = "-updated_at"
    rights: Mapping[str, Scopes] = field(default_factory=lambda: RIGHTS_SHARED)
    scoped: bool = True
    personal: bool = False
    searched: bool = True
    everywhere: bool = False
    table: Table | None = None
    prepare: "Callable[[Connection, Change], None] | None" = None
    written: "Callable[[Connection, Change], None] | None" = None
    written_many: "Callable[[Connection, Sequence[Change]], None] | None" = None
    also: "Callable[[Reader, str], ColumnElement[bool] | None]" = _nobody
    body: Body | None = None
    uniques: tuple[tuple[str, ...], ...] = ()
    told_by: str = ""
    follows: tuple[str, str] | None = None
    moved: "Callable[[Connection, str], str | None] | None" = None
    brings: "Brought | None" = None
    erased: "Erased | None" = None


_WHOLE = allowed(read="all", create="all", update="all", delete="all", export="all", **{"import": "all"})
RIGHTS_SHARED: Mapping[str, Scopes] = {
    "agent": allowed(read="all", create="all", update="all"),
    "supervisor": _WHOLE,
    "admin": _WHOLE,
}
"""Everybody at work reads and keeps them; leaving the house with them, or removing them, is the supervisors'."""
RIGHTS_KEPT: Mapping[str, Scopes] = {
    "agent": allowed(read="all"),
    "supervisor": _WHOLE,
    "admin": _WHOLE,
}
"""Agents read what supervisors keep: products, articles, contracts."""
RIGHTS_OWN: Mapping[str, Scopes] = {
    "agent": allowed(read="own", create="all", update="own", delete="own"),
    "supervisor": _WHOLE,
    "admin": _WHOLE,
}
"""One's own work: tasks."""
RIGHTS_SETTINGS: Mapping[str, Scopes] = {
    "agent": allowed(read="all"),
    "supervisor": allowed(read="all"),
    "admin": _WHOLE,
}
"""Configuration: everybody's work shows it, administrators change it."""
RIGHTS_ADMIN: Mapping[str, Scopes] = {"admin": _WHOLE}
