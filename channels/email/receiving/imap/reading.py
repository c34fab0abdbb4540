"""One mailbox, read: signed in, caught up, then waiting to be told of new letters.

A letter is durable in the spool before the cursor moves past it, and the spool's ids make a second fetch harmless: killed at any moment, nothing is
lost and nothing comes twice. When the server gives all letters new numbers (UIDVALIDITY), each is looked at by Message-ID, date and size, or by all
its bytes where it has no Message-ID, and only what is unknown is fetched.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from channels.email.receiving.imap import folder
from channels.email.receiving.imap.connection import (
    Address,
    CommandRefused,
    Connection,
    SignInRefused,
    connected,
    sign_in,
    sign_in_by_token,
)
from channels.email.receiving.imap.envelope import envelope_of
from channels.email.receiving.imap.folder import Head, Opened
from channels.email.receiving.imap.tokens import Tokens
from channels.email.receiving.spool_writer import SpoolWriter
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core.mail_in import mailboxes
from crm_core.mail_in.mailboxes import Cursor, Mailbox
from crm_core.sealing import Seal
from crm_core.store import Store

log = Transcript("imap")

_AT_ONCE = 200
"""Letters that are looked at together; the cursor moves behind each such batch, or earlier when it grows large."""
_BATCH_BYTES = 32 * 1024 * 1024
_IDLE_S = 600.0
"""RFC 2177 asks for less than 29 minutes; a server that forgets to tell is looked into at least so often."""
_OLDER_S = 86_400.0
"""Clocks differ, and a letter may have lain elsewhere: what came less than a day before we began may be new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a test of the connection found."""

    letters: int
    tells: bool
    unread_by_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What readings work with."""

    store: Store
    spool: Callable[[], SpoolWriter]
    clock: Clock
    seal: Seal | None
    most_bytes: int


