"""What is on a screen: pure functions from the floor's state to documents (docs/contracts.md, section 6).

No document depends on the present moment: durations are the browser's to compute from `since`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent_console import chat_documents, sight
from agent_console.chat_documents import NoTalks, Talks
from agent_console.directory import Directory
from agent_console.documents import (
    AgentDocument,
    AgentItem,
    Collection,
    ConferenceDocument,
    ConsultDocument,
    Customer,
    DepartmentDocument,
    Document,
    Documents,
    Item,
    LinkDocument,
    MatchDocument,
    Me,
    OfferDocument,
    PerMedium,
    PopDocument,
    QueueDocument,
    QueueName,
    RecordingDocument,
    SincePerMedium,
    WaitingDocument,
    WatcherDocument,
)
from agent_console.links import server_of
from agent_console.notices import Notices
from config.peers import LinkStatus
from routing.core.figures import Figures
from routing.core.model import AgentId, InteractionId, Medium, PauseKind, Phase, QueueId, Status, WorkState
from routing.core.presence import AgentState, Work
from routing.core.state import Centre
from routing.core.words import WatchMode

AT_ONCE: tuple[Collection, ...] = ("me", "items", "notices", "chats", "chat_lines")
"""What concerns one agent alone: sent with the fact."""
COALESCED: tuple[Collection, ...] = ("queues", "link")
"""What concerns everybody: at most a few frames a second."""
BOARD: tuple[Collection, ...] = ("queues", "agents", "waiting", "departments", "link")
SHOWN_DAYS = 9
SHOWN_WAITING = 100
"""The first of each queue on the board; the counts in `queues` are whole. Every departure moves all behind it."""

_UNREAD = PopDocument(
    customer=Customer(address="", name=""),
    entry="",
    attestation=None,
    subject="",
    match=MatchDocument(strength="pending", parties=[]),
    case=None,
    contract=None,
    flow=None,
    clocks=[],
    note="",
    letters=0,
    version=0,
)


class Truth(Protocol):
    """The floor, as far as screens read it; a restart of its router replaces the centre, so it is asked each time."""

    @property
    def centre(self) -> Centre: ...

    @property
    def figures(self) -> Figures: ...


@dataclass(slots=True, kw_only=True)
class World:
    """All that screens are made of. The parts change; these functions only read them."""

    truth: Truth
    directory: Directory
    pops: Mapping[InteractionId, PopDocument]
    notices: Notices
    links: Mapping[str, LinkStatus]
    chats: Talks = field(default_factory=NoTalks)
    names: Mapping[InteractionId, str] = field(default_factory=dict)
    """Of those whose pop nobody wants."""
    listening_is_shown: bool = True
    """To the agent."""
    pause_ends_after_s: float = 0.0
    """A recording that is paused goes on by itself after so long; 0: it does not."""

    @property
    def centre(self) -> Centre:
        """Agents and open interactions now."""
        return self.truth.centre

    @property
    def figures(self) -> Figures:
        """Today's figures now."""
        return self.truth.figures


def agent_at_once(world: World, agent: AgentId) -> Documents:
    """The collections of `AT_ONCE`."""
    documents: Documents = {("me", "me"): me(world, agent)}
    for work in _held(world.centre, agent):
        documents["items", work.id] = item(world, work, agent)
        talk = world.chats.known(work.id) if work.medium is Medium.CHAT else None
        if talk is not None and work.phase is not Phase.OFFERED:
            documents |= chat_documents.of_talk(talk)
    for notice in world.notices.of(agent):
        documents["notices", notice.id] = notice.document()
    return documents


def shared(world: World) -> Documents:
    """The collections of `COALESCED`, for all queues."""
    documents: Documents = {("queues", each): queue(world, each) for each in world.directory.queues}
    for name, status in world.links.items():
        documents["link", name] = link(name, status)
    return documents


def agent_coalesced(world: World, agent: AgentId, everything: Documents) -> Documents:
    """Of `shared`, the links and the queues that the agent serves."""
    served = world.directory.serves.get(agent, frozenset())
    return {key: doc for key, doc in everything.items() if key[0] != "queues" or key[1] in served}


def board(world: World, everything: Documents, *, named: bool = True) -> Documents:
    """The collections of `BOARD`; `everything` is `shared(world)`. Not `named`: for those from whom customers' names and numbers are hidden."""
    documents = dict(everything)
    for agent in world.directory.serves:
        documents["agents", agent] = agent_row(world, agent, named=named)
    for name in world.directory.queues:
        documents.update(_waiting_rows(world, name, named=named))
    for unit in world.directory.departments:
        documents["departments", unit.id] = DepartmentDocument(id=unit.id, name=unit.name, parent=unit.parent)
    return documents


def sees_callers(world: World, user: str) -> bool:
    """Whether the board names customers to them (`board`)."""
    rights = world.directory.rights.get(user)
    return rights is None or sight.callers_are_seen(rights)


