"""A record as lanes over time: a lane for each who took part, with what they did in spans that follow each other."""

from dataclasses import dataclass
from enum import StrEnum


class LaneKind(StrEnum):
    """Who has a lane. `OUTSIDE`: somebody at a number that is nobody's here."""

    CUSTOMER = "customer"
    FLOW = "flow"
    QUEUE = "queue"
    AGENT = "agent"
    OUTSIDE = "outside"
    SUPERVISOR = "supervisor"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What somebody did from `begin` to `end`; `going_on`: they still do, and `end` is now. `outcome`: how it ended, where that is more than that
    something else followed. `offer`: by which they were asked. `about`: of a step its name, of a supervisor at whose talk."""

    kind: str
    begin: float
    end: float
    outcome: str | None = None
    offer: str | None = None
    about: str = ""
    going_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What happened in a moment. `about`: keys, a queue, the number of a hang-up's cause."""

    kind: str
    at: float
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """`of`: the id of the flow, queue or user, or a number outside. No two spans of a lane overlap; they are in order, and so are the marks."""

    kind: LaneKind
    of: str
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All of it lies within `begin` and `end` (`going_on`: it is not over, and `end` is now). The customer's lane has no gap from the beginning to where it ends."""

    begin: float
    end: float
    going_on: bool
    lanes: tuple[Lane, ...]
