"""Faxes that go out as rows: written with what is said in their case, begun before anybody is called, ended by what came of it."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select, update

from config.errors import Kind, Refused
from crm_core import audit, case_events, cases
from crm_core.faxes import kept
from crm_core.faxes.attempts import After
from crm_core.faxes.kept import CANCELLED, FAILED, SENDING, UNKNOWN, WAITING, Fax
from crm_core.records.change import Acting
from crm_core.sla.clock import Happened
from crm_core.tables import fax

AGAIN = frozenset({FAILED, UNKNOWN, CANCELLED})
_F = fax.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an agent wants sent, about a case or as an answer to a contact. `cover` False: the files alone. `language` empty: the customer's."""

    case_id: str | None
    interaction_id: str | None
    to: str
    name: str
    subject: str
    text: str
    cover: bool
    language: str
    files: tuple[bytes, ...]


def put(conn: Connection, acting: Acting, made: Fax) -> Fax:
    """Record it and, in the same unit, that its case's customer was answered. The same key again returns the first."""
    known = kept.by_key(conn, made.key) if made.key else None
    if known is not None:
        return known
    kept.add(conn, made)
    if made.case_id is not None:
        cases.replied(conn, made.case_id, acting.now, made.author_id)
        case_events.record(
            conn,
            made.case_id,
            Happened.AGENT_ANSWERED,
            acting.now,
            interaction_id=made.interaction_id,
            agent_id=made.author_id,
        )
    _tell(conn, acting, made, "fax_written")
    return made


def due(conn: Connection, now: float, limit: int) -> list[Fax]:
    """Those whose time has come, the longest due first."""
    query = select(fax).where(_F.state == WAITING, _F.due_at <= now).order_by(_F.due_at, _F.id).limit(limit)
    return [kept.read_fax(row) for row in conn.execute(query)]


def next_due(conn: Connection) -> float | None:
    query = select(_F.due_at).where(_F.state == WAITING).order_by(_F.due_at).limit(1)
    return conn.execute(query).scalar_one_or_none()


def under_way(conn: Connection) -> list[Fax]:
    """Those of which it is not known how they end."""
    rows = conn.execute(select(fax).where(_F.state == SENDING).order_by(_F.tried_at))
    return [kept.read_fax(row) for row in rows]


def begin(conn: Connection, made: Fax, attempt: str, now: float) -> Fax | None:
    """It is about to be dialled; None when somebody thought better of it meanwhile. Committed before Asterisk hears of it."""
    values: dict[str, Any] = {
        "state": SENDING,
        "attempt": attempt,
        "attempts": made.attempts + 1,
        "tried_at": now,
        "due_at": None,
        "code": "",
    }
    done = conn.execute(update(fax).where(_F.id == made.id, _F.state == WAITING, ~_F.erased).values(**values))
    return replace(made, **values) if done.rowcount else None


def settle(conn: Connection, made: Fax, after: After, now: float, *, tried: bool = True) -> bool:
    """What came of this try, once; False when that is known already. Not `tried`: nobody was called, so that it counts for nothing."""
    about = (_F.id == made.id, _F.attempt == made.attempt, _F.state == SENDING)
    values: dict[str, Any] = {
        "state": after.state,
        "code": after.code,
        "confirmed": after.confirmed,
        "due_at": after.due_at,
        "tried_at": now,
    }
    if not tried:
        values["attempts"] = max(0, made.attempts - 1)
    return conn.execute(update(fax).where(*about).values(**values)).rowcount == 1


def cancel(conn: Connection, acting: Acting, name: str) -> Fax:
    """It does not go any more; only while it waits. `Refused`: fax.unknown, fax.state."""
    return _move(conn, acting, name, of=frozenset({WAITING}), to=CANCELLED, due_at=None, said="fax_cancelled")


def again(conn: Connection, acting: Acting, name: str) -> Fax:
    """At once, from the first page, and with all its tries: somebody says so. `Refused`: fax.unknown, fax.state."""
    return _move(conn, acting, name, of=AGAIN | {WAITING}, to=WAITING, due_at=acting.now, said="fax_again")


def _move(
    conn: Connection,
    acting: Acting,
    name: str,
    *,
    of: frozenset[str],
    to: str,
    due_at: float | None,
    said: str,
) -> Fax:
    made = kept.one(conn, name)
    if made is None:
        raise Refused("fax.unknown", Kind.MISSING, id=name[:100])
    if made.direction != "out" or made.state not in of or made.erased:
        raise Refused("fax.state", id=name, state=made.state)
    values: dict[str, Any] = {"state": to, "due_at": due_at, "code": ""}
    if to == WAITING:
        values["attempts"] = 0
    conn.execute(update(fax).where(_F.id == name).values(**values))
    made = replace(made, **values)
    _tell(conn, acting, made, said)
    return made


def _tell(conn: Connection, acting: Acting, made: Fax, action: str) -> None:
    entry = audit.Entry(
        at=acting.now,
        origin=acting.origin,
        action=action,
        entity="case" if made.case_id else "interaction",
        object_id=made.case_id or made.interaction_id,
        detail={"fax": made.id, "number": made.number, "pages": made.pages},
    )
    audit.record(conn, entry)
