"""Which queue belongs to which department, and who can serve it."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from agent_console import coverage
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.coverage import CoverageAnswer
from crm_core import departments, queues
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.departments import Tree
from crm_core.queues import Queue
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(tags=["departments"])
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]


class GivenDepartment(Body):
    """Null: it belongs to none."""

    department_id: Id | None


class DepartmentName(TypedDict):
    id: str
    name: str


class KeptQueue(TypedDict):
    """A queue and the department that it belongs to; of one that was removed, the next above it."""

    id: str
    name: str
    language: str
    department: DepartmentName | None


class QueuesAnswer(TypedDict):
    items: list[KeptQueue]


@router.get("/queues")
async def read_queues_by_department(at: AtDesk) -> QueuesAnswer:
    """All, by name; for those who may read departments."""
    return await at.read(_queues)


@router.get("/queues/coverage")
async def read_coverage(at: AtDesk) -> CoverageAnswer:
    """For each queue how many of the active agents meet what it asks, at once and after each step of relaxation; for those who may read
    queues."""
    now = at.within.clock.now()

    def covered(connection: Connection, reader: Reader) -> CoverageAnswer:
        lists.must(reader, known.entity("queue"), Action.READ)
        return CoverageAnswer(items=coverage.of_queues(connection, now))

    return await at.read(covered)


@router.put("/queues/{queue}/department")
async def set_queue_department(queue: str, given: GivenDepartment, at: AtDesk) -> QueuesAnswer:
    """From now on it counts there; for those who may change departments."""

    def change(connection: Connection, acting: Acting) -> QueuesAnswer:
        departments.set_of_queue(connection, acting, queue, given.department_id)
        return _queues(connection, acting.reader)

    answer = await at.write(change)
    at.within.bus.publish("org_unit", given.department_id or "")
    return answer


def _queues(connection: Connection, reader: Reader) -> QueuesAnswer:
    departments.may_see(reader)
    tree = departments.tree(connection)
    return QueuesAnswer(items=[_queue(each, tree) for each in queues.list_queues(connection)])


def _queue(row: Queue, tree: Tree) -> KeptQueue:
    home = tree.home(row.team_id)
    department = None if home is None else DepartmentName(id=home, name=tree.all[home].name)
    return KeptQueue(id=row.id, name=row.name, language=row.language, department=department)
