"""The SMTP dialogue of the drop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.addresses import KnownRecipients, write_recipients
from channels.email.receiving.drop import Acceptance
from channels.email.receiving.reception import Doorkeeper, Limits, Reception, unstuffed
from channels.email.receiving.spool import SpoolReader
from channels.email.receiving.spool_writer import SpoolWriter


class Client:
    """Speaks SMTP line by line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def answer(self) -> str:
        """The last line of the next reply."""
        async with asyncio.timeout(10):
            while True:
                line = (await self._reader.readline()).decode()
                if line[3:4] != "-":
                    return line.rstrip()

    async def say(self, text: str | bytes) -> str:
        self.writer.write((text.encode() if isinstance(text, str) else text) + b"\r\n")
        return await self.answer()

    async def begin(self, *recipients: str, sender: str = "ann@example.org") -> None:
        assert (await self.say(f"MAIL FROM:<{sender}>")).startswith("250")
        for recipient in recipients or ("service@example.com",):
            assert (await self.say(f"RCPT TO:<{recipient}>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")

    async def send(self, letter: bytes) -> str:
        await self.begin()
        return await self.say(letter + b"\r\n.")


class Drop:
    """A drop in this process, on a free port."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.limits = limits
        self.port = 0

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        client = Client(reader, writer)
        assert (await client.answer()).startswith("220")
        assert (await client.say("EHLO client.example")).startswith("250")
        try:
            yield client
        finally:
            writer.close()

    def letters(self) -> list[bytes]:
        return [one.raw for one in SpoolReader(self.folder).read(most=10_000)]


Start = Callable[..., Awaitable[Drop]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts drops; they end with the test."""
    ends: list[Callable[[], None]] = []

    async def run(limits: Limits | None = None) -> Drop:
        drop = Drop(tmp_path, limits or Limits(message_bytes=1_000_000))
        spool = SpoolWriter(tmp_path, lambda: None)
        acceptance = Acceptance(spool, KnownRecipients(tmp_path / "recipients"), drop.limits)
        doorkeeper = Doorkeeper(drop.limits)
        server = await asyncio.get_running_loop().create_server(
            lambda: Reception(acceptance, doorkeeper, "mail.example.com"), "127.0.0.1", 0
        )
        drop.port = server.sockets[0].getsockname()[1]
        ends.extend((server.close, spool.close))
        return drop

    yield run
    for end in ends:
        end()


async def test_a_letter_is_in_the_spool_when_it_is_accepted(start: Start) -> None:
    """250 comes after the record, and the envelope is kept with the letter."""
    drop = await start()
    async with drop.client() as client:
        await client.begin("service@example.com", "care+x@example.com")
        assert (await client.say(b"Subject: x\r\n\r\nHello\r\n.")).startswith("250 2.0.0")
        (stored,) = SpoolReader(drop.folder).read()
    assert stored.raw == b"Subject: x\r\n\r\nHello\r\n"
    assert stored.envelope.recipients == ("service@example.com", "care+x@example.com")
    assert (stored.envelope.sender, stored.envelope.helo) == ("ann@example.org", "client.example")


async def test_the_null_sender_is_kept_as_such(start: Start) -> None:
    """Delivery reports come from <>."""
    drop = await start()
    async with drop.client() as client:
        await client.begin(sender="")
        assert (await client.say(b"x\r\n.")).startswith("250")
        (stored,) = SpoolReader(drop.folder).read()
    assert not stored.envelope.sender


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"a\r\n..b\r\n.\r\n", b"a\r\n.b\r\n"),
        (b"a\n.\nb\n.\r\nc\r\n.\r\n", b"a\n.\nb\n.\r\nc\r\n"),
        (b"a\r.\rb\r\n.\n\r\n.\r\n", b"a\r.\rb\r\n\n\r\n"),
        (b"x" * 200_000 + b"\r\n.\r\n", b"x" * 200_000 + b"\r\n"),
        (b"x" * 65_534 + b"\r\n.\r\n", b"x" * 65_534 + b"\r\n"),
    ],
)
async def test_only_cr_lf_dot_cr_lf_ends_a_letter(start: Start, sent: bytes, kept: bytes) -> None:
    """Bare CR or LF round a dot smuggles nothing, dots are unstuffed, lines may have any length."""
    drop = await start()
    async with drop.client() as client:
        await client.begin()
        client.writer.write(sent)
        assert (await client.answer()).startswith("250 2.0.0")
        assert (await client.say("NOOP")).startswith("250")
    assert drop.letters() == [kept]


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(min_value=1, max_value=24), max_size=8))
def test_the_end_is_found_however_the_bytes_are_cut_into_packets(cuts: list[int]) -> None:
    """Reading in blocks and unstuffing do not depend on where a block ends."""
    stuffed = b".a\r\n..\r\nb\r\n...c\r\n.\r\n"
    places = sorted({min(cut, len(stuffed)) for cut in cuts})
    blocks = [stuffed[start:end] for start, end in zip([0, *places], [*places, len(stuffed)], strict=True)]
    assert unstuffed(blocks) == b"a\r\n.\r\nb\r\n..c\r\n"


