"""Indexing many rows at once, on both databases: the same as one by one, only cheaper."""

import random

import pytest
from sqlalchemy import Connection, delete, text

from crm_core import interactions, parties
from crm_core.access.reader import SYSTEM
from crm_core.search import bulk, cut, find, index, tsvector_index
from crm_core.search.sources import Document
from crm_core.tables import interaction, search_document
from crm_core.tables import party as party_table

NOW = 1_790_000_000.0


def found(conn: Connection, sought: str, kinds: tuple[str, ...] | None = None) -> list[str]:
    return [hit.id for hit in find.find(conn, SYSTEM, sought, now=NOW, kinds=kinds, limit=100).items]


def behind_its_back(conn: Connection, count: int, name: str = "lamp") -> list[str]:
    """Parties that nobody told the index of."""
    rows = [
        {
            "id": f"p{number:05}",
            "kind": "person",
            "name": f"{name} {number}",
            "sought": "",
            "created_at": NOW,
            "updated_at": NOW,
        }
        for number in range(count)
    ]
    conn.execute(party_table.insert(), rows)
    return [str(row["id"]) for row in rows]


def indexed(conn: Connection) -> list[tuple[object, ...]]:
    """The index as it is, without the numbers of its documents."""
    document = search_document.c
    rows = conn.execute(search_document.select().order_by(document.kind, document.source_id)).all()
    words = "words" if conn.dialect.name == "postgresql" else "title || '/' || body || '/' || keys"
    key = "id" if conn.dialect.name == "postgresql" else "rowid"
    kept = {row[0]: row[1] for row in conn.execute(text(f"SELECT {key}, {words} FROM search_words"))}
    assert set(kept) == {row.id for row in rows}
    return [(*row[1:], kept[row.id]) for row in rows]


def test_many_rows_are_indexed_as_each_alone(conn: Connection) -> None:
    """Row by row or all at once, anew or once more, the index holds the same rows and the same words."""
    names = behind_its_back(conn, 40)
    for name in names:
        index.refresh(conn, "party", name)
    alone = indexed(conn)
    index.refresh_many(conn, "party", names)
    assert indexed(conn) == alone
    index.forget_many(conn, "party", names)
    assert indexed(conn) == []
    index.refresh_many(conn, "party", [*names, names[0]])
    assert indexed(conn) == alone


def test_what_is_written_together_is_indexed_once_at_the_end(conn: Connection) -> None:
    """Rows that are written again and again, and one that is gone at the end: the index holds what there is then, and is as before for whatever follows."""
    with index.together(conn):
        anna = parties.add_party(conn, kind="person", name="Anna", now=NOW).id
        parties.add_contact_point(conn, anna, "phone", "0912 345 678", now=NOW)
        (gone,) = behind_its_back(conn, 1)
        index.refresh(conn, "party", gone)
        conn.execute(delete(party_table).where(party_table.c.id == gone))
        assert indexed(conn) == []
    assert found(conn, "Anna") == [anna]
    assert found(conn, "0912345678") == [anna]
    assert len(indexed(conn)) == 1
    bert = parties.add_party(conn, kind="person", name="Bert", now=NOW).id
    assert found(conn, "Bert") == [bert]
    with pytest.raises(ZeroDivisionError), index.together(conn):
        _ = 1 / 0
    carl = parties.add_party(conn, kind="person", name="Carl", now=NOW).id
    assert found(conn, "Carl") == [carl]


