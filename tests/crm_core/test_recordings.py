"""Audio of recordings: one WAV of two sides, encrypted so that any range can be read, and judged against its talk."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from crm_core.interactions import Segment
from crm_core.recordings import audio, takes
from crm_core.recordings.audio import HEADER_BYTES, Sides
from crm_core.recordings.chest import CHUNK, Chest, Damaged
from crm_core.recordings.kept import KEPT, MISSING, TRUNCATED, UNREADABLE, Talk
from crm_core.recordings.takes import Take

KEY = "a key of the tests"


def sides(folder: Path, customer: bytes, agent: bytes) -> Sides:
    made = Sides(
        customer=folder / "tl-a.1700000000000-customer.ulaw", agent=folder / "tl-a.1700000000000-agent.ulaw"
    )
    made.customer.write_bytes(customer)
    made.agent.write_bytes(agent)
    return made


def test_the_customer_is_left_and_the_agent_right(tmp_path: Path) -> None:
    """A player reads stereo u-law of 8 kHz; where one side is shorter, it is silent."""
    both = sides(tmp_path, b"\x01" * 40_000, b"\x02" * 39_000)
    whole = b"".join(audio.wav(both))
    assert whole[:4] == b"RIFF"
    assert int.from_bytes(whole[4:8], "little") == len(whole) - 8
    assert int.from_bytes(whole[20:22], "little") == 7
    assert int.from_bytes(whole[54:58], "little") == len(whole) - HEADER_BYTES == 80_000
    assert set(whole[HEADER_BYTES::2]) == {1}
    assert whole[HEADER_BYTES + 1 :: 2] == b"\x02" * 39_000 + b"\xff" * 1_000


def test_peaks_say_who_talked_when(tmp_path: Path) -> None:
    """From silence to full, 200 steps a side at most."""
    shown = audio.peaks(sides(tmp_path, b"\xff" * 8000 + b"\x80" * 8000, b"\x00" * 8000 + b"\xff" * 8000))
    assert {len(each) for each in shown.values()} == {200}
    assert shown["customer"] == [0] * 100 + [100] * 100
    assert shown["agent"] == [100] * 100 + [0] * 100
    assert audio.peaks(sides(tmp_path, b"\xff" * 3, b"\xff" * 3)) == {"customer": [0] * 3, "agent": [0] * 3}


def content(size: int) -> bytes:
    return bytes(number * 7 % 251 for number in range(size))


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
@pytest.mark.parametrize("key", ["", KEY])
def test_any_range_is_what_was_written(tmp_path: Path, size: int, key: str) -> None:
    """Across chunks, and up to both ends; nothing of it is on the disk when there is a key."""
    chest, target, data = Chest(key), tmp_path / "2026" / "a", content(size)
    pieces = [data[at : at + 10_007] for at in range(0, size, 10_007)]
    assert chest.write(target, "a", pieces) == (size, hashlib.sha256(data).hexdigest())
    if size > 64 or not key:  # a single byte is there by chance, once in eight
        assert (data[:64] in target.read_bytes()) is (not key)
    assert [each.name for each in target.parent.iterdir()] == ["a"]
    for first, last in {
        (0, size - 1),
        (0, 0),
        (size - 1, size - 1),
        (size // 3, size // 2),
        (max(0, size - 70_000), size - 1),
    }:
        read = b"".join(chest.read(target, "a", sealed=bool(key), first=first, last=last))
        assert read == data[first : last + 1]


def test_what_was_touched_is_not_played(tmp_path: Path) -> None:
    """A changed byte, a chunk in another's place, a shortened file, another recording's name, another key."""
    chest, target = Chest(KEY), tmp_path / "a"
    chest.write(target, "a", [content(3 * CHUNK)])
    whole, step = target.read_bytes(), CHUNK + 16

    def read(name: str = "a", by: Chest = chest) -> bytes:
        return b"".join(by.read(target, name, sealed=True, first=0, last=3 * CHUNK - 1))

    assert len(read()) == 3 * CHUNK
    for other in ({"name": "b"}, {"by": Chest("another key of the tests")}, {"by": Chest("")}):
        with pytest.raises(Damaged):
            read(**other)  # type: ignore[arg-type]
    swapped = whole[:24] + whole[24 + step : 24 + 2 * step] + whole[24 : 24 + step] + whole[24 + 2 * step :]
    flipped = whole[:500] + bytes([whole[500] ^ 1]) + whole[501:]
    for broken in (swapped, flipped, whole[:-1], whole[: 24 + 2 * step], whole[:10], b""):
        target.write_bytes(broken)
        with pytest.raises(Damaged):
            read()
    target.unlink()
    with pytest.raises(Damaged):
        read()


def stay(kind: str, begin: float, end: float | None, agent: str = "ann") -> Segment:
    return Segment(
        kind=kind,
        queue_id="q",
        agent_id=agent,
        started_at=begin - 3,
        rang_at=None,
        answered_at=begin,
        ended_at=end,
        outcome=None,
    )


def hold(begin: float, end: float) -> Segment:
    return replace(stay("hold", begin, end), started_at=begin)


def test_a_take_finds_its_agent(tmp_path: Path) -> None:
    """The one with whom it has most in common: it begins while the phone rings."""
    talk = Talk(
        queue_id="q", segments=(stay("agent", 1000, 1060), stay("agent", 1070, 1100, "bob")), over=False
    )
    for begin, until, agent in ((995, 1060, "ann"), (1066, 1100, "bob"), (1030, 1060, "ann")):
        found = takes.with_agent(talk, begin, until)
        assert found is not None
        assert found.agent_id == agent
    assert takes.with_agent(talk, 1200, 1210) is None
    assert takes.with_agent(replace(talk, segments=()), 995, 1060) is None


def test_a_talk_is_over_when_its_agent_is_free(tmp_path: Path) -> None:
    """However long nothing is written: who is on hold will talk again."""
    open_one = stay("agent", 1000, None)
    assert not takes.is_over(Talk(queue_id="q", segments=(open_one,), over=False), open_one)
    assert not takes.is_over(Talk(queue_id="q", segments=(), over=False), None)
    assert takes.is_over(Talk(queue_id="q", segments=(), over=True), None)
    assert takes.is_over(Talk(queue_id="q", segments=(), over=False), stay("agent", 1000, 1001))


def test_what_a_take_should_hold(tmp_path: Path) -> None:
    """Without holds, and until the next one begins."""
    ours = sides(tmp_path, b"", b"")
    one = Take(name="a", interaction_id="tl-a", started_at=998, sides=ours, touched_at=1060)
    talked = stay("agent", 1000, 1060)
    talk = Talk(queue_id="q", segments=(talked, hold(1010, 1030), hold(1200, 1230)), over=True)
    assert takes.expected_s(talk, talked, one, [one]) == 40
    assert takes.expected_s(talk, talked, one, [one, replace(one, started_at=1040)]) == 20


def pause(begin: float, end: float, outcome: str = "resumed") -> Segment:
    return replace(stay("recording_pause", begin, end), started_at=begin, outcome=outcome)


def test_what_is_paused_is_known(tmp_path: Path) -> None:
    """Where in the audio, which has no holds in it; and that nobody knows how much of a pause is in a take that the next one follows, or that was
    stopped."""
    ours = sides(tmp_path, b"\xff" * 60 * 8000, b"\xff" * 60 * 8000)
    one = Take(name="a", interaction_id="tl-a", started_at=998, sides=ours, touched_at=1060)
    talked = stay("agent", 1000, 1060)
    held = Talk(queue_id="q", segments=(talked, hold(1010, 1030), pause(1005, 1040)), over=True)
    assert takes.expected_s(held, talked, one, [one]) == 40
    assert takes.pauses_in(held, one, 1000) == [[5.0, 20.0]]
    assert takes.unpaused_s(held, talked) == 25
    followed = [one, replace(one, started_at=1040.4)]
    assert takes.expected_s(held, talked, one, followed) == 5, "a phone was rung again while it was paused"
    stopped = replace(held, segments=(talked, pause(1020, 1060, "stopped")))
    assert takes.expected_s(stopped, talked, one, [one]) == 20
    assert takes.pauses_in(replace(held, segments=(talked, pause(990, 999))), one, 1000) == []


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    """One side missing, nothing in it, shorter than the talk, or the sides out of step."""
    second = b"\xff" * 8000
    assert takes.judged(sides(tmp_path, second * 20, second * 20), 21) == KEPT
    assert takes.judged(sides(tmp_path, second * 20, second * 20), 60) == TRUNCATED
    assert takes.judged(sides(tmp_path, second * 20, second * 17), 20) == TRUNCATED
    assert takes.judged(sides(tmp_path, b"", b""), 20) == MISSING
    one_sided = sides(tmp_path, second, second)
    one_sided.agent.unlink()
    assert takes.judged(one_sided, 1) == UNREADABLE


def test_only_what_is_ours_is_taken(tmp_path: Path) -> None:
    """Oldest first; other files are left alone."""
    for name in ("tl-b.1700000002000-agent.ulaw", "tl-a.1700000001000-customer.ulaw", "tl-a.1700000001000-agent.ulaw",
                 "x-agent.ulaw", "tl-..%2f-agent.ulaw", "notes.txt"):  # fmt: skip
        (tmp_path / name).write_bytes(b"1")
    assert [(each.interaction_id, each.started_at) for each in takes.takes(tmp_path)] == [
        ("tl-a", 1700000001.0), ("tl-b", 1700000002.0)
    ]  # fmt: skip
