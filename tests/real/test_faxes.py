"""Faxes on a real Asterisk: pages that come while servers die and are away, one that goes out by SIP and arrives, and a call in which none comes."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from sqlalchemy import update

from channels.fax.composing import Desk as FaxDesk
from channels.fax.receiving import Reception
from channels.fax.sending import Sending
from config.clock import SystemClock
from config.settings import Settings
from crm_core import interactions, parties, queues
from crm_core.access.reader import SYSTEM
from crm_core.audit import Origin
from crm_core.faxes import kept
from crm_core.faxes.kept import Fax
from crm_core.faxes.outgoing import Wanted
from crm_core.records.change import Acting
from crm_core.store import Connection
from crm_core.tables import entry
from routing.core.facts import Enqueued
from tests.ports import free_port
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.voice_lab import VoiceServer, prepare, voice_server, write_now

pytestmark = pytest.mark.real
NUMBER, CALLS, THEIRS = "0255550200", "100", "0223456789"
KEY = "a key of the tests"
A4 = (610, 841)
"""Points of a page that is 1,728 dots wide and 297 mm long."""


def settings(folder: Path, lab: AsteriskLab) -> Settings:
    return Settings.model_validate({
        "centre": {"data_dir": str(folder / "data")},
        "asterisk": {"ami_secret": "x", "ari_secret": "x"},
        "mail": {"reply_secret": "sixteen characters"},
        "recordings": {
            "recordings_key": KEY,
            "spool_dir": str(lab.folder / "asterisk" / "var" / "spool" / "recordings"),
        },
    })  # fmt: skip


@dataclass
class Faxing:
    """The parts of one server that faxes go through."""

    server: VoiceServer
    reception: Reception
    sending: Sending
    desk: FaxDesk

    @classmethod
    def of(cls, server: VoiceServer, given: Settings) -> "Faxing":
        clock = SystemClock()
        reception = Reception(
            given, server.store, server.floor, server.bus, clock, talking=server.voice.talking
        )
        place, line = reception.place, server.voice.faxes
        return cls(
            server,
            reception,
            Sending(given, server.store, server.bus, clock, place=place, line=line),
            FaxDesk(given, server.store, server.bus, clock, place=place, numbers=line),
        )

    async def until(self, count: int, *states: str, within_s: float = 40.0) -> list[Fax]:
        """So many faxes are in one of these states; they, the oldest first."""
        try:
            async with asyncio.timeout(within_s):
                while len(found := await self._in(states)) < count:
                    await asyncio.sleep(0.2)
        except TimeoutError:
            everything = await self._in(())
            raise AssertionError(f"not {count} {states}: {everything}") from None
        return found

    async def _in(self, states: tuple[str, ...]) -> list[Fax]:
        return list(reversed(await self.server.store.read(lambda conn: kept.latest(conn, states=states))))

    def size(self, fax: Fax) -> tuple[int, ...]:
        """Of the first page of its PDF, in points."""
        document = pypdfium2.PdfDocument(b"".join(self.desk.read(fax, kept.PDF)))
        assert len(document) == fax.pages
        return tuple(round(each) for each in document[0].get_size())


def standard_page(target: Path) -> None:
    """A circle on a page in standard resolution: half as many lines as a finer one has."""
    page = Image.new("1", (1728, 1145), 1)
    ImageDraw.Draw(page).ellipse((400, 200, 1200, 600), outline=0, width=8)
    page.save(target, "TIFF", compression="group4", dpi=(204, 98))


async def sends(lab: AsteriskLab, name: str, number: str) -> None:
    """Another fax machine calls one of our numbers, over a channel within Asterisk, and sends the page that lies under this name."""
    _, asterisk = await asyncio.open_connection("127.0.0.1", lab.layout.ami_port)
    told = (
        f"Action: Login\nUsername: {lab.layout.ami_user}\nSecret: {lab.layout.ami_secret}\nEvents: off\n\n"
        f"Action: Originate\nChannel: Local/{number}@trunkline-dialled\nContext: trunkline-fax-out\nExten: s\nPriority: 1\n"
        f"CallerID: <{THEIRS}>\nAsync: true\nVariable: TL_FAX={name}\nVariable: TL_FAX_STATION={THEIRS}\n\n"
    )
    asterisk.write(told.replace("\n", "\r\n").encode())
    await asterisk.drain()
    await logged(lab, f"/{name}-out.tif")
    asterisk.close()


async def logged(lab: AsteriskLab, words: str, count: int = 1) -> None:
    async with asyncio.timeout(15):
        while lab.log.count(words) < count:
            await asyncio.sleep(0.1)


async def emptied(spool: Path) -> None:
    """No fax lies there any more."""
    async with asyncio.timeout(10):
        while list(spool.glob("*-fax.*")):
            await asyncio.sleep(0.1)


def fill(conn: Connection) -> None:
    [queue] = queues.list_queues(conn)
    conn.execute(update(entry).values(fax_detect=True))
    queues.add_entry(conn, "fax", NUMBER, queue.id)
    person = parties.add_party(conn, kind="organisation", name="Lin Trading", now=1.0)
    parties.add_contact_point(conn, person.id, "fax", THEIRS, now=1.0)


async def test_faxes_come_and_go_whatever_dies(tmp_path: Path) -> None:
    """Each page is one contact with the right shape, also when the machine was heard at a number for calls and the server dies then, or is away when it begins; an answer arrives; a call without a page is a failure."""
    port = free_port()
    async with asterisk_lab(
        tmp_path, sip_port=port, trunk_out=f"127.0.0.1:{port}", heartbeat_stale_s=3
    ) as lab:
        url = write_now(prepare(tmp_path), fill)
        given = settings(tmp_path, lab)
        for name in ("first", "second"):
            standard_page(given.recording_spool_dir() / f"{name}-out.tif")
        async with voice_server(lab, url):
            await sends(lab, "first", CALLS)
            await logged(lab, "receiving FAX")
        await asyncio.sleep(4)  # until the dialplan knows that nobody is there
        await sends(lab, "second", NUMBER)
        await logged(lab, "receiving FAX", 2)
        async with (
            voice_server(lab, url) as server,
            lab.caller(to=NUMBER, number="0911111111", hang_up_after_s=2),
        ):
            faxing = Faxing.of(server, given)
            running = [asyncio.create_task(each.run()) for each in (faxing.reception, faxing.sending)]
            written = await answer(faxing)
            [silent] = await faxing.until(1, "failed")
            assert (silent.code, silent.interaction_id, silent.files) == ("no_page", None, None)
            came = await faxing.until(3, "received")
            [sent] = await faxing.until(1, "sent")
            await server.fact(Enqueued, 3)  # a fax is told after it is kept, and leaves the spool after that
            await emptied(given.recording_spool_dir())
            for task in running:
                task.cancel()
            assert (sent.id, sent.pages, sent.confirmed, sent.attempts) == (written.id, 1, 1, 1)
            assert [(fax.number, fax.our_number) for fax in came[:2]] == [(THEIRS, CALLS), (THEIRS, NUMBER)]
            for fax in came:
                assert (fax.mark, fax.pages) == ("", 1)
                assert faxing.size(fax) == pytest.approx(A4, abs=1)
                work = await server.store.read(
                    lambda conn, fax=fax: interactions.interaction(conn, fax.interaction_id)
                )
                assert work is not None
                assert (work.medium, work.case_id) == ("fax", fax.case_id)
            assert [fact.interaction for fact in server.facts if isinstance(fact, Enqueued)] == [
                fax.interaction_id for fax in came
            ]
            assert (
                lab.log.count("|T38|end") == 2
            )  # by SIP both sides spoke T.38; within Asterisk it was sound


async def answer(faxing: Faxing) -> Fax:
    """An agent writes one to our own number, so that it comes in as another."""
    acting = Acting(reader=SYSTEM, origin=Origin(user_id=None, name="ann", via="console"), now=1.0)
    wanted = Wanted(
        case_id=None, interaction_id=None, to=NUMBER, name="林小姐", subject="訂單", text="您好，謝謝。", cover=True,
        language="zh-TW", files=(),
    )  # fmt: skip
    made = await faxing.desk.write(acting, "Ann", wanted, "a key of the tests")
    assert await faxing.desk.write(acting, "Ann", wanted, "a key of the tests") == made
    return made
