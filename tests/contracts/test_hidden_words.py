"""What is hidden from a reader is not found by its words either, and not told as a title, on both databases."""

from typing import Any

import pytest
from sqlalchemy import Connection

from crm_core.access.model import FieldRight, Rights, Role, allowed
from crm_core.access.reader import Reader
from crm_core.records import codes, known, lists
from crm_core.records.lists import Asked
from crm_core.search import find, party_list, seen
from crm_core.search.shown import show
from tests.contracts.test_records import ADMIN, NOW, make, product

EVERY = {entity.name: allowed(read="all") for entity in known.every()}


def blind(**hidden: tuple[str, ...]) -> Reader:
    """Somebody who may read every row, but for these fields."""
    fields = {of: dict.fromkeys(names, FieldRight.HIDDEN) for of, names in hidden.items()}
    rights = Rights(roles=(Role(scopes=EVERY, fields=fields),))
    return Reader(user_id="u", everything=True, rights=rights)


def found(conn: Connection, reader: Reader, words: str, kind: str) -> list[str]:
    """By the search box."""
    return [hit.id for hit in find.find(conn, reader, words, now=NOW, kinds=(kind,)).items]


def listed(conn: Connection, reader: Reader, words: str, of: str) -> list[str]:
    """By the words of a list, counted as well."""
    entity, asked = known.entity(of), Asked(words=words)
    page = lists.listed(conn, reader, entity, asked, now=NOW)
    assert lists.counted(conn, reader, entity, asked, now=NOW) == len(page.items)
    return [row.id for row in page.items]


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        (("note",), "quokka"),
        (("name",), "zebra"),
        (("name",), "zebre"),
        (("x_code",), "wombat"),
        (("note", "x_code"), '"quokka leaps"'),
    ],
)
def test_words_of_hidden_fields_find_nothing(conn: Connection, hidden: tuple[str, ...], words: str) -> None:
    """Search, lists and the list of customers find a row by every field, and for readers from whom a field is hidden not by that one,
    not even with a slip of the pen; by the others they do."""
    make(conn, "custom_field", entity="party", name="x_code", kind="text", label_en="C", searched=True)
    given = {"kind": "person", "name": "Zebra", "note": "quokka leaps", "title": "dingo", "x_code": "wombat"}
    row = make(conn, "party", **given).id
    reader = blind(party=hidden)
    assert found(conn, ADMIN.reader, words, "party") == [row]
    assert found(conn, reader, words, "party") == []
    assert listed(conn, reader, words, "party") == []
    assert party_list.search(conn, words, reader=reader, now=NOW).items == ()
    for also in ("zebra", "quokka", "wombat"):
        still = {"zebra": "name", "quokka": "note", "wombat": "x_code"}[also] not in hidden
        assert (found(conn, reader, also, "party") == [row]) is still, also


def test_a_hidden_word_is_neither_shown_nor_excluded_by(conn: Connection) -> None:
    """Titles and excerpts of what was found have no hidden word in them, and leaving such a word out leaves nothing out."""
    row = make(conn, "party", kind="person", name="Zebra", note="quokka", title="dingo").id
    reader = blind(party=("name", "note"))
    case = make(conn, "case", subject="dingo bites", party_id=row)
    hits = find.find(conn, reader, "dingo -quokka", now=NOW, kinds=("case", "party")).items
    for each in show(conn, reader, hits, "dingo"):
        assert each.party is None
        assert "quokka" not in each.snippet.text
        assert "Zebra" not in each.title.text
    assert {hit.id for hit in hits} == {case.id, row}


def test_a_hidden_title_is_not_told(conn: Connection) -> None:
    """Who may not see an entity's title gets no name where a row is referred to, and finds none by it in a list without search."""
    row = make(conn, "party", kind="person", name="Zebra").id
    case = make(conn, "case", subject="x", party_id=row)
    fields = [field for field in known.entity("case").fields if field.name == "party_id"]
    asked: Any = (fields, [case.values])
    assert codes.names(conn, ADMIN.reader, *asked) == {"party": {row: "Zebra"}}
    assert codes.names(conn, blind(party=("name",)), *asked) == {"party": {}}
    role = make(conn, "role", name="Zebrafish", based_on="agent")
    assert listed(conn, ADMIN.reader, "zebra", "role") == [role.id]
    assert listed(conn, blind(role=("name",)), "zebra", "role") == []


def test_others_are_not_looked_at_twice(conn: Connection) -> None:
    """Readers from whom nothing searched is hidden have their hits from the index alone."""
    product(conn, "A")
    assert not seen.is_part(ADMIN.reader, "product")
    assert not seen.is_part(blind(product=("price",)), "product")
    assert seen.is_part(blind(product=("name",)), "product")
    assert seen.is_part(blind(contact_point=("raw",)), "party")
