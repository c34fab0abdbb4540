"""Erasures and retention rules where nothing leads to a person, on both databases: other people's records, imports, the audit trail."""

import json
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from config.errors import Refused
from crm_core import audit, cases, letters, parties
from crm_core.audit import Entry
from crm_core.customers import merge
from crm_core.privacy import retention
from crm_core.privacy.forget import forget
from crm_core.records import known, rows
from crm_core.store import Store
from crm_core.tables import (
    answered_request,
    audit_detail,
    import_batch,
    import_row,
    metadata,
    outbox,
    party_redirect,
    support_case,
)
from tests.contracts.test_privacy import DAY, NAME, NOW, SYSTEM, WORD, Ids, erased, rule, swept

LATER = NOW + 31 * DAY


def make(conn: Connection, of: str, /, **given: Any) -> str:
    return rows.create(conn, SYSTEM, known.entity(of), given).id


def person(conn: Connection, name: str) -> str:
    return make(conn, "party", kind="person", name=name)


def told(conn: Connection, **detail: Any) -> int:
    """Something general told to the audit trail, by somebody whose address has a familiar word."""
    origin = audit.Origin(user_id=None, name="x", via="api", address="10.0.0.1", request_id="drdrdr")
    return audit.record(conn, Entry(at=NOW, origin=origin, action="listed", entity="party", detail=detail))


def importing(conn: Connection, **values: Any) -> None:
    """A row of an import's report."""
    batch = {"id": "b", "entity": "party", "state": "finished", "file_name": "f", "created_at": NOW}
    counts = ("created", "updated", "unchanged", "skipped", "failed", "taken_back", "kept")
    zero = dict.fromkeys(("rows_done", "indexed_row", *counts), 0)
    if conn.execute(select(import_batch.c.seq)).first() is None:
        conn.execute(
            insert(import_batch).values(seq=1, layout={}, plan={}, origin={}, dry_run=False, **batch, **zero)
        )
    conn.execute(insert(import_row).values(batch=1, **values))


async def test_what_names_others_is_kept(store: Store) -> None:
    """After somebody with a short name was erased, searches for them are gone from the trail and from imports; what only has the same
    letters in it stays, and the chain verifies."""

    def prepare(conn: Connection) -> tuple[str, dict[str, int]]:
        whom = person(conn, "Dr Al")
        seqs = {word: told(conn, words=word) for word in ("dr al", "address", "Dr Chen", "Dralle")}
        packed = [json.dumps(each) for each in (["Dr Al", "1"], ["Alder", "address"])]
        importing(conn, row=1, outcome="failed", given=packed[0], params=packed[0])
        importing(conn, row=2, outcome="failed", given=packed[1])
        importing(conn, row=3, outcome="updated", record_id=whom, before='{"columns": {"note": "secret"}}')
        importing(conn, row=4, outcome="updated", record_id="other", before='{"columns": {"note": "kept"}}')
        for key, body in (("mine", {"record": {"id": whom}}), ("other", {"words": "address"})):
            values = {"user_id": "u", "fingerprint": "", "status": 201, "at": NOW}
            conn.execute(insert(answered_request).values(key=key, body=body, **values))
        erased(conn, whom)
        return whom, seqs

    _, seqs = await store.write(prepare)
    assert await forget(store) == 4
    assert await forget(store) == 0

    def left(conn: Connection) -> tuple[set[int], dict[int, Any], list[str]]:
        query = select(import_row.c.row, import_row.c.given, import_row.c.before, import_row.c.params)
        reports = {row.row: (row.given, row.before, row.params) for row in conn.execute(query)}
        keys = list(conn.execute(select(answered_request.c.key)).scalars())
        return set(conn.execute(select(audit_detail.c.seq)).scalars()), reports, keys

    details, reports, keys = await store.read(left)
    assert {word for word, seq in seqs.items() if seq in details} == {"address", "Dr Chen", "Dralle"}
    assert reports[1] == reports[3] == (None, None, None)
    assert "Alder" in reports[2][0]
    assert "kept" in reports[4][1]
    assert keys == ["other"]
    assert await store.read(lambda c: audit.verify(c).broken_at) is None


def test_what_is_about_a_person_goes_with_them(conn: Connection) -> None:
    """Tasks about a customer or their case and the lines of their contracts go; a notice of their case loses its words; others' stay."""
    ids, other = Ids(conn), Ids(conn, "Somebody Else", theirs=False)
    gone = [
        make(conn, "task", subject=f"ask {NAME}", about_entity=kind, about_id=row_id)
        for kind, row_id in (("party", ids.party), ("case", ids.case))
    ]
    kept = make(conn, "task", subject="ask", about_entity="case", about_id=other.case)
    product = make(conn, "product", code="p", name="p", kind="goods")
    span = {"starts_on": "2026-01-01", "ends_on": "2036-12-31", "time_zone": "Asia/Taipei"}
    for each in (ids, other):
        contract = make(conn, "service_contract", name="c", party_id=each.party, **span)
        make(
            conn,
            "contract_line",
            service_contract_id=contract,
            product_id=product,
            note=f"{each.party} {WORD}",
        )
    user, notice = metadata.tables["user_account"], metadata.tables["notification"]
    who = {"login": "u", "name": "u", "role": "agent", "password_hash": "", "language": "en", "active": True}
    conn.execute(insert(user).values(id="u", **who))
    for each in (ids, other):
        about = {"code": "case.assigned", "entity": "case", "record_id": each.case, "case_id": each.case}
        conn.execute(insert(notice).values(id=each.case, user_id="u", at=NOW, params={"said": WORD}, **about))
    erased(conn, ids.party)
    assert list(conn.execute(select(metadata.tables["task"].c.id)).scalars()) == [kept]
    assert not set(gone) & set(conn.execute(select(metadata.tables["search_document"].c.source_id)).scalars())
    assert list(conn.execute(select(metadata.tables["contract_line"].c.note)).scalars()) == [
        f"{other.party} {WORD}"
    ]
    params = {row.case_id: row.params for row in conn.execute(select(notice))}
    assert params == {ids.case: {}, other.case: {"said": WORD}}


