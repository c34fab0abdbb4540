"""A caller's way through a flow (pure): `advance` takes what came of the last command and says the next one.

    begin ──> command ──(answer)──> command ── ... ──> End

No clock, no socket: the time is an argument, commands are carried out by whoever runs the machine (`cti.arriving.flow_runner`, `preview`). Whatever is
answered, at most `MOST_STEPS_TAKEN` steps are taken and none is begun after `LONGEST_S`; then, and when anything fails, the end is FAILED, and the
caller goes on to the queue of the number that they dialled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from crm_core.flows.model import (
    AnyStep,
    Callback,
    Caller,
    ChooseLanguage,
    Collect,
    Contract,
    Flow,
    HangUp,
    Hours,
    Identify,
    Lookup,
    Menu,
    Say,
    SkillNeed,
    TakeFax,
    ToQueue,
    Transfer,
    Voicemail,
)

MOST_STEPS_TAKEN = 200
LONGEST_S = 600.0
MASK = "•"
"""In place of each key of a secret."""


# -- commands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """Say a prompt to its end, or until a key where it is `interruptible`. Answer: `Done`."""

    prompt: str
    interruptible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Say these prompts, which a key cuts short, and wait for keys: `most`, or until `#` where it is more than one, or a pause of
    `within_s`. Answer: `Keyed`."""

    prompts: tuple[str, ...]
    most: int
    within_s: float
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOut:
    """What only the outside knows. `step` says what is asked (of a callback: whether their number is called at all; possible, refused);
    `keyed` and `pin` are what was collected. Answer: `Came`."""

    step: Hours | Identify | Lookup | Contract | Caller | Callback
    keyed: str = ""
    pin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPlace:
    """Have them called back. Answer: `Came` (kept, refused)."""

    step: Callback


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Put them through. Answer: `Came` (failed), or `Left` once the talk is over."""

    step: Transfer


class EndKind(StrEnum):
    """How it ended; `failed`: by something that should not be."""

    QUEUE = "queue"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    FAX = "fax"
    TRANSFER = "transfer"
    HANGUP = "hangup"
    LEFT = "left"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Nothing more to do. `reason` (of FAILED): steps, time, step, answer, or what the runner said."""

    kind: EndKind
    queue_id: str = ""
    skills: tuple[SkillNeed, ...] = ()
    priority_points: int = 0
    reason: str = ""


Command = Speak | Ask | FindOut | KeepPlace | Dial | End

# -- answers ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """It has been said."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """What was keyed, without the `#` at its end; empty: nothing in time."""

    keys: str


@dataclass(frozen=True, slots=True)
class Came:
    """What came of it, in the word under which the step says where to go."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Left:
    """The caller hung up."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done."""

    reason: str


Answer = Done | Keyed | Came | Left | Failed


# -- state --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step that was taken: what was keyed in it (secrets masked), and where it led; what the flow called the step then, and what the key that was chosen
    was for."""

    step: str
    kind: str
    at: float
    keys: tuple[str, ...] = ()
    outcome: str = ""
    label: str = ""
    choice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a caller is. `chose`: the language is theirs, and not only the one of the number. `collected` holds secrets, `shown` does not."""

    flow: Flow
    started_at: float
    language: str
    chose: bool = False
    step: str = ""
    taken: int = 0
    tries: int = 0
    asked: bool = False
    collected: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    path: tuple[Stage, ...] = ()

    @property
    def shown(self) -> dict[str, str]:
        """What was collected and may be seen."""
        return {name: value for name, value in self.collected.items() if name not in self.secrets}


Next = tuple[State, Command]


def begin(flow: Flow, language: str, now: float) -> Next:
    """The first command for somebody who came just now and is spoken to in this language until they choose."""
    return _enter(State(flow=flow, started_at=now, language=language), flow.start, now)


