"""Mailboxes that are read by IMAP: their secrets (sealed), how far each was read, which letters were taken, and how each fares.

Records are declared in `crm_core.entities.mailbox`; what is read and when is `channels.email.receiving.imap`'s.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, func, insert, select, update

from config.errors import Kind, Refused
from crm_core import notifications
from crm_core.mail_in.watching import those_who_watch
from crm_core.sealing import Seal
from crm_core.tables import (
    inserting,
    mailbox_condition,
    mailbox_cursor,
    mailbox_letter,
    mailbox_secret,
    queue,
)
from crm_core.tables.base import metadata

SECRETS = ("password", "client_secret", "refresh_token")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One that is to be read. `queue_address`: where its queue's letters come from, for letters that name no address of ours."""

    id: str
    name: str
    host: str
    port: int
    tls: str
    folder: str
    user: str
    sign_in: str
    token_url: str
    client_id: str
    scope: str
    queue_id: str
    queue_address: str
    begin_with: str
    afterwards: str
    move_to: str
    look_every_s: float
    silent_after_h: int
    version: int

    @property
    def place(self) -> str:
        """What its numbers count; read elsewhere, they mean nothing."""
        known = "\0".join((self.host.lower(), str(self.port), self.user, self.folder))
        return hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """All letters up to `last_uid` are durable with us. Up to `rescan_until` they may be known ones that were given new numbers."""

    uid_validity: int
    last_uid: int
    began_at: float
    rescan_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`failing_since` with `reason` (a code, then words of the peer): since when it cannot be read, or is silent (`silent`)."""

    mailbox_id: str
    read_at: float | None = None
    letter_at: float | None = None
    failing_since: float | None = None
    reason: str = ""
    told_at: float | None = None


def is_token_url(url: str) -> bool:
    """Whether a refresh token may be sent there: https, or this machine."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    local = parts.scheme == "http" and parts.hostname in _LOCAL
    safe = url.isascii() and url.isprintable() and " " not in url and parts.username is None
    return bool(parts.hostname) and port_is_fine and safe and (parts.scheme == "https" or local)


def active(conn: Connection) -> list[Mailbox]:
    """Those that are to be read, by name."""
    row = metadata.tables["mailbox"].c
    return _read(conn, row.active & row.deleted_at.is_(None))


def mailbox(conn: Connection, mailbox_id: str) -> Mailbox:
    """One, read or not. `Refused` (MISSING) when there is none."""
    row = metadata.tables["mailbox"].c
    for each in _read(conn, (row.id == mailbox_id) & row.deleted_at.is_(None)):
        return each
    raise Refused("record.unknown", Kind.MISSING, id=mailbox_id[:100])


def _read(conn: Connection, condition: object) -> list[Mailbox]:
    table = metadata.tables["mailbox"]
    row = table.c
    query = (
        select(table, queue.c.mail_address)
        .join(queue, queue.c.id == row.queue_id)
        .where(condition)  # type: ignore[arg-type]
        .order_by(row.name, row.id)
    )
    return [
        Mailbox(
            id=each.id,
            name=each.name,
            host=each.host,
            port=each.port,
            tls=each.tls,
            folder=each.folder,
            user=each.user,
            sign_in=each.sign_in,
            token_url=each.token_url or "",
            client_id=each.client_id or "",
            scope=each.scope or "",
            queue_id=each.queue_id,
            queue_address=each.mail_address or "",
            begin_with=each.begin_with,
            afterwards=each.afterwards,
            move_to=each.move_to or "",
            look_every_s=float(each.look_every_s),
            silent_after_h=each.silent_after_h,
            version=each.row_version,
        )
        for each in conn.execute(query)
    ]


def keep_secret(conn: Connection, seal: Seal, mailbox_id: str, name: str, value: str) -> None:
    """Seal it; nothing empties it."""
    if name not in SECRETS:
        raise Refused("mailbox.secret", Kind.INVALID, pointer=f"/{name[:40]}")
    row = mailbox_secret.c
    conn.execute(delete(mailbox_secret).where(row.mailbox_id == mailbox_id, row.name == name))
    if value:
        sealed = seal.close(value, purpose=_purpose(mailbox_id, name))
        conn.execute(insert(mailbox_secret).values(mailbox_id=mailbox_id, name=name, sealed=sealed))


