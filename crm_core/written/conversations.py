"""Which case two addresses talk about, for as long as they go on talking. Kept as a hash of both."""

import hashlib

from sqlalchemy import Connection, select

from crm_core import cases
from crm_core.tables import conversation, inserting

_C = conversation.c


def of(conn: Connection, medium: str, theirs: str, ours: str, since: float) -> str | None:
    """The case of the last message between them since then, where it lives on."""
    query = select(_C.case_id).where(_C.pair == _pair(medium, theirs, ours), _C.at >= since)
    found = conn.execute(query).scalar_one_or_none()
    known = cases.leading(conn, found) if found else None
    return known.id if known else None


def goes_on(  # noqa: PLR0917 - who with whom, about what, when
    conn: Connection, medium: str, theirs: str, ours: str, case_id: str, now: float
) -> None:
    """A message between them was about this case."""
    values = {"case_id": case_id, "at": now}
    made = inserting(conn, conversation).values(pair=_pair(medium, theirs, ours), **values)
    conn.execute(made.on_conflict_do_update(index_elements=("pair",), set_=values))


def _pair(medium: str, theirs: str, ours: str) -> str:
    return hashlib.sha256(f"{medium}\x00{theirs}\x00{ours}".encode()).hexdigest()
