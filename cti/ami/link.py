"""The link to Asterisk's manager interface: one connection, kept up, its events in order, its actions sent once.

Built on panoramisk's Manager (the only importer of it), which opens the connection through our own protocol. What it
would do by itself is replaced, because each was seen to lose calls: it replays unanswered actions after a reconnect
(a second Originate), retries a refused login silently, never misses a ping, and closes on an odd message.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from panoramisk import Manager

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from cti.ami import actions
from cti.ami.actions import Action, Answered, Outcome, RefusedByAsterisk, Unknown
from cti.ami.protocol import Framer, Message, MessageTooLong, encode

CONNECT_WITHIN_S = 5.0
BOOTED_WITHIN_S = 60.0
PING_EVERY_S = 2.0
LOOK_S = 0.2
FIRST_PAUSE_S, LONGEST_PAUSE_S, REFUSED_PAUSE_S = 0.1, 5.0, 60.0
_EVENTS_AT_ONCE = 100
_MOST_EVENTS, _FEW_EVENTS = 10_000, 1_000
"""So many wait to be taken in before we read on: beyond the one Asterisk waits, as long as its `writetimeout` says, until there are few."""

_log = Transcript("ami")


class LoginRefused(Unavailable):
    """Asterisk answers but does not accept our name and secret; trying again would only fill its log."""

    def __init__(self, host: str, port: int, user: str) -> None:
        super().__init__(
            "asterisk",
            f"{host}:{port} refuses the manager user {user!r}: make [asterisk] ami_user and ami_secret agree with manager.conf",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiAddress:
    """Where and as whom."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class _Pending:
    action: Action
    result: "asyncio.Future[Outcome]"
    timer: asyncio.TimerHandle | None = None
    reply: Message | None = None
    items: list[Message] = field(default_factory=list)


class _Connection(asyncio.Protocol):
    """One TCP connection: matches replies to actions, hands every other event on in order."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._framer = Framer()
        self._pending: dict[str, _Pending] = {}
        self._events: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._on_event: Callable[[Message], None] | None = None
        self._goes_on = False
        self._sent = 0
        self._paused = False
        self._transport: asyncio.Transport | None = None
        self.lost: asyncio.Future[str] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP connections are
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(str(exc) if exc else "closed by Asterisk")

    def data_received(self, data: bytes) -> None:
        try:
            messages = self._framer.feed(data)
        except MessageTooLong as problem:
            self.close(str(problem))
            return
        if self._pending:
            for message in messages:
                self._take(message)
        else:  # nobody waits for an answer: only events count
            self._events.extend(message for message in messages if message.event)
        self._news()
        if len(self._events) > _MOST_EVENTS and self._transport is not None and not self._paused:
            self._transport.pause_reading()
            self._paused = True

    def send(self, wanted: Sequence[Action]) -> "list[asyncio.Future[Outcome]]":
        """Write all in one go; each future ends as answered, refused or unknown within the action's deadline."""
        data, futures = b"", []
        for action in wanted:
            self._sent += 1
            action_id = f"tl{self._sent}"
            data += encode(action.name, action_id, action.headers)
            futures.append(self._expect(action_id, action))
        if self._transport is None or self._transport.is_closing():
            self._end("not connected")
        else:
            self._transport.write(data)
        return futures

    def _expect(self, action_id: str, action: Action) -> "asyncio.Future[Outcome]":
        pending = _Pending(action=action, result=self._loop.create_future())
        pending.timer = self._loop.call_later(
            action.within_s, self._settle, action_id, Unknown(reason="no reply")
        )
        self._pending[action_id] = pending
        return pending.result

    def _take(self, message: Message) -> None:
        action_id = message["ActionID"]
        pending = self._pending.get(action_id)
        if pending is None:
            if message.event:
                self._events.append(message)
        elif pending.reply is None:
            self._take_reply(action_id, pending, message)
        elif message.event == pending.action.list_end:
            self._settle(action_id, Answered(reply=pending.reply, items=tuple(pending.items)))
        else:
            pending.items.append(message)

    def _news(self) -> None:
        if not self._events:
            return
        if self._on_event is None:
            self._arrived.set()
        elif not self._goes_on:
            self._hand_on()

    def hand_to(self, on_event: Callable[[Message], None]) -> None:
        """From now on each event at once, in order; what has come already first. A burst leaves the loop to others in between."""
        self._on_event = on_event
        self._hand_on()

    def hand_to_nobody(self) -> None:
        """What comes now, or has not been handed on yet, is not news any more."""
        self._on_event = None
        self._events.clear()

    def _hand_on(self) -> None:
        """The next events. What a listener raises is a bug of ours: whoever serves the connection raises it (`lost`)."""
        self._goes_on = False
        if self._on_event is None:
            return
        try:
            for event in self._some():
                self._on_event(event)
        except Exception as bug:
            self.hand_to_nobody()
            if self.lost.done():
                raise
            self.lost.set_exception(bug)
            return
        if self._events:
            self._goes_on = True
            self._loop.call_soon(self._hand_on)

    def _take_reply(self, action_id: str, pending: _Pending, message: Message) -> None:
        if message["Response"] not in {"Success", "Goodbye"}:
            self._settle(action_id, RefusedByAsterisk(reason=message["Message"] or message["Response"]))
        elif pending.action.list_end:
            pending.reply = message
        else:
            self._settle(action_id, Answered(reply=message))

    def _settle(self, action_id: str, outcome: Outcome) -> None:
        pending = self._pending.pop(action_id, None)
        if pending is None:
            return
        if pending.timer is not None:
            pending.timer.cancel()
        if not pending.result.done():
            pending.result.set_result(outcome)

    async def over(self) -> None:
        """Until the connection is lost."""
        await asyncio.wait((self.lost,))

    async def events(self) -> list[Message]:
        """The next events, in order, while nobody is handed them."""
        await self._arrived.wait()
        some = self._some()
        if not self._events:
            self._arrived.clear()
        return some

    def _some(self) -> list[Message]:
        some = [self._events.popleft() for _ in range(min(len(self._events), _EVENTS_AT_ONCE))]
        if self._paused and len(self._events) < _FEW_EVENTS and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return some

    def heard(self) -> frozenset[str]:
        """The names of the events that have come and were not taken."""
        return frozenset(event.event for event in self._events)

    def close(self, reason: str) -> None:
        """End the connection; everything pending is unknown."""
        self._end(reason)
        if self._transport is not None:
            self._transport.abort()

    def _end(self, reason: str) -> None:
        for action_id in list(self._pending):
            self._settle(action_id, Unknown(reason=reason))
        if not self.lost.done():
            self.lost.set_result(reason)
            self._arrived.set()  # whoever waits for events looks up


