"""Ringing an agent's phone again for a talk whose leg was lost."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from config.errors import Refused, Unavailable
from config.logs import Transcript
from cti.ami import actions
from cti.ami.actions import RefusedByAsterisk
from cti.calls import PHONE_LOST, channel_of
from cti.switches.common import Common
from cti.switches.leading import Way
from cti.switches.orders import Orders
from cti.talking.conferences import Conferences
from cti.talking.talks import Talks, talking
from routing.core.events import ConferenceEnded, Event, HoldEnded, Returned
from routing.core.model import InteractionId, OfferId, PauseKind
from routing.core.presence import Work

REATTACH_WITHIN_S = 10.0
_log = Transcript("voice")


class Reattaching:
    """One server's. `tell`, `way` and `tasks` as of `Leading`."""

    def __init__(
        self,
        common: Common,
        talks: Talks,
        orders: Orders,
        conferences: Conferences,
        tell: Callable[[Sequence[Event]], None],
        *,
        way: Way,
    ) -> None:
        self._floor, self._clock, self._directory = common.floor, common.clock, common.directory
        self._talks, self._orders, self._conferences, self._tell = talks, orders, conferences, tell
        self._way = way
        self.tasks: asyncio.TaskGroup | None = None

    async def reattach(self, interaction: InteractionId) -> None:
        """Ring the agent's phone again for the same talk; after 10 s without an answer the caller waits again. Of three a colleague has it instead."""
        work = talking(self._floor.centre, interaction)
        offer = OfferId(f"{interaction}/{work.attempts}")
        stopped = work.recording_pause is not None and work.recording_pause.kind is PauseKind.STOPPED
        extension, channel = self._extension(work), channel_of(interaction)
        async with self._talks.order:
            if self._talks.blind():
                raise Unavailable("asterisk", self._talks.link.status.reason)
            if await self._conferences.goes_on_without(interaction):
                return
            call = self._talks.calls.get(interaction)
            before = None if call is None else replace(call)
            time = self._talks.calls.reattaching(interaction, offer)
            if before is not None and before.held:  # both are to talk again
                self._tell((HoldEnded(interaction=interaction, at=self._clock.now()),))
            if before is not None and before.three:
                at = self._clock.now()
                self._tell((ConferenceEnded(interaction=interaction, reason="agent_lost", at=at),))
            _log.note(">", interaction, f"Redirect to {extension} again")
            outcome = await self._orders.carry_out(
                interaction,
                (
                    actions.set_offer(
                        channel,
                        offer=offer,
                        extension=extension,
                        ring_s=REATTACH_WITHIN_S,
                        reattach=True,
                        recorded=work.recorded and not stopped,
                        via=self._way(work.agent) if work.agent else "",
                    ),
                    actions.redirect_to_agent(channel, extension),
                ),
            )
            if outcome is None:  # the link is down, or the caller is gone
                return
            if self.tasks is not None:
                name = f"reattach {interaction}"
                self.tasks.create_task(self._watch_reattach(interaction, time), name=name)
            # not before the caller is away from it: who is back with a leg that ends is hung up
            moved = not isinstance(outcome, RefusedByAsterisk)
            if moved and before is not None and (before.aside or before.three):
                self._talks.send(actions.hang_up(before.leg))

    async def _watch_reattach(self, interaction: InteractionId, time: int) -> None:
        """Asterisk's own timeout comes first; this is for when it says nothing."""
        await asyncio.sleep(REATTACH_WITHIN_S + 1.0)
        async with self._talks.order:
            if self._talks.calls.gave_up_reattaching(interaction, time):
                await self._orders.to_hold(interaction)
                at = self._clock.now()
                self._floor.submit(Returned(interaction=interaction, at=at, reason=PHONE_LOST))

    def _extension(self, work: Work) -> str:
        extension = self._directory.extension_of(work.agent) if work.agent else None
        if extension is None:
            raise Refused("agent.no_phone", agent=work.agent)
        return extension
