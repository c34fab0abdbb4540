"""Uploaded prompts as files for Asterisk: written from the database at the start and on every change, whole or not at all."""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core import queues
from crm_core.flows import prompts
from crm_core.flows.prompts import Sound
from crm_core.flows.sound import RATE
from crm_core.store import Store
from cti.ports import Bus

LOOK_AGAIN_S = 30.0
PIECE_S = 5
"""Music is kept in pieces of so many seconds: between two of them the dialplan looks whether the server is still there."""
_WAKING = ("prompt", "config")
_log = Transcript("prompts")


class PromptFiles:
    """A file's name says what is in it, so that one that is there is right, and one that is being played is never changed."""

    def __init__(self, store: Store, bus: Bus, folder: Path | None) -> None:
        self._store, self._bus, self._folder = store, bus, folder
        self._there: Mapping[tuple[str, str], Sound] = {}
        self._left: frozenset[Path] = frozenset()
        self._tunes: Mapping[tuple[str, str], int] = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Keep the folder as the database says, until cancelled."""
        unsubscribe = [self._bus.subscribe(topic, lambda _: self._changed.set()) for topic in _WAKING]
        try:
            while True:
                await self._keep()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await self._changed.wait()
        finally:
            for stop in unsubscribe:
                stop()

    async def _keep(self) -> None:
        self._changed.clear()
        try:
            await self.write()
        except (Unavailable, OSError) as problem:  # what is there is played until then
            _log.note("!", "", f"not written: {problem}")

    async def write(self) -> None:
        """Write what is missing, and remove what has not been wanted for two looks. `Unavailable`, `OSError`."""
        if self._folder is None:
            return
        wanted = {(each.prompt_id, each.language): each for each in await self._store.read(prompts.sounds)}
        self._there = {
            key: sound for key, sound in wanted.items() if await self._written(self._folder, sound)
        }
        played = await self._store.read(queues.tunes)
        tunes = [sound for sound in wanted.values() if sound.prompt_id in played]
        self._tunes = {
            (sound.prompt_id, sound.language): await self._cut(self._folder, sound) for sound in tunes
        }
        self._left = await asyncio.to_thread(self._swept, self._folder, frozenset(wanted.values()), tunes)

    async def _cut(self, folder: Path, sound: Sound) -> int:
        """The same in pieces, all or none of them; how many."""
        whole = _place(folder, sound)
        return await asyncio.to_thread(_cut, whole, _pieces(folder, sound)) if whole.exists() else 0

    async def _written(self, folder: Path, sound: Sound) -> bool:
        place = _place(folder, sound)
        if place.exists():
            return True
        try:
            content = await self._store.read(
                lambda conn: prompts.sound(conn, sound.prompt_id, sound.language)
            )
        except Refused:  # removed meanwhile
            return False
        await asyncio.to_thread(_write, place, content)
        _log.note("=", sound.prompt_id, f"{sound.language}: {sound.seconds:.1f} s")
        return True

    def _swept(self, folder: Path, wanted: frozenset[Sound], tunes: Sequence[Sound]) -> frozenset[Path]:
        places = {_place(folder, sound) for sound in wanted} | {_pieces(folder, sound) for sound in tunes}
        there = (*folder.glob("*/*.ulaw"), *folder.glob("*/*.music"))
        unwanted = frozenset(each for each in there if each not in places)
        for each in unwanted & self._left:
            if each.is_dir():
                shutil.rmtree(each)
            else:
                each.unlink(missing_ok=True)
        return unwanted

    def tune(self, prompt_id: str, languages: tuple[str, ...]) -> tuple[str, int] | None:
        """Where Asterisk finds its pieces (1, 2, ...) and how many there are, in the first of these languages or in any."""
        if self._folder is None:
            return None
        any_language = tuple(language for key, language in self._tunes if key == prompt_id)
        for language in (*languages, *any_language):
            sound, count = self._there.get((prompt_id, language)), self._tunes.get((prompt_id, language), 0)
            if sound is not None and count:
                return str(_pieces(self._folder, sound)), count
        return None

    def find(self, prompt_id: str, languages: tuple[str, ...]) -> tuple[str, float] | None:
        """Where Asterisk finds it (without the ending), in the first of these languages or in any, and how long it is."""
        if self._folder is None:
            return None
        any_language = tuple(language for key, language in self._there if key == prompt_id)
        for language in (*languages, *any_language):
            sound = self._there.get((prompt_id, language))
            if sound is not None:
                return str(_place(self._folder, sound).with_suffix("")), sound.seconds
        return None


def _place(folder: Path, sound: Sound) -> Path:
    return folder / sound.language / f"{sound.prompt_id}-{sound.sha256[:16]}.ulaw"


def _pieces(folder: Path, sound: Sound) -> Path:
    return _place(folder, sound).with_suffix(".music")


def _cut(whole: Path, target: Path) -> int:
    length = PIECE_S * RATE
    if not target.is_dir():
        sound = whole.read_bytes()
        part = target.with_suffix(".cutting")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o755)
        for number, begin in enumerate(range(0, len(sound), length), 1):
            _write(part / f"{number}.ulaw", sound[begin : begin + length])
        part.rename(target)
    return -(-whole.stat().st_size // length)


def _write(place: Path, content: bytes) -> None:
    """Readable for Asterisk, which may be another user."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    part = place.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(0o644)
    part.replace(place)
