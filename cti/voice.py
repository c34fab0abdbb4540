"""The telephone: offers become redirects, Asterisk's events become the router's, and nothing is assumed after a gap.

One Asterisk, or several (`cti.switches`). The dialplan holds every caller; this room tells it whom to lead where, keeps its heartbeat, and after each
connect compares what stands there with what the router believes.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from config.settings import Asterisk, Guard
from crm_core.store import Store
from cti.ami import actions, fitness
from cti.ami.actions import Answered
from cti.ami.fitness import Misnamed
from cti.ami.link import AmiAddress, Link, LoginRefused
from cti.arriving.door import Door
from cti.arriving.entry import Entry
from cti.arriving.holding import Holding
from cti.arriving.prompt_files import PromptFiles
from cti.callbacks import Callbacks
from cti.calls import interaction_of
from cti.dialling import Dialling
from cti.directory import Directory
from cti.ports import Bus, Floor
from cti.switches.commands import (
    ConferencesAnywhere,
    ConsultsAnywhere,
    PausesAnywhere,
    TalksAnywhere,
    WatchesAnywhere,
)
from cti.switches.common import Common
from cti.switches.switch import Beside, Switch
from cti.switches.switches import Switches
from cti.switches.whereabouts import Whereabouts
from cti.talking.outside import Outside
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.model import AgentId, InteractionId, Medium

UNGUARDED = Guard(flood_calls=0, alarm_factor=0)
"""Neither floods are held back nor is anybody told of calls out; who may dial what is judged all the same."""

_log = Transcript("voice")


class VoiceChannel:
    """The floor's Channel for calls, and the console's commands on them.

    The parts are public for the composition root and tests: `switches` (Asterisk servers), `entry` (FastAGI), `talks` (what an agent does
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
        self._floor, self._clock = floor, clock
        self.directory = Directory(store, bus, clock)
        self.outside = Outside(
            store,
            bus,
            clock,
            self.directory,
            settings=settings,
            guard=guard,
            time_zone=time_zone,
            servers=[server.name for server in settings.servers()],
        )
        self._callbacks = Callbacks(store, floor, clock, self.outside)
        self.prompts = PromptFiles(store, bus, prompts_dir)
        holding = Holding(floor, self.directory, self.prompts)
        whereabouts = Whereabouts()
        self.switches = Switches(whereabouts)
        self.entry = Entry(
            settings,
            store,
            floor,
            bus,
            clock,
            directory=self.directory,
            calls=self.switches,
            callbacks=self._callbacks,
            prompts=self.prompts,
            door=Door(store, bus, clock, self.directory, guard),
            outside=self.outside,
            holding=holding,
        )
        common = Common(
            store=store,
            floor=floor,
            bus=bus,
            clock=clock,
            directory=self.directory,
            outside=self.outside,
            callbacks=self._callbacks,
            holding=holding,
            entry=self.entry,
        )
        for server in settings.servers():
            self._add(server, common, whereabouts, pause_ends_after_s)
        self.talks = TalksAnywhere(self.switches)
        self.consults = ConsultsAnywhere(self.switches)
        self.conferences = ConferencesAnywhere(self.switches)
        self.dialling = Dialling(
            floor, clock, self.directory, self, outside=self.outside, callbacks=self._callbacks
        )
        self.watches = WatchesAnywhere(self.switches)
        self.pauses = PausesAnywhere(self.switches)
        self.faxes = self.switches.first.faxes
        self._tasks: asyncio.TaskGroup | None = None

    def _add(
        self, settings: Asterisk, common: Common, whereabouts: Whereabouts, pause_ends_after_s: float
    ) -> None:
        address = AmiAddress(
            host=settings.ami_host,
            port=settings.ami_port,
            user=settings.ami_user,
            secret=settings.ami_secret.get_secret_value(),
        )
        beside = Beside(
            whereabouts=whereabouts,
            owns=lambda work: self.switches.owns(switch, work),
            calls_for=lambda work: self.switches.calls_for(switch, work),
            alone=lambda: len(self.switches) == 1,
            lost=lambda: self._part_with(switch),
        )
        switch = Switch(settings.name, address, common, beside=beside, pause_ends_after_s=pause_ends_after_s)
        self.switches.add(switch)

    def _part_with(self, gone: Switch) -> None:
        """The others end what they had with one that is gone."""
        for switch in self.switches:
            if switch is not gone and not switch.blind and self._tasks is not None:
                name = f"{switch.name} parts with {gone.name}"
                self._tasks.create_task(switch.part_with(gone.name), name=name)

    @property
    def link(self) -> Link:
        """The first server's."""
        return self.switches.first.link

    async def check(self) -> None:
        """Try the manager links once. Raises `LoginRefused` or `Unavailable` with what to mend. Of several servers one may be away, and comes later; not
        all, and none that is not the one that it should be."""
        away: list[Unavailable] = []
        for switch in self.switches:
            try:
                await self._check(switch)
            except (LoginRefused, Misnamed):
                raise
            except Unavailable as problem:
                away.append(problem)
                _log.note("!", switch.name, str(problem))
        if len(away) == len(self.switches):
            raise away[0]

    async def _check(self, switch: Switch) -> None:
        await switch.link.check()
        if len(self.switches) > 1:
            (settings,), _ = await switch.link.look((actions.core_settings(),))
            for sentence in (
                fitness.misnamed(settings.reply, switch.name) if isinstance(settings, Answered) else ()
            ):
                raise Misnamed("asterisk", sentence)

    async def tell_lacks(self) -> None:
        """Say once what is not as it should be at Asterisk, but works: by a connection of its own, when callers have been looked after."""
        for switch in self.switches:
            try:
                lacks = await fitness.lacks(switch.link)
            except (Unavailable, TimeoutError) as problem:
                _log.note("!", switch.name or "asterisk", f"was not looked at: {problem}")
                continue
            for sentence in lacks:
                _log.note("!", switch.name or "asterisk", sentence)

    async def looked(self) -> None:
        """Wait until `run` has seen once who waits and who talks at each server, and they have been told of the floor's offers."""
        for switch in self.switches:
            await switch.looked.wait()

    async def run(self) -> None:
        """Serve until cancelled; nothing is asked or answered before the floor knows what was."""
        await self._floor.restored()
        await self.directory.refresh()
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self.directory.run(), name="voice directory")
            self._tasks.create_task(self.prompts.run(), name="voice prompts")
            self._tasks.create_task(self.entry.run(), name="voice entry")
            self._tasks.create_task(self.outside.run(), name="voice calls out")
            for switch in self.switches:
                self._tasks.create_task(switch.run(), name=f"voice {switch.name}")

    def status(self) -> LinkStatus:
        """The telephone as a whole: it is there as long as one server is."""
        up = [switch.status for switch in self.switches if switch.status.up]
        return up[0] if up else self.switches.first.status

    def statuses(self) -> Mapping[str, LinkStatus]:
        """Each of several servers by its name; nothing where there is one alone."""
        if len(self.switches) == 1:
            return {}
        return {switch.name: switch.status for switch in self.switches}

    def is_up(self, name: str) -> bool:
        """Whether the server of this name is there."""
        return any(switch.name == name and switch.status.up for switch in self.switches)

    # -- the Channel -----------------------------------------------------------------------------------------------

    async def offer(self, decision: Offer) -> None:
        """Lead the caller to the agent's phone; whom we call is called from where that phone is."""
        work = self._floor.centre.interactions.get(decision.interaction)
        calls_back = work is not None and work.callback
        switch = (
            self.switches.to_call(decision.agent) if calls_back else self.switches.of(decision.interaction)
        )
        await switch.leading.offer(decision)

    async def withdraw(self, decision: Withdraw) -> None:
        """As of `Leading`."""
        await self.switches.of(decision.interaction).leading.withdraw(decision)

    async def turn_away(self, decision: TurnAway) -> None:
        """As of `Parting`."""
        await self.switches.of(decision.interaction).parting.turn_away(decision)

    async def talking(self) -> frozenset[str]:
        """The calls that Asterisk has now, by their interactions. `Unavailable` while one cannot say."""
        seen = [await switch.looking.status() for switch in self.switches if not switch.given_up]
        return frozenset(interaction_of(one["Uniqueid"]) for status in seen for one in status)

    # -- the console's commands --------------------------------------------------------------------------------------

    async def hang_up(self, interaction: InteractionId) -> None:
        """As of `Switch`."""
        await self.switches.of(interaction).hang_up(interaction)

    async def reattach(self, interaction: InteractionId) -> None:
        """As of `Reattaching`."""
        await self.switches.of(interaction).reattach(interaction)

    async def call_back(self, message: InteractionId, agent: AgentId) -> InteractionId:
        """Have this agent call whoever left that message. `Refused` (callback.number, callback.waits, callback.closed), `Unavailable` when it cannot be recorded."""
        return await self._callbacks.begin(message, agent)
