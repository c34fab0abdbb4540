"""The drop's other doors: LMTP from a mail server beside it, and STARTTLS."""

import asyncio
import datetime as dt
import smtplib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from channels.email.receiving.drop_process import DropProcess
from channels.email.receiving.spool import SpoolReader
from config.clock import SystemClock
from config.errors import Unavailable
from config.settings import Mail
from routing.bus import LocalBus
from tests.channels.rooms import letter
from tests.ports import free_block


def certificate(path: Path) -> Path:
    """One for localhost, signed by itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    raw = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(raw)
    return path


@asynccontextmanager
async def drop(folder: Path, **more: object) -> AsyncIterator[DropProcess]:
    settings = Mail.model_validate({"reply_secret": SecretStr("a secret of some length"), **more})
    process = DropProcess(settings, folder / "spool", LocalBus(), SystemClock())
    task = asyncio.create_task(process.run())
    try:
        await process.listening()
        yield process
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_letters_come_by_lmtp_and_protected_by_tls(tmp_path: Path) -> None:
    """Each recipient is answered by LMTP, which is no SMTP; STARTTLS is offered, and what is said behind it arrives."""
    port = free_block(2)
    chain = certificate(tmp_path / "cert.pem")
    trusted = ssl.create_default_context(cafile=str(chain))
    first, second = letter("by LMTP"), letter("by TLS")

    def by_lmtp() -> None:
        with smtplib.LMTP("127.0.0.1", port + 1, timeout=20) as client:
            assert client.docmd("EHLO x")[0] == 500
            assert client.sendmail("a@example.org", ["service@example.com", "sales@example.com"], first) == {}
            assert client.getreply()[0] == 250  # of the second recipient, which the library leaves unread
            client.mail("a@example.org")
            client.rcpt("service@example.com")
            client.rcpt("sales@example.com")
            assert client.docmd("DATA")[0] == 354
            client.send(first + b".\r\n")
            assert [client.getreply()[0] for _ in range(2)] == [250, 250]

    def by_tls() -> None:
        with smtplib.SMTP("localhost", port, timeout=20) as client:
            client.ehlo()
            assert client.has_extn("pipelining")
            client.starttls(context=trusted)
            assert client.sendmail("a@example.org", ["service@example.com"], second) == {}

    more = {"listen_host": "127.0.0.1", "listen_port": port, "lmtp_port": port + 1, "certificate": str(chain)}
    async with drop(tmp_path, **more):
        await asyncio.to_thread(by_lmtp)
        await asyncio.to_thread(by_tls)
        found = await asyncio.to_thread(SpoolReader(tmp_path / "spool").read)
    assert [one.raw for one in found] == [first, first, second]
    assert found[0].envelope.recipients == ("service@example.com", "sales@example.com")
    assert found[0].spool_id == found[1].spool_id


async def test_a_certificate_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    """With the file's name; no other try mends it."""
    (tmp_path / "cert.pem").write_text("no certificate")
    more = {"listen_port": free_block(2), "certificate": str(tmp_path / "cert.pem")}
    with pytest.raises(Unavailable, match=r"cert\.pem cannot be used"):
        async with drop(tmp_path, **more):
            pass
