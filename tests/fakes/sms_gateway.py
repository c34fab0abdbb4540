"""A gateway of text messages on a port: it takes what is handed over by each of the three contracts, tells us what came, and goes wrong when it is told to.

It keeps to docs/sms.md, and shares no code with what it tests: `tests/channels/test_sms_gateway_fake.py` holds it to that.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import jwt

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes!").decode()
PICTURE = b"\x89PNG\r\n\x1a\n a picture"


@dataclass(frozen=True)
class Taken:
    """What was handed over, in the words of the generic contract, and what we named it."""

    name: str
    sender: str
    recipient: str
    text: str
    report_to: str
    headers: Mapping[str, str]


@dataclass
class FakeGateway:
    """`refuses`: status and body for the next requests; `silent`: takes them and hangs up without an answer; `calls`: requests, repeated ones too."""

    origin: str = ""
    taken: list[Taken] = field(default_factory=list)
    calls: int = 0
    refuses: tuple[int, dict[str, Any]] | None = None
    silent: bool = False
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    _known: dict[str, Taken] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, count: int) -> Taken:
        """Wait until so many were taken; the last of them."""
        async with asyncio.timeout(10):
            while len(self.taken) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.taken[count - 1]

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, str, bytes] | None:
        """What is said to a request; None: nothing."""
        self.asked.append((path, headers))
        if method == "GET":
            kind, content = self.media.get(path, ("", b""))
            return (200, kind, content) if content else (404, "text/plain", b"")
        self.calls += 1
        if self.refuses is not None:
            status, problem = self.refuses
            return status, "application/json", json.dumps(problem).encode()
        if path == "/send":
            status, said = self._generic(headers, body)
        elif path.startswith("/2010-04-01/Accounts/"):
            status, said = self._twilio(path, headers, body)
        elif path == "/v1/messages":
            status, said = self._vonage(headers, body)
        else:
            status, said = 404, {}
        self._changed.set()
        return None if self.silent else (status, "application/json", json.dumps(said).encode())

    def _generic(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if headers.get("webhook-signature") != signed(SECRET, name, at, body):
            return 401, {"code": "signature"}
        key = headers["idempotency-key"]
        if key not in self._known:
            said = json.loads(body)
            self._known[key] = self._take(said["from"], said["to"], said["text"], said["report_to"], headers)
        return 202, {"id": self._known[key].name}

    def _twilio(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        account = path.split("/")[3]
        if (
            headers.get("authorization")
            != "Basic " + base64.b64encode(f"{account}:{SECRET}".encode()).decode()
        ):
            return 401, {"code": 20003, "message": "Authenticate"}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        took = self._take(form["From"], form["To"], form["Body"], form["StatusCallback"], headers)
        return 201, {"sid": took.name, "status": "queued", "num_segments": "0"}

    def _vonage(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        if headers.get("authorization") != "Basic " + base64.b64encode(f"key1:{SECRET}".encode()).decode():
            return 401, {"title": "Unauthorized", "detail": "no"}
        said = json.loads(body)
        assert said["channel"] == "sms"
        took = self._take(said["from"], said["to"], said["text"], said["webhook_url"], headers)
        return 202, {"message_uuid": took.name}

    def _take(
        self, sender: str, recipient: str, text: str, report_to: str, headers: Mapping[str, str]
    ) -> Taken:
        took = Taken(f"gw-{len(self.taken) + 1}", sender, recipient, text, report_to, headers)
        self.taken.append(took)
        return took


def signed(secret: str, name: str, at: str, body: bytes) -> str:
    """The signature of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def generic_hook(
    said: Mapping[str, Any], *, secret: str = SECRET, at: float | None = None
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a request that the generic gateway makes."""
    body = json.dumps(said, ensure_ascii=False).encode()
    moment = str(int(time.time() if at is None else at))
    name = f"hook-{hashlib.sha256(body).hexdigest()[:8]}"
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": signed(secret, name, moment, body),
    }
    return headers, body


def twilio_hook(url: str, form: Mapping[str, str], token: str = SECRET) -> tuple[dict[str, str], bytes]:
    """The same of Twilio's."""
    words = url + "".join(name + form[name] for name in sorted(form))
    mark = base64.b64encode(hmac.new(token.encode(), words.encode(), hashlib.sha1).digest()).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": mark}
    return headers, urlencode(form).encode()


def vonage_hook(
    said: Mapping[str, Any], secret: str, at: float | None = None
) -> tuple[dict[str, str], bytes]:
    """The same of Vonage's."""
    body = json.dumps(said, ensure_ascii=False).encode()
    claims = {
        "iat": int(time.time() if at is None else at),
        "api_key": "key1",
        "payload_hash": hashlib.sha256(body).hexdigest(),
    }
    return {"authorization": f"Bearer {jwt.encode(claims, secret, algorithm='HS256')}"}, body


async def tell(url: str, said: Mapping[str, Any]) -> httpx.Response:
    """Make the generic gateway's request."""
    headers, body = generic_hook(said)
    async with httpx.AsyncClient(timeout=20) as client:
        return await client.post(url, content=body, headers=headers)


@asynccontextmanager
async def running() -> AsyncIterator[FakeGateway]:
    """A gateway on a free port of this machine."""
    gateway = FakeGateway()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            method, path, *_ = (await reader.readline()).decode().split()
            headers: dict[str, str] = {}
            while line := (await reader.readline()).decode().strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            answer = gateway.answer(method, path, headers, body)
            if answer is not None:
                status, kind, content = answer
                there = gateway.leads.get(path)
                head = f"HTTP/1.1 {302 if there else status} x\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
                head += f"Location: {there}\r\n" if there else ""
                head += "Connection: close\r\n\r\n"
                writer.write(head.encode() + content)
                await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    gateway.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield gateway
    finally:
        server.close()
        await server.wait_closed()
