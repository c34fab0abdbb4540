"""Messages that callers leave, on both databases: each is work once, whatever is interrupted; a silent one is a note on its call."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from config.clock import SystemClock
from config.errors import Unavailable
from config.settings import Settings
from crm_core import cases, interactions, parties, queues, recognition
from crm_core.casework import exchange
from crm_core.privacy.erase import erase
from crm_core.recordings import kept
from crm_core.recordings.audio import RATE
from crm_core.recordings.chest import Chest
from crm_core.sla.clock import Happened
from crm_core.store import Connection, Store
from crm_core.tables import interaction, voicemail
from crm_core.voicemail import filing
from cti.arriving.messages import Messages
from routing.bus import LocalBus
from routing.core.events import Arrived, Event
from routing.core.model import Medium
from routing.core.state import Centre

CALL = "tl-trunkline-1.1"
NAME = f"{CALL}.1700000000000"
WORK = "vm-trunkline-1.1.1700000000000"
KEY = "a key of the tests"
SAID = b"\x20\xa0" * (RATE // 2) * 3
AGE = 1_699_999_900.0


class Listening:
    """A floor that hears of what arrives; `away`: its ledger is."""

    centre = Centre()

    def __init__(self) -> None:
        self.told: list[Arrived] = []
        self.away = False

    async def settle(self, *events: Event) -> tuple[()]:
        if self.away:
            raise Unavailable("database", "away")
        self.told += [event for event in events if isinstance(event, Arrived)]
        return ()


class Room:
    """The part of the server, with a spool of its own; `up`: the calls that Asterisk has now (None: it cannot say)."""

    def __init__(self, folder: Path, store: Store) -> None:
        settings = Settings.model_validate({
            "centre": {"data_dir": str(folder)},
            "asterisk": {"ami_secret": "x", "ari_secret": "x"},
            "mail": {"reply_secret": "sixteen characters"},
            "recordings": {"recordings_key": KEY, "keep_days": 30},
        })  # fmt: skip
        self.folder, self.store = folder, store
        self.spool = folder / "recording-spool"
        self.spool.mkdir(exist_ok=True)
        self.floor, self.up = Listening(), frozenset[str]()
        self.silent_asterisk = False
        self.part = Messages(
            settings, store, self.floor, LocalBus(), SystemClock(), talking=self.talking  # type: ignore[arg-type]
        )  # fmt: skip

    async def talking(self) -> frozenset[str]:
        if self.silent_asterisk:
            raise Unavailable("asterisk", "away")
        return self.up

    def leave(self, said: bytes = SAID, name: str = NAME) -> Path:
        path = self.spool / f"{name}-message.ulaw"
        path.write_bytes(said)
        return path

    async def count(self) -> tuple[int, int]:
        """Messages on record, and interactions of theirs."""

        def look(conn: Connection) -> tuple[int, int]:
            works = select(func.count()).where(interaction.c.medium == "voicemail")
            kept_ones = select(func.count()).select_from(voicemail)
            return conn.execute(kept_ones).scalar_one(), conn.execute(works).scalar_one()

        return await self.store.read(look)


async def call(store: Store, *, case: bool = False, known: bool = True) -> dict[str, Any]:
    """A call to Care from somebody whose number is known, which is over."""
    now = time.time()

    def fill(conn: Connection) -> dict[str, Any]:
        queue = queues.add_queue(conn, name="Care", language="zh-TW")
        ann = parties.add_party(conn, kind="person", name="Ann", now=now)
        interactions.ensure(
            conn, id=CALL, medium="voice", direction="in", queue_id=queue.id, customer_address="0912345678",
            customer_name="", entry_address="100", subject="", enqueued_at=AGE,
        )  # fmt: skip
        matches = [recognition.Match(party_id=ann.id, name="Ann", strength="exact")] if known else []
        recognition.identify(conn, CALL, matches)
        about = cases.open_case(conn, subject="Lamp", party_id=ann.id, queue_id=queue.id, now=now)
        if case:
            cases.link(conn, CALL, about.id)
        interactions.end_early(conn, CALL, now)
        return {"queue": queue.id, "ann": ann.id, "case": about.id}

    return await store.write(fill)


@pytest.fixture
def room(tmp_path: Path, store: Store) -> Room:
    return Room(tmp_path, store)


async def test_a_message_is_work_at_its_caller_s_age(room: Room) -> None:
    """For the call's queue, as who they are, about a case of its own, encrypted; the file is gone and a second look finds nothing."""
    made = await call(room.store)
    path = room.leave()
    await room.part.sweep()
    await room.part.sweep()
    row = await room.store.read(lambda conn: interactions.interaction(conn, WORK))
    assert row is not None
    assert (row.medium, row.queue_id, row.party_id, row.enqueued_at) == (
        "voicemail",
        made["queue"],
        made["ann"],
        AGE,
    )
    assert row.subject == "0912345678 的語音留言"
    case = await room.store.read(lambda conn: cases.case(conn, row.case_id or ""))
    assert case is not None
    assert (case.id != made["case"], case.party_id, case.subject) == (True, made["ann"], row.subject)
    [told] = room.floor.told
    assert (told.interaction, told.medium, told.enqueued_at) == (WORK, Medium.VOICEMAIL, AGE)
    [recording] = await room.store.read(lambda conn: kept.of_interaction(conn, WORK))
    assert (recording.id, recording.seconds, recording.sealed) == (NAME, 3.0, True)
    assert recording.keep_until == pytest.approx(1_700_000_000 + 30 * 86_400)
    assert recording.peaks is not None
    assert recording.peaks["agent"] == []
    place = recording.place(room.folder / "recordings")
    sound = b"".join(Chest(KEY).read(place, NAME, sealed=True, first=58, last=recording.bytes - 1))
    assert sound == SAID
    assert SAID[:100] not in place.read_bytes()
    assert not path.exists()