def test_more_rows_than_one_statement_takes(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are given, every one is found, and numbers rise in the order given, by which the newest are found."""
    monkeypatch.setattr(index, "AT_ONCE", 7)
    names = behind_its_back(conn, 50)
    index.refresh_many(conn, "party", names)
    places = conn.execute(search_document.select().order_by(search_document.c.id)).all()
    assert [row.source_id for row in places] == names
    assert sorted(found(conn, "lamp", kinds=("party",))) == names


def test_what_is_gone_or_wordless_among_many_is_found_no_more(conn: Connection) -> None:
    """Of many rows those that were deleted leave the index, those that changed are found as they are, others stay."""
    names = behind_its_back(conn, 5)
    index.refresh_many(conn, "party", names)
    conn.execute(delete(party_table).where(party_table.c.id == names[1]))
    conn.execute(party_table.update().where(party_table.c.id == names[2]).values(name="torch"))
    index.refresh_many(conn, "party", [names[1], names[2], "nobody"])
    assert sorted(found(conn, "lamp")) == [names[0], names[3], names[4]]
    assert found(conn, "torch") == [names[2]]
    assert len(indexed(conn)) == 4


def test_during_an_import_everything_is_found_at_once(conn: Connection) -> None:
    """Between begin and end what was indexed is found, changed and forgotten as ever; afterwards nothing is left over."""
    bulk.begin(conn)
    bulk.begin(conn)
    names = behind_its_back(conn, 30)
    index.refresh_many(conn, "party", names)
    assert sorted(found(conn, "lamp")) == names
    index.forget(conn, "party", names[0])
    assert sorted(found(conn, "lamp")) == names[1:]
    bulk.end(conn)
    bulk.end(conn)
    assert sorted(found(conn, "lamp")) == names[1:]
    if conn.dialect.name == "postgresql":
        options = conn.execute(
            text("SELECT reloptions FROM pg_class WHERE relname = 'ix_search_words_words'")
        ).scalar()
        assert options == ["fastupdate=off"]
        assert conn.execute(text("SELECT gin_clean_pending_list('ix_search_words_words')")).scalar() == 0


@pytest.mark.parametrize("seed", range(4))
def test_any_text_is_kept_the_same_way(conn: Connection, seed: int) -> None:
    """Names with NUL, lone surrogates, quotes and backslashes are indexed by many as by one."""
    draw = random.Random(seed)
    people = [
        parties.add_party(
            conn, kind="person", name="".join(draw.choices("a退'\\\x00\ud800\"{},%§¶ ", k=12)) + "x", now=NOW
        ).id
        for _ in range(12)
    ]
    alone = indexed(conn)
    index.refresh_many(conn, "party", people)
    assert indexed(conn) == alone


def test_a_note_emptied_among_many_is_found_no_more(conn: Connection) -> None:
    """A row that lost its words leaves the index, as if it were gone."""
    for number in range(3):
        interactions.ensure(
            conn,
            id=f"tl-{number}",
            medium="voice",
            direction="in",
            queue_id="q",
            customer_address="",
            customer_name="",
            entry_address="",
            subject="",
            enqueued_at=NOW,
        )
        interactions.set_note(conn, f"tl-{number}", "lamp")
    conn.execute(interaction.update().where(interaction.c.id == "tl-1").values(note=""))
    index.refresh_many(conn, "note", ["tl-0", "tl-1", "tl-2"])
    assert sorted(found(conn, "lamp")) == ["tl-0", "tl-2"]


@pytest.mark.parametrize("seed", range(6))
def test_the_newest_are_found_however_rare_the_word(
    conn: Connection, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many eras and few hits asked for: of each kind the newest that fit are found, be the word in all documents or in one."""
    monkeypatch.setattr(find, "MOST_OF_A_KIND", 3)
    monkeypatch.setattr(cut, "ERA_DOCUMENTS", 4)
    monkeypatch.setattr(tsvector_index, "ERA_DOCUMENTS", 4)
    monkeypatch.setattr(tsvector_index, "MOST_ERAS", 5)
    draw = random.Random(seed)
    lamps: dict[str, list[str]] = {"party": [], "note": []}
    documents = []
    for number in range(80):
        kind, rare = draw.choice(["party", "note"]), draw.random() ** 3
        body = "lamp" if draw.random() < rare else "torch"
        name = f"{kind}{number:03}"
        documents.append(Document(kind=kind, id=name, title="", body=body, at=NOW))
        if body == "lamp":
            lamps[kind].append(name)
    index.put(conn, documents)
    hits = find.find(conn, SYSTEM, "lamp", now=NOW, kinds=("party", "note"), limit=100).items
    for kind, names in lamps.items():
        assert {hit.id for hit in hits if hit.kind == kind} == set(names[-3:])
