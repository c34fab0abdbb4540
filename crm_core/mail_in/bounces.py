"""Letters of ours that came back: tied to the letter, told to whoever wrote it, and remembered of the address."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from config.errors import Refused
from config.ids import new_id
from crm_core import notifications
from crm_core.casework import activity
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import contact_point, letter, letter_bounce, outbox, support_case

MOST_SOFT = 3
"""Reports of passing trouble with an address, within `SOFT_WITHIN_S`, after which it counts as one that does not work."""
SOFT_WITHIN_S = 14 * 86_400.0
_B, _L, _P = letter_bounce.c, letter.c, contact_point.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report says of one recipient; texts are the peer's, and as long as it likes."""

    recipient: str
    status: str
    reply_code: str
    reason: str
    hard: bool

    @property
    def words(self) -> str:
        """As it is shown beside the letter."""
        said = " ".join(each for each in (self.reply_code, self.status, self.reason) if each)
        return f"{self.recipient}: {said or 'returned'}"[:1000]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The letter that came back. `by_person`: somebody wrote it, and is to know."""

    letter_id: str
    case_id: str | None
    by_person: bool


def returned(
    conn: Connection,
    letter_id: str | None,
    message_ids: Sequence[str],
    case_id: str | None,
    recipients: Sequence[str],
) -> Returned | None:
    """Which of our letters came back: the one whose return address it was sent to, else by its Message-ID, else the last one of this case (that of a
    reply address) to one of these."""
    sent = (_L.direction == "out",)
    for named in (
        (_L.id == letter_id,) if letter_id else (),
        (_L.message_id.in_(list(message_ids)),) if message_ids else (),
    ):
        if not named:
            continue
        query = select(letter).where(*sent, *named).order_by(_L.received_at.desc(), _L.id.desc()).limit(1)
        if (found := conn.execute(query).first()) is not None:
            return Returned(letter_id=found.id, case_id=found.case_id, by_person=found.author_id is not None)
    if case_id is None:
        return None
    wanted = {each.lower() for each in recipients}
    for each in conn.execute(
        select(letter)
        .where(*sent, _L.case_id == case_id)
        .order_by(_L.received_at.desc(), _L.id.desc())
        .limit(50)
    ):
        if not wanted or wanted & {address.lower() for address in each.envelope_to}:
            return Returned(letter_id=each.id, case_id=each.case_id, by_person=each.author_id is not None)
    return None


def record(conn: Connection, found: Returned, reports: Sequence[Report], now: float) -> None:
    """Keep it with the letter, which has failed when it is for good; tell its author and the case's owner; note the addresses."""
    for each in reports:
        conn.execute(
            insert(letter_bounce).values(
                id=new_id(),
                letter_id=found.letter_id,
                recipient=each.recipient.lower()[:320],
                status=each.status[:20],
                reply_code=each.reply_code[:20],
                reason=each.reason[:1000],
                hard=each.hard,
                at=now,
            )
        )
        _note_address(conn, each, now)
    words = "; ".join(each.words for each in reports)[:2000]
    row = outbox.c
    state = {"state": "bounced"} if any(each.hard for each in reports) else {}
    sent = row.state.in_(["sent", "failed", "bounced"])
    conn.execute(update(outbox).where(row.letter_id == found.letter_id, sent).values(error=words, **state))
    _tell(conn, found, reports, now)


def _tell(conn: Connection, found: Returned, reports: Sequence[Report], now: float) -> None:
    """Nobody is told of what nobody wrote: a notice about a notice that came back would be the next."""
    if found.case_id is None or not found.by_person:
        return
    of_letter = conn.execute(select(_L.author_id).where(_L.id == found.letter_id)).scalar_one()
    case = conn.execute(
        select(support_case.c.owner_id, support_case.c.number).where(support_case.c.id == found.case_id)
    ).one()
    to = ", ".join(dict.fromkeys(each.recipient for each in reports))[:200]
    hard = any(each.hard for each in reports)
    activity.record(
        conn, found.case_id, now, "letter_returned", None, name=to, hard=hard, letter=found.letter_id
    )
    people = [each for each in (of_letter, case.owner_id) if each]
    code = "case.letter_returned" if hard else "case.letter_delayed"
    notifications.tell(conn, people, now, code, "case", found.case_id, number=case.number, to=to)


def _note_address(conn: Connection, report: Report, now: float) -> None:
    address = report.recipient.lower()
    if not address or not (report.hard or _softs(conn, address, now) >= MOST_SOFT):
        return
    query = select(_P.id).where(
        _P.kind == "email", _P.normal == address, _P.invalid_since.is_(None), _P.deleted_at.is_(None)
    )
    told = {"invalid_since": now, "invalid_reason": f"{report.reply_code} {report.status}".strip() or "5.0.0"}
    for point_id in conn.execute(query).scalars().all():
        with conn.begin_nested() as step:
            try:
                rows.patch(conn, system(now), known.entity("contact_point"), point_id, told)
            except Refused:
                # an address that is no address any more, as rules are now: it stays as it is
                step.rollback()


def _softs(conn: Connection, address: str, now: float) -> int:
    query = select(func.count()).where(_B.recipient == address, _B.at > now - SOFT_WITHIN_S)
    return conn.execute(query).scalar_one()


def of_letter(conn: Connection, letter_id: str) -> list[Report]:
    """What came back of a letter, the oldest report first."""
    rows = conn.execute(select(letter_bounce).where(_B.letter_id == letter_id).order_by(_B.at, _B.id))
    return [
        Report(
            recipient=each.recipient,
            status=each.status,
            reply_code=each.reply_code,
            reason=each.reason,
            hard=each.hard,
        )
        for each in rows
    ]
