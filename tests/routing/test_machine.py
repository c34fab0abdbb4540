"""Random days: whatever happens, in whatever order, these hold."""

import math
from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from routing import snapshots
from routing.core.decisions import Offer
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
    RecordingPauseBegan,
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
from routing.core.facts import (
    CallbackKept,
    Connected,
    CustomerReached,
    Dialled,
    Enqueued,
    Fact,
    LedOn,
    Offered,
    OfferEnded,
    TurnedAway,
)
from routing.core.figures import Figures
from routing.core.model import (
    LETTERS,
    AgentId,
    AgentRule,
    By,
    Device,
    InteractionId,
    Medium,
    OfferId,
    Outcome,
    PauseKind,
    Phase,
    QueueId,
    QueueRule,
    Room,
    Status,
    Why,
)
from routing.core.presence import AgentState, Work
from routing.core.router import Router, Turn
from routing.core.state import Centre
from routing.core.words import Need, WatchMode
from tests.routing import scan
from tests.routing.busy import Busy
from tests.routing.drawn_rules import AGENTS, QUEUES, able, capacities, rooms_of_queues, sharing
from tests.routing.fitting import Fitting
from tests.routing.promises import Promises
from tests.routing.scan import ScanningRouter
from tests.routing.scene import START

IDS = [InteractionId(f"i{number}") for number in range(12)]

agents = st.sampled_from([one.id for one in AGENTS] + [AgentId("nobody")])
ids = st.sampled_from(IDS)
offers = st.builds(lambda one, attempt: OfferId(f"{one}/{attempt}"), ids, st.integers(1, 3))


own_needs = st.sampled_from(
    [frozenset(), frozenset({Need(skill="en", level=3)}), frozenset({Need(skill="zh", level=1)})]
)


def events(at: float) -> st.SearchStrategy[Event]:
    """Every kind of event, mostly one that does not fit."""
    now = st.just(at)
    return st.one_of(
        st.builds(CustomerLeft, interaction=ids, at=now),
        st.builds(
            MoreKnown,
            interaction=ids,
            at=now,
            needs=own_needs,
            preferred=st.none() | agents,
            preferred_wait_s=st.sampled_from([0.0, 4.0, 20.0]),
            priority_points=st.sampled_from([0, 20]),
        ),
        st.builds(
            Moved,
            interaction=ids,
            queue=st.sampled_from([one.id for one in QUEUES] + [QueueId("unknown")]),
            at=now,
        ),
        st.builds(Assigned, interaction=ids, agent=agents, wait_s=st.sampled_from([0.0, 10.0]), at=now),
        st.builds(SetAside, interaction=ids, agent=agents, until=st.sampled_from([at - 1, at + 12]), at=now),
        st.builds(TakenUp, interaction=ids, at=now),
        st.builds(
            DialAsked,
            interaction=ids,
            queue=st.sampled_from([one.id for one in QUEUES] + [QueueId("unknown")]),
            agent=agents,
            at=now,
        ),
        st.builds(HoldBegan, interaction=ids, at=now),
        st.builds(HoldEnded, interaction=ids, at=now),
        st.builds(ConsultBegan, interaction=ids, whom=st.just("1002"), at=now),
        st.builds(ConsultReached, interaction=ids, at=now),
        st.builds(ConsultEnded, interaction=ids, reason=st.just("busy"), at=now),
        st.builds(
            ConferenceBegan, interaction=ids, whom=st.just("1002"), colleague=st.none() | agents, at=now
        ),
        st.builds(ConferenceEnded, interaction=ids, reason=st.just("left"), at=now),
        st.builds(
            WatchBegan,
            interaction=ids,
            watcher=agents | st.just(AgentId("sue")),
            mode=st.sampled_from(WatchMode),
            at=now,
        ),
        st.builds(WatchEnded, interaction=ids, watcher=agents | st.just(AgentId("sue")), at=now),
        st.builds(HandedOver, interaction=ids, agent=agents, to=agents, at=now, recorded=st.booleans()),
        st.builds(RecordingPauseBegan, interaction=ids, pause=st.sampled_from(PauseKind), at=now),
        st.builds(RecordingPauseEnded, interaction=ids, at=now),
        st.builds(
            Transferred,
            interaction=ids,
            agent=agents,
            queue=st.sampled_from([one.id for one in QUEUES] + [QueueId("unknown")]),
            at=now,
            to=st.none() | agents,
            wait_s=st.sampled_from([0.0, 10.0]),
        ),
        st.builds(CallbackWanted, interaction=ids, at=now),
        st.builds(MessageWanted, interaction=ids, at=now),
        st.builds(CallbackCancelled, interaction=ids, at=now),
        st.builds(Reached, interaction=ids, at=now),
        st.builds(Unreached, interaction=ids, reason=st.just("busy"), at=now),
        st.builds(ConsoleChanged, agent=agents, present=st.booleans(), at=now),
        st.builds(DeviceChanged, agent=agents, device=st.sampled_from(Device), at=now),
        st.builds(
            StatusChosen,
            agent=agents,
            status=st.sampled_from(Status),
            reason=st.sampled_from(["", "lunch"]),
            at=now,
        ),
        st.builds(Rang, offer=offers, at=now),
        st.builds(Accepted, offer=offers, at=now, recorded=st.booleans()),
        st.builds(OfferFailed, offer=offers, outcome=st.sampled_from(Outcome), at=now),
        st.builds(Adopted, interaction=ids, agent=agents, at=now, recorded=st.booleans()),
        st.builds(Returned, interaction=ids, reason=st.just("returned"), at=now),
        st.builds(WorkEnded, interaction=ids, by=st.sampled_from(By), at=now),
        st.builds(WrapUpEnded, interaction=ids, agent=agents, disposition=st.just("solved"), at=now),
    )


