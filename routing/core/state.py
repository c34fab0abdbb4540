"""The centre as it is: the fold of facts, the same for the router, the boards and a restart."""

from collections import deque
from collections.abc import Iterable, Mapping
from math import expm1, log, log2
from types import MappingProxyType
from typing import assert_never

from routing.core.facts import (
    TRANSFERRED,
    Abandoned,
    AgentFact,
    BesideFact,
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    CallbackPutOff,
    ConferenceOver,
    Conferring,
    Connected,
    ConsoleSeen,
    Consulted,
    Consulting,
    ConsultOver,
    CustomerReached,
    Described,
    DeviceSeen,
    DialDropped,
    Dialled,
    Enqueued,
    Fact,
    Finished,
    Held,
    LaterFact,
    LedOn,
    Offered,
    OfferEnded,
    OfferRang,
    Parked,
    RecordingFact,
    RecordingPaused,
    RecordingResumed,
    Requeued,
    Resumed,
    SeldomFact,
    StatusChanged,
    TurnedAway,
    Unanswered,
    Unparked,
    Watched,
    WatchOver,
    WrappedUp,
)
from routing.core.model import (
    AgentId,
    InteractionId,
    Medium,
    OfferId,
    Outcome,
    Phase,
    QueueId,
    Seconds,
    Status,
    WorkState,
)
from routing.core.order import place
from routing.core.presence import AgentState, Conference, Consult, RecordingPause, Watcher, Work
from routing.core.replaced import back_in_line, came, offered_to, with_agent, with_work, wrapping_up
from routing.core.snapshot import CentreSnapshot

_REFUSED = frozenset({Outcome.DECLINED, Outcome.NO_ANSWER, Outcome.UNREACHABLE, Outcome.FAILED})
_BUSY = frozenset({WorkState.TALKING, WorkState.WRAP_UP, WorkState.CHATS, WorkState.LETTERS})
HALF_AFTER_S = 3_600.0
"""Work that was done so long ago counts half of what is done now, where the least occupied come first."""
REMEMBERED_CLOSED = 10_000
"""So many closed interactions are still recognised, so that a late duplicate of an arrival is not a new customer."""


