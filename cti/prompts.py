"""What callers are told and asked, over their AGI session: the sentences that the product ships, in their queue's language."""

from dataclasses import dataclass

from cti.agi import GONE, AgiSession

LANGUAGES = ("en", "zh-TW", "zh-CN")
PATIENCE_S = 180
"""How long a sentence and its answer may take, with 24 keys and a pause before each; then the dialplan goes on by itself."""
_QUOTED = '"\\\n\r\0'


@dataclass(slots=True)
class Prompts:
    """Speaks to one caller. The first word answers the call, so whoever is told nothing is not answered by us."""

    session: AgiSession
    language: str
    _answered: bool = False

    def _path(self, name: str) -> str:
        folder = self.session.request["agi_arg_3"]
        language = self.language if self.language in LANGUAGES else "en"
        path = f"{folder}/{language}/{name}"
        if not folder or any(mark in path for mark in _QUOTED):
            raise ValueError(f"{path[:80]!r} is no path that can be said to Asterisk")
        return f'"{path}"'

    async def say(self, name: str) -> bool:
        """Say a sentence to its end; False when the caller left meanwhile."""
        path = self._path(name)
        await self._pick_up()
        return await self.session.run(f'STREAM FILE {path} ""') != GONE

    async def ask(self, name: str, *, within_s: float, most: int) -> str | None:
        """Say a sentence, which a key cuts short, and return the keys before `#`, or those until they pause for `within_s`;
        None when the caller left meanwhile."""
        path = self._path(name)
        await self._pick_up()
        keyed = await self.session.run(f"GET DATA {path} {int(within_s * 1000)} {most}")
        return None if keyed == GONE else "".join(mark for mark in keyed if mark.isdigit())

    async def _pick_up(self) -> None:
        await self.session.assign("TIMEOUT(absolute)", str(PATIENCE_S))
        if not self._answered:
            self._answered = True
            await self.session.run('EXEC Answer ",i"')
