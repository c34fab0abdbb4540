"""Chat for visitors: the page that shows the widget, the widget itself, and the few requests that it makes. Its socket is `agent_console.chat_socket`."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import Field

from agent_console import chat_files
from agent_console.access import InContext, context
from agent_console.api.bodies import Body
from agent_console.api.letters import download
from agent_console.chat_guard import ChatGuard
from agent_console.context import Context
from agent_console.problems import STATUS_OF
from agent_console.public import rendering
from agent_console.public.help_pages import peer
from agent_console.public.rendering import View
from agent_console.public.routes import PageRoute
from agent_console.public.words import chosen
from channels.chat import transcript
from channels.chat.frames import Key
from channels.email.sending import writing
from config.errors import Kind, Refused, Unavailable
from crm_core.chat import doors, kept
from crm_core.chat.doors import Door
from crm_core.chat.model import VISITOR, Chat, NewChat, NewLine
from routing.core.model import QueueId

_PAGE_POLICY = rendering.POLICY.replace("img-src 'self'", "img-src 'self' blob:") + "; script-src 'self'"
WIDGET = "chat/trunkline-chat.js"
_DoorKey = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


class _WidgetRoute(APIRoute):
    """Answers that a page of another origin may read; refusals as codes, which the widget has words for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            guard, origin = context(request).chat_guard, request.headers.get("origin")
            try:
                _must_be_allowed(request, guard, origin)
                given = await handler(request)
            except Refused as refusal:
                given = _problem(STATUS_OF[refusal.kind], refusal.code, **refusal.params)
            except RequestValidationError:
                given = _problem(422, "chat.form")
            except Unavailable:
                given = _problem(503, "chat.later")
            given.headers.update(guard.headers(origin))
            given.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return given

        return answer


pages = APIRouter(include_in_schema=False, route_class=PageRoute)
router = APIRouter(include_in_schema=False, route_class=_WidgetRoute, prefix="/chat")


