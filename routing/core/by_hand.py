"""What people decide by hand: where something waits, who is to have it, and that a letter can wait until later."""

from collections.abc import Mapping
from typing import assert_never

from routing.core.events import Assigned, Moved, SetAside, TakenUp, Transferred
from routing.core.facts import TRANSFERRED, Described, LedOn, Parked, Requeued, Unparked, WorkFact
from routing.core.model import LETTERS, AgentId, Outcome, Phase, QueueId, QueueRule, Seconds, Status, Why
from routing.core.presence import Work
from routing.core.state import Centre
from routing.core.verdict import NOTHING, Verdict, end_offer, withdrawal

ByHand = Moved | Assigned | Transferred | SetAside | TakenUp
KEPT_S = 900.0
"""So long what comes back from being set aside is for whoever did so alone."""


def judge_by_hand(centre: Centre, queues: Mapping[QueueId, QueueRule], work: Work, event: ByHand) -> Verdict:
    """What follows."""
    match event:
        case Moved():
            return _moved(queues, work, event)
        case Assigned():
            return _assigned(centre, work, event)
        case Transferred():
            return _transferred(centre, queues, work, event)
        case SetAside():
            return _set_aside(work, event)
        case TakenUp():
            return Verdict((unparked(work, event.at),)) if work.phase is Phase.PARKED else NOTHING
        case _:
            assert_never(event)


def unparked(work: Work, at: Seconds) -> Unparked:
    """Its time has come, or the customer wrote again."""
    return Unparked(interaction=work.id, agent=work.parked_by, preferred_until=at + KEPT_S, at=at)


def _moved(queues: Mapping[QueueId, QueueRule], work: Work, event: Moved) -> Verdict:
    """Into any queue but its own."""
    if event.queue == work.queue or event.queue not in queues:
        return NOTHING
    led = LedOn(interaction=work.id, queue=event.queue, origin=work.queue, why=Why.ASKED, at=event.at)
    return _at_once(work, led, event.at)


def _assigned(centre: Centre, work: Work, event: Assigned) -> Verdict:
    """To somebody who is signed in; whoever is being offered it already keeps the offer."""
    agent = centre.agents.get(event.agent)
    if agent is None or agent.status is Status.SIGNED_OUT:
        return NOTHING
    if work.phase is Phase.OFFERED and work.agent == event.agent:
        return NOTHING
    described = _kept_for(work, work.queue, event.agent, event.at + event.wait_s, event.at)
    if work.phase is Phase.PARKED:
        return Verdict((unparked(work, event.at), described))
    return _at_once(work, described, event.at)


def _kept_for(work: Work, queue: QueueId, agent: AgentId | None, until: Seconds, at: Seconds) -> Described:
    return Described(
        interaction=work.id,
        queue=queue,
        priority_points=work.priority_points,
        needs=work.needs,
        preferred=agent,
        preferred_until=until,
        at=at,
    )


def _transferred(
    centre: Centre, queues: Mapping[QueueId, QueueRule], work: Work, event: Transferred
) -> Verdict:
    """By whoever is at it, to another queue or to somebody who is signed in."""
    theirs = work.phase is Phase.CONNECTED and work.agent == event.agent and not work.callback
    to = None if event.to is None else centre.agents.get(event.to)
    there = event.to is None or (to is not None and to.status is not Status.SIGNED_OUT)
    stays = event.queue == work.queue
    nowhere = stays and event.to in {None, event.agent}
    if not theirs or not there or nowhere or event.queue not in queues:
        return NOTHING
    facts: list[WorkFact] = [
        Requeued(interaction=work.id, agent=event.agent, reason=TRANSFERRED, at=event.at)
    ]
    if not stays:
        facts.append(
            LedOn(interaction=work.id, queue=event.queue, origin=work.queue, why=Why.ASKED, at=event.at)
        )
    if event.to is not None:
        facts.append(_kept_for(work, event.queue, event.to, event.at + event.wait_s, event.at))
    elif work.preferred == event.agent:  # they have passed it on: nobody waits for them
        facts.append(_kept_for(work, event.queue, None, 0.0, event.at))
    return Verdict(tuple(facts))


def _set_aside(work: Work, event: SetAside) -> Verdict:
    """By whoever works on it: nobody sets somebody aside who waits for an answer now."""
    theirs = work.phase is Phase.CONNECTED and work.agent == event.agent
    if not theirs or work.medium not in LETTERS or event.until <= event.at:
        return NOTHING
    return Verdict((Parked(interaction=work.id, agent=event.agent, until=event.until, at=event.at),))


def _at_once(work: Work, change: WorkFact, at: Seconds) -> Verdict:
    """Of what waits; an agent who is being offered it loses the offer, without a reproach."""
    match work.phase:
        case Phase.WAITING:
            return Verdict((change,))
        case Phase.OFFERED:
            ended = end_offer(work, Outcome.WITHDRAWN, at)
            return Verdict((ended, change), (withdrawal(work, Outcome.WITHDRAWN),))
        case _:
            return NOTHING
