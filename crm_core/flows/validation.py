"""What is wrong with a flow (pure): everything at once, each with its place. Errors keep it from being published, warnings do not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from config.errors import Param
from crm_core.flows import model
from crm_core.flows.model import (
    LANGUAGES,
    AnyStep,
    Callback,
    Caller,
    ChooseLanguage,
    Collect,
    Flow,
    Hours,
    Identify,
    Lookup,
    Menu,
    SkillNeed,
    TakeFax,
    ToQueue,
    Transfer,
    Voicemail,
)

Severity = Literal["error", "warning"]
_ENDS = ("queue", "hangup", "voicemail", "fax")
_MAY_END = ("callback", "transfer")
_HEARS = (ChooseLanguage, Menu, Collect, Identify, Callback)
"""Where a caller is waited for, so that going round there takes time and does not spin."""
_NEEDS_PROMPT = {
    "say": "/prompt",
    "language": "/prompt",
    "menu": "/prompt",
    "collect": "/prompt",
    "callback": "/prompt",
    "voicemail": "/prompt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`pointer`: into the document (RFC 6901)."""

    severity: Severity
    code: str
    pointer: str
    params: Mapping[str, Param] = field(default_factory=dict)


def _none_may(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What flows may name. `prompts`: uploaded ones by id, each with its languages; `ours`: the sounds that come with the product."""

    queues: frozenset[str] = frozenset()
    calendars: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    prompts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()
    may_call: Callable[[str], bool] = _none_may


def problems(flow: Flow, known: Known) -> list[Problem]:
    """All of them, errors first."""
    found = [*_of_shape(flow), *_of_secrets(flow)]
    for name, step in flow.steps.items():
        place = f"/steps/{name}"
        found += [
            Problem(severity=each.severity, code=each.code, pointer=place + each.pointer, params=each.params)
            for each in _of_step(step, flow, known)
        ]
    return sorted(found, key=lambda each: (each.severity != "error", each.pointer, each.code))


def errors(found: list[Problem]) -> list[Problem]:
    return [each for each in found if each.severity == "error"]


def _error(code: str, pointer: str, **params: Param) -> Problem:
    return Problem(severity="error", code=code, pointer=pointer, params=params)


def _warning(code: str, pointer: str, **params: Param) -> Problem:
    return Problem(severity="warning", code=code, pointer=pointer, params=params)


# -- how steps hang together -------------------------------------------------------------------------------------------


def _of_shape(flow: Flow) -> Iterator[Problem]:
    if not flow.steps:
        yield _error("flow.no_steps", "/steps")
        return
    if flow.start not in flow.steps:
        yield _error("flow.start_missing", "/start", step=flow.start)
        return
    reached = _reached(flow)
    for name in flow.steps:
        if name not in reached:
            yield _warning("flow.unreachable", f"/steps/{name}", step=name)
    for name in sorted(reached & _spinning(flow)):
        yield _error("flow.loop", f"/steps/{name}", step=name)
    for name in sorted(reached - _ending(flow)):
        yield _error("flow.no_end", f"/steps/{name}", step=name)


def _leads(flow: Flow, name: str) -> set[str]:
    return {target for _, target in model.targets(flow.steps[name]) if target in flow.steps}


def _reached(flow: Flow) -> set[str]:
    reached, waiting = {flow.start}, [flow.start]
    while waiting:
        new = _leads(flow, waiting.pop()) - reached
        reached |= new
        waiting += new
    return reached


def _spinning(flow: Flow) -> set[str]:
    """Steps on a round in which nobody is asked anything. What leads nowhere, and what only such steps are led to by, falls away; rounds stay."""
    leads = {
        name: _leads(flow, name) if not isinstance(step, _HEARS) else set()
        for name, step in flow.steps.items()
    }
    left = set(leads)
    while True:
        led_to = {target for name in left for target in leads[name]}
        ends = {name for name in left if not leads[name] & left or name not in led_to}
        if not ends:
            return left
        left -= ends


def _ending(flow: Flow) -> set[str]:
    """Steps from which there is a way to an end."""
    ending = {name for name, step in flow.steps.items() if step.kind in (*_ENDS, *_MAY_END)}
    while True:
        more = {name for name in flow.steps if name not in ending and _leads(flow, name) & ending}
        if not more:
            return ending
        ending |= more


# -- what is collected ---------------------------------------------------------------------------------------------------


def _of_secrets(flow: Flow) -> Iterator[Problem]:
    """A PIN must be secret wherever it is collected, and a name is not secret at one step and shown at another."""
    collected: dict[str, set[bool]] = {}
    for step in flow.steps.values():
        if isinstance(step, Collect) and step.name:
            collected.setdefault(step.name, set()).add(step.secret)
    for name, step in flow.steps.items():
        if isinstance(step, Collect) and len(collected.get(step.name, ())) > 1:
            yield _error("flow.secret_differs", f"/steps/{name}/secret", name=step.name)
        if isinstance(step, Lookup):
            yield from _of_lookup(f"/steps/{name}", step, collected)


def _of_lookup(place: str, step: Lookup, collected: Mapping[str, set[bool]]) -> Iterator[Problem]:
    for pointer, name in (("/name", step.name), ("/pin", step.pin)):
        if name and name not in collected:
            yield _error("flow.not_collected", place + pointer, name=name)
    if not step.name:
        yield _error("flow.missing", place + "/name")
    if step.pin and False in collected.get(step.pin, ()):
        yield _error("flow.secret_shown", place + "/pin", name=step.pin)
    if step.by == "customer" and not step.pin:
        yield _error("flow.pin_missing", place + "/pin")


# -- one step ----------------------------------------------------------------------------------------------------------------


def _of_step(step: AnyStep, flow: Flow, known: Known) -> Iterator[Problem]:
    for pointer, target in model.targets(step):
        if target not in flow.steps:
            yield _error("flow.target_missing", pointer, step=target)
    for pointer, prompt in model.prompts(step):
        yield from _of_prompt(pointer, prompt, known)
    needed = _NEEDS_PROMPT.get(step.kind)
    if needed and not getattr(step, needed[1:]):
        yield _error("flow.prompt_missing", needed)
    yield from _of_its_own(step, known)


def _of_prompt(pointer: str, prompt: str, known: Known) -> Iterator[Problem]:
    source, _, name = prompt.partition(":")
    if source == "ours" and name not in known.ours:
        yield _error("flow.prompt_unknown", pointer, prompt=prompt)
    if source == "prompt":
        languages = known.prompts.get(name)
        if languages is None:
            yield _error("flow.prompt_unknown", pointer, prompt=prompt)
        elif not languages:
            yield _error("flow.prompt_silent", pointer, prompt=prompt)
        else:
            for language in LANGUAGES:
                if language not in languages:
                    yield _warning("flow.language_missing", pointer, prompt=prompt, language=language)


def _of_its_own(step: AnyStep, known: Known) -> Iterator[Problem]:
    match step:
        case ChooseLanguage() | Menu():
            yield from _of_keys([choice.key for choice in step.choices])
        case Hours():
            yield from _of_hours(step, known)
        case Collect():
            yield from _of_digits(step)
        case Caller():
            for place, tier in enumerate(step.tiers):
                if tier not in known.tiers:
                    yield _error("flow.tier_unknown", f"/tiers/{place}", tier=tier)
        case ToQueue() | Callback():
            yield from _of_queue(step.queue_id, known)
            yield from _of_skills(step.skills, known)
        case Voicemail() | TakeFax():
            yield from _of_queue(step.queue_id, known)
        case Transfer() if not known.may_call(step.number):
            code = "flow.number_not_allowed" if step.number else "flow.missing"
            yield _error(code, "/number", number=step.number)
        case _:
            pass


def _of_keys(keys: list[str]) -> Iterator[Problem]:
    if not keys:
        yield _error("flow.no_choices", "/choices")
    for place, key in enumerate(keys):
        if key in keys[:place]:
            yield _error("flow.key_twice", f"/choices/{place}/key", key=key)


def _of_hours(step: Hours, known: Known) -> Iterator[Problem]:
    if bool(step.queue_id) == bool(step.calendar_id):
        yield _error("flow.hours_of_one", "/queue_id")
    if step.queue_id:
        yield from _of_queue(step.queue_id, known)
    if step.calendar_id and step.calendar_id not in known.calendars:
        yield _error("flow.calendar_unknown", "/calendar_id", id=step.calendar_id)


def _of_digits(step: Collect) -> Iterator[Problem]:
    if not step.name:
        yield _error("flow.missing", "/name")
    if step.least > step.most:
        yield _error("flow.least_most", "/least", least=step.least, most=step.most)


def _of_queue(queue_id: str, known: Known) -> Iterator[Problem]:
    if not queue_id:
        yield _error("flow.missing", "/queue_id")
    elif queue_id not in known.queues:
        yield _error("flow.queue_unknown", "/queue_id", id=queue_id)


def _of_skills(needed: tuple[SkillNeed, ...], known: Known) -> Iterator[Problem]:
    names = [each.skill for each in needed]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield _error("flow.skill_twice", f"/skills/{place}/skill", skill=name)
        elif name not in known.skills:
            yield _warning("flow.skill_of_nobody", f"/skills/{place}/skill", skill=name)
