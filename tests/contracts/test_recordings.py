"""The keeper of recordings on both databases: each talk once, whatever is interrupted; what is missing, and what is erased."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from config.clock import SystemClock
from config.settings import Settings
from crm_core import interactions, queues
from crm_core.privacy import retention
from crm_core.privacy.erase import erase
from crm_core.recordings import kept
from crm_core.recordings.kept import Recording
from crm_core.recordings.takes import Take
from crm_core.records import known
from crm_core.records import rows as records
from crm_core.records.change import system
from crm_core.store import Connection, Store
from crm_core.tables import interaction, metadata, queue, recording, segment
from cti.keeper import Keeper
from routing.bus import LocalBus
from routing.core.facts import Fact

CALL = "tl-trunkline-1.1"
SECOND = b"\x80\xff" * 4000


class Quiet:
    """A floor on which nothing happens."""

    def listen(self, listener: Callable[[Sequence[Fact]], None]) -> Callable[[], None]:
        return lambda: None


def keeper(folder: Path, store: Store, key: str = "a key of the tests") -> Keeper:
    settings = Settings.model_validate({
        "centre": {"data_dir": str(folder)},
        "asterisk": {"ami_secret": "x", "ari_secret": "x"},
        "mail": {"reply_secret": "sixteen characters"},
        "recordings": {"recordings_key": key, "keep_days": 30},
    })  # fmt: skip
    (folder / "recording-spool").mkdir(exist_ok=True)
    return Keeper(settings, store, Quiet(), LocalBus(), SystemClock())  # type: ignore[arg-type]


def take(
    folder: Path,
    began_s_ago: float,
    seconds: int,
    *,
    sides: tuple[str, ...] = ("customer", "agent"),
    now: float | None = None,
) -> str:
    """A talk that ended when it had lasted so long; `now` of `talk`, where the two must begin in the same instant."""
    began = (time.time() if now is None else now) - began_s_ago
    name = f"{CALL}.{int(began * 1000)}"
    for side in sides:
        path = folder / "recording-spool" / f"{name}-{side}.ulaw"
        path.write_bytes(SECOND * seconds)
        os.utime(path, (began + seconds, began + seconds))
    return name


async def talk(
    store: Store,
    began_s_ago: float,
    seconds: float | None,
    *,
    pauses: Sequence[tuple[float, float, str]] = (),
    **stay: Any,
) -> float:
    """What the ledger says: an agent's stay that lasted so long (None: that lasts), paused from when to when. Gives the time it counts from."""
    now = time.time()
    began = now - began_s_ago
    ended = None if seconds is None else began + seconds

    def fill(conn: Connection) -> None:
        made = queues.add_queue(conn, name="Care", language="en", record_share=100)
        interactions.ensure(
            conn, id=CALL, medium="voice", direction="in", queue_id=made.id, customer_address="+886912345678",
            customer_name="", entry_address="100", subject="", enqueued_at=began,
        )  # fmt: skip
        values = {"kind": "agent", "queue_id": made.id, "agent_id": "ann", "started_at": began, "answered_at": began,
                  "ended_at": ended, "outcome": "handled", "recorded": True} | stay  # fmt: skip
        conn.execute(insert(segment).values(interaction_id=CALL, **values))
        for begin, end, outcome in pauses:
            pause = {"kind": "recording_pause", "started_at": began + begin, "ended_at": began + end}
            conn.execute(insert(segment).values(interaction_id=CALL, outcome=outcome, **pause))
        if ended is not None:
            conn.execute(update(interaction).values(ended_at=ended, closed_at=ended))

    await store.write(fill)
    return now


async def rows(store: Store) -> list[Recording]:
    return await store.read(lambda conn: kept.of_interaction(conn, CALL))


def left(folder: Path) -> tuple[int, int]:
    """Files in the spool, and files that are kept."""
    return tuple(
        sum(path.is_file() for path in (folder / part).rglob("*"))
        for part in ("recording-spool", "recordings")
    )  # type: ignore[return-value]


async def test_a_finished_talk_is_kept(tmp_path: Path, store: Store) -> None:
    """Encrypted, with what is needed to find and check it; the source is gone. A second look changes nothing."""
    await talk(store, 100, 20)
    one = keeper(tmp_path, store)
    name = take(tmp_path, 100, 20)
    await one.sweep()
    await one.sweep()
    (row,) = await rows(store)
    assert (row.id, row.state, row.agent_id, row.seconds, row.sealed) == (name, "kept", "ann", 20.0, True)
    assert row.bytes == 58 + 2 * 160_000
    assert row.peaks is not None
    assert len(row.peaks["customer"]) == len(row.peaks["agent"]) == 200
    assert row.keep_until == pytest.approx(row.started_at + 30 * 86_400)
    assert left(tmp_path) == (0, 1)
    audio = b"".join(
        one.chest.read(row.place(tmp_path / "recordings"), name, sealed=True, first=58, last=row.bytes - 1)
    )
    assert audio[::2] == SECOND * 20


