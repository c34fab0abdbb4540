"""Merging customers on both databases: everything moves, old ids lead on, and taking it back leaves no trace."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, inspect, select, text

from config.errors import Refused
from crm_core import audit, cases, corrections, interactions, jobs, parties, recognition, remembered
from crm_core.customers import merge, merge_undo, redirects, references
from crm_core.customers.work import WORK
from crm_core.privacy import erase
from crm_core.records import known, lists, rows
from crm_core.records.change import system
from crm_core.remembered import Said
from crm_core.search import party_list
from crm_core.tables import contact_point, interaction, party, support_case
from crm_core.tables.base import metadata
from tests.contracts.databases import statements
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


def a_call(conn: Connection, name: str, of: str, state: str = "closed") -> None:
    conn.execute(
        insert(interaction).values(
            id=name, medium="voice", direction="in", state=state, enqueued_at=NOW, party_id=of
        )
    )


def reached(conn: Connection, raw: str) -> list[tuple[str, str]]:
    return [(match.party_id, match.strength) for match in recognition.by_phone(conn, raw)]


def test_no_number_is_lost(conn: Connection) -> None:
    """What the survivor had removed, or knows to be wrong, and the other uses is the survivor's in use, and they are recognised by it; what
    neither uses stays away. Undone, all is as it was."""
    first, second = make(conn, "party", name="王小明"), make(conn, "party", name="王小明")
    points = known.entity("contact_point")
    removed = make(conn, "contact_point", party_id=first, kind="phone", raw="0912000001")
    rows.remove(conn, system(NOW), points, removed)
    wrong = make(conn, "contact_point", party_id=first, kind="phone", raw="0912000002")
    rows.patch(conn, system(NOW), points, wrong, {"invalid_since": NOW})
    make(conn, "contact_point", party_id=first, kind="phone", raw="0912000003")
    for raw in ("0912000001", "0912000002"):
        make(conn, "contact_point", party_id=second, kind="phone", raw=raw, label="mobile")
    rows.remove(
        conn,
        system(NOW),
        points,
        make(conn, "contact_point", party_id=second, kind="phone", raw="0912000003"),
    )
    before = everything(conn)
    done = merge.merge(conn, LATER, first, second)
    for raw in ("0912000001", "0912000002", "0912000003"):
        assert reached(conn, raw) == [(first, "exact")], raw
    assert {point.label for point in parties.parties(conn, [first])[first].contact_points} == {"mobile", ""}
    assert merge_undo.undo(conn, LATER, done) == []
    assert everything(conn) == before
    assert reached(conn, "0912000001") == [(second, "exact")]


def test_what_was_said_of_a_number_is_not_lost(conn: Connection) -> None:
    """A word that holds moves although the survivor has one that was taken back; of two that hold the later one holds for both."""
    first, second = make(conn, "party", name="王小明"), make(conn, "party", name="王小明")

    def said(of: str, address: str, at: float) -> Said:
        return Said(
            medium="voice", address=address, party_id=of, user_id="u", user_name="Ann", interaction_id=None, now=at
        )  # fmt: skip

    taken_back = remembered.deny(conn, said(first, "0912000001", NOW))
    assert taken_back is not None
    remembered.undo(conn, taken_back.id, "Ann", NOW + 1)
    remembered.confirm(conn, said(second, "0912000001", NOW + 2))
    remembered.deny(conn, said(first, "0912000002", NOW))
    remembered.confirm(conn, said(second, "0912000002", NOW + 3))
    remembered.confirm(conn, said(first, "0912000003", NOW + 4))
    remembered.deny(conn, said(second, "0912000003", NOW))
    before = everything(conn)
    done = merge.merge(conn, LATER, first, second)
    for raw in ("0912000001", "0912000002", "0912000003"):
        found = [(each.party_id, each.strength) for each in remembered.by_phone(conn, raw)]
        assert found == [(first, "confirmed")], raw
    assert merge_undo.undo(conn, LATER, done) == []
    assert everything(conn) == before


def test_a_long_history_moves_in_few_statements(conn: Connection) -> None:
    """Twelve hundred calls move with as many statements as one, and back with one for some hundred; one that became somebody else's since stays."""
    sent = []
    for calls in (1, 1200):
        first, second = make(conn, "party", name="A"), make(conn, "party", name="A")
        other = make(conn, "party", name="B")
        for number in range(calls):
            a_call(conn, f"c{calls}-{number}", second)
        before = everything(conn)
        with statements(conn) as asked:
            done = merge.merge(conn, LATER, first, second)
        sent.append(len(asked))
        theirs = select(func.count()).select_from(interaction).where(interaction.c.party_id == first)
        assert conn.execute(theirs).scalar() == calls
        with statements(conn) as asked:
            assert merge_undo.undo(conn, LATER, done) == []
        assert len(asked) < 100
        assert everything(conn) == before
    assert sent[0] == sent[1]
    again = merge.merge(conn, LATER, first, second)
    interactions.set_party(conn, "c1200-700", other)
    [changed] = merge_undo.undo(conn, LATER, again)
    assert (changed.table, changed.key, changed.columns) == (
        "interaction",
        {"id": "c1200-700"},
        ("party_id",),
    )
    assert conn.execute(theirs.where(interaction.c.party_id == second)).scalar() == 0
    of_second = select(func.count()).select_from(interaction).where(interaction.c.party_id == second)
    assert conn.execute(of_second).scalar() == 1199


