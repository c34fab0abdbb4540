"""Cases merged and split, and the way back."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from agent_console.acting import AtDesk
from agent_console.api.bodies import Body, Subject
from agent_console.api.case_access import changed, may_change, named
from agent_console.case_work_documents import RegroupedAnswer
from crm_core import cases
from crm_core.casework import (
    regrouping,
)
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/cases", tags=["cases"])
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]


class Merge(Body):
    """`into`: a case's id or number."""

    into: Id


class Split(Body):
    subject: Subject
    letters: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)
    interactions: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)
    type_id: Id | None = None


@router.post("/{case}/merge")
async def merge_case(at: AtDesk, case: str, given: Merge) -> RegroupedAnswer:
    """All of it goes on in another case; both must be theirs to change."""

    def write(connection: Connection, acting: Acting) -> RegroupedAnswer:
        may_change(connection, acting, case)
        into = named(connection, acting.reader, given.into)
        may_change(connection, acting, into)
        made = regrouping.merge(connection, case, into, acting.now, acting.reader.user_id)
        return _regrouped(connection, made, made.case_id)

    answer = await at.write(write)
    await changed(at, answer["case_id"], answer["other_id"])
    return answer


@router.post("/{case}/split", status_code=201)
async def split_case(at: AtDesk, case: str, given: Split) -> RegroupedAnswer:
    """Chosen letters and interactions go on in a new case."""

    def write(connection: Connection, acting: Acting) -> RegroupedAnswer:
        may_change(connection, acting, case)
        made = regrouping.split(
            connection,
            case,
            subject=given.subject,
            letters=given.letters,
            interactions=given.interactions,
            type_id=given.type_id,
            now=acting.now,
            actor_id=acting.reader.user_id,
        )
        return _regrouped(connection, made, made.other_id)

    answer = await at.write(write)
    await changed(at, answer["case_id"], answer["other_id"])
    return answer


@router.post("/regroupings/{regrouping_id}/undo")
async def undo_regrouping(at: AtDesk, regrouping_id: str) -> RegroupedAnswer:
    """Take a merge or a split back."""

    def write(connection: Connection, acting: Acting) -> RegroupedAnswer:
        found = regrouping.of_id(connection, regrouping_id)
        may_change(connection, acting, found.case_id)
        undone = regrouping.undo(connection, regrouping_id, acting.now, acting.reader.user_id)
        return _regrouped(connection, undone, undone.case_id)

    answer = await at.write(write)
    await changed(at, answer["case_id"], answer["other_id"])
    return answer


def _regrouped(connection: Connection, made: regrouping.Regrouping, goes_on: str) -> RegroupedAnswer:
    found = cases.case(connection, goes_on)
    return RegroupedAnswer(
        id=made.id, case_id=made.case_id, other_id=made.other_id, number=found.number if found else ""
    )
