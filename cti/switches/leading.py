"""Leading callers to agents' phones, and back: what a server does about an offer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from config.errors import Refused, Unavailable
from config.logs import Transcript
from cti.ami import actions
from cti.ami.actions import Outcome, RefusedByAsterisk
from cti.arriving.second_look import second_look
from cti.calls import Place, channel_of
from cti.switches.common import Common
from cti.switches.orders import Orders
from cti.talking.talks import Talks
from routing.core.decisions import Offer, Withdraw
from routing.core.events import Accepted, Adopted, Event, OfferFailed, Unreached
from routing.core.model import AgentId, InteractionId, Medium, OfferId, Phase
from routing.core.model import Outcome as OfferOutcome
from routing.core.presence import Work

Way = Callable[[AgentId], str]
"""How this server calls an agent's phone: the endpoint of the server at which it is, or nothing when it is this one."""
_log = Transcript("voice")


class Leading:
    """One server's. `tell`: hands events to the floor; `way`: to where an agent's phone is; `tasks`: where what it begins beside goes, while the server runs."""

    def __init__(
        self,
        common: Common,
        talks: Talks,
        orders: Orders,
        tell: Callable[[Sequence[Event]], None],
        *,
        way: Way,
        calls_for: Callable[[Work], bool],
    ) -> None:
        self._floor, self._clock, self._directory = common.floor, common.clock, common.directory
        self._entry, self._outside, self._callbacks = common.entry, common.outside, common.callbacks
        self._talks, self._orders, self._tell = talks, orders, tell
        self._way, self._calls_for = way, calls_for
        self.tasks: asyncio.TaskGroup | None = None

    async def offer(self, decision: Offer) -> None:
        """Lead the caller to the agent's phone. While the link is down nothing is sent: the next resync does it."""
        work = self._floor.centre.interactions.get(decision.interaction)
        if work is not None and work.callback:
            await self._call_back(work, decision)
            return
        async with self._talks.order:
            if self._talks.blind() or not self._still_to_do(decision):
                return
            extension = self._extension(decision)
            asked = self._lead(decision, decision.offer, decision.ring_s, extension)
        await self._led(decision.interaction, decision.offer, asked)  # the next caller is not kept waiting
        if asked and self.tasks is not None:
            looks = second_look(self._talks, decision.interaction, decision.offer, extension)
            self.tasks.create_task(looks, name=f"second look at {decision.offer}")

    async def _call_back(self, work: Work, decision: Offer) -> None:
        """The agent's phone first, then the customer's."""
        try:
            extension, recorded = self._extension(decision), self._is_recorded(work.id)
        except Refused:
            self._callbacks.revoke(work.id)
            raise
        try:
            ringing = await self._callbacks.action(
                work,
                decision.offer,
                decision.ring_s,
                extension,
                recorded=recorded,
                answers_itself=self._directory.answers_itself(work.queue),
                via=self._via(work),
            )
        except Refused as refusal:
            self._put_off(work, decision.offer, refusal)
            return
        action = ringing.action
        async with self._talks.order:
            if self._talks.blind() or not self._still_to_do(decision):
                self._outside.not_dialled(ringing.permit)
                return
            _log.note(">", work.id, f"call back by {extension} for {decision.offer}")
            self._talks.calls.offering(work.id, decision.offer, recorded=recorded, calls_back=True)
            asked = self._orders.ask((action,))
        await self._led(work.id, decision.offer, asked)

    def _put_off(self, work: Work, offer: OfferId, refusal: Refused) -> None:
        """They are not called now: that counts as a try without them, so that they are tried again later, and no agent is to blame."""
        _log.note("!", work.id, f"is not called back now: {refusal}")
        at = self._clock.now()
        self._tell(
            (Accepted(offer=offer, at=at), Unreached(interaction=work.id, reason="not_allowed", at=at))
        )

    def _still_to_do(self, decision: Offer) -> bool:
        """Not when a resync has done it, when it is over, or when the caller got to talk to somebody meanwhile."""
        work = self._floor.centre.interactions.get(decision.interaction)
        if work is None or work.offer != decision.offer:
            return False
        return self._talks.calls.may_be_led(decision.interaction, decision.offer)

    def _extension(self, decision: Offer | Work) -> str:
        extension = self._directory.extension_of(decision.agent) if decision.agent else None
        if extension is None:
            raise Refused("agent.no_phone", agent=decision.agent)
        return extension

    def _is_recorded(self, interaction: InteractionId) -> bool:
        """The talk with whom it is offered to."""
        work, call = self._floor.centre.interactions.get(interaction), self._talks.calls.get(interaction)
        if work is None:
            return False
        out = work.callback or (call is not None and call.out)
        return self._directory.is_recorded(interaction, work.queue, work.agent, out=out)

    def _answers_itself(self, interaction: InteractionId) -> bool:
        work = self._floor.centre.interactions.get(interaction)
        return work is not None and self._directory.answers_itself(work.queue)

    def _via(self, work: Offer | Work) -> str:
        return self._way(work.agent) if work.agent else ""

    def _lead(
        self, of: Offer | Work, offer: OfferId, ring_s: float, extension: str
    ) -> Sequence[Awaitable[Outcome]]:
        interaction, via = of.interaction if isinstance(of, Offer) else of.id, self._via(of)
        _log.note(">", interaction, f"lead to {extension} for {offer}")
        recorded, itself = self._is_recorded(interaction), self._answers_itself(interaction)
        self._talks.calls.offering(interaction, offer, recorded=recorded)
        if self._entry.lead(
            interaction, offer, ring_s, extension, recorded=recorded, answers_itself=itself, via=via
        ):
            return ()
        channel = channel_of(interaction)
        wanted = (
            actions.set_offer(
                channel,
                offer=offer,
                extension=extension,
                ring_s=ring_s,
                reattach=False,
                recorded=recorded,
                answers_itself=itself,
                via=via,
            ),
            actions.redirect_to_agent(channel, extension),
        )
        return self._orders.ask(wanted)

    async def _led(
        self, interaction: InteractionId, offer: OfferId, asked: Sequence[Awaitable[Outcome]]
    ) -> None:
        outcome = await self._orders.outcome(interaction, asked)
        self._entry.release(interaction)
        if isinstance(outcome, RefusedByAsterisk):
            failed = OfferFailed(offer=offer, outcome=OfferOutcome.FAILED, at=self._clock.now())
            self._floor.submit(failed)

    async def withdraw(self, decision: Withdraw) -> None:
        """Lead the caller back to hold, if they are still being led to that phone; who talks already is let talk."""
        async with self._talks.order:
            answered_at = self._talks.calls.answered_meanwhile(decision.interaction, decision.offer)
            if answered_at is not None:
                talk = Adopted(interaction=decision.interaction, agent=decision.agent, at=answered_at)
                self._tell((talk,))
            elif self._talks.calls.withdrawn(decision.interaction, decision.offer):
                await self._orders.back_from_phone(decision.interaction)

    async def carry_out_late(self) -> None:
        """Offers that were recorded but never carried out."""
        for work in list(self._floor.centre.interactions.values()):
            call = self._talks.calls.get(work.id) if work.medium is Medium.VOICE else None
            if work.phase is not Phase.OFFERED or work.offer is None:
                continue
            if work.callback and call is None and self._calls_for(work):
                await self._call_late(work, work.offer)
            if call is None:
                continue
            if call.place is Place.WAITING:
                await self._lead_late(work, work.offer)

    async def _call_late(self, work: Work, offer: OfferId) -> None:
        ring_s, recorded = self._directory.ring_s(work.queue), self._is_recorded(work.id)
        try:
            ringing = await self._callbacks.action(
                work,
                offer,
                ring_s,
                self._extension(work),
                recorded=recorded,
                answers_itself=self._directory.answers_itself(work.queue),
                via=self._via(work),
            )
        except (Refused, Unavailable):
            self._floor.submit(OfferFailed(offer=offer, outcome=OfferOutcome.FAILED, at=self._clock.now()))
        else:
            self._talks.calls.offering(work.id, offer, recorded=recorded, calls_back=True)
            await self._led(work.id, offer, self._orders.ask((ringing.action,)))

    async def _lead_late(self, work: Work, offer: OfferId) -> None:
        try:
            extension = self._extension(work)
        except Refused:
            self._floor.submit(OfferFailed(offer=offer, outcome=OfferOutcome.FAILED, at=self._clock.now()))
        else:
            asked = self._lead(work, offer, self._directory.ring_s(work.queue), extension)
            await self._led(work.id, offer, asked)