class Centre:
    """Agents and open interactions. Only `apply` changes it, in constant time; everyone else reads."""

    def __init__(self, agents: Iterable[AgentId] = ()) -> None:
        self._agents: dict[AgentId, AgentState] = {}
        self._works: dict[InteractionId, Work] = {}
        self._unanswered: dict[QueueId, set[InteractionId]] = {}
        self._put_off: dict[QueueId, set[InteractionId]] = {}
        self._closed: set[InteractionId] = set()
        self._closing_order: deque[InteractionId] = deque()
        self._arrivals = 0
        self.agents: Mapping[AgentId, AgentState] = MappingProxyType(self._agents)
        self.interactions: Mapping[InteractionId, Work] = MappingProxyType(self._works)
        for agent in agents:
            self.know(agent)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Centre):
            return NotImplemented
        mine = (self._agents, self._works, self._closed, self._arrivals)
        return mine == (other._agents, other._works, other._closed, other._arrivals)

    __hash__ = None  # type: ignore[assignment]

    def know(self, agent: AgentId) -> None:
        """The agent exists: signed out until a fact says otherwise."""
        self._agents.setdefault(agent, AgentState(id=agent))

    def work(self, interaction: InteractionId) -> Work | None:
        """This interaction, unless it is closed or never came."""
        return self._works.get(interaction)

    def snapshot(self) -> CentreSnapshot:
        """As it is now: what is in it is never changed, only replaced."""
        return CentreSnapshot(
            tuple(self._agents.values()),
            tuple(self._works.values()),
            tuple(self._closing_order),
            self._arrivals,
        )

    def restore(self, kept: CentreSnapshot) -> None:
        """Go on from there; only in a centre in which nothing has happened."""
        self._agents.update((agent.id, agent) for agent in kept.agents)
        self._closing_order.extend(kept.closed)
        self._closed.update(kept.closed)
        self._arrivals = kept.arrivals
        for work in kept.works:
            self._put(work)

    def closed(self, interaction: InteractionId) -> bool:
        """Whether it was here and is over (the last `REMEMBERED_CLOSED` are known)."""
        return interaction in self._closed

    def waiting(self, queue: QueueId) -> list[Work]:
        """The queue's unanswered interactions, next one first; one that is being offered still waits for its answer."""
        return sorted((self._works[one] for one in self._unanswered.get(queue, ())), key=place)

    def put_off(self, queue: QueueId) -> list[Work]:
        """The queue's customers who are to be called back later, the soonest first."""
        return sorted((self._works[one] for one in self._put_off.get(queue, ())), key=_until)

    def unanswered(self, queue: QueueId) -> int:
        """How many wait in the queue, those that are being offered included."""
        return len(self._unanswered.get(queue, ()))

    def apply(self, fact: Fact) -> None:
        """Take one fact in. Facts of an interaction whose beginning was never seen, or that is closed, are passed by."""
        if isinstance(fact, (Offered, OfferEnded, Connected, Finished, WrappedUp)):
            self._move_known(fact)
        elif isinstance(fact, Enqueued):
            self._enqueue(fact)
        elif isinstance(fact, Dialled):
            self._dial(fact)
        elif isinstance(fact, (StatusChanged, ConsoleSeen, DeviceSeen)):
            self._note_agent(fact)
        elif isinstance(fact, (RecordingPaused, RecordingResumed)):
            self._pause_recording(fact)
        else:
            self._move_known(fact)

    def _move_known(self, fact: LaterFact) -> None:
        work = self._works.get(fact.interaction)
        if work is not None:
            self._move(work, fact)

    def _enqueue(self, fact: Enqueued) -> None:
        if fact.interaction in self._works or fact.interaction in self._closed:
            return
        self._arrivals += 1
        work = came(
            (fact.interaction, fact.medium, fact.queue, fact.at, fact.priority_points, self._arrivals),
            (fact.needs, fact.preferred, fact.preferred_until, fact.at),
        )
        self._put(work)

    def _dial(self, fact: Dialled) -> None:
        """It never waits for anybody: the offer to its agent follows at once."""
        if fact.interaction in self._works or fact.interaction in self._closed:
            return
        self._arrivals += 1
        work = Work(
            id=fact.interaction,
            medium=Medium.VOICE,
            queue=fact.queue,
            enqueued_at=fact.at,
            priority_points=0,
            arrival=self._arrivals,
            phase=Phase.PARKED,
            queued_at=fact.at,
            callback=True,
            dialled=True,
        )
        self._put(work)

    def _note_agent(self, fact: AgentFact) -> None:
        agent = self._agent(fact.agent)
        match fact:
            case StatusChanged():
                agent = _with_status(agent, fact)
            case ConsoleSeen():
                agent = agent._replace(console=fact.present)
            case DeviceSeen():
                agent = agent._replace(device=fact.device)
            case _:
                assert_never(fact)
        self._agents[agent.id] = agent

    def _move(self, work: Work, fact: LaterFact) -> None:
        if isinstance(fact, Offered):  # what happens most comes first, for a decision brings three of these
            self._offer(work, fact)
        elif isinstance(fact, OfferEnded):
            self._end_offer(work, fact)
        elif isinstance(fact, Connected):
            self._connect(work, fact)
        elif isinstance(fact, Finished):
            self._finish(work, fact)
        elif isinstance(fact, WrappedUp):
            self._close(work)
            self._release(fact.agent, work.id, fact.at)
        else:
            self._move_seldom(work, fact)

    def _move_seldom(self, work: Work, fact: SeldomFact) -> None:
        match fact:
            case OfferRang():
                self._put(work._replace(rang_at=fact.at))
            case Described():
                self._describe(work, fact)
            case LedOn():
                self._lead_on(work, fact)
            case Requeued():
                self._return(work, fact)
            case Parked() | Unparked():
                self._park(work, fact)
            case CallbackKept() | CustomerReached() | CallbackMissed() | CallbackPutOff():
                self._call_back(work, fact)
            case Abandoned() | TurnedAway() | CallbackDropped() | DialDropped():
                self._close(work)
            case Unanswered():
                self._put(work._replace(unreached=fact.reason))
            case _:
                self._beside(work, fact)

    def _beside(self, work: Work, fact: BesideFact) -> None:
        """On hold, whom the agent asks meanwhile, who talks with both, and who listens."""
        match fact:
            case Held():
                self._put(work._replace(held_at=fact.at))
            case Resumed():
                self._put(work._replace(held_at=None, consult=None))
            case Consulting():
                self._put(work._replace(consult=Consult(fact.whom, fact.at)))
            case Consulted():
                asked = work.consult or Consult("", fact.at)
                self._put(work._replace(consult=asked._replace(reached_at=fact.at)))
            case ConsultOver():
                self._put(work._replace(consult=None))
            case Conferring() | ConferenceOver():
                self._confer(work, fact)
            case Watched() | WatchOver():
                self._watch(work, fact)
            case _:
                assert_never(fact)

    def _pause_recording(self, fact: RecordingFact) -> None:
        """A pause that goes on for another reason has begun when it began."""
        work, pause = self._works.get(fact.interaction), None
        if work is None:
            return
        if isinstance(fact, RecordingPaused):
            since = fact.at if work.recording_pause is None else work.recording_pause.since
            pause = RecordingPause(fact.pause, since)
        self._put(work._replace(recording_pause=pause))

    def _confer(self, work: Work, fact: Conferring | ConferenceOver) -> None:
        """A colleague who talks with both is at a call like any other."""
        now = Conference(fact.whom, fact.at, fact.colleague) if isinstance(fact, Conferring) else None
        self._put(work._replace(conference=now))
        if fact.colleague is not None:
            beside = None if now is None else work.id
            agent = self._agent(fact.colleague)._replace(beside=beside)
            self._reckon(agent, fact.at, agent.holds, idle_since=fact.at, missed=agent.missed)

    def _watch(self, work: Work, fact: Watched | WatchOver) -> None:
        others = tuple(one for one in work.watchers if one.who != fact.watcher)
        if isinstance(fact, WatchOver):
            self._put(work._replace(watchers=others))
        else:
            self._put(work._replace(watchers=(*others, Watcher(fact.watcher, fact.mode, fact.at))))

    def _return(self, work: Work, fact: Requeued) -> None:
        passed_by = fact.agent if fact.reason == TRANSFERRED else work.passed_by
        self._put(back_in_line(work)._replace(passed_by=passed_by))
        self._release(fact.agent, work.id, fact.at)

    def _describe(self, work: Work, fact: Described) -> None:
        self._put(
            work._replace(
                priority_points=fact.priority_points,
                needs=fact.needs,
                preferred=fact.preferred,
                preferred_until=fact.preferred_until,
            )
        )

    def _lead_on(self, work: Work, fact: LedOn) -> None:
        self._unanswered[work.queue].discard(work.id)
        been = work.been | {work.queue}
        self._put(work._replace(queue=fact.queue, queued_at=fact.at, been=been))

    def _park(self, work: Work, fact: Parked | Unparked) -> None:
        if isinstance(fact, Parked):
            aside = back_in_line(work)._replace(phase=Phase.PARKED)
            self._put(aside._replace(parked_by=fact.agent, parked_until=fact.until))
            self._release(fact.agent, work.id, fact.at)
            return
        self._put(
            back_in_line(work)._replace(
                preferred=fact.agent,
                preferred_until=fact.preferred_until,
                queued_at=fact.at,
            )
        )

    def _call_back(
        self, work: Work, fact: CallbackKept | CustomerReached | CallbackMissed | CallbackPutOff
    ) -> None:
        match fact:
            case CallbackKept():
                # whoever was called by an agent, came back to the line, and would rather be called again is called like anybody
                kept = work._replace(callback=True, dialled=False)
                self._put(kept._replace(phase=Phase.PARKED, parked_until=fact.until))
            case CustomerReached():
                self._put(work._replace(callback=False))
            case CallbackMissed():
                aside = back_in_line(work)._replace(phase=Phase.PARKED, parked_until=fact.until)
                self._put(aside._replace(tried=work.tried + 1))
                self._release(fact.agent, work.id, fact.at)
            case CallbackPutOff():
                self._put(work._replace(phase=Phase.PARKED, parked_until=fact.until))
            case _:
                assert_never(fact)

    def _end_offer(self, work: Work, fact: OfferEnded) -> None:
        back = back_in_line(work)
        if fact.agent == work.preferred and fact.outcome in _REFUSED:
            back = back._replace(preferred=None)  # they do not want it: nobody waits for them any more
        if work.dialling:
            back = back._replace(phase=Phase.PARKED)  # until it is connected or dropped, in the same batch
        self._put(back)
        agent = self._agent(fact.agent)
        if fact.outcome is Outcome.NO_ANSWER:
            agent = agent._replace(missed=agent.missed + 1, idle_since=fact.at)
        self._note_offer(agent, None, fact.at, offered_at=agent.offered_at)

    def _offer(self, work: Work, fact: Offered) -> None:
        self._put(offered_to(work, fact.agent, fact.offer, fact.deadline))
        self._note_offer(self._agent(fact.agent), fact.offer, fact.at, offered_at=fact.at)

    def _connect(self, work: Work, fact: Connected) -> None:
        self._put(with_agent(work, fact.agent, fact.at, recorded=fact.recorded))
        agent = self._agent(fact.agent)
        self._reckon(agent, fact.at, (*agent.holds, work.id), idle_since=fact.at, missed=0)

    def _finish(self, work: Work, fact: Finished) -> None:
        if fact.wrap_up_until is None:
            self._close(work)
            self._release(fact.agent, work.id, fact.at)
            return
        self._put(wrapping_up(work, fact.at, fact.wrap_up_until))
        agent = self._agent(fact.agent)
        self._reckon(agent, fact.at, agent.holds, idle_since=agent.idle_since, missed=agent.missed)

    def _release(self, agent_id: AgentId, interaction: InteractionId, at: Seconds) -> None:
        agent = self._agent(agent_id)
        holds = tuple([one for one in agent.holds if one != interaction])
        self._reckon(agent, at, holds, idle_since=at, missed=agent.missed)

    def _note_offer(self, agent: AgentState, offer: OfferId | None, at: Seconds, offered_at: Seconds) -> None:
        """One is made to them, or is over; what they are at work on stays."""
        work = _work_state(agent.at_work, wrap_ups=agent.wrap_ups, offered=offer is not None)
        since, lately = _since(agent, work, at)
        at_work = (agent.holds, agent.at_work, agent.wrap_ups)
        self._agents[agent.id] = with_work(
            agent,
            (work, since, agent.idle_since, offer, *at_work, offered_at, agent.missed, lately, agent.beside),
        )

    def _reckon(
        self,
        agent: AgentState,
        at: Seconds,
        holds: tuple[InteractionId, ...],
        *,
        idle_since: Seconds,
        missed: int,
    ) -> None:
        """Count what the agent holds now and name the work state that follows."""
        held = [self._works[one] for one in holds]
        at_work = tuple([(work.medium, work.queue) for work in held if work.phase is Phase.CONNECTED])
        wrap_ups = len(holds) - len(at_work)
        if agent.beside is not None:
            at_work = (*at_work, (Medium.VOICE, self._works[agent.beside].queue))
        work = _work_state(at_work, wrap_ups=wrap_ups, offered=agent.offer is not None)
        since, lately = _since(agent, work, at)
        offered = (agent.offered_at, missed, lately, agent.beside)
        self._agents[agent.id] = with_work(
            agent, (work, since, idle_since, agent.offer, holds, at_work, wrap_ups, *offered)
        )

    def _agent(self, agent: AgentId) -> AgentState:
        return self._agents.get(agent) or AgentState(id=agent)

    def _put(self, work: Work) -> None:
        self._works[work.id] = work
        phase, line = work.phase, self._unanswered.get(work.queue)
        if line is None:
            line = self._unanswered[work.queue] = set()
        dialling = work.dialled and work.callback
        if (phase is Phase.WAITING or phase is Phase.OFFERED) and not dialling:
            line.add(work.id)
        else:
            line.discard(work.id)
        if work.callback and not work.dialled:
            later = self._put_off.setdefault(work.queue, set())
            if work.phase is Phase.PARKED:
                later.add(work.id)
            else:
                later.discard(work.id)

    def _close(self, work: Work) -> None:
        del self._works[work.id]
        self._unanswered[work.queue].discard(work.id)
        if work.callback and not work.dialled:
            self._put_off[work.queue].discard(work.id)
        self._closed.add(work.id)
        self._closing_order.append(work.id)
        if len(self._closing_order) > REMEMBERED_CLOSED:
            self._closed.discard(self._closing_order.popleft())


