"""One Asterisk server: its link, what is known of its calls, and what we do about them. Nothing is assumed after a gap."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from config.errors import Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from cti.ami import actions
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
from routing.core.model import By, InteractionId
from routing.core.presence import Work

HEARTBEAT = "TL_HEARTBEAT"
SWEEP_EVERY_S = 15.0
_log = Transcript("voice")


class Switch:
    """The parts are public for whoever has to do with this server's calls; `name` is what its channels' ids begin with.

    `owns`: whether a work that is open for the router is this server's to say something about.
    """

    def __init__(
        self,
        name: str,
        address: AmiAddress,
        common: Common,
        *,
        whereabouts: Whereabouts,
        owns: Callable[[Work], bool],
        pause_ends_after_s: float,
    ) -> None:
        self.name = name
        self._common, self._floor, self._clock = common, common.floor, common.clock
        floor, clock, directory = common.floor, common.clock, common.directory
        self.link = Link(
            address,
            clock,
            on_event=self._on_event,
            on_up=self._on_up,
            on_down=self._on_down,
            heartbeat=self._beat,
        )
        self.calls = Calls(directory.agent_of)
        self._members = Members(self.link, directory)
        self._buffer: list[Message] | None = []
        self.talks = Talks(self.link, floor, self.calls, asyncio.Lock(), lambda: self._buffer is not None)
        self.consults = Consults(self.talks, floor, clock, directory, common.outside)
        self.conferences = Conferences(self.talks, floor, clock, directory)
        self.watches = Watches(self.talks, floor, clock)
        self.pauses = Pauses(self.talks, floor, clock, pause_ends_after_s)
        self.faxes = FaxLine(self.link, common.outside, directory)
        orders = Orders(self.talks, floor, clock)
        self.leading = Leading(common, self.talks, orders, self._tell)
        self.parting = Parting(common, self.talks, orders)
        self._reattaching = Reattaching(common, self.talks, orders, self.conferences, self._tell)
        self.looking = Looking(
            name,
            common,
            self.talks,
            leading=self.leading,
            parting=self.parting,
            watches=self.watches,
            pauses=self.pauses,
            whereabouts=whereabouts,
            owns=owns,
        )
        self.sweep_wanted = asyncio.Event()
        self._silent = False

    async def run(self) -> None:
        """Serve until cancelled."""
        self.looking.phones_unknown()
        unlisten = self._floor.listen(self._on_facts)
        try:
            async with asyncio.TaskGroup() as tasks:
                self.leading.tasks = self._reattaching.tasks = tasks
                tasks.create_task(self._sweep(), name="voice sweep")
                tasks.create_task(self.pauses.run(), name="voice pauses")
                tasks.create_task(self.link.run(), name="voice link")
        finally:
            unlisten()

    @property
    def status(self) -> LinkStatus:
        """The manager link."""
        return self.link.status

    @property
    def blind(self) -> bool:
        """Whether it is not known now what stands in it."""
        return self._buffer is not None

    async def hang_up(self, interaction: InteractionId) -> None:
        """End the call for both sides. `Refused` when there is none, `Unavailable` when Asterisk cannot be told."""
        talking(self._floor.centre, interaction)
        self.calls.ending(interaction, By.AGENT, self._clock.now())
        _log.note(">", interaction, "Hangup")
        outcome = await self.link.ask(actions.hang_up(channel_of(interaction)))
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)

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
        if not self._floor.alive:
            _log.note("!", "", "the floor does not decide: no heartbeat")
            self._silent = True
            return
        self.link.send((actions.set_global(HEARTBEAT, str(int(asterisk_now))),))
        self.faxes.align()
        if self._silent:
            self._silent = False
            self.sweep_wanted.set()

    def _on_down(self) -> None:
        self._buffer = []
        self.looking.phones_unknown()

    async def _on_up(self) -> None:
        await self.resync()
        await self._members.align(self._floor.centre.agents)
        self.faxes.align(anew=True)

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
