"""What an agent does with a caller they talk with: hold, and pass on. The dialplan keeps both meanwhile, so that a server that dies ends no call."""

import asyncio
from collections.abc import Awaitable, Callable

from config.errors import Refused, Unavailable
from config.logs import Transcript
from cti.ami import actions
from cti.ami.actions import Action, Answered, Outcome, RefusedByAsterisk, Unknown
from cti.ami.link import Link
from cti.calls import Call, Calls, channel_of
from cti.ports import Floor
from routing.core.events import Returned, Transferred
from routing.core.facts import TRANSFERRED, Requeued
from routing.core.model import InteractionId, Medium, Phase
from routing.core.presence import Work
from routing.core.state import Centre

_LED_AGAIN_S, _LED_TRIES = 0.05, 20
"""A leg that a bridge is just taken into cannot be led elsewhere yet, nor a caller who is still leaving the place that they were led from."""
_HEARD_S, _HEARD_TRIES = 0.005, 200
"""Asterisk answers that it leads somebody before they are there, which comes as an event, most often within milliseconds."""
_ENTERED_TRIES = 60
"""Steps as those of `_HEARD_S`: milliseconds pass between the word that both talk again and the bridge."""
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
        self.link, self._floor, self.calls, self.order, self.blind = link, floor, calls, order, blind

    async def hold(self, interaction: InteractionId) -> None:
        """The caller hears music until `resume`. Already so: nothing. `Refused` (call.not_connected) when they do not talk,
        (call.in_conference) when they are three, `Unavailable` when Asterisk cannot be told. That it is so comes as a fact, from Asterisk."""
        talking(self._floor.centre, interaction)
        async with self.order:
            await self.entered(interaction)
            call = self.two_of(interaction)
            if not call.held:
                await self.must(interaction, actions.hold(channel_of(interaction), call.leg))
                await self.heard(interaction, held=True)

    async def resume(self, interaction: InteractionId) -> None:
        """And talks with the agent again; whom the agent calls meanwhile is hung up. Errors as of `hold`, and call.held_by_phone."""
        talking(self._floor.centre, interaction)
        async with self.order:
            call = self.call_of(interaction)
            if call.held and not call.aside:
                raise Refused("call.held_by_phone", interaction=interaction)
            if call.consults:
                await self.must(interaction, actions.stop_consulting(call.leg))
            if call.held:
                await self.must(interaction, actions.together(channel_of(interaction)))
                await self.heard(interaction, held=False)

    async def transfer(self, event: Transferred) -> bool:
        """The caller waits for somebody else, at their age, and the agent's phone is free. False when there is nobody any more to whom they could be
        passed on: then they wait in their queue. Errors as of `hold`."""
        name = event.interaction
        talking(self._floor.centre, name)
        async with self.order:
            # first: that the leg ends then is no hang-up of theirs
            before = self.calls.passed_on(self.two_of(name))
            try:
                await self.must(name, actions.redirect_to_hold(channel_of(name)))
            except Unavailable:
                self.calls.put_back(before)
                raise
            if before.aside:  # it waits in a place of its own; in a talk it ends with it
                self.send(actions.hang_up(before.leg))
            passed_on = False
            try:
                facts = await self._floor.settle(event)
                passed_on = any(isinstance(fact, Requeued) and fact.interaction == name for fact in facts)
            finally:
                if not passed_on:
                    self._floor.submit(Returned(interaction=name, at=event.at, reason=TRANSFERRED))
        return passed_on

    async def lead_to(
        self, interaction: InteractionId, leg: str, *, to_agent: bool, recorded: bool = False
    ) -> None:
        """The caller talks with another leg than their agent's from now on, and what becomes of the agent's no longer matters. Held in `order`. Errors
        as of `call_of`; nothing has changed then."""
        call = self.call_of(interaction)
        before = self.calls.handed_over(call, leg, to_agent=to_agent, recorded=recorded)
        caller = channel_of(interaction)
        try:
            await self.must(interaction, actions.set_leg(caller, leg, recorded=recorded))
            await self.must(interaction, actions.together(caller))
        except Unavailable:
            self.calls.put_back(before)
            raise
        if before.three:
            for gone in {before.leg, before.other} - {leg}:
                self.send(actions.hang_up(gone))
        elif before.aside and leg != before.other:  # in a talk with either the agent's ends by itself
            self.send(actions.hang_up(before.leg))

    def call_of(self, interaction: InteractionId) -> Call:
        """The call, with an agent's leg. `Refused` (call.not_connected) when they do not talk, `Unavailable` while we do not know."""
        if self.blind():
            raise Unavailable("asterisk", self.link.status.reason)
        call = self.calls.talk(interaction)
        if call is None:
            raise Refused("call.not_connected", interaction=interaction)
        return call

    async def heard(self, interaction: InteractionId, *, held: bool) -> None:
        """Wait, not for long, until a caller is where they were led, so that the next order does not take them to be where they were. Held in `order`."""
        for _ in range(_HEARD_TRIES):
            call = self.calls.talk(interaction)
            if call is None or call.held is held:
                return
            await asyncio.sleep(_HEARD_S)
        _log.note("!", interaction, f"not heard to be {'on hold' if held else 'back'}")

    async def entered(self, interaction: InteractionId) -> None:
        """Wait, not for long, until a bridge has taken the leg that it is about to take: Asterisk (22) says that it leads one elsewhere which it takes at that
        moment, leads what it has left behind of it, and ends it with the bridge. Held in `order`."""
        for _ in range(_ENTERED_TRIES):
            call = self.calls.talk(interaction)
            if call is None or not call.entering:
                return
            await asyncio.sleep(_HEARD_S)
        _log.note("!", interaction, "not heard to be in a bridge")

    async def ask(self, *wanted: Action) -> tuple[Outcome, ...]:
        """How each of them ended; unknown when Asterisk cannot be told."""
        try:
            return await self.link.ask_all(wanted)
        except Unavailable as away:
            return tuple(Unknown(reason=away.reason) for _ in wanted)

    def two_of(self, interaction: InteractionId) -> Call:
        """The same, of no conference: `Refused` (call.in_conference)."""
        call = self.call_of(interaction)
        if call.three or call.joining:
            raise Refused("call.in_conference", interaction=interaction)
        return call

    def send(self, action: Action) -> None:
        """What is not waited for, and may find nothing to do."""
        self.link.send((action,))

    async def must(self, interaction: InteractionId, action: Action) -> None:
        """Ask Asterisk; `Unavailable` when it does not do it, or cannot be told."""
        _log.note(">", interaction, f"{action.name} {dict(action.headers).get('Context', '')}".rstrip())
        outcome = await self.led(action, self.link.ask(action))
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)

    async def led(self, action: Action, asked: Awaitable[Outcome]) -> Outcome:
        """How an action ended that was `asked` for; again for as long as whom it leads is still on the way from where they were. Asterisk says the same of
        one who hangs up, who is unknown to it a moment later."""
        outcome = await asked
        for _ in range(_LED_TRIES):
            if not (isinstance(outcome, RefusedByAsterisk) and self._is_on_the_way(action, outcome)):
                break
            await asyncio.sleep(_LED_AGAIN_S)
            (outcome,) = await self.ask(action)
        return outcome

    def _is_on_the_way(self, action: Action, refusal: RefusedByAsterisk) -> bool:
        if actions.is_being_led(refusal):
            return True
        headers = dict(action.headers)
        return actions.has_no_channel(refusal) and self.calls.is_leg(
            headers.get("ExtraChannel") or headers.get("Channel", "")
        )
