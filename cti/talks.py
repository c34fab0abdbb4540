"""What an agent does with a caller they talk with: hold, and pass on. The dialplan keeps both meanwhile, so that a server that dies ends no call."""

import asyncio
from collections.abc import Callable

from config.errors import Refused, Unavailable
from config.logs import Transcript
from cti.ami import actions
from cti.ami.actions import Action, Answered
from cti.ami.link import Link
from cti.calls import Call, Calls, Place, channel_of
from cti.ports import Floor
from routing.core.events import Returned, Transferred
from routing.core.facts import TRANSFERRED, Requeued
from routing.core.model import InteractionId, Medium
from routing.core.presence import Phase, Work
from routing.core.state import Centre

_log = Transcript("voice")


def talking(centre: Centre, interaction: InteractionId) -> Work:
    """The call that an agent is at. `Refused` when there is none."""
    work = centre.interactions.get(interaction)
    if work is None or work.medium is not Medium.VOICE or work.phase is not Phase.CONNECTED:
        raise Refused("call.not_connected", interaction=interaction)
    return work


class Talks:
    """One server's. `order`: nothing else is led anywhere meanwhile; `blind`: whether we do not know now what stands in Asterisk."""

    def __init__(
        self, link: Link, floor: Floor, calls: Calls, order: asyncio.Lock, blind: Callable[[], bool]
    ) -> None:
        self._link, self._floor, self._calls, self._order, self._blind = link, floor, calls, order, blind

    async def hold(self, interaction: InteractionId) -> None:
        """The caller hears music until `resume`. Already so: nothing. `Refused` (call.not_connected) when they do not talk, `Unavailable`
        when Asterisk cannot be told. That it is so comes as a fact, from Asterisk."""
        talking(self._floor.centre, interaction)
        async with self._order:
            call = self._talk(interaction)
            if not call.held:
                await self._must(interaction, actions.hold(channel_of(interaction), call.leg))

    async def resume(self, interaction: InteractionId) -> None:
        """And talks with the agent again. Errors as of `hold`."""
        talking(self._floor.centre, interaction)
        async with self._order:
            call = self._talk(interaction)
            if call.held and not call.aside:
                raise Refused("call.held_by_phone", interaction=interaction)
            if call.held:
                await self._must(interaction, actions.together(channel_of(interaction)))

    async def transfer(self, event: Transferred) -> bool:
        """The caller waits for somebody else, at their age, and the agent's phone is free. False when there is nobody any more to whom they could be
        passed on: then they wait in their queue. Errors as of `hold`."""
        name = event.interaction
        talking(self._floor.centre, name)
        async with self._order:
            before = self._calls.passed_on(
                self._talk(name)
            )  # first: that the leg ends is no hang-up of theirs
            try:
                await self._must(name, actions.redirect_to_hold(channel_of(name)))
            except Unavailable:
                self._calls.put_back(before)
                raise
            if before.aside:  # it waits in a place of its own; in a talk it ends with it
                self._link.send((actions.hang_up(before.leg),))
            passed_on = False
            try:
                facts = await self._floor.settle(event)
                passed_on = any(isinstance(fact, Requeued) and fact.interaction == name for fact in facts)
            finally:
                if not passed_on:
                    self._floor.submit(Returned(interaction=name, at=event.at, reason=TRANSFERRED))
        return passed_on

    def _talk(self, interaction: InteractionId) -> Call:
        """The call, with an agent's leg."""
        if self._blind():
            raise Unavailable("asterisk", self._link.status.reason)
        call = self._calls.get(interaction)
        if call is None or call.place is not Place.CONNECTED or not call.leg:
            raise Refused("call.not_connected", interaction=interaction)
        return call

    async def _must(self, interaction: InteractionId, action: Action) -> None:
        _log.note(">", interaction, f"{action.name} to {dict(action.headers)['Context']}")
        outcome = await self._link.ask(action)
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)
