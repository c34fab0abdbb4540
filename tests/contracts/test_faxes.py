"""Faxes on both databases: each that came is work once, whatever is interrupted; what goes out is begun before it is dialled, and never sent again blindly."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select, update

from channels.fax.composing import Desk
from channels.fax.receiving import Reception
from channels.fax.sending import SEEN_WITHIN_S, Sending
from config.asterisk.render import FAX_REPORT
from config.errors import Refused, Unavailable
from config.settings import Settings
from crm_core import cases, interactions, parties, queues
from crm_core.access.reader import SYSTEM
from crm_core.audit import Origin
from crm_core.faxes import kept, outgoing
from crm_core.faxes.kept import Fax
from crm_core.faxes.outgoing import Wanted
from crm_core.privacy import retention
from crm_core.privacy.erase import erase
from crm_core.records.change import Acting
from crm_core.store import Connection, Store
from crm_core.tables import audit_event, case_event, fax
from routing.bus import LocalBus
from routing.core.events import Arrived, Event
from routing.core.model import Medium
from routing.core.state import Centre

NAME = "tl-trunkline-1.1.1700000000000"
AGE = 1_700_000_000.0
NOW = 1_700_000_100.0
NUMBER, THEIRS = "0255550200", "0223456789"
LATER = "a key of the tests"


class Time:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


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


class Line:
    """A telephone that is told what to send. `says`: what it does then; `calls`: those that go on."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.says: Refused | bool = True
        self.calls: frozenset[str] = frozenset()
        self.why = "17"

    async def send(self, made: Fax, attempt: str) -> bool:
        if isinstance(self.says, Refused):
            raise self.says
        self.sent.append(attempt)
        return self.says

    async def cause(self, attempt: str) -> str:
        return self.why

    async def going_on(self) -> frozenset[str]:
        return self.calls

    def spelt(self, typed: str) -> str:
        return typed

    def shown_by(self, queue: str | None) -> str:
        return NUMBER


