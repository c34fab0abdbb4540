"""What follows in chats by itself: what the floor decided is said in them, and what falls due is done.

This owns every deadline of theirs. After a restart the open chats are taken up from store and ledger, and what was still to be said is said.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from channels.chat.talk import Due, Rules, Talk
from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from config.settings import Chat as Settings
from crm_core import interactions
from crm_core.chat import kept
from crm_core.chat.model import SYSTEM, Chat, Line, NewLine
from crm_core.preferring import Wish, of_interaction
from crm_core.store import Connection, Store
from routing.core.events import CustomerLeft, Returned, WorkEnded
from routing.core.facts import (
    Abandoned,
    Connected,
    ConsoleSeen,
    Fact,
    Finished,
    Requeued,
    TurnedAway,
    WrappedUp,
)
from routing.core.model import AgentId, By, InteractionId, Phase
from routing.floor import Floor

if TYPE_CHECKING:
    from channels.chat.rooms import ChatRooms

RETRY_S = 1.0
_log = Transcript("chat")
_OfWork = Abandoned | Connected | Finished | Requeued | TurnedAway | WrappedUp
_ENDED_BY = {By.CUSTOMER: "visitor", By.AGENT: "agent", By.SYSTEM: "idle"}


class Following:
    """Runs beside the rooms, for as long as they are."""

    def __init__(
        self, rooms: "ChatRooms", settings: Settings, store: Store, floor: Floor, clock: Clock
    ) -> None:
        self._rooms, self._settings, self._store, self._floor, self._clock = (
            rooms,
            settings,
            store,
            floor,
            clock,
        )
        self._rules = Rules(
            away_after_s=settings.away_after_s,
            idle_warning_s=settings.idle_warning_s,
            idle_end_s=settings.idle_end_s,
        )
        self._todo: deque[_OfWork] = deque()
        self._agent_gone: dict[AgentId, float] = {}

    async def run(self) -> None:
        """Take up the open chats, then do what falls due, until cancelled."""
        stop = self._floor.listen(self._facts)
        try:
            await self._floor.restored()
            await self._take_up()
            self._rooms.ready.set()
            while True:
                await self._work_off()
                await self._do_what_is_due()
                await self._sleep()
        finally:
            stop()

    async def _take_up(self) -> None:
        now = self._clock.now()
        for chat, lines, wish, row in await self._store.read(lambda c: _open_ones(c, now)):
            self._rooms.talks[chat.id] = Talk(chat, lines, now)
            work = self._rooms.work(chat.id)
            if work is None and row is not None and row.state != "closed":
                self._floor.submit(self._rooms.arrived(chat, row.queue_id or "", wish, chat.started_at))
            elif work is None or work.phase is Phase.WRAP_UP:
                await self._rooms.close(chat.id, "agent")
            elif work.phase is Phase.CONNECTED and work.agent is not None:
                await self._rooms.joined(chat.id, work.agent, work.connected_at or now)
        for agent, state in self._floor.centre.agents.items():
            if not state.console:
                self._agent_gone[agent] = now

    def _facts(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            match fact:
                case ConsoleSeen():
                    if fact.present:
                        self._agent_gone.pop(fact.agent, None)
                    else:
                        self._agent_gone[fact.agent] = self._clock.now()
                    self._rooms.wake.set()
                case Connected() | Requeued() | Finished() | Abandoned() | TurnedAway() | WrappedUp():
                    if fact.interaction in self._rooms.talks:
                        self._todo.append(fact)
                case _:
                    pass
        if self._rooms.talks:
            self._rooms.line_up.stale = True
            self._rooms.wake.set()

    async def _work_off(self) -> None:
        """What the floor decided, in its order; what the database cannot take now is tried again."""
        while self._todo:
            try:
                await self._follow(self._todo[0])
            except Unavailable as problem:
                _log.note("!", "", f"chats wait for the database: {problem}")
                await asyncio.sleep(RETRY_S)
                continue
            except Refused as refusal:  # it has ended meanwhile
                _log.note("-", "", f"not said in a chat: {refusal.code}")
            self._todo.popleft()

    async def _follow(self, fact: _OfWork) -> None:
        if fact.interaction not in self._rooms.talks:
            return
        match fact:
            case Connected():
                await self._rooms.joined(fact.interaction, fact.agent, fact.at)
            case Requeued():
                params = {"reason": fact.reason}
                new = NewLine(author=SYSTEM, key=f"requeued/{fact.at}", code="requeued", params=params)
                await self._rooms.say(fact.interaction, new)
            case Finished():
                gone = fact.by is By.CUSTOMER and self._rooms.talks[fact.interaction].here == 0
                await self._rooms.close(fact.interaction, "left" if gone else _ENDED_BY[fact.by])
            case Abandoned():
                # who was given up for away may be back meanwhile
                name = fact.interaction
                gone = name in self._rooms.given_up or self._rooms.talks[name].here == 0
                await self._rooms.close(name, "left" if gone else "visitor")
            case TurnedAway():
                await self._rooms.close(fact.interaction, "turned_away")
            case WrappedUp():
                self._rooms.forget(fact.interaction)
            case _:
                assert_never(fact)

    async def _do_what_is_due(self) -> None:
        now = self._clock.now()
        for chat_id, talk in list(self._rooms.talks.items()):
            if talk.stale_typing(now):
                self._rooms.changed(chat_id)
            due = talk.due(self._rules, now, connected=self._rooms.is_connected(chat_id))
            if due is not None and chat_id not in self._rooms.given_up:
                try:
                    await self._do(chat_id, talk, due, now)
                except (Unavailable, Refused) as problem:
                    _log.note("!", chat_id, f"{due} is done later: {problem}")
        for agent in [each for each, since in self._agent_gone.items() if self._is_due(since, now)]:
            del self._agent_gone[agent]
            self._give_back(agent, now)
        for chat_id in self._rooms.line_up.look(self._rooms.visitors, self._clock.monotonic()):
            self._rooms.changed(chat_id)

    def _is_due(self, since: float, now: float) -> bool:
        return since + self._settings.agent_away_s <= now

    def _give_back(self, agent: AgentId, now: float) -> None:
        state = self._floor.centre.agents.get(agent)
        for held in state.holds if state is not None and not state.console else ():
            if held in self._rooms.talks and self._rooms.is_connected(held):
                self._floor.submit(Returned(interaction=held, at=now, reason="console_lost"))

    async def _do(self, chat_id: str, talk: Talk, due: Due, now: float) -> None:
        name = InteractionId(chat_id)
        if due is Due.ASK:
            key = f"idle/{talk.seq}"
            await self._rooms.say(chat_id, NewLine(author=SYSTEM, key=key, code="idle_warning"))
        elif due is Due.IDLE:
            self._rooms.given_up.add(chat_id)
            self._floor.submit(WorkEnded(interaction=name, by=By.SYSTEM, at=now))
        elif self._rooms.is_connected(chat_id):
            key = f"left/{talk.seq}"
            await self._rooms.say(chat_id, NewLine(author=SYSTEM, key=key, code="visitor_left"))
        else:
            self._rooms.given_up.add(chat_id)
            self._floor.submit(CustomerLeft(interaction=name, at=now))

    async def _sleep(self) -> None:
        now = self._clock.now()
        moments = [
            moment
            for chat_id, talk in self._rooms.talks.items()
            if chat_id not in self._rooms.given_up
            and (moment := talk.deadline(self._rules, connected=self._rooms.is_connected(chat_id)))
            is not None
        ]
        moments += [since + self._settings.agent_away_s for since in self._agent_gone.values()]
        wait_s = max(0.0, min(moments) - now) if moments else None
        later_s = self._rooms.line_up.wait_s(self._clock.monotonic())
        if later_s is not None:
            wait_s = later_s if wait_s is None else min(wait_s, later_s)
        try:
            async with asyncio.timeout(wait_s):
                await self._rooms.wake.wait()
        except TimeoutError:
            return
        self._rooms.wake.clear()


def _open_ones(
    conn: Connection, now: float
) -> list[tuple[Chat, list[Line], Wish, interactions.Interaction | None]]:
    return [
        (
            chat,
            kept.lines(conn, chat.id),
            of_interaction(conn, chat.id, now),
            interactions.interaction(conn, chat.id),
        )
        for chat in kept.open_ones(conn)
    ]
