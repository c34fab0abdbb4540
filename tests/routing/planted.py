"""Faults to plant in the rules of the router: each a small change of behaviour such as a slip of the pen makes, told by its name."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from routing.core import (
    beside,
    by_hand,
    callbacks,
    choice,
    judge,
    matching,
    order,
    overflow,
    recording,
    stages,
    timers,
)
from routing.core import router as routers
from routing.core.capacity import Openings, Rooms
from routing.core.events import (
    CallbackWanted,
    ConferenceBegan,
    ConferenceEnded,
    CustomerLeft,
    HandedOver,
    HoldBegan,
    HoldEnded,
    MessageWanted,
    RecordingPauseEnded,
    Transferred,
    WatchBegan,
    WatchEnded,
)
from routing.core.facts import (
    TRANSFERRED,
    CallbackMissed,
    ConferenceOver,
    Conferring,
    Connected,
    Dialled,
    Fact,
    Finished,
    LedOn,
    Offered,
    OfferEnded,
    RecordingPaused,
    Requeued,
    Resumed,
    StatusChanged,
    Watched,
    WrappedUp,
)
from routing.core.figures import Figures
from routing.core.model import AgentId, Device, Medium, Outcome, PauseKind, Phase, Status
from routing.core.presence import AgentState, Consult, RecordingPause, Watcher, Work
from routing.core.router import Router, Turn
from routing.core.state import Centre
from routing.core.verdict import NOTHING, Verdict
from routing.core.words import WatchMode

Plant = Callable[[pytest.MonkeyPatch], None]
FAULTS: list[Plant] = []


def fault(plant: Plant) -> Plant:
    """Its name says what is wrong."""
    FAULTS.append(plant)
    return plant


# -- how to plant one ---------------------------------------------------------------------------------------------------


def in_the_state(plant: pytest.MonkeyPatch, kind: type, wrong: Callable[[Centre, Any], None]) -> None:
    """After a fact of this kind was taken in, something is wrong with what is kept."""
    right = Centre.apply

    def apply(self: Centre, fact: Fact) -> None:
        right(self, fact)
        if isinstance(fact, kind):
            wrong(self, fact)

    plant.setattr(Centre, "apply", apply)


def in_the_verdict(plant: pytest.MonkeyPatch, wrong: Callable[[Centre, Any, Verdict], Verdict]) -> None:
    """What an event means is judged wrongly."""
    right = judge.judge

    def judged(centre: Centre, queues: Any, event: Any) -> Verdict:
        return wrong(centre, event, right(centre, queues, event))

    plant.setattr(routers, "judge", judged)


def in_what_agents_can_take(plant: pytest.MonkeyPatch, as_if: Callable[[AgentState], AgentState]) -> None:
    """What an agent can take now is looked up for another state than theirs."""
    right = Rooms.of

    def of(self: Rooms, agent: AgentState, rule: Any) -> Openings:
        return right(self, as_if(agent), rule)

    plant.setattr(Rooms, "of", of)


def aged(centre: Centre, fact: Any) -> None:
    work = centre.interactions.get(fact.interaction)
    if work is not None:
        centre._put(work._replace(enqueued_at=fact.at))


# -- ages and wishes ------------------------------------------------------------------------------------------------------


@fault
def age_begins_anew_when_an_offer_ends(plant: pytest.MonkeyPatch) -> None:
    in_the_state(plant, OfferEnded, aged)


@fault
def age_begins_anew_when_work_comes_back(plant: pytest.MonkeyPatch) -> None:
    in_the_state(plant, Requeued, aged)


@fault
def what_was_asked_is_forgotten_when_work_comes_back(plant: pytest.MonkeyPatch) -> None:
    def forget(centre: Centre, fact: Requeued) -> None:
        centre._put(centre.interactions[fact.interaction]._replace(needs=frozenset()))

    in_the_state(plant, Requeued, forget)


@fault
def who_passes_it_on_keeps_it(plant: pytest.MonkeyPatch) -> None:
    def keep(centre: Centre, fact: Requeued) -> None:
        if fact.reason == TRANSFERRED:
            centre._put(centre.interactions[fact.interaction]._replace(passed_by=None))

    in_the_state(plant, Requeued, keep)


@fault
def anybody_passes_on_what_another_is_at(plant: pytest.MonkeyPatch) -> None:
    right = by_hand._transferred

    def wrong(centre: Centre, queues: Any, work: Work, event: Transferred) -> Verdict:
        return right(centre, queues, work, replace(event, agent=work.agent or event.agent))

    plant.setattr(by_hand, "_transferred", wrong)


@fault
def hold_outlasts_the_talk(plant: pytest.MonkeyPatch) -> None:
    def still(centre: Centre, fact: Requeued) -> None:
        centre._put(centre.interactions[fact.interaction]._replace(held_at=fact.at))

    in_the_state(plant, Requeued, still)


@fault
def who_is_held_is_held_again(plant: pytest.MonkeyPatch) -> None:
    right = beside._hold

    def wrong(work: Work, event: HoldBegan | HoldEnded) -> Verdict:
        return right(work._replace(held_at=None) if isinstance(event, HoldBegan) else work, event)

    plant.setattr(beside, "_hold", wrong)


@fault
def who_was_asked_is_asked_for_ever(plant: pytest.MonkeyPatch) -> None:
    def still(centre: Centre, fact: Resumed) -> None:
        centre._put(centre.interactions[fact.interaction]._replace(consult=Consult("1002", fact.at)))

    in_the_state(plant, Resumed, still)


@fault
def anybody_hands_over_what_another_is_at(plant: pytest.MonkeyPatch) -> None:
    right = beside._handed_over

    def wrong(centre: Centre, work: Work, event: HandedOver) -> Verdict:
        return right(centre, work, replace(event, agent=work.agent or event.agent))

    plant.setattr(beside, "_handed_over", wrong)


@fault
def three_talk_although_one_is_on_hold(plant: pytest.MonkeyPatch) -> None:
    right = beside._conference

    def wrong(centre: Centre, work: Work, event: ConferenceBegan | ConferenceEnded) -> Verdict:
        verdict = right(centre, work, event)
        return Verdict(tuple(fact for fact in verdict.facts if not isinstance(fact, Resumed)))

    plant.setattr(beside, "_conference", wrong)


@fault
def a_conference_outlasts_the_talk(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(judge, "parted", lambda _, verdict: verdict)


@fault
def who_was_in_a_conference_is_busy_for_ever(plant: pytest.MonkeyPatch) -> None:
    def still(centre: Centre, fact: ConferenceOver) -> None:
        if fact.colleague is not None:
            agent = centre.agents[fact.colleague]
            centre._agents[fact.colleague] = agent._replace(beside=fact.interaction)

    in_the_state(plant, ConferenceOver, still)


@fault
def who_is_in_a_conference_is_free(plant: pytest.MonkeyPatch) -> None:
    def free(centre: Centre, fact: Conferring) -> None:
        if fact.colleague is not None:
            agent = centre.agents[fact.colleague]
            centre._agents[fact.colleague] = agent._replace(at_work=agent.at_work[:-1])

    in_the_state(plant, Conferring, free)


@fault
def who_listens_does_so_to_the_next_agent_too(plant: pytest.MonkeyPatch) -> None:
    def still(centre: Centre, fact: Requeued) -> None:
        seen = Watcher(AgentId("sue"), WatchMode.LISTEN, fact.at)
        centre._put(centre.interactions[fact.interaction]._replace(watchers=(seen,)))

    in_the_state(plant, Requeued, still)


@fault
def who_speaks_up_is_there_twice(plant: pytest.MonkeyPatch) -> None:
    def twice(centre: Centre, fact: Watched) -> None:
        work = centre.interactions[fact.interaction]
        centre._put(work._replace(watchers=(*work.watchers, *work.watchers)))

    in_the_state(plant, Watched, twice)


@fault
def agents_listen_to_themselves(plant: pytest.MonkeyPatch) -> None:
    right = beside._watch

    def wrong(work: Work, event: WatchBegan | WatchEnded) -> Verdict:
        other = work._replace(agent=AgentId("nobody")) if work.agent == event.watcher else work
        return right(other, event)

    plant.setattr(beside, "_watch", wrong)


@fault
def a_pause_outlasts_the_talk(plant: pytest.MonkeyPatch) -> None:
    def still(centre: Centre, fact: Requeued) -> None:
        pause = RecordingPause(PauseKind.BY_HAND, fact.at)
        centre._put(centre.interactions[fact.interaction]._replace(recording_pause=pause))

    in_the_state(plant, Requeued, still)


@fault
def a_form_takes_a_pause_over_that_was_made_by_hand(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(recording, "_WEIGHT", {PauseKind.FORM: 2, PauseKind.BY_HAND: 1, PauseKind.STOPPED: 3})


@fault
def what_was_stopped_goes_on(plant: pytest.MonkeyPatch) -> None:
    right = recording.judge_recording

    def wrong(work: Work, event: recording.RecordingEvent) -> Verdict:
        pause = work.recording_pause
        if isinstance(event, RecordingPauseEnded) and pause is not None:
            work = work._replace(recording_pause=RecordingPause(PauseKind.BY_HAND, pause.since))
        return right(work, event)

    plant.setattr(judge, "judge_recording", wrong)


@fault
def talks_are_paused_that_nobody_records(plant: pytest.MonkeyPatch) -> None:
    right = recording.judge_recording
    plant.setattr(judge, "judge_recording", lambda work, event: right(work._replace(recorded=True), event))


@fault
def a_pause_begins_anew_for_another_reason(plant: pytest.MonkeyPatch) -> None:
    def anew(centre: Centre, fact: RecordingPaused) -> None:
        work = centre.interactions[fact.interaction]
        centre._put(work._replace(recording_pause=RecordingPause(fact.pause, fact.at + 1.0)))

    in_the_state(plant, RecordingPaused, anew)


@fault
def who_is_handed_over_is_recorded_as_before(plant: pytest.MonkeyPatch) -> None:
    def as_before(centre: Centre, fact: Connected) -> None:
        centre._put(centre.interactions[fact.interaction]._replace(recorded=True))

    in_the_state(plant, Connected, as_before)


@fault
def priority_is_ignored(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(order, "SECONDS_PER_POINT", 0.0)


@fault
def the_last_who_came_is_first(plant: pytest.MonkeyPatch) -> None:
    for module in (order, routers):
        plant.setattr(module, "place", lambda work, points=0: (-work.enqueued_at - points, -work.arrival))


# -- who may be offered what -----------------------------------------------------------------------------------------------


@fault
def letters_are_without_number(plant: pytest.MonkeyPatch) -> None:
    in_what_agents_can_take(plant, lambda agent: agent._replace(at_work=()))


@fault
def who_is_being_offered_something_is_offered_more(plant: pytest.MonkeyPatch) -> None:
    in_what_agents_can_take(plant, lambda agent: agent._replace(offer=None))


@fault
def who_wraps_up_is_free(plant: pytest.MonkeyPatch) -> None:
    in_what_agents_can_take(plant, lambda agent: agent._replace(wrap_ups=0))


@fault
def who_is_paused_is_ready(plant: pytest.MonkeyPatch) -> None:
    as_ready = {Status.PAUSED: Status.READY}
    in_what_agents_can_take(
        plant, lambda agent: agent._replace(status=as_ready.get(agent.status, agent.status))
    )


@fault
def a_call_rings_who_talks(plant: pytest.MonkeyPatch) -> None:
    """The rule of interruption is forgotten for calls."""

    def without_calls(agent: AgentState) -> AgentState:
        return agent._replace(at_work=tuple(each for each in agent.at_work if each[0] is not Medium.VOICE))

    in_what_agents_can_take(plant, without_calls)


@fault
def nothing_is_ever_given_up(plant: pytest.MonkeyPatch) -> None:
    right = stages.stage
    plant.setattr(
        matching,
        "stage",
        lambda work, rule, now, **here: right(work, rule, now, **here)._replace(steps=0),
    )


@fault
def nobody_looks_when_the_time_to_give_something_up_has_come(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(routers, "next_change", lambda work, rule, now: None)


@fault
def nobody_waits_for_a_preferred_agent(plant: pytest.MonkeyPatch) -> None:
    right = stages.stage
    plant.setattr(
        matching,
        "stage",
        lambda work, rule, now, preferred_is_here: right(work, rule, now, preferred_is_here=False),
    )


@fault
def who_declined_is_waited_for_all_the_same(plant: pytest.MonkeyPatch) -> None:
    right = Centre.apply

    def apply(self: Centre, fact: Fact) -> None:
        work = self.interactions.get(fact.interaction) if isinstance(fact, OfferEnded) else None
        right(self, fact)
        if work is not None and work.preferred is not None:
            self._put(self.interactions[work.id]._replace(preferred=work.preferred))

    plant.setattr(Centre, "apply", apply)


@fault
def the_choice_among_the_free_is_by_name(plant: pytest.MonkeyPatch) -> None:
    for each in list(choice.ORDERS):
        plant.setitem(cast("dict[Any, Any]", choice.ORDERS), each, lambda agent: (0.0, 0.0, agent.id))


# -- how offers end -----------------------------------------------------------------------------------------------------


@fault
def a_hang_up_counts_as_missed(plant: pytest.MonkeyPatch) -> None:
    def count(centre: Centre, fact: OfferEnded) -> None:
        if fact.outcome is Outcome.CUSTOMER_LEFT:
            agent = centre.agents[fact.agent]
            centre._agents[agent.id] = agent._replace(missed=agent.missed + 1)

    in_the_state(plant, OfferEnded, count)


@fault
def a_hang_up_costs_the_turn(plant: pytest.MonkeyPatch) -> None:
    def lose(centre: Centre, fact: OfferEnded) -> None:
        if fact.outcome is Outcome.CUSTOMER_LEFT:
            centre._agents[fact.agent] = centre.agents[fact.agent]._replace(idle_since=fact.at)

    in_the_state(plant, OfferEnded, lose)


@fault
def whoever_declines_stays_ready(plant: pytest.MonkeyPatch) -> None:
    in_the_verdict(
        plant,
        lambda centre, event, right: (
            replace_facts(right, right.facts[:1])
            if right.facts
            and isinstance(right.facts[0], OfferEnded)
            and len(right.facts) == 2
            and right.facts[0].outcome in judge.PAUSE_REASON
            else right
        ),
    )


@fault
def whose_phone_is_gone_is_to_blame(plant: pytest.MonkeyPatch) -> None:
    right = judge._fail

    def wrong(
        centre: Centre, queues: Any, work: Work, outcome: Outcome, at: float, *, withdraw: bool
    ) -> Verdict:
        agent = centre.agents[judge.holder(work)]
        there = agent._replace(device=Device.REACHABLE)
        seen = SimpleNamespace(agents={agent.id: there})
        return right(cast("Centre", seen), queues, work, outcome, at, withdraw=withdraw)

    plant.setattr(judge, "_fail", wrong)


@fault
def the_first_missed_pauses_wherever_two_may_be(plant: pytest.MonkeyPatch) -> None:
    right = judge.judge

    def judged(centre: Centre, queues: Any, event: Any) -> Verdict:
        strict = {one: replace(rule, missed_at_most=1) for one, rule in queues.items()}
        return right(centre, strict, event)

    plant.setattr(routers, "judge", judged)


@fault
def a_late_word_about_an_old_offer_counts(plant: pytest.MonkeyPatch) -> None:
    def offered(centre: Centre, offer: Any) -> Work | None:
        return centre.interactions.get(offer.rpartition("/")[0])

    plant.setattr(judge, "_offered", offered)


@fault
def an_offer_has_no_deadline(plant: pytest.MonkeyPatch) -> None:
    no_timer(plant, Phase.OFFERED)


@fault
def an_offer_is_made_twice(plant: pytest.MonkeyPatch) -> None:
    """The number of attempts is not counted on, so the second offer has the id of the first."""

    def same(centre: Centre, fact: Offered) -> None:
        centre._put(centre.interactions[fact.interaction]._replace(attempts=0))

    in_the_state(plant, Offered, same)


# -- work and after it --------------------------------------------------------------------------------------------------


@fault
def a_wrap_up_never_ends(plant: pytest.MonkeyPatch) -> None:
    no_timer(plant, Phase.WRAP_UP)


@fault
def there_is_no_wrap_up(plant: pytest.MonkeyPatch) -> None:
    in_the_verdict(
        plant,
        lambda centre, event, right: replace_facts(
            right,
            tuple(
                replace(one, wrap_up_until=None) if isinstance(one, Finished) else one for one in right.facts
            ),
        ),
    )


@fault
def anybody_ends_a_wrap_up(plant: pytest.MonkeyPatch) -> None:
    def wrapped_up(work: Work, event: Any) -> Verdict:
        if work.phase is not Phase.WRAP_UP or work.agent is None:
            return NOTHING
        return Verdict((WrappedUp(interaction=work.id, agent=work.agent, disposition="x", at=event.at),))

    plant.setattr(judge, "_wrapped_up", wrapped_up)


@fault
def a_hang_up_in_mid_talk_is_not_heard(plant: pytest.MonkeyPatch) -> None:
    def deaf(centre: Centre, event: Any, right: Verdict) -> Verdict:
        ended = bool(right.facts) and isinstance(right.facts[0], Finished)
        return NOTHING if ended and isinstance(event, CustomerLeft) else right

    in_the_verdict(plant, deaf)


@fault
def who_signs_out_takes_their_letters_along(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(judge, "_letters_back", lambda centre, holds, event: ())


@fault
def whoever_is_freed_waits_for_the_next_turn(plant: pytest.MonkeyPatch) -> None:
    right = Router._conclude

    def conclude(self: Router, now: float) -> Turn:
        if any(isinstance(fact, Finished | WrappedUp) for fact in self._facts):
            turn = Turn(facts=tuple(self._facts), decisions=tuple(self._decisions))
            self._facts, self._decisions = [], []
            return turn
        return right(self, now)

    plant.setattr(Router, "_conclude", conclude)


# -- doors, and what people decide by hand ---------------------------------------------------------------------------------


@fault
def whoever_is_led_on_is_as_young_as_the_queue(plant: pytest.MonkeyPatch) -> None:
    in_the_state(plant, LedOn, aged)


@fault
def nobody_is_led_on_in_time(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(overflow, "has_rules", lambda rule: False)


@fault
def rules_send_people_round(plant: pytest.MonkeyPatch) -> None:
    """Where somebody has been is forgotten."""

    def forget(centre: Centre, fact: LedOn) -> None:
        centre._put(centre.interactions[fact.interaction]._replace(been=frozenset()))

    in_the_state(plant, LedOn, forget)


@fault
def what_is_set_aside_never_comes_back(plant: pytest.MonkeyPatch) -> None:
    no_timer(plant, Phase.PARKED)


@fault
def anybody_sets_a_letter_aside(plant: pytest.MonkeyPatch) -> None:
    right = by_hand._set_aside

    def set_aside(work: Work, event: Any) -> Verdict:
        return right(work, replace(event, agent=work.agent or event.agent))

    plant.setattr(by_hand, "_set_aside", set_aside)


# -- restarts and new rules ----------------------------------------------------------------------------------------------


@fault
def a_restart_forgets_wrap_ups(plant: pytest.MonkeyPatch) -> None:
    right = Router._arm_restored

    def arm(self: Router, now: float) -> None:
        self._restored = [work for work in self._restored if work.phase is not Phase.WRAP_UP]
        right(self, now)

    plant.setattr(Router, "_arm_restored", arm)


@fault
def a_restart_forgets_who_rings(plant: pytest.MonkeyPatch) -> None:
    right = Router.restore
    plant.setattr(
        Router,
        "restore",
        lambda self, facts, kept=None: right(
            self, [one for one in facts if not isinstance(one, Offered)], kept
        ),
    )


@fault
def new_rules_count_for_who_comes_after_them(plant: pytest.MonkeyPatch) -> None:
    """The index is built anew, and nobody looks at who waits already."""
    right, configure = Router._see, Router.configure
    blind = [False]

    def configured(self: Router, *given: Any) -> Turn:
        blind[0] = type(self) is Router
        try:
            return configure(self, *given)
        finally:
            blind[0] = False

    def see(self: Router, work: Work) -> None:
        if not blind[0]:
            right(self, work)

    plant.setattr(Router, "configure", configured)
    plant.setattr(Router, "_see", see)


def no_timer(plant: pytest.MonkeyPatch, phase: Phase) -> None:
    right = timers.due
    plant.setattr(routers, "due", lambda work: None if work.phase is phase else right(work))


def replace_facts(verdict: Verdict, facts: tuple[Fact, ...]) -> Verdict:
    return Verdict(facts, verdict.decisions)


# -- calling back ----------------------------------------------------------------------------------------------------------


@fault
def a_hang_up_ends_a_callback(plant: pytest.MonkeyPatch) -> None:
    right = judge._customer_left
    plant.setattr(
        judge, "_customer_left", lambda q, work, event: right(q, work._replace(callback=False), event)
    )


@fault
def who_asked_is_called_while_on_the_line(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(callbacks, "HANGS_UP_WITHIN_S", 0.0)


@fault
def who_is_not_reached_is_tried_at_once(plant: pytest.MonkeyPatch) -> None:
    in_the_state(plant, CallbackMissed, lambda c, f: c._put(_waiting(c.interactions[f.interaction])))


@fault
def who_is_not_reached_is_tried_for_ever(plant: pytest.MonkeyPatch) -> None:
    in_the_state(plant, CallbackMissed, lambda c, f: c._put(c.interactions[f.interaction]._replace(tried=0)))


@fault
def who_is_not_reached_is_given_up(plant: pytest.MonkeyPatch) -> None:
    right = callbacks.missed

    def wrong(_: Any, work: Work, reason: str, at: float) -> Verdict:
        return right({}, work, reason, at)

    plant.setattr(callbacks, "missed", wrong)
    plant.setattr(judge, "missed", wrong)


@fault
def who_is_not_reached_is_younger(plant: pytest.MonkeyPatch) -> None:
    in_the_state(plant, CallbackMissed, aged)


@fault
def an_agent_who_gives_up_has_served_them(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(judge, "given_up", lambda queues, work, event: None)


@fault
def who_is_called_counts_as_answered(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(Figures, "_calls_back", lambda self, fact: False)


@fault
def who_is_to_be_called_is_turned_away(plant: pytest.MonkeyPatch) -> None:
    right = overflow.rules_for
    plant.setattr(overflow, "rules_for", lambda work, rule: right(work._replace(callback=False), rule))


@fault
def who_is_to_be_called_leaves_a_message(plant: pytest.MonkeyPatch) -> None:
    right = judge._message_wanted

    def wrong(work: Work, event: MessageWanted) -> Verdict:
        return right(work._replace(callback=False, phase=Phase.WAITING), event)

    plant.setattr(judge, "_message_wanted", wrong)


def _waiting(work: Work) -> Work:
    return work._replace(phase=Phase.WAITING, parked_until=None)


# -- calls that agents make -------------------------------------------------------------------------------------------------


@fault
def who_has_no_room_calls_all_the_same(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(Router, "no_room_to_dial", lambda self, agent, queue: "")


@fault
def who_is_on_a_break_cannot_call(plant: pytest.MonkeyPatch) -> None:
    right = Router.no_room_to_dial

    def wrong(self: Router, agent: AgentId, queue: Any) -> str:
        state = self.centre.agents.get(agent)
        paused = state is not None and state.status is Status.PAUSED
        return "paused" if paused else right(self, agent, queue)

    plant.setattr(Router, "no_room_to_dial", wrong)


@fault
def an_own_call_that_is_missed_pauses(plant: pytest.MonkeyPatch) -> None:
    right = judge.dropped

    def wrong(work: Work, outcome: Outcome, at: float, **how: bool) -> Verdict:
        told = right(work, outcome, at, **how)
        assert work.agent is not None
        paused = StatusChanged(agent=work.agent, status=Status.PAUSED, reason="no_answer", at=at)
        return replace_facts(told, (told.facts[0], paused, *told.facts[1:]))

    plant.setattr(judge, "dropped", wrong)


@fault
def an_own_call_that_is_missed_stays(plant: pytest.MonkeyPatch) -> None:
    right = judge.dropped

    def wrong(work: Work, outcome: Outcome, at: float, **how: bool) -> Verdict:
        told = right(work, outcome, at, **how)
        return replace_facts(told, told.facts[:1])

    plant.setattr(judge, "dropped", wrong)


@fault
def an_own_call_goes_on_to_others(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(judge, "OF_OTHERS", CallbackWanted)


@fault
def who_an_agent_calls_is_tried_again(plant: pytest.MonkeyPatch) -> None:
    right = callbacks.missed

    def wrong(queues: Any, work: Work, reason: str, at: float) -> Verdict:
        return right(queues, work._replace(dialled=False), reason, at)

    plant.setattr(callbacks, "missed", wrong)
    plant.setattr(judge, "missed", wrong)


@fault
def an_own_call_counts_as_one_that_came(plant: pytest.MonkeyPatch) -> None:
    right = Figures._dialled

    def wrong(self: Figures, fact: Dialled) -> None:
        right(self, fact)
        self._open[fact.interaction] = replace(self._open[fact.interaction], counted=True)

    plant.setattr(Figures, "_dialled", wrong)


@fault
def an_own_call_stands_in_the_line(plant: pytest.MonkeyPatch) -> None:
    right = Centre._dial

    def wrong(self: Centre, fact: Dialled) -> None:
        right(self, fact)
        self._put(self._works[fact.interaction]._replace(dialled=False))

    plant.setattr(Centre, "_dial", wrong)
