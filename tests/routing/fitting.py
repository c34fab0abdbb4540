"""Which events can mean anything now: what does not must change nothing. Told from the centre as it is seen, not by the router's own rules."""

from collections.abc import Mapping

from routing.core.beside import Beside
from routing.core.by_hand import ByHand
from routing.core.callbacks import CallbackEvent
from routing.core.events import (
    Accepted,
    Adopted,
    Arrived,
    Assigned,
    CallbackCancelled,
    CallbackWanted,
    ConferenceBegan,
    ConferenceEnded,
    ConsoleChanged,
    ConsultBegan,
    ConsultEnded,
    ConsultReached,
    CustomerLeft,
    DeviceChanged,
    DialAsked,
    Event,
    HandedOver,
    HoldBegan,
    HoldEnded,
    MessageWanted,
    MoreKnown,
    Moved,
    OfferFailed,
    Rang,
    Reached,
    RecordingPauseEnded,
    Returned,
    SetAside,
    StatusChosen,
    TakenUp,
    Transferred,
    Unreached,
    WatchBegan,
    WatchEnded,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.model import (
    LETTERS,
    Medium,
    Outcome,
    PauseKind,
    Phase,
    QueueId,
    QueueRule,
    Status,
)
from routing.core.outgoing import OF_OTHERS
from routing.core.presence import Work
from routing.core.recording import RecordingEvent
from routing.core.router import Router

OfWork = MoreKnown | ByHand | CustomerLeft | MessageWanted | Adopted | Returned | WorkEnded | WrapUpEnded
REFUSED = frozenset({Outcome.DECLINED, Outcome.NO_ANSWER, Outcome.UNREACHABLE, Outcome.FAILED})


class Fitting:
    """Mixed into the machine, which has these."""

    router: Router
    queue_rules: Mapping[QueueId, QueueRule]

    def fits(self, event: Event) -> bool:
        """Whether it can mean anything now; an event that does not must change nothing."""
        match event:
            case Arrived():
                return True
            case StatusChosen():
                agent = self.router.centre.agents.get(event.agent)
                reason = "" if event.status is Status.READY else event.reason
                return agent is not None and (agent.status, agent.reason) != (event.status, reason)
            case ConsoleChanged():
                agent = self.router.centre.agents.get(event.agent)
                return agent is not None and agent.console != event.present
            case DeviceChanged():
                agent = self.router.centre.agents.get(event.agent)
                return agent is not None and agent.device is not event.device
            case Rang() | Accepted() | OfferFailed() | DialAsked():
                return self._fits_offer(event)
            case _:
                return self._fits_interaction(event)

    def _fits_interaction(self, event: CallbackEvent | OfWork | Beside | RecordingEvent) -> bool:
        work = self.router.centre.interactions.get(event.interaction)
        if isinstance(event, RecordingEvent):
            return work is not None and _fits_recording(event, work)
        if isinstance(event, Beside):
            here = work is not None and work.phase is Phase.CONNECTED and not work.callback
            return work is not None and here and self._fits_beside(event, work)
        if work is not None and work.dialling and isinstance(event, ByHand | OF_OTHERS):
            return False
        if isinstance(event, CallbackEvent):
            return work is not None and self._fits_callback(event, work)
        return work is not None and self._fits_work(event, work)

    def _fits_offer(self, event: Rang | Accepted | OfferFailed | DialAsked) -> bool:
        if isinstance(event, DialAsked):
            return self._fits_dial(event)
        live = [work for work in self.router.centre.interactions.values() if work.offer == event.offer]
        work = next((one for one in live if one.phase is Phase.OFFERED), None)
        if work is None:
            return False
        match event:
            case Rang():
                return work.rang_at is None
            case OfferFailed():
                return event.outcome in REFUSED
            case Accepted():
                return True

    def _fits_dial(self, event: DialAsked) -> bool:
        """As much as a call that comes in, but that a break is none to them."""
        raise NotImplementedError

    def _fits_work(
        self,
        event: OfWork,
        work: Work,
    ) -> bool:
        match event:
            case Moved() | Assigned() | Transferred() | SetAside() | TakenUp():
                return self._fits_by_hand(event, work)
            case MoreKnown():
                told = (event.priority_points, event.needs, event.preferred)
                return (work.priority_points, work.needs, work.preferred) != told
            case MessageWanted() | CustomerLeft():
                return self._fits_leaving(event, work)
            case Adopted():
                known = event.agent in self.router.centre.agents
                already = work.phase is Phase.CONNECTED and work.agent == event.agent
                others = work.dialling and work.agent != event.agent
                return known and not already and not others and work.phase is not Phase.WRAP_UP
            case Returned() | WorkEnded():
                return work.phase is Phase.CONNECTED
            case WrapUpEnded():
                return work.phase is Phase.WRAP_UP and work.agent == event.agent

    def _fits_leaving(self, event: MessageWanted | CustomerLeft, work: Work) -> bool:
        if isinstance(event, MessageWanted):
            return work.medium is Medium.VOICE and work.phase is Phase.WAITING and not work.callback
        return work.phase is not Phase.WRAP_UP and not work.callback

    def _fits_beside(self, event: Beside, work: Work) -> bool:
        match event:
            case HoldBegan() | HoldEnded():
                return (work.held_at is None) == isinstance(event, HoldBegan)
            case WatchBegan() | WatchEnded():
                return self._fits_watch(event, work)
            case ConsultBegan() | ConferenceBegan():
                already = work.consult if isinstance(event, ConsultBegan) else work.conference
                return work.medium is Medium.VOICE and already is None
            case ConsultReached():
                return work.consult is not None and work.consult.reached_at is None
            case ConsultEnded() | ConferenceEnded():
                begun = work.consult if isinstance(event, ConsultEnded) else work.conference
                return begun is not None
            case HandedOver():
                known = event.to in self.router.centre.agents
                return known and work.agent == event.agent and event.to != event.agent

    def _fits_watch(self, event: WatchBegan | WatchEnded, work: Work) -> bool:
        known = {one.who: one.mode for one in work.watchers}
        if isinstance(event, WatchEnded):
            return event.watcher in known
        another = known.get(event.watcher) is not event.mode
        return work.medium is Medium.VOICE and event.watcher != work.agent and another

    def _fits_callback(self, event: CallbackEvent, work: Work) -> bool:
        match event:
            case CallbackWanted():
                return work.medium is Medium.VOICE and work.phase is Phase.WAITING and not work.callback
            case CallbackCancelled():
                return work.callback and work.phase in (Phase.WAITING, Phase.PARKED, Phase.OFFERED)
            case Reached() | Unreached():
                return work.callback and work.phase is Phase.CONNECTED

    def _fits_by_hand(self, event: ByHand, work: Work) -> bool:
        match event:
            case Moved():
                waits = work.phase in (Phase.WAITING, Phase.OFFERED)
                return waits and event.queue != work.queue and event.queue in self.queue_rules
            case Assigned():
                agent = self.router.centre.agents.get(event.agent)
                waits = work.phase in (Phase.WAITING, Phase.PARKED)
                another = work.phase is Phase.OFFERED and work.agent != event.agent
                return agent is not None and agent.status is not Status.SIGNED_OUT and (waits or another)
            case Transferred():
                theirs = work.phase is Phase.CONNECTED and work.agent == event.agent and not work.callback
                to = self.router.centre.agents.get(event.to) if event.to else None
                there = event.to is None or (to is not None and to.status is not Status.SIGNED_OUT)
                elsewhere = event.queue != work.queue or event.to not in {None, event.agent}
                return theirs and there and elsewhere and event.queue in self.queue_rules
            case SetAside():
                theirs = work.phase is Phase.CONNECTED and work.agent == event.agent
                return theirs and work.medium in LETTERS and event.until > event.at
            case TakenUp():
                return work.phase is Phase.PARKED


def _fits_recording(event: RecordingEvent, work: Work) -> bool:
    if work.phase is not Phase.CONNECTED or work.callback or not work.recorded:
        return False
    kind = None if work.recording_pause is None else work.recording_pause.kind
    if isinstance(event, RecordingPauseEnded):
        return kind in {PauseKind.BY_HAND, PauseKind.FORM}
    weightier = {
        None: set(PauseKind),
        PauseKind.FORM: {PauseKind.BY_HAND, PauseKind.STOPPED},
        PauseKind.BY_HAND: {PauseKind.STOPPED},
        PauseKind.STOPPED: set(),
    }
    return event.pause in weightier[kind]
