"""What an entry flow is made of (pure): steps by name, each of a kind, leading to others by their names.

A target, queue, prompt or number may be empty while somebody is still writing: `validation` tells all that is missing, and only what is
whole is published. A prompt is `prompt:<id>` (uploaded), `ours:<name>` (config/asterisk/sounds) or `asterisk:<name>` (Asterisk's own sounds).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Literal, get_args

from pydantic import Field

Language = Literal["en", "zh-TW", "zh-CN"]
LANGUAGES: tuple[str, ...] = get_args(Language)
MOST_STEPS = 100
MOST_BYTES = 64_000
"""Of the document as JSON in UTF-8."""
MOST_TRIES = 5
LONGEST_RING_S = 120

_STEP = r"[a-z0-9][a-z0-9_-]{0,39}"
StepName = Annotated[str, Field(pattern=rf"^{_STEP}$")]
Target = Annotated[str, Field(pattern=rf"^({_STEP})?$")]
Prompt = Annotated[
    str,
    Field(
        pattern=r"^(prompt:[A-Za-z0-9_-]{1,60}|ours:[a-z0-9-]{1,60}|asterisk:[A-Za-z0-9_-]{1,40}(/[A-Za-z0-9_-]{1,40}){0,3})?$"
    ),
]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Named = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$")]
"""What a caller keyed is kept under."""
Id = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Tries = Annotated[int, Field(ge=1, le=MOST_TRIES)]
Seconds = Annotated[float, Field(ge=1, le=30)]
Words = Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f]*$")]
_CLOSED = {"extra": "forbid", "json_schema_serialization_defaults_required": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Says something and goes on. `interruptible`: a key cuts it short, and counts for the next question."""

    __pydantic_config__ = _CLOSED
    kind: Literal["say"] = "say"
    label: Words = ""
    prompt: Prompt = ""
    interruptible: bool = True
    next: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageKey:
    __pydantic_config__ = _CLOSED
    key: Key
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseLanguage:
    """Asks in which language to go on; who keys nothing that fits, `tries` times, goes on in `otherwise`."""

    __pydantic_config__ = _CLOSED
    kind: Literal["language"] = "language"
    label: Words = ""
    prompt: Prompt = ""
    choices: Annotated[tuple[LanguageKey, ...], Field(max_length=12)] = ()
    tries: Tries = 1
    within_s: Seconds = 5.0
    otherwise: Language = "en"
    next: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuKey:
    __pydantic_config__ = _CLOSED
    key: Key
    next: Target = ""
    label: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Asks for one key. `within_s` after the prompt without a key counts as a try; a wrong key is told by `invalid` before it is asked again."""

    __pydantic_config__ = _CLOSED
    kind: Literal["menu"] = "menu"
    label: Words = ""
    prompt: Prompt = ""
    choices: Annotated[tuple[MenuKey, ...], Field(max_length=12)] = ()
    tries: Tries = 3
    within_s: Seconds = 5.0
    invalid: Prompt = ""
    otherwise: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Open now? By a queue's own hours (its emergency counts as closed) or by a calendar."""

    __pydantic_config__ = _CLOSED
    kind: Literal["hours"] = "hours"
    label: Words = ""
    queue_id: Id = ""
    calendar_id: Id = ""
    open: Target = ""
    closed: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Asks for `least` to `most` digits, ended by `#` or a pause, and keeps them under `name`. What is `secret` is never shown nor kept."""

    __pydantic_config__ = _CLOSED
    kind: Literal["collect"] = "collect"
    label: Words = ""
    prompt: Prompt = ""
    name: Named = ""
    least: Annotated[int, Field(ge=1, le=24)] = 1
    most: Annotated[int, Field(ge=1, le=24)] = 24
    tries: Tries = 3
    within_s: Seconds = 6.0
    invalid: Prompt = ""
    secret: bool = False
    next: Target = ""
    otherwise: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identify:
    """The product's own questions: who are you (a number of theirs, or a customer number and its PIN). `ask`: when the number does not tell,
    unless it is trusted, or always; whoever is spared is known."""

    __pydantic_config__ = _CLOSED
    kind: Literal["identify"] = "identify"
    label: Words = ""
    ask: Literal["unknown", "untrusted", "always"] = "unknown"
    known: Target = ""
    unknown: Target = ""


LookupBy = Literal["any", "case", "contract", "order", "asset", "membership", "identifier", "customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Whose number is it that was collected under `name`? A customer number counts only with the PIN that was collected under `pin`."""

    __pydantic_config__ = _CLOSED
    kind: Literal["lookup"] = "lookup"
    label: Words = ""
    by: LookupBy = "any"
    name: Named = ""
    pin: Named = ""
    found: Target = ""
    missing: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The caller's service contract: in force with something left (or without a limit), none, or used up. `tell`: says what is left."""

    __pydantic_config__ = _CLOSED
    kind: Literal["contract"] = "contract"
    label: Words = ""
    tell: bool = True
    covered: Target = ""
    none: Target = ""
    used_up: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, by their number (or as they said before), without a question. `vip`: whose level is one of `tiers`; empty: as the known."""

    __pydantic_config__ = _CLOSED
    kind: Literal["caller"] = "caller"
    label: Words = ""
    tiers: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    known: Target = ""
    unknown: Target = ""
    vip: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillNeed:
    __pydantic_config__ = _CLOSED
    skill: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")]
    level: Annotated[int, Field(ge=1, le=10)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """The end: waits for an agent who has these skills beside what the queue asks; a point of priority is worth a second of age."""

    __pydantic_config__ = _CLOSED
    kind: Literal["queue"] = "queue"
    label: Words = ""
    queue_id: Id = ""
    skills: Annotated[tuple[SkillNeed, ...], Field(max_length=20)] = ()
    priority_points: Annotated[int, Field(ge=-86_400, le=86_400)] = 0
    announce: Prompt = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Offers to call back, at the place that they would have in the queue: `key` takes it and ends the call, anything else is `declined`."""

    __pydantic_config__ = _CLOSED
    kind: Literal["callback"] = "callback"
    label: Words = ""
    queue_id: Id = ""
    prompt: Prompt = "ours:callback-offer"
    key: Key = "1"
    within_s: Seconds = 5.0
    skills: Annotated[tuple[SkillNeed, ...], Field(max_length=20)] = ()
    priority_points: Annotated[int, Field(ge=-86_400, le=86_400)] = 0
    declined: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """The end: says `prompt`, then the caller leaves a message, which becomes work of the queue."""

    __pydantic_config__ = _CLOSED
    kind: Literal["voicemail"] = "voicemail"
    label: Words = ""
    queue_id: Id = ""
    prompt: Prompt = "ours:message-ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFax:
    """The end: says `prompt`, if there is one, then takes a fax, which becomes work of the queue."""

    __pydantic_config__ = _CLOSED
    kind: Literal["fax"] = "fax"
    label: Words = ""
    queue_id: Id = ""
    prompt: Prompt = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Calls a number outside and puts the caller through; nobody there within `ring_s`, or no line: `failed`."""

    __pydantic_config__ = _CLOSED
    kind: Literal["transfer"] = "transfer"
    label: Words = ""
    number: Annotated[str, Field(pattern=r"^(\+?[0-9]{3,16})?$")] = ""
    ring_s: Annotated[float, Field(ge=5, le=LONGEST_RING_S)] = 30.0
    announce: Prompt = ""
    failed: Target = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """The end of the call, after a last word if there is one."""

    __pydantic_config__ = _CLOSED
    kind: Literal["hangup"] = "hangup"
    label: Words = ""
    prompt: Prompt = ""


Step = Annotated[
    Say | ChooseLanguage | Menu | Hours | Collect | Identify | Lookup | Contract | Caller | ToQueue | Callback | Voicemail | TakeFax
    | Transfer | HangUp,
    Field(discriminator="kind"),
]  # fmt: skip
AnyStep = (
    Say | ChooseLanguage | Menu | Hours | Collect | Identify | Lookup | Contract | Caller | ToQueue | Callback | Voicemail | TakeFax
    | Transfer | HangUp
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A whole flow: the step with which it begins, and all steps by name."""

    __pydantic_config__ = _CLOSED
    start: Target = ""
    steps: Annotated[Mapping[StepName, Step], Field(max_length=MOST_STEPS)] = field(default_factory=dict)


