"""The few requests that we make of an identity provider: bounded in time and size, to named origins, never led elsewhere."""

import asyncio
import json
from base64 import b64encode
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus, urlencode

import config.loop  # isort: skip - the loop before anything of Twisted

from twisted.internet.error import ConnectError
from twisted.web.client import Agent, FileBodyProducer, HTTPConnectionPool, ResponseFailed
from twisted.web.http_headers import Headers

from channels.outside.web import TooLong, body_of
from config.errors import Kind, Refused, Unavailable

PEER = "identity provider"
_CONNECT_WITHIN_S = 5.0
_ANSWER_WITHIN_S = 10.0
_MOST_BYTES = 500_000


class Web:
    """Asks for JSON. TLS is verified with the system's authorities; a redirect is an error, not a way."""

    def __init__(self) -> None:
        pool = HTTPConnectionPool(config.loop.reactor, persistent=False)  # type: ignore[no-untyped-call]
        self._agent = Agent(config.loop.reactor, connectTimeout=_CONNECT_WITHIN_S, pool=pool)  # type: ignore[no-untyped-call]

    async def get(self, url: str, *, bearer: str = "") -> dict[str, Any]:
        """The document at `url`."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return _document(url, *await self._ask(b"GET", url, headers, None))

    async def post(self, url: str, form: dict[str, str], *, login: tuple[str, str] | None) -> dict[str, Any]:
        """What the provider answers to a form; `login` is ours there (RFC 6749, 2.3.1)."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if login is not None:
            pair = ":".join(quote_plus(part) for part in login)
            headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
        code, answer = await self._ask(b"POST", url, headers, urlencode(form).encode())
        if code == 400:  # RFC 6749, 5.2: what we were given is not good, the provider is well
            raise Refused("oidc.refused", Kind.FORBIDDEN, error=answer[:200].decode("utf-8", "replace"))
        return _document(url, code, answer)

    async def _ask(
        self, method: bytes, url: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        sent = Headers({"Accept": ["application/json"]} | {name: [value] for name, value in headers.items()})
        producer: Any = None if body is None else FileBodyProducer(BytesIO(body))  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                asked: Any = self._agent.request(method, url.encode("ascii"), sent, producer)
                response = await config.loop.as_future(asked)
                return response.code, await _body(response)
        except (ConnectError, ResponseFailed, OSError, TimeoutError) as problem:
            raise Unavailable(PEER, f"{url} does not answer ({str(problem) or 'no reply'})") from problem


def _document(url: str, code: int, answer: bytes) -> dict[str, Any]:
    if code != 200:
        raise Unavailable(PEER, f"{url} answered {code}: {answer[:200].decode('utf-8', 'replace')}")
    try:
        document = json.loads(answer)
    except ValueError as problem:
        raise Unavailable(PEER, f"{url} answered something that is not JSON") from problem
    if not isinstance(document, dict):
        raise Unavailable(PEER, f"{url} answered JSON that is no object")
    return document


async def _body(response: Any) -> bytes:
    try:
        return await body_of(response, _MOST_BYTES)
    except TooLong as problem:
        raise Unavailable(PEER, f"answered more than {_MOST_BYTES} bytes") from problem
