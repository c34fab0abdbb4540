"""What is recorded: every change of the router's state is one of these, and the state is their fold.

The ledger stores facts in order; boards, consoles and a restarted router are folded from them (`state`, `figures`).
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from routing.core.model import (
    AgentId,
    By,
    Device,
    InteractionId,
    Medium,
    OfferId,
    Outcome,
    PauseKind,
    QueueId,
    Seconds,
    Status,
    Why,
)
from routing.core.record import dataclass
from routing.core.words import Need, WatchMode


@dataclass(slots=True, init=False)
class Enqueued:
    """An interaction waits; `at` is its age's beginning. See `presence.Work` for what it asks."""

    interaction: Final[InteractionId]
    medium: Final[Medium]
    queue: Final[QueueId]
    priority_points: Final[int]
    at: Final[Seconds]
    needs: Final[frozenset[Need]]
    preferred: Final[AgentId | None]
    preferred_until: Final[Seconds]
    USUAL: ClassVar[Mapping[str, object]] = {"needs": frozenset(), "preferred": None, "preferred_until": 0.0}

    def __init__(
        self,
        *,
        interaction: InteractionId,
        medium: Medium,
        queue: QueueId,
        priority_points: int,
        at: Seconds,
        needs: frozenset[Need] = frozenset(),
        preferred: AgentId | None = None,
        preferred_until: Seconds = 0.0,
    ) -> None:
        self.interaction = interaction
        self.medium = medium
        self.queue = queue
        self.priority_points = priority_points
        self.at = at
        self.needs = needs
        self.preferred = preferred
        self.preferred_until = preferred_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """More is known of what an interaction asks; its age stays."""

    interaction: InteractionId
    queue: QueueId
    priority_points: int
    needs: frozenset[Need]
    preferred: AgentId | None
    preferred_until: Seconds
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LedOn:
    """Waits in `queue` from now on, no longer in `origin`; its age stays."""

    interaction: InteractionId
    queue: QueueId
    origin: QueueId
    why: Why
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """Told why and let go, after they have left a message where it is `voicemail`. The interaction is closed."""

    interaction: InteractionId
    queue: QueueId
    why: Why
    at: Seconds
    voicemail: bool = False


@dataclass(slots=True, init=False)
class Offered:
    """`passed_over` says who was considered and why not: (agent, reason code), at most 20. `steps` of relaxation had been taken;
    `preferred`: it went to whom it had waited for."""

    offer: Final[OfferId]
    interaction: Final[InteractionId]
    queue: Final[QueueId]
    agent: Final[AgentId]
    deadline: Final[Seconds]
    passed_over: Final[tuple[tuple[AgentId, str], ...]]
    at: Final[Seconds]
    steps: Final[int]
    preferred: Final[bool]
    USUAL: ClassVar[Mapping[str, object]] = {"steps": 0, "preferred": False}

    def __init__(
        self,
        *,
        offer: OfferId,
        interaction: InteractionId,
        queue: QueueId,
        agent: AgentId,
        deadline: Seconds,
        passed_over: tuple[tuple[AgentId, str], ...],
        at: Seconds,
        steps: int = 0,
        preferred: bool = False,
    ) -> None:
        self.offer = offer
        self.interaction = interaction
        self.queue = queue
        self.agent = agent
        self.deadline = deadline
        self.passed_over = passed_over
        self.at = at
        self.steps = steps
        self.preferred = preferred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRang:
    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    at: Seconds


@dataclass(slots=True, init=False)
class OfferEnded:
    """For ACCEPTED a `Connected` with the same `at` follows in the same batch."""

    offer: Final[OfferId]
    interaction: Final[InteractionId]
    agent: Final[AgentId]
    outcome: Final[Outcome]
    at: Final[Seconds]

    def __init__(
        self,
        *,
        offer: OfferId,
        interaction: InteractionId,
        agent: AgentId,
        outcome: Outcome,
        at: Seconds,
    ) -> None:
        self.offer = offer
        self.interaction = interaction
        self.agent = agent
        self.outcome = outcome
        self.at = at


@dataclass(slots=True, init=False)
class Connected:
    """Agent and customer are together: talk begins, the letter is open. `recorded`: the talk is, until a `RecordingPaused`."""

    interaction: Final[InteractionId]
    queue: Final[QueueId]
    agent: Final[AgentId]
    at: Final[Seconds]
    recorded: Final[bool]
    USUAL: ClassVar[Mapping[str, object]] = {"recorded": False}

    def __init__(
        self,
        *,
        interaction: InteractionId,
        queue: QueueId,
        agent: AgentId,
        at: Seconds,
        recorded: bool = False,
    ) -> None:
        self.interaction = interaction
        self.queue = queue
        self.agent = agent
        self.at = at
        self.recorded = recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused:
    """The talk is not recorded from now on, or for another reason than before."""

    interaction: InteractionId
    agent: AgentId
    pause: PauseKind
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed:
    """And is again."""

    interaction: InteractionId
    agent: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The customer is on hold."""

    interaction: InteractionId
    agent: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """And is not any more."""

    interaction: InteractionId
    agent: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulting:
    """The agent calls `whom`, beside a customer on hold."""

    interaction: InteractionId
    agent: AgentId
    whom: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """And has reached them."""

    interaction: InteractionId
    agent: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultOver:
    """And talks to them no more."""

    interaction: InteractionId
    agent: AgentId
    reason: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Conferring:
    """Customer, agent and `whom` talk, all three. `colleague`: who that is, if one of ours."""

    interaction: InteractionId
    agent: AgentId
    whom: str
    at: Seconds
    colleague: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceOver:
    """And no more; `reason`: left (the third did), released (the agent let them go), agent_left, agent_lost (their phone was), ended (with the call)."""

    interaction: InteractionId
    agent: AgentId
    reason: str
    at: Seconds
    colleague: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A supervisor is at the agent's talk, in this way from now on."""

    interaction: InteractionId
    agent: AgentId
    watcher: AgentId
    mode: WatchMode
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOver:
    """And is not any more, while the talk goes on; with the talk it is over anyway."""

    interaction: InteractionId
    agent: AgentId
    watcher: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeued:
    """Connected work is waiting again, at its old age. `reason` TRANSFERRED: the agent passed it on."""

    interaction: InteractionId
    agent: AgentId
    reason: str
    at: Seconds


