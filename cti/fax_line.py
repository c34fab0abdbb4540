"""The telephone under faxes: calls that send one, and the numbers that take one while no server is there."""

import asyncio
from collections import OrderedDict
from contextlib import suppress

from config.errors import Kind, Refused, Unavailable
from config.logs import Transcript
from crm_core.faxes.kept import Fax
from crm_core.guard.calls import Permit, Why
from cti.ami import actions
from cti.ami.actions import Answered, RefusedByAsterisk
from cti.ami.link import Link
from cti.ami.protocol import Message
from cti.callbacks import NUMBER
from cti.directory import Directory
from cti.talking.outside import Outside
from routing.core.model import AgentId, InteractionId, QueueId

TOPIC = "fax"
"""What the telephone says on the bus when a fax has come or gone."""
OURS = "fo-"
"""So the names of transmissions begin."""
_MOST_CAUSES, _HEARD_WITHIN_S = 200, 1.0
RINGS_S = 60.0
"""A fax machine may take that long to answer."""
_log = Transcript("fax")


class FaxLine:
    """One server's."""

    def __init__(self, link: Link, outside: Outside, directory: Directory) -> None:
        self._link, self._outside, self._directory = link, outside, directory
        self._told: frozenset[str] = frozenset()
        self._causes: OrderedDict[str, str] = OrderedDict()
        self._heard = asyncio.Event()

    def align(self, *, anew: bool = False) -> None:
        """Asterisk knows which numbers take faxes, also when we are gone. `anew`: what it was told before may be lost."""
        wanted = self._directory.fax_numbers
        changed = wanted | self._told if anew else wanted ^ self._told
        told = [
            actions.set_global(f"TL_FAX_{number}", str(int(number in wanted))) for number in sorted(changed)
        ]
        if told:
            with suppress(Unavailable):  # told after the next connect
                self._link.send(told)
                self._told = wanted

    def spelt(self, typed: str) -> str:
        """The number as it may be dialled. `Refused` for what is none."""
        number = self._outside.spelt(typed)
        if not NUMBER.fullmatch(number):
            raise Refused("number.not_allowed", Kind.INVALID, pointer="/number")
        return number

    async def send(self, fax: Fax, attempt: str) -> bool:
        """Have Asterisk call and send what lies in the spool under the attempt's name. False: it said no. When nobody knows whether it does (`Unavailable` was never said, the reply did not come), True:
        its report tells. `Refused` as of `Outside.permit`."""
        permit = await self._permit(fax)
        action = actions.send_fax(
            attempt,
            number=permit.number,
            station=fax.our_number,
            fax=attempt,
            out=permit.id,
            ring_s=RINGS_S,
        )
        about = fax.interaction_id or fax.case_id or ""
        _log.note(">", about, f"fax {fax.id} to {permit.number}")
        try:
            outcome = await self._link.ask(action)
        except Unavailable:
            self._outside.not_dialled(permit)
            return False
        if isinstance(outcome, RefusedByAsterisk):
            _log.note("!", about, f"Asterisk refused the fax: {outcome.reason}")
            self._outside.not_dialled(permit)
            return False
        return True

    def hear(self, message: Message) -> None:
        """An event of Asterisk: the channel of a transmission ends, and says why."""
        if message.event == "Hangup" and message["Uniqueid"].startswith(OURS):
            self._causes[message["Uniqueid"]] = message["Cause"]
            self._heard.set()
            if len(self._causes) > _MOST_CAUSES:
                self._causes.popitem(last=False)

    async def cause(self, attempt: str) -> str:
        """Why a call was not answered (ITU-T Q.850); empty when nobody heard. Asterisk's report may come before its word for it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_HEARD_WITHIN_S):
                while attempt not in self._causes:
                    self._heard.clear()
                    await self._heard.wait()
        return self._causes.pop(attempt, "")

    async def going_on(self) -> frozenset[str]:
        """The transmissions for which Asterisk has a channel. `Unavailable` while it cannot say."""
        outcome = await self._link.ask(actions.status(("TL_FAX",)))
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)
        named = {(one["Variable/TL_FAX"], one["Uniqueid"]) for one in outcome.items}
        return frozenset(name for pair in named for name in pair if name)

    def shown_by(self, queue: str | None) -> str:
        """The number that the other side sees, and that their machine prints; empty: whatever the provider shows."""
        number = self._directory.fax_shown_by(QueueId(queue)) if queue else ""
        return number if NUMBER.fullmatch(number) else ""

    async def _permit(self, wanted: Fax) -> Permit:
        return await self._outside.permit(
            wanted.number,
            why=Why.MANUAL,
            interaction=InteractionId(wanted.interaction_id) if wanted.interaction_id else None,
            who=AgentId(wanted.author_id) if wanted.author_id else None,
            queue=QueueId(wanted.queue_id) if wanted.queue_id else None,
        )
