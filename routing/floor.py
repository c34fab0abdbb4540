"""The floor: the shell round the router. Decide, record, act, in this order and never in another."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol, assert_never

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from routing.channel import Channel
from routing.core.decisions import Decision, Offer, TurnAway, Withdraw
from routing.core.estimate import Estimate
from routing.core.events import ConsoleChanged, Event, OfferFailed
from routing.core.facts import ConsoleSeen, DeviceSeen, Fact, OfferRang
from routing.core.figures import Figures
from routing.core.model import AgentId, AgentRule, InteractionId, Medium, Outcome, QueueId, QueueRule, Seconds
from routing.core.router import Router, Turn, Waiting
from routing.core.snapshot import Snapshot
from routing.core.state import Centre
from routing.inbox import Answer, Batch, Inbox, Rules
from routing.lanes import Lanes
from routing.snapshots import EVERY_FACTS, Snapshots
from routing.telling import told

RETRY_S = 0.25
"""The pause before a batch is offered to a ledger again that was unavailable."""

CONSOLES_BACK_WITHIN_S = 60.0
"""After a shorter absence of ours the consoles that were open count as open until it turns out that they are not: their browsers come back by
themselves, and whoever waits does not wait for them. After a longer one nobody is at work before their console says so."""

UNWRITTEN_AT_MOST, UNWRITTEN_FOR_S = 100, 1.0
"""So many facts of what screens and phones say of themselves wait for company, and so long, before they are written by themselves."""

Listener = Callable[[Sequence[Fact]], None]
_log = Transcript("floor")


class Ledger(Protocol):
    """Where facts become durable, and the lease that says who may write them."""

    async def take(self) -> int:
        """Wait until it is our turn to decide; the epoch to write under."""
        ...

    @property
    def idle_s(self) -> Seconds:
        """For how long nobody had decided when the lease was taken."""
        ...

    async def hold(self, epoch: int) -> None:
        """Keep the lease until cancelled; raises when it is lost."""
        ...

    def may_act(self) -> bool:
        """Whether the lease is certainly ours now."""
        ...

    async def renewed(self) -> None:
        """Wait for the next renewal of the lease."""
        ...

    async def append(self, facts: Sequence[Fact], epoch: int) -> int:
        """Make facts durable, all or none; the number of the last. `Unavailable`: not now."""
        ...

    async def keep(self, snapshot: Snapshot, seq: int) -> None:
        """Keep what all facts up to this number fold to; `Unavailable`: not now."""
        ...

    async def snapshot(self) -> tuple[Snapshot, Sequence[Fact]] | None:
        """The latest that was kept, and the facts since then, oldest first; None: there is none that could be used."""
        ...

    async def history(self, since: Seconds) -> Sequence[Fact]:
        """The facts to rebuild from without a snapshot, oldest first."""
        ...


class Written(NamedTuple):
    """So many facts became durable; the number of the last."""

    facts: int
    seq: int


class Floor:
    """Takes events from the edges, turns them into durable facts, and has the channels carry out what follows.

    `day_of` gives the start of the day that a moment is in; the figures begin anew with each day. What so many facts fold to is kept, for the next start.
    """

    def __init__(
        self,
        router: Router,
        ledger: Ledger,
        clock: Clock,
        figures: Figures,
        *,
        day_of: Callable[[Seconds], Seconds] | None = None,
        snapshot_every: int = EVERY_FACTS,
    ) -> None:
        self._router = router
        self._ledger = ledger
        self._clock = clock
        self._figures = figures
        self._day_of = day_of
        self._channels: dict[Medium, Channel] = {}
        self._listeners: list[Listener] = []
        self._inbox = Inbox()
        self._restored = asyncio.Event()
        self._running = False
        self._lanes: Lanes | None = None
        self._snapshots = Snapshots(ledger, snapshot_every)
        self._unwritten: tuple[Fact, ...] = ()
        self._unwritten_since = 0.0

    @property
    def centre(self) -> Centre:
        """The centre as decided so far; for reading only."""
        return self._router.centre

    def explain(self, interaction: InteractionId) -> Waiting | None:
        """Why it still waits, now; None when it does not."""
        return self._router.explain(interaction, self._clock.now())

    def estimate(self, interaction: InteractionId) -> Estimate | None:
        """How long it will still wait; None when it does not, or nobody is at work who could serve it."""
        return self._router.estimate(interaction)

    def usual_work(self, queue: str) -> tuple[float, float | None]:
        """Of late, in seconds: what an interaction of this queue takes of an agent, and the mean patience of who waits (None: nobody gave up)."""
        return self._router.usual_work(QueueId(queue))

    def no_room(self, agent: AgentId, interaction: InteractionId) -> str:
        """Why this agent cannot be offered this one now, as a reason code; empty when they can."""
        return self._router.no_room(agent, interaction)

    def no_room_to_dial(self, agent: AgentId, queue: QueueId) -> str:
        """Why this agent cannot call somebody on behalf of this queue now, as a reason code; empty when they can."""
        return self._router.no_room_to_dial(agent, queue)

    @property
    def figures(self) -> Figures:
        """Today's figures; for reading only."""
        self._begin_day()
        return self._figures

    @property
    def alive(self) -> bool:
        """Whether events are taken in and decisions carried out now."""
        return self._running and self._restored.is_set() and self._ledger.may_act()

    @property
    def lanes(self) -> int:
        """For how many interactions something is being carried out now."""
        return 0 if self._lanes is None else len(self._lanes)

    def add_channel(self, channel: Channel) -> None:
        """Let this channel carry out what concerns its medium."""
        self._channels[channel.medium] = channel

    def submit(self, *events: Event) -> None:
        """Something happened. Never blocks; events are judged in the order of the calls."""
        self._inbox.put(*events)

    async def settle(self, *events: Event) -> tuple[Fact, ...]:
        """Submit, and wait until their turn is durable (what screens and phones say of themselves: until it is told, `_may_wait`); all facts of that turn.
        `Unavailable` when the floor stops."""
        return await self._inbox.answer_to(*events)

    def configure(self, queues: Iterable[QueueRule], agents: Iterable[AgentRule]) -> None:
        """Work under new rules from the next turn on."""
        self._inbox.put_rules(Rules(queues=tuple(queues), agents=tuple(agents)))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the facts of each turn once they are durable (as in `settle`); the result ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def restored(self) -> None:
        """Wait until `run` has rebuilt the centre from the ledger."""
        await self._restored.wait()

    async def run(self) -> None:
        """Take the lease, rebuild the centre, then take turns until cancelled or the lease is lost."""
        self._running = True
        try:
            epoch = await self._ledger.take()
            await self._restore()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ledger.hold(epoch), name="lease")
                tasks.create_task(self._snapshots.run(), name="snapshots")
                self._lanes = Lanes(tasks, self._act)
                tasks.create_task(self._take_turns(epoch, self._lanes), name="turns")
        finally:
            self._running, self._lanes = False, None
            self._inbox.rest()
            _refuse(self._inbox.drain().answers)

    async def _restore(self) -> None:
        kept, facts = await self._ledger.snapshot() or (None, ())
        if kept is None:
            self._begin_day()
            facts = await self._ledger.history(self._figures.day_start)
        else:
            self._figures.restore(kept.figures)
            self._begin_day()
        self._router.restore(facts, kept)
        for fact in facts:
            self._figures.apply(fact)
        self._snapshots.came(len(facts))
        if self._ledger.idle_s > CONSOLES_BACK_WITHIN_S:
            self._forget_consoles()
        _log.note(
            "=", "", f"restored {len(self.centre.interactions)} open interactions from {len(facts)} facts"
        )
        self._restored.set()

    def _forget_consoles(self) -> None:
        now = self._clock.now()
        open_ones = [agent for agent, state in self.centre.agents.items() if state.console]
        self.submit(*(ConsoleChanged(agent=agent, present=False, at=now) for agent in open_ones))

    async def _take_turns(self, epoch: int, lanes: Lanes) -> None:
        self._inbox.put()  # the first turn comes at once: what was restored may be matched or due
        while True:
            await self._inbox.wait(self._until_deadline_s())
            batch = self._inbox.drain()
            try:
                await self._take_turn(batch, epoch, lanes)
            finally:
                _refuse(batch.answers)

    async def _take_turn(self, batch: Batch, epoch: int, lanes: Lanes) -> None:
        turn = self._decide(batch)
        written = await self._record(turn.facts, epoch)
        for decision in turn.decisions:
            lanes.put(decision)
        if turn.decisions:
            await asyncio.sleep(0)  # a phone rings before the screens are drawn: these take longer
        self._tell(turn.facts)
        for answer in batch.answers:
            if not answer.done():
                answer.set_result(turn.facts)
        if written is not None and self._snapshots.came(written.facts):
            self._snapshots.put(self._router.snapshot(self._figures.snapshot()), written.seq)

    def _decide(self, batch: Batch) -> Turn:
        now = self._clock.now()
        if batch.rules is None:
            return self._router.decide(batch.events, now)
        self._figures.configure(batch.rules.queues)
        first = self._router.configure(batch.rules.queues, batch.rules.agents, now)
        then = self._router.decide(batch.events, now)
        return Turn(facts=first.facts + then.facts, decisions=first.decisions + then.decisions)

    async def _record(self, facts: Sequence[Fact], epoch: int) -> Written | None:
        """None when they wait for company. Nothing is carried out, nor anything decided on top, before these facts are durable."""
        if not self._unwritten:
            self._unwritten_since = self._clock.monotonic()
        self._unwritten = (*self._unwritten, *facts)
        if self._unwritten_s() > 0 and all(map(self._may_wait, facts)):
            return None
        written = Written(len(self._unwritten), 0)
        while self._unwritten:
            try:
                written = written._replace(seq=await self._ledger.append(self._unwritten, epoch))
            except Unavailable as problem:
                _log.note("!", "", f"{len(self._unwritten)} facts wait for the ledger: {problem}")
                await asyncio.sleep(RETRY_S)
            else:
                self._unwritten = ()
        return written

    def _may_wait(self, fact: Fact) -> bool:
        """What screens and phones say of themselves is read anew after a restart. Where nothing else follows from it in its turn, it waits for the next write:
        a commit less for each ringing and each hang-up."""
        if isinstance(fact, OfferRang):
            work = self.centre.interactions.get(fact.interaction)
            return work is not None and work.medium is Medium.VOICE
        return isinstance(fact, ConsoleSeen | DeviceSeen)

    def _unwritten_s(self) -> float:
        """For how long what waits for company may still wait."""
        if len(self._unwritten) >= UNWRITTEN_AT_MOST:
            return 0.0
        return self._unwritten_since + UNWRITTEN_FOR_S - self._clock.monotonic()

    def _tell(self, facts: Sequence[Fact]) -> None:
        if not facts:
            return
        self._begin_day()
        for fact in facts:
            self._figures.apply(fact)
            if _log.hears("="):
                _log.note("=", *told(fact))
        for listener in tuple(self._listeners):
            listener(facts)

    async def _act(self, decision: Decision) -> None:
        while not self._ledger.may_act():
            await self._ledger.renewed()
        try:
            await self._carry_out(decision)
        except (Unavailable, Refused) as problem:
            _log.note("!", decision.interaction, f"{type(decision).__name__} was not carried out: {problem}")
            if isinstance(decision, Offer):
                now = self._clock.now()
                self.submit(OfferFailed(offer=decision.offer, outcome=Outcome.FAILED, at=now))

    async def _carry_out(self, decision: Decision) -> None:
        channel = self._channels.get(decision.medium)
        if channel is None:
            raise Unavailable(decision.medium.value, "there is no such channel")
        match decision:
            case Offer():
                await channel.offer(decision)
            case Withdraw():
                await channel.withdraw(decision)
            case TurnAway():
                await channel.turn_away(decision)
            case _:
                assert_never(decision)

    def _until_deadline_s(self) -> float | None:
        deadline = self._router.next_deadline()
        waits = [] if deadline is None else [deadline - self._clock.now()]
        if self._unwritten:
            waits.append(self._unwritten_s())
        return min(waits, default=None)

    def _begin_day(self) -> None:
        start = self._figures.day_start if self._day_of is None else self._day_of(self._clock.now())
        if start > self._figures.day_start:  # a clock that is set back a little begins no day
            self._figures.begin_day(start)


def _refuse(answers: Iterable[Answer]) -> None:
    for answer in answers:
        if not answer.done():
            answer.set_exception(Unavailable("floor", "it stopped before this was durable"))
