"""What an event means for the centre as it is: the facts that follow, and what must be undone outside.

Pure functions of the centre, the rules and one event. An event that does not fit gives an empty verdict.
"""

from collections.abc import Mapping
from typing import assert_never

from routing.core.beside import Beside, judge_beside, parted
from routing.core.by_hand import ByHand, judge_by_hand, unparked
from routing.core.callbacks import CallbackEvent, given_up, judge_callback, missed
from routing.core.events import (
    Accepted,
    Adopted,
    Arrived,
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
    OfferFailed,
    Rang,
    Returned,
    StatusChosen,
    WatchBegan,
    WatchEnded,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.facts import (
    Abandoned,
    Connected,
    ConsoleSeen,
    Described,
    DeviceSeen,
    Enqueued,
    Finished,
    OfferRang,
    Requeued,
    StatusChanged,
    TurnedAway,
    WrappedUp,
)
from routing.core.model import (
    AgentId,
    By,
    Device,
    InteractionId,
    Medium,
    OfferId,
    Outcome,
    Phase,
    QueueId,
    QueueRule,
    Seconds,
    Status,
    Why,
)
from routing.core.outgoing import OF_OTHERS, dropped
from routing.core.presence import Work
from routing.core.recording import RecordingEvent, judge_recording
from routing.core.state import Centre
from routing.core.verdict import NOTHING, Verdict, end_offer, holder, withdrawal

PAUSE_REASON: Mapping[Outcome, str] = {
    Outcome.DECLINED: "declined",
    Outcome.NO_ANSWER: "no_answer",
    Outcome.UNREACHABLE: "phone_failed",
    Outcome.FAILED: "phone_failed",
}
"""The failures an edge may report, and what each writes beside the agent's paused status."""

_STILL_REACHING = frozenset({Outcome.DECLINED, Outcome.FAILED})
"""After these a phone may still ring: the screen declined for it, or nobody knows what became of the request."""


_ByItself = MoreKnown | CustomerLeft | MessageWanted | Adopted | Returned | Beside | WorkEnded | WrapUpEnded


def judge(centre: Centre, queues: Mapping[QueueId, QueueRule], event: Event) -> Verdict:
    """Judge one event against the centre as it is now. `DialAsked` also asks what the agent has room for (`outgoing.judge_dial`)."""
    if isinstance(event, (Accepted, Rang, OfferFailed)):  # what happens most comes first
        return _offer_answered(centre, queues, event)
    if isinstance(event, (WorkEnded, WrapUpEnded)):
        return _of_interaction(centre, queues, event)
    if isinstance(event, Arrived):
        return _arrived(centre, event)
    if isinstance(event, (StatusChosen, ConsoleChanged, DeviceChanged)):
        return _agent_changed(centre, event)
    return _of_interaction(centre, queues, event)


def _agent_changed(centre: Centre, event: StatusChosen | ConsoleChanged | DeviceChanged) -> Verdict:
    match event:
        case StatusChosen():
            return status_chosen(centre, event)
        case ConsoleChanged():
            return _console_changed(centre, event)
        case DeviceChanged():
            return _device_changed(centre, event)
        case _:
            assert_never(event)


def _of_interaction(
    centre: Centre,
    queues: Mapping[QueueId, QueueRule],
    event: ByHand | CallbackEvent | RecordingEvent | _ByItself | DialAsked,
) -> Verdict:
    work = centre.work(event.interaction)
    if work is None or isinstance(event, DialAsked):
        return NOTHING
    return _of_work(centre, queues, work, event)


def offer_expired(centre: Centre, queues: Mapping[QueueId, QueueRule], work: Work, at: Seconds) -> Verdict:
    """The deadline passed. Only an offer that rang counts as not answered; otherwise it never got through."""
    outcome = Outcome.FAILED if work.rang_at is None else Outcome.NO_ANSWER
    return _fail(centre, queues, work, outcome, at, withdraw=True)


def wrap_up_expired(work: Work, at: Seconds) -> Verdict:
    """After-contact work ended by itself."""
    assert work.agent is not None  # noqa: S101 - the phase says so
    return Verdict((WrappedUp(interaction=work.id, agent=work.agent, disposition="", at=at),))


def parking_expired(work: Work, at: Seconds) -> Verdict:
    """What was set aside waits again."""
    return Verdict((unparked(work, at),))


def _arrived(centre: Centre, event: Arrived) -> Verdict:
    if event.interaction in centre.interactions or centre.closed(event.interaction):
        return NOTHING
    fact = Enqueued(
        interaction=event.interaction,
        medium=event.medium,
        queue=event.queue,
        priority_points=event.priority_points,
        at=event.enqueued_at,
        needs=event.needs,
        preferred=event.preferred,
        preferred_until=_until(event, event.enqueued_at),
    )
    return Verdict((fact,))


def _more_known(work: Work, event: MoreKnown) -> Verdict:
    """Nothing of it matters to one that is with somebody, until it comes back to the line."""
    fact = Described(
        interaction=work.id,
        queue=work.queue,
        priority_points=event.priority_points,
        needs=event.needs,
        preferred=event.preferred,
        preferred_until=_until(event, event.at),
        at=event.at,
    )
    known = (work.priority_points, work.needs, work.preferred)
    said = (event.priority_points, event.needs, event.preferred)
    return NOTHING if known == said else Verdict((fact,))


def _until(event: Arrived | MoreKnown, begin: Seconds) -> Seconds:
    return 0.0 if event.preferred is None else begin + event.preferred_wait_s


def status_chosen(centre: Centre, event: StatusChosen) -> Verdict:
    """A new status; leaving ready takes a live offer back, signing out returns the letters."""
    agent = centre.agents.get(event.agent)
    reason = "" if event.status is Status.READY else event.reason
    if agent is None or (agent.status, agent.reason) == (event.status, reason):
        return NOTHING
    changed = StatusChanged(agent=event.agent, status=event.status, reason=reason, at=event.at)
    if event.status is Status.READY:
        return Verdict((changed,))
    taken_back = _withdraw(centre, agent.offer, event.at)
    letters = _letters_back(centre, agent.holds, event) if event.status is Status.SIGNED_OUT else ()
    return Verdict((changed, *taken_back.facts, *letters), taken_back.decisions)


def _letters_back(
    centre: Centre, holds: tuple[InteractionId, ...], event: StatusChosen
) -> tuple[Requeued, ...]:
    open_ones = (centre.interactions[one] for one in holds)
    return tuple(
        Requeued(interaction=work.id, agent=event.agent, reason="signed_out", at=event.at)
        for work in open_ones
        if work.medium is not Medium.VOICE and work.phase is Phase.CONNECTED
    )


def _console_changed(centre: Centre, event: ConsoleChanged) -> Verdict:
    agent = centre.agents.get(event.agent)
    if agent is None or agent.console == event.present:
        return NOTHING
    # A live offer stays: the phone rings on, and the browser is back within seconds from a reload or from our restart.
    # Who stays away is paused after the console's grace, and that takes the offer back.
    return Verdict((ConsoleSeen(agent=event.agent, present=event.present, at=event.at),))


def _device_changed(centre: Centre, event: DeviceChanged) -> Verdict:
    agent = centre.agents.get(event.agent)
    if agent is None or agent.device is event.device:
        return NOTHING
    return Verdict((DeviceSeen(agent=event.agent, device=event.device, at=event.at),))


def _offer_answered(
    centre: Centre, queues: Mapping[QueueId, QueueRule], event: Rang | Accepted | OfferFailed
) -> Verdict:
    work = _offered(centre, event.offer)
    if work is None:
        return NOTHING
    if isinstance(event, Accepted):
        return _connect(work, holder(work), event)
    if isinstance(event, Rang):
        return _rang(work, event)
    if event.outcome not in PAUSE_REASON:
        return NOTHING
    reaching = event.outcome in _STILL_REACHING
    return _fail(centre, queues, work, event.outcome, event.at, withdraw=reaching)


def _offered(centre: Centre, offer: OfferId) -> Work | None:
    """The interaction that this offer is live for; its id is the offer's up to the attempt."""
    work = centre.work(InteractionId(offer.rpartition("/")[0]))
    return work if work is not None and work.offer == offer else None


def _rang(work: Work, event: Rang) -> Verdict:
    if work.rang_at is not None:
        return NOTHING
    return Verdict((OfferRang(offer=event.offer, interaction=work.id, agent=holder(work), at=event.at),))


def _of_work(
    centre: Centre,
    queues: Mapping[QueueId, QueueRule],
    work: Work,
    event: ByHand | CallbackEvent | RecordingEvent | _ByItself,
) -> Verdict:
    if isinstance(event, (WorkEnded, WrapUpEnded)):  # first: it happens most
        verdict = _over(queues, work, event)
        return verdict if work.conference is None else parted(work, verdict)
    if isinstance(event, RecordingEvent):
        return judge_recording(work, event)
    if work.dialling and isinstance(event, ByHand | OF_OTHERS):
        return NOTHING
    if isinstance(event, ByHand):
        verdict = judge_by_hand(centre, queues, work, event)
    elif isinstance(event, CallbackEvent):
        verdict = judge_callback(queues, work, event)
    else:
        verdict = _work_changed(centre, queues, work, event)
    return verdict if work.conference is None else parted(work, verdict)


def _work_changed(
    centre: Centre, queues: Mapping[QueueId, QueueRule], work: Work, event: _ByItself
) -> Verdict:
    match event:
        case MoreKnown():
            return _more_known(work, event)
        case CustomerLeft() | MessageWanted():
            return _off_the_line(queues, work, event)
        case Adopted():
            return _adopted(centre, work, event)
        case Returned():
            return _returned(queues, work, event)
        case (
            HoldBegan()
            | HoldEnded()
            | ConsultBegan()
            | ConsultReached()
            | ConsultEnded()
            | ConferenceBegan()
            | ConferenceEnded()
            | HandedOver()
            | WatchBegan()
            | WatchEnded()
        ):
            return judge_beside(centre, work, event)
        case WorkEnded() | WrapUpEnded():
            return _over(queues, work, event)
        case _:
            assert_never(event)


def _over(queues: Mapping[QueueId, QueueRule], work: Work, event: WorkEnded | WrapUpEnded) -> Verdict:
    if isinstance(event, WorkEnded):
        return given_up(queues, work, event) or _finish(queues, work, event.by, event)
    return _wrapped_up(work, event)


def _off_the_line(
    queues: Mapping[QueueId, QueueRule], work: Work, event: CustomerLeft | MessageWanted
) -> Verdict:
    if isinstance(event, MessageWanted):
        return _message_wanted(work, event)
    return _customer_left(queues, work, event)


def _message_wanted(work: Work, event: MessageWanted) -> Verdict:
    """Of somebody who waits on the line; when a phone rings for them already, that agent is nearer."""
    if work.medium is not Medium.VOICE or work.callback or work.phase is not Phase.WAITING:
        return NOTHING
    told = TurnedAway(
        interaction=work.id, queue=work.queue, why=Why.ASKED, at=event.at, voicemail=not event.fax
    )
    return Verdict((told,))


def _customer_left(queues: Mapping[QueueId, QueueRule], work: Work, event: CustomerLeft) -> Verdict:
    if work.callback:
        return NOTHING  # nobody is on the line; whoever calls them says what becomes of it
    gone = Abandoned(interaction=work.id, queue=work.queue, at=event.at, cause=event.cause)
    match work.phase:
        case Phase.WAITING | Phase.PARKED:
            return Verdict((gone,))
        case Phase.OFFERED:
            ended = end_offer(work, Outcome.CUSTOMER_LEFT, event.at)
            return Verdict((ended, gone), (withdrawal(work, Outcome.CUSTOMER_LEFT),))
        case Phase.CONNECTED:
            return _finish(queues, work, By.CUSTOMER, event)
        case Phase.WRAP_UP:
            return NOTHING
        case _:
            assert_never(work.phase)


def _adopted(centre: Centre, work: Work, event: Adopted) -> Verdict:
    """They talk already, whatever we believed: no decision undoes it, the books follow."""
    if event.agent not in centre.agents or work.phase is Phase.WRAP_UP:
        return NOTHING
    if work.dialling and work.agent != event.agent:
        return NOTHING
    if work.phase in (Phase.WAITING, Phase.PARKED):
        return _connect(work, event.agent, event)
    if work.agent == event.agent:
        return _connect(work, event.agent, event) if work.phase is Phase.OFFERED else NOTHING
    connected = _connected(work, event.agent, event)
    if work.phase is Phase.OFFERED:
        return Verdict((end_offer(work, Outcome.WITHDRAWN, event.at), connected))
    left = Requeued(interaction=work.id, agent=holder(work), reason="adopted", at=event.at)
    return Verdict((left, connected))


def _returned(queues: Mapping[QueueId, QueueRule], work: Work, event: Returned) -> Verdict:
    if work.phase is not Phase.CONNECTED:
        return NOTHING
    if work.callback:
        return missed(queues, work, event.reason, event.at)
    return Verdict(
        (Requeued(interaction=work.id, agent=holder(work), reason=event.reason, at=event.at),),
    )


def _finish(
    queues: Mapping[QueueId, QueueRule], work: Work, by: By, event: CustomerLeft | WorkEnded
) -> Verdict:
    if work.phase is not Phase.CONNECTED:
        return NOTHING
    rule, at = queues.get(work.queue), event.at
    until = at + rule.wrap_up_s if rule is not None and rule.wrap_up_s > 0 else None
    finished = Finished(
        interaction=work.id, agent=holder(work), by=by, wrap_up_until=until, at=at, cause=event.cause
    )
    return Verdict((finished,))


def _wrapped_up(work: Work, event: WrapUpEnded) -> Verdict:
    if work.phase is not Phase.WRAP_UP or work.agent != event.agent:
        return NOTHING
    return Verdict(
        (WrappedUp(interaction=work.id, agent=event.agent, disposition=event.disposition, at=event.at),),
    )


def _connect(work: Work, agent: AgentId, event: Accepted | Adopted) -> Verdict:
    connected = _connected(work, agent, event)
    if work.offer is None:
        return Verdict((connected,))
    return Verdict((end_offer(work, Outcome.ACCEPTED, event.at), connected))


def _connected(work: Work, agent: AgentId, event: Accepted | Adopted) -> Connected:
    return Connected(interaction=work.id, queue=work.queue, agent=agent, at=event.at, recorded=event.recorded)


def _fail(
    centre: Centre,
    queues: Mapping[QueueId, QueueRule],
    work: Work,
    outcome: Outcome,
    at: Seconds,
    *,
    withdraw: bool,
) -> Verdict:
    """The offer ended without the agent, who is not ready until they say so; a queue may overlook some that were not answered, and whose phone is gone
    is not to blame for a call: they are offered none until it is back."""
    if work.dialling:
        return dropped(work, outcome, at, withdraw=withdraw)
    agent = centre.agents[holder(work)]
    ended = end_offer(work, outcome, at)
    rule = queues.get(work.queue)
    overlooked = outcome is Outcome.NO_ANSWER and rule is not None and agent.missed + 1 < rule.missed_at_most
    phone_gone = work.medium is Medium.VOICE and agent.device is Device.UNREACHABLE
    blameless = overlooked or (phone_gone and outcome is not Outcome.DECLINED)
    paused = StatusChanged(agent=agent.id, status=Status.PAUSED, reason=PAUSE_REASON[outcome], at=at)
    facts = (ended, paused) if agent.status is Status.READY and not blameless else (ended,)
    return Verdict(facts, (withdrawal(work, outcome),) if withdraw else ())


def _withdraw(centre: Centre, offer: OfferId | None, at: Seconds) -> Verdict:
    work = None if offer is None else _offered(centre, offer)
    if work is None:
        return NOTHING
    if work.dialling:
        return dropped(work, Outcome.WITHDRAWN, at, withdraw=True)
    return Verdict(
        (end_offer(work, Outcome.WITHDRAWN, at),),
        (withdrawal(work, Outcome.WITHDRAWN),),
    )
