"""The live board as one document, for those who would rather ask than listen."""

from typing import cast

from fastapi import APIRouter

from agent_console import views
from agent_console.access import AsSupervisor, InContext
from agent_console.answers import BoardAnswer
from agent_console.documents import Document

router = APIRouter(tags=["board"])


@router.get("/board")
def board(user: AsSupervisor, within: InContext) -> BoardAnswer:
    """Queues with today's figures, agents with their states, the first of those who wait, and the links."""
    world = within.hub.world
    answer: dict[str, dict[str, Document]] = {name: {} for name in views.BOARD}
    documents = views.board(world, views.shared(world), named=views.sees_callers(world, user.id))
    for (collection, name), document in documents.items():
        answer[collection][name] = document
    return cast("BoardAnswer", answer)
