"""One Asterisk server: its link, what is known of its calls, and what we do about them. Nothing is assumed after a gap."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from config.errors import Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from cti.ami import actions, fitness
from cti.ami.actions import Answered
from cti.ami.events import CallEvent, FaxOver, MessageLeft, Unclaimed, read
from cti.ami.link import AmiAddress, Link
from cti.ami.protocol import Message
from cti.arriving.messages import TOPIC as MESSAGE_LEFT
from cti.calls import Calls, channel_of, interaction_of
from cti.fax_line import TOPIC as FAX_OVER
from cti.fax_line import FaxLine
from cti.members import Members
from cti.switches.common import Common
from cti.switches.leading import Leading
from cti.switches.looking import Looking
from cti.switches.orders import Orders
from cti.switches.parting import Parting
from cti.switches.reattaching import Reattaching
from cti.switches.whereabouts import Whereabouts
from cti.talking.conferences import Conferences
from cti.talking.consults import Consults
from cti.talking.pauses import Pauses
from cti.talking.talks import Talks, talking
from cti.talking.watches import Watches
from routing.core.events import DeviceChanged, Event
from routing.core.facts import Fact, LedOn, StatusChanged
from routing.core.model import AgentId, By, InteractionId
from routing.core.presence import Work

HEARTBEAT = "TL_HEARTBEAT"
GIVEN_UP_AFTER_S = 10.0
"""Then its dialplan does not count on us either (`heartbeat_stale_s`)."""
SWEEP_EVERY_S = 15.0
_log = Transcript("voice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a server knows of the others. `owns`: whether a work that is open for the router is this one's to say something about; `calls_for`: whether
    this one calls the agent and the customer of a call that goes out; `alone`: there are no others; `lost`: tells them that this one is gone."""

    whereabouts: Whereabouts
    owns: Callable[[Work], bool]
    calls_for: Callable[[Work], bool]
    alone: Callable[[], bool]
    lost: Callable[[], None]


