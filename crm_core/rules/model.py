"""Rules and procedures as data (pure): read from their JSON, refused when they cannot work."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard

from config.errors import Kind, Refused

MOST_STEPS = 30
_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
LONGEST_S = 3650 * 86400.0
HIGHEST_LEVEL = 25
"""No tree of departments is higher."""


class Trigger(StrEnum):
    """What a rule waits for."""

    CREATED = "created"
    CHANGED = "changed"
    STATUS_ENTERED = "status_entered"
    SLA_WARNED = "sla_warned"
    SLA_BREACHED = "sla_breached"
    CUSTOMER_WROTE = "customer_wrote"
    TIME_PASSED = "time_passed"
    BY_HAND = "by_hand"  # no rule: somebody pressed a button
    TOLD_WATCHERS = "told_watchers"  # no rule: those who want mail are written to


OF_CASES = (Trigger.STATUS_ENTERED, Trigger.SLA_WARNED, Trigger.SLA_BREACHED, Trigger.CUSTOMER_WROTE)


class Once(StrEnum):
    """How often a rule may start its procedure: once per record, each time, or once per group (see `Count`) and window."""

    RECORD = "record"
    EVERY = "every"
    GROUP = "group"


class StepKind(StrEnum):
    NOTIFY = "notify"
    REASSIGN = "reassign"
    RAISE = "raise"
    ESCALATE = "escalate"
    CREATE_TASK = "create_task"
    CALL_BACK = "call_back"
    SET_FIELD = "set_field"
    SEND_MAIL = "send_mail"
    MOVE = "move"
    OPEN_CASE = "open_case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A number that left its previous value by more than a share of it, upwards or downwards."""

    field: str
    up_by: float | None
    down_by: float | None

    def happened(self, before: Any, after: Any) -> bool:
        if not _is_number(before) or not _is_number(after) or before == 0:
            return False
        share = (float(after) - float(before)) / abs(float(before))
        risen = self.up_by is not None and share > self.up_by
        fallen = self.down_by is not None and -share > self.down_by
        return risen or fallen


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """The trigger's own words. `fields`: changed ones; `states`: entered (a state or a class); `clocks`; for the passing of time
    `field` (a moment or a date of the record) and `after_s` since it."""

    fields: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    field: str = ""
    after_s: float = 0.0
    jump: Jump | None = None

    def fits(self, trigger: Trigger, data: Mapping[str, Any]) -> bool:
        """Whether what happened is what the rule waits for."""
        changes = data.get("changes") or {}
        if self.fields and not set(self.fields) & set(changes):
            return False
        if self.states and data.get("state") not in self.states and data.get("class") not in self.states:
            return False
        if self.clocks and data.get("clock") not in self.clocks:
            return False
        if self.jump is not None:
            before, after = changes.get(self.jump.field) or (None, None)
            return trigger is Trigger.CHANGED and self.jump.happened(before, after)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A threshold on how many records fit: `least` of them, made within `within_s`, alike in the fields `same`."""

    least: int
    within_s: float | None
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom a step means: owner, watchers, head (of the case's department), escalation (the head so many levels up as the case was
    raised), a user, everybody of a role, the customer, an address."""

    kind: str
    who: str = ""


