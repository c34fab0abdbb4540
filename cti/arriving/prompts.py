"""What callers are told and asked, over their AGI session: the sentences that the product ships, in their queue's language."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from config.logs import Transcript
from cti.agi import GONE, AgiSession
from routing.core.model import Why

LANGUAGES = ("en", "zh-TW", "zh-CN")
GOODBYES: Mapping[Why, str] = {Why.CLOSED: "closed"}
"""What is said to whom we turn away; for every other reason `BUSY`."""
BUSY = "all-busy"
PATIENCE_S = 180
"""How long a sentence and its answer may take, with 24 keys and a pause before each; then the dialplan goes on by itself."""
DIALPLAN_PATIENCE_S = 4
"""What `trunkline-in` gives us to answer at all: so much is left when nothing more is said."""
_LEAVES_WITHIN_S = 0.5
_QUOTED = '"\\\n\r\0'

_log = Transcript("entry")


def goodbye(why: Why | None, language: str) -> str:
    """The recording that ends a call which nobody takes."""
    known = prompt_language(language)
    return f"{known}/{BUSY if why is None else GOODBYES.get(why, BUSY)}"


def prompt_language(language: str) -> str:
    """In which a caller of this language is spoken to."""
    return language if language in LANGUAGES else "en"


@dataclass(slots=True)
class Prompts:
    """Speaks to one caller. The first word answers the call, so whoever is told nothing is not answered by us."""

    session: AgiSession
    language: str
    _answered: bool = False
    _patient: bool = False

    def place(self, name: str) -> str:
        """Where Asterisk finds a sentence. `ValueError` for what cannot be said to it."""
        folder = self.session.request["agi_arg_3"]
        path = f"{folder}/{prompt_language(self.language)}/{name}"
        if not folder or any(mark in path for mark in _QUOTED):
            raise ValueError(f"{path[:80]!r} is no path that can be said to Asterisk")
        return path

    def _path(self, name: str) -> str:
        return f'"{self.place(name)}"'

    async def say(self, name: str) -> bool:
        """Say a sentence to its end; False when the caller left meanwhile."""
        path = self._path(name)
        await self.pick_up()
        return await self._is_there(await self.session.run(f'STREAM FILE {path} ""'))

    async def ask(self, name: str, *, within_s: float, most: int) -> str | None:
        """Say a sentence, which a key cuts short, and return the keys before `#`, or those until they pause for `within_s`;
        None when the caller left meanwhile."""
        path = self._path(name)
        await self.pick_up()
        keyed = await self.session.run(f"GET DATA {path} {int(within_s * 1000)} {most}")
        if not await self._is_there(keyed):
            return None
        return "" if keyed == GONE else "".join(mark for mark in keyed if mark.isdigit())

    async def over(self) -> None:
        """Nothing more is said or asked: from now on silence is not for us to keep."""
        if self._patient:
            await self.session.assign("TIMEOUT(absolute)", str(DIALPLAN_PATIENCE_S))

    async def _is_there(self, result: str) -> bool:
        """Asterisk says -1 of a caller who left, and of a sound file that it cannot find. Whoever left takes the connection along."""
        if result != GONE:
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVES_WITHIN_S):
                await self.session.gone.wait()
        if not self.session.gone.is_set():
            _log.note(
                "!", self.session.request["agi_uniqueid"], "a sentence could not be said: is its file there?"
            )
        return not self.session.gone.is_set()

    async def pick_up(self, patience_s: int = PATIENCE_S) -> None:
        """Answer, once; and have the dialplan wait so long for what comes now."""
        await self.be_given(patience_s)
        if not self._answered:
            self._answered = True
            await self.session.run('EXEC Answer ",i"')

    async def be_given(self, patience_s: int) -> None:
        """Have the dialplan wait so long, without answering; 0: for ever."""
        self._patient = True
        await self.session.assign("TIMEOUT(absolute)", str(patience_s))
