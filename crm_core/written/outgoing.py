"""Messages of ours: a letter, recorded in one unit with the row that says that it is to be sent, and what became of it.

queued -> sending -> sent -> delivered, or failed. `sending` is recorded before the peer is asked: whoever finds such a row after a crash knows that
the peer may have it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import case_events
from crm_core.letter_types import Letter
from crm_core.letters import letter
from crm_core.search import index
from crm_core.sla.clock import Happened
from crm_core.tables import letter as letter_table
from crm_core.tables import letter_raw, message_out

_O = message_out.c
_FINAL = ("delivered", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What is to be said, to whom, through which account of the peer. `key` names this sending: a second one changes nothing. Without an author a
    machine wrote it. `parts`: as the medium counts; `due_at`: not before."""

    medium: str
    account_id: str
    sender: str
    recipient: str
    text: str
    key: str
    parts: int
    case_id: str | None
    interaction_id: str | None
    party_id: str | None
    author_id: str | None
    recipient_name: str = ""
    sender_name: str = ""
    due_at: float = 0.0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as its channel sends it; `attempts` made so far. `id` is the same at every try."""

    id: str
    letter_id: str
    interaction_id: str | None
    account_id: str
    sender: str
    recipient: str
    text: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How far it has come, and why not farther."""

    state: str
    error: str
    parts: int
    due_at: float


def put(conn: Connection, new: NewMessage, now: float) -> Letter:
    """Record it, and that it is to be sent; the letter. The same key again gives the same letter."""
    before = by_key(conn, new.medium, new.key)
    return before or _there(conn, _insert(conn, new, _message_id(new.medium, new.key), now))


def by_key(conn: Connection, medium: str, key: str) -> Letter | None:
    """What was written under this key, if anything."""
    row = letter_table.c
    query = select(row.id).where(row.message_id == _message_id(medium, key), row.direction == "out")
    found = conn.execute(query).scalar_one_or_none()
    return _there(conn, found) if found else None


def _message_id(medium: str, key: str) -> str:
    digest = hashlib.sha256(f"{medium}\x00{key}".encode()).hexdigest()
    return f"<{digest[:40]}@{medium}>"


def _insert(conn: Connection, new: NewMessage, message_id: str, now: float) -> str:
    letter_id, raw = new_id(), new.text.encode()
    automatic = () if new.author_id else ("auto_generated",)
    conn.execute(
        insert(letter_table).values(
            id=letter_id,
            direction="out",
            interaction_id=new.interaction_id,
            case_id=new.case_id,
            party_id=new.party_id,
            author_id=new.author_id,
            sha256=hashlib.sha256(raw).hexdigest(),
            envelope_from=new.sender,
            envelope_to=(new.recipient,),
            received_at=now,
            message_id=message_id,
            in_reply_to="",
            reference_ids=(),
            from_address=new.sender,
            from_name=new.sender_name,
            to=(new.recipient,),
            cc=(),
            subject="",
            date=now,
            text=new.text,
            html="",
            marks=(new.medium, *automatic, *new.marks),
        )
    )
    conn.execute(insert(letter_raw).values(letter_id=letter_id, raw=raw))
    conn.execute(
        insert(message_out).values(
            id=new_id(),
            letter_id=letter_id,
            medium=new.medium,
            account_id=new.account_id,
            sender=new.sender,
            recipient=new.recipient,
            state="queued",
            attempts=0,
            made_at=now,
            due_at=max(now, new.due_at),
            error="",
            parts=new.parts,
        )
    )
    if new.case_id is not None and new.author_id is not None:
        case_events.record(
            conn,
            new.case_id,
            Happened.AGENT_ANSWERED,
            now,
            interaction_id=new.interaction_id,
            agent_id=new.author_id,
        )
    index.refresh(conn, "letter", letter_id)
    return letter_id


def take(conn: Connection, medium: str, now: float, limit: int) -> list[Outgoing]:
    """What is to be sent by now, the longest due first; from here on they are being sent."""
    query = (
        select(
            _O.id,
            _O.letter_id,
            letter_table.c.interaction_id,
            _O.account_id,
            _O.sender,
            _O.recipient,
            letter_table.c.text,
            _O.attempts,
        )
        .join(letter_table, letter_table.c.id == _O.letter_id)
        .where(_O.medium == medium, _O.state == "queued", _O.due_at <= now)
        .order_by(_O.due_at, _O.id)
        .limit(limit)
    )
    found = [Outgoing(**row._asdict()) for row in conn.execute(query)]
    conn.execute(
        update(message_out)
        .where(_O.id.in_([each.id for each in found]))
        .values(state="sending", attempts=_O.attempts + 1, tried_at=now)
    )
    return found