TARGETS = ("owner", "watchers", "head", "escalation", "user", "role")
_WITH_WHO = ("user", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; `given` was checked by `steps`."""

    kind: StepKind
    given: Mapping[str, Any]

    def text(self, name: str) -> str:
        return str(self.given.get(name) or "")

    def number(self, name: str, otherwise: float = 0.0) -> float:
        value = self.given.get(name)
        return float(value) if _is_number(value) else otherwise

    @property
    def targets(self) -> tuple[Target, ...]:
        return tuple(
            Target(kind=each["kind"], who=each.get("who") or "") for each in self.given.get("to") or ()
        )


_FIELDS: Mapping[StepKind, tuple[frozenset[str], frozenset[str]]] = {
    # needed, and allowed beside
    StepKind.NOTIFY: (frozenset({"to"}), frozenset({"text", "mail"})),
    StepKind.REASSIGN: (frozenset(), frozenset({"owner_id", "team_id", "queue_id", "to"})),
    StepKind.RAISE: (frozenset({"field"}), frozenset({"value"})),
    StepKind.ESCALATE: (frozenset(), frozenset({"level"})),
    StepKind.CREATE_TASK: (frozenset({"subject"}), frozenset({"due_in_s", "to", "remind_before_s"})),
    StepKind.CALL_BACK: (frozenset(), frozenset({"subject", "due_in_s", "to"})),
    StepKind.SET_FIELD: (frozenset({"field"}), frozenset({"value"})),
    StepKind.SEND_MAIL: (frozenset({"template_id"}), frozenset({"address", "purpose"})),
    StepKind.MOVE: (frozenset({"state"}), frozenset()),
    StepKind.OPEN_CASE: (
        frozenset({"subject"}),
        frozenset({"type_id", "severity", "queue_id", "task", "due_in_s", "category"}),
    ),
}


def steps(given: Any) -> tuple[Step, ...]:
    """A procedure's steps; `Refused` for what cannot be done."""
    if not isinstance(given, list) or not given or len(given) > MOST_STEPS:
        raise _wrong("procedure.form", "/steps")
    return tuple(_step(each, number) for number, each in enumerate(given))


def _step(given: Any, number: int) -> Step:
    place = f"/steps/{number}"
    if not isinstance(given, dict) or given.get("kind") not in tuple(StepKind):
        raise _wrong("procedure.step", place)
    words = {name: value for name, value in given.items() if name != "kind"}
    kind = StepKind(given["kind"])
    needed, allowed = _FIELDS[kind]
    if not set(words) <= needed | allowed:
        raise _wrong("procedure.step", place)
    if any(words.get(name) in (None, "", []) for name in needed):
        raise _wrong("procedure.step_incomplete", place, step=kind.value)
    _check_targets(words.get("to"), place)
    if kind is StepKind.RAISE and words["field"] not in ("severity", "priority"):
        raise _wrong("procedure.step", place)
    purpose = words.get("purpose")
    if purpose is not None and (not isinstance(purpose, str) or not _CODE.fullmatch(purpose)):
        raise _wrong("procedure.step", place)
    for name in ("due_in_s", "remind_before_s"):
        value = words.get(name)
        if value is not None and (not _is_number(value) or not 0 <= value <= LONGEST_S):
            raise _wrong("procedure.step", place)
    if not isinstance(words.get("mail", True), bool):
        raise _wrong("procedure.step", place)
    level = words.get("level")
    if level is not None and (not _is_number(level) or level not in range(1, HIGHEST_LEVEL + 1)):
        raise _wrong("procedure.step", place)
    return Step(kind=kind, given=words)


def _check_targets(given: Any, place: str) -> None:
    if given is None:
        return
    if not isinstance(given, list) or len(given) > 20:
        raise _wrong("procedure.target", place)
    for each in given:
        if not isinstance(each, dict) or each.get("kind") not in TARGETS or not set(each) <= {"kind", "who"}:
            raise _wrong("procedure.target", place)
        who = each.get("who", "")
        if not isinstance(who, str) or len(who) > 100 or (each["kind"] in _WITH_WHO and not who):
            raise _wrong("procedure.target", place)


def detail(trigger: Trigger, given: Any) -> Detail:
    """A trigger's words; `Refused` for those that it has not."""
    if given is None:
        given = {}
    allowed = {
        Trigger.CHANGED: {"fields", "jump"},
        Trigger.STATUS_ENTERED: {"states"},
        Trigger.SLA_WARNED: {"clocks"},
        Trigger.SLA_BREACHED: {"clocks"},
        Trigger.TIME_PASSED: {"field", "after_s"},
    }.get(trigger, set())
    if not isinstance(given, dict) or not set(given) <= allowed:
        raise _wrong("rule.detail", "/detail")
    lists = {name: tuple(map(str, _words(given.get(name)))) for name in ("fields", "states", "clocks")}
    after_s = given.get("after_s", 0)
    if not _is_number(after_s) or not -LONGEST_S <= after_s <= LONGEST_S:
        raise _wrong("rule.detail", "/detail")
    if trigger is Trigger.TIME_PASSED and not isinstance(given.get("field"), str):
        raise _wrong("rule.detail", "/detail")
    return Detail(
        fields=lists["fields"],
        states=lists["states"],
        clocks=lists["clocks"],
        field=str(given.get("field") or ""),
        after_s=float(after_s),
        jump=_jump(given.get("jump")),
    )


def _jump(given: Any) -> Jump | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("field"), str):
        raise _wrong("rule.detail", "/detail")
    shares = [given.get("up_by"), given.get("down_by")]
    if all(each is None for each in shares) or any(
        each is not None and (not _is_number(each) or each < 0) for each in shares
    ):
        raise _wrong("rule.detail", "/detail")
    return Jump(field=given["field"], up_by=shares[0], down_by=shares[1])


def count(given: Any) -> Count | None:
    """A threshold on how many; None: none."""
    if given is None:
        return None
    if not isinstance(given, dict) or not set(given) <= {"least", "within_s", "same"}:
        raise _wrong("rule.count", "/count")
    least, within_s = given.get("least"), given.get("within_s")
    if not isinstance(least, int) or isinstance(least, bool) or not 1 <= least <= 100_000:
        raise _wrong("rule.count", "/count")
    if within_s is not None and (not _is_number(within_s) or not 0 < within_s <= LONGEST_S):
        raise _wrong("rule.count", "/count")
    return Count(least=least, within_s=within_s, same=tuple(map(str, _words(given.get("same")))))


def _words(given: Any) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > 50 or not all(isinstance(each, str) for each in given):
        raise _wrong("rule.detail", "/detail")
    return given


def _is_number(given: Any) -> TypeGuard[int | float]:
    return isinstance(given, int | float) and not isinstance(given, bool)


def _wrong(code: str, pointer: str, **params: str) -> Refused:
    return Refused(code, Kind.INVALID, pointer=pointer, **params)
