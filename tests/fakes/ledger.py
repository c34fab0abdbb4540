"""A ledger in memory that can be away, slow, or lost; it runs through the contract of the real one."""

import asyncio
from collections.abc import Sequence

from config.errors import Unavailable
from crm_core.ledger import LeaseLost
from routing.core.facts import Fact
from routing.core.model import Seconds
from routing.core.snapshot import Snapshot


class MemoryLedger:
    """Keeps every fact ever appended; another instance over the same `rows` is another process."""

    def __init__(self, shared: "MemoryLedger | None" = None) -> None:
        self.facts: list[Fact] = shared.facts if shared else []
        self.kept: list[tuple[Snapshot, int]] = shared.kept if shared else []
        self._epochs: list[int] = shared._epochs if shared else [0]
        self.appends = 0
        self.away = False
        self.keeps = True
        self.fresh = True
        self.idle_s = 0.0
        self._renewal = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def take(self) -> int:
        self._epochs[0] += 1
        return self._epochs[0]

    async def hold(self, epoch: int) -> None:
        while epoch == self._epochs[0]:
            await asyncio.sleep(0.02)
        raise LeaseLost(epoch, self._epochs[0])

    def may_act(self) -> bool:
        return self.fresh

    async def renewed(self) -> None:
        await self._renewal.wait()

    def renew(self) -> None:
        """The lease is fresh again."""
        self.fresh = True
        self._renewal.set()

    async def append(self, facts: Sequence[Fact], epoch: int) -> int:
        await self.gate.wait()
        self.appends += 1
        if self.away:
            raise Unavailable("database", "away")
        if epoch != self._epochs[0]:
            raise LeaseLost(epoch, self._epochs[0])
        self.facts += facts
        return len(self.facts)

    async def keep(self, snapshot: Snapshot, seq: int) -> None:
        if not self.keeps:
            raise Unavailable("database", "away")
        if not self.kept or self.kept[0][1] < seq:
            self.kept[:] = [(snapshot, seq)]

    async def snapshot(self) -> tuple[Snapshot, list[Fact]] | None:
        return next(((kept, self.facts[seq:]) for kept, seq in self.kept), None)

    async def history(self, since: Seconds) -> list[Fact]:
        return list(self.facts)
