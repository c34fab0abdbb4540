"""What it takes to file a letter: a bound that a change must not pass by accident."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event

from channels.email.reading.parse import parse
from channels.email.receiving.filing import file_letter
from channels.email.receiving.spool import Envelope, Place, Spooled
from tests.channels.rooms import ANN, SERVICE, letter, mail_room


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Every statement that is run meanwhile."""
    found: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _spooled(sender: str) -> Spooled:
    envelope = Envelope(
        sender=sender, recipients=(SERVICE,), received_at=time.time(), peer="192.0.2.1", helo="x"
    )
    raw = letter(sender=sender)
    return Spooled(spool_id=raw.hex(), place=Place(segment="", offset=0), envelope=envelope, raw=raw)


async def test_a_letter_is_filed_by_few_statements(tmp_path: Path) -> None:
    """A stranger's first letter, with case, clocks, rules, interaction and search words: fewer than 25; a customer's, with their contract: fewer than 35."""
    async with mail_room(tmp_path) as room:
        for sender, fewer_than in (("stranger@example.org", 25), (ANN, 35)):
            one = _spooled(sender)
            parsed = parse(one.raw, sender)
            with _counted() as statements:
                [filed] = await room.store.write(
                    lambda conn, one=one, parsed=parsed: file_letter(conn, one, parsed, "secret", time.time())
                )
            assert filed.arrived
            assert "INSERT INTO letter " in " ".join(statements)
            assert len([each for each in statements if not each.startswith("BEGIN")]) < fewer_than
