"""Chats in the store: begun once, each line once by its author's key, numbered without a gap, ended once."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import case_events, cases, interactions, recognition
from crm_core.chat.model import (
    AGENT,
    MOST_LINES,
    SYSTEM,
    VISITOR,
    Chat,
    File,
    Line,
    NewChat,
    NewFile,
    NewLine,
)
from crm_core.customers.relations import today
from crm_core.paging import columns
from crm_core.sla.clock import Happened
from crm_core.tables import chat as chat_table
from crm_core.tables import chat_file, chat_line, user_account

_C, _L, _F = chat_table.c, chat_line.c, chat_file.c
_LONGEST_SUBJECT = 120


def hash_of(token: str) -> str:
    """What is kept of a visitor's key."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(conn: Connection, new: NewChat, now: float) -> tuple[Chat, bool]:
    """The conversation, its case and its first line; True: it is new, and has to be offered."""
    known = by_token(conn, new.token_sha256)
    if known is not None:
        return known, False
    subject = _subject(new)
    # the address is what they say: whoever it belongs to is found, and shown as not verified
    matches = recognition.by_email(conn, new.address, day=today(now)) if new.address else []
    _, party_id = recognition.verdict([(match.party_id, match.strength) for match in matches])
    case = cases.open_case(
        conn, subject=subject, party_id=party_id, queue_id=new.queue_id, now=now, channel="chat"
    )
    chat_id = new_id()
    interactions.ensure(
        conn,
        id=chat_id,
        medium="chat",
        direction="in",
        queue_id=new.queue_id,
        customer_address=new.address.lower(),
        customer_name=new.name,
        entry_address=new.door,
        subject=subject,
        enqueued_at=now,
    )
    cases.link(conn, chat_id, case.id)
    recognition.identify(conn, chat_id, matches)
    conn.execute(
        insert(chat_table).values(
            interaction_id=chat_id,
            door=new.door,
            token_sha256=new.token_sha256,
            language=new.language,
            name=new.name,
            address=new.address,
            origin=new.origin,
            consented_at=now if new.consented else None,
            seq=0,
            started_at=now,
        )
    )
    if new.question:
        say(conn, chat_id, NewLine(author=VISITOR, key="question", text=new.question), now)
    made = by_token(conn, new.token_sha256)
    assert made is not None  # noqa: S101 - written above
    return made, True


def by_token(conn: Connection, token_sha256: str) -> Chat | None:
    return next(iter(_chats(conn, _chat().where(_C.token_sha256 == token_sha256))), None)


def chat(conn: Connection, chat_id: str) -> Chat | None:
    return next(iter(_chats(conn, _chat().where(_C.interaction_id == chat_id))), None)


def open_ones(conn: Connection) -> list[Chat]:
    """All that have not ended, the oldest first."""
    return _chats(conn, _chat().where(_C.ended_at.is_(None)).order_by(_C.started_at))


def say(conn: Connection, chat_id: str, new: NewLine, now: float) -> Line:
    """Keep a line; the same key of the same author again gives the first one. `Refused`: chat.unknown, chat.ended, chat.full."""
    known = _by_key(conn, chat_id, new)
    if known is not None:
        return known
    counted = conn.execute(
        update(chat_table)
        .where(_C.interaction_id == chat_id, _C.ended_at.is_(None), _C.seq < _most(new.author))
        .values(seq=_C.seq + 1)
        .returning(_C.seq)
    ).scalar_one_or_none()
    if counted is None:
        raise _closed(conn, chat_id)
    file_id = None if new.file is None else _keep_file(conn, chat_id, new.file)
    conn.execute(
        insert(chat_line).values(
            interaction_id=chat_id,
            seq=counted,
            author=new.author,
            author_id=new.author_id,
            key=new.key,
            at=now,
            text=new.text,
            code=new.code,
            params=dict(new.params),
            file_id=file_id,
        )
    )
    if new.author == AGENT:
        _answered(conn, chat_id, new.author_id, now)
    return lines(conn, chat_id, after=counted - 1)[0]


