"""A folder of a mailbox, as far as we need one: open it, see what is new, fetch letters, say what becomes of them."""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from channels.email.receiving.imap import grammar
from channels.email.receiving.imap.connection import CommandRefused, Connection
from channels.email.receiving.imap.grammar import Garbled, Literal
from config.errors import Unavailable

_HEAD = b"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)])"
_LONGEST_ID = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the server says of a folder. `uid_next`: no letter has this number yet."""

    uid_validity: int
    uid_next: int
    exists: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A letter in the box. `fingerprint`: by which it is known again under another number; "" when it has no Message-ID."""

    uid: int
    size: int
    received_at: float | None
    fingerprint: str


async def open_folder(link: Connection, name: str, *, change: bool) -> Opened:
    """SELECT, or EXAMINE when nothing is to be changed. `Unavailable` when it cannot be opened, or has no lasting numbers."""
    verb = b"SELECT " if change else b"EXAMINE "
    try:
        answers = await link.command(verb + grammar.folder(name))
    except CommandRefused as problem:
        raise Unavailable(link.name, f"the folder {name} cannot be opened ({problem})") from problem
    told = b"\n".join(answer[0] for answer in answers if isinstance(answer[0], bytes))
    validity = re.search(rb"\[UIDVALIDITY (\d{1,19})\]", told, re.IGNORECASE)
    following = re.search(rb"\[UIDNEXT (\d{1,19})\]", told, re.IGNORECASE)
    exists = re.search(rb"^\* (\d{1,12}) EXISTS", told, re.IGNORECASE | re.MULTILINE)
    if validity is None:
        raise Unavailable(link.name, f"the folder {name} has no UIDVALIDITY")
    count = int(exists[1]) if exists else 0
    following_uid = int(following[1]) if following else await _last_uid(link, count) + 1
    return Opened(uid_validity=int(validity[1]), uid_next=following_uid, exists=count)


async def _last_uid(link: Connection, exists: int) -> int:
    if not exists:
        return 0
    found = [grammar.fetched(answer) for answer in await link.command(b"FETCH * (UID)")]
    return max((grammar.number_of(each.get(b"UID")) for each in found if each), default=0)


async def newer(link: Connection, after_uid: int) -> list[int]:
    """The numbers of the letters behind this one, in order. The server looks only at those, however many lie before."""
    uids: set[int] = set()
    for answer in await link.command(b"UID SEARCH UID %d:*" % (after_uid + 1)):
        first = answer[0]
        if isinstance(first, bytes) and first.upper().startswith(b"* SEARCH"):
            uids.update(int(word) for word in first.split()[2:] if word.isdigit())
    # `n:*` means the last letter at least, also when its number is smaller (RFC 3501, 6.4.8)
    return sorted(uid for uid in uids if uid > after_uid)


async def heads(link: Connection, uids: Sequence[int]) -> list[Head]:
    """Those of these letters that are still there, by number."""
    found: list[Head] = []
    for answer in await link.command(b"UID FETCH " + grammar.ranges(uids) + b" " + _HEAD):
        told = grammar.fetched(answer)
        if told and (uid := grammar.number_of(told.get(b"UID"))):
            size = grammar.number_of(told.get(b"RFC822.SIZE"))
            fields = grammar.text_of(told.get(b"BODY[]"))
            found.append(
                Head(
                    uid=uid,
                    size=size,
                    received_at=grammar.moment_of(told.get(b"INTERNALDATE")),
                    fingerprint=_fingerprint(fields, size),
                )
            )
    wanted = set(uids)
    return sorted((each for each in found if each.uid in wanted), key=lambda each: each.uid)


async def letter(link: Connection, uid: int, most_bytes: int) -> bytes | None:
    """One letter's bytes, at most so many; None: it is gone. Peeking: what becomes of it is said afterwards."""
    asked = b"UID FETCH %d (UID BODY.PEEK[]<0.%d>)" % (uid, most_bytes)
    for answer in await link.command(asked):
        told = grammar.fetched(answer)
        if told and grammar.number_of(told.get(b"UID")) == uid and b"BODY[]" in told:
            body = told[b"BODY[]"]
            return (
                await asyncio.to_thread(body.joined) if isinstance(body, Literal) else grammar.text_of(body)
            )
    return None


async def mark_seen(link: Connection, uids: Sequence[int]) -> None:
    await link.command(b"UID STORE " + grammar.ranges(uids) + b" +FLAGS.SILENT (\\Seen)")


async def move(link: Connection, uids: Sequence[int], to: str) -> None:
    """MOVE (RFC 6851) where the server has it, else copied and deleted."""
    numbers, where = grammar.ranges(uids), grammar.folder(to)
    if b"MOVE" in link.capabilities:
        await link.command(b"UID MOVE " + numbers + b" " + where)
        return
    await link.command(b"UID COPY " + numbers + b" " + where)
    await delete(link, uids)


async def delete(link: Connection, uids: Sequence[int]) -> None:
    """Marked as deleted, and gone where the server can do that to these alone (RFC 4315): a bare EXPUNGE takes other people's along."""
    numbers = grammar.ranges(uids)
    await link.command(b"UID STORE " + numbers + b" +FLAGS.SILENT (\\Deleted)")
    if b"UIDPLUS" in link.capabilities:
        await link.command(b"UID EXPUNGE " + numbers)


def _fingerprint(fields: bytes, size: int) -> str:
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", fields)
    named = re.search(rb"^message-id:[ \t]*(<[^<>\r\n]+>)", unfolded, re.IGNORECASE | re.MULTILINE)
    if named is None:
        return ""
    dated = re.search(rb"^date:[ \t]*([^\r\n]*)", unfolded, re.IGNORECASE | re.MULTILINE)
    known = b"\0".join((named[1][:_LONGEST_ID], dated[1].strip() if dated else b"", b"%d" % size))
    return hashlib.sha256(known).hexdigest()


def fingerprint_of(raw: bytes) -> str:
    """Of a letter without Message-ID: all of it."""
    return hashlib.sha256(raw).hexdigest()


__all__ = [
    "Garbled",
    "Head",
    "Opened",
    "delete",
    "fingerprint_of",
    "heads",
    "letter",
    "mark_seen",
    "move",
    "newer",
    "open_folder",
]
