"""What the centre knows of each agent and each interaction: unchangeable, replaced on change.

Named tuples and not frozen dataclasses: every event replaces several of them. Fields that change together stand together, so that the replacements of
every day copy the others as slices: `_replace` of thirty fields costs three times as much. `_replace` is for the rare ones.
"""

from math import inf
from typing import NamedTuple

from routing.core.model import (
    AgentId,
    Device,
    InteractionId,
    Medium,
    OfferId,
    PauseKind,
    Phase,
    QueueId,
    Seconds,
    Status,
    WorkState,
)
from routing.core.words import Need, WatchMode


class AgentState(NamedTuple):
    """One agent: the four machines (status, device, offer, work) side by side, none derived from another's history.

    `idle_since` is when they last came to ready, took work on or got rid of it: the later, the later their turn. An
    offer that ends without them leaves it alone, unless it rang and they did not answer. `holds` are the interactions they talk,
    write or wrap up on, in the order they were taken; `at_work` names medium and queue of each they talk or write in, `wrap_ups` counts the others.

    `offered_at` is when they were last offered something, `missed` how many offers in a row rang and were not answered. `lately` compares how much
    they worked: the logarithm of all their time of work, of which each second counts the more the later it was (`state.HALF_AFTER_S`). While
    they are idle it stays as it is, and so does its order among all who are: every other's work becomes older by the same. `beside`: the colleague's call
    in which they talk with customer and colleague; it counts as one of theirs.
    """

    id: AgentId
    status: Status = Status.SIGNED_OUT
    reason: str = ""
    status_since: Seconds = 0.0
    device: Device = Device.UNREACHABLE
    console: bool = False
    work: WorkState = WorkState.IDLE
    work_since: Seconds = 0.0
    idle_since: Seconds = 0.0
    offer: OfferId | None = None
    holds: tuple[InteractionId, ...] = ()
    at_work: tuple[tuple[Medium, QueueId], ...] = ()
    wrap_ups: int = 0
    offered_at: Seconds = 0.0
    missed: int = 0
    lately: float = -inf
    beside: InteractionId | None = None


def may_be_asked(agent: AgentState) -> bool:
    """Whether a colleague can call them now: at a letter or on a break, too, but not while they talk or are being offered something."""
    busy = agent.work in {WorkState.TALKING, WorkState.OFFERED}
    return agent.status is not Status.SIGNED_OUT and agent.device is Device.REACHABLE and not busy


class Consult(NamedTuple):
    """Somebody whom an agent calls about a customer on hold: since when, and since when they talk."""

    whom: str
    since: Seconds
    reached_at: Seconds | None = None


class Conference(NamedTuple):
    """Whom the agent had called talks with the customer, too: since when, and which colleague it is, if one."""

    whom: str
    since: Seconds
    colleague: AgentId | None = None


class Watcher(NamedTuple):
    """A supervisor at an agent's talk: how, and since when in this way."""

    who: AgentId
    mode: WatchMode
    since: Seconds


class RecordingPause(NamedTuple):
    """A talk that is not recorded now: why, and since when."""

    kind: PauseKind
    since: Seconds


class Work(NamedTuple):
    """One interaction that is not closed.

    `enqueued_at` is the age it carries through every offer, return and restart; `arrival` is its number among all that
    came, which breaks ties. `deadline` is the live offer's; `attempts` counts the offers made. `needs` is what it requires beside what
    its queue requires; `preferred` has it for themselves until `preferred_until`. `queued_at` is when it came to this queue, `been` names
    those where it was before. `parked_by` set it aside until `parked_until`. `callback`: nobody is on the line, the customer is to be called
    back; they were `tried` so many times. `dialled`: its agent calls the customer by themselves; until they answer `callback` holds as well, and `unreached`
    says why they did not. `held_at`: on hold since then. `passed_by`: who passed it on last.
    `consult`: whom its agent calls meanwhile; `conference`: who talks with agent and customer. `watchers`: supervisors at the talk, in the order in which they came. `recorded`: the talk is, but
    for a `recording_pause`.
    """

    id: InteractionId
    medium: Medium
    queue: QueueId
    enqueued_at: Seconds
    priority_points: int
    arrival: int
    needs: frozenset[Need] = frozenset()
    preferred: AgentId | None = None
    preferred_until: Seconds = 0.0
    queued_at: Seconds = 0.0
    been: frozenset[QueueId] = frozenset()
    passed_by: AgentId | None = None
    callback: bool = False
    tried: int = 0
    dialled: bool = False
    unreached: str = ""
    finished_at: Seconds | None = None
    wrap_up_until: Seconds | None = None
    attempts: int = 0
    # from here on: what is of the present stay in the line or with an agent
    phase: Phase = Phase.WAITING
    agent: AgentId | None = None
    offer: OfferId | None = None
    deadline: Seconds | None = None
    rang_at: Seconds | None = None
    connected_at: Seconds | None = None
    parked_by: AgentId | None = None
    parked_until: Seconds | None = None
    recorded: bool = False
    held_at: Seconds | None = None
    consult: Consult | None = None
    conference: Conference | None = None
    watchers: tuple[Watcher, ...] = ()
    recording_pause: RecordingPause | None = None

    @property
    def dialling(self) -> bool:
        """The agent's own call has not reached the customer (yet): it is nobody else's."""
        return self.dialled and self.callback