class Room:
    """The parts of the server that faxes go through, with a spool of their own."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.settings = Settings.model_validate({
            "centre": {"data_dir": str(folder)}, "asterisk": {"ami_secret": "x", "ari_secret": "x"},
            "mail": {"reply_secret": "sixteen characters"}, "recordings": {"recordings_key": LATER},
            "fax": {"retry_pauses_s": [60, 300]},
        })  # fmt: skip
        self.folder, self.store, self.time, self.line, self.floor = folder, store, Time(), Line(), Listening()
        self.spool = self.settings.recording_spool_dir()
        self.spool.mkdir(exist_ok=True)
        self.up: frozenset[str] = frozenset()
        self.start()

    def start(self) -> None:
        """A new server; the old one has died."""
        bus = LocalBus()
        self.reception = Reception(
            self.settings, self.store, self.floor, bus, self.time, talking=self.talking  # type: ignore[arg-type]
        )  # fmt: skip
        place = self.reception.place
        self.sending = Sending(self.settings, self.store, bus, self.time, place=place, line=self.line)
        self.desk = Desk(self.settings, self.store, bus, self.time, place=place, numbers=self.line)

    async def talking(self) -> frozenset[str]:
        return self.up

    def comes(self, *, pages: int = 1, name: str = NAME, **said: str) -> None:
        """What Asterisk writes of one: pages in standard resolution, and a report."""
        if pages:
            sheet = Image.new("1", (1728, 1145), 1)
            ImageDraw.Draw(sheet).line((0, 0, 1728, 1145), fill=0, width=5)
            more = [sheet] * (pages - 1)
            sheet.save(self.spool / f"{name}-fax.tif", "TIFF", compression="group3", dpi=(204, 98), save_all=True, append_images=more)  # fmt: skip
        status = {
            "FAXSTATUS": "SUCCESS" if pages else "FAILED",
            "FAXPAGES": str(pages),
            "FAXOPT(resolution)": "8031x3850",
        }
        self.report(f"{name}-fax.txt", **{**status, "CALLERID(num)": THEIRS, "TL_NUMBER": NUMBER, **said})

    def report(self, name: str, **said: str) -> None:
        """As the dialplan writes it: the template with these values."""
        parts = FAX_REPORT.split("|")
        values = [
            next((value for key, value in said.items() if f"{{{key}}}" in part), "") for part in parts[:-1]
        ]
        (self.spool / name).write_text("|".join([*values, "end"]) + "\n")

    async def all(self) -> list[Fax]:
        return await self.store.read(kept.latest)

    async def only(self) -> Fax:
        [found] = await self.all()
        return found


@pytest.fixture
async def room(store: Store, tmp_path: Path) -> Room:
    made = Room(tmp_path, store)
    await store.write(_fill)
    return made


def _fill(conn: Connection) -> None:
    queue = queues.add_queue(conn, name="Faxes", language="zh-TW", ring_s=10, wrap_up_s=0)
    queues.add_entry(conn, "fax", NUMBER, queue.id)
    known = parties.add_party(conn, kind="organisation", name="林氏貿易", now=1.0)
    parties.add_contact_point(conn, known.id, "fax", THEIRS, now=1.0)


def _acting() -> Acting:
    return Acting(reader=SYSTEM, origin=Origin(user_id="u-ann", name="ann", via="console"), now=NOW)


async def written(room: Room, **given: Any) -> Fax:
    """An agent has sent one about a case."""
    case = await room.store.write(
        lambda c: cases.open_case(
            c, subject="訂單", party_id=None, queue_id=queues.list_queues(c)[0].id, now=AGE
        )
    )
    wanted = Wanted(
        case_id=case.id, interaction_id=None, to=THEIRS, name="Lin", subject="Order", text="Hello", cover=True,
        language="en", files=(),
    )  # fmt: skip
    return await room.desk.write(_acting(), "Ann", replace(wanted, **given), LATER)


async def test_a_fax_is_one_contact_however_often_the_server_dies(room: Room) -> None:
    """Offered at its age, as whom its number says, about a case of its own; each step again changes nothing."""
    room.comes(pages=2)
    room.floor.away = True
    with pytest.raises(Unavailable):
        await room.reception.sweep()  # filed, and the router never heard of it
    room.floor.away = False
    room.start()
    await room.reception.sweep()
    room.comes(pages=2)  # the files were not gone yet
    await room.reception.sweep()
    made = await room.only()
    assert (made.state, made.pages, made.confirmed, made.mark, made.number) == ("received", 2, 2, "", THEIRS)
    assert {event.interaction for event in room.floor.told} == {made.interaction_id}
    assert {(event.medium, event.enqueued_at) for event in room.floor.told} == {(Medium.FAX, AGE)}
    work = await room.store.read(lambda c: interactions.interaction(c, made.interaction_id or ""))
    assert work is not None
    assert (work.medium, work.subject, work.match, work.case_id) == (
        "fax",
        f"{THEIRS} 的傳真",
        "one",
        made.case_id,
    )
    assert list(room.spool.iterdir()) == []
    sealed = made.place(room.folder / "faxes", kept.TIFF).read_bytes()
    assert b"II*\0" not in sealed[:100]
    assert b"".join(room.desk.read(made, kept.TIFF))[:4] == b"II*\0"


async def test_a_transmission_without_a_page_is_a_failure_and_nobodys_work(room: Room) -> None:
    """It stands in the list with why; there is no contact and no case."""
    room.comes(pages=0, FAXERROR="HANGUP")
    await room.reception.sweep()
    made = await room.only()
    assert (made.state, made.code, made.words, made.interaction_id, made.case_id) == (
        "failed",
        "no_page",
        "HANGUP",
        None,
        None,
    )
    assert room.floor.told == []
    assert await room.store.read(lambda c: kept.counted(c, AGE - 1)) == {"in_failed": 1}


@pytest.mark.parametrize(
    ("content", "mark", "pages"),
    [
        (lambda whole: whole[: len(whole) * 2 // 3], "truncated", 2),
        (lambda _: b"II*\0garbage" * 100, "unreadable", 0),
    ],
)
async def test_a_damaged_fax_is_kept_as_it_came_and_is_work(
    room: Room, content: Callable[[bytes], bytes], mark: str, pages: int
) -> None:
    """What can be read is shown with a mark; of what cannot the TIFF is kept, and a case opened."""
    room.comes(pages=3)
    path = room.spool / f"{NAME}-fax.tif"
    given = content(path.read_bytes())
    path.write_bytes(given)
    await room.reception.sweep()
    made = await room.only()
    assert (made.state, made.mark, made.pages, made.case_id is not None) == ("received", mark, pages, True)
    assert b"".join(room.desk.read(made, kept.TIFF)) == given
    assert made.has(kept.PDF) == (mark == "truncated")
    assert len(room.floor.told) == 1


async def test_a_fax_without_a_report_waits_for_its_call(room: Room) -> None:
    """While the call goes on it is left alone; afterwards what came is work, said to be cut short."""
    room.comes()
    (room.spool / f"{NAME}-fax.txt").unlink()
    room.up = frozenset({"tl-trunkline-1.1"})
    await room.reception.sweep()
    assert await room.all() == []
    room.up = frozenset()
    await room.reception.sweep()
    made = await room.only()
    assert (made.state, made.code, made.pages) == ("received", "cut_short", 1)


async def test_what_is_sent_is_what_the_other_side_confirmed(room: Room) -> None:
    """Written once for one press, told to the case and the audit trail, dialled once; tried again after the pauses, then failed."""
    made = await written(room)
    assert await room.desk.write(_acting(), "Ann", Wanted(
        case_id=made.case_id, interaction_id=None, to=THEIRS, name="", subject="", text="Other", cover=True, language="", files=(),
    ), LATER) == made  # fmt: skip
    for attempt, (pages, reason, then) in enumerate((("", "0", "waiting"), ("1", "", "sent"))):
        await room.sending.look()
        await room.sending.look()
        assert len(room.line.sent) == attempt + 1
        name = room.line.sent[-1]
        assert (await room.only()).state == "sending"
        assert (room.spool / f"{name}-out.tif").stat().st_size > 0
        room.report(f"{name}-out.txt", FAXSTATUS="SUCCESS" if pages else "", FAXPAGES=pages, REASON=reason)
        await room.sending.look()
        found = await room.only()
        assert (found.state, found.attempts) == (then, attempt + 1)
        if then == "waiting":
            assert (found.code, found.due_at) == ("busy", NOW + 60)
            room.time.at = NOW + 61
    assert ((await room.only()).confirmed, list(room.spool.iterdir())) == (1, [])
    told = await room.store.read(lambda c: c.execute(select(case_event.c.kind).where(case_event.c.case_id == made.case_id)).scalars().all())  # fmt: skip
    assert "agent_answered" in told
    actions = await room.store.read(lambda c: c.execute(select(audit_event.c.action)).scalars().all())
    assert actions.count("fax_written") == 1


async def test_a_server_that_dies_finds_what_became_of_its_fax_or_asks(room: Room) -> None:
    """A call that goes on is left alone, a report counts, and without either nobody sends it again but a person."""
    made = await written(room)
    await room.sending.look()
    [attempt] = room.line.sent
    room.start()
    room.time.at += SEEN_WITHIN_S + 1
    room.line.calls = frozenset({attempt})
    await room.sending.look()
    assert (await room.only()).state == "sending"
    room.line.calls = frozenset()
    await room.sending.look()
    found = await room.only()
    assert (found.state, found.code, room.line.sent) == ("unknown", "nobody_knows", [attempt])
    room.time.at += 86_400
    await room.sending.look()
    assert room.line.sent == [attempt]
    await room.store.write(lambda c: outgoing.again(c, _acting(), made.id))
    await room.sending.look()
    assert len(room.line.sent) == 2


async def test_a_forbidden_number_is_told_and_a_forbidden_hour_waits(room: Room) -> None:
    """For ever: failed at once; for now: later, which is no try. Whoever thinks better of it cancels."""
    made = await written(room)
    room.line.says = Refused("outside.night")
    await room.sending.look()
    found = await room.only()
    assert (found.state, found.code, found.attempts, found.due_at) == (
        "waiting",
        "outside.night",
        0,
        NOW + 900,
    )
    await room.store.write(lambda c: outgoing.cancel(c, _acting(), made.id))
    with pytest.raises(Refused, match=r"fax\.state"):
        await room.store.write(lambda c: outgoing.cancel(c, _acting(), made.id))
    await room.store.write(lambda c: outgoing.again(c, _acting(), made.id))
    room.line.says = Refused("number.not_allowed")
    await room.sending.look()
    assert ((await room.only()).state, (await room.only()).code) == ("failed", "number.not_allowed")


async def test_an_erased_customers_pages_are_gone(room: Room) -> None:
    """The rows say that there was one; no file and no number of theirs is left. What goes out goes with its rule of retention."""
    room.comes()
    await room.reception.sweep()
    made = await room.only()
    files = [path for path in (room.folder / "faxes").rglob("*") if path.is_file()]
    assert len(files) == 3
    work = await room.store.read(lambda c: interactions.interaction(c, made.interaction_id or ""))
    assert work is not None
    await room.store.write(lambda c: erase(c, work.party_id or ""))
    await room.reception._remove_erased()
    found = await room.only()
    assert (found.erased, found.files, found.number, found.subject, found.state) == (
        True,
        None,
        "",
        "",
        "received",
    )
    assert [path for path in (room.folder / "faxes").rglob("*") if path.is_file()] == []
    old = await written(room)
    await room.store.write(lambda c: c.execute(update(fax).where(fax.c.id == old.id).values(state="sent")))
    due = await room.store.read(lambda c: c.execute(retention._faxes(NOW + 1)).scalars().all())
    assert due == [old.id]
