"""Letters a second on one core: parsed, threaded and routed, beside `email` with `policy.default` alone.

    python -m bench.mail [--rounds 5] [--letters 600]

Letters of 4 KiB on average: new ones, answers with quotations and signatures, HTML, files, Chinese charsets. *Routed*: parsed with all that
is understood of them, their queue, customer and case looked up in SQLite among thousands of letters, and the router's decision in a centre of
a hundred agents. *Filed* is the whole unit of the server beside it: case, interaction, clocks, rules, search index, durable.
`policy.default` parses the same letters and reads ten fields and the bodies, nothing else. All by CPU time, in turn.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from bench.frame import Row, ratios, report
from channels.email.reading.parse import parse
from channels.email.receiving.filing import file_letter, placements
from channels.email.receiving.spool import Envelope, Place, Spooled
from crm_core import queues, users
from crm_core.schema import upgrade
from crm_core.store import Connection, Store
from routing.core.events import Arrived
from routing.core.model import InteractionId, Medium, QueueId
from routing.core.router import Router
from routing.rules import read_rules

SERVICE, SECRET = "service@example.com", "a secret of some length"
BATCH, AGENTS = 50, 100
_FIELDS = (
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "reply-to",
    "auto-submitted",
)
_WORDS = [
    "order",
    "parcel",
    "invoice",
    "return",
    "delivery",
    "address",
    "please",
    "thanks",
    "number",
    "Monday",
    "Tuesday",
    "colour",
    "size",
    "lamp",
    "desk",
    "chair",
    "help",
]


def letters(count: int, seed: int) -> list[bytes]:
    """Letters of a centre's day, always the same for a seed."""
    chosen = random.Random(seed)
    return [_letter(number, seed, chosen) for number in range(count)]


def _letter(number: int, seed: int, chosen: random.Random) -> bytes:
    message = EmailMessage()
    name = f"c{chosen.randrange(5000)}"
    message["From"] = f"Customer {name} <{name}@shop.example>"
    message["To"] = SERVICE
    message["Subject"] = f"Order {chosen.randrange(10**6)}" if number % 3 else "訂單還沒有到"
    message["Date"] = "Mon, 05 Jan 2026 15:00:00 +0800"
    message["Message-ID"] = f"<{seed}-{number}@shop.example>"
    if number % 4 == 3:  # an answer to one before
        message["In-Reply-To"] = f"<{seed}-{chosen.randrange(number)}@shop.example>"
    words = " ".join(chosen.choices(_WORDS, k=150))
    lines = [words[start : start + 72] for start in range(0, len(words), 72)]
    quoted = "\n".join(f"> {line}" for line in lines)
    text = "\n".join(
        [
            *lines,
            "",
            "Best regards,",
            f"Customer {name}",
            "",
            f"On 1/5/26 15:00, Service <{SERVICE}> wrote:",
            quoted,
        ]
    )
    charset = "big5" if number % 3 == 0 else "utf-8"
    message.set_content(("您好，包裹還沒有到。\n" if number % 3 == 0 else "") + text, charset=charset)
    if number % 2:
        body = "".join(f"<p>{line}</p>" for line in lines)
        message.add_alternative(f"<div>{body}<blockquote>{body}</blockquote></div>", subtype="html")
    if number % 10 == 0:
        message.add_attachment(bytes(3000), maintype="application", subtype="pdf", filename="發票.pdf")
    return message.as_bytes(policy=policy.SMTP)


def theirs(raws: Sequence[bytes]) -> float:
    """Letters a second of CPU time: the standard library's modern interface."""
    began = time.process_time()
    for raw in raws:
        message = message_from_bytes(raw, policy=policy.default)
        for name in _FIELDS:
            str(message[name])
        for kind in ("plain", "html"):
            part = message.get_body((kind,))
            if part:
                part.get_content()
    return len(raws) / (time.process_time() - began)


