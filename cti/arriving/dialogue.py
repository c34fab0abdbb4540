"""What a flow says to a caller and hears from them, over their AGI session: prompts of every kind, keys, and keys that come early."""

from dataclasses import dataclass, field
from math import ceil

from config.logs import Transcript
from cti.agi import GONE, AgiSession
from cti.arriving.prompt_files import PromptFiles
from cti.arriving.prompts import Prompts

KEYS = "0123456789*#"
OURS_AT_MOST_S = 60.0
"""How long a prompt may be of which nobody knows the length."""
SPARE_S = 15
"""So much longer than a command takes the dialplan waits before it goes on by itself."""
_QUOTED = '"\\\n\r\0'
_ASTERISK_FOLDERS = {"zh-TW": ("zh_TW", "zh"), "zh-CN": ("zh_CN", "cn", "zh")}
"""Where Asterisk's own sounds of a language may lie; English is what is there otherwise."""
_log = Transcript("flow")


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """With one caller. `language` is theirs, `otherwise` the one of the number's queue."""

    session: AgiSession
    prompts: Prompts
    files: PromptFiles
    interaction: str
    otherwise: str
    _ahead: str = field(default="")

    async def say(self, prompt: str, *, interruptible: bool) -> bool:
        """To its end, or until a key, which counts for the next question. What cannot be found is not said. False when the caller left."""
        keyed = await self._play(prompt, KEYS if interruptible else "")
        if keyed is None:
            return False
        self._ahead += keyed
        return True

    async def ask(self, prompts: tuple[str, ...], *, most: int, within_s: float) -> str | None:
        """What they key: of one key that key, of more those before `#` or a pause. None when they left."""
        keys = self._taken(most)
        for prompt in prompts:
            if keys:
                break
            keyed = await self._play(prompt, KEYS)
            if keyed is None:
                return None
            keys = keyed
        while not _complete(keys, most):
            keyed = await self._wait(within_s)
            if keyed is None:
                return None
            if not keyed:
                break
            keys += keyed
        return keys if most == 1 else keys.partition("#")[0]

    def _taken(self, most: int) -> str:
        """Of the keys that came early as many as are asked for; the rest is for the next question."""
        count = 1
        while count < len(self._ahead) and not _complete(self._ahead[:count], most):
            count += 1
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        return taken

    async def _wait(self, within_s: float) -> str | None:
        await self.prompts.pick_up(ceil(within_s) + SPARE_S)
        return await self._key(f"WAIT FOR DIGIT {int(within_s * 1000)}")

    async def _play(self, prompt: str, escape: str) -> str | None:
        """The key that cut it short, or none; None when the caller left."""
        if not prompt:
            return ""
        for path, seconds in self._places(prompt):
            await self.prompts.pick_up(ceil(seconds) + SPARE_S)
            result = await self.session.run(f'STREAM FILE "{path}" "{escape}"')
            if result != GONE:
                return _digit(result)
            if not await self._is_there():
                return None
        _log.note("!", self.interaction, f"{prompt} is not there to be said: left out")
        return ""

    def _places(self, prompt: str) -> list[tuple[str, float]]:
        """Where it may lie, best first, and how long it is at most."""
        source, _, name = prompt.partition(":")
        language = self.prompts.language
        if source == "prompt":
            found = self.files.find(name, (language, self.otherwise))
            places = [found] if found else []
        elif source == "ours":
            places = [(self.prompts.place(name), OURS_AT_MOST_S)]
        else:
            folders = (*_ASTERISK_FOLDERS.get(language, ()), "en")
            places = [(f"{folder}/{name}", OURS_AT_MOST_S) for folder in folders] + [(name, OURS_AT_MOST_S)]
        return [each for each in places if not any(mark in each[0] for mark in _QUOTED)]

    async def _key(self, command: str) -> str | None:
        result = await self.session.run(command)
        if result != GONE:
            return _digit(result)
        return "" if await self._is_there() else None

    async def _is_there(self) -> bool:
        """Asterisk says the same of a caller who left and of a file that it cannot find; the former's session answers nothing more."""
        return await self.session.run("CHANNEL STATUS") != GONE


def _digit(result: str) -> str:
    """AGI tells a key by its code in ASCII, 0 for none."""
    key = chr(int(result)) if result.isdigit() else ""
    return key if key in KEYS else ""


def _complete(keys: str, most: int) -> bool:
    return len(keys) >= most or (most > 1 and keys.endswith("#"))
