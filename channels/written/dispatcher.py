"""Takes what is to be sent to the peer of its medium, one after the other, and records what the peer said.

A message is marked as being sent before the peer is asked. What was being sent when the server ended, or was not answered, goes again where the peer
knows repeats, and is shown as failed where it does not: a person decides then, who would otherwise be written to twice.
"""

import asyncio
from contextlib import suppress
from functools import partial

from channels.written.contract import Dead, Later, Outcome, Peer, Sent, Unknown
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core.store import Connection, Store
from crm_core.written import outgoing
from crm_core.written.outgoing import Outgoing
from routing.bus import Bus

TOPIC = "message_out"
UNANSWERED = "unanswered"
_LOOK_AGAIN_S = 30.0
_BATCH = 10
_LIMIT_S = 60.0
_PAUSES_S = (10.0, 60.0, 300.0, 900.0)
_LATER_S = 3600.0
MOST_ATTEMPTS = len(_PAUSES_S) + 24
"""A day: a text message that is later than that is of no use to anybody."""
log = Transcript("dispatcher")


def pause_s(attempts: int) -> float:
    """How long to wait after so many tries."""
    return _PAUSES_S[attempts] if attempts < len(_PAUSES_S) else _LATER_S


class Dispatcher:
    """One part of the server for one medium. Wakes on the bus, when the next is due, and every 30 s by itself."""

    def __init__(self, peer: Peer, store: Store, bus: Bus, clock: Clock) -> None:
        self._peer, self._store, self._bus, self._clock = peer, store, bus, clock

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe(TOPIC, lambda _: woken.set())
        begun = False
        try:
            while True:
                woken.clear()
                wait_s = _LOOK_AGAIN_S
                try:
                    if not begun:
                        await self._settle_interrupted()
                        begun = True
                    while await self._send_batch():
                        pass
                    wait_s = await self._until_next()
                except Unavailable as problem:
                    log.note("!", "", f"messages wait: {problem}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await woken.wait()
        finally:
            unsubscribe()

    async def _settle_interrupted(self) -> None:
        for message_id, account_id in await self._store.read(
            partial(outgoing.interrupted, medium=self._peer.medium)
        ):
            await self._unanswered(message_id, account_id, "the server ended", self._clock.now())

    async def _until_next(self) -> float:
        due_at = await self._store.read(partial(outgoing.next_due, medium=self._peer.medium))
        return _LOOK_AGAIN_S if due_at is None else min(max(due_at - self._clock.now(), 0.1), _LOOK_AGAIN_S)

    async def _send_batch(self) -> bool:
        now = self._clock.now()
        medium = self._peer.medium
        if not await self._store.read(partial(_is_due, medium=medium, now=now)):
            return False
        batch = await self._store.write(partial(outgoing.take, medium=medium, now=now, limit=_BATCH))
        for message in batch:
            await self._record(message, await self._ask(message))
        return bool(batch)

    async def _ask(self, message: Outgoing) -> Outcome:
        try:
            async with asyncio.timeout(_LIMIT_S):
                return await self._peer.send(message)
        except TimeoutError:
            return Unknown(reason="no answer in time")

    async def _record(self, message: Outgoing, outcome: Outcome) -> None:
        now, told = self._clock.now(), message.interaction_id or message.letter_id
        match outcome:
            case Sent(peer_id=peer_id, parts=parts):
                log.note(">", told, f"{self._peer.medium} to {message.recipient}")
                await self._store.write(lambda c: outgoing.sent(c, message.id, peer_id, parts, now))
            case Dead(reason=reason):
                await self._give_up(message, reason, now)
            case Later(reason=reason, after_s=after_s):
                await self._later(message, reason, after_s, now)
            case Unknown(reason=reason):
                log.note("!", told, f"{self._peer.medium} to {message.recipient} was not answered: {reason}")
                await self._unanswered(message.id, message.account_id, reason, now, message.attempts)
        if message.interaction_id:
            self._bus.publish("interaction", message.interaction_id)

    async def _later(self, message: Outgoing, reason: str, after_s: float | None, now: float) -> None:
        if message.attempts + 1 >= MOST_ATTEMPTS:
            await self._give_up(message, reason, now)
            return
        due_at = now + max(after_s or 0.0, pause_s(message.attempts))
        log.note("!", message.letter_id, f"not sent to {message.recipient}, again later: {reason}")
        await self._store.write(lambda c: outgoing.again(c, message.id, reason, due_at))

    async def _give_up(self, message: Outgoing, reason: str, now: float) -> None:
        log.note("!", message.letter_id, f"not sent to {message.recipient}, given up: {reason}")
        await self._store.write(lambda c: outgoing.failed(c, message.id, reason, now))

    async def _unanswered(
        self, message_id: str, account_id: str, reason: str, now: float, attempts: int = 0
    ) -> None:
        if attempts + 1 < MOST_ATTEMPTS and await self._peer.knows_repeats(account_id):
            due_at = now + pause_s(attempts)
            await self._store.write(lambda c: outgoing.again(c, message_id, reason, due_at))
        else:
            await self._store.write(lambda c: outgoing.failed(c, message_id, UNANSWERED, now))


def _is_due(conn: Connection, medium: str, now: float) -> bool:
    due_at = outgoing.next_due(conn, medium)
    return due_at is not None and due_at <= now
