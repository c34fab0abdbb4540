"""Every open screen and what it must be told, sans I/O.

An agent's own documents change with the fact, so that a pop is never late; what everybody sees (queues, links, the
board) is gathered and made at most a few times a second, once for all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent_console import views
from agent_console.documents import Documents
from agent_console.notices import Notices
from agent_console.sessions import Delta, Stream
from agent_console.views import World
from config.ids import new_id
from routing.core.facts import (
    CallbackMissed,
    ConferenceOver,
    Conferring,
    Connected,
    ConsoleSeen,
    Consulted,
    Consulting,
    ConsultOver,
    CustomerReached,
    DeviceSeen,
    DialDropped,
    Fact,
    Finished,
    Held,
    Offered,
    OfferEnded,
    OfferRang,
    Parked,
    RecordingPaused,
    RecordingResumed,
    Requeued,
    Resumed,
    StatusChanged,
    Unanswered,
    Watched,
    WatchOver,
    WrappedUp,
)
from routing.core.model import AgentId, InteractionId

_OF_AN_AGENT = (
    CallbackMissed
    | ConferenceOver
    | Conferring
    | ConsoleSeen
    | Consulted
    | Consulting
    | ConsultOver
    | Connected
    | CustomerReached
    | DeviceSeen
    | DialDropped
    | Finished
    | Held
    | OfferEnded
    | Offered
    | OfferRang
    | Parked
    | RecordingPaused
    | RecordingResumed
    | Requeued
    | Resumed
    | StatusChanged
    | Unanswered
    | Watched
    | WatchOver
    | WrappedUp
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Send `delta` to all sockets of `stream`."""

    stream: Stream
    delta: Delta


def concerned(facts: Iterable[Fact]) -> tuple[AgentId, ...]:
    """The agents whose own documents these facts may change, each once, in order."""
    named = [fact for fact in facts if isinstance(fact, _OF_AN_AGENT)]
    asked = [fact.colleague for fact in named if isinstance(fact, Conferring | ConferenceOver)]
    return tuple(dict.fromkeys([*(fact.agent for fact in named), *(each for each in asked if each)]))


class Screens:
    """The streams of agents and the board. Streams of absent agents live on for a resume until `forget`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._agents: dict[AgentId, Stream] = {}
        self._boards: dict[bool, Stream] = {}

    @property
    def has_board(self) -> bool:
        """Does anybody watch (or may come back to) the board?"""
        return bool(self._boards)

    @property
    def open_agents(self) -> tuple[AgentId, ...]:
        """Whose streams are kept."""
        return tuple(self._agents)

    def open_agent(self, agent: AgentId) -> Stream:
        """The agent's stream, made now or known already."""
        stream = self._agents.get(agent)
        if stream is None:
            stream = self._agents[agent] = Stream(new_id(), self._whole_of(agent))
        return stream

    def open_board(self, *, named: bool = True) -> Stream:
        """The board's stream, made now or known already: there is one for all, and one for those who may not see who calls."""
        stream = self._boards.get(named)
        if stream is None:
            whole = views.board(self.world, views.shared(self.world), named=named)
            stream = self._boards[named] = Stream(new_id(), whole)
        return stream

    def is_board(self, stream: Stream, *, named: bool) -> bool:
        """Whether this is the board for those who may see who calls (`named`), or for those who may not."""
        return self._boards.get(named) is stream

    def forget(self, stream: Stream) -> None:
        """Nobody has watched it for so long that a resume is not worth its upkeep."""
        self._boards = {named: each for named, each in self._boards.items() if each is not stream}
        self._agents = {agent: each for agent, each in self._agents.items() if each is not stream}

    def took_place(self, facts: Iterable[Fact]) -> Iterator[Update]:
        """What the agents concerned must be told at once; the rest waits for `gather`."""
        facts = tuple(facts)
        for fact in facts:
            self.notices.note(fact)
        yield from self.changed(concerned(facts))

    def changed(self, agents: Iterable[AgentId]) -> Iterator[Update]:
        """The same for agents whose items, notices or pops changed."""
        for agent in agents:
            stream = self._agents.get(agent)
            if stream is not None:
                fresh = views.agent_at_once(self.world, agent)
                yield from _update(stream, stream.replace(views.AT_ONCE, fresh))

    def holders(self, interactions: Iterable[InteractionId]) -> tuple[AgentId, ...]:
        """Who has any of these on the screen."""
        open_ones = self.world.centre.interactions
        agents = (open_ones[each].agent for each in interactions if each in open_ones)
        return tuple(dict.fromkeys(agent for agent in agents if agent is not None))

    def shown_waiting(self) -> tuple[InteractionId, ...]:
        """The interactions that the board names."""
        world = self.world
        return tuple(
            work.id for queue in world.directory.queues for work in views.shown_waiting(world, queue)
        )

    def gather(self) -> Iterator[Update]:
        """Whatever waits to be gathered, for the board and for every agent."""
        everything = views.shared(self.world)
        yield from self._gather_board(everything)
        yield from self._gather_agents(everything)

    def gather_board(self) -> Iterator[Update]:
        """Queues, links, agents and who waits, for the board alone."""
        if self._boards:
            yield from self._gather_board(views.shared(self.world))

    def _gather_board(self, everything: Documents) -> Iterator[Update]:
        for named, stream in self._boards.items():
            fresh = views.board(self.world, everything, named=named)
            yield from _update(stream, stream.replace(views.BOARD, fresh))

    def _gather_agents(self, everything: Documents) -> Iterator[Update]:
        for agent, stream in self._agents.items():
            fresh = views.agent_coalesced(self.world, agent, everything)
            yield from _update(stream, stream.replace(views.COALESCED, fresh))

    @property
    def notices(self) -> Notices:
        """The last minute's."""
        return self.world.notices

    def _whole_of(self, agent: AgentId) -> Documents:
        coalesced = views.agent_coalesced(self.world, agent, views.shared(self.world))
        return views.agent_at_once(self.world, agent) | coalesced


def _update(stream: Stream, delta: Delta | None) -> Iterator[Update]:
    if delta is not None:
        yield Update(stream=stream, delta=delta)
