"""How many are before a chat that waits, and how long it will: counted at most once a second, for those who look."""

from collections.abc import Iterable, Mapping

from routing.core.model import LETTERS, InteractionId, Phase, QueueId
from routing.floor import Floor

EVERY_S = 1.0


class LineUp:
    """`stale`: something happened since it was counted."""

    def __init__(self, floor: Floor) -> None:
        self.stale = False
        self._floor = floor
        self._known: dict[str, tuple[int | None, float | None]] = {}
        self._looked_at = float("-inf")

    def of(self, chat_id: str) -> tuple[int | None, float | None]:
        """Place (from 1) and expected wait in seconds, as far as they are known."""
        return self._known.get(chat_id, (None, None))

    def wait_s(self, monotonic: float) -> float | None:
        """When to look again; None: nothing has happened."""
        return max(0.0, self._looked_at + EVERY_S - monotonic) if self.stale else None

    def look(self, watched: Mapping[str, object], monotonic: float) -> Iterable[str]:
        """Count anew where it is time; the chats of which something else is to be told."""
        if not self.stale or monotonic < self._looked_at + EVERY_S:
            return ()
        self.stale, self._looked_at = False, monotonic
        before, self._known = self._known, self._count(watched)
        return [chat_id for chat_id, now in self._known.items() if before.get(chat_id) != now]

    def _count(self, watched: Mapping[str, object]) -> dict[str, tuple[int | None, float | None]]:
        works = (self._floor.centre.interactions.get(InteractionId(each)) for each in watched)
        waiting = [work for work in works if work and work.phase in (Phase.WAITING, Phase.OFFERED)]
        places: dict[str, int] = {}
        for queue in {work.queue for work in waiting}:
            places |= self._places(queue)
        return {work.id: (places.get(work.id), self._wait_of(work.id)) for work in waiting}

    def _places(self, queue: QueueId) -> dict[str, int]:
        """Letters wait by other measures; people are before one."""
        people = [work for work in self._floor.centre.waiting(queue) if work.medium not in LETTERS]
        return {work.id: place for place, work in enumerate(people, start=1)}

    def _wait_of(self, interaction: InteractionId) -> float | None:
        estimate = self._floor.estimate(interaction)
        return None if estimate is None else float(round(estimate.wait_s))
