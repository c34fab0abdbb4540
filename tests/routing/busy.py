"""What happens often, by dice: so that a day of the state machine in `test_machine` gets somewhere."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from routing.core.beside import Beside
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
    Moved,
    OfferFailed,
    Rang,
    Reached,
    RecordingPauseBegan,
    RecordingPauseEnded,
    Returned,
    SetAside,
    StatusChosen,
    Transferred,
    Unreached,
    WatchBegan,
    WatchEnded,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.facts import (
    TRANSFERRED,
    Dialled,
    Fact,
    Offered,
    OfferEnded,
    Requeued,
    WrappedUp,
)
from routing.core.model import (
    LETTERS,
    AgentId,
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
    Status,
)
from routing.core.presence import Work
from routing.core.recording import RecordingEvent
from routing.core.router import Router, Turn
from routing.core.words import Need, WatchMode
from tests.routing.fitting import REFUSED

T = TypeVar("T")
MEDIA = (Medium.VOICE, Medium.EMAIL, Medium.CHAT, Medium.VOICEMAIL)
"""Those that differ to the router: whatever else waits by itself is a letter (`routing.core.model.LETTERS`)."""


class Dice(Protocol):
    """What falls out by chance."""

    def pick(self, things: Sequence[T]) -> T: ...


class Drawn:
    """By hypothesis."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def pick(self, things: Sequence[T]) -> T:
        return self._data.draw(st.sampled_from(things))