class Beginning(Body):
    """What the form before a chat sends. `token` is the visitor's own key, made by their browser: it opens this chat alone, and the same again is
    the same chat. `nonce` is the work on the puzzle."""

    door: _DoorKey
    token: Annotated[str, Field(min_length=32, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
    language: Annotated[str, Field(max_length=20)]
    name: Annotated[str, Field(max_length=200)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    question: Annotated[str, Field(max_length=20_000)]
    consent: bool = False
    puzzle: Annotated[str, Field(max_length=200)]
    nonce: Annotated[str, Field(max_length=40)]


@pages.get("/chat")
async def chat_page(request: Request, within: InContext, door: str = doors.MAIN) -> HTMLResponse:
    """The widget on a page of ours; without JavaScript, the way to the form."""
    view = View(request, within)
    known = await within.store.read(lambda c: doors.door(c, door[:40], view.language))
    if known is None:
        raise Refused("chat.door_unknown", Kind.MISSING)
    page = view.page("chat.html", door=known.key, mail=known.mail_address)
    # its own script and socket, and pictures that it has fetched with the visitor's key
    sockets = " ".join(sorted(each.replace("http", "ws", 1) for each in within.origins if "[" not in each))
    page.headers["Content-Security-Policy"] = f"{_PAGE_POLICY}; connect-src 'self' {sockets}"
    return page


@router.get("/widget.js")
async def read_widget(within: InContext) -> Response:
    """The custom element, for any page that may show it."""
    path = within.static / WIDGET
    if not path.is_file():
        raise Refused("route.unknown", Kind.MISSING)
    return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": "public, max-age=300"})


@router.get("/doors/{key}")
async def read_door(key: str, request: Request, within: InContext, lang: str = "") -> JSONResponse:
    """What is asked before a chat, whether one can begin now, and the puzzle."""
    language = chosen(lang, request.headers.get("accept-language", ""))
    door = await _door(within, key, language)
    chat = within.settings.chat
    return JSONResponse(
        {
            "open": _is_open(within, door),
            "centre": within.centre_name,
            "greeting": door.greeting,
            "consent": door.consent,
            "ask_name": door.ask_name,
            "ask_email": door.ask_email,
            "files": door.files,
            "file_mb": chat.file_mb,
            "message_chars": chat.message_chars,
            "mail": door.mail_address,
            "form": f"{min(within.origins)}/help/ask?lang={language}" if within.settings.portal.help else "",
            "puzzle": within.chat_guard.puzzle(),
            "bits": within.chat_guard.bits,
        },
        headers={"Cache-Control": "no-store"},
    )


@router.post("/conversations", status_code=201)
async def begin_chat(given: Beginning, request: Request, within: InContext) -> JSONResponse:
    """Begin one. The same key again gives the same chat, whatever else is said."""
    known = await within.store.read(lambda c: kept.by_token(c, kept.hash_of(given.token)))
    if known is not None:
        return JSONResponse({"id": known.id}, 201)
    language = chosen(given.language, "")
    door = await _door(within, given.door, language)
    within.chat_guard.check(given.puzzle, given.nonce)
    _must_be_filled_in(door, given, within.settings.chat.message_chars)
    if not _is_open(within, door):
        raise Refused("chat.closed")
    within.chat_guard.may_begin(peer(request))
    new = NewChat(
        token_sha256=kept.hash_of(given.token),
        door=door.key,
        queue_id=door.queue_id,
        language=language,
        name=" ".join(given.name.split()),
        address=given.email.strip(),
        origin=request.headers.get("origin", "")[:200],
        question=given.question.strip(),
        consented=given.consent,
    )
    chat = await within.chats.begin(new)
    within.bus.publish("interaction", chat.id)
    return JSONResponse({"id": chat.id}, 201)


@router.post("/files", status_code=201)
async def send_file(
    request: Request,
    within: InContext,
    key: Annotated[Key, Query(alias="id")],
    name: str = "",
) -> JSONResponse:
    """A file from the visitor, as the body; `id` names this sending."""
    chat = await _own(request, within)
    door = await within.store.read(lambda c: doors.door(c, chat.door, chat.language))
    if door is not None and not door.files:
        raise Refused("chat.no_files", Kind.FORBIDDEN)
    if not within.chat_guard.may_say(chat.id):
        raise Refused("chat.too_fast", Kind.TOO_MANY)
    file = await chat_files.received(request, name, within.settings.chat.file_mb)
    line = await within.chats.say(chat.id, NewLine(author=VISITOR, key=key, file=file))
    return JSONResponse({"seq": line.seq}, 201)


@router.get("/files/{file}")
async def read_file(file: str, request: Request, within: InContext) -> Response:
    """A file of the visitor's own chat."""
    chat = await _own(request, within)
    found = await within.chats.file(chat.id, file)
    return download(found.content, found.name, found.content_type)


@router.get("/transcript")
async def read_transcript(request: Request, within: InContext) -> Response:
    """What was said, as a text to keep."""
    chat = await _own(request, within)
    lines = await within.store.read(lambda c: kept.lines(c, chat.id))
    said = transcript.text(chat, lines, within.settings.centre.time_zone)
    return download(f"{said}\n".encode("utf-8", "replace"), "chat.txt", "text/plain; charset=utf-8")


@router.post("/transcript", status_code=204)
async def mail_transcript(request: Request, within: InContext) -> Response:
    """The same to the address that the visitor gave, once the chat is over and somebody has answered in it: so nobody has strangers written to."""
    chat = await _own(request, within)
    await within.chats.mail_transcript(chat)
    return Response(status_code=204)


@router.options("/{rest:path}")
async def preflight(rest: str) -> Response:
    """A browser asks before it lets another origin's page ask (Fetch, 4.8)."""
    return Response(status_code=204)


def _must_be_allowed(request: Request, guard: ChatGuard, origin: str | None) -> None:
    if "\0" in request.url.path or "%00" in request.url.query:
        raise Refused("request.invalid", Kind.INVALID)
    if not guard.allows(origin) and request.url.path != "/chat/widget.js":
        raise Refused("request.origin", Kind.FORBIDDEN)


def _problem(status: int, code: str, **params: Any) -> JSONResponse:
    return JSONResponse({"code": code, "params": params}, status, media_type="application/problem+json")


async def _door(within: Context, key: str, language: str) -> Door:
    found = await within.store.read(lambda c: doors.door(c, key[:40], language))
    if found is None:
        raise Refused("chat.door_unknown", Kind.MISSING)
    return found


def _is_open(within: Context, door: Door) -> bool:
    """By the hours of its queue, and not closed for an emergency."""
    directory, queue = within.hub.world.directory, QueueId(door.queue_id)
    known, hours = directory.queues.get(queue), directory.opening.get(queue)
    if known is not None and known.closed:
        return False
    now = within.clock.now()
    return hours is None or any(start <= now < end for start, end in hours.spans)


def _must_be_filled_in(door: Door, given: Beginning, longest: int) -> None:
    if "\0" in f"{given.name}{given.email}{given.question}":
        raise Refused("chat.form", Kind.INVALID)
    if door.ask_name == "required" and not given.name.strip():
        raise Refused("chat.name", Kind.INVALID)
    email = given.email.strip()
    if (email or door.ask_email == "required") and not writing.is_address(email):
        raise Refused("chat.email", Kind.INVALID)
    if not given.question.strip() or len(given.question) > longest:
        raise Refused("chat.question", Kind.INVALID)
    if door.consent and not given.consent:
        raise Refused("chat.consent", Kind.INVALID)


async def _own(request: Request, within: Context) -> Chat:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 32 <= len(token) <= 128:
        raise Refused("chat.unknown", Kind.UNAUTHENTICATED)
    return await within.chats.of_visitor(token)
