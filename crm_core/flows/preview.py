"""A flow tried out without a telephone: the same machine, with keys and moments that somebody gives. Nothing is written, nobody is called."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from sqlalchemy import Connection

from config.errors import Refused
from crm_core.flows import machine, outside
from crm_core.flows.machine import (
    Answer,
    Ask,
    Came,
    Command,
    Dial,
    Done,
    End,
    Failed,
    FindOut,
    KeepPlace,
    Keyed,
    Left,
    Speak,
    State,
)
from crm_core.flows.model import Callback, Caller, Contract, Flow, Hours, Identify, Lookup
from crm_core.flows.outside import Person

SPEAKS_S = 3.0
"""So long a prompt is taken to last."""
HUNG_UP = "hangup"
"""Instead of keys: the caller hangs up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What somebody does: `keys` at each question in turn (nothing when there are no more, `hangup` ends the call); `outcomes` by step, where
    what would come of it is not to be looked up."""

    at: float
    number: str = ""
    language: str = "en"
    keys: tuple[str, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the caller hears, in which language."""

    step: str
    prompt: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where it led."""

    state: State
    end: End
    heard: tuple[Heard, ...]


def way(conn: Connection, flow: Flow, tried: Tried) -> Way:
    """Go through it."""
    now, number = tried.at, Person(number=tried.number)
    telephone = _Telephone(conn=conn, tried=tried, keys=list(tried.keys), who=number)
    heard: list[Heard] = []
    state, command = machine.begin(flow, tried.language, now)
    while not isinstance(command, End):
        said = _said(command)
        heard += [Heard(step=state.step, prompt=each, language=state.language) for each in said]
        now += SPEAKS_S * len(said)
        answer = telephone.answer(command, state.step, now)
        if isinstance(command, Ask) and answer == Keyed(""):
            now += command.within_s
        state, command = machine.advance(state, answer, now)
    return Way(state=state, end=command, heard=tuple(heard))


def _said(command: Command) -> tuple[str, ...]:
    match command:
        case Speak():
            return (command.prompt,) if command.prompt else ()
        case Ask():
            return tuple(filter(None, command.prompts))
        case _:
            return ()


@dataclass(slots=True, kw_only=True)
class _Telephone:
    """Somebody who does what was `tried`, and what they have said of themselves so far."""

    conn: Connection
    tried: Tried
    keys: list[str]
    who: Person

    def answer(self, command: Command, step: str, now: float) -> Answer:
        """What comes of a command."""
        forced = self.tried.outcomes.get(step)
        match command:
            case Ask():
                given = self.keys.pop(0) if self.keys else ""
                return Left() if given == HUNG_UP else Keyed(given.removesuffix("#") or given)
            case FindOut():
                return self._find_out(command, now) if forced in {None, "kept"} else Came(forced or "")
            case KeepPlace():
                return Came("kept")
            case Dial():
                return Came("failed") if forced == "failed" else Left()
            case _:
                return Done()

    def _find_out(self, command: FindOut, now: float) -> Answer:
        try:
            return Came(self._outcome(command, now))
        except Refused as refusal:
            return Failed(refusal.code)

    def _outcome(self, command: FindOut, now: float) -> str:
        match command.step:
            case Hours() as step:
                return outside.hours(self.conn, step, now)
            case Caller() as step:
                return outside.caller(self.conn, step, self.who, now)
            case Contract():
                return outside.contract(self.conn, self.who, now)[0]
            case Lookup() as step:
                return self._look_up(step, command.keyed)
            case Identify() as step:
                skip = outside.spared(self.conn, self.who.number, step.ask, now).skip
                return "known" if skip or self.who.identified is not None else "unknown"
            case Callback():
                return "possible"
            case _:
                assert_never(command.step)

    def _look_up(self, step: Lookup, keyed: str) -> str:
        """No PIN is proven here: whoever may write flows must not try them out."""
        found = outside.named(self.conn, step, keyed)
        if found is None or found.pin_hash is not None:
            return "missing"
        self.who = replace(self.who, identified=found.match())
        return "found"
