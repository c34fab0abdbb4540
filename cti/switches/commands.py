"""The console's commands on talks, each carried out by the server at which the call is."""

from contextlib import suppress

from config.errors import Unavailable
from cti.switches.switches import Switches
from routing.core.events import Transferred
from routing.core.model import AgentId, InteractionId, PauseKind
from routing.core.words import WatchMode


class TalksAnywhere:
    """As of `Talks`."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    async def hold(self, interaction: InteractionId) -> None:
        """As of `Talks`."""
        await self._switches.of(interaction).talks.hold(interaction)

    async def resume(self, interaction: InteractionId) -> None:
        """As of `Talks`."""
        await self._switches.of(interaction).talks.resume(interaction)

    async def transfer(self, event: Transferred) -> bool:
        """As of `Talks`."""
        return await self._switches.of(event.interaction).talks.transfer(event)


class ConsultsAnywhere:
    """As of `Consults`."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    async def ask_colleague(self, interaction: InteractionId, colleague: AgentId) -> None:
        """As of `Consults`."""
        await self._switches.of(interaction).consults.ask_colleague(interaction, colleague)

    async def ask_outside(self, interaction: InteractionId, number: str) -> None:
        """As of `Consults`."""
        await self._switches.of(interaction).consults.ask_outside(interaction, number)

    async def hand_over(self, interaction: InteractionId, agent: AgentId) -> None:
        """As of `Consults`."""
        await self._switches.of(interaction).consults.hand_over(interaction, agent)


class ConferencesAnywhere:
    """As of `Conferences`."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    async def join(self, interaction: InteractionId) -> None:
        """As of `Conferences`."""
        await self._switches.of(interaction).conferences.join(interaction)

    async def release(self, interaction: InteractionId) -> None:
        """As of `Conferences`."""
        await self._switches.of(interaction).conferences.release(interaction)

    async def step_out(self, interaction: InteractionId) -> None:
        """As of `Conferences`."""
        await self._switches.of(interaction).conferences.step_out(interaction)


class PausesAnywhere:
    """As of `Pauses`."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    async def pause(self, interaction: InteractionId, kind: PauseKind = PauseKind.BY_HAND) -> None:
        """As of `Pauses`."""
        await self._switches.of(interaction).pauses.pause(interaction, kind)

    async def resume(self, interaction: InteractionId, kind: PauseKind = PauseKind.BY_HAND) -> None:
        """As of `Pauses`."""
        await self._switches.of(interaction).pauses.resume(interaction, kind)


class WatchesAnywhere:
    """As of `Watches`. A supervisor is at one talk at a time: who goes to one at another server leaves the first."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    async def watch(
        self, interaction: InteractionId, watcher: AgentId, extension: str, mode: WatchMode
    ) -> None:
        """As of `Watches`."""
        there = self._switches.of(interaction)
        for other in self._switches:
            if other is not there:
                with suppress(Unavailable):  # away: so is their leg
                    other.watches.leave(watcher)
        await there.watches.watch(interaction, watcher, extension, mode)

    async def take_over(self, interaction: InteractionId, watcher: AgentId) -> None:
        """As of `Watches`."""
        await self._switches.of(interaction).watches.take_over(interaction, watcher)

    def leave(self, watcher: AgentId) -> None:
        """As of `Watches`, wherever they are."""
        for switch in self._switches:
            switch.watches.leave(watcher)
