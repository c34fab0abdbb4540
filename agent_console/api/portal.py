"""What customers corrected about themselves, for whoever looks after them."""

from typing import Any

from fastapi import APIRouter
from typing_extensions import TypedDict

from agent_console.acting import AtDesk, Desk
from config.errors import Kind, Refused
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.portal import profile
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/portal", tags=["portal"])


class CorrectionDocument(TypedDict):
    """`changes`: {field: [before, after]}."""

    id: str
    party_id: str
    party: str
    owner_id: str | None
    changes: dict[str, Any]
    at: float


class CorrectionsAnswer(TypedDict):
    items: list[CorrectionDocument]


@router.get("/corrections")
async def list_corrections(at: AtDesk) -> CorrectionsAnswer:
    """What nobody has looked at: of one's own customers and those without an owner; of all, for who may change all."""
    _must_be_on(at)

    def look(connection: Connection, reader: Reader) -> list[profile.Correction]:
        return profile.corrections(connection, _whose(reader))

    found = await at.read(look)
    return CorrectionsAnswer(
        items=[
            CorrectionDocument(
                id=each.id,
                party_id=each.party_id,
                party=each.party,
                owner_id=each.owner_id,
                changes=dict(each.changes),
                at=each.at,
            )
            for each in found
        ]
    )


@router.post("/corrections/{correction}/seen", status_code=204)
async def saw_correction(correction: str, at: AtDesk) -> None:
    """One has looked at it."""
    _must_be_on(at)

    def work(connection: Connection, acting: Acting) -> None:
        theirs = {each.id for each in profile.corrections(connection, _whose(acting.reader), limit=1000)}
        if correction not in theirs:
            raise Refused("portal.unknown", Kind.MISSING)
        profile.saw(connection, correction, at.user.id, acting.now)

    await at.write(work)


def _whose(reader: Reader) -> str | None:
    if reader.scope("party", Action.READ) is Scope.NONE:
        raise Refused("access.action", Kind.FORBIDDEN, entity="party", action="read")
    return None if reader.everything else reader.user_id


def _must_be_on(at: Desk) -> None:
    if not at.within.settings.portal.sign_in:
        raise Refused("module.off", Kind.MISSING, module="portal")
