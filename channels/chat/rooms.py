"""The chats of this process: the Channel for them, who is there at each, and what is told to whom.

A line is durable before anybody is shown it. What follows from time (a visitor who stays away, or silent; an agent whose console is gone) is done
by `run`, which owns every deadline here; after a restart it takes the open chats up from store and ledger, and everybody comes back by themselves.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels.chat import session
from channels.chat.following import Following
from channels.chat.line_up import LineUp
from channels.chat.session import Session
from channels.chat.talk import Standing, Talk
from config.clock import Clock
from config.errors import Kind, Refused
from config.logs import Transcript
from config.settings import Settings
from crm_core.chat import kept
from crm_core.chat.model import SYSTEM, Chat, Line, NewChat, NewFile, NewLine
from crm_core.preferring import Wish, of_interaction
from crm_core.store import Connection, Store
from routing.bus import Bus
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.events import Arrived, CustomerLeft, Rang
from routing.core.model import AgentId, InteractionId, Medium, Phase
from routing.core.presence import Work
from routing.floor import Floor
from routing.wishes import arrival

if TYPE_CHECKING:
    from channels.chat import unanswered

_log = Transcript("chat")
Push = Callable[[bytes], None]


@dataclass(slots=True, eq=False)
class Visitor:
    """One socket of a visitor's."""

    talk: Talk
    session: Session
    push: Push


