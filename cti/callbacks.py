"""Calling back: who may ask for it, and how the agent's phone and then theirs is rung."""

import re
from dataclasses import dataclass

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core import interactions
from crm_core.guard.calls import Permit, Why
from crm_core.store import Store
from cti.agi import AgiSession
from cti.ami import actions
from cti.ami.actions import Action
from cti.calls import channel_of, interaction_of
from cti.ports import Floor
from cti.talking.outside import Outside
from routing.core.events import CallbackWanted
from routing.core.facts import CallbackKept
from routing.core.model import OfferId, QueueId
from routing.core.presence import Work

SCRIPT = "callback"
"""The AGI request of a caller who pressed the key."""
_NUMBER = re.compile(r"\+?[0-9]{3,16}", re.ASCII)
_log = Transcript("voice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialling:
    """What Asterisk is to be told, and by which permit."""

    action: Action
    permit: Permit


class Callbacks:
    """One server's."""

    def __init__(self, store: Store, floor: Floor, clock: Clock, outside: Outside) -> None:
        self._store, self._floor, self._clock, self._outside = store, floor, clock, outside

    def may_ask(self, number: str, queue: QueueId) -> bool:
        """Whether a caller with this number is told that they may be called back."""
        return bool(_NUMBER.fullmatch(number)) and self._outside.may_call_back(number, queue)

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

    async def action(
        self, work: Work, offer: OfferId, ring_s: float, extension: str, *, recorded: bool
    ) -> Dialling:
        """What rings the agent's phone, and then the customer's. `Refused` as of `Outside.permit`."""
        row = await self._store.read(lambda conn: interactions.interaction(conn, work.id))
        if row is None or not _NUMBER.fullmatch(row.customer_address):
            raise Refused("callback.number", interaction=work.id)
        permit = await self._outside.permit(
            row.customer_address, why=Why.CALLBACK, interaction=work.id, who=work.agent, queue=work.queue
        )
        shown = row.entry_address if _NUMBER.fullmatch(row.entry_address) else ""
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
        )
        return Dialling(action=action, permit=permit)