class Busy:
    """Mixed into the machine, which has these."""

    router: Router
    facts: list[Fact]
    now: float
    queue_rules: Mapping[QueueId, QueueRule]
    _rushed = 0
    _dialled = 0

    def turn(self, *told: Event) -> Turn:
        """Have it judged."""
        raise NotImplementedError

    def pass_time(self, seconds: float) -> None:
        """Have every deadline on the way looked at."""
        raise NotImplementedError

    def restart(self, medium: Medium, to: QueueId) -> None:
        """Go on with a restored router."""
        raise NotImplementedError

    def new_rules(self, skill: str, end_in_s: float | None) -> None:
        """Other rules, and back."""
        raise NotImplementedError

    @rule(data=st.data(), actions=st.integers(4, 16))
    def a_busy_hour(self, data: st.DataObject, actions: int) -> None:
        """One thing after another of what can happen to those who are there."""
        self.be_busy(Drawn(data), actions)

    def be_busy(self, dice: Dice, actions: int) -> None:
        """So many of them, as the dice fall."""
        self._rush(dice)
        usual = (
            self._rush,
            self._answer,
            self._answer,
            self._refuse,
            self._hang_up_while_it_rings,
            self._hang_up_in_talk,
            self._give_back,
            self._put_aside,
            self._ask_to_be_called,
            self._be_called,
            self._be_called,
            self._be_called,
            self._dial,
            self._go_on_dialling,
            self._go_on_dialling,
            self._move,
            self._pass_on,
            self._hold,
            self._ask,
            self._confer,
            self._watch,
            self._pause,
            self._finish,
            self._close,
            self._sign_out,
            self._tell_late,
            self._all_ready,
            self._wait,
            self._wait_long,
            self._restart,
            self._change,
        )
        for _ in range(actions):
            self.pass_time(seconds=1.0)
            dice.pick(usual)(dice)

    def _rush(self, dice: Dice) -> None:
        """Several new ones at once, so that some have to wait."""
        medium, to = dice.pick(MEDIA), dice.pick(sorted(self.queue_rules))
        wishes = [frozenset(), frozenset({Need(skill="en", level=2)}), frozenset({Need(skill="zh", level=2)})]
        preferred = dice.pick([None, *sorted(self.router.centre.agents)])
        each = [(dice.pick(range(31)), dice.pick([0, 20])) for _ in range(dice.pick([2, 3, 4]))]
        self._rushed += len(each)
        self.turn(
            *(
                Arrived(
                    interaction=InteractionId(f"rush{self._rushed - number}"),
                    medium=medium,
                    queue=to,
                    enqueued_at=self.now - age_s,
                    at=self.now,
                    priority_points=points,
                    needs=dice.pick(wishes),
                    preferred=preferred,
                    preferred_wait_s=8.0,
                )
                for number, (age_s, points) in enumerate(each)
            )
        )

    def _answer(self, dice: Dice) -> None:
        work = self._some(dice, Phase.OFFERED)
        if work is not None and work.offer is not None:
            voice = work.medium is Medium.VOICE
            self.turn(Accepted(offer=work.offer, at=self.now, recorded=voice))

    def _refuse(self, dice: Dice) -> None:
        """Declined, missed, or it does not get through, also because the phone went away for a moment."""
        work, outcome = self._some(dice, Phase.OFFERED), dice.pick(sorted(REFUSED))
        if work is None or work.offer is None or work.agent is None:
            return
        goes = not work.dialling and dice.pick([False, False, True])
        if goes:
            self.turn(DeviceChanged(agent=work.agent, device=Device.UNREACHABLE, at=self.now))
        self.turn(OfferFailed(offer=work.offer, outcome=outcome, at=self.now))
        if goes:
            self.turn(DeviceChanged(agent=work.agent, device=Device.REACHABLE, at=self.now))

    def _hang_up_while_it_rings(self, dice: Dice) -> None:
        work = self._some(dice, Phase.OFFERED)
        if work is not None and not work.callback:
            assert self.turn(CustomerLeft(interaction=work.id, at=self.now)).facts

    def _hang_up_in_talk(self, dice: Dice) -> None:
        work = self._some(dice, Phase.CONNECTED)
        if work is not None and not work.callback:
            assert self.turn(CustomerLeft(interaction=work.id, at=self.now)).facts

    def _give_back(self, dice: Dice) -> None:
        work = self._some(dice, Phase.CONNECTED)
        if work is not None:
            assert self.turn(Returned(interaction=work.id, at=self.now, reason="returned")).facts

    def _put_aside(self, dice: Dice) -> None:
        """A letter, until later, by its agent or by one who has no business with it."""
        work, own = self._some(dice, Phase.CONNECTED), dice.pick([True, True, False])
        if work is not None and work.agent is not None:
            other = next(one for one in self.router.centre.agents if one != work.agent)
            who, until = work.agent if own else other, self.now + dice.pick([4.0, 20.0])
            told = SetAside(interaction=work.id, agent=who, until=until, at=self.now)
            assert bool(self.turn(told).facts) == (own and work.medium in LETTERS)

    def _ask_to_be_called(self, dice: Dice) -> None:
        """A caller who waits, or (in vain) somebody else; and that they hang up changes nothing."""
        waits = [one for one in self.router.centre.interactions.values() if one.phase is Phase.WAITING]
        callers = [one for one in waits if one.medium is Medium.VOICE and not one.callback]
        if waits:
            work = dice.pick(callers or waits)
            turn = self.turn(CallbackWanted(interaction=work.id, at=self.now))
            assert bool(turn.facts) == (work.medium is Medium.VOICE and not work.callback)
            if turn.facts:
                assert not self.turn(CustomerLeft(interaction=work.id, at=self.now)).facts
                assert not self.turn(MessageWanted(interaction=work.id, at=self.now)).facts

    def _be_called(self, dice: Dice) -> None:
        """An agent answers, then they do, or they do not; or they want it no more."""
        waits = [work for work in self.router.centre.interactions.values() if work.callback]
        if waits:
            work = dice.pick([one for one in waits if one.agent is not None] or waits)
            if work.offer is not None:
                self.turn(Accepted(offer=work.offer, at=self.now))
            told: tuple[Event, ...] = (
                Reached(interaction=work.id, at=self.now),
                Unreached(interaction=work.id, reason="busy", at=self.now),
                Unreached(interaction=work.id, reason="no_answer", at=self.now),
                WorkEnded(interaction=work.id, by=By.AGENT, at=self.now),
                CallbackCancelled(interaction=work.id, at=self.now),
            )
            event = dice.pick(told)
            fits = self.fits(event)
            known = len(self.facts)
            self.turn(event)
            theirs = [one for one in self.facts[known:] if getattr(one, "interaction", None) == work.id]
            assert bool(theirs) == fits

    def _dial(self, dice: Dice) -> None:
        """An agent calls somebody: ready or on a break, when they have room for a call, and only once; they alone are offered it."""
        agent, to = (
            dice.pick([*sorted(self.router.centre.agents), AgentId("nobody")]),
            dice.pick([*sorted(self.queue_rules), QueueId("unknown")]),
        )
        again = dice.pick([False, False, True])
        self._dialled += not again
        name = InteractionId(f"dial{self._dialled}")
        event = DialAsked(interaction=name, queue=to, agent=agent, at=self.now)
        fits = self.fits(event)
        turn = self.turn(event)
        mine = [fact for fact in turn.facts if getattr(fact, "interaction", None) == name]
        assert bool(mine) == fits
        if fits:
            dialled, offered = mine[0], mine[1]
            assert isinstance(dialled, Dialled)
            assert isinstance(offered, Offered)
            assert (offered.agent, offered.passed_over) == (agent, ())
            work = self.router.centre.interactions[name]
            assert (work.phase, work.agent, work.callback, work.dialled) == (Phase.OFFERED, agent, True, True)

    def _go_on_dialling(self, dice: Dice) -> None:
        """Their phone is answered, or it is not; the customer answers, or does not; or people decide by hand, in vain."""
        mine = [work for work in self.router.centre.interactions.values() if work.dialling]
        if not mine:
            return
        work, at = dice.pick(mine), self.now
        # what alone tells an own call from one that is asked for
        calls_off = CallbackCancelled(interaction=work.id, at=at)
        told: tuple[Event, ...] = (
            Accepted(offer=work.offer or OfferId("none"), at=at),
            OfferFailed(offer=work.offer or OfferId("none"), outcome=dice.pick(sorted(REFUSED)), at=at),
            Reached(interaction=work.id, at=at),
            Unreached(interaction=work.id, reason="busy", at=at),
            WorkEnded(interaction=work.id, by=By.AGENT, at=at),
            Returned(interaction=work.id, at=at, reason="phone_lost"),
            CustomerLeft(interaction=work.id, at=at),
            calls_off,
            Moved(interaction=work.id, queue=dice.pick(sorted(self.queue_rules)), at=at),
            Assigned(
                interaction=work.id, agent=dice.pick(sorted(self.router.centre.agents)), wait_s=5.0, at=at
            ),
            Adopted(interaction=work.id, agent=dice.pick(sorted(self.router.centre.agents)), at=at),
        )
        rings = work.phase is Phase.OFFERED
        event = dice.pick(
            (*told[2:], calls_off) if rings and dice.pick([True, False]) else (*told[:5], *told, calls_off)
        )
        fits, known = self.fits(event), len(self.facts)
        self.turn(event)
        theirs = [one for one in self.facts[known:] if getattr(one, "interaction", None) == work.id]
        assert bool(theirs) == fits

    def _move(self, dice: Dice) -> None:
        work, to = self._some(dice, Phase.WAITING), dice.pick(sorted(self.queue_rules))
        if work is not None:
            moved = self.turn(Moved(interaction=work.id, queue=to, at=self.now))
            assert bool(moved.facts) == (work.queue != to)

    def _pass_on(self, dice: Dice) -> None:
        """What somebody is at goes on to another queue or to somebody, by its agent or by one who has no business with it: at its age, and they are
        rid of it."""
        work, own = self._some(dice, Phase.CONNECTED), dice.pick([True, True, False])
        to = dice.pick([None, *sorted(self.router.centre.agents)])
        queue = dice.pick(sorted(self.queue_rules))
        if work is None or work.agent is None:
            return
        other = next(one for one in self.router.centre.agents if one != work.agent)
        event = Transferred(
            interaction=work.id,
            agent=work.agent if own else other,
            queue=queue,
            at=self.now,
            to=to,
            wait_s=10.0,
        )
        fits, known = self.fits(event), len(self.facts)
        self.turn(event)
        passed_on = [fact for fact in self.facts[known:] if isinstance(fact, Requeued)]
        assert [(fact.agent, fact.reason) for fact in passed_on] == [(work.agent, TRANSFERRED)] * fits
        after = self.router.centre.interactions.get(work.id)
        if fits and after is not None:  # a queue that is closed turns them away
            assert (after.enqueued_at, after.passed_by) == (work.enqueued_at, work.agent)

    def _hold(self, dice: Dice) -> None:
        """Somebody is put on hold, or back; what they are already does not happen again."""
        work, begins = self._some(dice, Phase.CONNECTED), dice.pick([True, True, False])
        if work is not None:
            kind = HoldBegan if begins else HoldEnded
            event = kind(interaction=work.id, at=self.now)
            fits = self.fits(event)
            assert bool(self.turn(event).facts) == fits
            assert (self.router.centre.interactions[work.id].held_at is None) == (not begins or work.callback)

    def _ask(self, dice: Dice) -> None:
        """Somebody is called while a customer waits, answers, is let go or takes over: then it is theirs, at its age."""
        work = self._some(dice, Phase.CONNECTED)
        agents = sorted(self.router.centre.agents)
        to, left_out, own = dice.pick(agents), dice.pick([0, 0, 1, 2, 3]), dice.pick([True, True, False])
        if work is None or work.agent is None:
            return
        told: list[Beside] = [
            HoldBegan(interaction=work.id, at=self.now),
            ConsultBegan(interaction=work.id, whom="1002", at=self.now),
            ConsultReached(interaction=work.id, at=self.now),
            ConsultEnded(interaction=work.id, reason="ended", at=self.now),
            HoldEnded(interaction=work.id, at=self.now),
        ]
        for event in told[: 5 - left_out]:
            fits = self._fits_interaction(event)
            assert bool(self.turn(event).facts) == fits
        if not left_out:
            assert self.router.centre.interactions[work.id].consult is None, "with the hold it is over"
        agent = work.agent if own else next(one for one in agents if one != work.agent)
        handed = HandedOver(interaction=work.id, agent=agent, to=to, at=self.now)
        fits = self._fits_interaction(handed)
        self.turn(handed)
        after = self.router.centre.interactions[work.id]
        assert (after.phase, after.enqueued_at) == (Phase.CONNECTED, work.enqueued_at)
        assert after.agent == (to if fits else work.agent)
        if fits:
            assert (after.held_at, after.consult, after.passed_by) == (None, None, work.agent)
            assert not after.watchers, "they were at the other's talk"

    def _confer(self, dice: Dice) -> None:
        """Customer, agent and whom they asked talk, all three, until one of them leaves: nobody is on hold any more, and a colleague is at a call."""
        work = self._some(dice, Phase.CONNECTED)
        agents = sorted(self.router.centre.agents)
        colleague, asks, ends = dice.pick([None, *agents]), dice.pick([True, False]), dice.pick(range(5))
        if work is None or work.agent is None:
            return
        name, at = work.id, self.now
        began = ConferenceBegan(interaction=name, whom="1002", colleague=colleague, at=at)
        if asks:
            self.turn(HoldBegan(interaction=name, at=at), ConsultBegan(interaction=name, whom="1002", at=at))
        fits = self._fits_interaction(began)
        free = colleague not in {None, work.agent} and self.router.centre.agents[colleague].beside is None
        assert bool(self.turn(began).facts) == fits
        after = self.router.centre.interactions[name]
        if fits:
            assert after.conference is not None
            assert after.conference.colleague == (colleague if free else None)
            assert (after.held_at, after.consult) == (None, None)
        told: tuple[Event, ...] = (
            ConferenceEnded(interaction=name, reason="left", at=at),
            HandedOver(interaction=name, agent=work.agent, to=colleague or work.agent, at=at),
            Returned(interaction=name, at=at, reason="phone_lost"),
            WorkEnded(interaction=name, by=By.CUSTOMER, at=at),
        )
        if ends < len(told):
            fits = self._fits_interaction(told[ends])
            assert bool(self.turn(told[ends]).facts) == fits
            left = self.router.centre.interactions.get(name)
            assert not fits or left is None or left.conference is None

    def _watch(self, dice: Dice) -> None:
        """A supervisor, or a colleague, listens, speaks up, and leaves, or stays until the talk is over: that it goes on as before."""
        work = self._some(dice, Phase.CONNECTED)
        watcher = dice.pick([AgentId("sue"), *sorted(self.router.centre.agents)])
        modes, leaves = (
            dice.pick([tuple(WatchMode), (WatchMode.BARGE, WatchMode.BARGE)]),
            dice.pick([True, False]),
        )
        if work is None:
            return
        for mode in modes:
            event = WatchBegan(interaction=work.id, watcher=watcher, mode=mode, at=self.now)
            fits = self._fits_interaction(event)
            assert bool(self.turn(event).facts) == fits
            here = [one for one in self.router.centre.interactions[work.id].watchers if one.who == watcher]
            assert not fits or [one.mode for one in here] == [mode]
        if leaves:
            self.turn(WatchEnded(interaction=work.id, watcher=watcher, at=self.now))
            assert watcher not in {one.who for one in self.router.centre.interactions[work.id].watchers}
        after = self.router.centre.interactions[work.id]
        assert (after.phase, after.agent, after.enqueued_at) == (work.phase, work.agent, work.enqueued_at)

    def _pause(self, dice: Dice) -> None:
        """A recording is paused, for weightier reasons too, and goes on; what was stopped does not. The pause began when it first did, and the talk
        goes on as before."""
        work, kinds = (
            self._some(dice, Phase.CONNECTED),
            dice.pick([(PauseKind.FORM,), tuple(PauseKind), (PauseKind.BY_HAND, PauseKind.FORM)]),
        )
        ends = dice.pick([True, True, False])
        if work is None:
            return
        told: list[RecordingEvent] = [
            RecordingPauseBegan(interaction=work.id, pause=kind, at=self.now) for kind in kinds
        ]
        if ends:
            told.append(RecordingPauseEnded(interaction=work.id, at=self.now))
        for event in told:
            fits, before = self._fits_interaction(event), self.router.centre.interactions[work.id]
            assert bool(self.turn(event).facts) == fits
            after = self.router.centre.interactions[work.id].recording_pause
            if fits and isinstance(event, RecordingPauseBegan):
                was = before.recording_pause
                assert after == (event.pause, event.at if was is None else was.since)
            assert not fits or isinstance(event, RecordingPauseBegan) or after is None
        now = self.router.centre.interactions[work.id]
        assert (now.phase, now.agent, now.enqueued_at, now.recorded) == (
            work.phase,
            work.agent,
            work.enqueued_at,
            work.recorded,
        )

    def _finish(self, dice: Dice) -> None:
        work = self._some(dice, Phase.CONNECTED)
        if work is not None:
            self.turn(WorkEnded(interaction=work.id, by=By.AGENT, at=self.now))

    def _close(self, dice: Dice) -> None:
        """After-contact work is closed, by its agent or by one who has no business with it."""
        work, own = self._some(dice, Phase.WRAP_UP), dice.pick([True, False])
        if work is not None and work.agent is not None:
            other = next(one for one in self.router.centre.agents if one != work.agent)
            who = work.agent if own else other
            told = WrapUpEnded(interaction=work.id, agent=who, disposition="x", at=self.now)
            known = len(self.facts)
            self.turn(told)
            closed = any(isinstance(fact, WrappedUp) and fact.disposition for fact in self.facts[known:])
            assert closed == own

    def _sign_out(self, dice: Dice) -> None:
        """Somebody who has something open goes home."""
        work = self._some(dice, Phase.CONNECTED)
        if work is not None and work.agent is not None:
            self.turn(StatusChosen(agent=work.agent, status=Status.SIGNED_OUT, at=self.now))

    def _tell_late(self, dice: Dice) -> None:
        """Something is heard of an offer that is over: it changes nothing."""
        over = [fact.offer for fact in self.facts if isinstance(fact, OfferEnded)]
        if over:
            offer = dice.pick(over[-3:])
            late: tuple[Event, ...] = (
                Accepted(offer=offer, at=self.now),
                Rang(offer=offer, at=self.now),
                OfferFailed(offer=offer, outcome=Outcome.DECLINED, at=self.now),
            )
            told = dice.pick(late)
            known = len(self.facts)
            self.turn(told)
            assert not [one for one in self.facts[known:] if getattr(one, "offer", None) == offer]

    def _all_ready(self, dice: Dice) -> None:
        """Whoever was paused, or away, is back."""
        for agent in self.router.centre.agents:
            self.turn(
                ConsoleChanged(agent=agent, present=True, at=self.now),
                DeviceChanged(agent=agent, device=Device.REACHABLE, at=self.now),
                StatusChosen(agent=agent, status=Status.READY, at=self.now),
            )

    def _wait(self, dice: Dice) -> None:
        self.pass_time(seconds=dice.pick([2.0, 5.0, 15.0]))

    def _wait_long(self, dice: Dice) -> None:
        self.pass_time(seconds=dice.pick([31.0, 45.0]))

    def _restart(self, dice: Dice) -> None:
        medium, to = dice.pick(MEDIA), dice.pick(sorted(self.queue_rules))
        self.restart(medium=medium, to=to)

    def _change(self, dice: Dice) -> None:
        self.new_rules(skill=dice.pick(["zh", "en"]), end_in_s=dice.pick([None, 4.0, 35.0]))

    def _some(self, dice: Dice, phase: Phase) -> Work | None:
        found = [work for work in self.router.centre.interactions.values() if work.phase is phase]
        return dice.pick(found) if found else None