TRANSFERRED = "transferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """The agent set it aside until then."""

    interaction: InteractionId
    agent: AgentId
    until: Seconds
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Unparked:
    """Waits again, at its old age: at first for `agent`, who had set it aside."""

    interaction: InteractionId
    agent: AgentId | None
    preferred_until: Seconds
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackKept:
    """The caller is called back instead of waiting on the line; place and age stay. `until` they have hung up, so that nobody calls a busy line."""

    interaction: InteractionId
    queue: QueueId
    until: Seconds
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReached:
    """The customer answered the agent's call."""

    interaction: InteractionId
    agent: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackMissed:
    """The customer did not answer; the agent is free, and `until` nobody tries again. The place stays."""

    interaction: InteractionId
    agent: AgentId
    reason: str
    until: Seconds
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPutOff:
    """Nobody is called back outside of the queue's hours: it waits `until` they begin again."""

    interaction: InteractionId
    queue: QueueId
    until: Seconds
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDropped:
    """Nobody calls back any more: it is not wanted. The interaction is closed."""

    interaction: InteractionId
    queue: QueueId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """An agent calls a customer on behalf of the queue. An `Offered` to that agent follows in the same batch: it reserves them, and nobody else."""

    interaction: InteractionId
    queue: QueueId
    agent: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DialDropped:
    """The agent's own phone was not answered, or they thought better of it (`reason` is the offer's outcome): nobody was called. It is closed."""

    interaction: InteractionId
    queue: QueueId
    agent: AgentId
    reason: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The customer whom an agent called was not reached; a `Finished` follows in the same batch."""

    interaction: InteractionId
    agent: AgentId
    reason: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """The customer left before anyone answered. `cause`: of their line, its Q.850 number."""

    interaction: InteractionId
    queue: QueueId
    at: Seconds
    cause: int | None = None


@dataclass(slots=True, init=False)
class Finished:
    """The conversation ended; after-contact work runs until `wrap_up_until` (None: there is none). `cause`: of the line that ended first, its
    Q.850 number."""

    interaction: Final[InteractionId]
    agent: Final[AgentId]
    by: Final[By]
    wrap_up_until: Final[Seconds | None]
    at: Final[Seconds]
    cause: Final[int | None]
    USUAL: ClassVar[Mapping[str, object]] = {"cause": None}

    def __init__(
        self,
        *,
        interaction: InteractionId,
        agent: AgentId,
        by: By,
        wrap_up_until: Seconds | None,
        at: Seconds,
        cause: int | None = None,
    ) -> None:
        self.interaction = interaction
        self.agent = agent
        self.by = by
        self.wrap_up_until = wrap_up_until
        self.at = at
        self.cause = cause


@dataclass(slots=True, init=False)
class WrappedUp:
    """After-contact work is over, by the agent's disposition or ("") by its deadline. The interaction is closed."""

    interaction: Final[InteractionId]
    agent: Final[AgentId]
    disposition: Final[str]
    at: Final[Seconds]

    def __init__(
        self,
        *,
        interaction: InteractionId,
        agent: AgentId,
        disposition: str,
        at: Seconds,
    ) -> None:
        self.interaction = interaction
        self.agent = agent
        self.disposition = disposition
        self.at = at


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    agent: AgentId
    status: Status
    reason: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSeen:
    agent: AgentId
    present: bool
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSeen:
    agent: AgentId
    device: Device
    at: Seconds


Fact = (
    Enqueued
    | Described
    | LedOn
    | TurnedAway
    | Offered
    | OfferRang
    | OfferEnded
    | Connected
    | RecordingPaused
    | RecordingResumed
    | Held
    | Resumed
    | Consulting
    | Consulted
    | ConsultOver
    | Conferring
    | ConferenceOver
    | Watched
    | WatchOver
    | Requeued
    | Parked
    | Unparked
    | CallbackKept
    | CustomerReached
    | CallbackMissed
    | CallbackPutOff
    | CallbackDropped
    | Dialled
    | DialDropped
    | Unanswered
    | Abandoned
    | Finished
    | WrappedUp
    | StatusChanged
    | ConsoleSeen
    | DeviceSeen
)

BesideFact = (
    Held | Resumed | Consulting | Consulted | ConsultOver | Conferring | ConferenceOver | Watched | WatchOver
)
AgentFact = StatusChanged | ConsoleSeen | DeviceSeen
SeldomFact = (
    Described
    | LedOn
    | TurnedAway
    | OfferRang
    | Held
    | Resumed
    | Consulting
    | Consulted
    | ConsultOver
    | Conferring
    | ConferenceOver
    | Watched
    | WatchOver
    | Requeued
    | Parked
    | Unparked
    | CallbackKept
    | CustomerReached
    | CallbackMissed
    | CallbackPutOff
    | CallbackDropped
    | DialDropped
    | Unanswered
    | Abandoned
)
LaterFact = Offered | OfferEnded | Connected | Finished | WrappedUp | SeldomFact
RecordingFact = RecordingPaused | RecordingResumed
WorkFact = Enqueued | Dialled | LaterFact | RecordingFact
"""Facts of what happens beside a talk; of an agent alone; of an interaction after it came; of its recording; of an interaction."""
