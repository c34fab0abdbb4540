"""Between the floor and the browsers: facts in, frames out; sockets in, presence out."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress

from agent_console import directory, frames, leaving, views
from agent_console.deadlines import TOPIC
from agent_console.frames import Resume
from agent_console.leaving import Leaving
from agent_console.links import Links
from agent_console.notices import KEPT_S, MilestoneTold, Notices, of_notification
from agent_console.pops import Pops
from agent_console.presence import Presence
from agent_console.screens import Screens, Update
from agent_console.sessions import Stream
from agent_console.sockets import Socket
from agent_console.views import World, held_ids, state_of
from channels.chat.rooms import ChatRooms
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import notifications, sessions
from crm_core.notifications import Notification
from crm_core.store import Store
from routing.bus import CALLER_KNOWN, Bus
from routing.core.facts import Connected, Fact, Offered
from routing.core.model import AgentId, InteractionId, Status
from routing.floor import Floor

_TRANSCRIPT = Transcript("console")
_FRAME_EVERY_S = 0.25  # boards: 4 frames a second are live to the eye
_AGENTS_FRAME_EVERY_S = 1.0  # how many wait where: agents glance at it, and there are many of them
_BEAT_EVERY_S = 5.0
_HOUSEKEEPING_EVERY_S = 1.0
_REVIEW_EVERY_S = 30.0
_STREAM_KEPT_S = 120.0
_NEWS = ("notification", "case", "task", "interaction")
"""Topics on which somebody may have been told something."""


class Hub:
    """All screens of this process and the sockets that watch them."""

    def __init__(
        self,
        *,
        store: Store,
        floor: Floor,
        bus: Bus,
        clock: Clock,
        links: Links,
        build: str,
        listening_is_shown: bool = True,
        pause_ends_after_s: float = 0.0,
        chats: ChatRooms,
    ) -> None:
        self._store = store
        self._floor = floor
        self._bus = bus
        self._clock = clock
        self._links = links
        self._build = build
        self._chats = chats
        self._presence = Presence()
        self._audience: dict[Stream, set[Socket]] = {}
        self._left_at: dict[Stream, float] = {}
        self._dirty = asyncio.Event()
        self._news = asyncio.Event()
        self._look_now = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None
        self._pops = Pops(store, clock, self._popped)
        self.screens = Screens(
            World(
                truth=floor,
                directory=directory.Directory(),
                pops=self._pops.documents,
                names=self._pops.names,
                notices=Notices(),
                links=links(),
                listening_is_shown=listening_is_shown,
                pause_ends_after_s=pause_ends_after_s,
                chats=chats,
            )
        )

    @property
    def world(self) -> World:
        """What the screens are made of."""
        return self.screens.world

    @property
    def sockets(self) -> tuple[Socket, ...]:
        """Every open one."""
        return tuple(socket for audience in self._audience.values() for socket in audience)

    async def know(self, agent: AgentId) -> None:
        """Somebody who was added a moment ago may not be in the directory yet, nor in the rules."""
        unknown = agent not in self.world.directory.users
        if unknown or agent not in self._floor.centre.agents:  # each is read in its own time
            self._bus.publish("config", agent)
        if unknown:
            await self.read_directory()

    def stream_for(self, view: str, agent: AgentId) -> Stream:
        """The stream that a browser with this view watches."""
        if view == "agent":
            stream = self.screens.open_agent(agent)
        else:
            stream = self.screens.open_board(named=views.sees_callers(self.world, agent))
        self._want_pops(stream, view, agent)
        return stream

    def join(self, socket: Socket, resume: Resume | None) -> None:
        """Begin to send: what was missed if that is still kept, else everything."""
        stream, now = socket.stream, self._clock.now()
        self._audience.setdefault(stream, set()).add(socket)
        self._left_at.pop(stream, None)
        missed = stream.since(resume.seq) if resume and resume.stream == stream.name else None
        if resume is None or missed is None:
            whole = frames.snapshot(
                stream=stream.name, seq=stream.seq, now=now, build=self._build, documents=stream.documents
            )
            socket.greet(whole)
        else:
            socket.send(frames.resumed(stream=stream.name, seq=resume.seq, now=now))
            for delta in missed:
                socket.send(frames.delta(delta, now))
        if socket.is_agent:
            self._floor.submit(*self._presence.opened(AgentId(socket.user.id), now))

    def leave(self, socket: Socket) -> None:
        """The socket is gone, however that came."""
        now = self._clock.now()
        audience = self._audience[socket.stream]
        audience.discard(socket)
        if not audience:
            self._left_at[socket.stream] = now
        if socket.is_agent:
            self._floor.submit(*self._presence.closed(AgentId(socket.user.id), now))

    def end_session(self, token: str) -> None:
        """The session is over: its sockets are closed with 4001."""
        for socket in self.sockets:
            if socket.token == token:
                socket.close(frames.SESSION_ENDED, "session.ended")

    def leave_at_once(self, payload: str) -> None:
        """Sessions were revoked, here or elsewhere (`agent_console.leaving`)."""
        gone = Leaving.read(payload)
        if gone.user is None and gone.session is None:
            self._look_now.set()
            return
        for socket in self.sockets:
            if gone.means(socket.user.id, sessions.id_of(socket.token)):
                socket.close(frames.SESSION_ENDED, "session.ended")

    def refresh(self, interaction: str) -> None:
        """The store's part of this interaction changed."""
        name = InteractionId(interaction)
        if name in self._pops.documents or self.screens.holders((name,)):
            self._pops.want((name,), again=True)
        elif name in self._pops.names:
            self._pops.want_names((name,), again=True)

    async def run(self) -> None:
        """Listen to the floor and the bus until cancelled."""
        stop_facts = self._floor.listen(self._facts)
        stop_bus = [self._bus.subscribe(each, self.refresh) for each in ("interaction", CALLER_KNOWN)]
        stop_cases = self._bus.subscribe("case", self._case_changed)
        stop_milestones = self._bus.subscribe(TOPIC, self._milestone)
        stop_chats = self._chats.listen(self._chat_changed)
        stop_news = [self._bus.subscribe(each, lambda _: self._news.set()) for each in _NEWS]
        stop_leaving = self._bus.subscribe(leaving.TOPIC, self.leave_at_once)
        # the tree, or what belongs to it, is another: queues and agents stand elsewhere on the board
        stop_units = self._bus.subscribe("org_unit", lambda _: self._look_now.set())
        stop_config = self._bus.subscribe("config", lambda _: self._look_now.set())
        stop_branding = self._bus.subscribe("branding", lambda _: self._look_now.set())
        try:
            self._start()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pops.run(), name="console pops")
                tasks.create_task(self._tell_news(), name="console news")
                tasks.create_task(self._gather(), name="console boards")
                tasks.create_task(self._every(_BEAT_EVERY_S, self._beat), name="console beats")
                tasks.create_task(self._every(_HOUSEKEEPING_EVERY_S, self._keep_house), name="console house")
                tasks.create_task(self._review(), name="console review")
        finally:
            stop_facts()
            stop_cases()
            stop_milestones()
            stop_chats()
            for stop in (*stop_bus, *stop_news):
                stop()
            stop_leaving()
            stop_units()
            stop_config()
            stop_branding()
            if self._later is not None:
                self._later.cancel()

    async def _review_sessions(self) -> None:
        """Close what belongs to sessions that ran out, or to users who were deactivated."""
        tokens, now = {socket.token for socket in self.sockets}, self._clock.now()
        over = await self._store.read(
            lambda connection: [each for each in tokens if sessions.user_of(connection, each, now) is None]
        )
        for token in over:
            self.end_session(token)

    async def read_directory(self) -> None:
        """Names and rules from the store; then every screen is made anew, which heals whatever went unseen."""
        self.world.directory = await directory.load(self._store, self._clock.now())
        for socket in self.sockets:
            named = views.sees_callers(self.world, socket.user.id)
            if not socket.is_agent and not self.screens.is_board(socket.stream, named=named):
                socket.close(frames.COME_BACK, "socket.rights_changed")
        self._tell(self.screens.changed(self.screens.open_agents))
        self._dirty.set()

    def _start(self) -> None:
        now = self._clock.now()
        for agent, state in self._floor.centre.agents.items():
            if state.console and not self._presence.is_here(agent):
                self._presence.remembered(agent, now)
            self._pops.want(held_ids(self._floor.centre, agent))

    def _facts(self, facts: Sequence[Fact]) -> None:
        self._pops.want(fact.interaction for fact in facts if isinstance(fact, Offered))
        # whoever takes a call has answered the customer: the case's clocks are others
        self._pops.want(
            (fact.interaction for fact in facts if isinstance(fact, Connected) and self._has_case(fact)),
            again=True,
        )
        self._tell(self.screens.took_place(facts))
        self._dirty.set()

    def _chat_changed(self, chat: str) -> None:
        self._tell(self.screens.changed(self.screens.holders((InteractionId(chat),))))

    def _case_changed(self, case: str) -> None:
        """Whoever has its page open looks again, with their own rights: this says no more than that."""
        looking = [socket for socket in self.sockets if case and socket.looks_at == case]
        if looking:
            frame = frames.news(case, self._clock.now())
            for socket in looking:
                socket.send(frame)

    def _has_case(self, fact: Connected) -> bool:
        known = self._pops.documents.get(fact.interaction)
        return known is not None and known["case"] is not None

    def _milestone(self, payload: str) -> None:
        told, now = MilestoneTold.read(payload), self._clock.now()
        agents = self.screens.holders(map(InteractionId, told.interactions))
        for agent in agents:
            self.world.notices.keep(told.notice(agent, now))
        self._tell(self.screens.changed(agents))

    async def _tell_news(self) -> None:
        """What people were told in the store comes onto their open screens; the store keeps it for those who are away."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                found = await self._recent()
            except Unavailable as error:
                _TRANSCRIPT.note("!", error.peer, f"news are told later: {error.reason}")
                found = []
            for each in found:
                self.world.notices.keep(of_notification(each))
            self._tell(self.screens.changed(dict.fromkeys(AgentId(each.user_id) for each in found)))
            await asyncio.sleep(_FRAME_EVERY_S)

    async def _recent(self) -> list[Notification]:
        since, here = self._clock.now() - KEPT_S, self.screens.open_agents
        return await self._store.read(lambda c: notifications.recent(c, here, since))

    def _popped(self, interactions: Collection[InteractionId]) -> None:
        self._tell(self.screens.changed(self.screens.holders(interactions)))
        self._dirty.set()

    def _tell(self, updates: Iterable[Update]) -> None:
        now = self._clock.now()
        for update in updates:
            frame = frames.delta(update.delta, now)
            for socket in tuple(self._audience.get(update.stream, ())):
                socket.send(frame)

    def _want_pops(self, stream: Stream, view: str, agent: AgentId) -> None:
        if view == "agent":
            self._pops.want(held_ids(self._floor.centre, agent))
        elif not stream.seq:
            self._dirty.set()

    async def _gather(self) -> None:
        """The board at every frame in which something changed, everybody's queues with it once a second at most."""
        agents_at = 0.0
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            self._pops.keep(self._floor.centre.interactions)
            if self.screens.has_board:
                self._pops.want_names(self.screens.shown_waiting())
            now = self._clock.monotonic()
            if now < agents_at:
                self._tell(self.screens.gather_board())
                self._again_at(agents_at - now)
            else:
                self._tell(self.screens.gather())
                agents_at = now + _AGENTS_FRAME_EVERY_S
            await asyncio.sleep(_FRAME_EVERY_S)

    def _again_at(self, later_s: float) -> None:
        """What the agents were not told now must not wait for the next change."""
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(later_s, self._look_again)

    def _look_again(self) -> None:
        self._later = None
        self._dirty.set()

    async def _every(self, seconds: float, act: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(seconds)
            act()

    def _beat(self) -> None:
        now = self._clock.now()
        for stream, audience in self._audience.items():
            frame = frames.beat(seq=stream.seq, now=now)
            for socket in tuple(audience):
                socket.send(frame)

    def _keep_house(self) -> None:
        now = self._clock.now()
        self._floor.submit(
            *self._presence.due(now, self._is_ready), *self._presence.unheard(now, self._noted)
        )
        self._tell(self.screens.changed(self.world.notices.expire(now)))
        links = self._links()
        if links != self.world.links:
            self.world.links = links
            self._dirty.set()
        for stream in [each for each, left in self._left_at.items() if left + _STREAM_KEPT_S <= now]:
            self._forget(stream)

    def _forget(self, stream: Stream) -> None:
        del self._left_at[stream]
        del self._audience[stream]
        self.screens.forget(stream)

    def _noted(self, agent: AgentId) -> bool | None:
        state = self._floor.centre.agents.get(agent)
        return None if state is None else state.console

    def _is_ready(self, agent: AgentId) -> bool:
        return state_of(self._floor.centre, agent).status is Status.READY

    async def _review(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_REVIEW_EVERY_S):
                    await self._look_now.wait()
            self._look_now.clear()
            try:
                await self.read_directory()
                await self._review_sessions()
            except Unavailable as error:
                _TRANSCRIPT.note(
                    "!", error.peer, f"names and sessions are looked at again later: {error.reason}"
                )
