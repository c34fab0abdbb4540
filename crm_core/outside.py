"""People changed by another process without a bus (`trunkline user`): a number that the server looks at each second."""

from sqlalchemy import Connection, select, update

from crm_core.tables import counter, inserting

_NAME = "people-changed-outside"


def note(conn: Connection) -> None:
    """In the unit that changes them."""
    conn.execute(inserting(conn, counter).values(name=_NAME, value=0).on_conflict_do_nothing())
    conn.execute(update(counter).where(counter.c.name == _NAME).values(value=counter.c.value + 1))


def changes(conn: Connection) -> int:
    """How many there were."""
    return conn.execute(select(counter.c.value).where(counter.c.name == _NAME)).scalar_one_or_none() or 0
