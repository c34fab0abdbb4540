"""All that is folded from facts, at one moment: whoever goes on from there needs only the facts since then."""

from collections.abc import Mapping
from typing import NamedTuple

from routing.core.figures import FiguresSnapshot
from routing.core.model import InteractionId, QueueId, Seconds
from routing.core.presence import AgentState, Work


class CentreSnapshot(NamedTuple):
    """A centre at one moment: agents, open interactions and the closed ones that are still recognised, the oldest first."""

    agents: tuple[AgentState, ...]
    works: tuple[Work, ...]
    closed: tuple[InteractionId, ...]
    arrivals: int


class SeenSnapshot(NamedTuple):
    """What had been seen at one moment."""

    mean: Mapping[QueueId, float]
    counted: Mapping[QueueId, int]
    began: Mapping[InteractionId, tuple[QueueId, Seconds]]
    came: Mapping[InteractionId, Seconds]
    waited_s: Mapping[QueueId, float]
    left: Mapping[QueueId, float]


class Snapshot(NamedTuple):
    """The centre, what had been seen of work and patience, and the day's figures."""

    centre: CentreSnapshot
    seen: SeenSnapshot
    figures: FiguresSnapshot