def _until(work: Work) -> tuple[Seconds, int]:
    return work.parked_until or 0.0, work.arrival


def _with_status(agent: AgentState, fact: StatusChanged) -> AgentState:
    """Whoever comes to ready begins to be idle and to answer anew."""
    if fact.status is Status.READY:
        agent = agent._replace(idle_since=fact.at, missed=0)
    return agent._replace(status=fact.status, reason=fact.reason, status_since=fact.at)


def _since(agent: AgentState, work: WorkState, at: Seconds) -> tuple[Seconds, float]:
    """`work_since` and `lately` of who is in this work state from now on."""
    if work is agent.work:
        return agent.work_since, agent.lately
    return at, _with_work(agent.lately, agent.work_since, at) if agent.work in _BUSY else agent.lately


def _with_work(lately: float, begin: Seconds, end: Seconds) -> float:
    """`AgentState.lately` after work from `begin` to `end`; a clock that was set back between them has seen none."""
    if end <= begin:
        return lately
    # the integral of 2 ** (t / half) dt but for a constant; in logarithms, as such powers are beyond what a float holds
    mine = end / HALF_AFTER_S + log2(-expm1((begin - end) / HALF_AFTER_S * log(2.0)))
    most, least = max(lately, mine), min(lately, mine)
    return most + log2(1.0 + 2.0 ** (least - most))


def _work_state(at_work: tuple[tuple[Medium, QueueId], ...], *, wrap_ups: int, offered: bool) -> WorkState:
    chats = False
    for medium, _ in at_work:
        if medium is Medium.VOICE:
            return WorkState.TALKING
        chats = chats or medium is Medium.CHAT
    if wrap_ups:
        return WorkState.WRAP_UP
    if offered:
        return WorkState.OFFERED
    if chats:
        return WorkState.CHATS
    return WorkState.LETTERS if at_work else WorkState.IDLE
