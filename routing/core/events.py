"""What happens: past tense, made by the edges, judged by the router. An event that does not fit changes nothing.

`at` is when it happened by the source's clock (Asterisk's for calls), seconds since 1970-01-01 UTC.
"""

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
)
from routing.core.record import dataclass
from routing.core.words import Need, WatchMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A customer stands in a queue. `enqueued_at` is the age it carries: kept over restarts, declines, transfers.

    `needs` is asked beside what the queue asks. `preferred` alone is offered it for `preferred_wait_s`, as long as they are signed in,
    whatever their skills: they know the customer.
    """

    interaction: InteractionId
    medium: Medium
    queue: QueueId
    enqueued_at: Seconds
    at: Seconds
    priority_points: int = 0
    needs: frozenset[Need] = frozenset()
    preferred: AgentId | None = None
    preferred_wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreKnown:
    """Who it is has been found out (or what they want), in place of what `Arrived` said. Whoever is being offered it keeps the offer.

    The time to wait for somebody preferred begins now: nobody could wait for them before.
    """

    interaction: InteractionId
    at: Seconds
    priority_points: int = 0
    needs: frozenset[Need] = frozenset()
    preferred: AgentId | None = None
    preferred_wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A supervisor moves what waits, or is being offered, to another queue. It keeps its age."""

    interaction: InteractionId
    queue: QueueId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Somebody is to have what waits, by a supervisor's word or because they take it themselves: for `wait_s` it is offered to nobody else, as
    long as they are signed in. Whoever is being offered it loses the offer without a reproach."""

    interaction: InteractionId
    agent: AgentId
    wait_s: float
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An agent puts a letter aside until later. It waits for nobody until then, or until the customer writes again, and keeps its age."""

    interaction: InteractionId
    agent: AgentId
    until: Seconds
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUp:
    """What was set aside is wanted now: the customer has written again."""

    interaction: InteractionId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWanted:
    """Who waits on the line would rather leave a message: the dialplan takes it, whatever becomes of us. `fax`: it is a machine, and sends pages."""

    interaction: InteractionId
    at: Seconds
    fax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackWanted:
    """A caller who waits would rather be called back. They keep their place; that they hang up then ends nothing. `on_line`: they still hear
    that they will be."""

    interaction: InteractionId
    at: Seconds
    on_line: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackCancelled:
    """It is not wanted any more: by a supervisor's word, or because the customer was served otherwise."""

    interaction: InteractionId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DialAsked:
    """An agent calls a customer by themselves, on behalf of `queue`: their phone is rung, and when they have answered the customer's."""

    interaction: InteractionId
    queue: QueueId
    agent: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The customer answered our call: from now on it is a call like any other."""

    interaction: InteractionId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Our call to the customer was not answered; `reason` says why (busy, no_answer, refused, wrong_number, congestion, failed)."""

    interaction: InteractionId
    reason: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLeft:
    """The customer hung up or withdrew, wherever the interaction was. `cause`: of a line, its Q.850 number."""

    interaction: InteractionId
    at: Seconds
    cause: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChosen:
    """An agent (or the system, see `reason`) chose ready, paused or signed out."""

    agent: AgentId
    status: Status
    at: Seconds
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleChanged:
    """The agent's browser is connected, or not. Without a console nothing is offered."""

    agent: AgentId
    present: bool
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged:
    """The agent's phone said something. IN_USE without work of ours blocks calls and letters alike."""

    agent: AgentId
    device: Device
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang:
    """The offer reached the agent: the phone rings, the screen shows it."""

    offer: OfferId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The agent took it: the call is answered, the letter is open. `recorded`: the talk is."""

    offer: OfferId
    at: Seconds
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFailed:
    """The offer ended without the agent: declined, not answered, not reachable, failed."""

    offer: OfferId
    outcome: Outcome
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """Found at work without an offer of ours (a call answered in the fallback queue while we were away). `recorded`: the talk is."""

    interaction: InteractionId
    agent: AgentId
    at: Seconds
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Connected work goes back to its queue at its old age (the agent's phone died, a letter was put back)."""

    interaction: InteractionId
    at: Seconds
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBegan:
    """The customer hears music; the agent is still theirs."""

    interaction: InteractionId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEnded:
    """Both hear each other again."""

    interaction: InteractionId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultBegan:
    """The agent calls somebody (`whom`: a number or an extension) while the customer is on hold."""

    interaction: InteractionId
    whom: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultReached:
    """Whom they call has answered."""

    interaction: InteractionId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultEnded:
    """They talk, or call, no more; `reason` says why (ended, busy, no_answer, failed)."""

    interaction: InteractionId
    reason: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceBegan:
    """Customer, agent and whom the agent had called (`whom`; `colleague`, if it is one) talk, all three."""

    interaction: InteractionId
    whom: str
    at: Seconds
    colleague: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceEnded:
    """Customer and agent talk alone again; `reason` says why (left: the third hung up, released: the agent let them go)."""

    interaction: InteractionId
    reason: str
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Whom the agent had called talks with the customer now: `to`, a colleague. `recorded`: their talk is."""

    interaction: InteractionId
    agent: AgentId
    to: AgentId
    at: Seconds
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPauseBegan:
    """Nothing that is said in this talk is recorded from now on."""

    interaction: InteractionId
    pause: PauseKind
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPauseEnded:
    """It is recorded again."""

    interaction: InteractionId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchBegan:
    """A supervisor is at the agent's talk from now on, or in another way than before."""

    interaction: InteractionId
    watcher: AgentId
    mode: WatchMode
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEnded:
    """And is not any more."""

    interaction: InteractionId
    watcher: AgentId
    at: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """`agent` passes on what they are at: to `queue` (its own: it stays there), where for `wait_s` it is offered to `to` alone, as long as they are
    signed in. It keeps its age."""

    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    at: Seconds
    to: AgentId | None = None
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEnded:
    """The conversation is over; after-contact work begins if the queue has any. `cause`: of the line that ended first, its Q.850 number."""

    interaction: InteractionId
    by: By
    at: Seconds
    cause: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded:
    """The agent closed the after-contact work with a disposition."""

    interaction: InteractionId
    agent: AgentId
    disposition: str
    at: Seconds


Event = (
    Arrived
    | MoreKnown
    | Moved
    | Assigned
    | SetAside
    | TakenUp
    | MessageWanted
    | CallbackWanted
    | CallbackCancelled
    | DialAsked
    | Reached
    | Unreached
    | CustomerLeft
    | StatusChosen
    | ConsoleChanged
    | DeviceChanged
    | Rang
    | Accepted
    | OfferFailed
    | Adopted
    | Returned
    | HoldBegan
    | HoldEnded
    | ConsultBegan
    | ConsultReached
    | ConsultEnded
    | ConferenceBegan
    | ConferenceEnded
    | HandedOver
    | WatchBegan
    | WatchEnded
    | RecordingPauseBegan
    | RecordingPauseEnded
    | Transferred
    | WorkEnded
    | WrapUpEnded
)
