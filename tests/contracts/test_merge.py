"""Merging customers on both databases: everything moves, old ids lead on, and taking it back leaves no trace."""

from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text

from config.errors import Refused
from crm_core import audit, cases, interactions, parties
from crm_core.customers import merge, merge_undo, redirects, references
from crm_core.privacy import erase
from crm_core.records import known, lists, rows
from crm_core.records.change import system
from crm_core.search import party_list
from crm_core.tables import contact_point, interaction, party, support_case
from crm_core.tables.base import metadata
from tests.contracts.test_records import somebody, workplace

NOW = 1_790_000_000.0
LATER = system(NOW + 60)
_APART = ("audit_", "search_", "party_merge", "sqlite_", "alembic_")
"""The audit chain only grows, search numbers its documents anew, and the merge itself is kept."""


def make(conn: Connection, of: str, /, **given: Any) -> str:
    return rows.create(conn, system(NOW), known.entity(of), given).id


def everything(conn: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, as the database itself tells it."""
    names = [name for name in inspect(conn).get_table_names() if not name.startswith(_APART)]
    assert {"party", "interaction", "relationship", "consent"} <= set(names)
    return {
        name: sorted(map(tuple, conn.execute(text(f'SELECT * FROM "{name}"'))), key=repr) for name in names
    }


def two_with_a_history(conn: Connection) -> tuple[str, str]:
    """Two records of one person, and rows of every kind that refer to the second."""
    make(
        conn,
        "custom_field",
        entity="case",
        name="x_friend",
        kind="reference",
        refers="party",
        label_en="Friend",
    )
    make(conn, "custom_field", entity="party", name="x_size", kind="text", label_en="Size")
    firm = make(conn, "party", kind="organisation", name="台積電")
    first = make(conn, "party", name="王小明", traits=["patient"], organisation_id=firm)
    second = make(
        conn,
        "party",
        family_name="王",
        given_name="小明",
        title="經理",
        traits=["hasty"],
        x_size="XL",
        tier="gold",
    )
    boss = make(conn, "party", name="陳大文")
    for number, kept_by in (("0912345678", first), ("0912345678", second), ("02-27208889", second)):
        make(conn, "contact_point", party_id=kept_by, kind="phone", raw=number, is_primary=True)
    make(conn, "relationship", from_id=second, to_id=boss, type="reports_to")
    make(conn, "relationship", from_id=first, to_id=second, type="household")
    make(conn, "relationship", from_id=second, to_id=firm, type="employee_of", is_primary=True)
    make(conn, "party_identifier", party_id=second, scheme="erp", value="E-77")
    make(
        conn, "consent", party_id=second, purpose="marketing", state="given", evidence="said so on the phone"
    )
    case = cases.open_case(conn, subject="Lamp", party_id=second, queue_id=None, now=NOW)
    rows.patch(conn, system(NOW), known.entity("case"), case.id, {"x_friend": second})
    interactions.ensure(
        conn, id="tl-1", medium="voice", direction="in", queue_id=None, customer_address="+886912345678",
        customer_name="", entry_address="100", subject="", enqueued_at=NOW,
    )  # fmt: skip
    interactions.set_party(conn, "tl-1", second)
    return first, second


def test_everything_that_refers_to_the_merged_one_moves(conn: Connection) -> None:
    """Calls, cases, numbers, relations, identifiers, consents and custom references are the survivor's, and no row still names the other
    but those that would be doubles."""
    first, second = two_with_a_history(conn)
    merge.merge(conn, LATER, first, second, choice=["tier"])
    assert conn.execute(select(interaction.c.party_id)).scalar() == first
    case = conn.execute(select(support_case.c.party_id, support_case.c.custom)).one()
    assert (case.party_id, case.custom["x_friend"]) == (first, first)
    survivor = parties.party(conn, first)
    assert survivor is not None
    assert (survivor.title, survivor.tier, survivor.traits) == ("經理", "gold", ("patient",))
    assert survivor.reached_by("phone") == ("+886912345678", "+886227208889")
    left = {
        (each.table.name, each.column.name)
        for each in references.to_parties(conn)
        if not each.custom and conn.execute(select(each.column).where(each.column == second)).first()
    }
    assert left == {("contact_point", "party_id")}


def test_an_old_id_leads_to_the_survivor(conn: Connection) -> None:
    """Reading or changing under the old id reaches the survivor, also over several merges; the merged one is found no more."""
    first, second = two_with_a_history(conn)
    third = make(conn, "party", name="王曉明")
    merge.merge(conn, LATER, first, second)
    merge.merge(conn, LATER, third, first)
    assert redirects.survivor_of(conn, second) == third
    assert lists.read(conn, LATER.reader, known.entity("party"), second).id == third
    assert rows.patch(conn, LATER, known.entity("party"), second, {"note": "here"}).id == third
    found = parties.party(conn, second)
    assert found is not None
    assert found.id == third
    assert [row.id for row in party_list.search(conn, "E-77").items] == [third]


def test_merged_and_undone_every_row_is_as_it_was(conn: Connection) -> None:
    """After undoing a merge every row of every table is what it was, byte for byte."""
    first, second = two_with_a_history(conn)
    before = everything(conn)
    done = merge.merge(conn, LATER, first, second, choice=["name", "title", "traits", "x_size"])
    assert everything(conn) != before
    assert merge_undo.undo(conn, LATER, done) == []
    assert everything(conn) == before
    assert {row.id for row in party_list.search(conn, "0912345678").items} == {first, second}


def test_two_merges_are_undone_the_later_first(conn: Connection) -> None:
    """An earlier merge is not taken back from under a later one; in the right order all is as it was, and only once."""
    first, second = two_with_a_history(conn)
    third = make(conn, "party", name="王曉明", phonetic_name="Wang")
    before = everything(conn)
    one = merge.merge(conn, LATER, first, second)
    two = merge.merge(conn, LATER, third, first)
    with pytest.raises(Refused, match=r"merge\.later_first"):
        merge_undo.undo(conn, LATER, one)
    for done in (two, one):
        assert merge_undo.undo(conn, LATER, done) == []
    assert everything(conn) == before
    with pytest.raises(Refused, match=r"merge\.undone"):
        merge_undo.undo(conn, LATER, one)


def test_what_was_changed_since_is_told_and_kept(conn: Connection) -> None:
    """A value that somebody wrote after the merge is not lost by undoing it: it stays, and the answer names it."""
    first, second = two_with_a_history(conn)
    done = merge.merge(conn, LATER, first, second)
    rows.patch(conn, LATER, known.entity("party"), first, {"title": "處長"})
    point = select(contact_point.c.id).where(contact_point.c.raw == "02-27208889")
    rows.remove(conn, LATER, known.entity("contact_point"), conn.execute(point).scalar_one())
    changed = {(each.table, each.columns) for each in merge_undo.undo(conn, LATER, done)}
    assert ("party", ("title",)) in changed
    assert lists.read(conn, LATER.reader, known.entity("party"), first).values["title"] == "處長"
    assert lists.read(conn, LATER.reader, known.entity("party"), second).values["title"] == "經理"


def test_a_merge_that_cannot_be_changes_nothing(conn: Connection) -> None:
    """A person and an organisation, one with itself, and an unknown field are refused, and so is whoever may not remove customers."""
    first, second = two_with_a_history(conn)
    firm = conn.execute(select(party.c.id).where(party.c.kind == "organisation")).scalar_one()
    before = everything(conn)
    for survivor, merged, choice, code in (
        (first, firm, (), "merge.kinds"),
        (first, first, (), "merge.same"),
        (first, second, ("salary",), "field.unknown"),
        (first, "nobody", (), "record.unknown"),
    ):
        with pytest.raises(Refused, match=code.replace(".", r"\.")):
            merge.merge(conn, LATER, survivor, merged, choice)
    with pytest.raises(Refused, match=r"access\.action"):
        merge.merge(conn, somebody("ann", workplace("agent")), first, second)
    assert everything(conn) == before


def test_a_new_table_that_refers_to_customers_is_found(conn: Connection) -> None:
    """No table is named in the code: every foreign key to a customer in the metadata is among the references."""
    found = {(each.table.name, each.column.name) for each in references.to_parties(conn)}
    keys = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == "party.id" for key in column.foreign_keys)
    }
    assert keys - found == {("repair_item", "party_id"), ("segment_member", "party_id")}
    assert ("consent", "party_id") in found


def test_the_row_of_a_merged_customer_is_kept(conn: Connection) -> None:
    """The merged record is marked as removed, never deleted: nothing that names it is orphaned."""
    first, second = two_with_a_history(conn)
    merge.merge(conn, LATER, first, second)
    assert conn.execute(select(party.c.deleted_at).where(party.c.id == second)).scalar() == LATER.now


def test_erasing_a_merged_customer_leaves_no_trace(conn: Connection) -> None:
    """Whoever erases the survivor erases what was merged into it: record, numbers, the merge and its images; the chain still holds."""
    first, second = two_with_a_history(conn)
    merge.merge(conn, LATER, first, second)
    erase.erase(conn, first)
    names = [name for name in inspect(conn).get_table_names() if not name.startswith("sqlite_")]
    told = "\n".join(
        repr(tuple(row)) for name in names for row in conn.execute(text(f'SELECT * FROM "{name}"'))
    )
    for word in ("王小明", "0912345678", "886912345678", "E-77"):
        assert word not in told, word
    assert audit.verify(conn).broken_at is None
