"""Who may begin a chat: a page that may show the widget, a browser that did a little work for it, and not ten at once from one place."""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping

from agent_console.rate import Rate
from config.clock import Clock
from config.errors import Kind, Refused
from config.settings import Settings

PUZZLE_LASTS_S = 900.0
_WINDOW_S = 600.0
_FRAMES, _FRAMES_WINDOW_S = 40, 10.0
_SOCKETS, _SOCKETS_WINDOW_S = 120, 60.0
_REMEMBERED = 50_000


class ChatGuard:
    """In memory: what it guards is cheap, and a restart may forget."""

    def __init__(self, settings: Settings, origins: frozenset[str], clock: Clock) -> None:
        self.origins = origins | frozenset(each.rstrip("/") for each in settings.chat.origins)
        self.bits = settings.chat.puzzle_bits
        self._secret = settings.mail.reply_secret.get_secret_value().encode()
        self._clock = clock
        self._begun = Rate(settings.chat.begun_at_most, _WINDOW_S)
        self._frames = Rate(_FRAMES, _FRAMES_WINDOW_S)
        self._sockets = Rate(_SOCKETS, _SOCKETS_WINDOW_S)
        self._used: OrderedDict[str, None] = OrderedDict()

    def allows(self, origin: str | None) -> bool:
        """Whether a page from there may speak for its visitor. A browser always names the origin where it matters."""
        return origin is None or origin in self.origins

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """What lets a page of another origin read the answer (Fetch, 3.3)."""
        if origin is None or origin not in self.origins:
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Max-Age": "600",
            "Vary": "Origin",
        }

    def puzzle(self) -> str:
        """Something to work on; it is ours by its signature, so that nothing is kept for it."""
        given = f"{int(self._clock.now())}.{secrets.token_hex(8)}"
        return f"{given}.{self._signed(given)}"

    def check(self, puzzle: str, nonce: str) -> None:
        """`Refused` unless the work was done, for this puzzle, which is used once."""
        given, _, signature = puzzle.rpartition(".")
        made = given.partition(".")[0]
        known = made.isdigit() and hmac.compare_digest(signature, self._signed(given))
        if not known or not 0 <= self._clock.now() - float(made) + 60 <= PUZZLE_LASTS_S + 60:
            raise Refused("chat.puzzle_old")
        if puzzle in self._used or not _solved(puzzle, nonce, self.bits):
            raise Refused("chat.puzzle_old")
        self._used[puzzle] = None
        while len(self._used) > _REMEMBERED:
            self._used.popitem(last=False)

    def may_begin(self, place: str) -> None:
        """`Refused` for the eleventh in ten minutes (`[chat] begun_at_most`)."""
        wait_s = self._begun.wait_s(place, self._clock.monotonic())
        if wait_s > 0:
            raise Refused("chat.too_many", Kind.TOO_MANY, retry_after_s=int(wait_s) + 1)

    def may_open(self, place: str) -> bool:
        """Whether another socket may be opened from there."""
        return self._sockets.wait_s(place, self._clock.monotonic()) <= 0

    def may_say(self, chat: str) -> bool:
        """Whether this chat is not flooded."""
        return self._frames.wait_s(chat, self._clock.monotonic()) <= 0

    def _signed(self, given: str) -> str:
        return hmac.new(self._secret, f"chat\0{given}".encode(), hashlib.sha256).hexdigest()[:32]


def _solved(puzzle: str, nonce: str, bits: int) -> bool:
    """The hash of both begins with so many zero bits."""
    digest = hashlib.sha256(f"{puzzle}:{nonce}".encode()).digest()
    return bits == 0 or int.from_bytes(digest[:4], "big") >> (32 - bits) == 0
