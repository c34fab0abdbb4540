"""Calling back: who may ask for it, and how the agent's phone and then theirs is rung."""

import re
from dataclasses import dataclass

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.ids import new_id
from config.logs import Transcript
from crm_core import interactions
from crm_core.guard.calls import Permit, Why
from crm_core.store import Store
from crm_core.voicemail import filing
from cti.agi import AgiSession
from cti.ami import actions
from cti.ami.actions import Action
from cti.calls import channel_of, interaction_of
from cti.ports import Floor
from cti.talking.outside import Outside
from routing.core.events import Arrived, CallbackWanted
from routing.core.facts import CallbackKept
from routing.core.model import AgentId, InteractionId, Medium, OfferId, QueueId
from routing.core.presence import Work

FOR_ITS_AGENT_S = 120.0
"""So long only the agent who wants to call somebody is asked to; then whoever is next."""
SCRIPT = "callback"
"""The AGI request of a caller who pressed the key."""
NUMBER = re.compile(r"\+?[0-9]{3,16}", re.ASCII)
_log = Transcript("voice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """What Asterisk is to be told, and by which permit."""

    action: Action
    permit: Permit


class Callbacks:
    """One server's."""

    def __init__(self, store: Store, floor: Floor, clock: Clock, outside: Outside) -> None:
        self._store, self._floor, self._clock, self._outside = store, floor, clock, outside
        self._granted: dict[InteractionId, Permit] = {}

    def grant(self, interaction: InteractionId, permit: Permit) -> None:
        """An agent's own call was allowed when they asked for it: it is not asked a second time."""
        self._granted[interaction] = permit

    def revoke(self, interaction: InteractionId) -> None:
        """It does not come about."""
        if (permit := self._granted.pop(interaction, None)) is not None:
            self._outside.not_dialled(permit)

    def may_ask(self, number: str, queue: QueueId) -> bool:
        """Whether a caller with this number is told that they may be called back."""
        return bool(NUMBER.fullmatch(number)) and self._outside.may_call_back(number, queue)

    async def keep(self, session: AgiSession) -> None:
        """Somebody pressed the key. TL_CALLBACK_KEPT tells the dialplan that it is recorded; else they wait on, and are told so."""
        interaction = interaction_of(session.request["agi_uniqueid"])
        work = self._floor.centre.interactions.get(interaction)
        if work is None or not self.may_ask(session.request["agi_callerid"], work.queue):
            _log.note("!", interaction, "asked to be called back at a number that is not called")
            return
        wanted = CallbackWanted(interaction=interaction, at=self._clock.now())
        try:
            facts = await self._floor.settle(wanted)
        except Unavailable as problem:
            _log.note("!", interaction, f"not kept for calling back: {problem}")
            return
        if any(isinstance(fact, CallbackKept) and fact.interaction == interaction for fact in facts):
            await session.assign("TL_CALLBACK_KEPT", "1")

    async def begin(self, message: InteractionId, agent: AgentId) -> InteractionId:
        """A call to whoever left this message, for its agent first and as old as the message. `Refused`: they cannot be called, are to be already, or the
        queue takes nobody in."""
        row = await self._store.read(lambda conn: interactions.interaction(conn, message))
        if (
            row is None
            or row.queue_id is None
            or not self.may_ask(row.customer_address, QueueId(row.queue_id))
        ):
            raise Refused("callback.number", interaction=message)
        if await self._store.read(lambda conn: interactions.to_call_back(conn, row.customer_address)):
            raise Refused("callback.waits", interaction=message)
        call, now = InteractionId(f"tl-{new_id()}"), self._clock.now()
        await self._store.write(lambda conn: filing.call_for(conn, call, message))
        arrived = Arrived(
            interaction=call,
            medium=Medium.VOICE,
            queue=QueueId(row.queue_id),
            enqueued_at=row.enqueued_at,
            at=now,
            preferred=agent,
            preferred_wait_s=FOR_ITS_AGENT_S,
        )
        facts = await self._floor.settle(arrived, CallbackWanted(interaction=call, at=now, on_line=False))
        if not any(isinstance(fact, CallbackKept) and fact.interaction == call for fact in facts):
            raise Refused("callback.closed", interaction=message)
        return call

    async def action(
        self,
        work: Work,
        offer: OfferId,
        ring_s: float,
        extension: str,
        *,
        recorded: bool,
        answers_itself: bool = False,
        via: str = "",
    ) -> Ringing:
        """What rings the agent's phone, and then the customer's. `Refused` as of `Outside.permit`. Of a call that the agent makes themselves their phone
        answers by itself."""
        row = await self._store.read(lambda conn: interactions.interaction(conn, work.id))
        if row is None or not NUMBER.fullmatch(row.customer_address):
            self.revoke(work.id)
            raise Refused("callback.number", interaction=work.id)
        permit = self._granted.pop(work.id, None) or await self._outside.permit(
            self._outside.spelt(row.customer_address) if work.dialled else row.customer_address,
            why=Why.MANUAL if work.dialled else Why.CALLBACK,
            interaction=work.id,
            who=work.agent,
            queue=work.queue,
        )
        shown = row.entry_address if NUMBER.fullmatch(row.entry_address) else ""
        action = actions.call_back(
            channel_of(work.id),
            extension=extension,
            number=permit.number,
            from_number=shown,
            queue=work.queue,
            offer=offer,
            ring_s=ring_s,
            age=work.enqueued_at,
            recorded=recorded,
            out=permit.id,
            answers_itself=work.dialled or answers_itself,
            via=via,
        )
        return Ringing(action=action, permit=permit)
