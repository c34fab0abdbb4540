"""An agent pauses the recording of their talk while something is said or typed that nobody may keep."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from agent_console import scope
from agent_console.access import AsAgent, InContext
from routing.core.model import PauseKind

router = APIRouter(prefix="/interactions/{interaction}/recording", tags=["interactions"])
By = Annotated[Literal["by_hand", "form"], Query()]


@router.post("/pause", status_code=204)
async def pause_recording(interaction: str, user: AsAgent, within: InContext, by: By = "by_hand") -> None:
    """Record nothing of this talk from now on; already so: nothing. That it is so is told by the item's `recording`: `stopped` in it, when Asterisk did
    not confirm the pause, so that recording was ended for the rest of the talk. `form`: because of a field that has the focus. 409 `recording.not_recorded`,
    `interaction.state`, `call.not_connected`. After 503 it may go on being recorded; it is tried again until it is paused, or stopped."""
    work = scope.own_call(within, user, interaction)
    await within.pauses.pause(work.id, PauseKind(by))


@router.delete("/pause", status_code=204)
async def resume_recording(interaction: str, user: AsAgent, within: InContext, by: By = "by_hand") -> None:
    """Record again; not paused: nothing. `form` ends only what a form has paused. 409 `recording.stopped`: it does not go on in this talk;
    `call.held_by_phone`, and those of `POST`."""
    work = scope.own_call(within, user, interaction)
    await within.pauses.resume(work.id, PauseKind(by))
