"""Letters that nobody writes, parsed for as long as wanted: real ones changed, and ones put together of what breaks parsers.

    python -m bench.mail_fuzz [--minutes 60] [--seed 1] [--letters FOLDER]

Nothing may be raised; a letter with bytes stays readable (a text, a file, a subject, or the mark that it could not be read); what comes out holds nothing that a
database or JSON refuses, survives the way out of the worker, and its HTML stays as it is when it is cleaned again; none takes longer than 5 s of processor time.

Ends at the first thing found, with the seed of its case: `--seed S --cases 1` plays it again. Prints `mail_fuzz: cases= found= slowest_s=`.
"""

import argparse
import sys
import time
import traceback
from pathlib import Path
from random import Random

from channels.email.reading import markup, parse_worker
from channels.email.reading.parse import parse
from channels.email.reading.parsed import Parsed

LONGEST_S = 5.0
_PIECES = (
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", b"Content-Type: message/rfc822\r\n",
    b"Content-Type: message/delivery-status\r\n", b"Content-Type: text/html; charset=\"\xff\r\n", b"Content-Type: text/calendar\r\n", b"Content-Type: application/ms-tnef\r\n",
    b"Content-Type: text/plain; charset=hz-gb-2312; format=flowed\r\n", b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Disposition: attachment; filename*0*=x'y'%ff; filename*1=\"\r\n", b"From: MAILER-DAEMON\r\n", b"From: ((((\xff\r\n", b"Subject: =?x?B?\xff?=\r\n", b"To: <<>>,;:@[\r\n",
    b"Date: 99 Foo\r\n", b"Auto-Submitted: \xff\r\n", b"Authentication-Results: a; b=c (((\r\n", b"X-Failed-Recipients: ,,@\r\n", b"\r\n", b"\r\n--b\r\n", b"\r\n--b--\r\n",
    b"BEGIN:VEVENT\r\nDTSTART;TZID=../../etc:20260101T000000\r\nDURATION:P999W\r\n", b"Final-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1\r\n", b"\x78\x9f\x3e\x22\x00\x00\x02\x02\x90\x06\x00",
    b"begin 644 x\r\n", b"end\r\n", b"On 1/1/26 a@b.example wrote:\r\n", b"> > x\r\n", b"-- \r\n", b"From: a@b.example\r\nSent: x\r\nSubject: y\r\n", b"<blockquote>" * 50, b"<p style='\xe4", b"\x00",
    b"~{<:Ky2;}", b"\x1b$B$\x1b(B", b"=\xff\n", b"\xa4\xa4\xa4\xc4", b"could not be delivered <a@b.example>: 550 5.1.1 user unknown\r\n",
)  # fmt: skip


def letter(chance: Random, known: list[bytes]) -> bytes:
    """A real letter, changed; or pieces."""
    if known and chance.random() < 0.6:
        return changed(chance.choice(known), chance)
    return b"".join(
        chance.choice(_PIECES) if chance.random() < 0.9 else chance.randbytes(chance.randrange(40))
        for _ in range(chance.randrange(60))
    )


def changed(raw: bytes, chance: Random) -> bytes:
    """Bytes changed, parts cut out, doubled, moved, and pieces put in."""
    data = bytearray(raw[:200_000])
    for _ in range(chance.randrange(1, 12)):
        place, length = chance.randrange(len(data) + 1), chance.randrange(1, 200)
        part = bytes(data[place : place + length])
        match chance.randrange(5):
            case 0:
                data[place : place + 1] = chance.randbytes(1)
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = part * chance.randrange(1, 40)
            case 3:
                data[place:place] = chance.choice(_PIECES)
            case _:
                other = chance.randrange(len(data) + 1)
                data[other:other] = part
    return bytes(data)


def check(raw: bytes, sender: str | None) -> float:
    """Seconds of processor time; AssertionError for what may not be."""
    began = time.process_time()
    parsed = parse(raw, sender)
    took = time.process_time() - began
    assert took < LONGEST_S, f"{took:.1f} s"
    told = (parsed.text, parsed.html, parsed.subject, parsed.attachments, parsed.marks, parsed.from_address)
    assert any(told) or not raw.split(b"\n\n", 1)[-1].strip(), "nothing readable"
    storable(parsed)
    encoded = parse_worker.encode(parsed)
    (length,) = parse_worker.ANSWER.unpack(encoded[:4])
    assert parse_worker.decode(encoded[4 : 4 + length], encoded[4 + length :]) == parsed, (
        "changed by the worker"
    )
    if parsed.html:
        assert markup.clean(parsed.html).html == parsed.html, "HTML that is not clean"
    return took


def storable(parsed: Parsed) -> None:
    words = (
        parsed.text,
        parsed.html or "",
        parsed.subject,
        parsed.from_name,
        parsed.from_address,
        parsed.reply,
        parsed.signature,
        *parsed.to,
        *parsed.cc,
    )
    for text in (*words, *(one.name for one in parsed.attachments)):
        assert "\0" not in text, "a NUL"
        text.encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=0, help="so many instead of so long")
    parser.add_argument("--letters", type=Path, help="a folder of real letters to change")
    options = parser.parse_args()
    known = (
        [path.read_bytes() for path in sorted(options.letters.rglob("*")) if path.is_file()]
        if options.letters
        else []
    )
    until, seed, slowest = time.monotonic() + options.minutes * 60, options.seed, 0.0
    while (seed - options.seed < options.cases) if options.cases else (time.monotonic() < until):
        chance = Random(seed)
        raw = letter(chance, known)
        try:
            slowest = max(slowest, check(raw, chance.choice(("", None, "a@b.example"))))
        except Exception:  # noqa: BLE001 - whatever it is, it is what was looked for
            traceback.print_exc()
            print(f"mail_fuzz: cases={seed - options.seed + 1} found=1 seed={seed}")
            sys.exit(1)
        seed += 1
    print(f"mail_fuzz: cases={seed - options.seed} found=0 slowest_s={slowest:.2f}")


if __name__ == "__main__":
    main()
