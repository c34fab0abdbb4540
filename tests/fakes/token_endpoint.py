"""A token endpoint as providers of mailboxes have one (RFC 6749, 6), with the introspection that a mail server asks (RFC 7662)."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(slots=True)
class TokenEndpoint:
    """Gives an access token for the refresh token that counts, and hands out a new refresh token with it when `rotates`."""

    user: str
    refresh_token: str = "refresh-0"
    client: tuple[str, str] = ("client", "client secret")
    rotates: bool = False
    lasts_s: int = 3600
    withdrawn: bool = False
    down: bool = False
    asked: int = 0
    good: set[str] = field(default_factory=set)
    server: ThreadingHTTPServer | None = None

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What is answered to a form."""
        self.asked += 1
        if self.down:
            return 503, {"error": "temporarily_unavailable"}
        if (form.get("client_id"), form.get("client_secret")) != self.client:
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") != "refresh_token":
            return 400, {"error": "unsupported_grant_type"}
        if self.withdrawn or form.get("refresh_token") != self.refresh_token:
            return 400, {"error": "invalid_grant"}
        access = f"access-{self.asked}"
        self.good.add(access)
        told: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": self.lasts_s}
        if self.rotates:
            self.refresh_token = f"refresh-{self.asked}"
            told["refresh_token"] = self.refresh_token
        return 200, told

    def introspect(self, token: str) -> dict[str, Any]:
        """Whether it is one of ours, and whose."""
        return {"active": True, "email": self.user} if token in self.good else {"active": False}

    @property
    def url(self) -> str:
        assert self.server
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "TokenEndpoint":
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.server
        self.server.shutdown()
        self.server.server_close()


def _handler(endpoint: TokenEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: given[0] for name, given in parse_qs(raw).items()}
            self._say(*endpoint.token(form))

        def do_GET(self) -> None:
            header = self.headers.get("Authorization", "")
            given = (
                header.removeprefix("Bearer ") or parse_qs(urlsplit(self.path).query).get("token", [""])[0]
            )
            self._say(200, endpoint.introspect(given))

        def _say(self, code: int, told: dict[str, Any]) -> None:
            raw = json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Quietly."""

    return Handler
