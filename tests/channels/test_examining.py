"""What is found out about a letter beside its words: its origin, and whether its files are dangerous."""

import asyncio
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from channels.email.reading.parse import parse
from channels.email.reading.parsed import Authentication, Mark
from channels.email.receiving import signatures
from channels.email.receiving.examining import Examination
from config.settings import Mail

CORPORA = Path(__file__).parents[3] / "shared" / "corpora" / "dkim"
EICAR = b"a file that the scanner of this test takes for dangerous"
LETTER = (
    b"Authentication-Results: mx.centre.example; spf=pass smtp.mailfrom=a@b.example\r\nAuthentication-Results: forged.example; dmarc=pass\r\n"
    b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b\r\nContent-Disposition: attachment; filename=clean.txt\r\n\r\nx\r\n"
    b"--b\r\nContent-Disposition: attachment; filename=bad.exe\r\n\r\n" + EICAR + b"\r\n--b--\r\n"
)


def settings(**given: str | bool) -> Mail:
    return Mail.model_validate({"reply_secret": SecretStr("x" * 16), **given})


async def scanner(path: Path, answer: Callable[[bytes], bytes]) -> asyncio.Server:
    """clamd's INSTREAM, spoken by the book."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
        writer.write(answer(content))
        writer.close()

    return await asyncio.start_unix_server(serve, path)


async def test_an_infected_file_is_kept_and_closed(tmp_path: Path) -> None:
    """The scanner's word for it stands at the file, a mark at the letter; the other file is free."""
    server = await scanner(
        tmp_path / "clamd",
        lambda content: b"stream: Eicar-Test FOUND\0" if content.startswith(EICAR) else b"stream: OK\0",
    )
    found = await Examination(settings(clamd=str(tmp_path / "clamd"))).of(LETTER, parse(LETTER), "x")
    server.close()
    assert [(one.name, one.danger) for one in found.attachments] == [
        ("clean.txt", ""),
        ("bad.exe", "Eicar-Test"),
    ]
    assert found.attachments[1].content.startswith(EICAR)
    assert found.marks == (Mark.INFECTED,)


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: x\0"])
async def test_a_scanner_without_a_verdict_loses_no_letter(tmp_path: Path, answer: bytes) -> None:
    """It hangs up, refuses, or says nothing known: marked as not scanned."""
    server = await scanner(tmp_path / "clamd", lambda _: answer)
    found = await Examination(settings(clamd=str(tmp_path / "clamd"))).of(LETTER, parse(LETTER), "x")
    server.close()
    assert (found.text.strip(), len(found.attachments), found.marks) == ("Hi", 2, (Mark.UNSCANNED,))


async def test_a_scanner_that_is_away_loses_no_letter(tmp_path: Path) -> None:
    """Nobody listens: the same."""
    found = await Examination(settings(clamd=str(tmp_path / "nobody"))).of(LETTER, parse(LETTER), "x")
    assert found.marks == (Mark.UNSCANNED,)


async def test_only_our_own_mail_server_is_believed() -> None:
    """Results under another name are dropped; without a name, all."""
    parsed = parse(LETTER)
    believed = await Examination(settings(authserv_id="MX.centre.example")).of(LETTER, parsed, "x")
    assert [(one.method, one.result) for one in believed.authentication] == [("spf", "pass")]
    assert (await Examination(settings()).of(LETTER, parsed, "x")).authentication == ()


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora of foreign mail are not beside this clone")
async def test_a_signature_is_verified_with_its_domains_key() -> None:
    """The letter as it is passes; with one word changed it fails; without a key there is no result."""
    raw = (CORPORA / "gmail.msg").read_bytes()
    pem = (CORPORA / "gmail.pub").read_text()
    key = b"v=DKIM1; k=rsa; p=" + "".join(line for line in pem.splitlines() if "-----" not in line).encode()

    async def known(_: str) -> bytes | None:
        return key

    async def unknown(_: str) -> bytes | None:
        return None

    passed = await signatures.check(raw, known)
    assert passed == (Authentication(authority="", method="dkim", result="pass", domain="gmail.com"),)
    changed = await Examination(settings(check_dkim=True), known).of(
        raw.replace(b"Subject: ", b"Subject: x"), parse(raw), "x"
    )
    assert [one.result for one in changed.authentication] == ["fail"]
    assert await signatures.check(raw, unknown) == ()
