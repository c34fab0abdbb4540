"""What routes about a case share: whether they may change it, which one is named, and who is told."""

from agent_console.acting import Desk
from config.errors import Kind, Refused
from crm_core import cases
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.store import Connection


def may_change(connection: Connection, acting: Acting, case: str) -> None:
    entity = known.entity("case")
    lists.row_of(connection, entity, case)
    lists.may(connection, acting.reader, entity, case, Action.UPDATE)


def named(connection: Connection, reader: Reader, given: str) -> str:
    """A case by its id or by its number, if they may read it."""
    found = cases.leading(connection, given) or cases.by_number(connection, given)
    if found is None:
        raise Refused("case.unknown", Kind.MISSING, id=given)
    lists.read(connection, reader, known.entity("case"), found.id)
    return found.id


async def changed(at: Desk, *case_ids: str) -> None:
    """Whoever shows a case, or an interaction about it, looks again."""
    for case in case_ids:
        at.within.bus.publish("case", case)
    about = await at.within.store.read(
        lambda c: [each for case in case_ids for each in cases.interactions_of(c, case)]
    )
    for each in about:
        at.within.bus.publish("interaction", each)