def interrupted(conn: Connection, medium: str) -> list[tuple[str, str]]:
    """Messages (id, account) that were being sent when the server ended."""
    query = select(_O.id, _O.account_id).where(_O.medium == medium, _O.state == "sending")
    return [(row.id, row.account_id) for row in conn.execute(query)]


def next_due(conn: Connection, medium: str) -> float | None:
    """When the next is due; None when nothing waits."""
    query = select(func.min(_O.due_at)).where(_O.medium == medium, _O.state == "queued")
    found: float | None = conn.execute(query).scalar_one()
    return found


def sent(conn: Connection, message_id: str, peer_id: str | None, parts: int | None, now: float) -> None:
    """The peer took it. What it says of it later may have come first."""
    values = {"state": "sent", "error": "", "told_at": now, "peer_id": peer_id}
    if parts:
        values["parts"] = parts
    conn.execute(update(message_out).where(_O.id == message_id, _O.state == "sending").values(**values))


def again(conn: Connection, message_id: str, error: str, due_at: float) -> None:
    """The peer does not have it, and is asked again."""
    conn.execute(
        update(message_out)
        .where(_O.id == message_id, _O.state == "sending")
        .values(state="queued", error=error[:500], due_at=due_at)
    )


def failed(conn: Connection, message_id: str, error: str, now: float) -> None:
    """It does not go out."""
    conn.execute(
        update(message_out)
        .where(_O.id == message_id, _O.state.not_in(_FINAL))
        .values(state="failed", error=error[:500], told_at=now)
    )


def reported(  # noqa: PLR0917 - who says what of which message, when
    conn: Connection, account_id: str, peer_id: str, state: str, error: str, now: float
) -> str | None:
    """What the peer says became of it (sent, delivered, failed); the letter that it is about, None for one that is unknown. Reports come twice, and
    in any order: what is final stays, but that something was delivered after all is news."""
    row = conn.execute(
        select(_O.id, _O.letter_id, _O.state).where(_O.account_id == account_id, _O.peer_id == peer_id)
    ).one_or_none()
    if row is None:
        return None
    letter_id: str = row.letter_id
    if row.state in _FINAL and not (row.state == "failed" and state == "delivered"):
        return letter_id
    conn.execute(
        update(message_out).where(_O.id == row.id).values(state=state, error=error[:500], told_at=now)
    )
    return letter_id


def withhold(conn: Connection, medium: str, recipient: str, why: str, now: float) -> None:
    """Nothing that waits goes to this address any more."""
    conn.execute(
        update(message_out)
        .where(_O.medium == medium, _O.recipient == recipient, _O.state == "queued")
        .values(state="failed", error=why, told_at=now)
    )


def is_sending(conn: Connection, account_id: str) -> bool:
    """Whether something is on its way to this account whose id there is not known yet."""
    query = select(_O.id).where(_O.account_id == account_id, _O.state == "sending").limit(1)
    return conn.execute(query).first() is not None


def send_again(conn: Connection, letter_id: str, now: float) -> None:
    """Somebody wants it sent once more, knowing what became of it. `Refused` unless it has failed."""
    done = conn.execute(
        update(message_out)
        .where(_O.letter_id == letter_id, _O.state == "failed")
        .values(state="queued", error="", due_at=now, peer_id=None, attempts=0)
    )
    if done.rowcount == 0:
        raise Refused("message.not_failed", Kind.CONFLICT, id=letter_id[:100])


def made_since(conn: Connection, medium: str, since: float) -> int:
    """How many messages, counted in parts, were written since."""
    query = select(func.coalesce(func.sum(_O.parts), 0)).where(_O.medium == medium, _O.made_at > since)
    return int(conn.execute(query).scalar_one())


def ways(conn: Connection, letter_ids: list[str]) -> Mapping[str, Way]:
    """How far these have come, by letter; those that went otherwise are not among them."""
    query = select(_O.letter_id, _O.state, _O.error, _O.parts, _O.due_at).where(_O.letter_id.in_(letter_ids))
    return {
        row.letter_id: Way(state=row.state, error=row.error, parts=row.parts, due_at=row.due_at)
        for row in conn.execute(query)
    }


def _there(conn: Connection, letter_id: str) -> Letter:
    found = letter(conn, letter_id)
    if found is None:
        raise RuntimeError("a message was written and is not there")
    return found
