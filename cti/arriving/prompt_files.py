"""Uploaded prompts as files for Asterisk: written from the database at the start and on every change, whole or not at all."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core.flows import prompts
from crm_core.flows.prompts import Sound
from crm_core.store import Store
from cti.ports import Bus

LOOK_AGAIN_S = 30.0
_log = Transcript("prompts")


class PromptFiles:
    """A file's name says what is in it, so that one that is there is right, and one that is being played is never changed."""

    def __init__(self, store: Store, bus: Bus, folder: Path | None) -> None:
        self._store, self._bus, self._folder = store, bus, folder
        self._there: Mapping[tuple[str, str], Sound] = {}
        self._left: frozenset[Path] = frozenset()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Keep the folder as the database says, until cancelled."""
        unsubscribe = self._bus.subscribe("prompt", lambda _: self._changed.set())
        try:
            while True:
                await self._keep()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await self._changed.wait()
        finally:
            unsubscribe()

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
        self._left = await asyncio.to_thread(self._swept, self._folder, frozenset(wanted.values()))

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

    def _swept(self, folder: Path, wanted: frozenset[Sound]) -> frozenset[Path]:
        places = {_place(folder, sound) for sound in wanted}
        unwanted = frozenset(each for each in folder.glob("*/*.ulaw") if each not in places)
        for each in unwanted & self._left:
            each.unlink(missing_ok=True)
        return unwanted

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
