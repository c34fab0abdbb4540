"""What every answer carries, a bug's too: a request id, and headers that tell the browser what our pages never do.

Also the size of a request's body: nothing larger is read than any call of ours could be.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_console import chat_files
from agent_console.problems import problem
from config.ids import new_id
from config.logs import Transcript

_TRANSCRIPT = Transcript("console")

MAX_BODY_BYTES = 1_000_000
MAX_UPLOAD_BYTES = 1_000_000_000
UPLOADS = frozenset(("/api/v1/imports",))
"""Paths whose bodies are files: written to the disk as they come, never held."""
SOUNDS = re.compile(r"/api/v1/prompts/[^/]+/sounds/[^/]+")
MAX_SOUND_BYTES = 21_000_000
DRAFT_FILES = re.compile(r"/api/v1/drafts/[^/]+/files/[^/]+")
MAX_DRAFT_FILE_BYTES = 50_000_000
"""The settings say how much of that a letter may have."""
FORMS = re.compile(r"/forms/[^/]+(/[^/]+)?|/api/v1/forms/[^/]+/submissions")
MAX_FORM_BYTES = 60_000_000
"""With its files: several, each within its form's own limit."""
FAXES = re.compile(r"/api/v1/(cases|interactions)/[^/]+/faxes")
MAX_FAX_BYTES = 21_000_000
"""15 MB of files, in base64 (RFC 4648, 4)."""
PAPER = re.compile(r"/api/v1/cases/[^/]+/paper")
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def page_policy(origins: frozenset[str], telephones: Iterable[str], nonce: str) -> str:
    """The Content-Security-Policy of our pages (CSP level 3). `telephones`: the addresses at which browsers reach the Asterisk servers.

    Sockets are named, because not every browser counts them to 'self'. `nonce` lets the component library add its one
    style element; sound of a call is a MediaStream, which no directive restricts, and ringing is a blob.
    """
    # a policy has no words for IPv6 literals; there 'self' must do
    sockets = sorted(origin.replace("http", "ws", 1) for origin in origins if "[" not in origin)
    asterisks = dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in map(urlsplit, telephones))
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self' {' '.join((*sockets, *asterisks))}",
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
        begun = False

        async def send_safely(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(MutableHeaders(scope=message), scope["path"], request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as error:
            # A bug in one answer must not take the calls down with it: it is told and counted, the server goes on.
            _TRANSCRIPT.crash(f"{scope['method']} {scope['path']} {request_id}", error)
            if begun:
                raise
            await problem(Request(scope), 500, "server.bug")(scope, receive, send_safely)


def _add_headers(headers: MutableHeaders, path: str, request_id: str) -> None:
    headers["X-Request-ID"] = request_id
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", _NOTHING)
    if path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")


class BoundedBodies:
    """ASGI middleware: whoever reads a body over `MAX_BODY_BYTES` (files: `MAX_UPLOAD_BYTES`), announced or counted, meets a 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = _announced(scope)
        most = _most(scope.get("path", ""))
        announced = taken > 0

        async def receive_bounded() -> Message:
            nonlocal taken
            if taken > most:
                raise HTTPException(413)
            message = await receive()
            if not announced:
                taken += len(message.get("body", b""))
            return message

        await self._app(scope, receive_bounded, send)


def _most(path: str) -> int:
    if path in UPLOADS:
        return MAX_UPLOAD_BYTES
    if DRAFT_FILES.fullmatch(path):
        return MAX_DRAFT_FILE_BYTES
    if FORMS.fullmatch(path):
        return MAX_FORM_BYTES
    if chat_files.PATHS.fullmatch(path):
        return chat_files.MAX_FILE_BYTES
    if FAXES.fullmatch(path):
        return MAX_FAX_BYTES
    is_file = SOUNDS.fullmatch(path) or PAPER.fullmatch(path)
    return MAX_SOUND_BYTES if is_file else MAX_BODY_BYTES


def _announced(scope: Scope) -> int:
    """Content-Length, which the server holds the client to; 0 for a body in chunks (RFC 9112, 7.1)."""
    lengths = [value for name, value in scope.get("headers", ()) if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