def spooled(raw: bytes, spool_id: str, now: float) -> Spooled:
    envelope = Envelope(
        sender="c@shop.example", recipients=(SERVICE,), received_at=now, peer="192.0.2.1", helo="x"
    )
    return Spooled(spool_id=spool_id, place=Place(segment="", offset=0), envelope=envelope, raw=raw)


class MailRoom:
    """What a letter passes on its way to an agent."""

    def __init__(self, store: Store, router: Router) -> None:
        self._store, self._router = store, router

    async def routed(self, raws: Sequence[bytes], seed: int) -> float:
        """Letters a second of CPU time: parsed, threaded by what the database holds, decided on."""
        now = time.time()
        taken = [spooled(raw, f"{seed}-{number}", now) for number, raw in enumerate(raws)]

        def work(conn: Connection) -> float:
            began = time.process_time()
            for one in taken:
                parsed = parse(one.raw, one.envelope.sender)
                for queue, _ in placements(conn, one, parsed, SECRET, now):
                    event = Arrived(
                        interaction=InteractionId(one.spool_id), medium=Medium.EMAIL, queue=QueueId(queue.id), enqueued_at=now, at=now
                    )  # fmt: skip
                    self._router.decide((event,), now)
            return len(taken) / (time.process_time() - began)

        return await self._store.read(work)

    async def filed(self, raws: Sequence[bytes], seed: int) -> float:
        """Letters a second of CPU time, all threads of this process together."""
        began, now = time.process_time(), time.time()
        for start in range(0, len(raws), BATCH):
            units = [
                self._filing(spooled(raw, f"{seed}-{start + place}", now))
                for place, raw in enumerate(raws[start : start + BATCH])
            ]
            await asyncio.gather(*units)
        return len(raws) / (time.process_time() - began)

    async def _filing(self, one: Spooled) -> None:
        parsed = parse(one.raw, one.envelope.sender)
        await self._store.write(lambda conn: file_letter(conn, one, parsed, SECRET, one.envelope.received_at))


def furnish(conn: Connection) -> None:
    queue = queues.add_queue(conn, name="Service", language="en", mail_address=SERVICE, wrap_up_s=0)
    queues.add_entry(conn, "email", SERVICE, queue.id)
    for number in range(AGENTS):
        users.add_user(
            conn, login=f"a{number}", name=f"Agent {number}", password_hash="x", role="agent", language="en"
        )


async def measured(folder: Path, rounds: int, count: int) -> dict[str, list[float]]:
    """Every way, round by round, and the letters' average size."""
    url = f"sqlite:///{folder / 'bench.db'}"
    upgrade(url)
    store = Store(url)
    store.open()
    await store.write(furnish)
    now = time.time()
    rules = await store.read(lambda conn: read_rules(conn, now=now))
    room = MailRoom(store, Router(*rules))
    found: dict[str, list[float]] = {"theirs": [], "routed": [], "filed": [], "size": []}
    try:
        for seed in range(rounds):
            raws = letters(count, seed)
            found["size"].append(sum(map(len, raws)) / count)
            found["filed"].append(await room.filed(raws, seed))
            found["theirs"].append(theirs(raws))
            found["routed"].append(await room.routed(letters(count, seed + 1000), seed + 1000))
    finally:
        await store.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--letters", type=int, default=600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(Path(folder), options.rounds, options.letters))
    ratio = ratios("routed / policy.default", found["routed"], found["theirs"])
    unit = "letters/s of CPU"
    routed = Row(name="parsed, threaded, routed", values=found["routed"], unit=unit)
    filed = Row(name="parsed and filed", values=found["filed"], unit=unit)
    rows = [
        routed,
        filed,
        Row(name="policy.default alone", values=found["theirs"], unit=unit),
        Row(name="a letter", values=found["size"], unit="bytes"),
        ratio,
    ]
    report(
        "mail",
        rows,
        {"per_core_per_s": routed.median, "policy_default_ratio": ratio.median, "filed_per_s": filed.median},
    )


if __name__ == "__main__":
    main()