def test_merged_records_wait_for_the_one_that_stayed(conn: Connection) -> None:
    """A record that was merged into one with recent contact is not erased by a rule, so that the merge can be taken back; with that one
    it goes."""
    first, second = person(conn, "First"), person(conn, "Second")
    merge.merge(conn, SYSTEM, first, second)
    cases.open_case(conn, subject="x", party_id=first, queue_id=None, now=LATER)
    rule(conn, "parties")
    party = metadata.tables["party"].c
    conn.execute(metadata.tables["party"].update().values(updated_at=NOW))
    assert swept(conn, LATER) == 0
    assert set(conn.execute(select(party.id)).scalars()) == {first, second}
    conn.execute(support_case.update().values(updated_at=NOW))
    assert swept(conn, LATER) == 1
    assert list(conn.execute(select(party.id)).scalars()) == []


def test_what_may_not_be_erased_is_refused_alone(conn: Connection) -> None:
    """A customer under whom a held record stands, whatever the way, is refused; who comes after is found without them."""
    stays, goes = person(conn, "Stays"), person(conn, "Goes")
    held, between = person(conn, "Held"), person(conn, "Between")
    for old, new in ((held, between), (between, stays)):
        conn.execute(insert(party_redirect).values(from_id=old, to_id=new, at=NOW))
    make(conn, "legal_hold", party_id=held, reason="court")
    rule(conn, "parties")
    (some,) = retention.due(conn, LATER)
    assert some.ids == (stays,)
    with pytest.raises(Refused, match=r"privacy\.held"), conn.begin_nested():
        retention.carry_out(conn, some, LATER)
    (some,) = retention.due(conn, LATER, without={stays})
    assert some.ids == (goes,)
    assert retention.carry_out(conn, some, LATER) == 1


def test_a_hold_that_came_between_is_obeyed(conn: Connection) -> None:
    """What was due when it was sought and is held when its turn comes is left alone."""
    ids = Ids(conn)
    cases.set_status(conn, ids.case, "solved", NOW)
    rule(conn, "cases")
    (some,) = retention.due(conn, LATER)
    make(conn, "legal_hold", party_id=ids.party, reason="court")
    assert retention.carry_out(conn, some, LATER) == 0
    assert cases.case(conn, ids.case).subject == f"{WORD} broke"  # type: ignore[union-attr]


def test_old_cases_lose_every_word(conn: Connection) -> None:
    """A case that is done, solved or closed alike, loses the words of its history, approvals and regroupings with its own."""
    ids, still_open = Ids(conn), Ids(conn, "Somebody Else", theirs=False)
    conn.execute(support_case.update().where(support_case.c.id == ids.case).values(status="closed"))
    conn.execute(support_case.update().values(updated_at=NOW))
    common = {"by_id": None, "at": NOW}
    told_by = {
        "case_activity": {"seq": 900, "kind": "note", "data": {"said": WORD}, "at": NOW},
        "case_regrouping": {"id": "g", "kind": "merge", "image": {"said": WORD}, **common},
        "approval": {"id": "a", "request_id": "r", "position": 0, "kind": "user", "who": "u", "asked_at": NOW}
        | {"state_from": "x", "state_to": "y", "changes": {"said": WORD}, "turn": True, "note": WORD},
    }
    for name, values in told_by.items():
        table = metadata.tables[name]
        other = {"other_id": ids.case} if "other_id" in table.c else {}
        conn.execute(insert(table).values(case_id=ids.case, **other, **values))
    rule(conn, "cases")
    assert swept(conn, LATER) == 1
    for name in told_by:
        table = metadata.tables[name]
        found = conn.execute(select(table).where(table.c.case_id == ids.case)).all()
        assert found
        assert WORD not in repr(found), name
    assert cases.case(conn, ids.case).subject == ""  # type: ignore[union-attr]
    assert cases.case(conn, still_open.case).subject != ""  # type: ignore[union-attr]


def test_old_letters_leave_nothing_in_the_outbox(conn: Connection) -> None:
    """An old letter that was sent loses its addressees with its words; one that still waits to be sent keeps all."""
    ids, waiting = Ids(conn), Ids(conn, "Somebody Else", theirs=False)
    for each, state in ((ids, "sent"), (waiting, "queued")):
        values = {"envelope_from": "x", "to": (WORD,), "attempts": 1, "due_at": NOW, "error": ""}
        conn.execute(insert(outbox).values(id=each.letter, letter_id=each.letter, state=state, **values))
    rule(conn, "contacts")
    swept(conn, LATER)
    assert list(conn.execute(select(outbox.c.letter_id)).scalars()) == [waiting.letter]
    assert letters.letter(conn, ids.letter).text == ""
    assert letters.letter(conn, waiting.letter).text != ""
    assert parties.party(conn, ids.party) is not None