class Day(Promises, Busy, Fitting, RuleBasedStateMachine):
    """A centre of four agents and three queues, told anything."""

    queues = QUEUES
    staff = AGENTS

    def __init__(self) -> None:
        super().__init__()
        self.queue_rules = {one.id: one for one in QUEUES}
        self.now = START
        self.router = Router(QUEUES, AGENTS)
        self.scanning = ScanningRouter(QUEUES, AGENTS)
        self.facts: list[Fact] = []
        self.restarts = 0
        self._callbacks = {}
        self._dialling = {}
        self.figures = Figures(START - 100.0, QUEUES)
        self.keep()

    def turn(self, *told: Event) -> Turn:
        turn = self.router.decide(told, self.now)
        assert turn == self.scanning.decide(told, self.now), "the index decides as a scan of everything does"
        self.check_illegal_or_recorded(turn)
        for fact in turn.facts:
            self.figures.apply(fact)
        self.facts += turn.facts
        self.check_offers_are_the_next_in_line(turn)
        self.check_nobody_is_beyond_capacity(turn)
        return turn

    def configure(self, queues: tuple[QueueRule, ...], staff: tuple[AgentRule, ...]) -> None:
        """Other rules from now on."""
        self.queues, self.staff, self.queue_rules = queues, staff, {one.id: one for one in queues}
        turn = self.router.configure(queues, staff, self.now)
        assert turn == self.scanning.configure(queues, staff, self.now)
        for fact in turn.facts:
            self.figures.apply(fact)
        self.facts += turn.facts
        self.check_nobody_is_beyond_capacity(turn)

    def _fits_dial(self, event: DialAsked) -> bool:
        state = self.router.centre.agents.get(event.agent)
        mine = next((one for one in self.staff if one.id == event.agent), None)
        known = event.interaction in self.router.centre.interactions or self.router.centre.closed(
            event.interaction
        )
        if state is None or mine is None or known or event.queue not in self.queue_rules:
            return False
        if state.status is Status.SIGNED_OUT:
            return False
        room = scan.takes(self.queue_rules, Medium.VOICE, event.queue)
        ready = state._replace(status=Status.READY)
        return scan.has_room(ready, mine, self.held(state), room, self.queue_rules)

    def room(self, work: Work) -> Room:
        return scan.takes(self.queue_rules, work.medium, work.queue)

    def check_illegal_or_recorded(self, turn: Turn) -> None:
        """What was decided was recorded: no decision without a fact."""
        assert turn.facts or not turn.decisions

    def check_offers_are_the_next_in_line(self, turn: Turn) -> None:
        """Nobody of the same medium who stands before an offered one, and whom its agent may serve, is still waiting."""
        centre = self.router.centre
        for offer in turn.decisions:
            work = centre.interactions.get(offer.interaction)
            if not isinstance(offer, Offer) or work is None or work.offer != offer.offer:
                continue
            if work.dialled:
                continue  # their own wish
            assert self.may_serve(offer.agent, work), "whoever is offered it can do it, at this moment"
            for other in centre.interactions.values():
                comparable = other.medium is work.medium and self.room(other) == self.room(work)
                if other.phase is Phase.WAITING and comparable and self.may_serve(offer.agent, other):
                    theirs, mine = self.queue_rules[other.queue], self.queue_rules[work.queue]
                    assert scan.place(other, theirs) > scan.place(work, mine)

    def check_nobody_is_beyond_capacity(self, turn: Turn) -> None:
        """Offers never exceed it; only adoption (a call that talks anyway) may."""
        agents = {one.id: one for one in self.staff}
        for offer in turn.decisions:
            work = self.router.centre.interactions.get(offer.interaction)
            if isinstance(offer, Offer) and work is not None and work.offer == offer.offer:
                state = self.router.centre.agents[offer.agent]
                assert state.offer == offer.offer
                assert scan.fits(self.room(work), agents[offer.agent], self.held(state), self.queue_rules)

    def may_serve(self, agent: AgentId, work: Work, having: AgentRule | None = None) -> bool:
        """Whether this is one of those for whom the interaction waits now, told without any index; `having` in place of what they have."""
        rule = self.queue_rules.get(work.queue)
        rules = {one.id: one for one in self.staff}
        if having is not None:
            rules[agent] = having
        if rule is None or agent not in rules:
            return False
        sight = scan.Sight(self.now, rules, self.router.centre.agents)
        return sight.may_serve(rules[agent], work, rule)

    def held(self, agent: AgentState) -> scan.Held:
        """What they are at work on, counted here."""
        works = [self.router.centre.interactions[one] for one in agent.holds]
        every = self.router.centre.interactions.values()
        works += [one for one in every if scan.talks_beside(agent, one)]
        return [(work.medium, work.queue) for work in works if work.phase is Phase.CONNECTED]

    @initialize(rooms=rooms_of_queues, drawn=capacities)
    def set_up(self, rooms: list[tuple[Room, ...] | None], drawn: list[tuple[int, int, int]]) -> None:
        """Each day with other capacities."""
        self.configure(sharing(rooms), able(drawn))
        self.open_shop()

    def open_shop(self) -> None:
        """Most agents are there, or little would happen."""
        for number, one in enumerate(AGENTS[:3]):
            self.now += number
            self.turn(
                ConsoleChanged(agent=one.id, present=True, at=self.now),
                DeviceChanged(agent=one.id, device=Device.REACHABLE, at=self.now),
                StatusChosen(agent=one.id, status=Status.READY, at=self.now),
            )

    @rule(
        one=ids,
        medium=st.sampled_from(Medium),
        to=st.sampled_from([one.id for one in QUEUES] + [QueueId("unknown")]),
        age_s=st.integers(0, 30),
        points=st.sampled_from([0, 0, 20]),
        needs=own_needs,
        preferred=st.none() | agents,
    )
    def arrive(  # noqa: PLR0917 - hypothesis gives all by name
        self,
        one: InteractionId,
        medium: Medium,
        to: QueueId,
        age_s: int,
        points: int,
        needs: frozenset[Need],
        preferred: AgentId | None,
    ) -> None:
        at = self.now
        self.turn(
            Arrived(
                interaction=one,
                medium=medium,
                queue=to,
                enqueued_at=at - age_s,
                at=at,
                priority_points=points,
                needs=needs,
                preferred=preferred,
                preferred_wait_s=8.0,
            )
        )

    @rule(data=st.data())
    def anything(self, data: st.DataObject) -> None:
        told = data.draw(st.lists(events(self.now), min_size=1, max_size=3))
        illegal = not any(map(self.fits, told))
        turn = self.turn(*told)
        assert not (illegal and (turn.facts or turn.decisions)), told

    @rule(data=st.data(), ringing=st.booleans())
    def answer(self, data: st.DataObject, ringing: bool) -> None:
        """A live offer is answered, or at least rings."""
        live = [work.offer for work in self.router.centre.interactions.values() if work.offer is not None]
        if live:
            offer = data.draw(st.sampled_from(live))
            self.turn(Rang(offer=offer, at=self.now) if ringing else Accepted(offer=offer, at=self.now))

    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        """A conversation ends."""
        talking = [
            one for one, work in self.router.centre.interactions.items() if work.phase is Phase.CONNECTED
        ]
        if talking:
            ended = data.draw(st.sampled_from(talking))
            self.turn(WorkEnded(interaction=ended, by=By.AGENT, at=self.now))

    @rule(data=st.data(), seconds=st.sampled_from([3.0, 30.0]))
    def set_aside(self, data: st.DataObject, seconds: float) -> None:
        """A letter waits until later, and for whoever had it first; a call does not."""
        talking = [work for work in self.router.centre.interactions.values() if work.phase is Phase.CONNECTED]
        if talking:
            work = data.draw(st.sampled_from(talking))
            assert work.agent is not None
            aside = SetAside(interaction=work.id, agent=work.agent, until=self.now + seconds, at=self.now)
            self.turn(aside)
            after = self.router.centre.interactions[work.id]
            assert after.phase is (Phase.PARKED if work.medium in LETTERS else Phase.CONNECTED)
            assert after.enqueued_at == work.enqueued_at

    @rule(seconds=st.floats(0.0, 30.0, allow_nan=False))
    def pass_time(self, seconds: float) -> None:
        """The floor wakes the router at each deadline on the way."""
        until = self.now + seconds
        while (deadline := self.router.next_deadline()) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self.turn()
            assert (self.router.next_deadline() or math.inf) > self.now
        self.now = until
        assert not self.turn().decisions

    @rule(one=ids)
    def hang_up(self, one: InteractionId) -> None:
        """A caller's hang-up while it rings leaves the agent's idle time, status and count of misses alone."""
        work = self.router.centre.interactions.get(one)
        if work is not None and work.phase is Phase.OFFERED and not work.callback:
            assert work.agent is not None
            before = self.router.centre.agents[work.agent]
            self.turn(CustomerLeft(interaction=one, at=self.now))
            after = self.router.centre.agents[work.agent]
            kept = ("idle_since", "missed", "status")
            assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]

    @rule()
    def keep(self) -> None:
        """What is folded from the facts so far, as text."""
        self.kept = snapshots.written(self.router.snapshot(self.figures.snapshot())), len(self.facts)

    def resume(self) -> Router:
        """From that and the facts since then; the figures agree, too."""
        text, then = self.kept
        kept, later = snapshots.read(text), self.facts[then:]
        figures = Figures(0.0, self.queues)
        figures.restore(kept.figures)
        for fact in later:
            figures.apply(fact)
        assert figures.snapshot() == self.figures.snapshot()
        router = Router(self.queues, self.staff)
        router.restore(later, kept)
        return router

    @rule(medium=st.sampled_from(Medium), to=st.sampled_from([one.id for one in QUEUES]))
    def restart(self, medium: Medium, to: QueueId) -> None:
        """A router restored from the facts is the same, decides the same, and goes on in this one's place; so is one that goes on from what was kept
        on the way, and the facts since then."""
        before, self.router = self.router, Router(self.queues, self.staff)
        self.router.restore(self.facts)
        assert self.router.centre == before.centre
        resumed = self.resume()
        assert resumed.centre == before.centre
        assert resumed.snapshot(self.figures.snapshot()) == before.snapshot(self.figures.snapshot())
        if self.restarts % 2:
            self.router = resumed
        self.scanning = ScanningRouter(self.queues, self.staff)
        self.scanning.restore(self.facts)
        self.restarts += 1
        self.restarted_at = self.now
        one = InteractionId(f"probe{self.restarts}")
        arrival = Arrived(interaction=one, medium=medium, queue=to, enqueued_at=self.now, at=self.now)
        assert self.turn(arrival) == before.decide([arrival], self.now)
        if not any(work.phase is Phase.OFFERED for work in before.centre.interactions.values()):
            assert (
                self.router.next_deadline() == before.next_deadline()
            )  # offers alone are given a moment more

    @rule(skill=st.sampled_from(["zh", "en"]), end_in_s=st.sampled_from([None, 0.0, 4.0, 11.0, 35.0]))
    def new_rules(self, skill: str, end_in_s: float | None) -> None:
        """A configuration in the middle of everything; what it says of the end of skills stays."""
        ann, *others = (replace(one, skill_ends=frozenset()) for one in self.staff)
        usual = next(one.skills for one in AGENTS if one.id == ann.id)
        knows_one = replace(ann, skills=frozenset({Need(skill=skill, level=9)}))
        self.configure(self.queues, (knows_one, *others))
        ends = frozenset() if end_in_s is None else frozenset({(skill, self.now + end_in_s)})
        *ending, last = replace(ann, skills=usual), *others
        self.configure(self.queues, (*(replace(one, skill_ends=ends) for one in ending), last))

    @rule(rooms=rooms_of_queues, drawn=capacities)
    def other_capacities(
        self, rooms: list[tuple[Room, ...] | None], drawn: list[tuple[int, int, int]]
    ) -> None:
        """What agents have at once, and what may stand beside what, is another in the middle of everything."""
        self.configure(sharing(rooms), able(drawn))

    @invariant()
    def state_is_the_fold_of_the_facts(self) -> None:
        centre = Centre(one.id for one in AGENTS)
        for fact in self.facts:
            centre.apply(fact)
        assert centre == self.router.centre

    @invariant()
    def offers_are_exclusive(self) -> None:
        """One live offer per interaction and agent, and both sides agree on it."""
        live = [work for work in self.router.centre.interactions.values() if work.phase is Phase.OFFERED]
        assert len({work.agent for work in live}) == len(live)
        for work in live:
            assert work.agent is not None
            assert self.router.centre.agents[work.agent].offer == work.offer
        offered = [one for one in self.router.centre.agents.values() if one.offer is not None]
        assert len(offered) == len(live)

    @invariant()
    def every_offer_ends_once(self) -> None:
        made = Counter(fact.offer for fact in self.facts if isinstance(fact, Offered))
        ended = Counter(fact.offer for fact in self.facts if isinstance(fact, OfferEnded))
        live = {work.offer for work in self.router.centre.interactions.values() if work.offer is not None}
        assert set(made.values()) <= {1}
        assert set(ended.values()) <= {1}
        assert set(made) - set(ended) == live

    @invariant()
    def no_free_agent_beside_waiting_work(self) -> None:
        """Work-conserving: whoever waits, nobody for whom they wait is free."""
        for work in self.router.centre.interactions.values():
            if work.phase is not Phase.WAITING or work.queue not in self.queue_rules:
                continue
            for candidate in self.staff:
                if self.may_serve(candidate.id, work):
                    state = self.router.centre.agents[candidate.id]
                    room, held = self.room(work), self.held(state)
                    assert not scan.has_room(state, candidate, held, room, self.queue_rules), (work, state)

    @invariant()
    def whoever_waits_waits_where_they_belong(self) -> None:
        """No rule that leads on is left undone: of time, or that nobody is there."""
        centre = self.router.centre
        for work in centre.interactions.values():
            if work.phase is not Phase.WAITING:
                continue
            voice, letter = work.medium is Medium.VOICE and not work.callback, work.medium in LETTERS
            limit, other = (40.0, "en") if letter else (25.0, "any")
            if work.queue == "zh" and other not in work.been:
                assert work.queued_at + limit > self.now
            if work.queue == "any" and not letter and "zh" not in work.been:
                assert work.queued_at + 30.0 > self.now
            if work.queue == "any" and voice and work.preferred is None:
                assert any(
                    centre.agents[one.id].status is not Status.SIGNED_OUT and one.groups and not one.queues
                    for one in self.staff
                )

    @invariant()
    def nobody_is_sent_round(self) -> None:
        """Led on by rules only to where they have not been, always from where they were, and never once they are gone."""
        where: dict[InteractionId, QueueId] = {}
        been: dict[InteractionId, set[QueueId]] = {}
        for fact in self.facts:
            match fact:
                case Enqueued() | Dialled():
                    where[fact.interaction], been[fact.interaction] = fact.queue, set()
                case LedOn():
                    assert where[fact.interaction] == fact.origin != fact.queue
                    been[fact.interaction].add(fact.origin)
                    assert fact.why is Why.ASKED or fact.queue not in been[fact.interaction]
                    where[fact.interaction] = fact.queue
                case TurnedAway():
                    assert where.pop(fact.interaction) == fact.queue
                case _:
                    pass

    @invariant()
    def what_waits_can_be_explained(self) -> None:
        """Everybody who is signed in and might be asked is named with a reason; who matches is never told to be unfit."""
        for work in self.router.centre.interactions.values():
            told = self.router.explain(work.id, self.now)
            assert (told is not None) == (work.phase is Phase.WAITING and work.queue in self.queue_rules)
            if told is not None:
                reasons = dict(told.not_offered)
                assert "next" not in reasons.values()
                for candidate in self.staff:
                    if self.may_serve(candidate.id, work) and candidate.id in reasons:
                        assert reasons[candidate.id] not in {"skill", "skill_expired", "group", "queue"}
                    if (reason := reasons.get(candidate.id)) in {"skill", "skill_expired"}:
                        endless = self.may_serve(
                            candidate.id, work, replace(candidate, skill_ends=frozenset())
                        )
                        assert endless == (reason == "skill_expired"), (reason, candidate, told)

    @invariant()
    def everything_held_has_a_way_out(self) -> None:
        """What an agent holds without talking ends by a timer."""
        for work in self.router.centre.interactions.values():
            if work.phase in (Phase.OFFERED, Phase.WRAP_UP, Phase.PARKED):
                assert self.router.next_deadline() is not None

    @invariant()
    def figures_add_up(self) -> None:
        """offered = answered + abandoned + unanswered, and the unanswered are those who wait, or are to be called, and never talked."""
        talked = self._talked()
        for one in (*[known.id for known in QUEUES], QueueId("unknown")):
            figures = self.figures.queue(one)
            open_ones = self.router.centre.interactions.values()
            waiting = [
                work
                for work in open_ones
                if work.queue == one
                and not work.dialled
                and work.id not in talked
                and (work.callback or work.phase in (Phase.WAITING, Phase.OFFERED))
            ]
            assert figures.unanswered() == len(waiting)
            reached = {fact.interaction for fact in self.facts if isinstance(fact, CustomerReached)}
            dialled = [
                fact.interaction for fact in self.facts if isinstance(fact, Dialled) and fact.queue == one
            ]
            assert (figures.dialled, figures.reached) == (len(dialled), len(reached & set(dialled)))
            assert figures.answered_in_time <= figures.answered
            assert 0.0 <= (figures.service_level() or 0.0) <= 1.0

    def _talked(self) -> set[InteractionId]:
        talked: set[InteractionId] = set()
        called: set[InteractionId] = set()
        for fact in self.facts:
            match fact:
                case CallbackKept():
                    called.add(fact.interaction)
                case CustomerReached():
                    called.discard(fact.interaction)
                    talked.add(fact.interaction)
                case Connected() if fact.interaction not in called:
                    talked.add(fact.interaction)
                case _:
                    pass
        return talked


TestDay = Day.TestCase
TestDay.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_needs_are_compared_by_value() -> None:
    """Rules read twice from the database are the same rules."""
    assert Need(skill="zh", level=3) == Need(skill="zh", level=3)
