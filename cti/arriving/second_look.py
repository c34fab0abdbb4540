"""Whether a caller has arrived where Asterisk said that it led them.

A Redirect that comes while the dialplan itself is just going from one place to another (Goto, Gosub: parts of a millisecond) is answered with success, and
then overwritten by it (Asterisk 22). Who is led back to the music because an agent took a break, and to the next agent in the same turn, met that once in
twenty times: their offer would last until its deadline, and the next agent be blamed for a telephone that nobody had rung.
"""

import asyncio

from config.logs import Transcript
from cti.ami import actions
from cti.ami.actions import Answered
from cti.calls import Place, channel_of
from cti.resync import Where
from cti.talking.talks import Talks
from routing.core.model import InteractionId, OfferId

AFTER_S = 0.5
"""A telephone that is reached rings within some milliseconds."""
_log = Transcript("voice")


async def second_look(talks: Talks, interaction: InteractionId, offer: OfferId, extension: str) -> None:
    """Lead the caller once more when the telephone does not ring and they still hear music."""
    await asyncio.sleep(AFTER_S)
    if not _is_on_the_way(talks, interaction, offer):
        return
    channel = channel_of(interaction)
    async with talks.order:
        (found,) = await talks.ask(actions.status_of(channel))
        where = {item["Context"] for item in found.items} if isinstance(found, Answered) else set()
        if where != {Where.HOLD} or not _is_on_the_way(talks, interaction, offer):
            return
        _log.note(">", interaction, f"lead to {extension} for {offer} once more")
        await talks.ask(actions.redirect_to_agent(channel, extension))


def _is_on_the_way(talks: Talks, interaction: InteractionId, offer: OfferId) -> bool:
    call = talks.calls.get(interaction)
    return call is not None and (call.place, call.offer, call.rang) == (Place.OFFERED, offer, False)
