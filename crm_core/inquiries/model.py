"""What an inquiry form is made of (pure): words in up to three languages, fields of a kind, where what is sent goes.

Words, a queue, choices may be missing while somebody is still writing: `validation` tells all that is, and only what is whole is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from pydantic import Field as Limits

Language = Literal["en", "zh-TW", "zh-CN"]
LANGUAGES: tuple[str, ...] = get_args(Language)
Kind = Literal[
    "text", "long_text", "email", "phone", "number", "date", "choice", "several", "yes_no", "file", "consent"
]
KINDS: tuple[str, ...] = get_args(Kind)
Role = Literal["", "name", "email", "phone"]
FileGroup = Literal["image", "document", "archive"]
MOST_FIELDS = 60
MOST_CHOICES = 100
MOST_BYTES = 200_000
"""Of the document as JSON in UTF-8."""
MOST_FILES = 10
MOST_FILE_MB = 20
LONGEST_TEXT = 20_000
RESERVED = frozenset({"status", "script", "language", "page", "visitor_address", "receipt"})
"""Words of our own addresses and fields, which no form and no field is called by."""

_CLOSED = {"extra": "forbid", "json_schema_serialization_defaults_required": True}
_SPOKEN = Annotated[str, Limits(pattern=r"^(en|zh-TW|zh-CN)$")]
_LINE = r"^[^\x00-\x1f]*$"
Line = Annotated[
    Mapping[_SPOKEN, Annotated[str, Limits(max_length=200, pattern=_LINE)]], Limits(max_length=3)
]
Prose = Annotated[
    Mapping[_SPOKEN, Annotated[str, Limits(max_length=5000, pattern=r"^[^\x00]*$")]], Limits(max_length=3)
]
Key = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
"""What stands in the address."""
Name = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Code = Annotated[str, Limits(max_length=60, pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,59})?$")]
Id = Annotated[str, Limits(max_length=100, pattern=_LINE)]
Points = Annotated[int, Limits(ge=-86_400, le=86_400)]
Origin = Annotated[str, Limits(max_length=200, pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]


def _nothing() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillNeed:
    __pydantic_config__ = _CLOSED
    skill: Annotated[str, Limits(min_length=1, max_length=60, pattern=_LINE)]
    level: Annotated[int, Limits(ge=1, le=10)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One word of a list. Whoever chooses it waits for an agent with these skills; a point of priority is worth a second of age."""

    __pydantic_config__ = _CLOSED
    code: Code = ""
    label: Line = field(default_factory=_nothing)
    priority_points: Points = 0
    skills: Annotated[tuple[SkillNeed, ...], Limits(max_length=10)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A field is asked for when an earlier one (a choice, several, yes or no) has one of these values; yes and no are `yes` and `no`."""

    __pydantic_config__ = _CLOSED
    field: Name
    values: Annotated[tuple[Code, ...], Limits(max_length=MOST_CHOICES)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question.

    `least`, `most`: characters of texts, bounds of numbers, how many of several, how many files (`most` alone). `role`: it tells who the visitor is. `maps_to`: `case.<field>` sets that field of
    the case, `party.<field>` is offered to the agent for the customer's record. Consent: `purpose` is of the code list, `text` what is agreed to, word for word, under
    `text_version`. Files: of these groups, each at most `most_mb` large.
    """

    __pydantic_config__ = _CLOSED
    name: Name
    kind: Kind = "text"
    label: Line = field(default_factory=_nothing)
    help: Prose = field(default_factory=_nothing)
    required: bool = False
    least: Annotated[float | None, Limits(ge=-1e12, le=1e12)] = None
    most: Annotated[float | None, Limits(ge=-1e12, le=1e12)] = None
    choices: Annotated[tuple[Choice, ...], Limits(max_length=MOST_CHOICES)] = ()
    when: When | None = None
    role: Role = ""
    maps_to: Annotated[str, Limits(pattern=r"^((case|party)\.[a-z][a-z0-9_]{0,60})?$")] = ""
    purpose: Code = ""
    text: Prose = field(default_factory=_nothing)
    text_version: Annotated[str, Limits(max_length=40, pattern=_LINE)] = ""
    groups: Annotated[tuple[FileGroup, ...], Limits(max_length=3)] = ("image", "document")
    most_mb: Annotated[int, Limits(ge=1, le=MOST_FILE_MB)] = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What becomes of what looks like a program's: dropped and counted, or kept with a mark. `least_s`: nobody is quicker; `place_hourly`, `form_hourly`:
    so many in an hour from one place and in all."""

    __pydantic_config__ = _CLOSED
    caught: Literal["drop", "mark"] = "mark"
    least_s: Annotated[int, Limits(ge=0, le=60)] = 3
    place_hourly: Annotated[int, Limits(ge=1, le=1000)] = 10
    form_hourly: Annotated[int, Limits(ge=1, le=100_000)] = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A whole form. `queues`: by language, `""` for all others. `subject`: the case's, with `{field}` for what was answered; empty: the title.
    `origins`: sites that may show it within a page of theirs. `receipt`: an e-mail with a link to the state, good for `status_days`."""

    __pydantic_config__ = _CLOSED
    languages: Annotated[tuple[Language, ...], Limits(max_length=3)] = ("en",)
    title: Line = field(default_factory=_nothing)
    intro: Prose = field(default_factory=_nothing)
    thanks: Prose = field(default_factory=_nothing)
    fields: Annotated[tuple[Field, ...], Limits(max_length=MOST_FIELDS)] = ()
    queues: Annotated[
        Mapping[Annotated[str, Limits(pattern=r"^(en|zh-TW|zh-CN|)$")], Id], Limits(max_length=4)
    ] = field(default_factory=dict)
    case_type_id: Id = ""
    subject: Annotated[str, Limits(max_length=200, pattern=_LINE)] = ""
    origins: Annotated[tuple[Origin, ...], Limits(max_length=20)] = ()
    receipt: bool = True
    status_days: Annotated[int, Limits(ge=1, le=365)] = 30
    guard: Guard = field(default_factory=Guard)

    def asked(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)

    def queue(self, language: str) -> str:
        """Who takes what is written in this language."""
        return self.queues.get(language) or self.queues.get("") or next(iter(self.queues.values()), "")

    def spoken(self, wanted: str) -> str:
        """The language in which it is shown to whoever wants this one."""
        if wanted in self.languages:
            return wanted
        chinese = [each for each in self.languages if each.startswith("zh") and wanted.startswith("zh")]
        return next(iter((*chinese, *self.languages)), "en")


def said(words: Mapping[str, str], language: str) -> str:
    """In this language, else in another: the other Chinese first, then English."""
    chinese = ("zh-TW", "zh-CN") if language.startswith("zh") else ()
    return next((words[each] for each in (language, *chinese, "en", *LANGUAGES) if words.get(each)), "")


def subject_names(pattern: str) -> list[str]:
    """The fields that a subject names."""
    return [part.partition("}")[0] for part in pattern.split("{")[1:] if "}" in part]