class _Tamed(Manager):  # type: ignore[misc]
    """panoramisk's Manager, reduced to opening connections: it keeps no actions, timers or callbacks of its own."""

    def connection_made(self, opened: "asyncio.Task[Any]") -> None:
        """Nothing by itself: whoever called `open` has the result."""

    async def open(self) -> _Connection:
        """Connect once. Raises OSError or TimeoutError."""
        self.loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_WITHIN_S):
            _, connection = await self.connect()
        assert isinstance(connection, _Connection)  # noqa: S101 - what protocol_factory made
        return connection


class Link:
    """Keeps one AMI session.

    `on_event` takes each event in order and must not raise for odd content; `on_up` is awaited after each login, while
    events already come in (the caller buffers or is idempotent), and reads Asterisk's state afresh: no event is ever
    replayed. `heartbeat` is awaited after every answered ping with Asterisk's time. `on_refused`: its machine answers that nothing listens there.
    """

    def __init__(
        self,
        address: AmiAddress,
        clock: Clock,
        *,
        on_event: Callable[[Message], None],
        on_up: Callable[[], Awaitable[None]],
        on_down: Callable[[], None],
        heartbeat: Callable[[float], Awaitable[None]],
        on_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self._address = address
        self._clock = clock
        self._on_event, self._on_up, self._on_down, self._heartbeat = on_event, on_up, on_down, heartbeat
        self._on_refused = on_refused
        self._manager = _Tamed(host=address.host, port=address.port, protocol_factory=_Connection)
        self._connection: _Connection | None = None
        self._status = LinkStatus(up=False, since=clock.now(), reason="asterisk.connecting")

    @classmethod
    def to(cls, address: AmiAddress, clock: Clock) -> "Link":
        """One to `check` or `look` with: it keeps no session."""

        async def nothing(_: float = 0.0) -> None:
            return None

        return cls(
            address, clock, on_event=lambda _: None, on_up=nothing, on_down=lambda: None, heartbeat=nothing
        )

    @property
    def status(self) -> LinkStatus:
        """Up or down, since when, and why."""
        return self._status

    async def check(self) -> None:
        """Log in once and leave. Raises `LoginRefused`, or `Unavailable` when nothing answers."""
        try:
            connection = await self._manager.open()
        except (OSError, TimeoutError) as problem:
            raise self._unreachable(problem) from problem
        try:
            await self._login(connection)
        finally:
            connection.close("checked")

    async def look(self, wanted: Collection[Action]) -> tuple[tuple[Outcome, ...], frozenset[str]]:
        """Log in once, ask these, and leave: how they ended, and which events came meanwhile. Raises as `check`."""
        try:
            connection = await self._manager.open()
        except (OSError, TimeoutError) as problem:
            raise self._unreachable(problem) from problem
        try:
            await self._login(connection)
            outcomes = await asyncio.gather(*connection.send(tuple(wanted)))
            await asyncio.sleep(LOOK_S)  # Asterisk tells its events in a thread of their own, after the reply
            return tuple(outcomes), connection.heard()
        finally:
            connection.close("looked")

    async def run(self) -> None:
        """Connect, serve, and connect again with growing pauses, until cancelled."""
        pause_s = FIRST_PAUSE_S
        while True:
            began = self._clock.monotonic()
            try:
                await self._session()
            except LoginRefused as problem:
                self._down("asterisk.login_refused", str(problem))
                pause_s = REFUSED_PAUSE_S
            except (OSError, TimeoutError, Unavailable) as problem:
                self._down("asterisk.unreachable", str(problem) or type(problem).__name__)
                if isinstance(problem, ConnectionRefusedError):
                    self._on_refused()
            if self._clock.monotonic() - began > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def ask(self, action: Action) -> Outcome:
        """Send one action and wait for its end."""
        return (await self.ask_all((action,)))[0]

    async def ask_all(self, wanted: Sequence[Action]) -> tuple[Outcome, ...]:
        """Send several back to back and wait for all; Asterisk carries them out in order."""
        return tuple(await asyncio.gather(*self.send(wanted)))

    def send(self, wanted: Sequence[Action]) -> "list[asyncio.Future[Outcome]]":
        """Send without waiting. Raises `Unavailable` when the link is down: nothing is kept for later."""
        if self._connection is None:
            raise Unavailable("asterisk", self._status.reason)
        return self._connection.send(wanted)

    # -- one session ---------------------------------------------------------------------------------------------

    async def _session(self) -> None:
        connection = await self._manager.open()
        try:
            await self._login(connection)
            await self._serve(connection)
        finally:
            self._connection = None
            connection.close("leaving")

    async def _login(self, connection: _Connection) -> None:
        action = actions.login(self._address.user, self._address.secret)
        outcome = await connection.send((action,))[0]
        if isinstance(outcome, RefusedByAsterisk):
            raise LoginRefused(self._address.host, self._address.port, self._address.user)
        if isinstance(outcome, Unknown):
            raise Unavailable("asterisk", f"{self._place()} did not answer the login: {outcome.reason}")
        await self._booted(connection)

    async def _booted(self, connection: _Connection) -> None:
        """Asterisk says so after every login once all modules run; before, there is nothing to read."""
        async with asyncio.timeout(BOOTED_WITHIN_S):
            while not any(event.event == "FullyBooted" for event in await connection.events()):
                if connection.lost.done():
                    raise Unavailable("asterisk", connection.lost.result())

    async def _serve(self, connection: _Connection) -> None:
        self._connection = connection
        live = asyncio.create_task(self._live(connection), name="ami heartbeat")
        over = asyncio.create_task(connection.over(), name="ami connection")
        try:
            connection.hand_to(self._on_event)
            await asyncio.wait((live, over), return_when=asyncio.FIRST_COMPLETED)
        finally:
            connection.hand_to_nobody()
            await _cancel((live, over))
            self._on_down()
        if not live.cancelled():
            live.result()  # the ping's deadline
        raise Unavailable("asterisk", connection.lost.result())  # or a bug in a listener

    async def _live(self, connection: _Connection) -> None:
        await self._beat(connection)
        await self._on_up()
        self._status = LinkStatus(up=True, since=self._clock.now())
        _log.note("=", self._place(), "link up")
        while True:
            await asyncio.sleep(PING_EVERY_S)
            await self._beat(connection)

    async def _beat(self, connection: _Connection) -> None:
        outcome = await connection.send((actions.ping(),))[0]
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", f"{self._place()} does not answer pings")
        await self._heartbeat(outcome.reply.at or self._clock.now())

    def _down(self, reason: str, words: str) -> None:
        if self._status.up or self._status.reason != reason:
            self._status = LinkStatus(up=False, since=self._clock.now(), reason=reason)
            _log.note("!", self._place(), f"link down: {words}")

    def _unreachable(self, problem: BaseException) -> Unavailable:
        words = str(problem) or "no reply"
        return Unavailable(
            "asterisk",
            f"{self._place()} does not answer ({words}); start Asterisk or mend [asterisk] ami_host, ami_port",
        )

    def _place(self) -> str:
        return f"{self._address.host}:{self._address.port}"


async def _cancel(tasks: "Iterable[asyncio.Task[None]]") -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.wait(ending)
