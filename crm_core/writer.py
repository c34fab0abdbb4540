"""The one writer: a thread that gathers what is waiting into one transaction (group commit).

A lone unit is committed at once; what arrives during that commit makes the next batch. So an idle system adds no
delay, and a busy one pays for one fdatasync per batch instead of one per unit.

There are two lanes. What is written *behind* (letters, imports) has transactions of its own, to which more is added only while nothing else waits: a
call's unit waits for the one of them that runs, and for no more, however many there are. While both lanes have something they take turns.
"""

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from config.errors import Unavailable
from config.logs import Transcript
from crm_core.engines import Kept, as_unavailable

LARGEST_BATCH = 500
"""Units in one transaction: beyond this the wait of the first grows and the gain does not."""
BUSY_LOOK_S = 0.002
"""So often whether the disk is still busy is looked at while something written behind waits for that; what goes first is taken at once."""
SLOW_S = 0.25
"""A transaction that takes longer is told of in the log: whoever is about to be called waits for it."""
LONGEST_BEHIND_S = 0.02
"""So long a transaction takes in more of what is written behind: what it has written the disk must take before anything else."""

_log = Transcript("store")


@dataclass(slots=True, eq=False)
class _Unit:
    run: Callable[[Connection], Any]
    done: "asyncio.Future[Any]"
    behind: bool = False
    patient: bool = False
    result: Any = field(default=None)
    error: BaseException | None = field(default=None)


@dataclass(slots=True)
class Spent:
    """Since the start: transactions that were tried, how many of them took `SLOW_S`, and their time in seconds, waiting for the disk or the database included."""

    transactions: int = 0
    slow: int = 0
    seconds: float = 0.0


class Writer:
    """Runs units in batches on its own connection and answers each on the loop that asked."""

    def __init__(
        self,
        engine: Engine,
        after: Callable[[], None] = lambda: None,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        """`after` is called after each batch, when those who wrote have their answers. Of what is written behind the patient waits as long as the disk is `busy`."""
        self._database, self._after, self._busy = Kept(engine), after, busy
        self._units: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._first: deque[_Unit] = deque()  # the thread's own, as all that follows
        self._behind: deque[_Unit] = deque()
        self._turn_behind = False
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._open = False
        self.spent = Spent()

    def start(self) -> None:
        self._thread.start()
        self._open = True

    async def write(
        self, unit: Callable[[Connection], Any], *, behind: bool = False, patient: bool = False
    ) -> Any:
        """Run `unit`; return its result once it is durable, or raise what it raised. Each lane keeps its order."""
        if not self._open:
            raise Unavailable("database", "the store is closed")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._units.put(_Unit(run=unit, done=done, behind=behind, patient=patient))
        return await done

    async def stop(self) -> None:
        """Finish what was handed in before, then end the thread."""
        if not self._open:
            return
        self._open = False
        self._units.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while batch := self._gather():
            self._commit(batch)
            _answer(batch)
            self._after()
        self._database.close()

    def _gather(self) -> list[_Unit]:
        """Wait for a unit, then take what else is there: of one lane, by turns while both have something. Empty when it is time to stop."""
        self._fetch()
        while not self._first and not self._stopping and self._must_wait():
            self._fetch(BUSY_LOOK_S)
        turn = self._turn_behind and not self._must_wait()
        self._turn_behind = bool(self._behind) and (turn or not self._first)
        if self._turn_behind:
            self._turn_behind = False
            return [self._behind.popleft()]  # others join it, see _commit
        batch = [self._first.popleft() for _ in range(min(len(self._first), LARGEST_BATCH))]
        self._turn_behind = True
        return batch

    def _fetch(self, within_s: float = 0.0) -> None:
        """What was handed in, into its lane; waits while there is nothing at all, and else so long for the next."""
        while True:
            idle = not self._first and not self._behind and not self._stopping
            try:
                unit = self._units.get() if idle else self._units.get(within_s > 0, within_s)
            except queue.Empty:
                return
            within_s = 0.0
            if unit is None:
                self._stopping = True  # after what was handed in
            else:
                (self._behind if unit.behind else self._first).append(unit)

    def _commit(self, batch: list[_Unit]) -> None:
        """Run these; more of what is written behind joins its own while nothing else waits."""
        marks = [time.monotonic()]
        try:
            with self._database.begin() as conn:
                marks.append(time.monotonic())
                for unit in batch:
                    unit.result = unit.run(conn)
                until = time.monotonic() + LONGEST_BEHIND_S
                while batch[0].behind and self._behind and self._is_quiet() and time.monotonic() < until:
                    batch.append(self._behind.popleft())
                    batch[-1].result = batch[-1].run(conn)
                marks.append(time.monotonic())
        except BaseException as error:  # noqa: BLE001 - it is handed to whoever wrote the unit
            unavailable = as_unavailable(error) if isinstance(error, DBAPIError) else None
            self._blame(batch, unavailable or error)
        marks += [time.monotonic()] * (4 - len(marks))  # one that failed ended in the part that it was in
        self._count(len(batch), *(after - before for before, after in pairwise(marks)))

    def _count(self, writes: int, *parts_s: float) -> None:
        self.spent.transactions += 1
        self.spent.seconds += (took_s := sum(parts_s))
        if took_s >= SLOW_S:
            self.spent.slow += 1
            parts = "{:.2f} s until it began, {:.2f} s for them, {:.2f} s for the commit".format(*parts_s)
            _log.note("!", "database", f"a transaction of {writes} writes took {took_s:.2f} s: {parts}")

    def _must_wait(self) -> bool:
        return bool(self._behind) and self._behind[0].patient and self._busy()

    def _is_quiet(self) -> bool:
        return not self._first and self._units.empty()

    def _alone(self, unit: _Unit) -> None:
        try:
            with self._database.begin() as conn:
                unit.result = unit.run(conn)
        except BaseException as error:  # noqa: BLE001 - it is handed to whoever wrote the unit
            unavailable = as_unavailable(error) if isinstance(error, DBAPIError) else None
            unit.error = unavailable or error

    def _blame(self, batch: Sequence[_Unit], error: BaseException) -> None:
        """The batch is rolled back: find the guilty unit by running each alone, unless the database is to blame."""
        if len(batch) > 1 and not isinstance(error, Unavailable):
            for unit in batch:
                self._alone(unit)
            return
        for unit in batch:
            unit.error = error


def _answer(batch: Sequence[_Unit]) -> None:
    """Wake each loop once for the whole batch."""
    for loop in {unit.done.get_loop() for unit in batch}:
        try:
            loop.call_soon_threadsafe(_settle, [unit for unit in batch if unit.done.get_loop() is loop])
        except RuntimeError:
            continue  # that loop is closed: nobody waits there any more


def _settle(units: Sequence[_Unit]) -> None:
    for unit in units:
        if unit.done.done():
            continue  # the caller gave up waiting; the write stands
        if unit.error is not None:
            unit.done.set_exception(unit.error)
        else:
            unit.done.set_result(unit.result)
