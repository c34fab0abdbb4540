"""Cases: one matter over however many calls and letters."""

from typing import Literal

from fastapi import APIRouter

from agent_console import rows, scope
from agent_console.access import InContext, SignedIn
from agent_console.answers import WholeCaseAnswer
from agent_console.api.bodies import Body
from crm_core import cases, interactions, letters

router = APIRouter(prefix="/cases/{case}", tags=["cases"])
_SHOWN_INTERACTIONS = 50


class ChosenStatus(Body):
    """How far it is."""

    status: Literal["open", "pending", "solved"]


@router.get("")
async def read_case(case: str, user: SignedIn, within: InContext) -> WholeCaseAnswer:
    """The case with its interactions and letters."""
    found = await scope.readable_case(within, user, case)
    names = within.hub.world.directory
    about, thread = await within.store.read(
        lambda c: (interactions.for_case(c, case, _SHOWN_INTERACTIONS), letters.thread(c, case))
    )
    return WholeCaseAnswer(
        case=rows.case(found, names),
        interactions=[rows.interaction_brief(each, names) for each in about],
        thread=[rows.letter(each) for each in thread],
    )


@router.put("/status", status_code=204)
async def choose_case_status(case: str, given: ChosenStatus, user: SignedIn, within: InContext) -> None:
    """Open, pending or solved."""
    await scope.readable_case(within, user, case)
    now = within.clock.now()
    await within.store.write(lambda c: cases.set_status(c, case, given.status, now))
    about = await within.store.read(lambda c: interactions.for_case(c, case, _SHOWN_INTERACTIONS))
    for each in about:
        within.bus.publish("interaction", each.id)
