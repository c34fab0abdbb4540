"""Cases: one matter over however many calls and letters."""

from typing import Literal

from fastapi import APIRouter

from agent_console import promises, rows, scope
from agent_console.access import InContext, SignedIn
from agent_console.acting import AtDesk
from agent_console.answers import WholeCaseAnswer
from agent_console.api.bodies import Body
from agent_console.api.case_access import changed, may_change
from agent_console.promises import ClocksAnswer
from crm_core import case_clocks, cases, interactions, letters
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/cases/{case}", tags=["cases"])
_SHOWN_INTERACTIONS = 50


class ChosenStatus(Body):
    """How far it is."""

    status: Literal["open", "pending", "solved", "closed"]


@router.get("")
async def read_case(case: str, user: SignedIn, within: InContext) -> WholeCaseAnswer:
    """The case with its interactions and letters."""
    found = await scope.readable_case(within, user, case)
    names = within.hub.world.directory
    now = within.clock.now()
    about, thread, clocks = await within.store.read(
        lambda c: (
            interactions.for_case(c, case, _SHOWN_INTERACTIONS),
            letters.thread(c, case),
            case_clocks.clocks_of(c, case, now),
        )
    )
    return WholeCaseAnswer(
        case=rows.case(found, names),
        clocks=[rows.clock(each) for each in clocks],
        interactions=[rows.interaction_brief(each, names) for each in about],
        thread=[rows.letter(each) for each in thread],
    )


@router.get("/clocks")
async def read_clocks(case: str, user: SignedIn, within: InContext, *, explain: bool = False) -> ClocksAnswer:
    """What is promised in this case; with `explain=1` how each due time comes about, step by step."""
    await scope.readable_case(within, user, case)
    now = within.clock.now()
    clocks = await within.store.read(lambda c: case_clocks.clocks_of(c, case, now))
    return ClocksAnswer(clocks=[promises.clock(each, explained=explain) for each in clocks])


@router.put("/status", status_code=204)
async def choose_case_status(case: str, given: ChosenStatus, at: AtDesk) -> None:
    """Open, pending, solved or closed, by a step of its life cycle; the case must be theirs to change."""

    def write(connection: Connection, acting: Acting) -> None:
        may_change(connection, acting, case)
        cases.set_status(connection, case, given.status, acting.now, at.user.id)

    await at.write(write)
    await changed(at, case)
