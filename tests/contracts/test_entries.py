"""Numbers and addresses as records on both databases: what is kept, what is refused, and where they lead."""

from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text

from config.errors import Refused, RefusedFields
from crm_core import queues, schema
from crm_core.records import known, lists, rows
from crm_core.records.change import system
from crm_core.records.lists import Record
from crm_core.tables import audit_event, entry
from tests.contracts.databases import run_in
from tests.contracts.test_imports import Desk, desk

__all__ = ["desk"]

NOW = 1_790_000_000.0


@pytest.fixture
def care(conn: Connection) -> str:
    return queues.add_queue(conn, name="Care", language="en").id


def make(conn: Connection, queue: str, address: str, medium: str = "voice", **given: Any) -> Record:
    fields = {"medium": medium, "address": address, "queue_id": queue} | given
    return rows.create(conn, system(NOW), known.entity("entry"), fields)


def patch(conn: Connection, row: str, **given: Any) -> Record:
    return rows.patch(conn, system(NOW + 1), known.entity("entry"), row, given)


def led(conn: Connection, address: str, medium: str = "voice") -> str | None:
    queue = queues.queue_for(conn, medium, address)
    return queue and queue.id


def test_what_is_kept_leads_to_its_queue(conn: Connection, care: str) -> None:
    """A number as it is dialled, an address in lower case; only callers are asked who they are."""
    number = make(conn, care, " +886255550100 ", identify="unknown", note="Printed on the card")
    letters = make(conn, care, "Care@Example.COM", "email")
    assert number.values["address"] == "+886255550100"
    assert (letters.values["address"], letters.values["identify"]) == ("care@example.com", None)
    assert led(conn, "+886255550100") == led(conn, "CARE@example.com", "email") == care
    assert led(conn, "care@example.com") is None, "nobody dials it"
    assert queues.entries(conn) == [
        queues.Entry(medium="email", address="care@example.com", queue_id=care),
        queues.Entry(medium="voice", address="+886255550100", queue_id=care, identify="unknown"),
    ]
    other = queues.add_queue(conn, name="Sales", language="en").id
    patch(conn, number.id, queue_id=other)
    assert led(conn, "+886255550100") == other


def test_nothing_said_of_callers_is_never(conn: Connection, care: str) -> None:
    made = make(conn, care, "100")
    assert made.values["identify"] == "never"
    assert patch(conn, made.id, identify=None).values["identify"] == "never"


@pytest.mark.parametrize("number", ["*", "1", "0800*1#", "*97", "+886255550100", "1" * 32])
def test_what_can_be_dialled_is_taken(conn: Connection, care: str, number: str) -> None:
    make(conn, care, number)
    assert led(conn, number) == care


