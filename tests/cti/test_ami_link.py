"""The link against a fake Asterisk that behaves as badly as real ones were seen to (the faults of panoramisk 1.4)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from config.clock import SystemClock
from config.errors import Unavailable
from cti.ami import actions, link
from cti.ami.actions import Answered, RefusedByAsterisk, Unknown
from cti.ami.link import AmiAddress, Link, LoginRefused
from cti.ami.protocol import Message, UnsafeText
from tests.fakes.ami import AmiPeer, FakeAmi, fake_ami


class Heard:
    """What a link told its owner."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.beats: list[float] = []
        self.ups = 0
        self.downs = 0

    async def up(self) -> None:
        self.ups += 1

    def down(self) -> None:
        self.downs += 1

    async def beat(self, at: float) -> None:
        self.beats.append(at)


def make(port: int, heard: Heard, secret: str = "right") -> Link:
    address = AmiAddress(host="127.0.0.1", port=port, user="trunkline", secret=secret)
    return Link(
        address,
        SystemClock(),
        on_event=lambda message: heard.events.append(message["N"]),
        on_up=heard.up,
        on_down=heard.down,
        heartbeat=heard.beat,
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(fake: FakeAmi, heard: Heard) -> AsyncIterator[Link]:
    one = make(fake.port, heard)
    task = asyncio.create_task(one.run())
    try:
        await until(lambda: one.status.up)
        yield one
    finally:
        task.cancel()
        await asyncio.wait([task])


async def silent(_: AmiPeer, __: dict[str, str]) -> None:
    """No answer."""


async def test_answers_refusals_and_lists() -> None:
    """Each action ends as what Asterisk said; a list is complete with its end; an empty one too."""
    heard = Heard()
    async with fake_ami() as fake, running(fake, heard) as one:

        async def listing(peer: AmiPeer, action: dict[str, str]) -> None:
            mark = ("ActionID", action["ActionID"])
            peer.reply(action, "Success", ("EventList", "start"))
            peer.send(("Event", "Status"), mark, ("N", "1"))
            peer.send(("Event", "Other"), ("N", "between"))
            peer.send(("Event", "StatusComplete"), mark)

        async def refuse(peer: AmiPeer, action: dict[str, str]) -> None:
            peer.reply(action, "Error", ("Message", "Channel does not exist"))

        fake.answers |= {"Status": listing, "Redirect": refuse}
        answer = await one.ask(actions.status(("TL_ID",)))
        assert isinstance(answer, Answered)
        assert [item["N"] for item in answer.items] == ["1"]
        assert await one.ask(actions.redirect_to_hold("ast-1.1")) == RefusedByAsterisk(
            reason="Channel does not exist"
        )
        fake.answers["Status"] = refuse
        assert isinstance(await one.ask(actions.status(("TL_ID",))), RefusedByAsterisk)
        await until(lambda: heard.events == ["between"])


async def test_no_reply_is_unknown_and_forgotten() -> None:
    """An action whose deadline passes is unknown; its late reply confuses nobody."""
    async with fake_ami() as fake, running(fake, Heard()) as one:
        late: list[tuple[AmiPeer, dict[str, str]]] = []

        async def keep(peer: AmiPeer, action: dict[str, str]) -> None:
            late.append((peer, action))

        fake.answers["Hangup"] = keep
        outcome = await one.ask(replace(actions.hang_up("ast-1.1"), within_s=0.05))
        assert isinstance(outcome, Unknown)
        late[0][0].reply(late[0][1])
        assert isinstance(await one.ask(actions.queue_remove("1001")), Answered)


async def test_a_flood_is_taken_in_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what may wait nothing is read until it was taken in: the peer waits, every event comes in its order, and the link stays up."""
    monkeypatch.setattr(link, "_MOST_EVENTS", 500)
    monkeypatch.setattr(link, "_FEW_EVENTS", 50)
    heard = Heard()
    async with fake_ami() as fake, running(fake, heard) as one:
        (peer,) = fake.peers
        waiting = []
        take = one._on_event

        def on_event(message: Message) -> None:
            waiting.append(len(one._connection._events) if one._connection else 0)
            take(message)

        assert one._connection is not None
        one._connection.hand_to(on_event)
        padding = ("Padding", "x" * 500)
        for number in range(20_000):
            peer.send(("Event", "Flood"), ("N", str(number)), padding)
        await until(lambda: len(heard.events) == 20_000)
        assert heard.events == [str(number) for number in range(20_000)]
        assert heard.downs == 0
        assert max(waiting) < 2_000, "and memory does not grow with the flood"


async def test_a_burst_leaves_the_loop_to_others_while_an_answer_is_awaited() -> None:
    """However much comes at once: a hundred events, then whoever else is ready, and so on, in order."""
    async with fake_ami() as fake, running(fake, Heard()) as one:

        async def silent(_: AmiPeer, __: dict[str, str]) -> None:
            return

        fake.answers["Hangup"] = silent
        connection = one._connection
        assert connection is not None
        asked = asyncio.ensure_future(one.ask(actions.hang_up("ast-1.1")))
        await fake.wait_for("Hangup")
        turn, taken = 0, list[tuple[int, str]]()

        async def tick() -> None:
            nonlocal turn
            while True:
                turn += 1
                await asyncio.sleep(0)

        connection.hand_to(lambda message: taken.append((turn, message["N"])))
        ticking = asyncio.ensure_future(tick())
        connection.data_received(b"".join(b"Event: X\r\nN: %d\r\n\r\n" % number for number in range(1000)))
        await until(lambda: len(taken) == 1000)
        ticking.cancel()
        asked.cancel()
        assert [number for _, number in taken] == [str(number) for number in range(1000)]
        assert max(Counter(turn for turn, _ in taken).values()) <= link._EVENTS_AT_ONCE


async def test_nothing_is_sent_twice_over_a_reconnect() -> None:
    """An action that was unanswered when the link broke is unknown, and is not sent again by itself."""
    heard = Heard()
    async with fake_ami() as fake, running(fake, heard) as one:

        async def break_off(peer: AmiPeer, _: dict[str, str]) -> None:
            peer.close()

        fake.answers["Originate"] = break_off
        call = actions.originate_demo_call(channel_id="d1", to="100", from_number="1", from_name="")
        assert isinstance(await one.ask(call), Unknown)
        await until(lambda: heard.ups == 2)
        assert heard.downs == 1
        assert len([action for action in fake.actions if action["Action"] == "Originate"]) == 1


async def test_sending_while_down_fails_at_once() -> None:
    """Nothing is kept for later: an old redirect must not hit whoever has that channel then."""
    one = make(1, Heard())
    with pytest.raises(Unavailable):
        one.send((actions.hang_up("ast-1.1"),))


async def test_events_come_in_order_and_nothing_in_them_breaks_the_link() -> None:
    """A burst with doubled headers, broken UTF-8 and events that carry a finished action's id arrives in order."""
    heard = Heard()
    async with fake_ami() as fake, running(fake, heard) as one:
        for number in range(500):
            fake.peers[0].raw(
                f"Event: X\r\nN: {number}\r\nEvent: Hangup\r\nName: ".encode() + b"\xff\r\n\r\n"
            )
        await one.ask(actions.queue_remove("1001"))
        done = fake.actions[-1]["ActionID"]
        fake.peers[0].send(("Event", "OriginateResponse"), ("ActionID", done), ("N", "last"))
        await until(lambda: len(heard.events) == 501)
        assert heard.events == [*map(str, range(500)), "last"]
        assert one.status.up


async def test_a_mute_asterisk_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that stops answering pings is down within the ping's deadline, and connected to again."""
    monkeypatch.setattr(link, "PING_EVERY_S", 0.02)
    monkeypatch.setattr(actions, "ping", lambda: actions.Action(name="Ping", within_s=0.05))
    heard = Heard()
    async with fake_ami() as fake, running(fake, heard) as one:
        fake.answers["Ping"] = silent
        await until(lambda: heard.downs == 1)
        await until(lambda: not one.status.up)
        assert one.status.reason == "asterisk.unreachable"
        del fake.answers["Ping"]
        await until(lambda: heard.ups == 2)
        assert heard.beats[0] == 1700000000.25


async def test_an_endless_message_ends_the_connection() -> None:
    """More than the cap without an end: the link starts anew instead of filling the memory."""
    heard = Heard()
    async with fake_ami() as fake, running(fake, heard):
        fake.peers[0].raw(b"Event: X\r\nN: " + b"x" * (1 << 20) + b"x")
        await until(lambda: heard.ups == 2)


async def test_a_wrong_secret_is_said_and_not_hammered() -> None:
    """`check` names what to mend; a running link shows the reason and does not try again soon."""
    async with fake_ami() as fake:
        one = make(fake.port, Heard(), secret="wrong")
        with pytest.raises(LoginRefused, match="ami_secret"):
            await one.check()
        task = asyncio.create_task(one.run())
        await until(lambda: one.status.reason == "asterisk.login_refused")
        before = len(fake.actions)
        await asyncio.sleep(0.3)
        assert len(fake.actions) == before
        task.cancel()
        await asyncio.wait([task])


async def test_nobody_there_is_said() -> None:
    """`check` names address and settings when nothing listens."""
    async with fake_ami() as fake:
        port = fake.port
    with pytest.raises(Unavailable, match=f"127.0.0.1:{port} does not answer"):
        await make(port, Heard()).check()


async def test_a_hostile_value_sends_nothing() -> None:
    """An action that cannot be written safely raises, and what is sent after it is whole."""
    async with fake_ami() as fake, running(fake, Heard()) as one:
        with pytest.raises(UnsafeText):
            one.send((actions.set_global("TL_HEARTBEAT", "1\r\n\r\nAction: Hangup\r\nChannel: x"),))
        assert isinstance(await one.ask(actions.queue_remove("1001")), Answered)
        assert not [action for action in fake.actions if action["Action"] == "Hangup"]


async def test_a_bug_in_a_listener_is_not_swallowed() -> None:
    """An exception of our own code ends `run`: a bug crashes, it is not retried for ever."""

    def broken(_: Message) -> None:
        raise RuntimeError("a bug")

    heard = Heard()
    async with fake_ami() as fake:
        address = AmiAddress(host="127.0.0.1", port=fake.port, user="t", secret="right")
        one = Link(
            address, SystemClock(), on_event=broken, on_up=heard.up, on_down=heard.down, heartbeat=heard.beat
        )
        task = asyncio.create_task(one.run())
        await until(lambda: one.status.up)
        fake.peers[0].send(("Event", "X"))
        with pytest.raises(RuntimeError, match="a bug"):
            await task
