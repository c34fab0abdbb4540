"""What it takes to file a letter: a bound that a change must not pass by accident."""

import time
from pathlib import Path

from sqlalchemy import Connection

from channels.email.reading.parse import parse
from channels.email.reading.parsed import Parsed
from channels.email.receiving.filing import file_letter
from channels.email.receiving.spool import Envelope, Place, Spooled
from tests.channels.rooms import ANN, SERVICE, letter, mail_room
from tests.contracts.databases import statements


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

            def unit(conn: Connection, one: Spooled = one, parsed: Parsed = parsed) -> tuple[bool, list[str]]:
                with statements(conn) as sent:
                    [filed] = file_letter(conn, one, parsed, "secret", time.time())
                return filed.arrived, sent

            arrived, sent = await room.store.write(unit)
            assert arrived
            assert "INSERT INTO letter " in " ".join(sent)
            assert len(sent) < fewer_than
