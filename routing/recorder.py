"""Facts as the ledger's entries and back, and the ledger of a store: one floor decides at a time."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, cast, get_args

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import lease, ledger
from crm_core.ledger import Json, LeaseLost, LedgerEntry
from crm_core.store import Connection, Store
from routing import snapshots
from routing.core.facts import Fact
from routing.core.model import AgentId, By, Device, Medium, Outcome, PauseKind, Seconds, Status, Why
from routing.core.record import usual
from routing.core.snapshot import Snapshot
from routing.core.words import Need, WatchMode

TTL_S = 5.0
"""How long the lease outlives its last renewal, by the database's clock."""
RENEW_EVERY_S = 1.0
STOP_ACTING_AFTER_S = 3.0
"""Without a renewal for so long nothing is carried out any more: two seconds before anyone else may begin."""

_log = Transcript("ledger")
_COLUMNS = ("interaction", "queue", "agent", "offer")


def _kind(fact_class: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", fact_class.__name__).lower()


_CLASSES: Mapping[str, type] = {_kind(one): one for one in get_args(Fact)}
_KINDS: Mapping[type, str] = {one: kind for kind, one in _CLASSES.items()}
_FIELDS: Mapping[type, tuple[str, ...]] = {
    one: tuple(field.name for field in fields(one)) for one in get_args(Fact)
}

_NO_DEFAULT = object()
_DEFAULTS: Mapping[type, Mapping[str, object]] = {one: usual(one) for one in get_args(Fact)}
"""What is usual is not written: most interactions ask for nothing of their own."""


def _pairs(value: Sequence[Sequence[str]]) -> tuple[tuple[AgentId, str], ...]:
    return tuple((AgentId(agent), reason) for agent, reason in value)


def _needs(value: Sequence[tuple[str, int]]) -> frozenset[Need]:
    return frozenset(Need(skill=skill, level=level) for skill, level in value)


_READ: Mapping[str, Callable[[Any], object]] = {
    "medium": Medium,
    "status": Status,
    "device": Device,
    "outcome": Outcome,
    "by": By,
    "why": Why,
    "mode": WatchMode,
    "pause": PauseKind,
    "passed_over": _pairs,
    "needs": _needs,
}


def entry_of(fact: Fact) -> LedgerEntry:
    """The fact as the ledger keeps it."""
    defaults = _DEFAULTS[type(fact)]
    values = {
        name: value
        for name in _FIELDS[type(fact)]
        if (value := getattr(fact, name)) != defaults.get(name, _NO_DEFAULT)
    }
    columns = {name: values.pop(name, None) for name in _COLUMNS}
    at = values.pop("at")
    data = {name: value if type(value) in _PLAIN else _plain(value) for name, value in values.items()}
    return LedgerEntry(kind=_KINDS[type(fact)], at=at, data=data, **columns)


def fact_of(entry: LedgerEntry) -> Fact:
    """The fact that an entry keeps; a ValueError names a kind that this version does not know."""
    fact_class = _CLASSES.get(entry.kind)
    if fact_class is None:
        message = f"the ledger holds a fact of kind {entry.kind!r}, which this version does not know"
        raise ValueError(message)
    kept: dict[str, object] = {name: getattr(entry, name) for name in (*_COLUMNS, "at")} | dict(entry.data)
    # a field that is younger than the entry has its default
    values = {name: _READ.get(name, _same)(kept[name]) for name in _FIELDS[fact_class] if name in kept}
    return cast("Fact", fact_class(**values))


def _same(value: object) -> object:
    return value


_PLAIN = frozenset({str, int, float, bool, type(None)})


def _plain(value: object) -> Json:
    """Words as text, pairs of words (`_pairs`) as lists: what JSON can hold."""
    if isinstance(value, tuple):
        return [list(pair) for pair in value]
    if isinstance(value, frozenset):
        return sorted([need.skill, need.level] for need in value)
    return str(value)


class StoreLedger:
    """The ledger in the database, under a lease.

    `holder` names this installation's floor: a restarted one takes its own lease back at once, another waits until it
    has run out. Embedded, nobody else ever asks: the same code.
    """

    def __init__(self, store: Store, clock: Clock, holder: str = "embedded") -> None:
        self._store = store
        self._clock = clock
        self._holder = holder
        self._renewed_at = float("-inf")
        self._renewal = asyncio.Event()
        self.idle_s = float("inf")

    async def take(self) -> int:
        """Wait until the lease is ours; the epoch under which we write."""
        while True:
            asked_at = self._clock.monotonic()
            idle_s, epoch = await self._store.write(self._take)
            if epoch is not None:
                self.idle_s = float("inf") if idle_s is None else idle_s
                self._renewed_at = asked_at
                return epoch
            _log.note("-", "lease", "another floor decides; waiting")
            await asyncio.sleep(RENEW_EVERY_S)

    async def hold(self, epoch: int) -> None:
        """Renew the lease until cancelled; raises LeaseLost when it went to somebody else."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            asked_at = self._clock.monotonic()
            try:
                await self._renew(epoch, asked_at)
            except Unavailable as problem:
                _log.note("!", "lease", f"not renewed: {problem}")

    def may_act(self) -> bool:
        """Whether the lease is certainly still ours."""
        return self._clock.monotonic() - self._renewed_at < STOP_ACTING_AFTER_S

    async def renewed(self) -> None:
        """Wait for the next renewal."""
        await self._renewal.wait()

    async def append(self, facts: Sequence[Fact], epoch: int) -> int:
        """Make the facts durable, all or none; the number of the last. Raises LeaseLost, or Unavailable when the database is away."""
        entries = [entry_of(fact) for fact in facts]
        return await self._store.write(lambda conn: ledger.append(conn, epoch, entries))

    async def history(self, since: Seconds) -> list[Fact]:
        """What the centre and the figures since then are rebuilt from, oldest first."""
        entries = await self._store.read(lambda conn: ledger.history(conn, since))
        return [fact_of(entry) for entry in entries]

    async def keep(self, snapshot: Snapshot, seq: int) -> None:
        """The fold of all facts up to this number, for the next start. An older one does not replace a newer."""
        data = await asyncio.to_thread(snapshots.written, snapshot)
        await self._store.write_behind(
            lambda conn: ledger.keep_snapshot(conn, seq, snapshots.version(), data)
        )

    async def snapshot(self) -> tuple[Snapshot, list[Fact]] | None:
        """The latest that was kept, and the facts since then; None when there is none of this version of the router."""
        found = await self._store.read(lambda conn: ledger.snapshot(conn, snapshots.version()))
        if found is None:
            return None
        try:
            return snapshots.read(found.data), [fact_of(entry) for entry in found.since]
        # whatever of it does not fit: the facts say it all, and a centre that reads them starts
        except (ValueError, TypeError, AttributeError) as problem:
            _log.note("!", "snapshot", f"is not used, all facts of the day are read: {problem}")
            return None

    def _take(self, conn: Connection) -> tuple[float | None, int | None]:
        idle_s = lease.since_renewed(conn, lease.FLOOR, TTL_S)
        return idle_s, lease.take(conn, lease.FLOOR, self._holder, TTL_S)

    async def _renew(self, epoch: int, asked_at: float) -> None:
        kept = await self._store.write(
            lambda conn: lease.renew(conn, lease.FLOOR, self._holder, epoch, TTL_S)
        )
        if not kept:
            raise LeaseLost(epoch, None)
        self._renewed_at = asked_at
        self._renewal.set()
        self._renewal = asyncio.Event()