class Reading:
    """Reads one mailbox; made anew when its record changes."""

    def __init__(self, box: Mailbox, means: Means) -> None:
        self.box = box
        self._means = means
        self._tokens = Tokens(means.clock)
        self.letters = 0

    async def test(self) -> Seen:
        """Sign in, look into the folder, change nothing."""
        async with self._linked() as link:
            await self._enter(link)
            opened = await folder.open_folder(link, self.box.folder, change=False)
            cursor = await self._means.store.read(lambda conn: mailboxes.cursor(conn, self.box))
            after = cursor.last_uid if cursor and cursor.uid_validity == opened.uid_validity else 0
            return Seen(
                letters=opened.exists,
                tells=b"IDLE" in link.capabilities,
                unread_by_us=len(await folder.newer(link, after)),
            )

    async def run(self, read: Callable[[int], None]) -> None:
        """Until the connection breaks (`Unavailable`) or we are not let in (`SignInRefused`). `read` is told each time when all is fetched, with
        the number of letters."""
        async with self._linked() as link:
            await self._enter(link)
            opened = await folder.open_folder(link, self.box.folder, change=self.box.afterwards != "keep")
            cursor = await self._cursor(opened)
            while True:
                fetched, cursor = await self._catch_up(link, cursor)
                read(fetched)
                await self._wait(link)

    def _linked(self) -> AbstractAsyncContextManager[Connection]:
        box = self.box
        where = Address(host=box.host, port=box.port, tls=box.tls)
        return connected(where, f"mailbox {box.name}", self._means.most_bytes + 1024 * 1024)

    async def _enter(self, link: Connection) -> None:
        means, box = self._means, self.box
        if means.seal is None:
            raise Unavailable(
                "settings", "[sign_in] secrets_key is missing, which seals the passwords of mailboxes"
            )
        seal = means.seal
        secrets = await means.store.read(lambda conn: mailboxes.secrets(conn, seal, box.id))
        if box.sign_in == "password":
            if "password" not in secrets:
                raise SignInRefused("no password is kept for it")
            await sign_in(link, box.user, secrets["password"])
            return
        if "refresh_token" not in secrets:
            raise SignInRefused("no refresh token is kept for it")
        token = await self._tokens.token(box, secrets.get("client_secret", ""), secrets["refresh_token"])
        if token.refresh_token and token.refresh_token != secrets["refresh_token"]:
            # providers that hand out a new one with each use take the old one back
            await means.store.write(
                lambda conn: mailboxes.keep_secret(conn, seal, box.id, "refresh_token", token.refresh_token)
            )
        try:
            await sign_in_by_token(link, box.user, token.access_token)
        except SignInRefused:
            self._tokens.forget()
            raise

    async def _cursor(self, opened: Opened) -> Cursor:
        """Where to go on. A folder with new numbers is gone through from its beginning."""
        means, box = self._means, self.box
        known = await means.store.read(lambda conn: mailboxes.cursor(conn, box))
        last = max(opened.uid_next - 1, 0)
        if known is None:
            begun = 0 if box.begin_with == "all" else last
            cursor = Cursor(uid_validity=opened.uid_validity, last_uid=begun, began_at=means.clock.now())
        elif known.uid_validity == opened.uid_validity:
            return known
        else:
            log.note("!", box.name, "the server has given all letters new numbers: each is looked at")
            cursor = replace(known, uid_validity=opened.uid_validity, last_uid=0, rescan_until=last)
        await means.store.write(lambda conn: mailboxes.move_cursor(conn, box, cursor))
        return cursor

    async def _catch_up(self, link: Connection, cursor: Cursor) -> tuple[int, Cursor]:
        """Fetch all that is new; how many letters, and where the cursor is then."""
        count = 0
        while uids := await folder.newer(link, cursor.last_uid):
            for start in range(0, len(uids), _AT_ONCE):
                some = uids[start : start + _AT_ONCE]
                taken, cursor = await self._take(link, cursor, some)
                count += taken
        return count, cursor

    async def _take(self, link: Connection, cursor: Cursor, uids: Sequence[int]) -> tuple[int, Cursor]:
        there = await folder.heads(link, uids)
        wanted = await self._unknown(there, cursor)
        count, pending, size = 0, list[tuple[Head, str]](), 0
        for head in wanted:
            fingerprint = await self._fetch(link, head, cursor)
            if fingerprint is not None:
                pending.append((head, fingerprint))
                size += head.size
            if size > _BATCH_BYTES:
                cursor = await self._done(link, cursor, head.uid, pending)
                count, pending, size = count + len(pending), [], 0
        cursor = await self._done(link, cursor, uids[-1], pending)
        return count + len(pending), cursor

    async def _unknown(self, there: Sequence[Head], cursor: Cursor) -> list[Head]:
        """All that are new by their number. Under new numbers: what is not known by its fingerprint and not older than our beginning."""
        under_new = [head for head in there if head.uid <= cursor.rescan_until]
        prints = [head.fingerprint for head in under_new if head.fingerprint]
        box_id = self.box.id
        taken = await self._means.store.read(lambda conn: mailboxes.taken(conn, box_id, prints))
        since = 0.0 if self.box.begin_with == "all" else cursor.began_at - _OLDER_S
        return [
            head
            for head in there
            if head.uid > cursor.rescan_until
            or (head.fingerprint not in taken and (head.received_at is None or head.received_at >= since))
        ]

    async def _fetch(self, link: Connection, head: Head, cursor: Cursor) -> str | None:
        """Into the spool, durable; its fingerprint. None: it is gone, or was known after all."""
        means, box = self._means, self.box
        try:
            raw = await folder.letter(link, head.uid, means.most_bytes)
        except CommandRefused as problem:
            # some servers cannot bring forth a letter of theirs: somebody sees that it lies there, and the next ones come
            log.note("!", box.name, f"letter {head.uid} is refused: {problem}")
            raw = f"Subject: [{box.name}] IMAP {head.uid}\r\n\r\n{problem}\r\n".encode()
        if raw is None:
            return None
        fingerprint = head.fingerprint or await asyncio.to_thread(folder.fingerprint_of, raw)
        if head.uid <= cursor.rescan_until and not head.fingerprint:
            known = await means.store.read(lambda conn: mailboxes.taken(conn, box.id, [fingerprint]))
            if fingerprint in known:
                return None
        now = means.clock.now()
        # a letter that lay there for years before we came has not waited for us
        came = min(max(head.received_at or now, cursor.began_at - _OLDER_S), now)
        envelope = envelope_of(
            raw,
            queue_id=box.queue_id,
            address=box.queue_address or box.user,
            received_at=came,
            peer=box.host,
        )
        try:
            await means.spool().append(envelope, raw)
        except OSError as problem:
            raise Unavailable("mail spool", str(problem)) from problem
        return fingerprint

    async def _done(
        self, link: Connection, cursor: Cursor, up_to: int, taken: Sequence[tuple[Head, str]]
    ) -> Cursor:
        moved = replace(cursor, last_uid=max(up_to, cursor.last_uid))
        box, prints = self.box, [fingerprint for _, fingerprint in taken]
        await self._means.store.write(lambda conn: mailboxes.move_cursor(conn, box, moved, prints))
        # what was cut for its length is whole only there
        whole = [head.uid for head, _ in taken if head.size <= self._means.most_bytes]
        if whole:
            await self._treat(link, whole)
        return moved

    async def _treat(self, link: Connection, uids: Sequence[int]) -> None:
        """As the record says. A server that will not is no reason to stop reading."""
        try:
            match self.box.afterwards:
                case "seen":
                    await folder.mark_seen(link, uids)
                case "move":
                    await folder.move(link, uids, self.box.move_to)
                case "delete":
                    await folder.delete(link, uids)
                case _:
                    pass
        except CommandRefused as problem:
            log.note("!", self.box.name, f"letters that were read stay as they are: {problem}")

    async def _wait(self, link: Connection) -> None:
        """Until there may be something new."""
        if b"IDLE" in link.capabilities:
            await link.wait_for_news(_IDLE_S)
        else:
            await asyncio.sleep(self.box.look_every_s)
            await link.command(b"NOOP")
