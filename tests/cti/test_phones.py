"""Phones pushed over ARI, against a small HTTP server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from config.errors import Refused, Unavailable
from config.settings import Asterisk
from cti.phones import GUESTS, AsteriskPhones


@asynccontextmanager
async def ari_server(status: str, requests: list[bytes]) -> AsyncIterator[int]:
    """Answers every request so; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        requests.append(head + await reader.readexactly(length))
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 7\r\n\r\nbecause".encode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


@asynccontextmanager
async def ari(status: str, requests: list[bytes]) -> AsyncIterator[AsteriskPhones]:
    async with ari_server(status, requests) as port:
        yield AsteriskPhones(
            Asterisk(
                ami_secret=SecretStr("a"),
                ari_secret=SecretStr("b"),
                http_url=f"http://127.0.0.1:{port}",
                browser_ws_url="wss://desk.example.com:8089/ws",
            )
        )


async def test_a_shift_has_a_new_password() -> None:
    """Each credential is random, known to Asterisk before it is given out, and names where to connect."""
    requests: list[bytes] = []
    async with ari("200 OK", requests) as phones:
        first, second = await phones.credential("1001"), await phones.credential("1001")
    assert first.password != second.password
    assert len(first.password) >= 24
    assert (first.uri, first.ws_url) == ("sip:1001@desk.example.com", "wss://desk.example.com:8089/ws")
    paths = [request.split(b" ")[1].rpartition(b"res_pjsip/")[2] for request in requests]
    assert paths[:3] == [b"auth/1001", b"aor/1001", b"endpoint/1001"]
    fields = json.loads(requests[0].partition(b"\r\n\r\n")[2])["fields"]
    assert {"attribute": "password", "value": first.password} in fields


async def test_guests_share_a_fixed_number_of_phones() -> None:
    """However many visitors come, the endpoints in Asterisk are bounded."""
    requests: list[bytes] = []
    async with ari("200 OK", requests) as phones:
        users = {(await phones.guest()).user for _ in range(GUESTS + 3)}
    assert len(users) == GUESTS
    assert all(b"trunkline-guest" in request for request in requests if b"/endpoint/" in request)


@pytest.mark.parametrize(
    ("status", "words"), [("401 Unauthorized", "ari_secret"), ("400 Bad Request", "because")]
)
async def test_refusals_are_said(status: str, words: str) -> None:
    """A wrong secret and a refused configuration each say what it was."""
    async with ari(status, []) as phones:
        with pytest.raises(Unavailable, match=words):
            await phones.credential("1001")


async def test_nobody_there_is_unavailable() -> None:
    """No answer is a peer's fault, not a crash."""
    async with ari("200 OK", []) as phones:
        pass
    with pytest.raises(Unavailable, match="does not answer"):
        await phones.credential("1001")


@pytest.mark.parametrize("extension", ["", "guest-01", "../x", "1001/../trunk"])
async def test_only_extensions_become_phones(extension: str) -> None:
    """Nothing but digits reaches a path of ARI."""
    requests: list[bytes] = []
    async with ari("200 OK", requests) as phones:
        with pytest.raises(Refused):
            await phones.credential(extension)
    assert requests == []