class ChatRooms:
    """Sockets, API and floor meet here."""

    medium = Medium.CHAT

    def __init__(self, settings: Settings, store: Store, floor: Floor, bus: Bus, clock: Clock) -> None:
        self._settings, self._store, self._floor, self._bus, self._clock = settings, store, floor, bus, clock
        self.talks: dict[str, Talk] = {}
        """The open ones, and those that their agents are not done with."""
        self.visitors: dict[str, set[Visitor]] = {}
        self._listeners: list[Callable[[str], None]] = []
        self._news: dict[str, asyncio.Event] = {}
        self.given_up: set[str] = set()
        self.wake = asyncio.Event()
        self.ready = asyncio.Event()
        self.line_up = LineUp(floor)

    # ---- the Channel

    async def offer(self, decision: Offer) -> None:
        """The console shows the offer from the ledger's fact; that is its ringing."""
        self._floor.submit(Rang(offer=decision.offer, at=self._clock.now()))

    async def withdraw(self, decision: Withdraw) -> None:
        """The console takes it away by the ledger's fact."""

    async def turn_away(self, decision: TurnAway) -> None:
        """The visitor is told by the fact, as their chat ends with it; who is not there finds it when they come back."""

    # ---- visitors

    async def begin(self, new: NewChat) -> Chat:
        """Keep it, then have it wait; the same beginning again is the same chat."""
        await self.ready.wait()
        now = self._clock.now()
        chat, fresh, wish, lines = await self._store.write(lambda c: _begin(c, new, now))
        if fresh:
            self.talks[chat.id] = Talk(chat, lines, now)
            _log.note("<", chat.id, f"a visitor of {chat.door} begins a chat")
            await self._floor.settle(self.arrived(chat, new.queue_id, wish, now))
            self.changed(chat.id)
        return chat

    async def of_visitor(self, token: str) -> Chat:
        """The chat that this key opens. `Refused`: chat.unknown."""
        await self.ready.wait()
        found = await self._store.read(lambda c: kept.by_token(c, kept.hash_of(token)))
        if found is None:
            raise Refused("chat.unknown", Kind.MISSING)
        return found

    async def join(self, chat: Chat, seen: int, push: Push) -> Visitor:
        """A visitor's socket is there; it is sent what it has not seen, and from now on what comes."""
        talk = await self.talk(chat.id)
        visitor = Visitor(talk, Session(seen), push)
        was_away = talk.came()
        self.visitors.setdefault(chat.id, set()).add(visitor)
        self.line_up.stale = True  # their place is told to those who look
        push(visitor.session.greet(talk, self.standing(chat.id), self._clock.now()))
        if was_away and talk.chat.ended_at is None:
            key = f"back/{talk.seq}"
            await self.say(chat.id, NewLine(author=SYSTEM, key=key, code="visitor_back"))
        self.changed(chat.id)
        return visitor

    def leave(self, visitor: Visitor) -> None:
        """The socket is gone."""
        there = self.visitors.get(visitor.talk.chat.id, set())
        there.discard(visitor)
        if not there:
            self.visitors.pop(visitor.talk.chat.id, None)
        visitor.talk.went(self._clock.now())
        self.changed(visitor.talk.chat.id)

    async def end(self, chat_id: str) -> None:
        """The visitor has ended it."""
        await self._floor.settle(CustomerLeft(interaction=InteractionId(chat_id), at=self._clock.now()))

    # ---- both sides

    async def say(self, chat_id: str, new: NewLine) -> Line:
        """Keep a line, then show it to everybody. The same key again gives the same line."""
        now = self._clock.now()
        line = await self._store.write(lambda c: kept.say(c, chat_id, new, now))
        talk = self.talks.get(chat_id)
        if talk is not None and line.seq > talk.seq + 1:  # nobody sees a gap
            for each in await self._store.read(lambda c: kept.lines(c, chat_id, after=talk.seq)):
                talk.took(each)
        elif talk is not None:
            talk.took(line)
        self.changed(chat_id)
        return line

    def types(self, chat_id: str, who: str, *, on: bool) -> None:
        talk = self.talks.get(chat_id)
        if talk is not None and talk.types(who, self._clock.now(), on=on):
            self.changed(chat_id)

    def has_read(self, chat_id: str, who: str, seq: int) -> None:
        talk = self.talks.get(chat_id)
        if talk is not None and talk.has_read(who, seq):
            self.changed(chat_id)

    async def talk(self, chat_id: str) -> Talk:
        """The chat as it is; one that is over is read from the store. `Refused`: chat.unknown."""
        await self.ready.wait()
        known = self.talks.get(chat_id)
        if known is not None:
            return known
        chat, lines = await self._store.read(lambda c: (kept.chat(c, chat_id), kept.lines(c, chat_id)))
        if chat is None:
            raise Refused("chat.unknown", Kind.MISSING, id=chat_id[:100])
        return self.talks.get(chat_id) or Talk(chat, lines, self._clock.now())

    async def file(self, chat_id: str, file_id: str) -> NewFile:
        return await self._store.read(lambda c: kept.file(c, chat_id, file_id))

    # ---- consoles

    def known(self, interaction: str) -> Talk | None:
        """An open chat, or one that its agent is not done with."""
        return self.talks.get(interaction)

    def standing(self, chat_id: str) -> Standing:
        """Where the router has it."""
        work = self.work(chat_id)
        talk = self.talks.get(chat_id)
        if work is None or talk is None:
            return Standing(phase="ended")
        match work.phase:
            case Phase.CONNECTED:
                return Standing(phase="talking", agent=_agent_in(talk))
            case Phase.WRAP_UP:
                return Standing(phase="ended")
            case _:
                position, wait_s = self.line_up.of(chat_id)
                return Standing(phase="waiting", position=position, wait_s=wait_s)

    def listen(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call `listener` with the id of each chat that changed; the result ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def news_of(self, chat_id: str, after: int, wait_s: float) -> Talk:
        """The chat when it has more lines than `after`, or when the time is over: for whoever watches."""
        talk = await self.talk(chat_id)
        if talk.seq <= after and talk.chat.ended_at is None and wait_s > 0:
            news = self._news.setdefault(chat_id, asyncio.Event())
            try:
                async with asyncio.timeout(wait_s):
                    await news.wait()
            except TimeoutError:
                return talk
        return talk

    async def by_mail(self, chat_id: str) -> None:
        """Before an agent goes on by e-mail: the chat ends, and is a letter that can be answered."""
        await self.talk(chat_id)
        await self.close(chat_id, "agent", mail=False)

    async def mail_transcript(self, chat: Chat) -> None:
        """To the visitor's address, once. `Refused`: chat.not_answered, letter.no_address, letter.no_sender."""
        talk = await self.talk(chat.id)
        if chat.ended_at is None or not session.state_of(talk, self.standing(chat.id), 0.0)["was_answered"]:
            raise Refused("chat.not_answered")
        now = self._clock.now()
        letter = await self._store.write(lambda c: self._send(c, chat, now))
        self._bus.publish("outbox", letter)

    # ---- what follows by itself: see channels.chat.following

    async def run(self) -> None:
        """Take up the open chats, then do what falls due, until cancelled."""
        await Following(self, self._settings.chat, self._store, self._floor, self._clock).run()

    def arrived(self, chat: Chat, queue: str, wish: Wish, at: float) -> Arrived:
        return arrival(chat.id, Medium.CHAT, queue, at, wish, self._floor.centre, self._clock.now())

    async def joined(self, chat_id: str, agent: AgentId, at: float) -> None:
        key = f"joined/{agent}/{at}"
        await self.say(chat_id, NewLine(author=SYSTEM, key=key, code="joined", author_id=agent))

    async def close(self, chat_id: str, by: str, *, mail: bool = True) -> None:
        """Once: its last line, the letter that it becomes, and a copy for a visitor who is not there to see the end."""
        talk, now = self.talks[chat_id], self._clock.now()
        if talk.chat.ended_at is not None:
            return
        copied = mail and by == "left" and bool(talk.chat.address) and _agent_in(talk) is not None
        letter, waits = await self._store.write(lambda c: self._ended(c, talk.chat, by, now, copied=copied))
        for line in await self._store.read(lambda c: kept.lines(c, chat_id, after=talk.seq)):
            talk.took(line)
        talk.ended(by, now)
        _log.note("=", chat_id, f"the chat has ended: {by}")
        self._bus.publish("interaction", chat_id)
        if letter is not None:
            self._bus.publish("outbox", letter)
        if waits is not None:
            _log.note(">", chat_id, f"goes on as e-mail {waits.interaction}")
            self._floor.submit(waits.event(self._floor.centre, now))
        self.changed(chat_id)
        if self.work(chat_id) is None:
            self.forget(chat_id)

    def _ended(
        self, conn: Connection, chat: Chat, by: str, now: float, *, copied: bool
    ) -> "tuple[str | None, unanswered.Waits | None]":
        """The letter that is sent to the visitor, and the e-mail that the chat goes on as."""
        from channels.chat import transcript, unanswered  # noqa: PLC0415 - a start for callers does not wait for what letters need

        mailed = self._settings.chat.unanswered_becomes_mail and unanswered.may_go_on(conn, chat)
        params = {"by": by, "mailed": "1"} if mailed else {"by": by}
        kept.say(conn, chat.id, NewLine(author=SYSTEM, key="ended", code="ended", params=params), now)
        kept.end(conn, chat.id, by, now)
        zone, mail = self._settings.centre.time_zone, self._settings.mail
        transcript.keep(conn, chat, zone, mail.hostname, now)
        waits = unanswered.as_mail(conn, chat, now) if mailed else None
        if not copied:
            return None, waits
        try:
            return self._send(conn, chat, now), waits
        except Refused as refusal:  # no address of ours to send from: the chat ends all the same
            _log.note("-", chat.id, f"the transcript is not sent: {refusal.code}")
            return None, waits

    def _send(self, conn: Connection, chat: Chat, now: float) -> str:
        from channels.chat import transcript  # noqa: PLC0415 - as above

        centre = self._settings.centre
        return transcript.send(conn, chat, self._settings.mail, centre.name, centre.time_zone, now)

    def forget(self, chat_id: str) -> None:
        """Visitors who look at it still keep what they see; whoever asks later is read it from the store."""
        self.talks.pop(chat_id, None)
        self.given_up.discard(chat_id)
        self._news.pop(chat_id, None)

    def changed(self, chat_id: str) -> None:
        """Tell the visitor, whoever has it on the screen, and those who watch."""
        now, standing = self._clock.now(), self.standing(chat_id)
        for visitor in tuple(self.visitors.get(chat_id, ())):
            frame = visitor.session.news(visitor.talk, standing, now)
            if frame is not None:
                visitor.push(frame)
        news = self._news.pop(chat_id, None)
        if news is not None:
            news.set()
        for listener in tuple(self._listeners):
            listener(chat_id)
        self.wake.set()

    def work(self, chat_id: str) -> Work | None:
        return self._floor.centre.interactions.get(InteractionId(chat_id))

    def is_connected(self, chat_id: str) -> bool:
        work = self.work(chat_id)
        return work is not None and work.phase is Phase.CONNECTED


def _agent_in(talk: Talk) -> str | None:
    """Who joined last, by name."""
    return next((line.name for line in reversed(talk.lines) if line.code == "joined"), None)


def _begin(conn: Connection, new: NewChat, now: float) -> tuple[Chat, bool, Wish, list[Line]]:
    chat, fresh = kept.begin(conn, new, now)
    return chat, fresh, of_interaction(conn, chat.id, now), kept.lines(conn, chat.id)
