"""A person's copy of what is kept about them. Erasing and holding are records (`erasures`, `legal-holds`)."""

from fastapi import APIRouter, Response

from agent_console.acting import AtDesk
from crm_core import audit
from crm_core.access.model import Action
from crm_core.privacy.copy import copy_of
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(tags=["privacy"])


@router.get(
    "/parties/{party}/copy", response_class=Response, responses={200: {"content": {"application/zip": {}}}}
)
async def read_copy(party: str, at: AtDesk) -> Response:
    """Everything about one customer as a ZIP; for those who may export customers, and audited."""

    def allow(connection: Connection, acting: Acting) -> None:
        entity = known.entity("party")
        lists.may(connection, acting.reader, entity, party, Action.EXPORT)
        entry = audit.Entry(
            at=acting.now, origin=acting.origin, action="copied", entity="party", object_id=party
        )
        audit.record(connection, entry)

    await at.write(allow)
    content = await at.read(lambda connection, _: copy_of(connection, party))
    headers = {"Content-Disposition": f'attachment; filename="{party}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)
