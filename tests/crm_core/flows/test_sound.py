"""Uploaded sounds: any PCM WAV is heard on a telephone as it was recorded, and what is none is told."""

import math
import struct

import pytest

from config.errors import Refused
from crm_core.flows import sound
from crm_core.flows.sound_worker import converted
from tests.real.listener import loudness


def wav(
    *,
    rate: int = 8000,
    channels: int = 1,
    bits: int = 16,
    seconds: float = 0.5,
    tone: float = 1000.0,
    kind: int = 1,
) -> bytes:
    """A tone, on all channels."""
    turn = [_sample(int(12_000 * math.sin(2 * math.pi * tone * n / rate)), bits) for n in range(rate)]
    frames = b"".join(each * channels for each in (turn * math.ceil(seconds))[: int(rate * seconds)])
    head = struct.pack(
        "<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits
    )
    body = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    body += b"fmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(frames)) + frames
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def _sample(level: int, bits: int) -> bytes:
    if bits == 8:
        return bytes([(level >> 8) + 128])
    return (level << (bits - 16)).to_bytes(bits // 8, "little", signed=True)


@pytest.mark.parametrize(
    ("rate", "channels", "bits"),
    [
        (8000, 1, 16),
        (8000, 1, 8),
        (44_100, 2, 16),
        (48_000, 1, 24),
        (16_000, 2, 32),
        (11_025, 1, 16),
        (7350, 1, 16),
    ],
)
def test_any_pcm_is_heard_as_it_was(rate: int, channels: int, bits: int) -> None:
    """As long and as loud, at its pitch."""
    ulaw = sound.telephone(wav(rate=rate, channels=channels, bits=bits))
    assert abs(len(ulaw) - 4000) <= 1
    assert 11_000 < loudness(ulaw, 1000) < 13_000


def test_what_a_telephone_cannot_carry_is_not_folded_down() -> None:
    """A tone above the band falls away instead of being heard at another pitch."""
    ulaw = sound.telephone(wav(rate=48_000, tone=6000))
    assert max(loudness(ulaw, tone) for tone in (2000, 1000, 500)) < 100


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "prompt.no_wav"),
        (b"ID3\x04 an MP3", "prompt.no_wav"),
        (b"RIFF\x04\0\0\0WAVE", "prompt.no_wav"),
        (wav(kind=3, bits=32), "prompt.no_pcm"),
        (wav(channels=3), "prompt.no_pcm"),
        (wav(rate=2000), "prompt.no_pcm"),
        (wav(seconds=0.05), "prompt.empty"),
        (wav(rate=4000, seconds=301, bits=8), "prompt.too_long"),
        (bytes(sound.LARGEST_BYTES + 1), "prompt.too_large"),
    ],
)
def test_what_is_no_sound_for_a_prompt_is_refused(content: bytes, code: str) -> None:
    """With a code for each reason."""
    with pytest.raises(Refused) as refusal:
        sound.look(content)
    assert refusal.value.code == code


def test_a_file_that_was_cut_off_ends_with_its_last_whole_sample() -> None:
    """Its header says more than there is."""
    assert len(sound.telephone(wav()[:-1001])) == 4000 - 501


async def test_a_process_of_its_own_converts() -> None:
    """What it gives is what the function gives, and plays back as a WAV of u-law."""
    given = wav(rate=16_000)
    ulaw = await converted(given)
    assert ulaw == sound.telephone(given)
    played = sound.wav(ulaw)
    assert (played[:4], played[8:12], played.count(ulaw)) == (b"RIFF", b"WAVE", 1)
    assert struct.unpack_from("<I", played, 4)[0] == len(played) - 8
    with pytest.raises(Refused):
        await converted(b"nothing")
