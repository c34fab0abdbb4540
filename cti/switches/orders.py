"""Where a caller is led, and how that ended: what every part of a server that moves callers goes through."""

import asyncio
from collections.abc import Awaitable, Sequence

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from cti.ami import actions
from cti.ami.actions import Action, Outcome, RefusedByAsterisk
from cti.calls import channel_of
from cti.ports import Floor
from cti.talking.talks import Talks
from routing.core.events import CustomerLeft
from routing.core.model import InteractionId

_log = Transcript("voice")


class Orders:
    """One server's."""

    def __init__(self, talks: Talks, floor: Floor, clock: Clock) -> None:
        self._talks, self._floor, self._clock = talks, floor, clock

    async def back_from_phone(self, interaction: InteractionId) -> None:
        """To the music, unless nobody is on the line."""
        call = self._talks.calls.get(interaction)
        if call is None or not call.calls_back:
            await self.to_hold(interaction)
            return
        _log.note(">", interaction, "Hangup: nobody is called back now")
        await self.carry_out(interaction, (actions.hang_up(channel_of(interaction)),))

    async def to_hold(self, interaction: InteractionId) -> None:
        """To the music."""
        _log.note(">", interaction, "Redirect to hold")
        await self.carry_out(interaction, (actions.redirect_to_hold(channel_of(interaction)),))

    async def carry_out(self, interaction: InteractionId, wanted: Sequence[Action]) -> Outcome | None:
        """Send in order and wait; as `outcome`."""
        return await self.outcome(interaction, self.ask(wanted))

    def ask(self, wanted: Sequence[Action]) -> Sequence[Awaitable[Outcome]]:
        """Send in order; nothing while the link is down."""
        try:
            sent = self._talks.link.send(wanted)
        except Unavailable:
            return ()
        return [self._talks.led(action, asked) for action, asked in zip(wanted, sent, strict=True)]

    async def outcome(
        self, interaction: InteractionId, asked: Sequence[Awaitable[Outcome]]
    ) -> Outcome | None:
        """The last outcome; None when the link is down or the caller is gone. Unknown is left to the next resync."""
        outcomes = await asyncio.gather(*asked)
        for outcome in outcomes:
            if isinstance(outcome, RefusedByAsterisk):
                _log.note("!", interaction, f"Asterisk refused: {outcome.reason}")
                if not (actions.has_no_channel(outcome) or actions.is_being_led(outcome)):
                    return outcome
                self._floor.submit(CustomerLeft(interaction=interaction, at=self._clock.now()))
                return None
        return outcomes[-1] if outcomes else None
