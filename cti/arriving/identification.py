"""Asks a caller who they are: a block of the way in, for the entry and for any menu.

ask --(number of a case, contract, order, device)--> known
ask --(customer number)--> ask for the PIN --(right)--> known
nothing that fits: again, three times in all; no key at all twice, or too many numbers from one telephone within an hour: an agent will ask
"""

from dataclasses import dataclass
from enum import StrEnum

from config.clock import Clock
from crm_core import identification, passwords
from crm_core.identification import LONGEST_KEYED
from crm_core.recognition import Match
from crm_core.store import Store
from cti.arriving.deadlines import in_time
from cti.arriving.prompts import Prompts

ATTEMPTS = 3
SILENT_ATTEMPTS = 2
KEYS_WITHIN_S = 6.0
LONGEST_PIN = 8


class End(StrEnum):
    """How it ended."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who it is, when it is known, and by what (`case`, `contract`, `order`, `asset`, `customer`)."""

    end: End
    match: Match | None = None
    how: str = ""


_LEFT = Answer(end=End.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """The block. `caller`: the number they call from, by which tries are counted. `among` narrows what fits several: those whom the caller's
    number fits too."""

    store: Store
    clock: Clock
    caller: str = ""

    async def ask(self, prompts: Prompts, among: frozenset[str] = frozenset()) -> Answer:
        """`Unavailable` when the store is away: the caller goes on."""
        silent, question = 0, "identify-ask"
        for _ in range(ATTEMPTS):
            keyed = await prompts.ask(question, within_s=KEYS_WITHIN_S, most=LONGEST_KEYED)
            if keyed is None:
                return _LEFT
            silent += not keyed
            if silent >= SILENT_ATTEMPTS:
                break
            if keyed:
                tried = await self._try()
                if tried is None:
                    break
                answer = await self._judge(prompts, keyed, among, tried)
                if answer is not None:
                    return answer
            # a question too, so that who types ahead loses no key
            question = "identify-again" if keyed else "identify-ask"
        return Answer(end=End.UNKNOWN) if await prompts.say("identify-none") else _LEFT

    async def _try(self) -> str | None:
        now = self.clock.now()
        return await in_time(self.store.write(lambda conn: identification.try_number(conn, self.caller, now)))

    async def _judge(self, prompts: Prompts, keyed: str, among: frozenset[str], tried: str) -> Answer | None:
        """None: ask again."""
        found = await in_time(self.store.read(lambda conn: identification.candidates(conn, keyed)))
        narrowed = [each for each in found if each.party_id in among] or found
        if len(narrowed) != 1:
            return None
        [candidate] = narrowed
        if candidate.pin_hash is not None:
            proven = await self._proven(prompts, candidate.party_id, candidate.pin_hash)
            if proven is not True:
                return _LEFT if proven is None else None
            await in_time(self.store.write(lambda conn: identification.give_back(conn, tried)))
        thanked = await prompts.say("identify-thanks")
        return Answer(end=End.KNOWN, match=candidate.match(), how=candidate.how) if thanked else _LEFT

    async def _proven(self, prompts: Prompts, party_id: str, pin_hash: str) -> bool | None:
        """Whether the PIN is right; None when the caller left. A try is taken before the PIN is looked at."""
        pin = await prompts.ask("identify-pin", within_s=KEYS_WITHIN_S, most=LONGEST_PIN)
        if pin is None:
            return None
        now = self.clock.now()
        if not pin or not await in_time(
            self.store.write(lambda conn: identification.try_pin(conn, party_id, now))
        ):
            return False
        if not await passwords.verify(pin, pin_hash):
            return False
        await in_time(self.store.write(lambda conn: identification.forget_tries(conn, party_id)))
        return True
