"""The drop: accepts letters by SMTP and LMTP in a process of its own, so that a 20 MB letter never delays a call.

`python -m channels.email.receiving.drop '{"host": ..., "port": ..., ...}'` says `listening PORT` on standard output, then one
empty line after each batch of letters that became durable. It ends when its standard input ends, so it never outlives
the server; while the database is away it goes on accepting. Exit codes: 2 wrong arguments, 3 cannot listen, 4 the spool
cannot be used, 5 the certificate cannot; standard error then has one sentence.
"""

import asyncio
import errno
import json
import os
import signal
import ssl
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Dialogue

from channels.email.addresses import KnownRecipients
from channels.email.receiving.reception import Doorkeeper, Limits, LocalReception, Reception
from channels.email.receiving.spool import Envelope
from channels.email.receiving.spool_writer import SpoolWriter
from config.logs import Transcript, configure

log = Transcript("drop")

EXIT_ARGUMENTS, EXIT_LISTEN, EXIT_SPOOL, EXIT_CERTIFICATE = 2, 3, 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DropArguments:
    """What the parent hands over; `port` 0 takes a free one, `lmtp_port` 0 means no LMTP. With a certificate STARTTLS is offered."""

    host: str
    port: int
    hostname: str
    spool_dir: str
    max_message_bytes: int
    log_level: str = "INFO"
    lmtp_port: int = 0
    certificate: str = ""
    certificate_key: str = ""


class Acceptance:
    """aiosmtpd's hooks: who may be written to, and durable before 250."""

    def __init__(self, spool: SpoolWriter, recipients: KnownRecipients, limits: Limits) -> None:
        self._spool = spool
        self._recipients = recipients
        self._limits = limits

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Dialogue, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Dialogue, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= self._limits.recipients:
            return "452 4.5.3 Too many recipients, please send the rest in another letter"
        if not self._recipients.accept(address):
            return "550 5.1.1 Nobody here has this address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Dialogue) -> str:  # noqa: N802
        raw = envelope.content
        assert isinstance(raw, bytes)  # noqa: S101 - decode_data is off
        sender = envelope.mail_from or ""
        accepted = Envelope(
            sender="" if sender == "<>" else _encodable(sender),
            recipients=tuple(map(_encodable, envelope.rcpt_tos)),
            received_at=time.time(),
            peer=str((session.peer or ("local",))[0]),
            helo=_encodable(session.host_name or ""),
        )
        spool_id = await self._spool.append(accepted, raw)
        return f"250 2.0.0 Accepted as {spool_id[:16]}"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever it is, it is ours: the sender keeps the letter and tries again. No internals leave the house."""
        if isinstance(error, OSError):
            log.note("!", "", f"a letter could not be stored ({error}): answered 451")
        else:
            log.crash("a letter was answered 451", error)
        return "451 4.3.0 The letter could not be stored, please try again later"


def _encodable(text: str) -> str:
    """Bytes outside UTF-8 arrive as lone surrogates, which JSON files and databases do not take."""
    return text.encode("utf-8", "replace").decode()


async def serve(arguments: DropArguments) -> int:
    """Listen until standard input ends; return the exit code."""
    folder = Path(arguments.spool_dir)
    limits = Limits(message_bytes=arguments.max_message_bytes)
    try:
        spool = SpoolWriter(folder, _wake_parent)
    except OSError as problem:
        return _fail(EXIT_SPOOL, f"the mail spool {folder} cannot be used: {_reason(problem)}")
    acceptance = Acceptance(spool, KnownRecipients(folder / "recipients"), limits)
    doorkeeper = Doorkeeper(limits)
    try:
        tls = _tls(arguments)
    except OSError as problem:
        spool.close()
        return _fail(EXIT_CERTIFICATE, f"the certificate {arguments.certificate} cannot be used: {problem}")
    doors = [(Reception, arguments.port, "listen_port")]
    if arguments.lmtp_port:
        doors.append((LocalReception, arguments.lmtp_port, "lmtp_port"))
    servers: list[asyncio.Server] = []
    for kind, port, setting in doors:
        made = partial(kind, acceptance, doorkeeper, arguments.hostname, tls)
        try:
            servers.append(await asyncio.get_running_loop().create_server(made, arguments.host, port))
        except OSError as problem:
            spool.close()
            where = f"{arguments.host}:{port}"
            return _fail(EXIT_LISTEN, f"mail cannot be accepted on {where}: {_reason(problem, setting)}")
    _say(f"listening {servers[0].sockets[0].getsockname()[1]}\n")
    await _parent_gone()
    for server in servers:
        server.close()
    spool.close()
    await asyncio.sleep(0)  # the last batch's answers
    return 0


def _tls(arguments: DropArguments) -> ssl.SSLContext | None:
    """Server's side, for whoever asks: mail servers do not check each other's certificates, and better than nothing is better."""
    if not arguments.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(arguments.certificate, arguments.certificate_key or None)
    return context


async def _parent_gone() -> None:
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    os.set_blocking(0, False)

    def look() -> None:
        with suppress(BlockingIOError):
            if not os.read(0, 4096):
                gone.set()

    loop.add_signal_handler(signal.SIGTERM, gone.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C goes to the whole group; the parent decides
    loop.add_reader(0, look)
    await gone.wait()
    loop.remove_reader(0)


def _wake_parent() -> None:
    _say("\n")


def _say(text: str) -> None:
    """A parent that does not read must not stop us, and needs no second wake-up."""
    with suppress(BlockingIOError, BrokenPipeError):
        os.write(1, text.encode())


def _reason(problem: OSError, setting: str = "listen_port") -> str:
    match problem.errno:
        case errno.EADDRINUSE:
            return f"the port is in use by another program; stop it or set another port in [mail] {setting}"
        case errno.EACCES if not problem.filename:
            return f"ports below 1024 need a privilege; set another port in [mail] {setting}"
        case errno.EADDRNOTAVAIL:
            return "this machine does not have that address; mend [mail] listen_host"
        case errno.EWOULDBLOCK:
            return "another drop is using it"
        case _:
            return os.strerror(problem.errno) if problem.errno else str(problem)


def _fail(code: int, sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


def main(argv: list[str]) -> int:
    """The program."""
    try:
        given: dict[str, Any] = json.loads(argv[1])
        arguments = DropArguments(**given)
    except (IndexError, ValueError, TypeError) as problem:
        return _fail(EXIT_ARGUMENTS, f"the drop is started by the server with JSON arguments ({problem})")
    configure(arguments.log_level)
    os.set_blocking(1, False)
    return asyncio.run(serve(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
