"""A look into a mailbox in which nothing is new, beside imaplib, against a real Dovecot.

    python -m bench.mailbox [--letters 50000] [--looks 200]

The box holds so many letters, all of which were read. A look is what the reader of mailboxes does when a server does not tell of news by itself (IDLE):
NOOP, and which letters lie behind the last one. imaplib asks the same with the same words over a connection of its own, by turns.

`idle_poll_ms` is the processor time of one look, ours and that of Dovecot's process; the limit is 50 ms. `imaplib_ratio` is ours beside imaplib's own, without
Dovecot's.
"""

import argparse
import asyncio
import imaplib
import sys
import time

from bench.frame import Row, ratios, report
from channels.email.receiving.imap import folder
from channels.email.receiving.imap.connection import Address, Connection, connected, sign_in
from tests.channels.rooms import letter
from tests.real.dovecot import PASSWORD, USER, Dovecot, dovecot

ROUNDS = 5


async def measure(letters: int, looks: int) -> None:
    async with dovecot() as server:
        old = time.time() - 40 * 86_400
        for number in range(letters):
            server.deliver(letter(f"old {number}"), at=old + number)
        print(f"{letters} letters lie there", file=sys.stderr, flush=True)
        where = Address(host="127.0.0.1", port=server.port, tls="none")
        async with connected(where, "bench", 1 << 20) as link:
            await sign_in(link, USER, PASSWORD)
            opened = await folder.open_folder(link, "INBOX", change=False)
            peer = await asyncio.to_thread(_signed_in, server.port)
            try:
                await _rounds(server, link, peer, opened.uid_next - 1, looks)
            finally:
                peer.logout()


def _signed_in(port: int) -> imaplib.IMAP4:
    peer = imaplib.IMAP4("127.0.0.1", port)
    peer.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
    peer.select("INBOX", readonly=True)
    return peer


async def _rounds(server: Dovecot, link: Connection, peer: imaplib.IMAP4, last: int, looks: int) -> None:
    ours, theirs, dovecots = list[float](), list[float](), list[float]()
    for _ in range(ROUNDS):
        dovecot_s, began_s = server.cpu_s(), time.process_time()
        for _ in range(looks):
            await link.command(b"NOOP")
            if await folder.newer(link, last):
                raise SystemExit("a letter is new where none was delivered")
        ours.append((time.process_time() - began_s) / looks * 1000)
        dovecots.append((server.cpu_s() - dovecot_s) / looks * 1000)
        began_s = time.process_time()
        for _ in range(looks):
            peer.noop()
            peer.uid("SEARCH", "UID", f"{last + 1}:*")
        theirs.append((time.process_time() - began_s) / looks * 1000)
    ratio = ratios("ratio", ours, theirs)
    rows = [
        Row(name="our look", values=ours, unit="ms of CPU", digits=3),
        Row(name="imaplib's", values=theirs, unit="ms of CPU", digits=3),
        ratio,
        Row(name="Dovecot for a look of ours", values=dovecots, unit="ms of CPU", digits=3),
    ]
    both = Row(name="both", values=[mine + its for mine, its in zip(ours, dovecots, strict=True)])
    report("mailbox", rows, {"idle_poll_ms": both.median, "imaplib_ratio": ratio.median})


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--letters", type=int, default=50_000)
    options.add_argument("--looks", type=int, default=200, help="of a round; there are five")
    given = options.parse_args()
    asyncio.run(measure(given.letters, given.looks))


if __name__ == "__main__":
    main()
