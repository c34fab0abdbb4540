"""A person's data: copied whole, held, erased without a trace in any table, file or index, kept no longer than the rules say."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Connection, Table, insert, select

from config.errors import Refused
from crm_core import audit, cases, interactions, letters, parties
from crm_core.audit import Entry
from crm_core.engines import sqlite_file
from crm_core.letter_types import NewAttachment, NewLetter, ParsedFields
from crm_core.privacy import retention
from crm_core.privacy.copy import copy_of
from crm_core.privacy.forget import forget
from crm_core.privacy.links import links
from crm_core.privacy.person import CARRIERS
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.rights import Reader
from crm_core.search import find
from crm_core.store import Store
from crm_core.tables import audit_detail, metadata, party, user_account
from crm_core.tables.base import Amount, Json, TextList, Words

NOW = 1_790_000_000.0
DAY = 86_400.0
NAME, NUMBER, MAIL, WORD = "Zebrafinchson", "+886987654321", "zebrafinchson@example.org", "quokkaphrase"
TRACES = ("zebrafinchson", "987654321", "123456789688", WORD, "斑馬", "斑马")
SYSTEM = system(NOW)


class Ids:
    """Whom and what the planted rows are about."""

    def __init__(self, conn: Connection, name: str = f"{NAME} 斑馬雀氏", *, theirs: bool = True) -> None:
        word, number, mail = (
            (WORD, NUMBER, MAIL) if theirs else ("plain", "+886911111111", "other@example.org")
        )
        said = NAME if theirs else name
        made = rows.create(
            conn, SYSTEM, known.entity("party"), {"kind": "person", "name": name, "note": word}
        )
        self.party = made.id
        parties.add_contact_point(conn, self.party, "phone", number)
        parties.add_contact_point(conn, self.party, "email", mail)
        self.case = cases.open_case(
            conn, subject=f"{word} broke", party_id=self.party, queue_id=None, now=NOW
        ).id
        self.interaction = f"tl-{theirs}"
        interactions.ensure(
            conn,
            id=self.interaction,
            medium="voice",
            direction="in",
            queue_id="q",
            customer_address=number,
            customer_name=said,
            entry_address="100",
            subject=word,
            enqueued_at=NOW,
        )
        interactions.set_party(conn, self.interaction, self.party)
        interactions.set_note(conn, self.interaction, f"{said} said {word}")
        parsed = ParsedFields(
            message_id=f"<{word}@example.org>",
            from_address=mail,
            from_name=said,
            subject=word,
            text=f"I am {said}",
            html=word,
            to=(mail,),
            attachments=(
                NewAttachment(
                    name=word, content_type="text/plain", content=word.encode(), inline=False, content_id=""
                ),
            ),
        )
        new = NewLetter(
            spool_id=self.interaction,
            raw=f"From: {mail}\r\n\r\n{word}".encode(),
            sha256="0" * 64,
            envelope_from=mail,
            envelope_to=(mail,),
            received_at=NOW,
            parsed=parsed,
        )
        self.letter = letters.store_letter(
            conn, new, case_id=self.case, interaction_id=self.interaction, party_id=self.party
        ).id
        self.of = {
            "party": self.party,
            "case": self.case,
            "interaction": self.interaction,
            "letter": self.letter,
        }


def plant(conn: Connection, ids: Ids, other: str) -> int:
    """In every table with a column that leads to the person, a row whose every word is theirs."""
    planted = 0
    user = conn.execute(select(user_account.c.id)).scalar()
    for table in {link.table for link in links()} - {
        party,
        metadata.tables["legal_hold"],
        *CARRIERS.values(),
    }:
        found = {link.column.name: ids.of.get(link.kind) for link in links() if link.table is table}
        if all(value is None for value in found.values()):
            continue
        values = {
            column.name: found.get(column.name) or value_for(table, column, planted, other, user)
            for column in table.c
            if found.get(column.name)
            or not column.nullable
            or isinstance(column.type, Words | TextList | Json)
        }
        with conn.begin_nested() as attempt:
            try:
                conn.execute(insert(table).values(**values))
                planted += 1
            except Exception as error:
                attempt.rollback()
                if "UNIQUE" not in str(error) and "23505" not in str(error):
                    raise
    return planted


def value_for(table: Table, column: Any, n: int, other: str, user: str | None) -> Any:
    """Something that the column holds; what is a word, is the person's."""
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).target_fullname.split(".")[0]
        return {"user_account": user, "party": other}.get(target)
    if column.autoincrement is True or (
        column.primary_key and not isinstance(column.type, Words) and column.type.python_type is int
    ):
        return 900_000 + n
    for rule in table.constraints:
        if isinstance(rule, CheckConstraint) and str(rule.sqltext).startswith(f"{column.name} IN"):
            return re.findall("'([a-z_]+)'", str(rule.sqltext))[0]
    words = {Words: f"{WORD} {NAME} {n}", TextList: (WORD,), Json: {"said": WORD}, Amount: 1}
    plain = {str: f"p{n}", int: 1, float: NOW, bool: True, bytes: WORD.encode()}
    return words[type(column.type)] if type(column.type) in words else plain[column.type.python_type]


def everything(conn: Connection) -> str:
    """All rows of all tables."""
    tables = [*metadata.tables.values()]
    return "\n".join(
        f"{table.name}: {tuple(row)!r}" for table in tables for row in conn.execute(select(table))
    )


def user(conn: Connection) -> None:
    values = {
        "id": "u",
        "login": "u",
        "name": "u",
        "role": "admin",
        "password_hash": "",
        "language": "en",
        "active": True,
    }
    conn.execute(insert(user_account).values(**values))


