"""A caller's way in: the number finds the queue, the router is told at once, who it is comes beside it."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from functools import partial

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.settings import Asterisk
from crm_core import interactions
from crm_core.flows import visits
from crm_core.flows.machine import EndKind
from crm_core.interactions import Interaction
from crm_core.preferring import NOTHING, Wish
from crm_core.store import Store
from cti.agi import AgiConnection, AgiSession
from cti.ami.protocol import moment
from cti.arriving.deadlines import in_time
from cti.arriving.door import BUSY, Door
from cti.arriving.fax_door import SCRIPT as FAX_SCRIPT
from cti.arriving.fax_door import FaxDoor
from cti.arriving.flow_entry import FlowEntry, known
from cti.arriving.holding import SCRIPT as HOLD_SCRIPT
from cti.arriving.holding import Holding
from cti.arriving.newcomer import Newcomer, record, said
from cti.arriving.prompt_files import PromptFiles
from cti.arriving.prompts import prompt_language
from cti.arriving.welcome import Greeted, Welcome
from cti.callbacks import SCRIPT as CALLBACK_SCRIPT
from cti.callbacks import Callbacks
from cti.calls import interaction_of
from cti.directory import Directory
from cti.ports import Bus, Floor, Tracked
from cti.talking.outside import Outside
from routing.bus import CALLER_KNOWN
from routing.core.events import Arrived, CallbackCancelled, CallbackWanted, Event, MessageWanted
from routing.core.facts import CallbackKept, Fact, Offered, TurnedAway
from routing.core.model import InteractionId, Medium, OfferId, QueueId, Seconds
from routing.wishes import more_known, needs_of, preferred

OFFER_WITHIN_S = 1.0
"""A caller for whom an agent is free waits so long in AGI to be led to the phone without being answered by us first."""

MESSAGE_SCRIPT = "message"
"""The AGI request of a caller who pressed the key to leave one."""

GONE_AFTER_S = 40.0
"""Two sweeps of the voice room and more."""

LOOK_FOR_LOST_EVERY_S = 600.0

INTRODUCE_PAUSES_S = (0.2, 1.0, 5.0, 15.0)

_CHANNEL = re.compile(r"[\w.-]{1,100}", re.ASCII)
_log = Transcript("entry")


class Entry:
    """Answers AGI; `admit` is also for callers that a resynchronisation finds."""

    def __init__(
        self,
        settings: Asterisk,
        store: Store,
        floor: Floor,
        bus: Bus,
        clock: Clock,
        *,
        directory: Directory,
        calls: Tracked,
        callbacks: Callbacks,
        prompts: PromptFiles,
        door: Door,
        outside: Outside,
        holding: Holding,
    ) -> None:
        self._settings, self._store, self._floor, self._bus, self._clock = settings, store, floor, bus, clock
        self._directory, self._calls, self._callbacks = directory, calls, callbacks
        self._door = door
        self._holding = holding
        self._fax_door = FaxDoor(floor, clock)
        self._flows = FlowEntry(
            store=store,
            clock=clock,
            directory=directory,
            callbacks=callbacks,
            prompts=prompts,
            keep_place=self._keep_place,
            outside=outside,
        )
        self._welcome = Welcome(store=store, clock=clock, directory=directory)
        self._tasks: asyncio.TaskGroup | None = None
        self._sessions: dict[InteractionId, AgiSession] = {}
        self.port = 0

    async def run(self) -> None:
        """Serve AGI until cancelled. `Unavailable` when the port is taken."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self._end_transferred(), name="calls put through")
            where = (self._settings.fastagi_host, self._settings.fastagi_port)
            try:
                server = await loop.create_server(
                    lambda: AgiConnection(self._start), *where, backlog=1024, reuse_address=True
                )
            except OSError as problem:
                raise Unavailable(
                    "fastagi", f"{where[0]}:{where[1]} cannot be opened: {problem}"
                ) from problem
            self.port = server.sockets[0].getsockname()[1]
            async with server:
                await server.serve_forever()

    async def _end_transferred(self) -> None:
        """Whom a flow put through to somebody outside before a restart is nobody's here any more. Until cancelled."""
        while True:
            ending = partial(visits.end_transferred, now=self._clock.now(), going_on=tuple(self._sessions))
            try:
                await self._store.write(ending)
            except Unavailable as problem:
                _log.note("!", "", f"calls that were put through are not closed: {problem}")
            await asyncio.sleep(LOOK_FOR_LOST_EVERY_S)

    def _start(self, session: AgiSession) -> None:
        if self._tasks is not None:
            self._tasks.create_task(self._enter(session), name=f"agi {session.request['agi_uniqueid']}")

    def lead(
        self,
        interaction: InteractionId,
        offer: OfferId,
        ring_s: float,
        extension: str,
        *,
        recorded: bool,
        answers_itself: bool = False,
        via: str = "",
    ) -> bool:
        """Lead a caller who is still in AGI to the agent's phone, by way of AGI: half the way of a redirect.

        False when they have left; then they have to be redirected.
        """
        session = self._sessions.get(interaction)
        variables = {"TL_OFFER": offer, "TL_AGENT": extension}
        variables |= {"TL_RING_S": f"{ring_s:.1f}", "TL_REATTACH": "0"}
        variables |= {"TL_RECORD": str(int(recorded)), "TL_AUTO": str(int(answers_itself)), "TL_VIA": via}
        return session is not None and session.lead("trunkline-connect", extension, variables)

    async def followed(self) -> None:
        """Wait until all whom `lead` sent have gone where it said."""
        await asyncio.gather(*(session.heard() for session in self._sessions.values() if session.led))

    def release(self, interaction: InteractionId) -> None:
        """The caller has been redirected: Asterisk obeys once we leave. (Its own word for it comes 40 ms later: Nagle.)"""
        session = self._sessions.get(interaction)
        if session is not None and not session.led:
            session.leave()

    async def _enter(self, session: AgiSession) -> None:
        channel = session.request["agi_uniqueid"]
        if not _CHANNEL.fullmatch(channel):
            _log.note("!", "", f"AGI for {channel[:40]!r}, which is no channel of ours: refused")
            await session.close()
            return
        if session.request["agi_network_script"] in {CALLBACK_SCRIPT, MESSAGE_SCRIPT, FAX_SCRIPT}:
            await self._key(session)
            await session.close()
            return
        if session.request["agi_network_script"] == HOLD_SCRIPT:
            await self._holding.tell(session)
            await session.close()
            return
        newcomer = self._read(session)
        self._sessions[newcomer.interaction] = session
        try:
            await self._receive(session, newcomer)
            await session.close()
        finally:
            if self._sessions.get(newcomer.interaction) is session:
                del self._sessions[newcomer.interaction]

    async def _key(self, session: AgiSession) -> None:
        """What somebody pressed who waits, or that they are a machine."""
        if session.request["agi_network_script"] == FAX_SCRIPT:
            await self._fax_door.heard(session)
        elif session.request["agi_network_script"] == CALLBACK_SCRIPT:
            await self._callbacks.keep(session)
        else:
            await self._leave_message(session)

    async def _leave_message(self, session: AgiSession) -> None:
        """TL_STAYS tells the dialplan that somebody is being asked for them already; else they leave a message, also when nobody tells it anything."""
        wanted = MessageWanted(
            interaction=interaction_of(session.request["agi_uniqueid"]), at=self._clock.now()
        )
        try:
            facts = await self._floor.settle(wanted)
        except Unavailable as problem:
            _log.note("!", wanted.interaction, f"leaves a message, which is not recorded yet: {problem}")
            return
        if not any(isinstance(fact, TurnedAway) and fact.interaction == wanted.interaction for fact in facts):
            await session.assign("TL_STAYS", "1")

    async def _receive(self, session: AgiSession, newcomer: Newcomer) -> None:
        faxes_to = self._directory.fax_queue(newcomer.number)
        queue = faxes_to or self._directory.queue_for(newcomer.number)
        if queue is None:
            _log.note(
                "!", newcomer.interaction, f"from {newcomer.caller} for {newcomer.number}: no queue has it"
            )
            session.set_variable("TL_REFUSED", "1")
        else:
            _log.note("<", newcomer.interaction, f"entered from {newcomer.caller} for {newcomer.number}")
            await self._at_the_door(session, newcomer, queue)

    async def _at_the_door(self, session: AgiSession, newcomer: Newcomer, queue: QueueId) -> None:
        held_back, begins = self._door.holds_back(newcomer)
        if held_back:
            session.set_variable("TL_REFUSED", BUSY)
            if begins and self._tasks is not None:
                name = f"flood {newcomer.interaction}"
                self._tasks.create_task(self._door.tell_of_flood(newcomer), name=name)
            return
        seen = await self._door.look(session, newcomer)
        if seen.ends:
            session.set_variable("TL_REFUSED", seen.ends)
            self._record_later(seen.newcomer, queue)
        elif self._directory.fax_queue(newcomer.number) is not None:
            await self._fax_door.take(session, seen.into or queue)
        elif seen.into is not None:
            await self._wait_in_line(session, seen.newcomer, Greeted(queue=seen.into))
        else:
            await self._lead_in(session, seen.newcomer, queue)

    async def _lead_in(self, session: AgiSession, newcomer: Newcomer, queue: QueueId) -> None:
        if self._directory.detects_fax(newcomer.number):
            at_once = self._directory.flow_for(newcomer.number) is None
            if not await self._fax_door.listen(session, at_once=at_once):
                self._record_later(newcomer, queue)
                return
        greeted = await self._greet(session, newcomer, queue)
        newcomer = known(newcomer, greeted)
        if greeted.left:
            self._record_later(newcomer, greeted.queue)
        elif greeted.kept:
            self._introduce_later(newcomer, greeted.queue)
            await session.assign("TL_REFUSED", "2")
        elif greeted.refused and await self._recorded(newcomer, greeted.queue):
            await session.assign("TL_REFUSED", "2")
        elif greeted.fax and await self._recorded(newcomer, greeted.queue):
            await self._fax_door.take(session, greeted.queue)
        elif greeted.message and await self._recorded(newcomer, greeted.queue):
            await session.assign("TL_MESSAGE", self._message_rules(greeted))
            await session.assign("TL_REFUSED", "5")
        else:
            await self._wait_in_line(session, newcomer, greeted)

    def _message_rules(self, greeted: Greeted) -> str:
        language = greeted.language or self._directory.language(greeted.queue)
        return self._directory.message_rules(greeted.queue, prompt_language(language))

    async def _wait_in_line(self, session: AgiSession, newcomer: Newcomer, greeted: Greeted) -> None:
        if self._directory.calls_back(greeted.queue) and self._callbacks.may_ask(
            newcomer.caller, greeted.queue
        ):
            language = greeted.language or self._directory.language(greeted.queue)
            await session.assign("TL_CALLBACK", prompt_language(language))
        if self._directory.takes_messages(greeted.queue):
            await session.assign("TL_MESSAGE", self._message_rules(greeted))
        again = await self._asked_before(newcomer, greeted.queue)
        if again is not None:
            newcomer = replace(newcomer, enqueued_at=min(again.enqueued_at, newcomer.enqueued_at))
        session.set_variable("TL_QUEUE", greeted.queue)
        for name, value in self._holding.variables(greeted.queue, greeted.language).items():
            session.set_variable(name, value)
        if self._directory.is_recorded(newcomer.interaction, greeted.queue):
            session.set_variable("TL_RECORD", "1")  # the fallback queue records by it
        facts = await self._admit_or_leave(newcomer, greeted.queue)
        if again is not None and facts:
            name, at = InteractionId(again.id), self._clock.now()
            self._floor.submit(CallbackCancelled(interaction=name, at=at))
        leads_on = (Offered, TurnedAway)
        if any(isinstance(fact, leads_on) and fact.interaction == newcomer.interaction for fact in facts):
            with suppress(TimeoutError):  # then they hear music until the phone rings, or until they are told
                async with asyncio.timeout(OFFER_WITHIN_S):
                    await session.gone.wait()

    async def _greet(self, session: AgiSession, newcomer: Newcomer, queue: QueueId) -> Greeted:
        version = self._directory.flow_for(newcomer.number)
        if version is not None:
            return await self._flows.greet(session, newcomer, queue, version)
        return await self._welcome.greet(
            session,
            interaction=newcomer.interaction,
            caller=newcomer.caller,
            number=newcomer.number,
            queue=queue,
            at=self._clock.now(),
        )

    async def _keep_place(self, newcomer: Newcomer, queue: QueueId) -> bool:
        """They stand in the queue from now on without being on the line. False: they have to wait themselves."""
        wanted = CallbackWanted(interaction=newcomer.interaction, at=self._clock.now())
        try:
            facts = await self.admit(newcomer, queue, also=(wanted,))
        except Unavailable as problem:
            _log.note("!", newcomer.interaction, f"not kept for calling back: {problem}")
            self._calls.forget(newcomer.interaction)
            return False
        return any(
            isinstance(fact, CallbackKept) and fact.interaction == newcomer.interaction for fact in facts
        )

    async def _admit_or_leave(self, newcomer: Newcomer, queue: QueueId) -> tuple[Fact, ...]:
        """When the ledger is away they stand in hold, and the next sweep finds them."""
        wish = await self._wish_first(newcomer, queue) if self._directory.by_territory(queue) else NOTHING
        try:
            return await self.admit(newcomer, queue, wish)
        except Unavailable as problem:
            _log.note("!", newcomer.interaction, f"not recorded yet: {problem}")
            self._calls.forget(newcomer.interaction)
            return ()

    async def _asked_before(self, newcomer: Newcomer, queue: QueueId) -> Interaction | None:
        """Who is to be called back and calls again meanwhile has their old place on the line, and is not called as well."""
        if not self._directory.calls_back(queue) or not self._callbacks.may_ask(newcomer.caller, queue):
            return None
        try:
            return await in_time(
                self._store.read(lambda conn: interactions.to_call_back(conn, newcomer.caller))
            )
        except Unavailable as problem:
            _log.note("!", newcomer.interaction, f"not known whether they asked before: {problem}")
            return None

    async def _wish_first(self, newcomer: Newcomer, queue: QueueId) -> Wish:
        """What the queue wishes for them, found out before anybody is asked; when that takes too long they wait for everybody, until it is known."""
        writing = partial(record, newcomer=newcomer, queue=queue, now=self._clock.now())
        try:
            return await in_time(self._store.write(writing))
        except Unavailable as problem:
            _log.note("!", newcomer.interaction, f"not recognised before the queue: {problem}")
            return NOTHING

    def _read(self, session: AgiSession) -> Newcomer:
        request = session.request
        enqueued_at = moment(request["agi_arg_1"])
        if enqueued_at is None:
            enqueued_at = self._clock.now()
        return Newcomer(
            interaction=interaction_of(request["agi_uniqueid"]),
            number=request["agi_arg_2"],
            caller=said(request["agi_callerid"]),
            caller_name=said(request["agi_calleridname"]),
            enqueued_at=enqueued_at,
        )

    async def admit(
        self, newcomer: Newcomer, queue: QueueId, wish: Wish = NOTHING, *, also: tuple[Event, ...] = ()
    ) -> tuple[Fact, ...]:
        """Tell the router (and `also`, in the same turn) and return the facts of that turn; the customer's details follow beside it, unless a wish is
        known already."""
        recorded = self._directory.is_recorded(newcomer.interaction, queue)
        self._calls.arrived(newcomer.interaction, recorded=recorded)
        arrived = Arrived(
            interaction=newcomer.interaction,
            medium=Medium.VOICE,
            queue=queue,
            enqueued_at=newcomer.enqueued_at,
            at=self._clock.now(),
            priority_points=wish.points + newcomer.priority_points,
            needs=needs_of(wish) | newcomer.needs,
            preferred=preferred(wish, self._floor.centre),
            preferred_wait_s=wish.wait_s,
        )
        facts = await self._floor.settle(arrived, *also)
        self._introduce_later(newcomer, queue)
        return facts

    def _introduce_later(self, newcomer: Newcomer, queue: QueueId) -> None:
        if self._tasks is not None:
            name = f"introduce {newcomer.interaction}"
            self._tasks.create_task(self._introduce(newcomer, queue), name=name)

    async def _introduce(self, newcomer: Newcomer, queue: QueueId) -> None:
        wish = await self._record_in_time(newcomer, queue, admitted=True)
        wish = replace(wish, points=wish.points + newcomer.priority_points)
        more = more_known(newcomer.interaction, wish, self._floor.centre, self._clock.now())
        if more is not None:
            self._floor.submit(more)

    def _record_later(self, newcomer: Newcomer, queue: QueueId) -> None:
        """Whoever left us in the middle of a sentence hung up, or (when we were slow) stands in hold: then the next sweep admits them,
        and only when that has not happened they are written down as gone. Whoever was put through, or is blocked, is gone already."""
        put_through = newcomer.visit is not None and newcomer.visit.outcome == EndKind.TRANSFER.value
        gone = put_through or newcomer.blocked_by is not None

        async def record_them() -> None:
            await asyncio.sleep(0 if gone else GONE_AFTER_S)
            if self._fax_door.knows(newcomer.interaction):
                return
            await self._record_in_time(newcomer, queue, admitted=False)

        if self._tasks is not None:
            self._tasks.create_task(record_them(), name=f"gone {newcomer.interaction}")

    async def _recorded(self, newcomer: Newcomer, queue: QueueId) -> bool:
        """Whether a call that ends here is on record: nobody is turned away of whom nothing would be known."""
        at = self._clock.now()
        writing = partial(record, newcomer=newcomer, queue=queue, now=at, ended_at=at)
        try:
            await in_time(self._store.write(writing))
        except Unavailable as problem:
            _log.note("!", newcomer.interaction, f"waits although their contract is used up: {problem}")
            return False
        self._bus.publish(CALLER_KNOWN, newcomer.interaction)
        return True

    async def _record_in_time(self, newcomer: Newcomer, queue: QueueId, *, admitted: bool) -> Wish:
        """What the queue wishes for them, now that it may be known who they are."""
        wish = NOTHING
        for pause_s in INTRODUCE_PAUSES_S:
            now = self._clock.now()
            at = None if admitted else _left_at(newcomer, now)
            try:
                wish = await self._store.write(
                    partial(record, newcomer=newcomer, queue=queue, now=now, ended_at=at)
                )
                break
            except Unavailable as problem:
                _log.note("!", newcomer.interaction, f"not recognised yet: {problem}")
                await asyncio.sleep(pause_s)
        self._bus.publish(CALLER_KNOWN, newcomer.interaction)
        return wish


def _left_at(newcomer: Newcomer, now: Seconds) -> Seconds:
    """A flow knows when they hung up."""
    visit = newcomer.visit
    return now if visit is None or visit.ended_at is None else visit.ended_at
