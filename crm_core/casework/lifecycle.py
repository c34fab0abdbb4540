"""A life cycle as a table (pure): states with a class that the clocks know, the moves between them, and what a move asks for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from config.errors import Kind, Refused
from crm_core.records.declared import Label, label

OPEN, PENDING, SOLVED, CLOSED = "open", "pending", "solved", "closed"
CLASSES = (OPEN, PENDING, SOLVED, CLOSED)
"""What clocks and lists know of a state: work runs, waits for somebody else, is done, is done for good."""
DONE = (SOLVED, CLOSED)
MOST_STATES = 30
MOST_MOVES = 200
MOST_APPROVERS = 5
ROLES = ("agent", "supervisor", "admin")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    name: str
    of_class: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Who decides at one place of the order: a user, anybody of a role, or the head of the case's department (`levels`
    above it)."""

    kind: str
    who: str = ""
    levels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a move asks for. `fields`: those of the case, and of its form as `form.<name>`. `not_owner`: somebody else than the
    owner must do it. `approvers` decide in their order before the move is made."""

    fields: tuple[str, ...] = ()
    resolution: bool = False
    roles: tuple[str, ...] = ()
    not_owner: bool = False
    approvers: tuple[Approver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    start: str
    end: str
    label: Label
    needs: Needs = field(default_factory=Needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """`on_customer`: where a letter of the customer leads from a state that waits or is done; `on_reply`: where an answer leads."""

    states: tuple[State, ...]
    moves: tuple[Move, ...]
    initial: str
    on_customer: str
    on_reply: str | None = None

    def state(self, name: str) -> State | None:
        return next((each for each in self.states if each.name == name), None)

    def standing(self, name: str | None, of_class: str) -> State:
        """Where a case stands. One whose state is no longer in the table stands in the first of its class, else at the beginning."""
        known = self.state(name or "")
        if known is not None and known.of_class == of_class:
            return known
        same = (each for each in self.states if each.of_class == of_class)
        return next(same, self.at_first)

    @property
    def at_first(self) -> State:
        return next(each for each in self.states if each.name == self.initial)

    def steps(self, start: str) -> tuple[Move, ...]:
        """The moves from a state, in the order of the table."""
        return tuple(each for each in self.moves if each.start == start)

    def move(self, start: str, end: str) -> Move | None:
        return next((each for each in self.steps(start) if each.end == end), None)

    def towards(self, start: str, of_class: str) -> tuple[Move, ...]:
        """The moves from a state to any of this class."""
        classes = {each.name: each.of_class for each in self.states}
        return tuple(each for each in self.steps(start) if classes[each.end] == of_class)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a move's needs are judged by: the case's fields and form together, who moves, and whose it is."""

    values: Mapping[str, Any]
    resolution: bool
    mover: str
    role: str
    owner: str | None


def unmet(needs: Needs, standing: Standing) -> tuple[Refused, ...]:
    """Why the move cannot be made now; nothing: it can."""
    missing = [name for name in needs.fields if standing.values.get(name) in (None, "", [], ())]
    faults = [
        Refused("case.move_needs_field", Kind.INVALID, pointer=f"/{name.replace('.', '/')}", field=name)
        for name in missing
    ]
    if needs.resolution and not standing.resolution:
        faults.append(Refused("case.move_needs_resolution", Kind.INVALID, pointer="/resolution"))
    if needs.roles and standing.role not in needs.roles:
        faults.append(Refused("case.move_needs_role", Kind.FORBIDDEN, roles=", ".join(needs.roles)))
    if needs.not_owner and standing.mover == standing.owner:
        faults.append(Refused("case.move_needs_other", Kind.FORBIDDEN))
    return tuple(faults)


def read(given: Any) -> Lifecycle:
    """A life cycle from its JSON; `Refused` for a table that cannot work."""
    table = _object(given, "states", "moves", "initial", "on_customer", "on_reply")
    states = tuple(map(_state, _list(table.get("states"), MOST_STATES)))
    names = {each.name for each in states}
    moves = tuple(_move(each, names) for each in _list(table.get("moves"), MOST_MOVES))
    initial = table.get("initial")
    on_customer = table.get("on_customer") or initial
    made = Lifecycle(
        states=states,
        moves=moves,
        initial=str(initial),
        on_customer=str(on_customer),
        on_reply=str(table["on_reply"]) if table.get("on_reply") else None,
    )
    _check(made, names)
    return made


def _check(made: Lifecycle, names: set[str]) -> None:
    if len(names) != len(made.states):
        raise _wrong("lifecycle.state_twice")
    if len({(each.start, each.end) for each in made.moves}) != len(made.moves):
        raise _wrong("lifecycle.move_twice")
    places = [made.initial, made.on_customer, *([made.on_reply] if made.on_reply else [])]
    for each in places:
        if each not in names:
            raise _wrong("lifecycle.state_unknown", state=str(each)[:60])
    if made.at_first.of_class in DONE:
        raise _wrong("lifecycle.begins_done")
    if not any(each.of_class in DONE for each in made.states):
        raise _wrong("lifecycle.never_ends")
    lost = names - reachable(made)
    if lost:
        raise _wrong("lifecycle.state_unreachable", state=min(lost))


