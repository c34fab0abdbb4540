"""Who is let in: the block list, callers who call far too often, and what the network says of their number."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.settings import Guard
from crm_core.guard import alarms, blocks
from crm_core.guard.blocks import Block
from crm_core.store import Store
from cti.agi import AgiSession
from cti.arriving import attestation
from cti.arriving.attestation import Attestation
from cti.arriving.deadlines import in_time
from cti.arriving.flood import Flood
from cti.arriving.newcomer import Newcomer
from cti.directory import Directory
from cti.ports import Bus
from routing.core.model import QueueId

BUSY, SILENT, MESSAGE = "3", "4", "1"
"""Of TL_REFUSED, by which the dialplan ends the call."""
_ENDS = {"busy": BUSY, "silent": SILENT, "message": MESSAGE}
_HEADERS = ("P-Asserted-Identity", "From")
_ATTESTED_WITHIN_S = 0.5
_log = Transcript("entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A caller with what was found out at the door. `ends`: how their call ends (TL_REFUSED); `into`: the queue that the block list says."""

    newcomer: Newcomer
    ends: str = ""
    into: QueueId | None = None


class Door:
    """One server's. Whatever cannot be found out in time lets callers in."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, directory: Directory, guard: Guard) -> None:
        self._store, self._bus, self._clock, self._directory = store, bus, clock, directory
        self._flood = Flood(guard.flood_calls, guard.flood_within_s)
        self._asks = guard.caller_verification

    def holds_back(self, newcomer: Newcomer) -> tuple[bool, bool]:
        """Whether too many calls come from their number, and whether that has just begun. From memory alone: a flood costs no look at the store."""
        taken = self._flood.takes(newcomer.caller, self._clock.now())
        return not taken, self._flood.begins(newcomer.caller, taken=taken)

    async def tell_of_flood(self, newcomer: Newcomer) -> None:
        """Those who keep watch, once for each flood."""
        _log.note(
            "!", newcomer.interaction, f"too many calls from {newcomer.caller}: busy until they are fewer"
        )
        telling = partial(alarms.tell_of_flood, number=newcomer.caller, now=self._clock.now())
        try:
            await self._store.write(telling)
        except Unavailable as problem:
            _log.note("!", newcomer.interaction, f"nobody is told of it: {problem}")
        else:
            self._bus.publish("notification", "")

    async def look(self, session: AgiSession, newcomer: Newcomer) -> Seen:
        """Who stands there."""
        newcomer = replace(newcomer, attestation=await self._attested(session))
        block = await self._blocked(newcomer)
        if block is None:
            return Seen(newcomer=newcomer)
        _log.note("=", newcomer.interaction, f"is on the block list: {block.action}")
        newcomer = replace(newcomer, blocked_by=block.id)
        if block.action in _ENDS:
            return Seen(newcomer=newcomer, ends=_ENDS[block.action])
        into = QueueId(block.queue_id or "")
        return Seen(newcomer=newcomer, into=into if self._directory.is_queue(into) else None)

    async def _blocked(self, newcomer: Newcomer) -> Block | None:
        if not self._directory.blocking:
            return None
        looking = partial(blocks.of_caller, caller=newcomer.caller, now=self._clock.now())
        try:
            return await in_time(self._store.read(looking))
        except Unavailable as problem:
            _log.note("!", newcomer.interaction, f"let in, the block list could not be read: {problem}")
            return None

    async def _attested(self, session: AgiSession) -> Attestation | None:
        if not self._asks:
            return None
        try:
            async with asyncio.timeout(_ATTESTED_WITHIN_S):
                return await (
                    self._by_asterisk(session) if self._asks == "asterisk" else _by_provider(session)
                )
        except TimeoutError:
            return None  # it is not known, which is what is shown

    @staticmethod
    async def _by_asterisk(session: AgiSession) -> Attestation | None:
        result = await session.variable("STIR_SHAKEN(0,verify_result)")
        return attestation.of_asterisk(result, await session.variable("STIR_SHAKEN(0,attestation)"))


async def _by_provider(session: AgiSession) -> Attestation | None:
    for header in _HEADERS:
        found = attestation.of_header(await session.variable(f"PJSIP_HEADER(read,{header})"))
        if found is not None:
            return found
    return None
