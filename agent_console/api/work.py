"""One's own work: tasks, cases, decisions to make, news; and texts to write with."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from agent_console import lifecycle_documents, text_documents, work_list_documents
from agent_console.acting import AtDesk, Desk
from agent_console.api.bodies import Body, Text
from agent_console.api.case_access import changed
from agent_console.lifecycle_documents import MovedAnswer
from agent_console.procedures import TOPIC
from agent_console.text_documents import FilledAnswer, TextsAnswer
from agent_console.work_list_documents import MyWorkAnswer
from config.errors import Kind, Refused
from crm_core import interactions, notifications
from crm_core.access.reader import Reader
from crm_core.casework import approvals, moving, overview, texts
from crm_core.casework.overview import Asked
from crm_core.casework.texts import Place
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.rights import may_read_interaction
from crm_core.store import Connection

router = APIRouter(tags=["work"])
Name = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]


class Decision(Body):
    decision: Literal["approved", "rejected"]
    note: Text = ""


class Seen(Body):
    """Without ids: all."""

    ids: (
        Annotated[list[Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]], Field(max_length=500)]
        | None
    ) = None


class About(Body):
    """What a text is filled in for."""

    case_id: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] | None = None
    interaction_id: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] | None = None


@router.get("/work")
async def read_my_work(at: AtDesk) -> MyWorkAnswer:
    """What is mine to do, the soonest due first."""
    now = at.within.clock.now()

    def look(connection: Connection, reader: Reader) -> MyWorkAnswer:
        names = at.within.hub.world.directory
        people = {str(each): user.name for each, user in names.users.items()}
        own = overview.issues(connection, reader, Asked(owner_id=at.user.id), now)
        return MyWorkAnswer(
            tasks=[work_list_documents.todo(each) for each in overview.tasks(connection, at.user.id)],
            cases=[work_list_documents.issue(each, names.queue_name(each.queue_id)) for each in own],
            approvals=[
                lifecycle_documents.approval(each, people, at.user.id, at.user.role)
                for each in approvals.mine(connection, at.user.id, at.user.role)
                if each.asked_by != at.user.id
            ],
            notices=[
                work_list_documents.notification(each)
                for each in notifications.of_user(connection, at.user.id)
            ],
        )

    return await at.read(look)


@router.post("/work/notices/seen", status_code=204)
async def see_notices(at: AtDesk, given: Seen) -> None:
    """They have been read."""
    await at.write(lambda c, acting: notifications.seen(c, at.user.id, given.ids, acting.now))


@router.post("/approvals/{approval}")
async def decide_approval(at: AtDesk, approval: str, given: Decision) -> MovedAnswer | None:
    """Approve or reject a step. The last approval makes it; else null."""

    def write(connection: Connection, acting: Acting) -> tuple[str, MovedAnswer | None]:
        place = approvals.place(connection, approval)
        last = approvals.decide(connection, acting, approval, given.decision, given.note)
        if last is None:
            return place.case_id, None
        moved = moving.approved(connection, last, acting.now, acting.reader.user_id)
        return place.case_id, MovedAnswer(state=moved.state, status=moved.status, asked=None)

    case_id, answer = await at.write(write)
    await changed(at, case_id)
    at.within.bus.publish(TOPIC, "")
    return answer


@router.get("/texts")
async def list_texts(  # noqa: PLR0917 - what narrows the choice
    at: AtDesk,
    channel: Annotated[str, Query(max_length=20, pattern=r"^[a-z]*$")] = "email",
    language: Annotated[str, Query(max_length=10, pattern=r"^[A-Za-z-]*$")] = "en",
    case: Name = None,
    interaction: Name = None,
    q: Annotated[str, Query(max_length=100)] = "",
) -> TextsAnswer:
    """Canned replies and contact templates for this channel, language, queue and type of case."""

    def look(connection: Connection, reader: Reader) -> TextsAnswer:
        queue_id, type_id = _narrowed(connection, at, reader, About(case_id=case, interaction_id=interaction))
        found = texts.offered(
            connection, channel=channel, language=language, queue_id=queue_id, type_id=type_id, words=q
        )
        return TextsAnswer(items=[text_documents.text(each) for each in found])

    return await at.read(look)


@router.post("/texts/{text}/fill")
async def fill_text(at: AtDesk, text: str, given: About) -> FilledAnswer:
    """A text with its placeholders filled in."""
    now = at.within.clock.now()

    def look(connection: Connection, reader: Reader) -> FilledAnswer:
        _narrowed(connection, at, reader, given)
        place = Place(
            case_id=given.case_id or _case_of(connection, given.interaction_id),
            interaction_id=given.interaction_id,
            author_id=at.user.id,
            centre=at.within.settings.centre.name,
            language=at.user.language,
        )
        return text_documents.filled(texts.fill(connection, text, place, now))

    return await at.read(look)


def _narrowed(
    connection: Connection, at: Desk, reader: Reader, about: About
) -> tuple[str | None, str | None]:
    """The queue and the type of what it is about, which must be theirs to read."""
    queue_id = type_id = None
    case_id = about.case_id
    if about.interaction_id is not None:
        found = interactions.interaction(connection, about.interaction_id)
        if found is None:
            raise Refused("interaction.unknown", Kind.MISSING, id=about.interaction_id)
        if not may_read_interaction(connection, reader, about.interaction_id):
            raise Refused("interaction.not_yours", Kind.FORBIDDEN)
        queue_id, case_id = found.queue_id, case_id or found.case_id
    if case_id is not None:
        lists.read(connection, reader, known.entity("case"), case_id)
        row = moving.row_of(connection, case_id)
        queue_id, type_id = queue_id or row.queue_id, row.type_id
    return queue_id, type_id


def _case_of(connection: Connection, interaction_id: str | None) -> str | None:
    found = interactions.interaction(connection, interaction_id) if interaction_id else None
    return found.case_id if found else None