def advance(state: State, answer: Answer, now: float) -> Next:
    """The next command. An answer that does not fit ends the flow as failed."""
    step = state.flow.steps.get(state.step)
    match answer:
        case Left():
            put_through = isinstance(step, Transfer) and state.asked
            kind = EndKind.TRANSFER if put_through else EndKind.LEFT
            return _noted(state, kind.value), End(kind=kind)
        case Failed():
            return _fail(state, answer.reason)
        case _ if step is None:
            return _fail(state, "step")
        case Keyed():
            return _keyed(_remember_keys(state, step, answer.keys), step, answer.keys, now)
        case Came():
            return _came(state, step, answer.outcome, now)
        case Done():
            return _done(state, step, now)
        case _:
            assert_never(answer)


def _enter(state: State, name: str, now: float) -> Next:
    step = state.flow.steps.get(name)
    if state.taken >= MOST_STEPS_TAKEN:
        return _fail(state, "steps")
    if now - state.started_at >= LONGEST_S:
        return _fail(state, "time")
    if step is None:
        return _fail(state, "step")
    stage = Stage(step=name, kind=step.kind, at=now, label=step.label)
    entered = replace(
        state, step=name, taken=state.taken + 1, tries=0, asked=False, path=(*state.path, stage)
    )
    return _first(entered, step)


def _first(state: State, step: AnyStep) -> Next:
    match step:
        case Say():
            return state, Speak(prompt=step.prompt, interruptible=step.interruptible)
        case ChooseLanguage() | Menu() | Collect():
            return state, _question(step, "")
        case Hours() | Identify() | Contract() | Caller() | Callback():
            return state, FindOut(step=step)
        case Lookup():
            keyed, pin = (state.collected.get(name, "") for name in (step.name, step.pin))
            return state, FindOut(step=step, keyed=keyed, pin=pin)
        case ToQueue() | Transfer():
            return (state, Speak(prompt=step.announce)) if step.announce else _last(state, step)
        case HangUp() | Voicemail() | TakeFax():
            return (state, Speak(prompt=step.prompt)) if step.prompt else _last(state, step)
        case _:
            assert_never(step)


def _question(step: ChooseLanguage | Menu | Collect | Callback, before: str) -> Ask:
    prompts = (before, step.prompt) if before else (step.prompt,)
    most, secret = (step.most, step.secret) if isinstance(step, Collect) else (1, False)
    return Ask(prompts=prompts, most=most, within_s=step.within_s, secret=secret)


def _done(state: State, step: AnyStep, now: float) -> Next:
    match step:
        case Say():
            return _enter(_noted(state, "said"), step.next, now)
        case ToQueue() | Transfer() | HangUp() | Voicemail() | TakeFax() if not state.asked:
            return _last(state, step)
        case _:
            return _fail(state, "answer")


def _last(state: State, step: ToQueue | Transfer | HangUp | Voicemail | TakeFax) -> Next:
    match step:
        case Transfer():
            return replace(state, asked=True), Dial(step=step)
        case HangUp():
            return _noted(state, "hangup"), End(kind=EndKind.HANGUP)
        case Voicemail():
            return _noted(state, "voicemail"), End(kind=EndKind.VOICEMAIL, queue_id=step.queue_id)
        case TakeFax():
            return _noted(state, "fax"), End(kind=EndKind.FAX, queue_id=step.queue_id)
        case ToQueue():
            return _noted(state, "queue"), to_queue(step, EndKind.QUEUE)
        case _:
            assert_never(step)


def to_queue(step: ToQueue | Callback, kind: EndKind) -> End:
    """The end that leads into the step's queue."""
    return End(kind=kind, queue_id=step.queue_id, skills=step.skills, priority_points=step.priority_points)


def _keyed(state: State, step: AnyStep, keys: str, now: float) -> Next:
    match step:
        case ChooseLanguage():
            return _chosen_language(state, step, keys, now)
        case Menu():
            return _chosen(state, step, keys, now)
        case Collect():
            return _collected(state, step, keys, now)
        case Callback() if keys == step.key:
            return state, KeepPlace(step=step)
        case Callback():
            return _enter(_noted(state, "declined"), step.declined, now)
        case _:
            return _fail(state, "answer")


