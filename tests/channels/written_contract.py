"""What every written channel must hold: subclass it, give it a way to be written to and a peer, and all of this is asked of it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select, update

from channels.written.contract import Peer
from channels.written.dispatcher import UNANSWERED, Dispatcher
from crm_core.letters import Letter
from crm_core.tables import message_out
from crm_core.written import outgoing
from crm_core.written.outgoing import NewMessage
from routing.core.events import Arrived, TakenUp
from tests.channels.text_room import THEIRS, TextRoom


class Far(ABC):
    """The other side of a channel in a test."""

    @abstractmethod
    async def write(self, key: str, text: str) -> None:
        """Somebody whose number is `THEIRS` writes this, under this name of the peer's."""

    @abstractmethod
    def peer(self) -> Peer:
        """Ours, towards it."""

    @abstractmethod
    def got(self) -> list[str]:
        """The texts that went out, each as often as it did."""

    @abstractmethod
    def mood(self, mood: str) -> None:
        """How it answers from now on: well, busy, refusing, silent (it takes, and does not answer)."""

    account = "account"
    sends = True
    """Whether it sends at all: paper only comes."""


async def comes_once(room: TextRoom, far: Far) -> None:
    """The same name twice is one message, one interaction, one offer; the customer and the queue are right."""
    told: list[Any] = []
    room.floor.submit = told.append  # type: ignore[method-assign]
    await far.write("k1", "first words")
    await far.write("k1", "first words")
    (letter,) = await room.letters()
    (waiting,) = await room.interactions()
    assert [type(each) for each in told] == [Arrived]
    assert (waiting.medium, waiting.queue_id, waiting.party_id) == (far.peer().medium, room.queue, room.party)
    assert (letter.case_id, letter.interaction_id, letter.party_id) == (
        waiting.case_id,
        waiting.id,
        room.party,
    )
    assert letter.marks[0] == waiting.medium


async def goes_on(room: TextRoom, far: Far) -> None:
    """The next message of the same two joins the case, and the work that waits is taken up."""
    told: list[Any] = []
    room.floor.submit = told.append  # type: ignore[method-assign]
    await far.write("k1", "first")
    await far.write("k2", "second")
    assert len({letter.case_id for letter in await room.letters()}) == 1
    assert [type(each) for each in told] == [Arrived, TakenUp]


async def is_offered_after_a_crash(room: TextRoom, far: Far) -> None:
    """Filed and not offered is offered by the next start."""
    await far.write("k1", "first")
    told: list[Any] = []
    room.floor.submit = told.append  # type: ignore[method-assign]
    await room.receiver.intake.offer_forgotten(far.peer().medium)
    assert [(type(each), each.medium) for each in told] == [(Arrived, far.peer().medium)]


async def goes_out(room: TextRoom, far: Far) -> None:
    """Recorded with its row, the same key once; sent when the peer can, failed with the reason when it never will."""
    first = await _put(room, far, "hello")
    again = await _put(room, far, "hello")
    assert first.id == again.id
    far.mood("busy")
    await _dispatched(room, far, first, "queued", tried=True)
    far.mood("well")
    await room.store.write(lambda c: c.execute(update(message_out).values(due_at=0.0)))
    await _dispatched(room, far, first, "sent")
    far.mood("refusing")
    never = await _put(room, far, "never")
    await _dispatched(room, far, never, "failed")
    assert far.got() == ["hello"]


async def is_never_sent_twice(room: TextRoom, far: Far) -> None:
    """What was taken and not answered goes out once, whatever that costs."""
    far.mood("silent")
    letter = await _put(room, far, "once")
    safe = await far.peer().knows_repeats(far.account)
    await _dispatched(room, far, letter, "queued" if safe else "failed", tried=True)
    if not safe:
        assert (await room.state(letter.id))[1] == UNANSWERED
        return
    far.mood("well")
    await room.store.write(lambda c: c.execute(update(message_out).values(due_at=0.0)))
    await _dispatched(room, far, letter, "sent")
    assert far.got() == ["once"]


COMING: tuple[Callable[[TextRoom, Far], Awaitable[None]], ...] = (
    comes_once,
    goes_on,
    is_offered_after_a_crash,
)
GOING: tuple[Callable[[TextRoom, Far], Awaitable[None]], ...] = (goes_out, is_never_sent_twice)


async def _put(room: TextRoom, far: Far, text: str) -> Letter:
    new = NewMessage(
        medium=far.peer().medium,
        account_id=far.account,
        sender="us",
        recipient=THEIRS,
        text=text,
        key=text,
        parts=1,
        case_id=None,
        interaction_id=None,
        party_id=room.party,
        author_id=room.agent.id,
    )
    now = room.clock.now()
    return await room.store.write(lambda c: outgoing.put(c, new, now))


async def _dispatched(room: TextRoom, far: Far, letter: Letter, state: str, *, tried: bool = False) -> None:
    """Run the dispatcher until the message is there."""
    task = asyncio.create_task(Dispatcher(far.peer(), room.store, room.bus, room.clock).run())

    def is_tried(conn: Any) -> bool:
        row = conn.execute(select(message_out).where(message_out.c.letter_id == letter.id)).one()
        return bool(row.attempts) and row.state != "sending"

    try:
        async with asyncio.timeout(10):
            while (await room.state(letter.id))[0] != state or (
                tried and not await room.store.read(is_tried)
            ):
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