async def test_erasure_leaves_no_trace(url: str, store: Store) -> None:
    """After it no row, no index, and (SQLite) no byte of the file has a word of theirs; others' data stays, and the chain verifies."""

    def prepare(conn: Connection) -> tuple[str, str, int]:
        user(conn)
        other = Ids(conn, "Somebody Else", theirs=False)
        ids = Ids(conn)
        planted = plant(conn, ids, other.party)
        audit.record(
            conn, Entry(at=NOW, origin=SYSTEM.origin, action="listed", entity="party", detail={"words": NAME})
        )
        return ids.party, other.party, planted

    party_id, other, planted = await store.write(prepare)
    assert planted >= 5
    erase = {"party_id": party_id, "reason": "request"}
    await store.write(lambda conn: rows.create(conn, SYSTEM, known.entity("erasure"), erase))
    assert await forget(store) >= 1
    await store.scrub()
    told = (await store.read(everything)).lower()
    assert not [line for line in told.splitlines() if any(trace in line for trace in TRACES)]
    assert "somebody else" in told
    assert await store.read(lambda conn: audit.verify(conn).broken_at) is None
    reader = Reader(user_id="u", everything=True, rights=SYSTEM.reader.rights)
    assert not await store.read(lambda conn: find.find(conn, reader, NAME, now=NOW).items)
    assert await store.read(lambda conn: parties.party(conn, other)) is not None
    file = sqlite_file(url)
    if file is not None:
        await store.close()
        for path in (file, Path(f"{file}-wal")):
            content = path.read_bytes().lower() if path.exists() else b""
            assert not [trace for trace in TRACES if trace.encode() in content], path


def test_what_is_held_is_not_erased(conn: Connection) -> None:
    """While a hold stands, an erasure is refused and changes nothing; released, it is carried out."""
    ids = Ids(conn)
    hold = rows.create(conn, SYSTEM, known.entity("legal_hold"), {"party_id": ids.party, "reason": "court"})
    before = everything(conn)
    with pytest.raises(Refused, match=r"privacy\.held"), conn.begin_nested():
        rows.create(conn, SYSTEM, known.entity("erasure"), {"party_id": ids.party, "reason": "request"})
    assert everything(conn) == before
    rows.patch(conn, SYSTEM, known.entity("legal_hold"), hold.id, {"released_at": NOW})
    rows.create(conn, SYSTEM, known.entity("erasure"), {"party_id": ids.party, "reason": "request"})
    assert parties.party(conn, ids.party) is None


def test_a_copy_holds_what_is_kept(conn: Connection) -> None:
    """The copy has the person's rows, letters as they came, attachments, and nobody else's."""
    Ids(conn, "Somebody Else", theirs=False)
    ids = Ids(conn)
    with zipfile.ZipFile(io.BytesIO(copy_of(conn, ids.party))) as archive:
        told = json.loads(archive.read("person.json"))
        assert archive.read(f"letters/{ids.letter}.eml").endswith(WORD.encode())
        assert archive.read(f"attachments/{ids.letter}/0") == WORD.encode()
    assert [row["name"] for row in told["party"]] == [f"{NAME} 斑馬雀氏"]
    assert {row["normal"] for row in told["contact_point"]} == {NUMBER, MAIL}
    assert [row["subject"] for row in told["support_case"]] == [f"{WORD} broke"]
    assert "Somebody" not in json.dumps(told)


def test_a_copy_opens_no_doors(conn: Connection) -> None:
    """The copy tells that there is a PIN, a link, a session, and nothing by which somebody could use or guess them."""
    user(conn)
    ids = Ids(conn)
    plant(conn, ids, Ids(conn, "Somebody Else", theirs=False).party)
    with zipfile.ZipFile(io.BytesIO(copy_of(conn, ids.party))) as archive:
        told = json.loads(archive.read("person.json"))
    assert told["party_pin"]
    assert told["portal_link"]
    assert told["portal_session"]
    names = {name for of in told.values() for row in of for name in row}
    assert not {name for name in names if "hash" in name or "token" in name}


def swept(conn: Connection, now: float) -> int:
    """All that is due treated, unit by unit; how many rows."""
    done = 0
    while some := retention.due(conn, now):
        done += sum(retention.carry_out(conn, each, now) for each in some)
    return done


def rule(conn: Connection, what: str, days: int = 30) -> None:
    given = {"what": what, "after_days": days, "active": True}
    rows.create(conn, SYSTEM, known.entity("retention_rule"), given)


def erased(conn: Connection, party_id: str) -> None:
    rows.create(conn, SYSTEM, known.entity("erasure"), {"party_id": party_id, "reason": "request"})


def test_rules_take_words_when_they_are_old_enough(conn: Connection) -> None:
    """Calls, letters, solved cases, silent customers and details of the audit go when their rule says so, and not before; holds win."""
    ids, held = Ids(conn), Ids(conn, "Held One", theirs=False)
    rows.create(conn, SYSTEM, known.entity("legal_hold"), {"party_id": held.party, "reason": "court"})
    table = metadata.tables["interaction"]
    conn.execute(table.update().values(state="closed", closed_at=NOW))
    for each in (ids, held):
        cases.set_status(conn, each.case, "solved", NOW)
    for what in ("contacts", "cases", "parties", "audit"):
        rule(conn, what)
    assert retention.due(conn, NOW + 29 * DAY) == []
    assert swept(conn, NOW + 31 * DAY) > 0
    assert parties.party(conn, ids.party) is None
    assert parties.party(conn, held.party) is not None
    assert interactions.interaction(conn, held.interaction).note == "Held One said plain"  # type: ignore[union-attr]
    assert interactions.interaction(conn, ids.interaction).note == ""  # type: ignore[union-attr]
    assert conn.execute(select(audit_detail.c.seq).where(audit_detail.c.body.like("%court%"))).first() is None
    assert audit.verify(conn).broken_at is None
