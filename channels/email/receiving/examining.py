"""What the parser cannot know of a letter: whether its origin can be believed, and whether its files are dangerous."""

import asyncio
from dataclasses import replace

from channels.email.reading.parsed import Attachment, Authentication, Mark, Parsed
from channels.email.receiving import signatures
from channels.email.receiving.virus_scan import VirusScan
from config.errors import Unavailable
from config.logs import Transcript
from config.settings import Mail

log = Transcript("mail")
_TOGETHER = 4
# A letter waits no longer for its verdicts than this; what is left then is not scanned.
_TIME_LIMIT_S = 60.0


class Examination:
    """By the settings; without any of them, letters pass as they were parsed, with nobody's word for their origin."""

    def __init__(self, settings: Mail, resolve: signatures.Resolve = signatures.from_dns) -> None:
        self._authority = settings.authserv_id.lower()
        self._scan = VirusScan(settings.clamd) if settings.clamd else None
        self._resolve = resolve if settings.check_dkim else None

    async def of(self, raw: bytes, parsed: Parsed, subject_of_log: str) -> Parsed:
        """The letter with what was found out. Never fails: a scanner that is away leaves a mark."""
        examined = replace(parsed, authentication=await self._origin(raw, parsed))
        if self._scan is None or not parsed.attachments:
            return examined
        verdicts = await self._verdicts(self._scan, parsed, subject_of_log)
        marks = list(parsed.marks)
        marks += [Mark.INFECTED] if any(verdicts) else []
        marks += [Mark.UNSCANNED] if None in verdicts else []
        files = tuple(
            replace(one, danger=danger) if danger else one
            for one, danger in zip(parsed.attachments, verdicts, strict=True)
        )
        return replace(examined, attachments=files, marks=tuple(marks))

    async def _origin(self, raw: bytes, parsed: Parsed) -> tuple[Authentication, ...]:
        """Only what our own mail server says (RFC 8601, 5): anybody can write such a field."""
        said = tuple(
            one
            for one in parsed.authentication
            if self._authority and one.authority.lower() == self._authority
        )
        checked = await signatures.check(raw, self._resolve) if self._resolve else ()
        return (*said, *checked)

    async def _verdicts(self, scan: VirusScan, parsed: Parsed, subject_of_log: str) -> list[str | None]:
        """A file's danger, "" for none, None where there is no verdict."""
        turn = asyncio.Semaphore(_TOGETHER)

        async def verdict(one: Attachment) -> str | None:
            try:
                async with turn:
                    danger = await scan.of(one.content)
            except Unavailable as problem:
                log.note("!", subject_of_log, f"an attachment was not scanned: {problem}")
                return None
            if danger:
                log.note("!", subject_of_log, f"an attachment is dangerous and stays closed: {danger}")
            return danger

        tasks = [asyncio.create_task(verdict(one), name="virus scan") for one in parsed.attachments]
        done, late = await asyncio.wait(tasks, timeout=_TIME_LIMIT_S)
        for task in late:
            task.cancel()
        return [task.result() if task in done else None for task in tasks]