async def test_who_talks_is_left_alone(tmp_path: Path, store: Store) -> None:
    """On hold nothing is written for long, and the talk goes on."""
    await talk(store, 100, None)
    one = keeper(tmp_path, store)
    take(tmp_path, 100, 20)
    await one.sweep()
    assert (await rows(store), left(tmp_path)) == ([], (2, 0))


class Crash(Exception):
    pass


@pytest.mark.parametrize("step", ["audio", "row", "source"])
async def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before the audio is in its place, before its row is there, before the source has gone (or half of it)."""
    await talk(store, 100, 20)
    one = keeper(tmp_path, store)
    take(tmp_path, 100, 20)

    def crash(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        match step:
            case "audio":
                patched.setattr(Path, "replace", crash)
            case "row":
                patched.setattr("cti.keeper._add", crash)
            case _:

                async def half(_: Keeper, take: Take) -> None:
                    take.sides.customer.unlink()
                    raise Crash

                patched.setattr(Keeper, "clear", half)
        with pytest.raises(Crash):
            await one.sweep()
    await keeper(tmp_path, store).sweep()
    (row,) = await rows(store)
    assert (row.state, row.seconds) == ("kept", 20.0)
    assert (left(tmp_path)[0], (row.place(tmp_path / "recordings")).is_file()) == (0, True)


async def test_what_is_wrong_is_flagged(tmp_path: Path, store: Store) -> None:
    """A talk of a minute with half of it recorded."""
    await talk(store, 100, 60)
    one = keeper(tmp_path, store)
    take(tmp_path, 100, 30)
    await one.sweep()
    (row,) = await rows(store)
    assert (row.state, row.audible) == ("truncated", True)


@pytest.mark.parametrize(
    ("pauses", "seconds", "shown"),
    [
        ([(5.0, 25.0, "resumed")], 60, [[5.0, 25.0]]),
        ([(30.0, 60.0, "stopped")], 30, []),
        ([(20.0, 60.0, "ended")], 60, [[20.0, 60.0]]),
    ],
    ids=["and went on", "and was stopped", "until the end"],
)
async def test_a_pause_is_no_fault(
    tmp_path: Path, store: Store, pauses: list[tuple[float, float, str]], seconds: int, shown: list[Any]
) -> None:
    """The recording knows where nothing is in it; one that was stopped is as short as it is."""
    now = await talk(store, 100, 60, pauses=pauses)
    one = keeper(tmp_path, store)
    take(tmp_path, 100, seconds, now=now)
    await one.sweep()
    (row,) = await rows(store)
    assert row.state == "kept"
    assert row.pauses is not None
    assert [[round(at) for at in each] for each in row.pauses] == shown


async def test_one_side_alone_is_unreadable(tmp_path: Path, store: Store) -> None:
    await talk(store, 100, 20)
    one = keeper(tmp_path, store)
    take(tmp_path, 100, 20, sides=("agent",))
    await one.sweep()
    (row,) = await rows(store)
    assert (row.state, row.audible) == ("unreadable", False)


async def test_a_talk_without_a_file_is_missing(tmp_path: Path, store: Store) -> None:
    """Once, and found when it turns up late."""
    await talk(store, 200, 60)
    one = keeper(tmp_path, store)
    await one.sweep()
    await one.sweep()
    assert [row.state for row in await rows(store)] == ["missing"]
    take(tmp_path, 200, 60)
    await one.sweep()
    assert [row.state for row in await rows(store)] == ["kept"]


@pytest.mark.parametrize(
    "case",
    [
        {"recorded": False},
        {"pauses": [(0.5, 60.0, "stopped")]},
        {"seconds": 1},
        {"outcome": "unreached"},
        {"began_s_ago": 5000},
        {"began_s_ago": 90, "seconds": 60},
    ],
)
async def test_nothing_is_missed_that_was_not_to_be(
    tmp_path: Path, store: Store, case: dict[str, Any]
) -> None:
    """Not recorded, stopped at once, too short, nobody reached, long ago, just now."""
    await talk(store, **({"began_s_ago": 200, "seconds": 60} | case))
    await keeper(tmp_path, store).sweep()
    assert await rows(store) == []


async def test_ringing_that_nobody_answered_leaves_nothing(tmp_path: Path, store: Store) -> None:
    """Once the call is over; before that Asterisk may still have it open."""
    await talk(store, 300, None)
    one = keeper(tmp_path, store)
    take(tmp_path, 400, 0)
    await store.write(lambda conn: conn.execute(update(segment).values(answered_at=None)))
    await one.sweep()
    assert left(tmp_path) == (2, 0)
    await store.write(lambda conn: conn.execute(update(interaction).values(ended_at=time.time())))
    await one.sweep()
    assert (await rows(store), left(tmp_path)) == ([], (0, 0))


async def test_a_ring_that_was_declined_is_no_talk(tmp_path: Path, store: Store) -> None:
    """However soon somebody else answered: its empty files go, and nothing is flagged."""
    await talk(store, 100, 20)
    one = keeper(tmp_path, store)
    take(tmp_path, 100.8, 0)
    name = take(tmp_path, 100.4, 20)
    await one.sweep()
    assert [(row.id, row.state) for row in await rows(store)] == [(name, "kept")]
    assert left(tmp_path) == (0, 1)


async def test_whoever_is_erased_is_heard_no_more(tmp_path: Path, store: Store) -> None:
    """From that moment on; the file goes with the next look, and nobody misses the recording."""
    await talk(store, 200, 20)
    one = keeper(tmp_path, store)
    take(tmp_path, 200, 20)
    await one.sweep()

    def erased(conn: Connection) -> None:
        whom = records.create(
            conn, system(1.0), known.entity("party"), {"kind": "person", "name": "Somebody"}
        ).id
        conn.execute(update(interaction).values(party_id=whom))
        erase(conn, whom)

    await store.write(erased)
    assert (await rows(store), left(tmp_path)) == ([], (0, 1))
    await one.sweep()
    await one.sweep()
    assert (await rows(store), left(tmp_path)) == ([], (0, 0))


async def test_trouble_is_told_and_over_when_it_is(tmp_path: Path, store: Store) -> None:
    """What is flagged is said for a day; a folder that cannot be written, as long as it is so. Nothing is lost meanwhile."""
    await talk(store, 100, 20)
    one = keeper(tmp_path, store)
    take(tmp_path, 100, 20)
    (tmp_path / "recordings").write_text("in the way")
    await one._look()
    assert (one.status().up, one.status().reason, left(tmp_path)[0]) == (False, "recordings.not_kept", 2)
    (tmp_path / "recordings").unlink()
    await one._look()
    assert (one.status().up, one.status().reason) == (True, "")
    await store.write(lambda conn: conn.execute(update(recording).values(state="truncated")))
    await one._look()
    assert (one.status().up, one.status().reason) == (False, "recordings.flagged")
    assert await store.read(lambda conn: kept.flagged(conn, time.time() - 50)) == 0, "of another day"
    await store.write(lambda conn: conn.execute(update(recording).values(state="kept")))
    await one._look()
    assert one.status().up


async def test_days_of_the_queue_then_a_hold_then_gone(tmp_path: Path, store: Store) -> None:
    """The rule of its queue; never while somebody holds the customer's data; afterwards file and row."""
    await talk(store, 100, 20)
    await store.write(lambda conn: conn.execute(update(queue).values(record_days=1)))
    one = keeper(tmp_path, store)
    take(tmp_path, 100, 20)
    await one.sweep()
    now = time.time()

    def hold(conn: Connection) -> None:
        whom = records.create(
            conn, system(now), known.entity("party"), {"kind": "person", "name": "Somebody"}
        ).id
        conn.execute(update(interaction).values(party_id=whom))
        given = {"party_id": whom, "reason": "court"}
        records.create(conn, system(now), known.entity("legal_hold"), given)

    def swept(conn: Connection, later: float) -> int:
        return sum(retention.carry_out(conn, each, later) for each in retention.due(conn, later))

    await store.write(hold)
    assert await store.write(lambda conn: swept(conn, now + 86_000)) == 0
    assert await store.write(lambda conn: swept(conn, now + 90_000)) == 0
    await store.write(
        lambda conn: conn.execute(update(metadata.tables["legal_hold"]).values(released_at=now))
    )
    assert await store.write(lambda conn: swept(conn, now + 90_000)) == 1
    assert await rows(store) == []
    await one.sweep()
    assert left(tmp_path) == (0, 0)
    gone = await store.read(lambda conn: conn.execute(select(recording)).one())
    assert (gone.state, gone.bytes, gone.peaks) == ("erased", 0, None)