_TARGETS = (
    "next", "open", "closed", "known", "unknown", "vip", "found", "missing", "covered", "none", "used_up", "declined",
    "failed", "otherwise",
)  # fmt: skip
_PROMPTS = ("prompt", "invalid", "announce")


def targets(step: AnyStep) -> Iterator[tuple[str, str]]:
    """Where a step may lead, each with its place in the step (a JSON pointer). Optional ones only where they are given."""
    if isinstance(step, Menu):
        for place, choice in enumerate(step.choices):
            yield f"/choices/{place}/next", choice.next
    for each in fields(step):
        if each.name in _TARGETS and not isinstance(step, ChooseLanguage):
            target = getattr(step, each.name)
            if target or each.name != "vip" or (isinstance(step, Caller) and step.tiers):
                yield f"/{each.name}", target
    if isinstance(step, ChooseLanguage):
        yield "/next", step.next


def prompts(step: AnyStep) -> Iterator[tuple[str, str]]:
    """What a step says, each with its place in the step; empty where it says nothing."""
    for each in fields(step):
        if each.name in _PROMPTS:
            yield f"/{each.name}", getattr(step, each.name)


def uploaded(flow: Flow) -> frozenset[str]:
    """The ids of the uploaded prompts that it says."""
    said = (name for step in flow.steps.values() for _, name in prompts(step))
    return frozenset(name.removeprefix("prompt:") for name in said if name.startswith("prompt:"))
