"""What the router promises of each interaction and agent, told from the facts alone: a part of the state machine in `test_machine`."""

from collections.abc import Mapping, Sequence

from hypothesis.stateful import invariant

from routing.core.facts import (
    Abandoned,
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    Connected,
    CustomerReached,
    Described,
    DialDropped,
    Dialled,
    Enqueued,
    Fact,
    Finished,
    Offered,
    OfferEnded,
    OfferRang,
    Parked,
    Requeued,
    StatusChanged,
    TurnedAway,
    Unanswered,
    Unparked,
)
from routing.core.model import (
    Device,
    InteractionId,
    Medium,
    Outcome,
    Phase,
    QueueId,
    QueueRule,
    Status,
    WorkState,
)
from routing.core.presence import AgentState, Work
from routing.core.router import Router
from routing.core.state import Centre
from routing.core.timers import RESTORED_GRACE_S, VOICE_LATENESS_S
from tests.routing.fitting import REFUSED

CALLBACK_TRIES = 3
"""Of every queue that is drawn: as it comes."""


class Promises:
    """Mixed into the machine, which has these."""

    router: Router
    facts: list[Fact]
    restarted_at: float = 0.0
    queue_rules: Mapping[QueueId, QueueRule]
    _book: Centre
    _callbacks: dict[InteractionId, tuple[int, float]]
    _read = 0
    _called = 0
    _dialled_until = 0
    _dialling: dict[InteractionId, Dialled]

    @invariant()
    def age_and_wishes_are_kept(self) -> None:
        """Over offers, returns, restarts and new rules: what was told of an interaction at last, and when it came."""
        came: dict[str, Enqueued] = {}
        wishes: dict[str, Enqueued | Described] = {}
        for fact in self.facts:
            if isinstance(fact, Dialled):
                enqueued = _as_if_enqueued(fact)
                came.setdefault(fact.interaction, enqueued)
                wishes.setdefault(fact.interaction, enqueued)
            elif isinstance(fact, Enqueued):
                came.setdefault(fact.interaction, fact)
                wishes.setdefault(fact.interaction, fact)
            elif isinstance(fact, Described):
                wishes[fact.interaction] = fact
        for work in self.router.centre.interactions.values():
            said = wishes[work.id]
            assert work.enqueued_at == came[work.id].at
            assert (work.needs, work.priority_points) == (said.needs, said.priority_points)

    @invariant()
    def on_hold_is_only_who_is_with_somebody(self) -> None:
        """And each stay on hold ends before the talk does."""
        for work in self.router.centre.interactions.values():
            beside = work.held_at is not None or work.consult is not None
            assert not (beside or work.conference) or work.phase is Phase.CONNECTED

    @invariant()
    def who_talks_with_both_is_at_one_call_more(self) -> None:
        """As long as all three talk."""
        works = self.router.centre.interactions.values()
        there = {work.conference.colleague: work for work in works if work.conference is not None}
        for agent in self.router.centre.agents.values():
            work = there.get(agent.id)
            assert agent.beside == (None if work is None else work.id)
            if work is not None:
                assert agent.work is WorkState.TALKING
                assert (Medium.VOICE, work.queue) in agent.at_work

    @invariant()
    def a_recording_is_paused_only_in_a_recorded_talk(self) -> None:
        """And is over with it: the next agent's is another."""
        recorded: dict[str, bool] = {}
        for fact in self.facts:
            if isinstance(fact, Connected):
                recorded[fact.interaction] = fact.recorded
            elif isinstance(fact, Requeued | Finished | Parked | CallbackMissed):
                recorded[fact.interaction] = False
        for work in self.router.centre.interactions.values():
            assert work.recorded == recorded.get(work.id, False)
            assert work.recording_pause is None or work.recorded

    @invariant()
    def whatever_is_held_is_freed_in_time(self) -> None:
        """The router wakes at the latest when an offer or a wrap-up is to end (after a restart the edges have a moment to speak first)."""
        for work in self.router.centre.interactions.values():
            ends = _ends(work)
            if ends is not None:
                wakes = self.router.next_deadline()
                assert wakes is not None
                assert wakes <= max(ends, self.restarted_at + RESTORED_GRACE_S)

    @invariant()
    def what_follows_from_a_fact_follows(self) -> None:
        """Pauses, counts of misses, wrap-ups, and letters given back: each fact against the centre as it was before it."""
        if self._read == 0:
            self._book = Centre(self.router.centre.agents)
        for place in range(self._read, len(self.facts)):
            fact = self.facts[place]
            self._judge(fact, self.facts[place + 1 :])
            if isinstance(fact, OfferEnded):
                self._judge_count(fact)
            else:
                self._book.apply(fact)
        self._read = len(self.facts)

    def _judge(self, fact: Fact, then: Sequence[Fact]) -> None:
        match fact:
            case OfferEnded():
                self._judge_ending(fact, self._book.agents[fact.agent], then)
            case Finished():
                work = self._book.interactions[fact.interaction]
                rule = self.queue_rules.get(work.queue)
                wraps_up = rule is not None and rule.wrap_up_s > 0
                assert fact.wrap_up_until == (fact.at + rule.wrap_up_s if rule and wraps_up else None)
            case StatusChanged(status=Status.SIGNED_OUT):
                letters = {
                    one
                    for one in self._book.agents[fact.agent].holds
                    if (work := self._book.interactions[one]).phase is Phase.CONNECTED
                    and work.medium is not Medium.VOICE
                }
                assert letters <= {one.interaction for one in then if isinstance(one, Requeued)}
            case _:
                pass

    def _judge_ending(self, fact: OfferEnded, agent: AgentState, then: Sequence[Fact]) -> None:
        rule = self.queue_rules.get(self._book.interactions[fact.interaction].queue)
        missed = fact.outcome is Outcome.NO_ANSWER
        overlooked = missed and rule is not None and agent.missed + 1 < rule.missed_at_most
        voice = self._book.interactions[fact.interaction].medium is Medium.VOICE
        gone = voice and agent.device is Device.UNREACHABLE and fact.outcome is not Outcome.DECLINED
        following = then[0] if then else None
        paused = (
            isinstance(following, StatusChanged)
            and (following.agent, following.status) == (fact.agent, Status.PAUSED)
            and following.at == fact.at
            and following.reason != "lunch"
        )
        own = self._book.interactions[fact.interaction].dialling
        assert own == (isinstance(following, DialDropped) or (own and fact.outcome is Outcome.ACCEPTED))
        refused = fact.outcome in REFUSED and agent.status is Status.READY
        pauses = not own and refused and not overlooked and not gone
        assert paused == pauses, (fact, following)

    def _judge_count(self, fact: OfferEnded) -> None:
        """Only what rang and was not answered counts as missed, and only that costs the turn; who refused is not waited for any more."""
        before, preferred = self._book.agents[fact.agent], self._book.interactions[fact.interaction].preferred
        self._book.apply(fact)
        after, missed = self._book.agents[fact.agent], fact.outcome is Outcome.NO_ANSWER
        assert after.missed == before.missed + missed
        assert after.idle_since == (fact.at if missed else before.idle_since)
        refused = fact.outcome in REFUSED and preferred == fact.agent
        assert self._book.interactions[fact.interaction].preferred == (None if refused else preferred)

    @invariant()
    def who_is_called_back_is_called_by_rule(self) -> None:
        """So often and so far apart as the queue says, never while they are on the line, and they are over only when they were reached, were tried so
        often, or want it no more."""
        tries: dict[str, int] = {}
        for place in range(self._called, len(self.facts)):
            fact = self.facts[place]
            match fact:
                case CallbackKept():
                    assert fact.until > fact.at
                    self._callbacks[fact.interaction] = (0, fact.until)
                case CallbackMissed():
                    tried, _ = self._callbacks[fact.interaction]
                    self._callbacks[fact.interaction] = (tried + 1, fact.until)
                case Offered() if fact.interaction in self._callbacks:
                    assert fact.at >= self._callbacks[fact.interaction][1], (
                        "nobody is tried before their time"
                    )
                case CustomerReached() if fact.interaction not in self._callbacks:
                    pass  # an agent's own call
                case CustomerReached() | CallbackDropped():
                    del self._callbacks[fact.interaction]
                case Finished() if fact.interaction in self._callbacks:
                    tried, _ = self._callbacks.pop(fact.interaction)
                    tries[fact.interaction] = tried + 1
                case Unparked() if fact.interaction in self._callbacks:
                    self._callbacks[fact.interaction] = (self._callbacks[fact.interaction][0], 0.0)
                case Abandoned() | TurnedAway():
                    assert fact.interaction not in self._callbacks, (
                        "who is not on the line neither leaves nor is told"
                    )
                case _:
                    pass
        self._called = len(self.facts)
        assert all(tried == CALLBACK_TRIES for tried in tries.values())
        for name, (tried, _) in self._callbacks.items():
            work = self.router.centre.interactions[name]
            assert (work.callback, work.tried) == (True, tried)
            assert tried < CALLBACK_TRIES

    @invariant()
    def who_an_agent_calls_is_theirs_alone(self) -> None:
        """From the first moment on: nobody else is offered it, it waits nowhere, and it is over with the first try."""
        for place in range(self._dialled_until, len(self.facts)):
            fact = self.facts[place]
            name = getattr(fact, "interaction", InteractionId(""))
            match fact:
                case Dialled():
                    self._dialling[name] = fact
                    assert isinstance(self.facts[place + 1], Offered), "reserved at once"
                case Offered() | Connected() if name in self._dialling:
                    assert fact.agent == self._dialling[name].agent
                case CustomerReached() | DialDropped() | Finished():
                    self._dialling.pop(name, None)
                case Unanswered():
                    del self._dialling[name]
                    after = self.facts[place + 1]
                    assert isinstance(after, Finished), "what is to become of it is said now"
                    assert after.interaction == name
                case _:
                    assert name not in self._dialling or isinstance(fact, OfferRang | OfferEnded), fact
        self._dialled_until = len(self.facts)
        under_way = {
            work.id
            for work in self.router.centre.interactions.values()
            if work.dialling and work.phase is not Phase.WRAP_UP
        }
        assert under_way == set(self._dialling)
        for name in under_way:
            work = self.router.centre.interactions[name]
            assert work.phase in (Phase.OFFERED, Phase.CONNECTED)
            assert work.agent is not None
            agent = self.router.centre.agents[work.agent]
            busy = {WorkState.OFFERED, WorkState.TALKING}
            if (
                agent.wrap_ups and work.phase is Phase.OFFERED
            ):  # of a letter or message beside it: shown before the offer
                busy.add(WorkState.WRAP_UP)
            assert agent.work in busy


def _as_if_enqueued(fact: Dialled) -> Enqueued:
    return Enqueued(
        interaction=fact.interaction, medium=Medium.VOICE, queue=fact.queue, priority_points=0, at=fact.at
    )


def _ends(work: Work) -> float | None:
    match work.phase:
        case Phase.OFFERED:
            assert work.deadline is not None
            return work.deadline + (VOICE_LATENESS_S if work.medium is Medium.VOICE else 0.0)
        case Phase.WRAP_UP:
            return work.wrap_up_until
        case Phase.PARKED:
            return work.parked_until
        case _:
            return None
