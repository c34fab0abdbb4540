"""Letters on paper, logged by hand in their case with a scan."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from typing_extensions import TypedDict

from agent_console import scope
from agent_console.access import InContext, SignedIn
from agent_console.acting import AtDesk
from channels.post import scans
from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.model import Action
from crm_core.letter_types import NewAttachment
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.store import Connection
from crm_core.written import paper
from crm_core.written.paper import Logged

router = APIRouter(tags=["cases"])
IdempotencyKey = Annotated[str, Header(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class PaperAnswer(TypedDict):
    """The letter that it is now."""

    letter_id: str


@router.post("/cases/{case}/paper", status_code=201)
async def log_paper(  # noqa: PLR0917 - a route; the body is the file
    case: str,
    request: Request,
    user: SignedIn,
    within: InContext,
    at: AtDesk,
    idempotency_key: IdempotencyKey,
    name: Annotated[str, Query(min_length=1, max_length=200)] = "scan",
    direction: Literal["in", "out"] = "in",
    day: Annotated[
        date | None, Query(alias="date", description="Of the letter; today where it has none")
    ] = None,
    subject: Annotated[str, Query(max_length=200)] = "",
    note: Annotated[str, Query(max_length=4000)] = "",
) -> PaperAnswer:
    """The body is the scan: PDF, TIFF, JPEG or PNG, 20 MB at most. 422 `paper.no_scan`; the same key again changes nothing."""
    await scope.readable_case(within, user, case)
    content = await request.body()
    kind = scans.type_of(content)
    if kind is None:
        raise Refused("paper.no_scan", Kind.INVALID)
    now = within.clock.now()
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() if day else now
    given = Logged(
        case_id=case,
        direction=direction,
        subject=" ".join(subject.split()),
        note=note,
        at=min(noon, now),
        scan=NewAttachment(name=name, content_type=kind, content=content),
        author_id=user.id,
        key=f"{case} {idempotency_key}",
    )

    def unit(conn: Connection, acting: Acting) -> str:
        lists.must_reach(conn, acting.reader, known.entity("case"), case, Action.UPDATE)
        letter = paper.log(conn, given, acting.now)
        entry = audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action="logged",
            entity="letter",
            object_id=letter,
            detail={"case": case, "direction": direction},
        )
        audit.record(conn, entry)
        return letter

    letter = await at.write(unit)
    within.bus.publish("case", case)
    within.bus.publish("interaction", "")
    return PaperAnswer(letter_id=letter)
