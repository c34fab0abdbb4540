"""The telephone: offers become redirects, Asterisk's events become the router's, and nothing is assumed after a gap.

One Asterisk. The dialplan holds every caller; this room tells it whom to lead where, keeps its heartbeat, and after
each connect compares what stands there with what the router believes.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from config.settings import Asterisk, Guard
from crm_core.store import Store
from crm_core.voicemail import filing
from cti.ami import actions, fitness
from cti.ami.actions import Action, Answered, Outcome, RefusedByAsterisk
from cti.ami.events import CallEvent, DeviceSaid, FaxOver, MessageLeft, Unclaimed, read
from cti.ami.link import AmiAddress, Link
from cti.ami.protocol import Message
from cti.arriving.door import Door
from cti.arriving.entry import Entry
from cti.arriving.holding import Holding
from cti.arriving.messages import TOPIC as MESSAGE_LEFT
from cti.arriving.newcomer import newcomer_of
from cti.arriving.prompt_files import PromptFiles
from cti.arriving.prompts import goodbye, prompt_language
from cti.arriving.second_look import second_look
from cti.callbacks import Callbacks
from cti.calls import PHONE_LOST, Calls, Place, channel_of, interaction_of
from cti.dialling import Dialling
from cti.directory import Directory
from cti.fax_line import TOPIC as FAX_OVER
from cti.fax_line import FaxLine
from cti.members import Members
from cti.ports import Bus, Floor
from cti.resync import (
    VARIABLES,
    Findings,
    Standing,
    astray,
    forgotten,
    left_alone,
    left_over,
    missing,
    read_standings,
    reconcile,
)
from cti.talking.conferences import Conferences
from cti.talking.consults import Consults
from cti.talking.outside import Outside
from cti.talking.pauses import Pauses
from cti.talking.talks import Talks, talking
from cti.talking.watches import Watches
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.events import (
    Accepted,
    Adopted,
    ConferenceEnded,
    CustomerLeft,
    DeviceChanged,
    Event,
    HoldEnded,
    OfferFailed,
    Returned,
    Unreached,
)
from routing.core.facts import Fact, LedOn, StatusChanged
from routing.core.model import AgentId, By, Device, InteractionId, Medium, OfferId, PauseKind, QueueId, Why
from routing.core.model import Outcome as OfferOutcome
from routing.core.presence import Phase, Work

HEARTBEAT = "TL_HEARTBEAT"
REATTACH_WITHIN_S = 10.0
SWEEP_EVERY_S = 15.0
CALLER_GONE = ("does not exist", "No such channel", "channel not up")
"""Asterisk's words (manager.c) for a channel that has hung up, or is about to."""

UNGUARDED = Guard(flood_calls=0, alarm_factor=0)
"""Neither floods are held back nor is anybody told of calls out; who may dial what is judged all the same."""

_log = Transcript("voice")


