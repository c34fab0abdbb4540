"""What every answer carries: a request id, and headers that tell the browser what our pages never do.

Also the size of a request's body: read nothing larger than any call of ours could be.
"""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_console.problems import CONTENT_TYPE
from config.ids import new_id

MAX_BODY_BYTES = 1_000_000
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_TOO_LARGE = b'{"type":"urn:trunkline:problem:request.too_large","title":"Content Too Large","status":413,"code":"request.too_large","params":{},"errors":[],"request_id":""}'


def page_policy(origins: frozenset[str], browser_ws_url: str, nonce: str) -> str:
    """The Content-Security-Policy of our pages (CSP level 3).

    Sockets are named, because not every browser counts them to 'self'. `nonce` lets the component library add its one
    style element; sound of a call is a MediaStream, which no directive restricts, and ringing is a blob.
    """
    sockets = " ".join(sorted(origin.replace("http", "ws", 1) for origin in origins))
    asterisk = urlsplit(browser_ws_url)
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self' {sockets} {asterisk.scheme}://{asterisk.netloc}",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "media-src 'self' blob: mediastream:",
            "frame-src 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


class SafeAnswers:
    """ASGI middleware; an answer's own header wins over the common one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in (*_ALWAYS.items(), ("Content-Security-Policy", _NOTHING)):
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_safely)


class BoundedBodies:
    """ASGI middleware: 413 for a body over `MAX_BODY_BYTES`, announced or counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _announced(scope) > MAX_BODY_BYTES:
            await _refuse(send)
            return
        taken = 0

        async def receive_bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MAX_BODY_BYTES:
                return {
                    "type": "http.disconnect"
                }  # it announced less than it sends, or nothing: no answer is owed
            return message

        await self._app(scope, receive_bounded, send)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", CONTENT_TYPE.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE})