def test_the_people_of_a_large_organisation_are_found_again_step_by_step(conn: Connection) -> None:
    """Merging two organisations indexes their many people in steps of a job, after which each is found under the new name."""
    house = make(conn, "party", kind="organisation", name="Northwind")
    gone = make(conn, "party", kind="organisation", name="Oldbrook")
    for number in range(merge.PEOPLE_AT_ONCE + 5):
        make(conn, "party", name=f"Person {number}", organisation_id=gone)
    merge.merge(conn, LATER, house, gone)
    steps = 0
    while (job := jobs.next_job(conn)) is not None:
        work = WORK[job.kind]
        if job.state == "queued":
            job = jobs.begin(conn, job.id, work.count(conn, job), NOW)
        jobs.go_on(conn, job, work.keep(conn, job, work.look(conn, job), NOW), NOW)
        steps += 1
    assert steps == 2
    for number in range(merge.PEOPLE_AT_ONCE + 5):
        [found] = party_list.search(conn, f'"Person {number}" Northwind').items
        assert found.name == f"Person {number}"
    assert party_list.search(conn, "Oldbrook").items == ()


def test_whoever_is_referred_to_is_there(conn: Connection) -> None:
    """An agent who chooses a customer that was merged meanwhile chooses the survivor, for the call, its number and its case; one that was
    removed, or never was, is refused and changes nothing."""
    first, second, gone = (make(conn, "party", name=name) for name in ("A", "A", "C"))
    rows.remove(conn, LATER, known.entity("party"), gone)
    merge.merge(conn, LATER, first, second)
    interactions.ensure(
        conn, id="c1", medium="voice", direction="in", queue_id=None, customer_address="0912000001",
        customer_name="", entry_address="", subject="", enqueued_at=NOW,
    )  # fmt: skip
    case = cases.open_case(conn, subject="x", party_id=None, queue_id=None, now=NOW)
    word = corrections.Word(origin=LATER.origin, name="Ann", now=NOW)
    for nobody in (gone, "nobody"):
        with pytest.raises(Refused, match=r"party\.unknown"):
            corrections.this_is(conn, "c1", nobody, word)
        with pytest.raises(Refused, match=r"party\.unknown"):
            cases.set_party(conn, case.id, nobody, NOW)
    corrections.this_is(conn, "c1", second, word)
    assert cases.set_party(conn, case.id, second, NOW).party_id == first
    assert conn.execute(select(interaction.c.party_id)).scalar() == first
    assert [match.party_id for match in remembered.by_phone(conn, "0912000001")] == [first]


def test_open_work_of_either_is_known(conn: Connection) -> None:
    """What is open and theirs, or may be, is told after a merge; what is closed is not."""
    first, second = make(conn, "party", name="A"), make(conn, "party", name="A")
    make(conn, "contact_point", party_id=second, kind="phone", raw="0912000001")
    make(conn, "contact_point", party_id=make(conn, "party", name="C"), kind="phone", raw="0912000001")
    a_call(conn, "closed", second)
    a_call(conn, "theirs", second, state="waiting")
    for name in ("shared", "another"):
        interactions.ensure(
            conn, id=name, medium="voice", direction="in", queue_id=None, customer_address="", customer_name="",
            entry_address="", subject="", enqueued_at=NOW,
        )  # fmt: skip
    recognition.identify(conn, "shared", recognition.by_phone(conn, "0912000001"))
    merge.merge(conn, LATER, first, second)
    assert sorted(merge.open_interactions(conn, first)) == ["shared", "theirs"]


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
    # `forgetting` says whom the audit trail has still to forget, and goes with that: see test_forgetting
    names = [
        name for name in inspect(conn).get_table_names() if not name.startswith(("sqlite_", "forgetting"))
    ]
    told = "\n".join(
        repr(tuple(row)) for name in names for row in conn.execute(text(f'SELECT * FROM "{name}"'))
    )
    for word in ("王小明", "0912345678", "886912345678", "E-77"):
        assert word not in told, word
    assert audit.verify(conn).broken_at is None