async def test_a_message_belongs_to_the_case_of_its_call(room: Room) -> None:
    """Who keyed their case's number in a flow has not asked about something new."""
    made = await call(room.store, case=True)
    room.leave()
    await room.part.sweep()
    row = await room.store.read(lambda conn: interactions.interaction(conn, WORK))
    assert row is not None
    assert row.case_id == made["case"]


@pytest.mark.parametrize("said", [b"", b"\xff" * RATE * 20, SAID[:RATE] + b"\xff" * RATE * 9])
async def test_who_said_nothing_is_a_note_on_the_call(room: Room, said: bytes) -> None:
    """Nobody's work, no case, no recording; the call says how long they were silent."""
    await call(room.store)
    room.leave(said)
    await room.part.sweep()
    [left] = await room.store.read(lambda conn: filing.of_call(conn, CALL))
    assert (left.interaction_id, left.seconds) == (None, len(said) / RATE)
    assert left.sound_s < 2.0
    assert not room.floor.told
    assert await room.store.read(lambda conn: kept.of_interaction(conn, CALL)) == []
    assert not list(room.spool.iterdir())


async def test_whoever_still_speaks_is_left_alone(room: Room) -> None:
    """As long as Asterisk has the call; when it cannot say, the file waits as well."""
    await call(room.store)
    room.leave()
    room.up = frozenset({CALL})
    await room.part.sweep()
    room.up, room.silent_asterisk = frozenset(), True
    await room.part.sweep()
    assert await room.count() == (0, 0)
    room.silent_asterisk = False
    await room.part.sweep()
    assert await room.count() == (1, 1)


Interruption = Callable[[pytest.MonkeyPatch, Room], None]


def _no_write(patch: pytest.MonkeyPatch, room: Room) -> None:
    async def away(_: object) -> None:
        raise Unavailable("database", "away")

    patch.setattr(room.store, "write", away)


def _no_ledger(patch: pytest.MonkeyPatch, room: Room) -> None:
    patch.setattr(room.floor, "away", True)


def _no_removal(patch: pytest.MonkeyPatch, room: Room) -> None:
    def refuses(self: Path, missing_ok: bool = False) -> None:
        raise OSError("read-only")

    patch.setattr(Path, "unlink", refuses)


@pytest.mark.parametrize("interruption", [_no_write, _no_ledger, _no_removal])
async def test_whatever_is_interrupted_it_is_work_once(
    room: Room, interruption: Interruption, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each step, and again; the router hears of it before the file goes."""
    await call(room.store)
    path = room.leave()
    for _ in range(2):
        with monkeypatch.context() as patch:
            interruption(patch, room)
            with pytest.raises((OSError, Unavailable)):
                await room.part.sweep()
        assert path.exists()
    await room.part.sweep()
    assert await room.count() == (1, 1)
    assert {told.interaction for told in room.floor.told} == {WORK}
    assert not path.exists()


async def test_what_the_ledger_has_closed_is_not_offered_again(room: Room) -> None:
    """An agent was quicker than the removal of the file."""
    await call(room.store)
    room.leave()
    await room.part.sweep()
    await room.store.write(
        lambda conn: conn.execute(update(interaction).where(interaction.c.id == WORK).values(state="closed"))
    )
    room.leave()
    await room.part.sweep()
    assert len(room.floor.told) == 1
    assert await room.count() == (1, 1)


async def test_a_message_of_no_call_that_is_known_stays_in_the_spool(room: Room) -> None:
    """Somebody may find out whose it is."""
    path = room.leave(name="tl-elsewhere-1.1.1700000000000")
    await room.part.sweep()
    assert path.exists()
    assert await room.count() == (0, 0)


async def test_what_was_said_goes_with_its_customer(room: Room) -> None:
    """Erasing a customer takes their message's sound along."""
    made = await call(room.store)
    room.leave()
    await room.part.sweep()
    await room.store.write(lambda conn: erase(conn, made["ann"]))
    assert await room.store.read(lambda conn: kept.of_interaction(conn, WORK)) == []
    [gone] = await room.store.read(kept.erased)
    assert gone.id == NAME


async def test_a_call_answers_a_message(room: Room) -> None:
    """To the same customer, at the same number, about the same case; and it is a call out."""
    await call(room.store)
    room.leave()
    await room.part.sweep()
    await room.store.write(lambda conn: filing.call_for(conn, "tl-back", WORK))
    message, back = [
        await room.store.read(lambda conn, name=name: interactions.interaction(conn, name))
        for name in (WORK, "tl-back")
    ]
    assert message is not None
    assert back is not None
    assert (back.medium, back.direction, back.customer_address) == ("voice", "out", "0912345678")
    assert (back.party_id, back.case_id) == (message.party_id, message.case_id)


async def test_a_message_asks_and_the_call_that_follows_answers(room: Room) -> None:
    """For a case that goes on in them: from the age of the message on; who has only heard it has not answered."""
    await call(room.store)
    room.leave()
    await room.part.sweep()

    def answer(conn: Connection) -> list[tuple[float, str, str | None]]:
        filing.call_for(conn, "tl-back", WORK)
        conn.execute(
            update(interaction).where(interaction.c.id.in_([WORK, "tl-back"])).values(answered_at=AGE + 60)
        )
        return [(at, kind, about) for at, kind, about, _ in exchange.steps(conn, [], [WORK, "tl-back"])]

    assert await room.store.write(answer) == [
        (AGE, Happened.CUSTOMER_WROTE, WORK), (AGE + 60, Happened.AGENT_ANSWERED, "tl-back"),
    ]  # fmt: skip
