"""The port, the hand-over of sockets, the pages, and the end."""

import asyncio
import inspect
import socket
from pathlib import Path

import httpx
import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection
from websockets.http11 import Request, Response

from agent_console import openapi, pages
from agent_console.gate import allowed_origin, origins, token_in
from agent_console.handoff import Desk, protocol_class
from agent_console.headers import page_policy
from agent_console.listening import listen
from config.settings import ConfigurationError, Http
from tests.agent_console.house import House, open_house


def test_the_libraries_still_have_the_shape_that_the_hand_over_stands_on() -> None:
    """uvicorn makes the class with these words, and ServerConnection asks its server for these and no other things."""
    source = inspect.getsource(HttpToolsProtocol.handle_websocket_upgrade)
    for word in (
        "config=self.config",
        "server_state=self.server_state",
        "app_state=self.app_state",
        "protocol.connection_made(self.transport)",
        "protocol.data_received(",
        "self.transport.set_protocol(protocol)",
    ):
        assert word in source
    assert list(inspect.signature(ServerConnection.__init__).parameters)[:3] == ["self", "protocol", "server"]
    used = inspect.getsource(ServerConnection)
    asked = {part.split("(")[0].split(".")[0].split(" ")[0] for part in used.split("self.server.")[1:]}
    assert asked == {"handler", "handler_tasks", "is_serving"}
    assert all(hasattr(Desk, name) for name in ("handler", "is_serving"))
    assert hasattr(Server, "handler_tasks") or "handler_tasks" in inspect.getsource(Server.__init__)


async def test_sockets_are_handed_over_on_the_http_port() -> None:
    """One port answers HTTP and speaks with sockets; `check` may refuse a socket; closing says 1001."""

    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    async def check(connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(403, "no\n") if request.path == "/no" else None

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    desk = Desk(check, echo)
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    config = uvicorn.Config(app, ws=protocol_class(desk), http="httptools", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 204
    async with connect(f"ws://127.0.0.1:{port}/yes", proxy=None) as connection:
        await connection.send("hello")
        assert await connection.recv() == "hello"
        assert len(desk.connections) == 1
        with pytest.raises(Exception, match="403"):
            async with connect(f"ws://127.0.0.1:{port}/no", proxy=None):
                pass
        await desk.close()
        await connection.wait_closed()
        assert connection.close_code == 1001
    server.should_exit = True
    await serving
    assert not desk.handler_tasks


async def test_the_end_tells_the_browsers_and_frees_the_port(tmp_path: Path) -> None:
    """When the server ends, sockets close with 1001 and the port can be taken at once."""
    async with open_house(tmp_path) as house, house.browser("sue") as sue:
        async with house.listening(sue, "board") as board:
            await board.frame()
            port = int(house.origin.rpartition(":")[2])
            for task in asyncio.all_tasks():
                if task.get_name() == "console":
                    task.cancel()
            assert await board.until_closed() == 1001
        async with asyncio.timeout(10):
            while True:
                try:
                    listen("127.0.0.1", port).close()
                except ConfigurationError:
                    await asyncio.sleep(0.02)
                else:
                    break


def test_a_busy_port_is_a_sentence() -> None:
    """Taking a port that is used says which, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"\[http\] port {port} on 127.0.0.1 .* set another"):
            listen("127.0.0.1", port)


def test_a_strange_host_is_a_sentence() -> None:
    """An address that is not this machine's says so."""
    with pytest.raises(ConfigurationError, match=r"\[http\]"):
        listen("203.0.113.7", 8080)


async def test_pages_have_a_policy_and_files_may_be_kept(house: House) -> None:
    """The index is asked for each time and forbids foreign code; hashed files are kept for ever; nothing else is served."""
    static = house.console.context.static
    (static / "index.html").write_text("<!doctype html><html><head></head></html>", encoding="utf-8")
    (static / "assets" / "index-BX3kd81a.js").write_text("1", encoding="utf-8")
    (static / "favicon.svg").write_text("<svg/>", encoding="utf-8")
    (static.parent / "secret.txt").write_text("secret", encoding="utf-8")
    async with house.browser() as browser:
        for path in ("/", "/board"):
            page = await browser.get(path)
            assert page.headers["cache-control"] == "no-cache"
            policy = page.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            nonce = policy.partition("'nonce-")[2].partition("'")[0]
            assert f'<meta property="csp-nonce" content="{nonce}">' in page.text
        kept = await browser.get("/assets/index-BX3kd81a.js")
        assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (await browser.get("/favicon.svg")).headers["cache-control"] == "no-cache"
        for path in (
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/index.html",
            "/assets",
            "/nothing",
            "/%00",
            "/" + "a" * 5000,
        ):
            assert (await browser.get(path)).json()["code"] == "route.unknown"


async def test_a_missing_build_says_which_command_to_run(house: House) -> None:
    """Without built pages the server runs and tells how to build them."""
    async with house.browser() as browser:
        answer = await browser.get("/callus")
        assert answer.status_code == 503
        assert "deploy/build_console.py" in answer.text
        assert pages.build_of(house.console.context.static) == "unbuilt"


def test_the_policy_names_the_sockets_and_every_asterisk() -> None:
    """Connections go to ourselves and to the SIP of the Asterisk servers, nowhere else; no inline code; no words a policy lacks."""
    telephones = ("wss://north.example.com:8089/ws", "wss://south.example.com/ws")
    policy = page_policy(frozenset({"https://desk.example.com", "http://[::1]:8080"}), telephones, "n")
    assert (
        "connect-src 'self' wss://desk.example.com wss://north.example.com:8089 wss://south.example.com;"
        in policy
    )
    assert "[" not in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("http", "allowed"),
    [
        (Http(), {"http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"}),
        (Http(host="192.0.2.1", port=80), {"http://192.0.2.1"}),
        (Http(public_origin="https://desk.example.com/"), {"https://desk.example.com"}),
    ],
)
def test_our_own_origins(http: Http, allowed: set[str]) -> None:
    """The public origin alone where one is set, else the address we listen on, by each of its names for loopback."""
    assert origins(http) == allowed
    assert all(allowed_origin(each, allowed) for each in (None, *allowed))
    assert not allowed_origin("https://evil.example", allowed)
    assert not allowed_origin("null", allowed)


@pytest.mark.parametrize(
    ("cookies", "token"),
    [
        ("trunkline_session=abc", "abc"),
        ("a=b; trunkline_session=abc; c=d", "abc"),
        ("", None),
        ("trunkline_session", None),
        ('broken="; \x00; trunkline_session', None),
    ],
)
def test_the_token_in_a_cookie_header(cookies: str, token: str | None) -> None:
    """Found among others, and absent where the header is empty or broken."""
    assert token_in(cookies) == token


def test_the_saved_openapi_document_is_fresh() -> None:
    """docs/openapi.json is what the code says: python -m agent_console.openapi > docs/openapi.json."""
    saved = Path(__file__).parents[2] / "docs" / "openapi.json"
    assert saved.read_text(encoding="utf-8") == openapi.document()
