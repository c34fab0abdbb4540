"""The postman: takes what lies in the outbox to the relay.

At least once: between the relay's 250 and our record of it a crash sends the letter again, with the same Message-ID, by
which mail programs show it once. A database that cannot record it (busy, full) is only waited for. One postman works at a time, one letter after the other, so no row is sent by two.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import aiosmtplib

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.settings import Mail
from crm_core import letters, notifications, outbox
from crm_core.outbox import OutboxRow
from crm_core.store import Connection, Store
from routing.bus import Bus

log = Transcript("postman")

_LOOK_AGAIN_S = 30.0
_BATCH = 20
_TIMEOUT_S = 60.0
_PAUSES_S = (60.0, 300.0, 900.0)
_LATER_S = 3600.0
# After 1, 5 and 15 minutes hourly, two days in all (RFC 5321, 4.5.4.1 asks for four; a person waits for this one).
_MOST_ATTEMPTS = len(_PAUSES_S) + 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How sending ended: `error` empty when the relay took it; `final` when trying again is of no use. `refused`: these alone have not got it,
    by address what was answered."""

    error: str = ""
    final: bool = False
    refused: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmanStatus:
    """Whether the relay took the last letter, and why not."""

    up: bool
    since: float
    reason: str


class Postman:
    """Sends due letters. Wakes on the bus topic `outbox` and when the next is due, and looks every 30 s by itself."""

    def __init__(self, settings: Mail, store: Store, bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._bus = bus
        self._clock = clock
        self._status = PostmanStatus(up=True, since=clock.now(), reason="")
        self._unrecorded: dict[str, Attempt] = {}  # by the outbox row's id; one at most

    def status(self) -> PostmanStatus:
        """For `readyz` and the console's link document."""
        return self._status

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe("outbox", lambda _: woken.set())
        try:
            while True:
                woken.clear()
                wait_s = _LOOK_AGAIN_S
                try:
                    while await self._send_batch():
                        pass
                    wait_s = await self._until_next()
                except Unavailable as problem:
                    log.note("!", "", f"the outbox waits: {problem}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await woken.wait()
        finally:
            unsubscribe()

    async def _until_next(self) -> float:
        due_at = await self._store.read(outbox.next_due)
        if due_at is None:
            return _LOOK_AGAIN_S
        return min(max(due_at - self._clock.now(), 0.1), _LOOK_AGAIN_S)

    async def _send_batch(self) -> bool:
        now = self._clock.now()
        rows = await self._store.read(lambda conn: outbox.due(conn, now, _BATCH))
        for row in rows:
            attempt = self._unrecorded.get(row.id) or await self._send(row)
            self._unrecorded[row.id] = attempt
            await self._record(row, attempt)
            del self._unrecorded[row.id]
            _end_if_cancelled()
        return bool(rows)

    async def _send(self, row: OutboxRow) -> Attempt:
        """One letter over one connection."""
        settings = self._settings
        relay = aiosmtplib.SMTP(
            hostname=settings.relay_host,
            port=settings.relay_port,
            username=settings.relay_user or None,
            password=settings.relay_password.get_secret_value() if settings.relay_user else None,
            use_tls=settings.relay_tls == "tls",
            start_tls=settings.relay_tls == "starttls",
            local_hostname=settings.hostname,
            timeout=_TIMEOUT_S,
        )
        refused: Mapping[str, tuple[int, str]] | None = None
        try:
            await relay.connect()
            refused, _ = await relay.sendmail(
                row.envelope_from, list(row.to), row.raw, mail_options=_options(row)
            )
            await relay.quit()
        except (aiosmtplib.SMTPException, OSError, ValueError) as problem:
            if refused is None:  # else it was taken, and only the goodbye went wrong
                return _failure(problem)
        finally:
            # Not `async with relay`: that says QUIT also in the middle of a letter and waits a minute for the answer.
            relay.close()
        return _refused(refused) if refused else Attempt()

    async def _record(self, row: OutboxRow, attempt: Attempt) -> None:
        now = self._clock.now()
        final = attempt.final or row.attempts + 1 >= _MOST_ATTEMPTS
        pause_s = _PAUSES_S[row.attempts] if row.attempts < len(_PAUSES_S) else _LATER_S
        retry_at = None if final else now + pause_s
        if attempt.error:
            await self._store.write(lambda conn: _not_sent(conn, row, attempt, now, retry_at))
        else:
            await self._store.write(lambda conn: outbox.sent(conn, row.id, now))
        letter = await self._store.read(lambda conn: letters.letter(conn, row.letter_id))
        subject = (letter.interaction_id if letter else None) or row.letter_id
        self._tell(row, attempt, subject, retry_at)
        if letter and letter.interaction_id:
            self._bus.publish("interaction", letter.interaction_id)
        if attempt.error and retry_at is None:
            self._bus.publish("notification", row.letter_id)

    def _tell(self, row: OutboxRow, attempt: Attempt, subject: str, retry_at: float | None) -> None:
        to = ", ".join(row.to)
        if not attempt.error:
            log.note(">", subject, f"sent to {to}")
        elif retry_at is None:
            log.note("!", subject, f"not sent to {to}, given up: {attempt.error}")
        else:
            log.note("!", subject, f"not sent to {to}, again later: {attempt.error}")
        up = not attempt.error or attempt.final
        if up != self._status.up:
            self._status = PostmanStatus(up=up, since=self._clock.now(), reason="" if up else attempt.error)


def _not_sent(conn: Connection, row: OutboxRow, attempt: Attempt, now: float, retry_at: float | None) -> None:
    outbox.failed(conn, row.id, now, attempt.error, retry_at, attempt.refused)
    letter = letters.letter(conn, row.letter_id) if retry_at is None else None
    if letter and letter.author_id:  # whoever wrote it believes that it went
        what, which = ("case", letter.case_id) if letter.case_id else ("letter", letter.id)
        to = ", ".join(attempt.refused or row.to)[:200]
        notifications.tell(conn, [letter.author_id], now, "letter.not_sent", what, which or "", case_id=letter.case_id, to=to, subject=letter.subject[:100])  # fmt: skip


def _end_if_cancelled() -> None:
    """Before Python 3.12 `asyncio.wait_for`, which aiosmtplib uses, loses a cancellation that comes with its result."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


def _options(row: OutboxRow) -> list[str]:
    """SMTPUTF8 (RFC 6531) only where an address needs it: few relays offer it."""
    return [] if "".join((row.envelope_from, *row.to)).isascii() else ["SMTPUTF8"]


def _failure(problem: Exception) -> Attempt:
    """5xx for this letter is final; a relay that is away, refuses our login or answers 4xx is not."""
    match problem:
        case aiosmtplib.SMTPRecipientsRefused(recipients=refused):
            return _refused({one.recipient: (one.code, one.message) for one in refused})
        case aiosmtplib.SMTPSenderRefused() | aiosmtplib.SMTPDataError() | aiosmtplib.SMTPNotSupported():
            code = getattr(problem, "code", 554)
            return Attempt(error=f"{code} {problem}", final=code >= 500)
        case _:
            return Attempt(error=str(problem) or type(problem).__name__)


def _refused(given: Mapping[str, tuple[int, str]]) -> Attempt:
    """Some, or all, are not to be had: 5xx of each is final."""
    told = {address: f"{code} {message}"[:500] for address, (code, message) in given.items()}
    return Attempt(
        error="; ".join(f"{address}: {answer}" for address, answer in told.items()),
        final=all(code >= 500 for code, _ in given.values()),
        refused=told,
    )