def end(conn: Connection, chat_id: str, by: str, now: float) -> bool:
    """Nothing is said in it any more; False: it had ended."""
    ended = update(chat_table).where(_C.interaction_id == chat_id, _C.ended_at.is_(None))
    return conn.execute(ended.values(ended_at=now, ended_by=by)).rowcount == 1


def lines(conn: Connection, chat_id: str, *, after: int = 0) -> list[Line]:
    """Those after a number, in order."""
    query = _lines().where(_L.interaction_id == chat_id, _L.seq > after).order_by(_L.seq)
    return [_line(row) for row in conn.execute(query)]


def file(conn: Connection, chat_id: str, file_id: str) -> NewFile:
    """A file of this chat with its bytes."""
    query = select(_F.name, _F.content_type, _F.content).where(_F.id == file_id, _F.interaction_id == chat_id)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refused("chat.file_unknown", Kind.MISSING, id=file_id[:100])
    return NewFile(name=row.name, content_type=row.content_type, content=bytes(row.content))


def forget(conn: Connection, interaction_ids: Sequence[str]) -> None:
    """Take the words of these: who it was, what was said, and the files; that they took place stays."""
    about = list(interaction_ids)
    conn.execute(
        update(chat_table).where(_C.interaction_id.in_(about)).values(name="", address="", origin="")
    )
    conn.execute(update(chat_line).where(_L.interaction_id.in_(about)).values(text="", params=None))
    conn.execute(update(chat_file).where(_F.interaction_id.in_(about)).values(name="", content=b""))


def _subject(new: NewChat) -> str:
    first = " ".join(new.question.split())
    return first[:_LONGEST_SUBJECT] or new.name or "Chat"


def _most(author: str) -> int:
    """What the system has to say is said also in a full one."""
    return MOST_LINES + (100 if author == SYSTEM else 0)


def _closed(conn: Connection, chat_id: str) -> Refused:
    found = chat(conn, chat_id)
    if found is None:
        return Refused("chat.unknown", Kind.MISSING, id=chat_id[:100])
    return Refused("chat.ended") if found.ended_at is not None else Refused("chat.full")


def _keep_file(conn: Connection, chat_id: str, new: NewFile) -> str:
    file_id = new_id()
    values = {"name": new.name, "content_type": new.content_type, "size": len(new.content)}
    conn.execute(insert(chat_file).values(id=file_id, interaction_id=chat_id, content=new.content, **values))
    return file_id


def _answered(conn: Connection, chat_id: str, agent_id: str | None, now: float) -> None:
    row = interactions.interaction(conn, chat_id)
    if row is not None and row.case_id is not None:
        case_events.record(
            conn, row.case_id, Happened.AGENT_ANSWERED, now, interaction_id=chat_id, agent_id=agent_id
        )


def _by_key(conn: Connection, chat_id: str, new: NewLine) -> Line | None:
    if not new.key:
        return None
    same = (_L.interaction_id == chat_id, _L.author == new.author, _L.key == new.key)
    row = conn.execute(_lines().where(*same)).one_or_none()
    return None if row is None else _line(row)


def _chat() -> Select[Any]:
    names = [name for name in Chat.__dataclass_fields__ if name != "id"]
    return select(_C.interaction_id.label("id"), *(_C[name] for name in names))


def _chats(conn: Connection, query: Select[Any]) -> list[Chat]:
    return [Chat(**columns(row)) for row in conn.execute(query)]


def _lines() -> Select[Any]:
    return (
        select(
            *(
                _L[name]
                for name in ("seq", "author", "author_id", "key", "at", "text", "code", "params", "file_id")
            ),
            user_account.c.name.label("agent"),
            _F.name.label("file_name"),
            _F.content_type,
            _F.size,
        )
        .outerjoin(user_account, user_account.c.id == _L.author_id)
        .outerjoin(chat_file, _F.id == _L.file_id)
    )


def _line(row: Any) -> Line:
    sent = None
    if row.file_id is not None:
        sent = File(id=row.file_id, name=row.file_name, content_type=row.content_type, size=row.size)
    return Line(
        seq=row.seq,
        author=row.author,
        author_id=row.author_id,
        name=row.agent or "",
        key=row.key,
        at=row.at,
        text=row.text,
        code=row.code,
        params=row.params or {},
        file=sent,
    )
