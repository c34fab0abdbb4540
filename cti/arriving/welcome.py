"""What comes before the queue for those whom it concerns: who are you, and what is left of your contract. Everybody else passes without a pause."""

from dataclasses import dataclass, replace

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import remembered
from crm_core.contracts import intake
from crm_core.contracts.allowance import Allowance
from crm_core.customers.relations import today
from crm_core.flows import outside
from crm_core.flows.visits import Visit
from crm_core.recognition import Match
from crm_core.store import Connection, Store
from cti.agi import AgiSession
from cti.arriving.identification import End, Identification
from cti.arriving.limits import NOTHING, look_up, telling
from cti.arriving.prompts import Prompts
from cti.directory import Directory
from routing.core.model import QueueId, Seconds
from routing.core.words import Need

_log = Transcript("entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """What came of it: the queue to wait in, who they said they are, what they were told; `refused`: the call ends here (the contract turned them
    away, or the flow led to its end); `left`: they hung up. Of who came through a flow also the language that they chose, what they ask
    beside their queue, and their `visit`; `kept`: they are called back; `message`: they leave one for the queue; `fax`: they send pages to it."""

    queue: QueueId
    identified: Match | None = None
    told: str | None = None
    refused: bool = False
    left: bool = False
    language: str | None = None
    needs: frozenset[Need] = frozenset()
    priority_points: int = 0
    visit: Visit | None = None
    kept: bool = False
    message: bool = False
    fax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Asks and tells callers."""

    store: Store
    clock: Clock
    directory: Directory

    async def greet(
        self, session: AgiSession, *, interaction: str, caller: str, number: str, queue: QueueId, at: Seconds
    ) -> Greeted:
        """Identify, then look up the contract. Whatever fails, the caller goes on to their queue."""
        asked = self.directory.identifies(number)
        if asked == "never" and not self.directory.limited:
            return Greeted(queue=queue)
        prompts = Prompts(session, self.directory.language(queue))
        greeted = Greeted(queue=queue)
        try:
            if asked != "never":
                greeted = await self._identify(prompts, interaction, caller, greeted, asked)
                await _mark(session, greeted.identified)
            if self.directory.limited and not greeted.left:
                greeted = await self._limit(prompts, interaction, caller, greeted, at)
        except (Unavailable, ValueError) as problem:
            _log.note("!", interaction, f"goes on as they came: {problem}")
        await prompts.over()
        return greeted

    async def _identify(
        self, prompts: Prompts, interaction: str, caller: str, greeted: Greeted, when: str
    ) -> Greeted:
        now = self.clock.now()
        known = await look_up(self.store, lambda conn: outside.spared(conn, caller, when, now), interaction)
        if known is None or known.skip:
            return greeted
        answer = await Identification(store=self.store, clock=self.clock, caller=caller).ask(
            prompts, known.among
        )
        _log.note("=", interaction, f"identification: {answer.end} {answer.how}".rstrip())
        return replace(greeted, identified=answer.match, left=answer.end is End.LEFT)

    async def _limit(
        self, prompts: Prompts, interaction: str, caller: str, greeted: Greeted, at: Seconds
    ) -> Greeted:
        identified = greeted.identified
        left = await look_up(self.store, lambda conn: _left(conn, caller, identified, at), interaction)
        what = telling(left)
        if what is NOTHING or what.prompt is None:
            return greeted
        _log.note("=", interaction, f"is told {what.prompt}")
        stayed = await prompts.say(what.prompt)
        led_away = what.queue is not None and self.directory.is_queue(what.queue)
        return replace(
            greeted,
            told=what.prompt,
            refused=what.refused,
            left=not stayed,
            queue=what.queue if what.queue is not None and led_away else greeted.queue,
        )


async def _mark(session: AgiSession, identified: Match | None) -> None:
    """On the channel, where whoever finds them after a gap of ours reads it (`cti.resync`)."""
    if identified is not None:
        await session.assign("TL_PARTY", f"{identified.strength}/{identified.party_id}")


def _left(conn: Connection, caller: str, identified: Match | None, at: Seconds) -> Allowance | None:
    matches = [identified] if identified else remembered.by_phone(conn, caller, day=today(at))
    return intake.before_the_queue(conn, matches, at)
