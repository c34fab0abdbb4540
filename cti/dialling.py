"""Calls that agents make by themselves, on behalf of a queue: what may be dialled, and how the router comes to know of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from config.clock import Clock
from config.errors import Kind, Refused
from config.ids import new_id
from config.logs import Transcript
from crm_core.calls_out import CallOut
from crm_core.guard.calls import Permit, Why
from cti.callbacks import NUMBER, Callbacks
from cti.calls import interaction_of
from cti.directory import Directory
from cti.ports import Floor
from cti.talking.outside import Outside
from routing.core.events import DialAsked, OfferFailed
from routing.core.facts import DialDropped, Dialled
from routing.core.model import AgentId, InteractionId, Outcome, Phase, QueueId

_log = Transcript("voice")
Keep = Callable[[CallOut], Awaitable[None]]


class _Ending(Protocol):
    async def hang_up(self, interaction: InteractionId) -> None: ...


class Dialling:
    """One server's."""

    def __init__(
        self,
        floor: Floor,
        clock: Clock,
        directory: Directory,
        calls: _Ending,
        *,
        outside: Outside,
        callbacks: Callbacks,
    ) -> None:
        self._floor, self._clock, self._directory = floor, clock, directory
        self._calls, self._outside, self._callbacks = calls, outside, callbacks

    async def dial(self, caller: AgentId, wanted: CallOut, keep: Keep) -> InteractionId:
        """The agent's phone rings, and when they have answered the customer's. What is known of the call is kept by `keep` before anybody is rung.
        `Refused`: what `Outside.permit` refuses, agent.no_phone, call.no_room (`reason`), and what `keep` refuses."""
        queue = QueueId(wanted.queue)
        if self._directory.extension_of(caller) is None:
            raise Refused("agent.no_phone", agent=caller)
        self._must_have_room(caller, queue)
        name = interaction_of(f"out-{new_id()}")
        permit = await self._permit(wanted.number, name, caller, queue)
        self._callbacks.grant(name, permit)
        try:
            await keep(
                replace(wanted, interaction=name, number=permit.number, shown=self._directory.shown_by(queue))
            )
            await self._begin(name, caller, queue)
        except BaseException:
            self._callbacks.revoke(name)
            raise
        return name

    async def _permit(self, typed: str, name: InteractionId, caller: AgentId, queue: QueueId) -> Permit:
        number = self._outside.spelt(typed)
        if not NUMBER.fullmatch(number):
            raise Refused("number.not_allowed", Kind.INVALID, pointer="/number")
        return await self._outside.permit(number, why=Why.MANUAL, interaction=name, who=caller, queue=queue)

    async def _begin(self, name: InteractionId, caller: AgentId, queue: QueueId) -> None:
        _log.note("<", name, f"{caller} calls somebody for {queue}")
        asked = DialAsked(interaction=name, queue=queue, agent=caller, at=self._clock.now())
        facts = await self._floor.settle(asked)
        if not any(isinstance(fact, Dialled) and fact.interaction == name for fact in facts):
            self._must_have_room(caller, queue)
            raise Refused("call.no_room", reason="live_offer")  # a moment ago

    async def cancel(self, interaction: InteractionId, caller: AgentId) -> None:
        """The agent thinks better of it before the customer answers. `Refused` interaction.not_yours, interaction.state."""
        work = self._floor.centre.interactions.get(interaction)
        if work is None or not work.dialling:
            raise Refused("interaction.state", interaction=interaction)
        if work.agent != caller:
            raise Refused("interaction.not_yours", Kind.FORBIDDEN)
        if work.phase is Phase.CONNECTED:
            await self._calls.hang_up(interaction)
        elif work.offer is not None:
            declined = OfferFailed(offer=work.offer, outcome=Outcome.DECLINED, at=self._clock.now())
            facts = await self._floor.settle(declined)
            if not any(isinstance(fact, DialDropped) and fact.interaction == interaction for fact in facts):
                raise Refused("interaction.state", interaction=interaction)

    def shown_by(self, queue: QueueId) -> str:
        """The number that customers see; empty: whatever the provider shows."""
        return self._directory.shown_by(queue)

    def _must_have_room(self, caller: AgentId, queue: QueueId) -> None:
        if reason := self._floor.no_room_to_dial(caller, queue):
            raise Refused("call.no_room", reason=reason)
