"""What a browser must show at the door: the words shared by the API's and the socket's checks."""

from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie

from starlette.requests import Request

from config.settings import Http
from crm_core.users import User

COOKIE = "trunkline_session"
HEADER = "X-Trunkline"
SOCKET_PATH = "/api/v1/socket"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def origins(http: Http) -> frozenset[str]:
    """The origins our own pages have; every other page's requests are refused."""
    if http.public_origin:
        return frozenset({http.public_origin.rstrip("/")})
    host = f"[{http.host}]" if ":" in http.host else http.host
    hosts = _LOOPBACK if host in _LOOPBACK else (host,)
    port = "" if http.port == 80 else f":{http.port}"  # browsers leave the default port out (RFC 6454, 6.2)
    return frozenset(f"http://{each}{port}" for each in hosts)


def address_of(request: Request) -> str:
    """From where a request comes, as the server's socket sees it."""
    return request.client.host if request.client else ""


def allowed_origin(origin: str | None, allowed: Collection[str]) -> bool:
    """A browser always names the origin where it matters; a program that names none holds no stolen cookie."""
    return origin is None or origin in allowed


def may_view(user: User, view: str) -> bool:
    """Which of the socket's views a user may open."""
    return user.role == "agent" if view == "agent" else user.role in ("supervisor", "admin")


def token_in(cookies: str) -> str | None:
    """The session's token in a Cookie header, if there is one (RFC 6265)."""
    try:
        jar = SimpleCookie(cookies)
    except CookieError:
        return None
    return jar[COOKIE].value if COOKIE in jar else None
