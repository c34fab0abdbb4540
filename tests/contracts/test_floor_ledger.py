"""One suite over the store's ledger and the fake that the floor's tests use."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from config.clock import SystemClock
from config.errors import Unavailable
from crm_core import ledger
from crm_core.ledger import LeaseLost
from crm_core.store import Store
from routing import snapshots
from routing.core.facts import Fact
from routing.core.figures import Figures
from routing.core.model import Medium, Outcome
from routing.core.router import Router
from routing.core.snapshot import Snapshot
from routing.floor import Ledger
from routing.recorder import StoreLedger
from routing.snapshots import version
from tests.contracts.databases import Postgres
from tests.fakes.ledger import MemoryLedger
from tests.routing.scene import START, Scene

Make = Callable[[], Ledger]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
async def make(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Make]:
    """Ledgers over the same rows: each is another process."""
    if request.param == "memory":
        first = MemoryLedger()
        yield lambda: MemoryLedger(first)
        return
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        opened = Store(f"sqlite:///{shutil.copy(template, tmp_path / 'ledger.db')}")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        opened = Store(server.fresh())
    opened.open()
    yield lambda: StoreLedger(opened, SystemClock())
    await opened.close()


def a_day() -> Scene:
    """A bit of everything that a router can record."""
    scene = Scene()
    scene.ready("ann", "bob")
    scene.call("answered", age_s=4)
    scene.rang("answered")
    scene.accept("answered")
    scene.end("answered")
    scene.wrap_up("answered", "ann", "solved")
    scene.call("missed")
    scene.fail("missed", Outcome.NO_ANSWER)
    scene.call("left")
    scene.leave("left")
    scene.tell(scene.arrival("m1", medium=Medium.EMAIL, points=3))
    scene.console("ann", here=False)
    return scene


async def test_a_router_is_restored_from_what_was_appended(make: Make) -> None:
    """What one process appended, another rebuilds the same centre from."""
    scene, writer = a_day(), make()
    epoch = await writer.take()
    facts: list[Fact] = scene.facts
    await writer.append(facts[:5], epoch)
    await writer.append(facts[5:], epoch)
    router = Router(scene.queues, scene.agents)
    router.restore(await make().history(START - 1000))
    assert router.centre == scene.router.centre


async def test_what_was_kept_and_the_facts_since_then_are_the_same_centre(make: Make) -> None:
    """A newer one takes the place of an older, and not the other way round; without one there is none."""
    scene, writer = a_day(), make()
    epoch = await writer.take()
    assert await make().snapshot() is None
    router, figures = Router(scene.queues, scene.agents), Figures(START - 1000)
    snapshots = []
    for some in (scene.facts[:4], scene.facts[4:9], scene.facts[9:]):
        seq = await writer.append(some, epoch)
        for fact in some:
            figures.apply(fact)
        router.restore(scene.facts[:seq])
        snapshots.append((router.snapshot(figures.snapshot()), seq))
    for snapshot, seq in (snapshots[0], snapshots[1], snapshots[0]):
        await writer.keep(snapshot, seq)
    found = await make().snapshot()
    assert found is not None
    kept, since = found
    assert kept == snapshots[1][0]
    assert list(since) == scene.facts[9:]
    again = Router(scene.queues, scene.agents)
    again.restore(since, kept)
    assert again.centre == scene.router.centre


async def test_an_old_epoch_writes_nothing(make: Make) -> None:
    """Who lost the lease is refused, and nothing of the batch is kept."""
    elder, younger = make(), make()
    old = await elder.take()
    new = await younger.take()
    assert new > old
    scene = a_day()
    with pytest.raises(LeaseLost):
        await elder.append(scene.facts, old)
    assert list(await younger.history(0.0)) == []
    await younger.append(scene.facts, new)


async def test_a_superseded_holder_is_told(make: Make) -> None:
    """`hold` ends with LeaseLost after somebody else took the lease."""
    elder = make()
    epoch = await elder.take()
    assert elder.may_act()
    holding = asyncio.create_task(elder.hold(epoch))
    await make().take()
    with pytest.raises(LeaseLost):
        async with asyncio.timeout(10):
            await holding


@pytest.mark.parametrize("data", ["centre.agents [", "nothing", 'centre.arrivals "x"'])
async def test_a_snapshot_that_is_none_is_not_used(store: Store, data: str) -> None:
    """The start reads the whole day, as it does with one of another version."""
    await store.write(lambda conn: ledger.keep_snapshot(conn, 1, version(), data))
    assert await StoreLedger(store, SystemClock()).snapshot() is None
    await store.write(lambda conn: ledger.keep_snapshot(conn, 2, "another", data))
    assert await StoreLedger(store, SystemClock()).snapshot() is None


@pytest.mark.parametrize("fault", [AttributeError, TypeError])
async def test_a_snapshot_that_a_fault_of_ours_cannot_read_keeps_nobody_from_starting(
    store: Store, fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The facts say it all; a start that fails would fail again and again."""

    def read(text: str) -> Snapshot:
        raise fault(text)

    monkeypatch.setattr(snapshots, "read", read)
    await store.write(lambda conn: ledger.keep_snapshot(conn, 1, version(), "centre.agents []"))
    assert await StoreLedger(store, SystemClock()).snapshot() is None


class StoppedClock(SystemClock):
    """Monotonic seconds as a test says."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


async def test_a_floor_stops_acting_before_its_lease_ends(store: Store) -> None:
    """Three seconds after the last renewal nothing may be done; a renewal permits it again."""
    clock = StoppedClock()
    ledger = StoreLedger(store, clock)
    assert not ledger.may_act()
    epoch = await ledger.take()
    clock.seconds += 2.9
    assert ledger.may_act()
    clock.seconds += 0.1
    assert not ledger.may_act()
    holding = asyncio.create_task(ledger.hold(epoch))
    async with asyncio.timeout(10):
        await ledger.renewed()
    assert ledger.may_act()
    holding.cancel()


async def test_another_holder_waits_for_the_lease(store: Store) -> None:
    """A second installation does not decide while the first holds the lease."""
    clock = SystemClock()
    await StoreLedger(store, clock, "first").take()
    waiting = asyncio.create_task(StoreLedger(store, clock, "second").take())
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    waiting.cancel()


async def test_a_lease_is_kept_through_a_database_that_is_away(tmp_path: Path) -> None:
    """A renewal that fails is tried again; the lease is not given up by us."""
    store = Store(f"sqlite:///{tmp_path / 'never-opened.db'}")
    ledger = StoreLedger(store, SystemClock())
    with pytest.raises(Unavailable):
        await ledger.take()
    holding = asyncio.create_task(ledger.hold(1))
    done, _ = await asyncio.wait([holding], timeout=1.2)
    assert not done
    holding.cancel()
    await store.close()