class VoiceChannel:
    """The floor's Channel for calls, and the console's commands on them.

    The parts are public for the composition root and tests: `link` (Asterisk's manager interface), `entry` (FastAGI), `talks` (what an agent does
    with a caller). `prompts_dir`: where uploaded prompts are written for Asterisk (None: they are not played).
    """

    medium = Medium.VOICE

    def __init__(
        self,
        settings: Asterisk,
        store: Store,
        floor: Floor,
        bus: Bus,
        clock: Clock,
        *,
        pause_ends_after_s: float = 0.0,
        prompts_dir: Path | None = None,
        guard: Guard = UNGUARDED,
        time_zone: str = "UTC",
    ) -> None:
        self._store, self._floor, self._bus, self._clock = store, floor, bus, clock
        self._directory = Directory(store, bus, clock)
        self._calls = Calls(self._directory.agent_of)
        self.outside = Outside(
            store, bus, clock, self._directory, settings=settings, guard=guard, time_zone=time_zone
        )
        self._callbacks = Callbacks(store, floor, clock, self.outside)
        self._prompts = PromptFiles(store, bus, prompts_dir)
        self._holding = Holding(floor, self._directory, self._prompts)
        self.entry = Entry(
            settings,
            store,
            floor,
            bus,
            clock,
            directory=self._directory,
            calls=self._calls,
            callbacks=self._callbacks,
            prompts=self._prompts,
            door=Door(store, bus, clock, self._directory, guard),
            outside=self.outside,
            holding=self._holding,
        )
        self.link = Link(
            AmiAddress(
                host=settings.ami_host,
                port=settings.ami_port,
                user=settings.ami_user,
                secret=settings.ami_secret.get_secret_value(),
            ),
            clock,
            on_event=self._on_event,
            on_up=self._on_up,
            on_down=self._on_down,
            heartbeat=self._beat,
        )
        self._members = Members(self.link, self._directory)
        self._buffer: list[Message] | None = []
        self._order = asyncio.Lock()
        self.talks = Talks(self.link, floor, self._calls, self._order, lambda: self._buffer is not None)
        self.consults = Consults(self.talks, floor, clock, self._directory, self.outside)
        self.conferences = Conferences(self.talks, floor, clock, self._directory)
        self.dialling = Dialling(
            floor, clock, self._directory, self, outside=self.outside, callbacks=self._callbacks
        )
        self.watches = Watches(self.talks, floor, clock)
        self.pauses = Pauses(self.talks, floor, clock, pause_ends_after_s)
        self.faxes = FaxLine(self.link, self.outside, self._directory)
        self._sweep_wanted = asyncio.Event()
        self._silent = False
        self._looked = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None

    async def check(self) -> None:
        """Try the manager link once. Raises `LoginRefused` or `Unavailable` with what to mend."""
        await self.link.check()

    async def tell_lacks(self) -> None:
        """Say once what is not as it should be at Asterisk, but works: by a connection of its own, when callers have been looked after."""
        try:
            lacks = await fitness.lacks(self.link)
        except (Unavailable, TimeoutError) as problem:
            _log.note("!", "asterisk", f"was not looked at: {problem}")
            return
        for sentence in lacks:
            _log.note("!", "asterisk", sentence)

    async def looked(self) -> None:
        """Wait until `run` has seen once who waits and who talks, and has been told of the floor's offers to them."""
        await self._looked.wait()

    async def run(self) -> None:
        """Serve until cancelled; nothing is asked or answered before the floor knows what was."""
        await self._floor.restored()
        await self._directory.refresh()
        self._phones_unknown()
        unlisten = self._floor.listen(self._on_facts)
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self._directory.run(), name="voice directory")
                self._tasks.create_task(self._prompts.run(), name="voice prompts")
                self._tasks.create_task(self.entry.run(), name="voice entry")
                self._tasks.create_task(self._sweep(), name="voice sweep")
                self._tasks.create_task(self.pauses.run(), name="voice pauses")
                self._tasks.create_task(self.outside.run(), name="voice calls out")
                self._tasks.create_task(self.link.run(), name="voice link")
        finally:
            unlisten()

    def status(self) -> LinkStatus:
        """The manager link."""
        return self.link.status

    # -- the Channel -----------------------------------------------------------------------------------------------

    async def offer(self, decision: Offer) -> None:
        """Lead the caller to the agent's phone. While the link is down nothing is sent: the next resync does it."""
        work = self._floor.centre.interactions.get(decision.interaction)
        if work is not None and work.callback:
            await self._call_back(work, decision)
            return
        async with self._order:
            if self._buffer is not None or not self._still_to_do(decision):
                return
            extension = self._extension(decision)
            asked = self._lead(decision.interaction, decision.offer, decision.ring_s, extension)
        await self._led(decision.interaction, decision.offer, asked)  # the next caller is not kept waiting
        if asked and self._tasks is not None:
            looks = second_look(self.talks, decision.interaction, decision.offer, extension)
            self._tasks.create_task(looks, name=f"second look at {decision.offer}")

    async def _call_back(self, work: Work, decision: Offer) -> None:
        """The agent's phone first, then the customer's."""
        try:
            extension, recorded = self._extension(decision), self._is_recorded(work.id)
        except Refused:
            self._callbacks.revoke(work.id)
            raise
        try:
            ringing = await self._callbacks.action(
                work,
                decision.offer,
                decision.ring_s,
                extension,
                recorded=recorded,
                answers_itself=self._directory.answers_itself(work.queue),
            )
        except Refused as refusal:
            self._put_off(work, decision.offer, refusal)
            return
        action = ringing.action
        async with self._order:
            if self._buffer is not None or not self._still_to_do(decision):
                self.outside.not_dialled(ringing.permit)
                return
            _log.note(">", work.id, f"call back by {extension} for {decision.offer}")
            self._calls.offering(work.id, decision.offer, recorded=recorded, calls_back=True)
            asked = self._ask((action,))
        await self._led(work.id, decision.offer, asked)

    def _put_off(self, work: Work, offer: OfferId, refusal: Refused) -> None:
        """They are not called now: that counts as a try without them, so that they are tried again later, and no agent is to blame."""
        _log.note("!", work.id, f"is not called back now: {refusal}")
        at = self._clock.now()
        self._tell(
            (Accepted(offer=offer, at=at), Unreached(interaction=work.id, reason="not_allowed", at=at))
        )

    def _still_to_do(self, decision: Offer) -> bool:
        """Not when a resync has done it, when it is over, or when the caller got to talk to somebody meanwhile."""
        work = self._floor.centre.interactions.get(decision.interaction)
        if work is None or work.offer != decision.offer:
            return False
        return self._calls.may_be_led(decision.interaction, decision.offer)

    def _extension(self, decision: Offer | Work) -> str:
        extension = self._directory.extension_of(decision.agent) if decision.agent else None
        if extension is None:
            raise Refused("agent.no_phone", agent=decision.agent)
        return extension

    def _is_recorded(self, interaction: InteractionId) -> bool:
        """The talk with whom it is offered to."""
        work, call = self._floor.centre.interactions.get(interaction), self._calls.get(interaction)
        if work is None:
            return False
        out = work.callback or (call is not None and call.out)
        return self._directory.is_recorded(interaction, work.queue, work.agent, out=out)

    def _answers_itself(self, interaction: InteractionId) -> bool:
        work = self._floor.centre.interactions.get(interaction)
        return work is not None and self._directory.answers_itself(work.queue)

    def _lead(
        self, interaction: InteractionId, offer: OfferId, ring_s: float, extension: str
    ) -> Sequence[Awaitable[Outcome]]:
        _log.note(">", interaction, f"lead to {extension} for {offer}")
        recorded, itself = self._is_recorded(interaction), self._answers_itself(interaction)
        self._calls.offering(interaction, offer, recorded=recorded)
        if self.entry.lead(interaction, offer, ring_s, extension, recorded=recorded, answers_itself=itself):
            return ()
        channel = channel_of(interaction)
        wanted = (
            actions.set_offer(
                channel,
                offer=offer,
                ring_s=ring_s,
                reattach=False,
                recorded=recorded,
                answers_itself=itself,
            ),
            actions.redirect_to_agent(channel, extension),
        )
        return self._ask(wanted)

    async def _led(
        self, interaction: InteractionId, offer: OfferId, asked: Sequence[Awaitable[Outcome]]
    ) -> None:
        outcome = await self._outcome(interaction, asked)
        self.entry.release(interaction)
        if isinstance(outcome, RefusedByAsterisk):
            failed = OfferFailed(offer=offer, outcome=OfferOutcome.FAILED, at=self._clock.now())
            self._floor.submit(failed)

    async def withdraw(self, decision: Withdraw) -> None:
        """Lead the caller back to hold, if they are still being led to that phone; who talks already is let talk."""
        async with self._order:
            answered_at = self._calls.answered_meanwhile(decision.interaction, decision.offer)
            if answered_at is not None:
                talk = Adopted(interaction=decision.interaction, agent=decision.agent, at=answered_at)
                self._tell((talk,))
            elif self._calls.withdrawn(decision.interaction, decision.offer):
                await self._back_from_phone(decision.interaction)

    async def turn_away(self, decision: TurnAway) -> None:
        """Say why and end the call, or have them leave a message. While the link is down nothing is sent: the next resync finds them."""
        async with self._order:
            if self._buffer is not None:
                return
            if decision.voicemail:
                await self._ask_for_message(decision.interaction, decision.queue)
            else:
                await self._say_goodbye(decision.interaction, decision.queue, decision.why)

    async def _let_go(self, one: Standing) -> None:
        """Who hears music although they were turned away: as it was decided then."""
        queue = self._directory.queue_of(one.queue, one.number)
        asked = await self._store.read(lambda conn: filing.is_asked(conn, one.interaction))
        if asked and queue is not None:
            await self._ask_for_message(one.interaction, queue)
        else:
            await self._say_goodbye(one.interaction, queue, None)

    async def _say_goodbye(self, interaction: InteractionId, queue: QueueId | None, why: Why | None) -> None:
        language = "en" if queue is None else self._directory.language(queue)
        recording, channel = goodbye(why, language), channel_of(interaction)
        _log.note(">", interaction, f"Redirect to goodbye: {recording}")
        await self._carry_out(
            interaction, (actions.set_goodbye(channel, recording), actions.redirect_to_goodbye(channel))
        )
        self.entry.release(interaction)

    async def _ask_for_message(self, interaction: InteractionId, queue: QueueId) -> None:
        language = prompt_language(self._directory.language(queue))
        rules, channel = self._directory.message_rules(queue, language), channel_of(interaction)
        _log.note(">", interaction, f"Redirect to a message: {rules}")
        await self._carry_out(
            interaction, (actions.set_message(channel, rules), actions.redirect_to_message(channel))
        )
        self.entry.release(interaction)

    async def talking(self) -> frozenset[str]:
        """The calls that Asterisk has now, by their interactions. `Unavailable` while it cannot say."""
        return frozenset(interaction_of(one["Uniqueid"]) for one in await self._status())

    async def _back_from_phone(self, interaction: InteractionId) -> None:
        """To the music, unless nobody is on the line."""
        call = self._calls.get(interaction)
        if call is None or not call.calls_back:
            await self._to_hold(interaction)
            return
        _log.note(">", interaction, "Hangup: nobody is called back now")
        await self._carry_out(interaction, (actions.hang_up(channel_of(interaction)),))

    async def _to_hold(self, interaction: InteractionId) -> None:
        _log.note(">", interaction, "Redirect to hold")
        await self._carry_out(interaction, (actions.redirect_to_hold(channel_of(interaction)),))

    async def _carry_out(self, interaction: InteractionId, wanted: Sequence[Action]) -> Outcome | None:
        return await self._outcome(interaction, self._ask(wanted))

    def _ask(self, wanted: Sequence[Action]) -> Sequence[Awaitable[Outcome]]:
        """Send in order; nothing while the link is down."""
        try:
            sent = self.link.send(wanted)
        except Unavailable:
            return ()
        return [self.talks.led(action, asked) for action, asked in zip(wanted, sent, strict=True)]

    async def _outcome(
        self, interaction: InteractionId, asked: Sequence[Awaitable[Outcome]]
    ) -> Outcome | None:
        """The last outcome; None when the link is down or the caller is gone. Unknown is left to the next resync."""
        outcomes = await asyncio.gather(*asked)
        for outcome in outcomes:
            if isinstance(outcome, RefusedByAsterisk):
                _log.note("!", interaction, f"Asterisk refused: {outcome.reason}")
                if not any(words in outcome.reason for words in CALLER_GONE):
                    return outcome
                self._floor.submit(CustomerLeft(interaction=interaction, at=self._clock.now()))
                return None
        return outcomes[-1] if outcomes else None

    # -- the console's commands --------------------------------------------------------------------------------------

    async def hang_up(self, interaction: InteractionId) -> None:
        """End the call for both sides. `Refused` when there is none, `Unavailable` when Asterisk cannot be told."""
        talking(self._floor.centre, interaction)
        self._calls.ending(interaction, By.AGENT, self._clock.now())
        _log.note(">", interaction, "Hangup")
        outcome = await self.link.ask(actions.hang_up(channel_of(interaction)))
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)

    async def call_back(self, message: InteractionId, agent: AgentId) -> InteractionId:
        """Have this agent call whoever left that message. `Refused` (callback.number, callback.waits, callback.closed), `Unavailable` when it cannot be recorded."""
        return await self._callbacks.begin(message, agent)

    async def reattach(self, interaction: InteractionId) -> None:
        """Ring the agent's phone again for the same talk; after 10 s without an answer the caller waits again. Of three a colleague has it instead."""
        work = talking(self._floor.centre, interaction)
        offer = OfferId(f"{interaction}/{work.attempts}")
        stopped = work.recording_pause is not None and work.recording_pause.kind is PauseKind.STOPPED
        extension, channel = self._extension(work), channel_of(interaction)
        async with self._order:
            if self._buffer is not None:
                raise Unavailable("asterisk", self.link.status.reason)
            if await self.conferences.goes_on_without(interaction):
                return
            call = self._calls.get(interaction)
            before = None if call is None else replace(call)
            time = self._calls.reattaching(interaction, offer)
            if before is not None and before.held:  # both are to talk again
                self._tell((HoldEnded(interaction=interaction, at=self._clock.now()),))
            if before is not None and before.three:
                at = self._clock.now()
                self._tell((ConferenceEnded(interaction=interaction, reason="agent_lost", at=at),))
            if before is not None and (before.aside or before.three):
                self.talks.send(actions.hang_up(before.leg))
            _log.note(">", interaction, f"Redirect to {extension} again")
            outcome = await self._carry_out(
                interaction,
                (
                    actions.set_offer(
                        channel,
                        offer=offer,
                        ring_s=REATTACH_WITHIN_S,
                        reattach=True,
                        recorded=work.recorded and not stopped,
                    ),
                    actions.redirect_to_agent(channel, extension),
                ),
            )
        if outcome is not None and self._tasks is not None:
            name = f"reattach {interaction}"
            self._tasks.create_task(self._watch_reattach(interaction, time), name=name)

    async def _watch_reattach(self, interaction: InteractionId, time: int) -> None:
        """Asterisk's own timeout comes first; this is for when it says nothing."""
        await asyncio.sleep(REATTACH_WITHIN_S + 1.0)
        async with self._order:
            if self._calls.gave_up_reattaching(interaction, time):
                await self._to_hold(interaction)
                at = self._clock.now()
                self._floor.submit(Returned(interaction=interaction, at=at, reason=PHONE_LOST))

    # -- what Asterisk says ----------------------------------------------------------------------------------------

    def _on_event(self, message: Message) -> None:
        if self._buffer is not None:
            self._buffer.append(message)
        else:
            self._take(message)

    def _take(self, message: Message) -> None:
        self.outside.hear(message)
        self.faxes.hear(message)
        event = read(message, self._clock.now())
        if isinstance(event, Unclaimed):
            self._sweep_wanted.set()
        elif isinstance(event, MessageLeft):
            self._bus.publish(MESSAGE_LEFT, interaction_of(event.caller))
        elif isinstance(event, FaxOver):
            self._bus.publish(FAX_OVER, event.channel)
        elif event is not None and (news := self._news(event)):
            self._tell(news)

    def _news(self, event: CallEvent) -> list[Event]:
        return [*self._calls.take(event), *self.conferences.take(event), *self.watches.take(event)]

    def _tell(self, news: Sequence[Event]) -> None:
        for one in news:
            _log.note("<", getattr(one, "interaction", "") or getattr(one, "offer", ""), type(one).__name__)
        self._floor.submit(*news)

    def _on_facts(self, facts: Sequence[Fact]) -> None:
        changes = [
            action
            for fact in facts
            if isinstance(fact, StatusChanged)
            for action in self._members.follow(fact.agent, fact.status)
        ]
        changes += [
            self._holding.action(fact.interaction, fact.queue)
            for fact in facts
            if isinstance(fact, LedOn) and self._calls.get(fact.interaction) is not None
        ]
        if changes:
            with suppress(Unavailable):  # aligned after the next connect
                self.link.send(changes)

    # -- the link's life ---------------------------------------------------------------------------------------------

    async def _beat(self, asterisk_now: float) -> None:
        """Only a floor that decides keeps callers in hold; the time is Asterisk's, so that clocks need not agree."""
        if not self._floor.alive:
            _log.note("!", "", "the floor does not decide: no heartbeat")
            self._silent = True
            return
        self.link.send((actions.set_global(HEARTBEAT, str(int(asterisk_now))),))
        self.faxes.align()
        if self._silent:
            self._silent = False
            self._sweep_wanted.set()

    def _on_down(self) -> None:
        self._buffer = []
        self._phones_unknown()

    def _phones_unknown(self) -> None:
        """Nobody is offered a call while we cannot see the phones."""
        self._calls.forget_devices()
        at = self._clock.now()
        agents = self._directory.phones
        self._floor.submit(
            *(DeviceChanged(agent=agent, device=Device.UNREACHABLE, at=at) for agent in agents)
        )

    async def _on_up(self) -> None:
        await self._resync()
        await self._members.align(self._floor.centre.agents)
        self.faxes.align(anew=True)
        self._looked.set()

    async def _sweep(self) -> None:
        """Find what no event told us about: callers new, gone or astray, and phones (an entry that was busy, a gap)."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_EVERY_S):
                    await self._sweep_wanted.wait()
            self._sweep_wanted.clear()
            if self.link.status.up:
                with suppress(Unavailable):  # the link went down: the resync after the next connect does it
                    await self._look_round()

    async def _look_round(self) -> None:
        centre = self._floor.centre
        known = self._calls.interactions | set(centre.interactions)
        status = await self._status()
        self.outside.align(status)
        for leg in left_over(status):
            _log.note("!", leg, "is left over of a consultation")
            self.talks.send(actions.hang_up(leg))
        for caller in left_alone(status):
            _log.note("!", caller, "is left alone of three")
            self.talks.send(actions.goes_on(caller))
        seen = read_standings(status)
        before = [work for work in centre.interactions.values() if work.id in known]
        unheard = astray(seen, known, centre.closed, deciding=self._floor.alive) or missing(seen, before)
        for one in forgotten(seen, centre.closed):
            await self._let_go(one)
        if unheard or await self._phones_differ():
            await self._resync()

    async def _phones_differ(self) -> bool:
        agents = self._floor.centre.agents
        now = [self._calls.device_of(one) for one in await self._devices()]
        return any(
            one is not None and one[0] in agents and agents[one[0]].device is not one[1] for one in now
        )

    async def _status(self) -> Sequence[Message]:
        outcome = await self.link.ask(actions.status(VARIABLES))
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)
        return outcome.items

    async def _resync(self) -> None:
        """Hold events back, look, compare, apply, let the events in. Offers wait meanwhile."""
        async with self._order:
            self._buffer = []
            try:
                await self._compare()
            finally:
                held, self._buffer = self._buffer, None
                for message in held:
                    self._take(message)

    async def _compare(self) -> None:
        before = frozenset(self._floor.centre.interactions) | self._calls.interactions
        await self.entry.followed()
        status = await self._status()
        self.outside.align(status)
        standings = read_standings(status)
        found = await self._apply(standings, before)
        if found.strangers and await self._admit(found.strangers):
            found = await self._apply(standings, before)
        if watched := self.watches.compare(status):
            await self._floor.settle(*watched)
        await self.pauses.assure(standings)
        await self._read_devices()
        await self._act(found)

    async def _apply(self, standings: Sequence[Standing], before: frozenset[InteractionId]) -> Findings:
        open_ones = self._floor.centre.interactions
        admitted = {standing.interaction for standing in standings}
        works = [work for work in open_ones.values() if work.id in before or work.id in admitted]
        found = reconcile(standings, works, self._directory.agent_of, self._clock.now())
        self._calls.replace(found.calls, before)
        if found.events:
            _log.note("=", "", f"resync: {', '.join(type(event).__name__ for event in found.events)}")
            await self._floor.settle(*found.events)
        return found

    async def _admit(self, strangers: Sequence[Standing]) -> bool:
        asked = []
        for one in forgotten(strangers, self._floor.centre.closed):
            await self._let_go(one)
        for stranger in strangers:
            queue = self._directory.queue_of(stranger.queue, stranger.number)
            if queue is None or self._floor.centre.closed(stranger.interaction):
                continue
            _log.note("<", stranger.interaction, "found waiting")
            if not stranger.queue:  # they came in while nobody could say what they hear
                self.talks.send(self._holding.action(stranger.interaction, queue, stranger.language))
            asked.append(self.entry.admit(newcomer_of(stranger, self._clock.now()), queue))
        await asyncio.gather(*asked)  # a thousand are one turn, not a thousand
        return bool(asked)

    async def _read_devices(self) -> None:
        self._calls.forget_devices()
        for said in await self._devices():
            self._floor.submit(*self._calls.take(said))

    async def _devices(self) -> list[DeviceSaid]:
        outcome = await self.link.ask(actions.device_states())
        items = outcome.items if isinstance(outcome, Answered) else ()
        at = self._clock.now()
        return [DeviceSaid(device=item["Device"], state=item["State"], at=at) for item in items]

    async def _act(self, found: Findings) -> None:
        """Lead callers out of the fallback queue, and carry out offers that were recorded but never were."""
        if found.to_hold:
            await self.link.ask_all([actions.redirect_to_hold(channel) for channel in found.to_hold])
        for work in list(self._floor.centre.interactions.values()):
            call = self._calls.get(work.id) if work.medium is Medium.VOICE else None
            if work.phase is not Phase.OFFERED or work.offer is None:
                continue
            if work.callback and call is None:
                await self._call_late(work, work.offer)
            if call is None:
                continue
            if call.place is Place.WAITING:
                await self._lead_late(work, work.offer)

    async def _call_late(self, work: Work, offer: OfferId) -> None:
        ring_s, recorded = self._directory.ring_s(work.queue), self._is_recorded(work.id)
        try:
            ringing = await self._callbacks.action(
                work,
                offer,
                ring_s,
                self._extension(work),
                recorded=recorded,
                answers_itself=self._directory.answers_itself(work.queue),
            )
        except (Refused, Unavailable):
            self._floor.submit(OfferFailed(offer=offer, outcome=OfferOutcome.FAILED, at=self._clock.now()))
        else:
            self._calls.offering(work.id, offer, recorded=recorded, calls_back=True)
            await self._led(work.id, offer, self._ask((ringing.action,)))

    async def _lead_late(self, work: Work, offer: OfferId) -> None:
        try:
            extension = self._extension(work)
        except Refused:
            self._floor.submit(OfferFailed(offer=offer, outcome=OfferOutcome.FAILED, at=self._clock.now()))
        else:
            asked = self._lead(work.id, offer, self._directory.ring_s(work.queue), extension)
            await self._led(work.id, offer, asked)
