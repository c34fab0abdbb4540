"""The spool: nothing that was stored is lost, nothing that was not appears."""

import asyncio
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.receiving.spool import Envelope, Spooled, SpoolReader, encode, letter_id
from channels.email.receiving.spool_writer import SpoolWriter

ENVELOPE = Envelope(
    sender="ann@example.org", recipients=("service@example.com",), received_at=1.5, peer="192.0.2.1", helo="x"
)


def nothing() -> None:
    """Nobody wants to be woken."""


def all_of(reader: SpoolReader) -> list[Spooled]:
    return reader.read(most=10_000)


async def store(folder: Path, *letters: bytes, segment_bytes: int = 1 << 20) -> list[str]:
    writer = SpoolWriter(folder, nothing, segment_bytes)
    try:
        return list(await asyncio.gather(*(writer.append(ENVELOPE, raw) for raw in letters)))
    finally:
        writer.close()


async def test_what_was_stored_is_read_in_order(tmp_path: Path) -> None:
    """Letters come back whole, with their envelopes, in the order of acceptance."""
    letters = [b"", b"a\r\n", b"\x00\xff" * 10_000, b"\x89TLspl1\n" * 3]
    ids = await store(tmp_path, *letters)
    found = all_of(SpoolReader(tmp_path))
    assert [one.raw for one in found] == letters
    assert [one.spool_id for one in found] == ids
    assert {one.envelope for one in found} == {ENVELOPE}


async def test_what_is_forgotten_does_not_come_again(tmp_path: Path) -> None:
    """A new reader goes on behind the last forgotten letter, over several segments, and imported files vanish."""
    await store(tmp_path, *(b"%d" % number for number in range(30)), segment_bytes=1)
    await store(tmp_path, b"last")
    reader = SpoolReader(tmp_path)
    first = reader.read(most=10)
    reader.forget(first[-1].place)
    rest = all_of(SpoolReader(tmp_path))
    assert len(first) + len(rest) == 31
    assert rest[-1].raw == b"last"
    again = SpoolReader(tmp_path)
    again.forget(rest[-1].place)
    assert all_of(again) == []
    assert len(list(tmp_path.glob("*.seg"))) == 1  # the newest, which a writer may hold open


async def test_a_lost_cursor_brings_letters_again_with_the_same_ids(tmp_path: Path) -> None:
    """Forgetting is not durable on purpose: what comes again is recognised by its id."""
    ids = await store(tmp_path, b"one", b"two")
    reader = SpoolReader(tmp_path)
    reader.forget(all_of(reader)[-1].place)
    (tmp_path / "imported").unlink()
    assert [one.spool_id for one in all_of(SpoolReader(tmp_path))] == ids


async def test_a_retry_of_the_same_letter_has_the_same_id() -> None:
    """The sender that never saw our 250 sends the same bytes again; letters without a Message-ID are all different."""
    raw = b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\nHello\r\n"
    assert letter_id(ENVELOPE, raw) == letter_id(ENVELOPE, raw)
    assert letter_id(ENVELOPE, raw) != letter_id(ENVELOPE, raw + b"!")
    assert letter_id(ENVELOPE, b"\r\nHello") != letter_id(ENVELOPE, b"\r\nHello")
    in_the_body = b"Subject: x\r\n\r\nMessage-ID: <1@example.org>\r\n"
    assert letter_id(ENVELOPE, in_the_body) != letter_id(ENVELOPE, in_the_body)


@settings(max_examples=150, deadline=None)
@given(cut=st.integers(min_value=0), closed=st.booleans())
def test_a_tail_torn_at_any_byte_is_dropped(
    tmp_path_factory: pytest.TempPathFactory, cut: int, *, closed: bool
) -> None:
    """Whatever a killed writer left of its last record, the records before it stand and nothing else appears."""
    folder = tmp_path_factory.mktemp("spool")
    records = [b"".join(encode(f"id-{number}", ENVELOPE, b"letter %d" % number)) for number in range(3)]
    whole = b"".join(records)
    length = cut % (len(whole) + 1)
    (folder / "0000000001-aa.seg").write_bytes(whole[:length])
    if closed:
        (folder / "0000000002-bb.seg").write_bytes(records[0])
    complete = sum(length >= len(b"".join(records[: number + 1])) for number in range(3))
    expected = [f"id-{number}" for number in range(complete)] + (["id-0"] if closed else [])
    assert [one.spool_id for one in all_of(SpoolReader(folder))] == expected
    shutil.rmtree(folder)


def test_damage_in_the_middle_costs_only_the_damaged_letter(tmp_path: Path) -> None:
    """A flipped bit on the disk loses one record, not those behind it."""
    records = [b"".join(encode(f"id-{number}", ENVELOPE, b"letter")) for number in range(3)]
    middle = bytearray(records[1])
    middle[-1] ^= 1
    (tmp_path / "0000000001-aa.seg").write_bytes(records[0] + bytes(middle) + records[2])
    (tmp_path / "0000000002-bb.seg").write_bytes(b"")
    assert [one.spool_id for one in all_of(SpoolReader(tmp_path))] == ["id-0", "id-2"]


async def test_a_spool_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """The writer refuses letters while the folder is gone and works again when it is back."""
    folder = tmp_path / "spool"
    writer = SpoolWriter(folder, nothing, segment_bytes=1)
    await writer.append(ENVELOPE, b"one")
    shutil.rmtree(folder)
    with pytest.raises(OSError, match="No such file"):
        await writer.append(ENVELOPE, b"two")
    folder.mkdir()
    async with asyncio.timeout(10):
        while True:
            try:
                await writer.append(ENVELOPE, b"three")
                break
            except OSError:
                await asyncio.sleep(0.1)
    writer.close()
    assert [one.raw for one in all_of(SpoolReader(folder))] == [b"three"]


async def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """A second writer on the same folder is refused; after the first has closed it is welcome."""
    first = SpoolWriter(tmp_path, nothing)
    with pytest.raises(BlockingIOError):
        SpoolWriter(tmp_path, nothing, patience_s=0)
    first.close()
    SpoolWriter(tmp_path, nothing).close()
