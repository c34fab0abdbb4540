"""Calls that agents make by themselves, on behalf of a queue. Incoming and outgoing calls share the agents, their room and their states.

DialAsked --> Dialled, Offered (to that agent alone) --accepted--> connected --Reached--> an ordinary call
                  |                                       |
                  |                                       '--Unreached, or the agent gave up--> Unanswered, Finished: wrap-up
                  '--declined, not answered, withdrawn--> DialDropped: nobody was called, and the agent is free as before
"""

from collections.abc import Mapping

from routing.core.decisions import Offer
from routing.core.events import CallbackCancelled, CallbackWanted, DialAsked, MoreKnown
from routing.core.facts import DialDropped, Dialled, Finished, Offered, Unanswered
from routing.core.model import By, Medium, OfferId, Outcome, QueueId, QueueRule, Seconds
from routing.core.presence import Work
from routing.core.state import Centre
from routing.core.verdict import NOTHING, Verdict, end_offer, holder, withdrawal

GAVE_UP = "gave_up"
"""The agent ended the attempt before the customer answered."""
OF_OTHERS = CallbackWanted | CallbackCancelled | MoreKnown
"""What means nothing to a call whose customer has not answered; nor does what people decide by hand."""


def judge_dial(
    centre: Centre, queues: Mapping[QueueId, QueueRule], event: DialAsked, no_room: str
) -> Verdict:
    """What follows; `no_room` says why the agent has no room for a call now (`Router.no_room_to_dial`)."""
    rule = queues.get(event.queue)
    known = event.interaction in centre.interactions or centre.closed(event.interaction)
    if rule is None or known or no_room or event.agent not in centre.agents:
        return NOTHING
    offered = Offered(
        offer=OfferId(f"{event.interaction}/1"),
        interaction=event.interaction,
        queue=event.queue,
        agent=event.agent,
        deadline=event.at + rule.ring_s,
        passed_over=(),
        at=event.at,
    )
    dialled = Dialled(interaction=event.interaction, queue=event.queue, agent=event.agent, at=event.at)
    return Verdict((dialled, offered), (_ring(offered, rule),))


def dropped(work: Work, outcome: Outcome, at: Seconds, *, withdraw: bool) -> Verdict:
    """The agent's phone was not answered, or not to be. It was their own wish, so that nobody is paused for it."""
    ended = end_offer(work, outcome, at)
    over = DialDropped(interaction=work.id, queue=work.queue, agent=holder(work), reason=outcome.value, at=at)
    return Verdict((ended, over), (withdrawal(work, outcome),) if withdraw else ())


def unanswered(queues: Mapping[QueueId, QueueRule], work: Work, reason: str, at: Seconds) -> Verdict:
    """The end of the attempt; after-contact work is for saying what is to become of it. Whether there is another is the agent's to decide."""
    rule, agent = queues.get(work.queue), holder(work)
    until = at + rule.wrap_up_s if rule is not None and rule.wrap_up_s > 0 else None
    by = By.AGENT if reason == GAVE_UP else By.SYSTEM
    return Verdict(
        (
            Unanswered(interaction=work.id, agent=agent, reason=reason, at=at),
            Finished(interaction=work.id, agent=agent, by=by, wrap_up_until=until, at=at),
        )
    )


def _ring(fact: Offered, rule: QueueRule) -> Offer:
    return Offer(
        offer=fact.offer,
        interaction=fact.interaction,
        agent=fact.agent,
        medium=Medium.VOICE,
        deadline=fact.deadline,
        ring_s=rule.ring_s,
    )