def reachable(made: Lifecycle) -> set[str]:
    """The states that a case can come to."""
    seen: set[str] = set()
    open_ones = [made.initial, made.on_customer, *([made.on_reply] if made.on_reply else [])]
    while open_ones:
        name = open_ones.pop()
        if name not in seen:
            seen.add(name)
            open_ones += [each.end for each in made.steps(name)]
    return seen


def _state(given: Any) -> State:
    each = _object(given, "name", "class", "label")
    name, of_class = each.get("name"), each.get("class")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _wrong("lifecycle.name", name=str(name)[:60])
    if of_class not in CLASSES:
        raise _wrong("lifecycle.class", state=name)
    return State(name=name, of_class=str(of_class), label=labelled(each.get("label"), name))


def _move(given: Any, names: Iterable[str]) -> Move:
    each = _object(given, "from", "to", "label", "needs")
    for end in (each.get("from"), each.get("to")):
        if not isinstance(end, str) or end not in names:
            raise _wrong("lifecycle.state_unknown", state=str(end)[:60])
    return Move(
        start=each["from"],
        end=each["to"],
        label=labelled(each.get("label"), each["to"]),
        needs=_needs(each.get("needs") or {}),
    )


def _needs(given: Any) -> Needs:
    each = _object(given, "fields", "resolution", "roles", "not_owner", "approvers")
    fields = tuple(map(str, _list(each.get("fields") or [], 30)))
    roles = tuple(map(str, _list(each.get("roles") or [], len(ROLES))))
    if not set(roles) <= set(ROLES):
        raise _wrong("lifecycle.role")
    return Needs(
        fields=fields,
        resolution=each.get("resolution") is True,
        roles=roles,
        not_owner=each.get("not_owner") is True,
        approvers=tuple(map(_approver, _list(each.get("approvers") or [], MOST_APPROVERS))),
    )


def _approver(given: Any) -> Approver:
    each = _object(given, "kind", "who", "levels")
    kind, who, levels = each.get("kind"), each.get("who") or "", each.get("levels") or 0
    fits = {
        "user": isinstance(who, str) and bool(who),
        "role": who in ROLES,
        "head": isinstance(levels, int) and not isinstance(levels, bool) and 0 <= levels <= 20,
    }
    if not fits.get(str(kind), False):
        raise _wrong("lifecycle.approver")
    return Approver(kind=str(kind), who=str(who), levels=int(levels) if kind == "head" else 0)


def labelled(given: Any, fallback: str) -> Label:
    """A name in three languages; one that is missing falls back to English, and that to the word itself."""
    words = given if isinstance(given, dict) else {}
    if any(not isinstance(each, str) or len(each) > 200 for each in words.values()):
        raise _wrong("lifecycle.label")
    en = words.get("en") or fallback
    return label(en, words.get("zh-TW") or en, words.get("zh-CN") or words.get("zh-TW") or en)


def _object(given: Any, *names: str) -> dict[str, Any]:
    if not isinstance(given, dict) or not set(given) <= set(names):
        raise _wrong("lifecycle.form")
    return given


def _list(given: Any, most: int) -> list[Any]:
    if not isinstance(given, list) or len(given) > most:
        raise _wrong("lifecycle.form")
    return given


def _wrong(code: str, **params: str) -> Refused:
    return Refused(code, Kind.INVALID, pointer="/lifecycle", **params)


def _plain(name: str, of_class: str, *words: str) -> State:
    return State(name=name, of_class=of_class, label=label(*words))


def _to(start: str, end: str, *words: str) -> Move:
    return Move(start=start, end=end, label=label(*words))


_REOPEN = ("Reopen", "重新開啟", "重新打开")
_WAIT = ("Wait for customer", "等候客戶", "等待客户")
_SOLVE = ("Solve", "解決", "解决")
PLAIN = Lifecycle(
    initial=OPEN,
    on_customer=OPEN,
    on_reply=PENDING,
    states=(
        _plain(OPEN, OPEN, "Open", "處理中", "处理中"),
        _plain(PENDING, PENDING, "Pending", "等候中", "等待中"),
        _plain(SOLVED, SOLVED, "Solved", "已解決", "已解决"),
        _plain(CLOSED, CLOSED, "Closed", "已結案", "已关闭"),
    ),
    moves=(
        _to(OPEN, PENDING, *_WAIT),
        _to(OPEN, SOLVED, *_SOLVE),
        _to(PENDING, OPEN, "Go on", "繼續處理", "继续处理"),
        _to(PENDING, SOLVED, *_SOLVE),
        _to(SOLVED, OPEN, *_REOPEN),
        _to(SOLVED, PENDING, *_WAIT),
        _to(SOLVED, CLOSED, "Close", "結案", "关闭"),
        _to(CLOSED, OPEN, *_REOPEN),
    ),
)
"""For cases without a type, and what a type begins with."""
