"""A message's file: what counts as sound, and how it is put into a WAV."""

from pathlib import Path

import pytest

from crm_core.recordings.audio import HEADER_BYTES, RATE
from crm_core.voicemail import spool

LOUD, NOISE, SILENT = b"\x20\xa0" * (RATE // 2), b"\xfe\x7e" * (RATE // 2), b"\xff" * RATE
"""A second of each."""


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (b"", 0.0),
        (SILENT * 60, 0.0),
        (NOISE * 60, 0.0),
        (SILENT * 5 + LOUD * 3 + SILENT * 5, 3.0),
        (SILENT + LOUD[: RATE // 10] + SILENT * 5 + LOUD[: RATE // 10] + SILENT, 0.2),
        ((LOUD[: RATE // 2] + SILENT[: RATE // 4]) * 4, 2.75),
    ],
    ids=["nothing", "silence", "noise of the line", "somebody", "two clicks", "words with breaths between"],
)
def test_silence_is_no_sound_and_a_breath_is(tmp_path: Path, said: bytes, seconds: float) -> None:
    path = tmp_path / "said"
    path.write_bytes(said)
    assert spool.sound_s(path) == pytest.approx(seconds, abs=0.05)


def test_a_message_has_one_side(tmp_path: Path) -> None:
    """The caller's, with how loud they are over the time."""
    path = tmp_path / "said"
    path.write_bytes(SILENT + LOUD)
    whole = b"".join(spool.wav(path))
    assert whole[HEADER_BYTES:] == SILENT + LOUD
    assert int.from_bytes(whole[22:24], "little") == 1, "channels"
    assert int.from_bytes(whole[4:8], "little") == len(whole) - 8
    peaks = spool.peaks(path)
    assert (len(peaks["customer"]), peaks["agent"]) == (200, [])
    assert max(peaks["customer"][:100]) == 0 < min(peaks["customer"][100:])


def test_other_files_are_nobody_s_message(tmp_path: Path) -> None:
    """Talks that are recorded lie beside them, and whatever else somebody puts there."""
    for name in (
        "tl-ast-1.1.1700000000001-message.ulaw", "tl-ast-1.2.1700000000000-message.ulaw",
        "tl-ast-1.1.1700000000000-customer.ulaw", "../x-message.ulaw"[3:], "tl-a b.1700000000000-message.ulaw",
    ):  # fmt: skip
        (tmp_path / name).write_bytes(b"")
    assert [(each.call_id, each.left_at) for each in spool.found(tmp_path)] == [
        ("tl-ast-1.2", 1_700_000_000.0), ("tl-ast-1.1", 1_700_000_000.001),
    ]  # fmt: skip
