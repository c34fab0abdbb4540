"""Browsers' phones where there are several servers: each is at one of them, and at another when that one is away."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from config.errors import Unavailable
from config.logs import Transcript
from config.peers import PhoneCredential
from config.settings import Asterisk
from cti.phones import AsteriskPhones

T = TypeVar("T")
_log = Transcript("voice")


class PhonesAnywhere:
    """`is_up`: whether the server of this name is there, as far as is known."""

    def __init__(self, settings: Asterisk, is_up: Callable[[str], bool]) -> None:
        self._is_up = is_up
        self._phones = {server.name: AsteriskPhones(server) for server in settings.servers()}

    async def credential(self, extension: str) -> PhoneCredential:
        """As of `AsteriskPhones`. Extensions are spread over the servers; what other servers knew of this one is taken from them."""
        given, at = await self._first_that_can(_share(extension), lambda phones: phones.credential(extension))
        for name, phones in self._phones.items():
            if name != at:
                try:
                    await phones.remove(extension)
                except Unavailable as problem:
                    _log.note("!", extension, f"is still known to {name}: {problem.reason}")
        return given

    async def guest(self) -> PhoneCredential:
        """As of `AsteriskPhones`."""
        return (await self._first_that_can(0, lambda phones: phones.guest()))[0]

    async def _first_that_can(
        self, share: int, ask: Callable[[AsteriskPhones], Awaitable[T]]
    ) -> tuple[T, str]:
        """Of those that are there, beginning with the one whose share it is. `Unavailable` as the last says when none can."""
        names = list(self._phones)
        begin = share % len(names)
        names = sorted(names[begin:] + names[:begin], key=lambda name: not self._is_up(name))
        for name in names[:-1]:
            try:
                return await ask(self._phones[name]), name
            except Unavailable as problem:
                _log.note("!", name, f"gives no phone: {problem.reason}")
        return await ask(self._phones[names[-1]]), names[-1]


def _share(extension: str) -> int:
    return int(extension) if extension.isascii() and extension.isdigit() else 0