@pytest.mark.parametrize(
    ("medium", "address", "code"),
    [
        ("voice", "02-5555-0100", "entry.number"),
        ("voice", "care@example.com", "entry.number"),
        ("voice", "1+1", "entry.number"),
        ("voice", "++1", "entry.number"),
        ("voice", "+*", "entry.number"),
        ("voice", "+", "entry.number"),
        ("voice", "**", "entry.number"),
        ("voice", "#", "entry.number"),
        ("voice", "１００", "entry.number"),
        ("voice", "1" * 33, "entry.number"),
        ("email", "100", "field.email"),
        ("email", "*", "field.email"),
        ("email", "care@example", "field.email"),
        ("email", "Care <care@example.com>", "field.email"),
        ("email", "care+sales@example.com", "entry.tag"),
    ],
)
def test_what_nobody_reaches_changes_nothing(
    conn: Connection, care: str, medium: str, address: str, code: str
) -> None:
    """New or changed, it is refused with the field that is to blame."""
    make(conn, care, "200")
    kept = make(conn, care, "service@example.com", "email")
    before = queues.entries(conn)
    for act in (
        lambda: make(conn, care, address, medium),
        lambda: patch(conn, kept.id, medium=medium, address=address),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert (refused.value.code, refused.value.pointer) == (code, "/address")
    assert queues.entries(conn) == before
    assert lists.read(conn, system(NOW).reader, known.entity("entry"), kept.id).version == 1


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"address": None}, "/address", "field.required"),
        ({"queue_id": None}, "/queue_id", "field.required"),
        ({"queue_id": "nowhere"}, "/queue_id", "field.reference"),
        ({"medium": "pigeon"}, "/medium", "field.choice"),
        ({"identify": "sometimes"}, "/identify", "field.choice"),
        ({"medium": "email", "address": "a@b.test", "identify": "never"}, "/identify", "field.not_of_kind"),
    ],
)
def test_fields_hold_what_they_are_for(
    conn: Connection, care: str, given: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(RefusedFields) as refused:
        rows.create(
            conn,
            system(NOW),
            known.entity("entry"),
            {"medium": "voice", "address": "100", "queue_id": care} | given,
        )
    assert [(each.pointer, each.code) for each in refused.value.faults] == [(pointer, code)]
    assert queues.entries(conn) == []


@pytest.mark.parametrize(
    ("medium", "first", "second"),
    [
        ("voice", "100", "100"),
        ("voice", "*", " * "),
        ("voice", "+886255550100", "886255550100"),
        ("voice", "886255550100", "+886255550100"),
        ("email", "care@example.com", "CARE@Example.com"),
    ],
)
def test_one_of_a_kind_leads_to_one_queue(
    conn: Connection, care: str, medium: str, first: str, second: str
) -> None:
    """Neither a plus nor capital letters make another of it; of one's own record one may write it otherwise."""
    made = make(conn, care, first, medium)
    other = make(conn, care, "300")
    for act in (
        lambda: make(conn, care, second, medium),
        lambda: patch(conn, other.id, medium=medium, address=second),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert (refused.value.code, refused.value.pointer) == ("field.taken", "/address")
    with pytest.raises(Refused, match=r"entry\.taken"):
        queues.add_entry(conn, medium, first.upper(), care)
    patch(conn, made.id, address=second)
    assert len(queues.entries(conn)) == 2


def test_a_number_that_was_given_up_leads_nowhere(conn: Connection, care: str) -> None:
    """Until it is put back, which it is not while somebody else has it."""
    entity, made = known.entity("entry"), make(conn, care, "+100", identify="untrusted")
    rows.remove(conn, system(NOW), entity, made.id)
    assert led(conn, "+100") is None
    assert queues.entries(conn) == []
    with pytest.raises(Refused, match=r"entry\.unknown"):
        queues.set_identify(conn, "+100", "never")
    other = queues.add_queue(conn, name="Sales", language="en").id
    for again in ("+100", "100"):
        taken = make(conn, other, again)
        with pytest.raises(Refused, match=r"field\.taken"):
            rows.put_back(conn, system(NOW), entity, made.id)
        assert led(conn, again) == other
        rows.remove(conn, system(NOW), entity, taken.id)
    rows.put_back(conn, system(NOW), entity, made.id)
    kept = queues.Entry(medium="voice", address="+100", queue_id=care, identify="untrusted")
    assert queues.entries(conn) == [kept]
    done = select(audit_event.c.action).where(audit_event.c.object_id == made.id).order_by(audit_event.c.seq)
    assert list(conn.execute(done).scalars()) == ["created", "deleted", "put_back"]


def test_a_number_becomes_an_address_and_back(conn: Connection, care: str) -> None:
    """What only callers are asked goes with the number, and is as usual when it is one again."""
    made = make(conn, care, "100", identify="unknown")
    assert patch(conn, made.id, medium="email", address="care@example.com").values["identify"] is None
    with pytest.raises(Refused, match=r"entry\.number"):
        patch(conn, made.id, medium="voice")
    assert patch(conn, made.id, medium="voice", address="100").values["identify"] == "never"


def test_what_the_program_adds_is_a_record_like_any(conn: Connection, care: str) -> None:
    added = queues.add_entry(conn, "voice", "100", care, now=NOW)
    found = conn.execute(select(entry)).one()
    assert (found.address, found.queue_id, found.row_version, found.created_at) == ("100", care, 1, NOW)
    assert queues.entries(conn) == [added]
    assert queues.set_identify(conn, "100", "unknown", now=NOW + 1) == (found.id, "never")
    assert queues.set_identify(conn, "100", "unknown", now=NOW + 2) == (found.id, "unknown")
    kept = lists.read(conn, system(NOW).reader, known.entity("entry"), found.id)
    assert (kept.values["identify"], kept.version, kept.values["updated_at"]) == ("unknown", 2, NOW + 1)


def test_a_number_of_an_earlier_version_stays_as_it_was(conn: Connection, care: str) -> None:
    """What was kept before numbers were checked can still be led elsewhere; only its own words are checked when they change."""
    queues.add_entry(conn, "voice", "reception", care)
    old = conn.execute(select(entry.c.id)).scalar_one()
    other = queues.add_queue(conn, name="Sales", language="en").id
    patch(conn, old, queue_id=other)
    assert led(conn, "reception") == other
    with pytest.raises(Refused, match=r"entry\.number"):
        patch(conn, old, address="lobby")


async def test_a_file_of_them_is_taken_row_by_row(desk: Desk) -> None:
    """As it was exported, queues by name; what nobody reaches is refused alone, and the whole file can be taken back."""
    await desk.store.write(lambda conn: queues.add_queue(conn, name="Care", language="en"))
    file = (
        "Kind,Number or address,Leads to,Ask callers who they are\n"
        "Telephone number,+886255550100,Care,Unless their number is trusted\n"
        "E-mail address,Care@Example.com,Care,\n"
        "Telephone number,02-5555,Care,Never\n"
        "E-mail address,care@example.com,Care,\n"
        "Telephone number,*,Care,\n"
    )
    columns = "medium,address,queue_id,identify"
    batch = await desk.imported(file, columns, "entry", mode="create", match="address")
    report = await desk.report(batch)
    assert [(row.outcome, row.code, row.field) for row in report] == [
        ("created", None, None),
        ("created", None, None),
        ("failed", "entry.number", "address"),
        ("skipped", "import.exists", "address"),
        ("created", None, None),
    ]
    kept = await desk.store.read(queues.entries)
    assert [(each.address, each.identify) for each in kept] == [
        ("care@example.com", "never"),
        ("*", "never"),
        ("+886255550100", "untrusted"),
    ]
    await desk.undone(batch)
    assert await desk.store.read(queues.entries) == []


def test_they_are_kept_down_and_up_again(url: str) -> None:
    """What was removed is lost on the way down; what one text is for both media is kept for the one that it suits."""

    def begin(conn: Connection) -> str:
        queue = queues.add_queue(conn, name="Care", language="en").id
        make(conn, queue, "100", identify="untrusted")
        make(conn, queue, "*")
        make(conn, queue, "care@example.com", "email")
        rows.remove(conn, system(NOW), known.entity("entry"), make(conn, queue, "200").id)
        return queue

    queue = run_in(url, begin)
    before = run_in(url, queues.entries)
    assert len(before) == 3
    schema.downgrade(url, "0026")

    def look(conn: Connection) -> set[tuple[str, ...]]:
        assert not inspect(conn).has_table("entry")
        kept = {tuple(row) for row in conn.execute(text("SELECT * FROM queue_entry"))}
        for medium, address in (("email", "100"), ("voice", "care@example.com")):
            values = {"medium": medium, "address": address, "queue": queue}
            told = text(
                "INSERT INTO queue_entry (medium, address, queue_id) VALUES (:medium, :address, :queue)"
            )
            conn.execute(told, values)
        return kept

    assert run_in(url, look) == {
        ("voice", "100", queue, "untrusted"),
        ("voice", "*", queue, "never"),
        ("email", "care@example.com", queue, "never"),
    }
    schema.upgrade(url)

    def end(conn: Connection) -> set[tuple[str, str]]:
        assert not inspect(conn).has_table("queue_entry")
        assert queues.entries(conn) == before
        ids = [row.id for row in conn.execute(select(entry.c.id))]
        assert all(len(each) == 36 for each in ids)
        make(conn, queue, "200")
        gone = select(entry.c.medium, entry.c.address).where(entry.c.deleted_at.is_not(None))
        return {(row.medium, row.address) for row in conn.execute(gone)}

    assert run_in(url, end) == {("email", "100"), ("voice", "care@example.com")}