async def test_commands_may_be_pipelined(start: Start) -> None:
    """A client that writes everything at once (RFC 2920) loses nothing behind DATA."""
    drop = await start()
    async with drop.client() as client:
        one = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: 1\r\n\r\nx\r\n.\r\n"
        client.writer.write(one + one + b"QUIT\r\n")
        answers = [await client.answer() for _ in range(9)]
    assert [answer[:3] for answer in answers] == ["250", "250", "354", "250"] * 2 + ["221"]
    assert len(drop.letters()) == 2


async def test_a_letter_that_is_too_large_is_refused_for_good(start: Start) -> None:
    """552 comes after the whole letter or at its announced size, and the connection goes on."""
    drop = await start(Limits(message_bytes=20_000))
    async with drop.client() as client:
        assert (await client.send(b"x" * 30_000)).startswith("552")
        assert (await client.say("MAIL FROM:<a@example.org> SIZE=30000")).startswith("552")
        assert (await client.send(b"x" * 10_000)).startswith("250")
    assert [len(letter) for letter in drop.letters()] == [10_002]


async def test_unknown_recipients_are_refused_and_no_list_means_all(start: Start) -> None:
    """Never an open relay: with a list only our addresses, tags and postmaster pass."""
    drop = await start()
    async with drop.client() as client:
        assert (await client.say("MAIL FROM:<a@example.org>")).startswith("250")
        assert (await client.say("RCPT TO:<anybody@example.net>")).startswith("250")
        write_recipients(drop.folder / "recipients", ["Service@Example.com"])
        assert (await client.say("RCPT TO:<anybody@example.net>")).startswith("550 5.1.1")
        for known in ("SERVICE@example.com", "service+c-abc-def@example.com", "postmaster@example.com"):
            assert (await client.say(f"RCPT TO:<{known}>")).startswith("250")


async def test_too_many_recipients_and_connections_are_deferred(start: Start) -> None:
    """452 behind the hundredth recipient, 421 for a peer with too many connections, and room again afterwards."""
    drop = await start(Limits(message_bytes=1_000_000, recipients=2, connections_per_peer=1))
    async with drop.client() as client:
        assert (await client.say("MAIL FROM:<a@example.org>")).startswith("250")
        answers = [await client.say(f"RCPT TO:<b{number}@example.com>") for number in range(3)]
        assert [answer[:3] for answer in answers] == ["250", "250", "452"]
        reader, writer = await asyncio.open_connection("127.0.0.1", drop.port)
        assert (await reader.read()).startswith(b"421 4.7.0")
        writer.close()
    async with asyncio.timeout(10):
        while True:
            try:
                async with drop.client():
                    break
            except AssertionError:
                await asyncio.sleep(0.02)


async def test_what_cannot_be_stored_is_deferred_not_bounced(start: Start) -> None:
    """451 without internals, and the connection goes on."""
    drop = await start()
    drop.folder.joinpath("recipients").mkdir()  # a list that cannot be read
    async with drop.client() as client:
        assert (await client.say("MAIL FROM:<a@example.org>")).startswith("250")
        answer = await client.say("RCPT TO:<b@example.com>")
        assert answer == "451 4.3.0 The letter could not be stored, please try again later"
        drop.folder.joinpath("recipients").rmdir()
        assert (await client.say("RCPT TO:<b@example.com>")).startswith("250")


async def test_a_broken_connection_stores_nothing(start: Start) -> None:
    """A letter without its end is not a letter."""
    drop = await start()
    async with drop.client() as client:
        await client.begin()
        client.writer.write(b"Subject: half\r\n\r\nHal")
        await client.writer.drain()
    async with drop.client() as client:
        assert (await client.send(b"whole")).startswith("250")
    assert drop.letters() == [b"whole\r\n"]


@pytest.mark.parametrize("address", ["<", "a b@c", "<@>", "<a@b", "a@[", '"@x>', "<<>>", "(" * 300])
async def test_malformed_addresses_are_answered(start: Start, address: str) -> None:
    """Whatever stands behind MAIL FROM gets a reply, and the next client is served."""
    drop = await start()
    async with drop.client() as client:
        assert (await client.say(f"MAIL FROM:{address}"))[0] in "2345"
        assert (await client.say("RSET")).startswith("250")
        assert (await client.send(b"x")).startswith("250")
