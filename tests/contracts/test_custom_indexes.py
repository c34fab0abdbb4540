"""Custom fields that are marked as found by search have an index, which filters use; without the mark they have none."""

import asyncio
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, text

from agent_console.indexer import Indexer
from crm_core.access.reader import SYSTEM
from crm_core.records import known, lists, rows
from crm_core.records.change import system
from crm_core.records.lists import Asked
from crm_core.records.shape import shape_of
from crm_core.store import Store
from crm_core.tables import party
from routing.bus import LocalBus

NOW = 1_790_000_000.0
ROWS = 3000
_NUMBERS = count()
FIELDS = (("x_meter", "text", "m-77"), ("x_kwh", "number", 77.0), ("x_since", "date", "2026-01-01"))


def add_field(conn: Connection, name: str, kind: str, **given: Any) -> str:
    words = {"entity": "party", "name": name, "kind": kind, "label_en": name, "searched": True, **given}
    return rows.create(conn, system(NOW), known.entity("custom_field"), words).id


def fill(conn: Connection) -> None:
    """Many customers, each with a value of their own in each field."""
    day = "2026-{:02}-{:02}"
    made = [
        {
            "id": f"p{number}",
            "kind": "person",
            "name": f"P {number}",
            "sought": f"p {number}",
            "note": "",
            "created_at": NOW,
            "updated_at": NOW + number,
            "custom": {
                "x_meter": f"m-{number}",
                "x_kwh": float(number),
                "x_since": day.format(number % 12 + 1, number % 28 + 1),
            },
        }
        for number in range(ROWS)
    ]
    conn.execute(party.insert(), made)


def way(conn: Connection, field: str, value: Any) -> str:
    """How the database finds what a list with this filter asks for."""
    shape = shape_of(conn, known.entity("party"))
    asked = Asked(filter={"field": field, "is": "eq", "value": value})
    query = lists.chosen(shape, SYSTEM, asked)
    words = str(query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True}))
    how = "EXPLAIN QUERY PLAN" if conn.dialect.name == "sqlite" else "EXPLAIN"
    # a statement of its own each time: SQLite's driver keeps an EXPLAIN, which alone is not made anew when the schema has changed
    how = f"{how} /* {next(_NUMBERS)} */"
    return "\n".join(str(tuple(each)) for each in conn.execute(text(f"{how} {words}".replace(":", r"\:"))))


@pytest.fixture
async def store(url: str) -> Any:
    opened = Store(url)
    opened.open()
    await opened.write(fill)
    yield opened
    await opened.close()


async def test_a_field_that_is_marked_has_an_index_and_filters_use_it(store: Store) -> None:
    """Of each kind: before, the table is read; afterwards, the index; when the mark goes, so does the index."""
    ids = [
        await store.write(lambda c, name=name, kind=kind: add_field(c, name, kind))
        for name, kind, _ in FIELDS
    ]
    for name, _, value in FIELDS:
        assert "cx_" not in await store.read(lambda c, name=name, value=value: way(c, name, value))
    assert sum("CREATE INDEX" in each for each in (await store.index()).done) == len(FIELDS)
    for name, _, value in FIELDS:
        assert f"cx_party_{name}" in await store.read(lambda c, name=name, value=value: way(c, name, value))
    assert (await store.index()).done == ()
    change = {"searched": False}
    await store.write(lambda c: rows.patch(c, system(NOW), known.entity("custom_field"), ids[0], change))
    await store.write(lambda c: rows.remove(c, system(NOW), known.entity("custom_field"), ids[1]))
    assert [each.split()[0] for each in (await store.index()).done] == ["DROP", "DROP"]
    assert "cx_" not in await store.read(lambda c: way(c, "x_meter", "m-77"))


async def test_a_filter_finds_the_same_with_and_without_an_index(store: Store) -> None:
    """By value, by range and by order, before and after."""
    await store.write(lambda c: add_field(c, "x_kwh", "number"))

    def found(conn: Connection) -> list[list[str]]:
        entity = known.entity("party")
        tests = (("eq", 77), ("gt", ROWS - 3), ("in", [1, 2, 3]))
        pages = [
            lists.listed(
                conn,
                SYSTEM,
                entity,
                Asked(filter={"field": "x_kwh", "is": word, "value": value}, sort="-x_kwh"),
                now=NOW,
            )
            for word, value in tests
        ]
        return [[each.id for each in page.items] for page in pages]

    before = await store.read(found)
    await store.index()
    assert (
        await store.read(found) == before == [["p77"], [f"p{ROWS - 1}", f"p{ROWS - 2}"], ["p3", "p2", "p1"]]
    )


async def test_what_another_field_left_under_the_name_is_in_no_ones_way(store: Store) -> None:
    """A field that was text is made anew as a number: old words are nothing to its filter and its index, which is made."""
    await store.write(lambda c: add_field(c, "x_meter", "number"))
    (made,) = [each for each in (await store.index()).done if each.startswith("CREATE")]
    assert "x_meter" in made
    asked = {"field": "x_meter", "is": "gt", "value": 0}
    found = await store.read(
        lambda c: lists.listed(c, SYSTEM, known.entity("party"), Asked(filter=asked), now=NOW)
    )
    assert found.items == ()


async def test_the_indexer_makes_it_when_the_field_is_made(store: Store) -> None:
    """While the server runs, a field that an administrator adds has its index soon, without a hand of theirs."""
    bus = LocalBus()
    indexing = asyncio.create_task(Indexer(store, bus).run())
    try:
        await asyncio.sleep(0)
        name = await store.write(lambda c: add_field(c, "x_meter", "text"))
        bus.publish("custom_field", name)
        async with asyncio.timeout(30):
            while "cx_party_x_meter" not in await store.read(lambda c: way(c, "x_meter", "m-77")):
                await asyncio.sleep(0.05)
    finally:
        indexing.cancel()
        await asyncio.wait([indexing])
