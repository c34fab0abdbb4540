"""From an agent's words and files to a fax in the outbox: its cover page, its pages, its row."""

import asyncio
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from channels.fax import fonts, worker
from channels.fax.files import Place
from channels.fax.sending import WRITTEN
from config.clock import Clock
from config.errors import Kind, Refused
from config.ids import new_id
from config.logs import Transcript
from config.settings import Settings
from crm_core import cases, interactions, parties, queues
from crm_core.branding import kept as branding
from crm_core.customers import outbound
from crm_core.faxes import kept, outgoing
from crm_core.faxes.filing import Pages
from crm_core.faxes.kept import WAITING, Fax
from crm_core.faxes.outgoing import Wanted
from crm_core.records.change import Acting
from crm_core.store import Connection, Store
from routing.bus import Bus

LONGEST_TEXT = 20_000
MOST_FILES, MOST_BYTES = 10, 15_000_000
_LABELS = {
    "en": ("Fax", "To", "Fax number", "From", "Date", "Pages", "Subject", "Reference"),
    "zh-TW": ("傳真", "收件人", "傳真號碼", "寄件人", "日期", "頁數", "主旨", "案件編號"),
    "zh-CN": ("传真", "收件人", "传真号码", "发件人", "日期", "页数", "主题", "工单编号"),
}
_log = Transcript("fax")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of the matter: whom the cover greets, in which language, and whose number is shown."""

    case_id: str | None
    case_number: str
    interaction_id: str | None
    queue_id: str | None
    subject: str
    customer: str
    language: str
    centre: str


class Numbers(Protocol):
    """What the telephone knows of numbers."""

    def spelt(self, typed: str) -> str:
        """As it may be dialled. `Refused` for what is no number."""
        ...

    def shown_by(self, queue: str | None) -> str:
        """Ours, as the other side sees it."""
        ...


class Desk:
    """The console's port for faxes that go out."""

    def __init__(
        self, settings: Settings, store: Store, bus: Bus, clock: Clock, *, place: Place, numbers: Numbers
    ) -> None:
        self._settings, self._zone, self._centre = (
            settings.fax,
            settings.centre.time_zone,
            settings.centre.name,
        )
        self._store, self._bus, self._clock = store, bus, clock
        self.place, self._numbers = place, numbers

    async def write(self, acting: Acting, author_name: str, wanted: Wanted, key: str) -> Fax:
        """Make its pages and put it into the outbox; the same key again gives the same fax. `Refused`: number.not_allowed, fax.empty, fax.too_long,
        fax.too_large, fax.no_font, fax.file_unreadable, fax.too_many_pages, case.unknown, interaction.unknown."""
        digest = _key(wanted, acting.origin.user_id or "", key)
        known = await self._store.read(partial(kept.by_key, key=digest))
        if known is not None:
            return known
        self._check(wanted)
        number = self._numbers.spelt(wanted.to)
        about = await self._store.read(partial(_about, wanted=wanted, centre=self._centre))
        name, at = new_id(), self._clock.now()
        ours = self._numbers.shown_by(about.queue_id)
        pages = await self._pages(name, at, wanted, about, (number, ours, author_name))
        row = replace(
            _row(wanted, about, pages, name=name, at=at, key=digest, numbers=(number, ours)),
            author_id=acting.origin.user_id,
        )
        made = await self._store.write(lambda conn: outgoing.put(conn, acting, row))
        _log.note(
            ">", made.interaction_id or made.case_id or "", f"fax {made.id} of {made.pages} pages is to go"
        )
        self._bus.publish(WRITTEN, made.id)
        self._bus.publish("fax_list", made.id)
        if made.case_id is not None:
            self._bus.publish("case", made.case_id)
        return made

    def read(self, fax: Fax, kind: str, *, first: int = 0, length: int | None = None) -> Iterator[bytes]:
        """A file of it, or a part of one; in a thread. `Damaged` when it is not as it was written."""
        return self.place.read(fax, kind, first=first, length=length)

    def wake(self, fax: Fax) -> None:
        """Something of it was decided by hand."""
        self._bus.publish(WRITTEN, fax.id)
        self._bus.publish("fax_list", fax.id)

    def _check(self, wanted: Wanted) -> None:
        if not wanted.files and not wanted.text.strip():
            raise Refused("fax.empty", Kind.INVALID, pointer="/text")
        if not wanted.files and not wanted.cover:
            raise Refused("fax.empty", Kind.INVALID, pointer="/files")
        if len(wanted.text) > LONGEST_TEXT:
            raise Refused("fax.too_long", Kind.INVALID, pointer="/text", longest=LONGEST_TEXT)
        if len(wanted.files) > MOST_FILES or sum(map(len, wanted.files)) > MOST_BYTES:
            raise Refused("fax.too_large", Kind.INVALID, pointer="/files", most=MOST_BYTES // 1_000_000)

    async def _pages(
        self, name: str, at: float, wanted: Wanted, about: About, who: tuple[str, str, str]
    ) -> Pages:
        cover = self._cover(wanted, about, at, who) if wanted.cover else None
        font = await asyncio.to_thread(fonts.found, self._settings.font)
        if cover is not None and not fonts.can_write(font, _said(cover)):
            raise Refused("fax.no_font")
        with tempfile.TemporaryDirectory(prefix="trunkline-fax-") as beside:
            tiff = Path(beside) / "tiff"
            places = await asyncio.to_thread(_laid, Path(beside), wanted.files)
            count = await worker.write({
                "cover": cover, "files": [str(each) for each in places], "font": str(font) if font else "",
                "most_pages": self._settings.most_pages, "target": str(tiff),
            })  # fmt: skip
            return await self.place.keep(name, at, tiff, count)

    def _cover(self, wanted: Wanted, about: About, at: float, who: tuple[str, str, str]) -> dict[str, Any]:
        number, ours, author = who
        language = wanted.language or about.language
        title, to, fax, sender, date, pages, subject, case = _LABELS.get(language, _LABELS["en"])
        day = datetime.fromtimestamp(at, ZoneInfo(self._zone))
        rows = (
            (to, wanted.name or about.customer),
            (fax, number),
            (sender, f"{about.centre}  {author}".strip()),
            (date, day.strftime("%Y-%m-%d %H:%M")),
            (pages, "{pages}"),
            (case, about.case_number),
            (subject, wanted.subject or about.subject),
        )
        return {
            "language": language if language in _LABELS else "en",
            "title": title,
            "rows": [[label, _one_line(value)] for label, value in rows if value],
            "words": wanted.text.replace("\r\n", "\n").replace("\r", "\n"),
            "foot": f"{about.centre}  {ours}".strip(),
        }


def _key(wanted: Wanted, author: str, key: str) -> str:
    told = f"{wanted.case_id}\0{wanted.interaction_id}\0{author}\0{key}"
    return hashlib.sha256(told.encode()).hexdigest()


def _about(conn: Connection, wanted: Wanted, centre: str) -> About:
    work = interactions.interaction(conn, wanted.interaction_id) if wanted.interaction_id else None
    if wanted.interaction_id and work is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=wanted.interaction_id)
    case_id = wanted.case_id or (work.case_id if work else None)
    case = cases.case(conn, case_id) if case_id else None
    if case_id and case is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id)
    party_id = (case.party_id if case else None) or (work.party_id if work else None)
    party = parties.party(conn, party_id) if party_id else None
    queue_id = (work.queue_id if work else None) or (case.queue_id if case else None)
    queue = queues.queue_by_id(conn, queue_id) if queue_id else None
    wish = outbound.wishes(conn, party_id, "UTC").language if party_id else None
    return About(
        case_id=case_id,
        case_number=case.number if case else "",
        interaction_id=wanted.interaction_id,
        queue_id=queue_id,
        subject=case.subject if case else work.subject if work else "",
        customer=party.name if party else "",
        language=wish or (queue.language if queue else "en"),
        centre=branding.centre_name(conn, centre),
    )


def _row(
    wanted: Wanted, about: About, pages: Pages, *, name: str, at: float, key: str, numbers: tuple[str, str]
) -> Fax:
    return Fax(
        id=name, direction="out", state=WAITING, interaction_id=about.interaction_id, case_id=about.case_id,
        queue_id=about.queue_id, author_id=None, number=numbers[0], our_number=numbers[1], station="",
        subject=wanted.subject or about.subject, words=wanted.text, pages=pages.count, confirmed=0, resolution="", code="",
        mark=pages.mark, files=pages.files, sealed=pages.sealed, erased=False, at=at, due_at=at, tried_at=None, attempts=0,
        attempt=None, key=key,
    )  # fmt: skip


def _laid(folder: Path, files: Sequence[bytes]) -> list[Path]:
    places = [folder / f"file-{number}" for number in range(len(files))]
    for place, content in zip(places, files, strict=True):
        place.write_bytes(content)
    return places


def _said(cover: dict[str, Any]) -> str:
    rows = (text for row in cover["rows"] for text in row)
    return "".join((cover["title"], cover["words"], cover["foot"], *rows))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
