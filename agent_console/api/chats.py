"""Chats: what the agent at one says and does, and what whoever may read it reads of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import chat_documents, chat_files, scope
from agent_console.access import AsAgent, InContext, SignedIn
from agent_console.acting import AtDesk
from agent_console.answers import ReplyAnswer
from agent_console.api.bodies import Body
from agent_console.api.interactions import IdempotencyKey
from agent_console.api.letters import download
from agent_console.chat_documents import TranscriptAnswer
from agent_console.context import Context
from channels.chat.frames import Key
from config.errors import Kind, Refused
from crm_core.casework import texts
from crm_core.chat.model import AGENT, NewLine
from crm_core.users import User
from routing.core.events import WorkEnded
from routing.core.model import By, Medium, Phase
from routing.core.presence import Work

router = APIRouter(prefix="/interactions/{interaction}/chat", tags=["chats"])
MOST_WAIT_S = 25.0


class ChatMessage(Body):
    """`id` names it: the same again is the same one. `texts`: the templates that it was written with."""

    id: Key
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    texts: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=20)] = Field(
        default_factory=list
    )


class ChatTyping(Body):
    """Whether the agent types; to be said again every few seconds."""

    on: bool


class ChatRead(Body):
    """All up to this line is on the agent's screen."""

    seq: Annotated[int, Field(ge=0, le=1_000_000)]


class ChatByMail(Body):
    """What the agent writes to whoever has left."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class ChatLineAnswer(TypedDict):
    seq: int


@router.get("")
async def read_chat(  # noqa: PLR0917 - what the request brings, by FastAPI's rules
    interaction: str,
    user: SignedIn,
    within: InContext,
    at: AtDesk,
    after: Annotated[int, Query(ge=0)] = 0,
    wait: Annotated[float, Query(ge=0, le=MOST_WAIT_S)] = 0,
) -> TranscriptAnswer:
    """The lines after `after`; when there are none yet, as soon as there is one, within `wait` seconds. Whoever begins to read a chat that is not
    theirs is told to the audit trail."""
    await scope.readable_interaction(within, user, interaction)
    if after == 0 and interaction not in scope.held_by(within, user):
        await at.tell("chat_read", "interaction", interaction, {})
    return chat_documents.transcript(await within.chats.news_of(interaction, after, wait), after)


@router.post("/messages", status_code=201)
async def say_in_chat(
    interaction: str, given: ChatMessage, user: AsAgent, within: InContext
) -> ChatLineAnswer:
    """Say something; answered once it is kept. 409 `chat.ended`."""
    _own(within, user, interaction)
    text = given.text.strip()
    longest = within.settings.chat.message_chars
    if not text or len(text) > longest:
        raise Refused("chat.too_long" if text else "chat.empty", Kind.INVALID, pointer="/text", most=longest)
    new = NewLine(author=AGENT, key=given.id, text=text, author_id=user.id)
    line = await within.chats.say(interaction, new)
    if given.texts:
        name, now = f"{interaction}/{line.seq}", within.clock.now()
        await within.store.write(lambda c: texts.used(c, name, given.texts, user.id, now))
    return ChatLineAnswer(seq=line.seq)


@router.post("/typing", status_code=204)
async def type_in_chat(interaction: str, given: ChatTyping, user: AsAgent, within: InContext) -> None:
    """The visitor sees that somebody writes."""
    _own(within, user, interaction)
    within.chats.types(interaction, AGENT, on=given.on)


@router.post("/read", status_code=204)
async def saw_chat(interaction: str, given: ChatRead, user: AsAgent, within: InContext) -> None:
    """The visitor sees that it was read."""
    _own(within, user, interaction)
    within.chats.has_read(interaction, AGENT, given.seq)


@router.post("/files", status_code=201)
async def send_chat_file(  # noqa: PLR0917 - what the request brings, by FastAPI's rules
    interaction: str,
    request: Request,
    user: AsAgent,
    within: InContext,
    idempotency_key: IdempotencyKey,
    name: Annotated[str, Query(max_length=1000)] = "",
) -> ChatLineAnswer:
    """Send a file, as the body. The same key again is the same file."""
    _own(within, user, interaction)
    file = await chat_files.received(request, name, within.settings.chat.file_mb)
    line = await within.chats.say(
        interaction, NewLine(author=AGENT, key=idempotency_key, author_id=user.id, file=file)
    )
    return ChatLineAnswer(seq=line.seq)


@router.get("/files/{file}", response_class=Response)
async def read_chat_file(interaction: str, file: str, user: SignedIn, within: InContext) -> Response:
    """A file of the chat: a picture as one, everything else to be kept by the browser and never shown."""
    await scope.readable_interaction(within, user, interaction)
    found = await within.chats.file(interaction, file)
    if found.content_type in chat_files.SHOWN:
        headers = {
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=3600",
        }
        return Response(found.content, media_type=found.content_type, headers=headers)
    return download(found.content, found.name, found.content_type)


@router.post("/mail", status_code=201)
async def go_on_by_mail(  # noqa: PLR0917 - what the request brings, by FastAPI's rules
    interaction: str,
    given: ChatByMail,
    user: AsAgent,
    within: InContext,
    at: AtDesk,
    idempotency_key: IdempotencyKey,
) -> ReplyAnswer:
    """Go on by e-mail with a visitor who gave an address: the chat ends, what was said is quoted, and their answer comes into the same case. 409
    `letter.no_address`, `letter.no_sender`."""
    work = _own(within, user, interaction)
    talk = await within.chats.talk(interaction)
    if "@" not in talk.chat.address:
        raise Refused("letter.no_address", id=interaction)
    await within.chats.by_mail(interaction)
    letter = await within.letters.reply(
        interaction=work.id, author=user, text=given.text, idempotency_key=idempotency_key
    )
    await within.floor.settle(WorkEnded(interaction=work.id, by=By.AGENT, at=within.clock.now()))
    within.bus.publish("interaction", interaction)
    await at.tell("chat_mailed", "interaction", interaction, {"letter": letter})
    return ReplyAnswer(letter_id=letter)


def _own(within: Context, user: User, interaction: str) -> Work:
    work = scope.own_work(within, user, interaction)
    if work.medium is not Medium.CHAT or work.phase is not Phase.CONNECTED:
        raise scope.wrong_state(interaction, work)
    return work
