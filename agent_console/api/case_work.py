"""Work on cases: types and their forms, steps of the life cycle, links, watchers, procedures, macros, figures."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Header, Query
from pydantic import Field

from agent_console import case_work_documents, lifecycle_documents, text_documents, work_list_documents
from agent_console.acting import AtDesk, Desk
from agent_console.api.bodies import Body, Text
from agent_console.api.case_access import changed, may_change, named
from agent_console.case_work_documents import RunDocument, WorkAnswer
from agent_console.lifecycle_documents import CaseTypesAnswer, MovedAnswer, PictureAnswer
from agent_console.text_documents import PreviewAnswer, RanAnswer
from agent_console.work_list_documents import FiguresAnswer, IssuesAnswer
from config.errors import Kind, Refused
from crm_core import cases
from crm_core.access.reader import Reader
from crm_core.casework import (
    activity,
    approvals,
    figures,
    lifecycle,
    macros,
    moving,
    overview,
    regrouping,
    types,
    watching,
)
from crm_core.casework.overview import Asked
from crm_core.casework.texts import Place
from crm_core.records import known, lists, requests
from crm_core.records.change import Acting
from crm_core.rules import procedures
from crm_core.rules.model import Trigger
from crm_core.rules.procedures import Started
from crm_core.store import Connection

router = APIRouter(prefix="/cases", tags=["cases"])
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]
_LONGEST_PERIOD_S = 400 * 86400.0


class Step(Body):
    """Where to, with the fields that the step asks for (as in `/records/cases`)."""

    to: Annotated[str, Field(min_length=1, max_length=40)]
    changes: dict[str, Any] = Field(default_factory=dict)
    note: Text = ""


class NewNote(Body):
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class NewLink(Body):
    """`other`: a case's id or number."""

    other: Id
    kind: Literal["related", "duplicate_of", "caused_by"] = "related"


class Watching(Body):
    """`email`: also by mail, there."""

    email: Annotated[str, Field(max_length=254)] | None = None


class DrawnTable(Body):
    """A life cycle that is being edited; null: the plain one."""

    lifecycle: dict[str, Any] | None = None


@router.get("/types")
async def list_case_types(at: AtDesk) -> CaseTypesAnswer:
    """The types that new cases may have, with their forms and life cycles."""
    found = await at.read(lambda c, _: types.offered(c))
    return CaseTypesAnswer(items=[lifecycle_documents.case_type(each) for each in found])


@router.post("/lifecycle/picture")
async def draw_lifecycle(at: AtDesk, given: DrawnTable) -> PictureAnswer:
    """A life cycle as Mermaid's text, checked like one that is kept."""
    table = lifecycle.PLAIN if given.lifecycle is None else lifecycle.read(given.lifecycle)
    return lifecycle_documents.picture(table, at.user.language)


@router.get("/overview")
async def read_overview(  # noqa: PLR0917 - what is shown
    at: AtDesk,
    only: Literal["all", "late", "important", "urgent"] = "urgent",
    owner: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")] = None,
    unowned: bool = False,
    complaints: bool = False,
    limit: Annotated[int, Query(ge=1, le=overview.MOST_SHOWN)] = 100,
) -> IssuesAnswer:
    """Unfinished cases with owner and age, late ones first."""
    asked = Asked(only=only, owner_id=owner, unowned=unowned, complaints=complaints, limit=limit)
    now, names = at.within.clock.now(), at.within.hub.world.directory
    found = await at.read(lambda c, reader: overview.issues(c, reader, asked, now))
    return IssuesAnswer(
        items=[work_list_documents.issue(each, names.queue_name(each.queue_id)) for each in found]
    )


