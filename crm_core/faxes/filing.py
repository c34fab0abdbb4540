"""A fax that came into the store: its pages, its interaction and its case in one unit, once; or the note that no page came."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from crm_core import cases, interactions, queues, recognition, remembered
from crm_core.customers.relations import today
from crm_core.faxes import kept
from crm_core.faxes.kept import FAILED, RECEIVED, Fax, Files
from crm_core.faxes.spool import Came, Report
from crm_core.preferring import Wish, of_interaction
from crm_core.recognition import Match
from crm_core.tables import queue

MEDIUM = "fax"
NO_PAGE, CUT_SHORT = "no_page", "cut_short"
_SUBJECTS: Mapping[str, tuple[str, str]] = {
    "en": ("Fax from {number}", "Fax"),
    "zh-TW": ("{number} 的傳真", "傳真"),
    "zh-CN": ("{number} 的传真", "传真"),
}
_SHORTEST_NUMBER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What could be made of the pages. `files` None: Asterisk wrote none. `count` is what can be seen of them."""

    count: int = 0
    mark: str = ""
    files: Files | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A fax that is work, as the router is to be told of it."""

    interaction_id: str
    queue_id: str
    enqueued_at: float
    wish: Wish


def interaction_id_of(name: str) -> str:
    """The interaction of a fax by its file's name: the same one however often it is filed."""
    return f"fx-{name.removeprefix('tl-')}"


def file(conn: Connection, came: Came, pages: Pages, now: float) -> Fax:
    """Keep it, once. Of a transmission in which no page came over there is no work: that is a failure, and shown as one."""
    known = kept.one(conn, came.name)
    if known is not None:
        return known
    report = came.report or Report()
    made = Fax(
        id=came.name, direction="in", state=FAILED, interaction_id=None, case_id=None,
        queue_id=_queue(conn, report), author_id=None, number=report.caller, our_number=report.number, station=report.station,
        subject="", words="" if report.whole else f"{report.error} {report.words}".strip(), pages=pages.count, confirmed=report.pages, resolution=report.resolution, code=_code(report, pages),
        mark=pages.mark, files=pages.files, sealed=pages.sealed, erased=False, at=came.began_at, due_at=None, tried_at=now,
        attempts=1, attempt=None, key=None,
    )  # fmt: skip
    if pages.files is not None and made.queue_id is not None:
        made = _as_work(conn, made, now)
    kept.add(conn, made)
    return made


def filed(conn: Connection, name: str, now: float) -> Filed | None:
    """The work that a fax has become; None: none, or it is taken already."""
    made = kept.one(conn, name)
    if made is None or made.interaction_id is None:
        return None
    work = interactions.interaction(conn, made.interaction_id)
    if work is None or work.queue_id is None or work.state != "new":
        return None
    return Filed(
        interaction_id=work.id,
        queue_id=work.queue_id,
        enqueued_at=work.enqueued_at,
        wish=of_interaction(conn, work.id, now),
    )


def _code(report: Report, pages: Pages) -> str:
    """What is to be said of the transmission; empty: nothing."""
    if pages.files is None:
        return NO_PAGE
    return "" if report.whole else CUT_SHORT


def _queue(conn: Connection, report: Report) -> str | None:
    """Where the way in led, as long as that queue is there; else the number's, of faxes before that of calls; else the only one."""
    if report.queue and queues.queue_by_id(conn, report.queue) is not None:
        return report.queue
    wanted = "".join(filter(str.isdigit, report.number))
    mine = {
        entry.medium: entry.queue_id
        for entry in queues.entries(conn)
        if entry.medium in {MEDIUM, "voice"}
        and wanted
        and "".join(filter(str.isdigit, entry.address)) == wanted
    }
    every = queues.list_queues(conn)
    return mine.get(MEDIUM) or mine.get("voice") or (every[0].id if every else None)


def _as_work(conn: Connection, made: Fax, now: float) -> Fax:
    name, subject = interaction_id_of(made.id), _subject(conn, made)
    interactions.ensure(
        conn,
        id=name,
        medium=MEDIUM,
        direction="in",
        queue_id=made.queue_id,
        customer_address=made.number,
        customer_name=made.station,
        entry_address=made.our_number,
        subject=subject,
        enqueued_at=made.at,
    )
    recognition.identify(conn, name, _who(conn, made))
    work = interactions.interaction(conn, name)
    case_id = cases.open_case(
        conn,
        subject=subject,
        party_id=work.party_id if work else None,
        queue_id=made.queue_id,
        now=now,
        asked_at=made.at,
        channel=MEDIUM,
    ).id
    cases.link(conn, name, case_id)
    return replace(made, state=RECEIVED, interaction_id=name, case_id=case_id, subject=subject)


def _who(conn: Connection, made: Fax) -> list[Match]:
    """By the number that the network gives; where it gives none, by the one that their machine says it has. Both are claims."""
    day = today(made.at)
    if made.number:
        return remembered.by_phone(conn, made.number, day=day)
    digits = "".join(filter(str.isdigit, made.station))
    if len(digits) < _SHORTEST_NUMBER:
        return []
    return remembered.by_phone(conn, f"+{digits}" if made.station.startswith("+") else digits, day=day)


def _subject(conn: Connection, made: Fax) -> str:
    language = conn.execute(select(queue.c.language).where(queue.c.id == made.queue_id)).scalar_one_or_none()
    named, nameless = _SUBJECTS.get(language or "en", _SUBJECTS["en"])
    number = made.number or made.station
    return named.format(number=number) if number else nameless
