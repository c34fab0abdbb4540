"""Entry flows: administrators write, try and publish them, supervisors read them."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints

from agent_console import flow_documents as documents
from agent_console.access import AsSupervisor, InContext
from agent_console.acting import AtAdministration, AtDesk, Desk
from agent_console.api.bodies import Body
from agent_console.context import Context
from agent_console.flow_documents import (
    FiguresAnswer,
    FlowAnswer,
    FlowsAnswer,
    ProblemsAnswer,
    VersionAnswer,
    VersionsAnswer,
    WayAnswer,
)
from agent_console.tags import IfMatch, tag_of, version_of
from config.errors import Kind, Refused
from crm_core.flows import kept, preview, validation, visits
from crm_core.flows import known as known_things
from crm_core.flows.kept import KeptFlow
from crm_core.flows.model import Flow, Language
from crm_core.flows.preview import Tried
from crm_core.flows.validation import Known, Problem
from crm_core.flows.visits import LONGEST_SPAN_S
from crm_core.guard import plan, plans
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/flows", tags=["flows"])

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")]
Moment = Annotated[float, Field(ge=0, le=1e11)]


class GivenFlow(Body):
    """A name, and the whole draft. It may be unfinished; what it says must have the shape of a flow."""

    name: Name
    document: Flow = Field(default_factory=Flow)


class GivenDocument(Body):
    """A document to be looked at; left out: the draft as it is kept."""

    document: Flow | None = None


class Publishing(Body):
    """What has changed, in a few words."""

    note: Note = ""


class Restoring(Body):
    version: Annotated[int, Field(ge=1)]


class Trying(Body):
    """A caller: from which number, at which moment (null: now), spoken to in which language until they choose. `keys`: at each question in turn;
    an empty text is silence, `hangup` the end of the call. `outcomes`: by step, what comes of it instead of what would be looked up (`closed`,
    `known`, `found`, `refused`, `failed`, ...)."""

    document: Flow | None = None
    number: Annotated[str, Field(max_length=40)] = ""
    at: Moment | None = None
    language: Language = "en"
    keys: Annotated[
        list[Annotated[str, Field(pattern=r"^([0-9*#]{0,32}|hangup)$")]], Field(max_length=200)
    ] = Field(default_factory=list)
    outcomes: dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]] = (
        Field(default_factory=dict, max_length=100)
    )


@router.get("")
async def list_flows(user: AsSupervisor, within: InContext) -> FlowsAnswer:
    """All, by name."""
    found = await within.store.read(kept.listed)
    return FlowsAnswer(items=[documents.brief(each) for each in found])


@router.post("", status_code=201)
async def create_flow(given: GivenFlow, at: AtAdministration, response: Response) -> FlowAnswer:
    """A new one, which no caller goes through yet. 409 `flow.name_taken`."""
    return await _changed(at, response, lambda c, acting: kept.create(c, acting, given.name, given.document))


@router.get("/{flow}")
async def read_flow(flow: str, user: AsSupervisor, within: InContext, response: Response) -> FlowAnswer:
    """The draft, with what is wrong with it."""
    return _answer(response, *await within.store.read(lambda c: _judged(c, within, kept.one(c, flow))))


@router.put("/{flow}")
async def save_flow(
    flow: str, given: GivenFlow, at: AtAdministration, response: Response, match: IfMatch = None
) -> FlowAnswer:
    """Another name and draft; callers go on through what is published. 412 `record.stale`: somebody was quicker."""
    version = version_of(match)
    return await _changed(
        at,
        response,
        lambda c, acting: kept.save(c, acting, flow, name=given.name, draft=given.document, version=version),
    )


@router.delete("/{flow}", status_code=204)
async def remove_flow(flow: str, at: AtAdministration, match: IfMatch = None) -> None:
    """409 `flow.in_use` while a number leads through it."""
    version = version_of(match)
    await at.write(lambda c, acting: kept.remove(c, acting, flow, version))
    _published(at, flow)


@router.post("/{flow}/validate")
async def validate_flow(
    flow: str, given: GivenDocument, user: AsSupervisor, within: InContext
) -> ProblemsAnswer:
    """All that is wrong with a document, without keeping it."""

    def look(conn: Connection) -> list[Problem]:
        document = given.document or kept.one(conn, flow).draft
        return validation.problems(document, _known(conn, within))

    return ProblemsAnswer(problems=documents.problems(await within.store.read(look)))


@router.post("/{flow}/publish")
async def publish_flow(
    flow: str, given: Publishing, at: AtAdministration, response: Response, match: IfMatch = None
) -> FlowAnswer:
    """Callers go through the draft from the next call on. 422 with every error that is in it; a draft that is published already makes no new
    version."""
    version = version_of(match)

    def publish(conn: Connection, acting: Acting) -> KeptFlow:
        return kept.publish(conn, acting, flow, _known(conn, at.within), note=given.note, version=version)

    return await _changed(at, response, publish)


@router.get("/{flow}/versions")
async def list_flow_versions(flow: str, user: AsSupervisor, within: InContext) -> VersionsAnswer:
    """All that were published once."""
    found = await within.store.read(lambda c: kept.versions(c, flow))
    name = within.hub.world.directory.user_name
    return VersionsAnswer(items=[documents.version_brief(each, name(each.published_by)) for each in found])


@router.get("/{flow}/versions/{version}")
async def read_flow_version(flow: str, version: int, user: AsSupervisor, within: InContext) -> VersionAnswer:
    """One with its document."""
    found = await within.store.read(lambda c: kept.of_version(c, flow, version))
    return documents.version(found, within.hub.world.directory.user_name(found.published_by))


@router.post("/{flow}/restore")
async def restore_flow(
    flow: str, given: Restoring, at: AtAdministration, response: Response, match: IfMatch = None
) -> FlowAnswer:
    """An old version is the draft again; publish it, and callers go through it."""
    version = version_of(match)
    return await _changed(
        at, response, lambda c, acting: kept.restore(c, acting, flow, given.version, version)
    )


@router.post("/{flow}/preview")
async def preview_flow(flow: str, given: Trying, at: AtDesk, user: AsSupervisor) -> WayAnswer:
    """What a caller would go through. Nobody is called, nothing is written; hours, callers' numbers and contracts are looked up as they are, and
    a number that needs a PIN counts as missing."""
    within = at.within
    tried = Tried(
        at=within.clock.now() if given.at is None else given.at,
        number=given.number,
        language=given.language,
        keys=tuple(given.keys),
        outcomes=given.outcomes,
    )
    way = await within.store.read(lambda c: preview.way(c, given.document or kept.one(c, flow).draft, tried))
    return documents.way(way)


@router.get("/{flow}/figures")
async def read_flow_figures(
    flow: str,
    user: AsSupervisor,
    within: InContext,
    since: Annotated[Moment, Query()],
    until: Annotated[Moment | None, Query()] = None,
) -> FiguresAnswer:
    """How many came through it between two moments (a year at most), how it ended for them, and where they hung up."""
    end = within.clock.now() if until is None else until
    if not since < end <= since + LONGEST_SPAN_S:
        raise Refused("request.span", Kind.INVALID, pointer="/query/until", most_s=LONGEST_SPAN_S)
    found = await within.store.read(lambda c: _figures(c, flow, since, end))
    return documents.figures(found, since, end)


def _figures(conn: Connection, flow: str, since: float, until: float) -> visits.Figures:
    kept.one(conn, flow)
    return visits.figures(conn, flow, since, until)


async def _changed(
    at: Desk, response: Response, work: Callable[[Connection, Acting], KeptFlow]
) -> FlowAnswer:
    changed, found = await at.write(lambda c, acting: _judged(c, at.within, work(c, acting)))
    _published(at, changed.id)
    return _answer(response, changed, found)


def _judged(conn: Connection, within: Context, flow: KeptFlow) -> tuple[KeptFlow, list[Problem]]:
    return flow, validation.problems(flow.draft, _known(conn, within))


def _known(conn: Connection, within: Context) -> Known:
    """By the plans of the queues, whichever; when a caller comes, that of their number's queue decides."""
    settled = plan.from_settings(within.settings.asterisk.outside_numbers)
    decide = plans.of_queues(conn, settled)
    return known_things.read(conn, lambda number: any(plan.may_dial(each, number) for each in decide))


def _answer(response: Response, flow: KeptFlow, found: list[Problem]) -> FlowAnswer:
    response.headers["ETag"] = tag_of(flow.row_version)
    return documents.flow(flow, found)


def _published(at: Desk, flow: str) -> None:
    at.within.bus.publish("flow", flow)
    at.within.bus.publish("config", flow)