@router.get("/figures")
async def read_figures(
    at: AtDesk,
    since: Annotated[float | None, Query(ge=0, lt=2**35)] = None,
    until: Annotated[float | None, Query(ge=0, lt=2**35)] = None,
) -> FiguresAnswer:
    """Volume, first response, handling time and backlog; whole, by channel, by queue and by department. Without a period: the last 30 days."""
    end = at.within.clock.now() if until is None else until
    begin = end - 30 * 86400.0 if since is None else since
    if not begin < end or end - begin > _LONGEST_PERIOD_S:
        raise Refused(
            "period.range", Kind.INVALID, pointer="/query/since", days=int(_LONGEST_PERIOD_S // 86400)
        )
    found = await at.read(lambda c, reader: figures.figures(c, reader, begin, end))
    names = {str(each): queue.name for each, queue in at.within.hub.world.directory.queues.items()}
    return work_list_documents.figures(found, begin, end, names)


@router.get("/{case}/work")
async def read_case_work(at: AtDesk, case: str) -> WorkAnswer:
    """All that belongs to the work on a case."""
    names = at.within.hub.world.directory
    return await at.read(lambda c, reader: _work(c, reader, at, case, dict(_names(names.users))))


@router.post("/{case}/steps")
async def make_step(at: AtDesk, case: str, given: Step) -> MovedAnswer:
    """Go on along the life cycle."""
    moved = await at.write(
        lambda c, acting: moving.move(c, acting, case, given.to, given.changes, given.note)
    )
    await changed(at, case)
    return MovedAnswer(state=moved.state, status=moved.status, asked=moved.asked)


@router.post("/{case}/notes", status_code=204)
async def add_note(at: AtDesk, case: str, given: NewNote) -> None:
    """A note among ourselves."""

    def write(connection: Connection, acting: Acting) -> None:
        may_change(connection, acting, case)
        activity.record(connection, case, acting.now, "note", acting.reader.user_id, note=given.text)

    await at.write(write)
    await changed(at, case)


@router.post("/{case}/links", status_code=204)
async def add_link(at: AtDesk, case: str, given: NewLink) -> None:
    """Say how two cases belong together."""

    def write(connection: Connection, acting: Acting) -> None:
        may_change(connection, acting, case)
        other = named(connection, acting.reader, given.other)
        watching.link(connection, case, other, given.kind, acting.now, acting.reader.user_id)

    await at.write(write)
    await changed(at, case)


@router.delete("/{case}/links/{link}", status_code=204)
async def remove_link(at: AtDesk, case: str, link: str) -> None:
    """They belong together no longer."""

    def write(connection: Connection, acting: Acting) -> None:
        may_change(connection, acting, case)
        watching.unlink(connection, case, link, acting.now, acting.reader.user_id)

    await at.write(write)
    await changed(at, case)


@router.put("/{case}/watching", status_code=204)
async def watch_case(at: AtDesk, case: str, given: Watching) -> None:
    """Be told what happens in it."""

    def write(connection: Connection, acting: Acting) -> None:
        lists.read(connection, acting.reader, known.entity("case"), case)
        watching.watch(connection, case, acting.reader.user_id, given.email, acting.now)

    await at.write(write)
    at.within.bus.publish("case", case)


@router.delete("/{case}/watching", status_code=204)
async def unwatch_case(at: AtDesk, case: str) -> None:
    """Be told no longer."""
    await at.write(lambda c, acting: watching.unwatch(c, case, acting.reader.user_id))
    at.within.bus.publish("case", case)


@router.post("/{case}/procedures/{procedure}")
async def start_procedure(at: AtDesk, case: str, procedure: str, key: Key) -> RunDocument:
    """Start a procedure by hand. The same key again starts nothing."""

    def write(connection: Connection, acting: Acting) -> RunDocument:
        may_change(connection, acting, case)
        if procedure not in [each.id for each in procedures.by_hand(connection, "case")]:
            raise Refused("procedure.unknown", Kind.MISSING, id=procedure[:100])
        started = Started(key=f"hand/{at.user.id}/{key}", trigger=Trigger.BY_HAND, by=acting)
        run = procedures.run(connection, procedure, "case", case, started, acting.now, at.within.letters)
        if run is None:
            raise Refused("procedure.started")
        return case_work_documents.run(run)

    run = await at.write(write)
    await changed(at, case)
    at.within.bus.publish("outbox", run["id"])
    return run


@router.get("/{case}/macros/{macro}")
async def preview_macro(at: AtDesk, case: str, macro: str) -> PreviewAnswer:
    """What it would do here."""

    def look(connection: Connection, reader: Reader) -> PreviewAnswer:
        lists.read(connection, reader, known.entity("case"), case)
        acting = Acting(reader=reader, origin=at.origin, now=at.within.clock.now())
        return text_documents.preview(macros.preview(connection, acting, macro, _place(at, case)))

    return await at.read(look)


@router.post("/{case}/macros/{macro}")
async def run_macro(
    at: AtDesk,
    case: str,
    macro: str,
    key: Key,
    *,
    confirmed: Annotated[bool, Query(description="Although the customer wants no letters")] = False,
) -> RanAnswer:
    """Do it, as one unit. The same key again does nothing and gives the same answer. 409 `letter.not_wanted` when it begins a letter to a
    customer who wants none, unless that is confirmed."""
    place, post = _place(at, case), at.within.letters

    def write(connection: Connection, acting: Acting) -> requests.Answer:
        def work() -> requests.Answer:
            name = f"macro/{macro}/{at.user.id}/{key}"
            ran = macros.run(connection, acting, macro, place, post=post, key=name, confirmed=confirmed)
            return requests.Answer(status=200, body=dict(text_documents.ran(ran)))

        asked = requests.fingerprint("macro", case, macro)
        return requests.once(connection, user_id=at.user.id, key=key, asked=asked, now=acting.now, work=work)

    answer = await at.write(write)
    await changed(at, case)
    at.within.bus.publish("outbox", case)
    return cast("RanAnswer", answer.body)


def _place(at: Desk, case: str) -> Place:
    return Place(
        case_id=case,
        author_id=at.user.id,
        centre=at.within.settings.centre.name,
        language=at.user.language,
    )


def _work(connection: Connection, reader: Reader, at: Desk, case: str, names: dict[str, str]) -> WorkAnswer:
    lists.read(connection, reader, known.entity("case"), case, deleted=True)
    row = moving.row_of(connection, case)
    kind = types.of(connection, row.type_id)
    watchers = watching.of_case(connection, case)
    survivor = cases.case(connection, row.merged_into_id) if row.merged_into_id else None
    steps = [] if survivor else moving.steps(connection, reader, case)
    return WorkAnswer(
        type=lifecycle_documents.case_type(kind),
        state=lifecycle_documents.state(kind.lifecycle.standing(row.state, row.status)),
        steps=[lifecycle_documents.step(each, kind.lifecycle) for each in steps],
        form=dict(row.form or {}),
        links=[case_work_documents.link(each) for each in watching.links(connection, reader, case)],
        parts=[case_work_documents.link(each) for each in watching.parts(connection, reader, case)],
        watchers=[case_work_documents.watcher(each) for each in watchers],
        watching=at.user.id in [each.user_id for each in watchers],
        tasks=[work_list_documents.todo(each) for each in overview.tasks_about(connection, case)],
        activity=[case_work_documents.activity(each) for each in activity.of_case(connection, case)],
        runs=[case_work_documents.run(each) for each in procedures.of_record(connection, "case", case)],
        approvals=[
            lifecycle_documents.approval(each, names, at.user.id, at.user.role)
            for each in approvals.of_case(connection, case)
        ],
        regroupings=[case_work_documents.regrouping(each) for each in regrouping.of_case(connection, case)],
        macros=[{"id": each.id, "name": each.name} for each in macros.offered(connection, case)],
        procedures=[
            {"id": each.id, "name": each.name, "note": each.note}
            for each in procedures.by_hand(connection, "case")
        ],
        merged_into=None if survivor is None else {"id": survivor.id, "name": survivor.number},
    )


def _names(users: Any) -> list[tuple[str, str]]:
    return [(str(each), user.name) for each, user in users.items()]
