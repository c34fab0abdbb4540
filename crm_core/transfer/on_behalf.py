"""Work in the background is done with the rights that its owner has now, not with those of the moment it was asked for."""

from sqlalchemy import Connection

from config.errors import Kind, Refused
from crm_core import users
from crm_core.access.model import Action, Scope
from crm_core.access.reader import SYSTEM, Reader
from crm_core.access.roles import standing_of
from crm_core.records.change import Acting
from crm_core.transfer.batches import Batch


def acting(conn: Connection, batch: Batch, now: float) -> Acting:
    """Whoever started it, resumed it or takes it back; `Refused` when they may work here no more. The command line is the system."""
    origin = batch.read_origin()
    return Acting(reader=_reader(conn, origin.user_id), origin=origin, now=now)


def _reader(conn: Connection, user_id: str | None) -> Reader:
    if user_id is None:
        return SYSTEM
    user = users.by_id(conn, user_id)
    if user is None or not user.active:
        raise Refused("import.owner_gone", Kind.FORBIDDEN)
    standing = standing_of(conn, user.id, user.role)
    return Reader(
        user_id=user.id,
        everything=standing.rights.scope("case", Action.READ) is Scope.ALL,
        teams=standing.teams,
        territories=standing.territories,
        rights=standing.rights,
    )
