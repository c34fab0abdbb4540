"""The requests themselves: bounded in time and size, over an address that was looked up and judged once."""

import asyncio
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import config.loop  # isort: skip - the loop before anything of Twisted

from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, ConnectingCancelledError
from twisted.internet.protocol import Protocol
from twisted.web.client import URI, Agent, BrowserLikePolicyForHTTPS, FileBodyProducer, ResponseFailed
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer  # type: ignore[import-untyped]

from channels.outside.guard import Forbidden, choose, place

_CONNECT_WITHIN_S = 5.0
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NotSent(Exception):
    """Nobody was reached: what was to be asked, nobody has heard."""


class NoAnswer(Exception):
    """Somebody was asked, and may have heard it."""


class TooLong(Exception):
    """The answer is larger than was wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, content type without parameters, and what follows."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one request. `inside`: hosts that may be in networks that are not public, and may be asked without TLS."""

    within_s: float = 20.0
    most_bytes: int = 500_000
    https_only: bool = False
    anywhere: bool = False
    inside: Collection[str] = ()


class OutsideWeb:
    """Asks. Redirects are followed by `get` alone, each judged as the first address was."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Answer:
        """What is answered to a body; a redirect is an answer."""
        return await self._ask(b"POST", url, headers, body, limits)

    async def get(self, url: str, headers: Mapping[str, str], limits: Limits) -> Answer:
        """What lies there. Headers are for the first host alone."""
        begun = place(url, https_only=limits.https_only, inside=limits.inside).host
        for _ in range(_MOST_REDIRECTS + 1):
            here = place(url, https_only=limits.https_only, inside=limits.inside).host
            answer = await self._ask(b"GET", url, headers if here == begun else {}, None, limits)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            url = urljoin(url, answer.headers["location"])
        raise Forbidden("it leads from one address to the next without end")

    async def _ask(
        self, method: bytes, url: str, headers: Mapping[str, str], body: bytes | None, limits: Limits
    ) -> Answer:
        where = place(url, https_only=limits.https_only, inside=limits.inside)
        address = await _resolved(where.host, where.port, limits)
        factory = _Pinned(address)
        agent: Any = Agent.usingEndpointFactory(config.loop.reactor, factory)  # type: ignore[no-untyped-call]
        sent = Headers({name: [value] for name, value in headers.items()})
        producer: Any = None if body is None else FileBodyProducer(BytesIO(body))  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(limits.within_s):
                asked: Any = agent.request(method, url.encode("ascii"), sent, producer)
                response = await config.loop.as_future(asked)
                return await _answer(response, limits.most_bytes)
        except (ConnectError, ConnectingCancelledError, OSError) as problem:
            raise NotSent(f"{where.host} cannot be reached ({problem})") from problem
        except (ResponseFailed, TimeoutError) as problem:
            raise NoAnswer(f"{where.host} did not answer ({str(problem) or 'no reply in time'})") from problem


@implementer(IAgentEndpointFactory)
class _Pinned:
    """Connects to the address that was judged, whatever the name leads to by now; TLS is verified for the name."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._policy = BrowserLikePolicyForHTTPS()  # type: ignore[no-untyped-call]

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802 - Twisted's name
        endpoint: Any = HostnameEndpoint(
            config.loop.reactor, self._address.encode(), uri.port, timeout=_CONNECT_WITHIN_S
        )
        if uri.scheme == b"https":
            return wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), endpoint)
        return endpoint


async def _resolved(host: str, port: int, limits: Limits) -> str:
    try:
        async with asyncio.timeout(_CONNECT_WITHIN_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as problem:
        raise NotSent(f"{host} is not known ({problem})") from problem
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    return choose(addresses, host, {host} if limits.anywhere else limits.inside)


class _Collector(Protocol):
    """Gathers a body up to the bound."""

    def __init__(self, whole: "asyncio.Future[bytes]", most: int) -> None:
        self._whole, self._most, self._parts = whole, most, bytearray()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._parts += data
        if len(self._parts) > self._most and not self._whole.done():
            self._whole.set_exception(TooLong(f"more than {self._most} bytes"))
            # what a response has for a transport can be closed, and not be aborted
            transport: Any = self.transport
            transport.loseConnection()

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802 - Twisted's name
        if not self._whole.done():
            self._whole.set_result(bytes(self._parts))


async def body_of(response: Any, most: int) -> bytes:
    """The body of an answer of Twisted's agent; `TooLong` for more than that, and nothing more is read."""
    whole: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    response.deliverBody(_Collector(whole, most))
    return await whole


async def _answer(response: Any, most: int) -> Answer:
    headers = {
        name.decode("latin-1").lower(): values[0].decode("latin-1")
        for name, values in response.headers.getAllRawHeaders()
    }
    body = await body_of(response, most)
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(status=response.code, content_type=content_type, body=body, headers=headers)
