"""Prompts that flows say: administrators upload them, supervisors hear them."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import StringConstraints

from agent_console import flow_documents as documents
from agent_console.access import AsSupervisor, InContext
from agent_console.acting import AtAdministration, Desk
from agent_console.api.bodies import Body
from agent_console.flow_documents import PromptAnswer, PromptsAnswer
from agent_console.tags import IfMatch, tag_of, version_of
from config.errors import Kind, Refused
from crm_core.flows import prompts
from crm_core.flows.model import Language
from crm_core.flows.prompts import KeptPrompt
from crm_core.flows.sound import LARGEST_BYTES, wav
from crm_core.flows.sound_worker import converted
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/prompts", tags=["prompts"])

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
]
Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]


class GivenPrompt(Body):
    """`text`: what is said, for whoever reads it or records it anew."""

    name: Name
    text: Said = ""


@router.get("")
async def list_prompts(user: AsSupervisor, within: InContext) -> PromptsAnswer:
    """Those that were uploaded, and those that come with the product."""
    found = await within.store.read(prompts.listed)
    return PromptsAnswer(items=[documents.prompt(each) for each in found], ours=documents.ours())


@router.post("", status_code=201)
async def create_prompt(given: GivenPrompt, at: AtAdministration, response: Response) -> PromptAnswer:
    """One without a sound yet. 409 `prompt.name_taken`."""
    return await _changed(at, response, lambda c, acting: prompts.create(c, acting, given.name, given.text))


@router.get("/{prompt}")
async def read_prompt(prompt: str, user: AsSupervisor, within: InContext, response: Response) -> PromptAnswer:
    """One."""
    return _answer(response, await within.store.read(lambda c: prompts.one(c, prompt)))


@router.put("/{prompt}")
async def change_prompt(
    prompt: str, given: GivenPrompt, at: AtAdministration, response: Response, match: IfMatch = None
) -> PromptAnswer:
    """Another name and text."""
    version = version_of(match)
    return await _changed(
        at,
        response,
        lambda c, acting: prompts.change(
            c, acting, prompt, name=given.name, text=given.text, version=version
        ),
    )


@router.delete("/{prompt}", status_code=204)
async def remove_prompt(prompt: str, at: AtAdministration, match: IfMatch = None) -> None:
    """With its sounds. 409 `prompt.in_use` while a flow says it, `prompt.in_use_by_queue` while callers of a queue hear it."""
    version = version_of(match)
    await at.write(lambda c, acting: prompts.remove(c, acting, prompt, version))
    _published(at, prompt)


@router.put("/{prompt}/sounds/{language}")
async def upload_sound(
    prompt: str, language: Language, request: Request, at: AtAdministration, response: Response
) -> PromptAnswer:
    """The request's body is a WAV file: PCM of 8 to 32 bits, one or two channels, any rate, at most five minutes and 20 MB. It is kept as a telephone
    carries it (u-law, 8 kHz). 422 `prompt.no_wav`, `prompt.no_pcm`, `prompt.too_long`, `prompt.too_large`, `prompt.empty`."""
    await at.within.store.read(lambda c: prompts.one(c, prompt))
    ulaw = await converted(await _body(request))
    return await _changed(
        at, response, lambda c, acting: prompts.set_sound(c, acting, prompt, language, ulaw)
    )


@router.get("/{prompt}/sounds/{language}", response_class=Response)
async def hear_sound(prompt: str, language: Language, user: AsSupervisor, within: InContext) -> Response:
    """As a WAV file (u-law, 8 kHz)."""
    ulaw = await within.store.read(lambda c: prompts.sound(c, prompt, language))
    headers = {"Cache-Control": "private, no-cache"}
    return Response(wav(ulaw), headers=headers, media_type="audio/wav")


@router.delete("/{prompt}/sounds/{language}")
async def remove_sound(
    prompt: str, language: Language, at: AtAdministration, response: Response
) -> PromptAnswer:
    """Callers of this language hear it in another one then. 409 `prompt.in_use` for the last sound of one that a flow says."""
    return await _changed(at, response, lambda c, acting: prompts.remove_sound(c, acting, prompt, language))


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LARGEST_BYTES:
            raise Refused("prompt.too_large", Kind.INVALID, most=LARGEST_BYTES // 1_000_000)
    return bytes(content)


async def _changed(
    at: Desk, response: Response, work: Callable[[Connection, Acting], KeptPrompt]
) -> PromptAnswer:
    changed = await at.write(work)
    _published(at, changed.id)
    return _answer(response, changed)


def _answer(response: Response, prompt: KeptPrompt) -> PromptAnswer:
    response.headers["ETag"] = tag_of(prompt.row_version)
    return documents.prompt(prompt)


def _published(at: Desk, prompt: str) -> None:
    at.within.bus.publish("prompt", prompt)
    at.within.bus.publish("config", prompt)
