"""Callers whom nobody here will talk to: they are told why, or leave a message."""

from config.logs import Transcript
from crm_core.voicemail import filing
from cti.ami import actions
from cti.arriving.prompts import goodbye, prompt_language
from cti.calls import channel_of
from cti.resync import Standing
from cti.switches.common import Common
from cti.switches.orders import Orders
from cti.talking.talks import Talks
from routing.core.decisions import TurnAway
from routing.core.model import InteractionId, QueueId, Why

_log = Transcript("voice")


class Parting:
    """One server's."""

    def __init__(self, common: Common, talks: Talks, orders: Orders) -> None:
        self._store, self._directory, self._entry = common.store, common.directory, common.entry
        self._talks, self._orders = talks, orders

    async def turn_away(self, decision: TurnAway) -> None:
        """Say why and end the call, or have them leave a message. While the link is down nothing is sent: the next resync finds them."""
        async with self._talks.order:
            if self._talks.blind():
                return
            if decision.voicemail:
                await self._ask_for_message(decision.interaction, decision.queue)
            else:
                await self._say_goodbye(decision.interaction, decision.queue, decision.why)

    async def let_go(self, one: Standing) -> None:
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
        await self._orders.carry_out(
            interaction, (actions.set_goodbye(channel, recording), actions.redirect_to_goodbye(channel))
        )
        self._entry.release(interaction)

    async def _ask_for_message(self, interaction: InteractionId, queue: QueueId) -> None:
        language = prompt_language(self._directory.language(queue))
        rules, channel = self._directory.message_rules(queue, language), channel_of(interaction)
        _log.note(">", interaction, f"Redirect to a message: {rules}")
        await self._orders.carry_out(
            interaction, (actions.set_message(channel, rules), actions.redirect_to_message(channel))
        )
        self._entry.release(interaction)
