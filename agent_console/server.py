"""The console's server: one port for pages, API and sockets, uvicorn in-process on the loop that everything shares."""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from agent_console import application, pages
from agent_console.chat_guard import ChatGuard
from agent_console.chat_socket import ChatSocket
from agent_console.context import Context
from agent_console.door import Door
from agent_console.gate import origins
from agent_console.handoff import Desk, protocol_class
from agent_console.hub import Hub
from agent_console.links import links
from agent_console.listening import listen
from agent_console.oidc.provider import Provider
from agent_console.oidc.web import Web
from agent_console.ports import (
    Calls,
    Conferences,
    Consults,
    Dialling,
    Faxes,
    Letters,
    MailIn,
    MailPart,
    Pauses,
    Phones,
    Talks,
    Watches,
)
from agent_console.rate import Rate
from channels.attachments.process import ReadingProcess
from channels.chat.rooms import ChatRooms
from config.clock import Clock
from config.logs import Transcript
from config.settings import Settings
from crm_core.sealing import Seal
from crm_core.store import Store
from routing.bus import Bus
from routing.floor import Floor

_TRANSCRIPT = Transcript("console")
_GUESTS, _GUESTS_WINDOW_S = 10, 60.0
_LAST_REQUESTS_S = 3
_PLAY_S = 900.0
"""A player asks for many ranges of a recording: so long they are one play."""


class ConsoleServer:
    """`run` until cancelled, on the port that `bind` takes or that is handed over as `listening`."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        floor: Floor,
        bus: Bus,
        clock: Clock,
        *,
        phones: Phones,
        letters: Letters,
        calls: Calls,
        talks: Talks,
        consults: Consults,
        dialling: Dialling,
        conferences: Conferences,
        watches: Watches,
        pauses: Pauses,
        chats: ChatRooms,
        mail: Sequence[MailPart],
        recordings: Sequence[MailPart] = (),
        mail_in: MailIn | None = None,
        faxes: Faxes | None = None,
        static: Path = pages.STATIC,
        listening: socket.socket | None = None,
    ) -> None:
        application.routed()
        self._http = settings.http
        self._socket = listening
        build = pages.build_of(static)
        watched = links(calls, mail, recordings)
        self.hub = Hub(
            store=store,
            floor=floor,
            bus=bus,
            clock=clock,
            links=watched,
            build=build,
            listening_is_shown=settings.centre.listening_is_shown,
            pause_ends_after_s=settings.recordings.pause_ends_after_s,
            chats=chats,
        )
        self.context = Context(
            settings=settings,
            store=store,
            floor=floor,
            bus=bus,
            clock=clock,
            phones=phones,
            letters=letters,
            calls=calls,
            talks=talks,
            consults=consults,
            dialling=dialling,
            conferences=conferences,
            watches=watches,
            pauses=pauses,
            chats=chats,
            chat_guard=ChatGuard(settings, origins(settings.http), clock),
            links=watched,
            hub=self.hub,
            origins=origins(settings.http),
            build=build,
            static=static,
            guests=Rate(_GUESTS, _GUESTS_WINDOW_S),
            plays=Rate(1, _PLAY_S),
            seal=_seal(settings),
            faxes=faxes,
            provider=Provider(settings.oidc, Web(), clock) if settings.oidc.issuer else None,
            mail_in=mail_in,
            pictures=ReadingProcess(),
        )

    def bind(self) -> None:
        """Take the port; `ConfigurationError` says what to do when it cannot be had."""
        self._socket = listen(self._http.host, self._http.port)

    async def run(self) -> None:
        """Serve until cancelled; then browsers are told (1001) and the port is given back."""
        if self._socket is None:
            self.bind()
        assert self._socket is not None  # noqa: S101 - bind either sets it or raises
        within = self.context
        chats = ChatSocket(within.chats, within.chat_guard, within.clock, within.settings.chat.message_chars)
        door = Door(self.hub, within.store, within.clock, within.origins, chats)
        desk = Desk(door.check, door.serve)
        server = _server(self.context, desk)
        await self.context.floor.restored()  # before that every agent would look signed out
        await self.hub.read_directory()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.hub.run(), name="console hub")
                tasks.create_task(_serve(server, desk, self._socket), name="console http")
                _TRANSCRIPT.note("-", "", f"listening on http://{self._http.host}:{self._http.port}")
        finally:
            await self.context.pictures.close()
            self._socket.close()
            self._socket = None


def _seal(settings: Settings) -> Seal | None:
    key = settings.sign_in.secrets_key.get_secret_value()
    return Seal(key) if key else None


async def _serve(server: uvicorn.Server, desk: Desk, listening: socket.socket) -> None:
    serving = asyncio.create_task(server.serve([listening]), name="uvicorn")
    try:
        await asyncio.shield(serving)
    finally:
        # uvicorn does not know the sockets it handed over: they are told first, then it may stop.
        await desk.close()
        server.should_exit = True
        await serving


def _server(context: Context, desk: Desk) -> uvicorn.Server:
    config = uvicorn.Config(
        application.build(context),
        ws=protocol_class(desk),
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_LAST_REQUESTS_S,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]  # Twisted keeps them
    return server