def me(world: World, agent: AgentId) -> Me:
    """The agent's own four states: status, work, device, console."""
    user, state = world.directory.users[agent], state_of(world.centre, agent)
    return Me(
        id=agent,
        name=user.name,
        role=user.role,
        extension=user.extension,
        status=state.status,
        reason=state.reason,
        since=state.status_since,
        work=state.work,
        work_since=state.work_since,
        device=state.device,
        console=state.console,
        conference=_beside(world, state),
    )


def item(world: World, work: Work, agent: AgentId) -> Item:
    """Work that the agent holds, with what the store knows of the customer and they may see."""
    known = world.pops.get(work.id, _UNREAD)
    rights = world.directory.rights.get(agent)
    return Item(
        id=work.id,
        medium=work.medium,
        state=work.phase,
        queue=queue_name(world.directory, work.queue),
        offer=_offer(world.directory, work),
        callback=work.callback,
        dialled=work.dialled,
        unreached=work.unreached,
        held_since=work.held_at,
        passed_by=None if work.passed_by is None else world.directory.user_name(work.passed_by),
        recording=_recording(world, work),
        consult=_consult(world.directory, work),
        conference=_conference(world.directory, work),
        watchers=[
            one
            for one in _watchers(world.directory, work)
            if world.listening_is_shown or one["mode"] != WatchMode.LISTEN
        ],
        enqueued_at=work.enqueued_at,
        connected_at=work.connected_at,
        finished_at=work.finished_at,
        wrap_up_until=work.wrap_up_until,
        **(known if rights is None else sight.of_pop(known, rights)),
    )


def queue(world: World, name: QueueId) -> QueueDocument:
    """Who waits now, and today's figures."""
    rule, figures = world.directory.queues[name], world.figures.queue(name)
    calls = world.figures.queue(name, Medium.VOICE)
    waiting = world.centre.waiting(name)
    serving = [state_of(world.centre, each) for each in world.directory.serving(name)]
    return QueueDocument(
        id=name,
        name=rule.name,
        language=rule.language,
        waiting=_waiting(waiting),
        longest_since=_longest(waiting),
        offered=figures.offered,
        answered=figures.answered,
        abandoned=figures.abandoned,
        answered_in_time=calls.answered_in_time,
        service_level=calls.service_level(),
        answer_within_s=rule.answer_within_s,
        agents_ready=sum(map(is_ready, serving)),
        agents_busy=sum(map(_is_busy, serving)),
        department=world.directory.belongs.get(name),
        closed=rule.closed,
        opening=_opening(world.directory, name),
        turned_away=figures.turned_away,
        led_on=figures.led_on,
        dialled=figures.dialled,
        reached=figures.reached,
    )


def _opening(directory: Directory, name: QueueId) -> list[tuple[float, float]] | None:
    """The hours of the days that anybody asks about: a fortnight of closing is told by its being longer."""
    hours = directory.opening.get(name)
    if hours is None:
        return None
    first = hours.spans[0][0] if hours.spans else 0.0
    return [span for span in hours.spans if span[0] < first + SHOWN_DAYS * 86_400]


def agent_row(world: World, agent: AgentId, *, named: bool) -> AgentDocument:
    """One agent on the board."""
    user, state = world.directory.users[agent], state_of(world.centre, agent)
    return AgentDocument(
        id=agent,
        name=user.name,
        extension=user.extension,
        status=state.status,
        reason=state.reason,
        since=state.status_since,
        work=state.work,
        work_since=state.work_since,
        device=state.device,
        console=state.console,
        conference=_beside(world, state) or _own_conference(world, state),
        item=_shown_item(world, agent, named=named),
        handled=world.figures.agent(agent).handled,
        department=world.directory.belongs.get(agent),
    )


def link(name: str, status: LinkStatus) -> LinkDocument:
    """A peer's state."""
    return LinkDocument(up=status.up, since=status.since, reason=status.reason, server=server_of(name))


def held_ids(centre: Centre, agent: AgentId) -> tuple[InteractionId, ...]:
    """The interactions on the agent's screen."""
    return tuple(work.id for work in _held(centre, agent))


def shown_waiting(world: World, name: QueueId) -> list[Work]:
    """Those of a queue that the board names: who waits, then who is to be called back later."""
    return [*world.centre.waiting(name)[:SHOWN_WAITING], *world.centre.put_off(name)[:SHOWN_WAITING]]


def state_of(centre: Centre, agent: AgentId) -> AgentState:
    """What the floor knows; an agent it has not met yet is signed out."""
    return centre.agents.get(agent) or AgentState(id=agent)


def _held(centre: Centre, agent: AgentId) -> Iterator[Work]:
    state = state_of(centre, agent)
    offered = (InteractionId(state.offer.rpartition("/")[0]),) if state.offer else ()
    return (centre.interactions[each] for each in (*offered, *state.holds))


