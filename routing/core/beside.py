"""What happens beside a talk with a customer: hold, asking somebody, talking with both, handing over to them, and supervisors who listen."""

from typing import assert_never

from routing.core.events import (
    ConferenceBegan,
    ConferenceEnded,
    ConsultBegan,
    ConsultEnded,
    ConsultReached,
    HandedOver,
    HoldBegan,
    HoldEnded,
    WatchBegan,
    WatchEnded,
)
from routing.core.facts import (
    TRANSFERRED,
    CallbackMissed,
    ConferenceOver,
    Conferring,
    Connected,
    Consulted,
    Consulting,
    ConsultOver,
    Fact,
    Finished,
    Held,
    Parked,
    Requeued,
    Resumed,
    Watched,
    WatchOver,
)
from routing.core.model import AgentId, Medium, Phase
from routing.core.presence import Work
from routing.core.state import Centre
from routing.core.verdict import NOTHING, Verdict, holder

Beside = (
    HoldBegan
    | HoldEnded
    | ConsultBegan
    | ConsultReached
    | ConsultEnded
    | ConferenceBegan
    | ConferenceEnded
    | HandedOver
    | WatchBegan
    | WatchEnded
)


def judge_beside(centre: Centre, work: Work, event: Beside) -> Verdict:
    """What follows: of a customer who is with an agent, and nothing twice."""
    if work.phase is not Phase.CONNECTED or work.callback:
        return NOTHING
    match event:
        case HoldBegan() | HoldEnded():
            return _hold(work, event)
        case ConsultBegan() | ConsultReached() | ConsultEnded():
            return _consult(work, event)
        case ConferenceBegan() | ConferenceEnded():
            return _conference(centre, work, event)
        case HandedOver():
            return _handed_over(centre, work, event)
        case WatchBegan() | WatchEnded():
            return _watch(work, event)
        case _:
            assert_never(event)


def parted(work: Work, verdict: Verdict) -> Verdict:
    """With the talk its conference is over."""
    last = next((fact for fact in verdict.facts if isinstance(fact, _PARTING)), None)
    if work.conference is None or last is None:
        return verdict
    over = _conference_over(work, _why(last), last.at)
    return Verdict((*over, *verdict.facts), verdict.decisions)


_PARTING = Finished | Requeued | Parked | CallbackMissed


def _why(last: Fact) -> str:
    if isinstance(last, Requeued):
        return "agent_left" if last.reason == TRANSFERRED else "agent_lost"
    return "ended"


def _hold(work: Work, event: HoldBegan | HoldEnded) -> Verdict:
    if isinstance(event, HoldBegan) and work.held_at is None:
        return Verdict((Held(interaction=work.id, agent=holder(work), at=event.at),))
    if isinstance(event, HoldEnded) and work.held_at is not None:
        return Verdict(
            (
                *_consult_over(work, "ended", event.at),
                Resumed(interaction=work.id, agent=holder(work), at=event.at),
            )
        )
    return NOTHING


def _consult_over(work: Work, reason: str, at: float) -> tuple[ConsultOver, ...]:
    """With the hold whatever was asked beside it is over."""
    if work.consult is None:
        return ()
    return (ConsultOver(interaction=work.id, agent=holder(work), reason=reason, at=at),)


def _conference(centre: Centre, work: Work, event: ConferenceBegan | ConferenceEnded) -> Verdict:
    """Asking is over then, and so is the hold."""
    if isinstance(event, ConferenceEnded):
        return Verdict(_conference_over(work, event.reason, event.at))
    if work.medium is not Medium.VOICE or work.conference is not None:
        return NOTHING
    agent, at = holder(work), event.at
    resumed = (Resumed(interaction=work.id, agent=agent, at=at),) if work.held_at is not None else ()
    began = Conferring(
        interaction=work.id, agent=agent, whom=event.whom, colleague=_colleague(centre, agent, event), at=at
    )
    return Verdict((*_consult_over(work, "conference", at), *resumed, began))


def _colleague(centre: Centre, agent: AgentId, event: ConferenceBegan) -> AgentId | None:
    """Nobody is in two places."""
    there = None if event.colleague is None else centre.agents.get(event.colleague)
    return None if there is None or there.id == agent or there.beside is not None else there.id


def _conference_over(work: Work, reason: str, at: float) -> tuple[ConferenceOver, ...]:
    if work.conference is None:
        return ()
    colleague = work.conference.colleague
    return (
        ConferenceOver(interaction=work.id, agent=holder(work), reason=reason, colleague=colleague, at=at),
    )


def _consult(work: Work, event: ConsultBegan | ConsultReached | ConsultEnded) -> Verdict:
    agent = holder(work)
    match event:
        case ConsultBegan() if work.medium is Medium.VOICE and work.consult is None:
            return Verdict((Consulting(interaction=work.id, agent=agent, whom=event.whom, at=event.at),))
        case ConsultReached() if work.consult is not None and work.consult.reached_at is None:
            return Verdict((Consulted(interaction=work.id, agent=agent, at=event.at),))
        case ConsultEnded() if work.consult is not None:
            return Verdict((ConsultOver(interaction=work.id, agent=agent, reason=event.reason, at=event.at),))
        case _:
            return NOTHING


def _handed_over(centre: Centre, work: Work, event: HandedOver) -> Verdict:
    """By whoever is at it, to a colleague: both talk already, so nothing is offered."""
    if work.agent != event.agent or event.to not in centre.agents or event.to == event.agent:
        return NOTHING
    return Verdict(
        (
            Requeued(interaction=work.id, agent=event.agent, reason=TRANSFERRED, at=event.at),
            Connected(
                interaction=work.id, queue=work.queue, agent=event.to, at=event.at, recorded=event.recorded
            ),
        )
    )


def _watch(work: Work, event: WatchBegan | WatchEnded) -> Verdict:
    """Somebody may be at a talk as long as it lasts, once, and in one way."""
    if work.medium is not Medium.VOICE:
        return NOTHING
    agent, known = holder(work), {one.who: one.mode for one in work.watchers}
    if isinstance(event, WatchEnded):
        if event.watcher not in known:
            return NOTHING
        return Verdict((WatchOver(interaction=work.id, agent=agent, watcher=event.watcher, at=event.at),))
    if known.get(event.watcher) is event.mode or event.watcher == agent:
        return NOTHING
    return Verdict(
        (Watched(interaction=work.id, agent=agent, watcher=event.watcher, mode=event.mode, at=event.at),)
    )