def _chosen_language(state: State, step: ChooseLanguage, keys: str, now: float) -> Next:
    chosen = next((each.language for each in step.choices if each.key == keys), None)
    if chosen is None and not _last_try(state, step):
        return _again(state, step, "")
    language = chosen or step.otherwise
    return _enter(_noted(replace(state, language=language, chose=True), language), step.next, now)


def _chosen(state: State, step: Menu, keys: str, now: float) -> Next:
    chosen = next((each for each in step.choices if each.key == keys), None)
    if chosen is not None:
        return _enter(_noted(state, keys, chosen.label), chosen.next, now)
    if _last_try(state, step):
        return _enter(_noted(state, "otherwise"), step.otherwise, now)
    return _again(state, step, step.invalid if keys else "")


def _collected(state: State, step: Collect, keys: str, now: float) -> Next:
    if step.least <= len(keys) <= step.most and keys.isascii() and keys.isdigit():
        secrets = state.secrets | {step.name} if step.secret else state.secrets
        kept = replace(state, collected={**state.collected, step.name: keys}, secrets=secrets)
        return _enter(_noted(kept, "collected"), step.next, now)
    if _last_try(state, step):
        return _enter(_noted(state, "otherwise"), step.otherwise, now)
    return _again(state, step, step.invalid if keys else "")


def _last_try(state: State, step: ChooseLanguage | Menu | Collect) -> bool:
    return state.tries + 1 >= step.tries


def _again(state: State, step: ChooseLanguage | Menu | Collect, before: str) -> Next:
    return replace(state, tries=state.tries + 1), _question(step, before)


def _came(state: State, step: AnyStep, outcome: str, now: float) -> Next:
    if isinstance(step, Callback) and outcome == "kept":
        return _noted(state, "kept"), to_queue(step, EndKind.CALLBACK)
    if isinstance(step, Callback) and outcome == "possible" and not state.asked:
        return replace(state, asked=True), _question(step, "")
    target = _branches(step).get(outcome)
    if target is None:
        return _fail(state, "answer")
    return _enter(_noted(state, outcome), target, now)


_BRANCHES: Mapping[type[AnyStep], Mapping[str, str]] = {
    Hours: {"open": "open", "closed": "closed"},
    Identify: {"known": "known", "unknown": "unknown"},
    Lookup: {"found": "found", "missing": "missing"},
    Contract: {"covered": "covered", "none": "none", "used_up": "used_up"},
    Caller: {"known": "known", "unknown": "unknown", "vip": "vip"},
    Callback: {"refused": "declined"},
    Transfer: {"failed": "failed"},
}
"""By kind of step: the word for what came of it, and the field that says where that leads."""


def _branches(step: AnyStep) -> dict[str, str]:
    found = {word: getattr(step, name) for word, name in _BRANCHES.get(type(step), {}).items()}
    if isinstance(step, Caller):
        found["vip"] = step.vip or step.known
    return found


def outcomes(step: AnyStep) -> tuple[str, ...]:
    """The words that may come of a step that only the outside can answer."""
    return (*_branches(step), *(("kept", "possible") if isinstance(step, Callback) else ()))


def _remember_keys(state: State, step: AnyStep, keys: str) -> State:
    """What was keyed, on the last stage of the path. Of a callback's or a menu's wrong keys, too."""
    if not keys or not state.path:
        return state
    shown = MASK * len(keys) if isinstance(step, Collect) and step.secret else keys
    last = state.path[-1]
    return replace(state, path=(*state.path[:-1], replace(last, keys=(*last.keys, shown))))


def _noted(state: State, outcome: str, choice: str = "") -> State:
    if not state.path:
        return state
    return replace(state, path=(*state.path[:-1], replace(state.path[-1], outcome=outcome, choice=choice)))


def _fail(state: State, reason: str) -> Next:
    return _noted(state, "failed"), End(kind=EndKind.FAILED, reason=reason)
