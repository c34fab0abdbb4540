"""Calling back: who may ask for it, and how the agent's phone and then theirs is rung."""

import re
from collections.abc import Sequence

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core import interactions
from crm_core.store import Store
from cti.agi import AgiSession
from cti.ami import actions
from cti.ami.actions import Action
from cti.calls import channel_of, interaction_of
from cti.ports import Floor
from routing.core.events import CallbackWanted
from routing.core.facts import CallbackKept
from routing.core.model import OfferId
from routing.core.presence import Work

SCRIPT = "callback"
"""The AGI request of a caller who pressed the key."""
_NUMBER = re.compile(r"\+?[0-9]{3,16}", re.ASCII)
_log = Transcript("voice")


def may_be_called(number: str, prefixes: Sequence[str]) -> bool:
    """Whether we call this number. Of the prefixes that it begins with the longest decides; one that begins with `!` forbids. A number that begins
    with none is not called: whoever sends a false number must not have us call somewhere dear."""
    if not _NUMBER.fullmatch(number):
        return False
    fitting = [each for each in prefixes if number.startswith(each.removeprefix("!"))]
    longest = max(fitting, key=lambda each: len(each.removeprefix("!")), default="!")
    return not longest.startswith("!")


class Callbacks:
    """One server's. `prefixes` as of `may_be_called`: for who asked to be called back; `outside`: for whom agents call by themselves."""

    def __init__(
        self,
        store: Store,
        floor: Floor,
        clock: Clock,
        prefixes: Sequence[str],
        outside: Sequence[str] = (),
    ) -> None:
        self._store, self._floor, self._clock = store, floor, clock
        self._prefixes, self._outside = prefixes, outside

    def may_ask(self, number: str) -> bool:
        """Whether a caller with this number is told that they may be called back."""
        return may_be_called(number, self._prefixes)

    async def keep(self, session: AgiSession) -> None:
        """Somebody pressed the key. TL_CALLBACK_KEPT tells the dialplan that it is recorded; else they wait on, and are told so."""
        interaction = interaction_of(session.request["agi_uniqueid"])
        if not self.may_ask(session.request["agi_callerid"]):
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
        self,
        work: Work,
        offer: OfferId,
        ring_s: float,
        extension: str,
        *,
        recorded: bool,
        answers_itself: bool = False,
    ) -> Action:
        """What rings the agent's phone, and then the customer's. Of a call that the agent makes themselves their phone answers by itself."""
        row = await self._store.read(lambda conn: interactions.interaction(conn, work.id))
        number = "" if row is None else row.customer_address
        prefixes = self._outside if work.dialled else self._prefixes
        if row is None or not may_be_called(number, prefixes):
            raise Refused("callback.number", interaction=work.id)
        shown = row.entry_address if _NUMBER.fullmatch(row.entry_address) else ""
        return actions.call_back(
            channel_of(work.id),
            extension=extension,
            number=number,
            from_number=shown,
            queue=work.queue,
            offer=offer,
            ring_s=ring_s,
            age=work.enqueued_at,
            recorded=recorded,
            answers_itself=work.dialled or answers_itself,
        )
