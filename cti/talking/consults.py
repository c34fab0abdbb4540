"""Asking somebody while a caller is on hold, and handing over to them: a colleague, or a number outside."""

from collections.abc import Callable

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core.guard.calls import Why
from cti.ami import actions
from cti.ami.actions import Action
from cti.calls import Call, channel_of
from cti.directory import Directory
from cti.ports import Floor
from cti.talking.outside import Outside
from cti.talking.talks import Talks, talking
from routing.core.events import ConsultBegan, HandedOver, WorkEnded
from routing.core.model import AgentId, By, InteractionId
from routing.core.presence import may_be_asked

RING_S = 30.0
"""So long whom an agent calls is rung."""
_log = Transcript("voice")


class Consults:
    """One server's. `way`: by which it calls an agent's phone that is at another one."""

    def __init__(
        self,
        talks: Talks,
        floor: Floor,
        clock: Clock,
        directory: Directory,
        outside: Outside,
        *,
        way: Callable[[AgentId], str],
    ) -> None:
        self._talks, self._floor, self._clock = talks, floor, clock
        self._directory, self._outside, self._way = directory, outside, way

    async def ask_colleague(self, interaction: InteractionId, colleague: AgentId) -> None:
        """Call a colleague. The caller hears music from now on. `Refused`: call.not_connected, call.held_by_phone, call.in_conference,
        consult.already, agent.no_phone, agent.busy (they are at a call, or their telephone is not there); `Unavailable` when Asterisk cannot be told."""
        extension = self._directory.extension_of(colleague)
        there = self._floor.centre.agents.get(colleague)
        if extension is None or there is None:
            raise Refused("agent.no_phone", agent=colleague)
        if not may_be_asked(there):
            raise Refused("agent.busy", agent=colleague)
        await self._ask(interaction, extension, ours=True)

    async def ask_outside(self, interaction: InteractionId, number: str) -> None:
        """Call a number. Errors as of `ask_colleague`, and those of `Outside.permit` by the plan of whoever is at the call."""
        work = talking(self._floor.centre, interaction)
        permit = await self._outside.permit(
            number, why=Why.CONSULT, interaction=interaction, who=work.agent, queue=work.queue
        )
        try:
            await self._ask(interaction, permit.number, ours=False, out=permit.id)
        except Refused:  # nothing was sent; of what Asterisk does not answer the next look tells
            self._outside.not_dialled(permit)
            raise

    async def hand_over(self, interaction: InteractionId, agent: AgentId) -> None:
        """The caller talks with whom the agent has called. A colleague's it is then; of somebody outside nobody here has to do with it any more.
        `Refused`: consult.not_reached."""
        async with self._talks.order:
            call = self._talks.two_of(interaction)
            if not call.other:
                raise Refused("consult.not_reached", interaction=interaction)
            colleague = self._colleague(interaction)
            recorded = self._directory.is_recorded_with(
                self._floor.centre, interaction, colleague, out=call.out
            )
            await self._talks.lead_to(
                interaction, call.other, to_agent=colleague is not None, recorded=recorded
            )
            at = self._clock.now()
            if colleague is None:
                self._floor.submit(WorkEnded(interaction=interaction, by=By.AGENT, at=at))
            else:
                await self._floor.settle(
                    HandedOver(interaction=interaction, agent=agent, to=colleague, at=at, recorded=recorded)
                )

    def _colleague(self, interaction: InteractionId) -> AgentId | None:
        work = self._floor.centre.interactions.get(interaction)
        return None if work is None or work.consult is None else self._directory.agent_of(work.consult.whom)

    async def _ask(self, interaction: InteractionId, whom: str, *, ours: bool, out: str = "") -> None:
        async with self._talks.order:
            await self._talks.entered(interaction)
            call = self._talks.two_of(interaction)
            if call.consults:
                raise Refused("consult.already", interaction=interaction)
            if call.held and not call.aside:
                raise Refused("call.held_by_phone", interaction=interaction)
            await self._talks.must(interaction, self._whom(interaction, call, whom, ours=ours, out=out))
            call.consults = True  # before whoever is called can answer
            try:
                await self._talks.must(interaction, _begin(call))
            except Unavailable:
                call.consults = False
                raise
            # at once: whoever answers at once is reached only after that
            await self._floor.settle(ConsultBegan(interaction=interaction, whom=whom, at=self._clock.now()))
            await self._talks.heard(interaction, held=True)

    def _whom(self, interaction: InteractionId, call: Call, whom: str, *, ours: bool, out: str) -> Action:
        """Colleagues see the extension of whoever calls them; outside the number is our provider's to set."""
        work = self._floor.centre.interactions.get(interaction)
        agent = None if work is None else work.agent
        shown = (self._directory.extension_of(agent) or "") if ours and agent is not None else ""
        _log.note(">", interaction, f"consult {whom if ours else 'outside'}")
        colleague = self._directory.agent_of(whom) if ours else None
        via = "" if colleague is None else self._way(colleague)
        return actions.set_consult(
            call.leg, ask=whom, ring_s=RING_S, from_number=shown, ours=ours, out=out, via=via
        )


def _begin(call: Call) -> Action:
    if call.aside:
        return actions.consult(call.leg)
    return actions.hold(channel_of(call.interaction), call.leg, consults=True)
