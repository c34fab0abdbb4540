"""So many in so long, per key. In memory: what it guards is cheap, and a restart may forget."""

from collections import deque


class Rate:
    """At most `limit` in `window_s` seconds for each key."""

    def __init__(self, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_s = window_s
        self._seen: dict[str, deque[float]] = {}

    def wait_s(self, key: str, now: float) -> float:
        """0 and counted, or how long to wait for the next one."""
        self._forget(now)
        seen = self._seen.setdefault(key, deque())
        if len(seen) >= self._limit:
            return seen[0] + self._window_s - now
        seen.append(now)
        return 0.0

    def _forget(self, now: float) -> None:
        for key, seen in list(self._seen.items()):
            while seen and seen[0] + self._window_s <= now:
                seen.popleft()
            if not seen:
                del self._seen[key]
