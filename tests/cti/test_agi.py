"""FastAGI's server side on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti import agi
from cti.agi import AgiConnection, AgiSession, parse_request
from cti.arriving.entry import said

REQUEST = "agi_network: yes\nagi_uniqueid: ast-1.1\nagi_callerid: +886912345678\nagi_calleridname: 王: x\nagi_arg_1: 17.5\n\n"


@asynccontextmanager
async def server(sessions: "asyncio.Queue[AgiSession]") -> AsyncIterator[int]:
    running = await asyncio.get_running_loop().create_server(
        lambda: AgiConnection(sessions.put_nowait), "127.0.0.1", 0
    )
    try:
        yield running.sockets[0].getsockname()[1]
    finally:
        running.close()


async def test_a_request_in_pieces_then_a_command_and_its_reply() -> None:
    """The request is read however it is cut; a command is closed upon only after it was answered."""
    sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
    async with server(sessions) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for byte in REQUEST.encode():
            writer.write(bytes([byte]))
        session = await sessions.get()
        assert session.request["agi_calleridname"] == "王: x"
        assert session.request["agi_absent"] == ""
        session.set_variable("TL_QUEUE", "q-1")
        assert await reader.readline() == b'SET VARIABLE TL_QUEUE "q-1"\n'
        closing = asyncio.create_task(session.close())
        await asyncio.sleep(0)
        assert not closing.done()
        writer.write(b"200 result=1\n")
        await closing
        assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize("data", [b"", b"agi_network: yes\n", b"\xff" * 20_000])
async def test_peers_that_send_nothing_or_nonsense_start_nothing(data: bytes) -> None:
    """Connect and close, half a request, 20 kB of noise: no session, and the next caller is served."""
    sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
    async with server(sessions) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        writer.close()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST.encode())
        session = await sessions.get()
        assert session.request["agi_uniqueid"] == "ast-1.1"
        assert sessions.empty()
        writer.close()
        await session.gone.wait()


async def test_a_request_that_never_ends_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer has a deadline to say what it wants."""
    monkeypatch.setattr(agi, "REQUEST_WITHIN_S", 0.02)
    async with server(asyncio.Queue()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"agi_network: yes\n")
        assert await reader.read() == b""
        writer.close()


async def test_hang_up_ends_the_waiting_for_replies() -> None:
    """A caller who is gone does not answer commands any more."""
    sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
    async with server(sessions) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST.encode())
        session = await sessions.get()
        session.set_variable("TL_QUEUE", "q-1")
        writer.write(b"HANGUP\n")
        await session.gone.wait()
        await session.close()
        writer.close()


async def test_a_call_is_led_away_in_one_go() -> None:
    """Variables, place and the end of our side go out together, once; the rest of the conversation is Asterisk's."""
    sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
    async with server(sessions) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST.encode())
        session = await sessions.get()
        assert session.lead("trunkline-connect", "1001", {"TL_OFFER": "tl-ast-1.1/1"})
        assert session.gone.is_set()
        assert (
            await reader.read()
            == b'SET VARIABLE TL_OFFER "tl-ast-1.1/1"\nEXEC Goto "trunkline-connect,1001,1"\n'
        )
        assert not session.lead("trunkline-connect", "1002", {})
        closing = asyncio.create_task(session.close())
        writer.write(b"200 result=1\n")
        await asyncio.sleep(0)
        assert not closing.done()
        writer.write(b"200 result=0\n")
        await closing
        writer.close()


async def test_who_has_left_is_not_led() -> None:
    """After a hang-up, and once the conversation is being closed, a call has to be redirected instead."""
    sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
    async with server(sessions) as port:
        for ending in ("hangup", "close"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(REQUEST.encode())
            session = await sessions.get()
            if ending == "close":
                await session.close()
            else:
                writer.write(b"HANGUP\n")
                await session.gone.wait()
            assert not session.lead("trunkline-connect", "1001", {})
            await session.close()
            assert await reader.read() == b""
            writer.close()


async def test_only_words_become_commands() -> None:
    """A value with a quote or line break cannot be written."""
    sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
    async with server(sessions) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST.encode())
        session = await sessions.get()
        with pytest.raises(ValueError, match="is not a word"):
            session.set_variable("TL_QUEUE", 'x"\nHANGUP')
        with pytest.raises(ValueError, match="are not words"):
            session.lead("trunkline-connect", '1001"\nHANGUP', {})
        writer.close()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request(block: bytes) -> None:
    """Nothing that comes over the wire raises."""
    assert all(name.startswith("agi_") for name in parse_request(block).values)


def test_names_without_quoting() -> None:
    """SIP's backslashes and Asterisk's words for nothing are not part of a name."""
    assert said('\\"Tom\\" O\\\\Neil') == '"Tom" O\\Neil'
    assert [said(text) for text in ("unknown", "<unknown>", "(null)", "")] == ["", "", "", ""]