class Switch:
    """The parts are public for whoever has to do with this server's calls; `name` is what its channels' ids begin with."""

    def __init__(
        self,
        name: str,
        address: AmiAddress,
        common: Common,
        *,
        beside: Beside,
        pause_ends_after_s: float,
    ) -> None:
        self.name, self._beside = name, beside
        self._common, self._floor, self._clock = common, common.floor, common.clock
        floor, clock, directory = common.floor, common.clock, common.directory
        self.link = Link(
            address,
            clock,
            on_event=self._on_event,
            on_up=self._on_up,
            on_down=self._on_down,
            heartbeat=self._beat,
            on_refused=self._is_gone,
        )
        self.calls = Calls(directory.agent_of)
        self._members = Members(self.link, directory)
        self._buffer: list[Message] | None = []
        self.talks = Talks(self.link, floor, self.calls, asyncio.Lock(), lambda: self._buffer is not None)
        self.consults = Consults(self.talks, floor, clock, directory, common.outside, way=self.way)
        self.conferences = Conferences(self.talks, floor, clock, directory)
        self.watches = Watches(self.talks, floor, clock, way=self.way)
        self.pauses = Pauses(self.talks, floor, clock, pause_ends_after_s)
        self.faxes = FaxLine(self.link, common.outside, directory)
        orders = Orders(self.talks, floor, clock)
        self.leading = Leading(
            common, self.talks, orders, self._tell, way=self.way, calls_for=beside.calls_for
        )
        self.parting = Parting(common, self.talks, orders)
        self._reattaching = Reattaching(
            common, self.talks, orders, self.conferences, self._tell, way=self.way
        )
        self.looking = Looking(
            name,
            common,
            self.talks,
            leading=self.leading,
            parting=self.parting,
            watches=self.watches,
            pauses=self.pauses,
            whereabouts=beside.whereabouts,
            owns=beside.owns,
        )
        self.sweep_wanted = asyncio.Event()
        self.looked = asyncio.Event()
        """Set when it has been seen once who waits and who talks."""
        self._silent = False
        self._known_by_name = False
        self._gone, self._given_up = asyncio.Event(), False
        self._deadline: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Serve until cancelled."""
        self.looking.phones_unknown()
        self._await_gone()
        unlisten = self._floor.listen(self._on_facts)
        try:
            async with asyncio.TaskGroup() as tasks:
                self.leading.tasks = self._reattaching.tasks = tasks
                tasks.create_task(self._sweep(), name="voice sweep")
                tasks.create_task(self.pauses.run(), name="voice pauses")
                tasks.create_task(self.link.run(), name="voice link")
                tasks.create_task(self._give_up_in_time(), name="voice given up")
        finally:
            unlisten()
            if self._deadline is not None:
                self._deadline.cancel()

    @property
    def status(self) -> LinkStatus:
        """The manager link."""
        return self.link.status

    @property
    def given_up(self) -> bool:
        """Whether it has stayed away for so long that nothing of it is counted on."""
        return self._given_up

    @property
    def blind(self) -> bool:
        """Whether it is not known now what stands in it."""
        return self._buffer is not None

    def way(self, agent: AgentId) -> str:
        """How this server calls the agent's phone: the endpoint of the server at which it is; empty when it is this one, or nowhere."""
        where = self._beside.whereabouts.server_of(agent, self.name)
        return "" if where in {None, self.name} else actions.way_to(where)

    async def hang_up(self, interaction: InteractionId) -> None:
        """End the call for both sides. `Refused` when there is none, `Unavailable` when Asterisk cannot be told."""
        talking(self._floor.centre, interaction)
        self.calls.ending(interaction, By.AGENT, self._clock.now())
        _log.note(">", interaction, "Hangup")
        outcome = await self.link.ask(actions.hang_up(channel_of(interaction)))
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)

    async def part_with(self, gone: str) -> None:
        """End what is left of calls between this server and one that is gone."""
        with suppress(Unavailable):  # this one is away as well
            await self.looking.part_with(gone)

    async def reattach(self, interaction: InteractionId) -> None:
        """As of `Reattaching`."""
        await self._reattaching.reattach(interaction)

    # -- what Asterisk says ----------------------------------------------------------------------------------------

    def _on_event(self, message: Message) -> None:
        if self._buffer is not None:
            self._buffer.append(message)
        else:
            self._take(message)

    def _take(self, message: Message) -> None:
        self._common.outside.hear(message)
        self.faxes.hear(message)
        event = read(message, self._clock.now())
        if isinstance(event, Unclaimed):
            self.sweep_wanted.set()
        elif isinstance(event, MessageLeft):
            self._common.bus.publish(MESSAGE_LEFT, interaction_of(event.caller))
        elif isinstance(event, FaxOver):
            self._common.bus.publish(FAX_OVER, event.channel)
        elif event is not None and (news := self._news(event)):
            self._tell(news)

    def _news(self, event: CallEvent) -> list[Event]:
        news = [*self.calls.take(event), *self.conferences.take(event), *self.watches.take(event)]
        return [self.looking.where(one) if isinstance(one, DeviceChanged) else one for one in news]

    def _tell(self, news: Sequence[Event]) -> None:
        for one in news if _log.hears("<") else ():
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
            self._common.holding.action(fact.interaction, fact.queue)
            for fact in facts
            if isinstance(fact, LedOn) and self.calls.get(fact.interaction) is not None
        ]
        if changes:
            with suppress(Unavailable):  # aligned after the next connect
                self.link.send(changes)

    # -- the link's life ---------------------------------------------------------------------------------------------

    async def _beat(self, asterisk_now: float) -> None:
        """Only a floor that decides keeps callers in hold; the time is Asterisk's, so that clocks need not agree."""
        await self._must_be_named()
        if not self._floor.alive:
            _log.note("!", "", "the floor does not decide: no heartbeat")
            self._silent = True
            return
        self.link.send((actions.set_global(HEARTBEAT, str(int(asterisk_now))),))
        self.faxes.align()
        if self._silent:
            self._silent = False
            self.sweep_wanted.set()

    async def _must_be_named(self) -> None:
        """Another's calls are never taken for ours. `Unavailable` says what to mend."""
        if self._known_by_name or self._beside.alone():
            return
        outcome = await self.link.ask(actions.core_settings())
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)
        for sentence in fitness.misnamed(outcome.reply, self.name):
            raise Unavailable("asterisk", sentence)
        self._known_by_name = True

    def _on_down(self) -> None:
        self._buffer, self._known_by_name = [], False
        self._await_gone()
        self.looking.phones_unknown()

    async def _give_up_in_time(self) -> None:
        """Of several servers one that stays away has no calls for us any more: nobody else waits for them. What still stands there when it comes
        back is left to its dialplan, which has gone on by itself."""
        while True:
            await self._gone.wait()
            self._gone.clear()
            async with self.talks.order:
                await self._give_up()

    async def _give_up(self) -> None:
        if not self.blind or self.link.status.up or self._given_up:
            return
        self._given_up = True
        await self.looking.give_up()
        self._beside.lost()

    def _await_gone(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(GIVEN_UP_AFTER_S, self._is_gone)

    def _is_gone(self) -> None:
        """So long has it been away; or its machine is there and says that it is not."""
        if not self._beside.alone():
            self._gone.set()

    async def _on_up(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._gone.clear()
        self._given_up = False
        await self.resync()
        await self._members.align(self._floor.centre.agents)
        self.faxes.align(anew=True)
        self.looked.set()

    async def resync(self) -> None:
        """Hold events back, look, compare, apply, let the events in. Offers wait meanwhile."""
        async with self.talks.order:
            self._buffer = []
            try:
                await self.looking.compare()
            finally:
                held, self._buffer = self._buffer, None
                for message in held:
                    self._take(message)

    async def _sweep(self) -> None:
        """Find what no event told us about: callers new, gone or astray, and phones (an entry that was busy, a gap)."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_EVERY_S):
                    await self.sweep_wanted.wait()
            self.sweep_wanted.clear()
            if self.link.status.up:
                with suppress(Unavailable):  # the link went down: the resync after the next connect does it
                    await self.looking.round(self.resync)