def queue_name(directory: Directory, name: QueueId) -> QueueName:
    """A queue as items name it."""
    known = directory.queues.get(name)
    return QueueName(id=name, name=known.name if known else name, language=known.language if known else "en")


def _consult(directory: Directory, work: Work) -> ConsultDocument | None:
    if work.consult is None:
        return None
    whom, since, reached_at = work.consult
    return ConsultDocument(whom=_named(directory, whom), since=since, reached_at=reached_at)


def _named(directory: Directory, whom: str) -> str:
    return next((user.name for user in directory.users.values() if user.extension == whom), whom)


def _conference(directory: Directory, work: Work) -> ConferenceDocument | None:
    if work.conference is None:
        return None
    whom, since, colleague = work.conference
    named = None if colleague is None else directory.user_name(colleague)
    return ConferenceDocument(whom=named or _named(directory, whom), since=since)


def _own_conference(world: World, state: AgentState) -> ConferenceDocument | None:
    works = (world.centre.interactions[each] for each in state.holds)
    return next((found for work in works if (found := _conference(world.directory, work))), None)


def _beside(world: World, state: AgentState) -> ConferenceDocument | None:
    """The colleague whose call it is."""
    work = None if state.beside is None else world.centre.interactions[state.beside]
    if work is None or work.conference is None or work.agent is None:
        return None
    name = world.directory.user_name(work.agent) or work.agent
    return ConferenceDocument(whom=name, since=work.conference.since)


def _recording(world: World, work: Work) -> RecordingDocument | None:
    """Of a talk that is recorded, whether it is so now."""
    if not work.recorded or work.callback:
        return None
    if work.recording_pause is None:
        return RecordingDocument(pause=None, since=None, until=None)
    kind, since = work.recording_pause
    ends = world.pause_ends_after_s if kind is not PauseKind.STOPPED else 0.0
    return RecordingDocument(pause=kind, since=since, until=since + ends if ends else None)


def _watchers(directory: Directory, work: Work) -> list[WatcherDocument]:
    return [
        WatcherDocument(id=who, name=directory.user_name(who) or who, mode=mode.value, since=since)
        for who, mode, since in work.watchers
    ]


def _offer(directory: Directory, work: Work) -> OfferDocument | None:
    if work.offer is None or work.deadline is None:
        return None
    known = directory.queues.get(work.queue)
    ring_s = known.ring_s if known else 0.0
    return OfferDocument(id=work.offer, deadline=work.deadline, rang_at=work.rang_at, ring_s=ring_s)


def _waiting(waiting: Sequence[Work]) -> PerMedium:
    count = Counter(work.medium for work in waiting)
    return {medium.value: count[medium] for medium in Medium}


def _longest(waiting: Sequence[Work]) -> SincePerMedium:
    since: dict[Medium, float] = {}
    for work in waiting:
        since[work.medium] = min(work.enqueued_at, since.get(work.medium, work.enqueued_at))
    return {medium.value: since.get(medium) for medium in Medium}


def is_ready(state: AgentState) -> bool:
    """Whether they would be offered something at once, for all that we know."""
    return state.status == Status.READY and state.console and state.work is WorkState.IDLE


def _is_busy(state: AgentState) -> bool:
    return state.work is not WorkState.IDLE


def _shown_item(world: World, agent: AgentId, *, named: bool) -> AgentItem | None:
    held = sorted(_held(world.centre, agent), key=lambda work: work.medium != Medium.VOICE)
    if not held:
        return None
    first = held[0]
    queue = world.directory.queue_name(first.queue) or ""
    customer = _shown_name(world, first.id) if named else ""
    return AgentItem(
        id=first.id,
        medium=first.medium,
        queue=queue,
        customer=customer,
        callback=first.callback,
        held_since=first.held_at,
        watchers=_watchers(world.directory, first),
    )


def _shown_name(world: World, interaction: InteractionId) -> str:
    pop = world.pops.get(interaction)
    if pop is None:
        return world.names.get(interaction, "")
    parties = pop["match"]["parties"]
    if pop["match"]["strength"] == "one" and parties:
        return parties[0]["name"]
    return pop["customer"]["name"] or pop["customer"]["address"]


def _waiting_rows(
    world: World, name: QueueId, *, named: bool
) -> Iterator[tuple[tuple[Collection, str], Document]]:
    for index, work in enumerate(shown_waiting(world, name)):
        row = WaitingDocument(
            id=work.id,
            medium=work.medium,
            queue=name,
            customer=_shown_name(world, work.id) if named else "",
            enqueued_at=work.enqueued_at,
            position=index + 1,
            phase=work.phase,
            callback=work.callback,
            until=work.parked_until,
        )
        yield ("waiting", work.id), row