def secrets(conn: Connection, seal: Seal, mailbox_id: str) -> Mapping[str, str]:
    """In the clear. `Unavailable` when the settings' key is another one than that which sealed them."""
    row = mailbox_secret.c
    found = conn.execute(select(row.name, row.sealed).where(row.mailbox_id == mailbox_id))
    return {each.name: seal.open_own(each.sealed, purpose=_purpose(mailbox_id, each.name)) for each in found}


def secrets_there(conn: Connection, mailbox_id: str) -> list[str]:
    """The names of those that are kept."""
    row = mailbox_secret.c
    query = select(row.name).where(row.mailbox_id == mailbox_id).order_by(row.name)
    return list(conn.execute(query).scalars())


def forget(conn: Connection, mailbox_id: str) -> None:
    """It was removed: its secrets go, what was taken from it stays known."""
    conn.execute(delete(mailbox_secret).where(mailbox_secret.c.mailbox_id == mailbox_id))


def _purpose(mailbox_id: str, name: str) -> str:
    return f"mailbox/{mailbox_id}/{name}"


def cursor(conn: Connection, box: Mailbox) -> Cursor | None:
    """How far it was read; None: never, or it is another one by now."""
    row = mailbox_cursor.c
    found = conn.execute(
        select(mailbox_cursor).where(row.mailbox_id == box.id, row.place == box.place)
    ).first()
    if found is None:
        return None
    return Cursor(**{name: getattr(found, name) for name in Cursor.__slots__})


def move_cursor(conn: Connection, box: Mailbox, to: Cursor, taken: Iterable[str] = ()) -> None:
    """These letters (by fingerprint) are durable, and all numbers up to there done with."""
    row = mailbox_cursor.c
    conn.execute(delete(mailbox_cursor).where(row.mailbox_id == box.id))
    conn.execute(
        insert(mailbox_cursor).values(
            mailbox_id=box.id,
            place=box.place,
            uid_validity=to.uid_validity,
            last_uid=to.last_uid,
            rescan_until=to.rescan_until,
            began_at=to.began_at,
        )
    )
    for fingerprint in dict.fromkeys(taken):
        made = inserting(conn, mailbox_letter).values(mailbox_id=box.id, fingerprint=fingerprint)
        conn.execute(made.on_conflict_do_nothing())


def taken(conn: Connection, mailbox_id: str, fingerprints: Sequence[str]) -> frozenset[str]:
    """Those of these letters that were taken before."""
    row = mailbox_letter.c
    found: set[str] = set()
    for start in range(0, len(fingerprints), _AT_ONCE):
        some = list(fingerprints[start : start + _AT_ONCE])
        query = select(row.fingerprint).where(row.mailbox_id == mailbox_id, row.fingerprint.in_(some))
        found.update(conn.execute(query).scalars())
    return frozenset(found)


def condition(conn: Connection, mailbox_id: str) -> Condition:
    """How it fares; nothing is known of one that was never read."""
    row = mailbox_condition.c
    found = conn.execute(select(mailbox_condition).where(row.mailbox_id == mailbox_id)).first()
    if found is None:
        return Condition(mailbox_id=mailbox_id)
    return Condition(
        mailbox_id=mailbox_id,
        read_at=found.read_at,
        letter_at=found.letter_at,
        failing_since=found.failing_since,
        reason=found.reason,
        told_at=found.told_at,
    )


def note_condition(conn: Connection, now: Condition) -> None:
    row = mailbox_condition.c
    values = {
        "read_at": now.read_at,
        "letter_at": now.letter_at,
        "failing_since": now.failing_since,
        "reason": now.reason[:500],
        "told_at": now.told_at,
    }
    changed = conn.execute(update(mailbox_condition).where(row.mailbox_id == now.mailbox_id).values(**values))
    if changed.rowcount == 0:
        conn.execute(insert(mailbox_condition).values(mailbox_id=now.mailbox_id, **values))


def alarm(conn: Connection, box: Mailbox, code: str, now: float) -> list[str]:
    """Tell those who keep watch: `unreadable` or `silent`."""
    people = those_who_watch(conn)
    return notifications.tell(conn, people, now, f"mailbox.{code}", "mailbox", box.id, mailbox=box.name)


def count_taken(conn: Connection, mailbox_id: str) -> int:
    row = mailbox_letter.c
    query = select(func.count()).select_from(mailbox_letter).where(row.mailbox_id == mailbox_id)
    return conn.execute(query).scalar_one()
