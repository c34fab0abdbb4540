"""From the spool into the centre: parse, file, offer, forget; in order, each letter once, a bad one never in the way."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from channels.email.addresses import write_recipients
from channels.email.reading.parsed import UNPARSABLE, Parsed
from channels.email.reading.parsing import Parsing
from channels.email.receiving.examining import Examination
from channels.email.receiving.filing import Filed, file_letter, spool_ids
from channels.email.receiving.imap import mailboxes
from channels.email.receiving.laying import Laid, lay_down
from channels.email.receiving.set_aside import Aside, SetAside
from channels.email.receiving.spool import Spooled, SpoolReader
from channels.email.receiving.tries import MOST_TRIES, Tries
from channels.email.sending.receipts import Receipts
from config.clock import Clock
from config.errors import Kind, Refused, Unavailable
from config.logs import Transcript
from config.settings import Mail
from crm_core import interactions, preferring, queues
from crm_core.mail_in.large import LARGE_BYTES
from crm_core.mail_in.watching import told_aside
from crm_core.preferring import Wish
from crm_core.store import Connection, Store
from routing.bus import Bus
from routing.core.events import TakenUp
from routing.core.model import InteractionId, Medium
from routing.floor import Floor
from routing.wishes import arrival

log = Transcript("mail")

_LOOK_AGAIN_S = 30.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_LONGEST_PARSING_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeStatus:
    """Whether letters reach the centre now, and why not; `set_aside` counts those that could not be filed at all."""

    up: bool
    since: float
    reason: str
    set_aside: int


class Intake:
    """Imports what the drop has accepted. Wakes on the bus topic `spool`, and looks every 30 s by itself."""

    def __init__(
        self,
        settings: Mail,
        *,
        spool_dir: Path,
        store: Store,
        floor: Floor,
        bus: Bus,
        clock: Clock,
        receipts: Receipts | None = None,
    ) -> None:
        self._receipts = receipts
        self._secret = settings.reply_secret.get_secret_value()
        self._folder = spool_dir
        # what was delivered, and what was fetched from mailboxes
        self._readers = [_Source(spool_dir), _Source(spool_dir / mailboxes.FOLDER)]
        self._aside = SetAside(spool_dir / "set-aside")
        self._parsing = Parsing()
        self._examination = Examination(settings)
        self._store = store
        self._floor = floor
        self._bus = bus
        self._clock = clock
        self._up, self._since, self._reason = True, clock.now(), ""

    def status(self) -> IntakeStatus:
        """For `readyz` and the console's link document."""
        return IntakeStatus(
            up=self._up, since=self._since, reason=self._reason, set_aside=self._aside.count()
        )

    async def aside(self) -> list[Aside]:
        """Letters that could not be filed, the latest first."""
        return await asyncio.to_thread(self._aside.listed)

    async def aside_raw(self, name: str) -> bytes:
        """One of them as it came (RFC 5322)."""
        return (await asyncio.to_thread(self._aside.read, name)).raw

    async def again(self, name: str) -> None:
        """Try to file one of them once more. `Refused` (`set_aside.still`) when it still cannot be; it stays there then."""
        letter = await asyncio.to_thread(self._aside.read, name)
        parsed = await self._parsing.parse(letter.raw, letter.envelope.sender, letter.spool_id[:16])
        filed, reason = await self._try(letter, (parsed, UNPARSABLE))
        if filed is None:
            raise Refused("set_aside.still", Kind.CONFLICT, reason=reason)
        self._tell(letter, filed)
        await asyncio.to_thread(self._aside.remove, name)

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe("spool", lambda _: woken.set())
        pause_s = _FIRST_PAUSE_S
        try:
            await self._floor.restored()
            while True:
                woken.clear()
                try:
                    await self._turn()
                except (Unavailable, OSError) as problem:  # the database, or the spool's disk
                    self._note(up=False, reason=str(problem))
                    await asyncio.sleep(pause_s)
                    pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                    continue
                self._note(up=True, reason="")
                pause_s = _FIRST_PAUSE_S
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await woken.wait()
        finally:
            unsubscribe()
            await self._parsing.close()

    async def _turn(self) -> None:
        """Tell the drop our addresses, offer what a crash or a lost database left unoffered, import all there is."""
        entries = await self._store.read(queues.entries)
        addresses = [entry.address for entry in entries if entry.medium == "email"]
        if addresses:
            await asyncio.to_thread(write_recipients, self._folder / "recipients", addresses)
        await self._offer_forgotten()
        while True:
            if not any([await self._import_batch(source) for source in self._readers]):
                return

    async def _offer_forgotten(self) -> None:
        """Filed, but the floor never heard of it: we ended between the two."""
        # What the ledger has seen, the floor rebuilds from it.
        for name, queue_id, at in await self._store.read(partial(interactions.untold, medium=Medium.EMAIL)):
            if queue_id and name not in self._floor.centre.interactions:
                wished = partial(preferring.of_interaction, interaction_id=name, now=self._clock.now())
                self._arrived(name, queue_id, at, await self._store.read(wished))

    async def _import_batch(self, source: "_Source") -> bool:
        """File the oldest letters of the spool; False when there are none."""
        waiting = await asyncio.to_thread(source.reader.read, source.tries.at_once)
        if not waiting:
            return False
        if await asyncio.to_thread(source.tries.begin, waiting[0].spool_id) > MOST_TRIES:
            await self._put_aside(waiting[0], f"the server ended {MOST_TRIES} times while it was filed")
            done = waiting[0]
        else:
            done = await self._import(waiting)
        await asyncio.to_thread(source.reader.forget, done.place)
        await asyncio.to_thread(source.tries.end)
        return True

    async def _import(self, waiting: Sequence[Spooled]) -> Spooled:
        """File as many of these as are parsed in time; the last of them."""
        # a large one takes its time, and alone: those behind it must find its case
        large = [len(letter.raw) > LARGE_BYTES for letter in waiting]
        waiting = waiting[: max(large.index(True), 1)] if any(large) else waiting
        parsed = await self._parse(waiting)
        batch = waiting[: len(parsed)]
        # Handed in together they share a transaction; in order, so that a letter finds the case of the one before.
        filing = [self._file(letter, fields) for letter, fields in zip(batch, parsed, strict=True)]
        results = await asyncio.gather(*filing, return_exceptions=True)
        for letter, result in zip(batch, results, strict=True):
            if isinstance(result, BaseException):
                raise result
            self._tell(letter, result)
        return batch[-1]

    async def _parse(self, letters: Sequence[Spooled]) -> list[Parsed]:
        """The fields of the first letters; those behind a slow one are left for the next batch."""
        parsed: list[Parsed] = []
        began = self._clock.monotonic()
        for letter in letters:
            subject = letter.spool_id[:16]
            fields = await self._parsing.parse(letter.raw, letter.envelope.sender, subject)
            parsed.append(await self._examination.of(letter.raw, fields, subject))
            if self._clock.monotonic() - began > _LONGEST_PARSING_S:
                break
        return parsed

    async def _file(self, letter: Spooled, parsed: Parsed) -> Sequence[Filed]:
        """As parsed, tried twice; if the store refuses that, unparsed, so that somebody sees it; if even that, set aside."""
        filed, reason = await self._try(letter, (parsed, parsed, UNPARSABLE))
        if filed is None:
            await self._put_aside(letter, reason)
            return ()
        return filed

    async def _try(self, letter: Spooled, ways: Sequence[Parsed]) -> tuple[Sequence[Filed] | None, str]:
        """What became of it by the first way that works; None with what went wrong at last."""
        reason, laid = "", None
        if len(letter.raw) > LARGE_BYTES:
            ids = await self._store.read(partial(spool_ids, spooled=letter))
            laid = await lay_down(self._store, letter, ways[0], ids)
        for fields in ways:
            try:
                return await self._store.write_behind(self._unit(letter, fields, laid)), ""
            except Unavailable:
                raise
            except Exception as problem:  # noqa: BLE001 - one poisonous letter must not stop the mail (DESIGN 7)
                log.crash(letter.spool_id[:16], problem)
                reason = f"{type(problem).__name__}: {str(problem).splitlines()[0] if str(problem) else ''}"
        return None, reason

    async def _put_aside(self, letter: Spooled, reason: str) -> None:
        now = self._clock.now()
        name = await asyncio.to_thread(self._aside.put, letter, reason, now)
        log.note("!", letter.spool_id[:16], f"could not be filed and is set aside as {name}: {reason}")
        try:
            await self._store.write(lambda conn: told_aside(conn, name, now))
        except Unavailable as problem:  # it is shown in any case
            log.note("!", name, f"nobody is told of it: {problem}")
        self._bus.publish("notification", "")

    def _unit(self, letter: Spooled, parsed: Parsed, laid: Laid | None) -> "_Unit":
        return _Unit(letter, parsed, self._secret, self._clock.now(), self._receipts, laid)

    def _tell(self, letter: Spooled, filed: Sequence[Filed]) -> None:
        if not filed:
            log.note("-", letter.spool_id[:16], "is filed already")
        for one in filed:
            subject = one.interaction or letter.spool_id[:16]
            log.note("<", subject, f"letter from {letter.envelope.sender or '<>'} of {len(letter.raw)} bytes")
            if one.arrived and one.interaction:
                self._arrived(one.interaction, one.queue_id, one.enqueued_at, one.wish)
            elif one.interaction:  # it may have been set aside until later
                again = TakenUp(interaction=InteractionId(one.interaction), at=self._clock.now())
                self._floor.submit(again)
            if one.interaction:
                self._bus.publish("interaction", one.interaction)
            if one.receipt:
                self._bus.publish("outbox", "")
            if one.told:
                self._bus.publish("notification", "")

    def _arrived(self, interaction: str, queue_id: str, enqueued_at: float, wish: Wish) -> None:
        event = arrival(
            interaction, Medium.EMAIL, queue_id, enqueued_at, wish, self._floor.centre, self._clock.now()
        )
        self._floor.submit(event)

    def _note(self, *, up: bool, reason: str) -> None:
        if up != self._up:
            log.note(
                "=" if up else "!", "", "letters are imported again" if up else f"import waits: {reason}"
            )
            self._up, self._since = up, self._clock.now()
        self._reason = reason


class _Source:
    """A spool, and the letter of it that is in hand."""

    def __init__(self, folder: Path) -> None:
        self.reader = SpoolReader(folder)
        self.tries = Tries(folder / "trying")


@dataclass(frozen=True, slots=True)
class _Unit:
    """`file_letter` with its arguments; it may run twice."""

    letter: Spooled
    parsed: Parsed
    secret: str
    now: float
    receipts: Receipts | None
    laid: Laid | None

    def __call__(self, conn: Connection) -> Sequence[Filed]:
        given = (self.letter, self.parsed, self.secret, self.now, self.receipts, self.laid)
        return file_letter(conn, *given)
