"""Duplicates on both databases: warned of at entry, found in the whole base by reading it in order, decided once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from agent_console.jobs import JobDriver
from config.clock import SystemClock
from config.errors import Refused
from config.ids import new_id
from crm_core import jobs
from crm_core.access.model import Rights, Role, allowed
from crm_core.customers import contact_points, duplicate_scan, duplicates, merge, work
from crm_core.customers.duplicates import Entered
from crm_core.jobs import Job
from crm_core.names import folded
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Store
from crm_core.tables import contact_point, duplicate_candidate, party
from routing.bus import LocalBus
from tests.contracts.test_records import somebody

NOW = 1_790_000_000.0
ADMIN = system(NOW)


def make(conn: Connection, of: str, /, **given: Any) -> str:
    return rows.create(conn, ADMIN, known.entity(of), given).id


def reached(conn: Connection, party_id: str, *numbers: str, kind: str = "phone") -> str:
    for raw in numbers:
        make(conn, "contact_point", party_id=party_id, kind=kind, raw=raw)
    return party_id


def ask(conn: Connection, **known_so_far: Any) -> dict[str, int]:
    return {
        each.party_id: each.score for each in duplicates.alike(conn, ADMIN.reader, Entered(**known_so_far))
    }


def scan(conn: Connection) -> dict[frozenset[str], int]:
    """All steps of a scan; the pairs it kept, with their score."""
    rules, place = duplicates.rules(conn), (0, None)
    while place is not None:
        seen = duplicate_scan.look(conn, rules, place)
        duplicate_scan.keep(conn, rules, seen, NOW)
        place = seen.place
    row = duplicate_candidate.c
    return {
        frozenset((each.party_a, each.party_b)): each.score
        for each in conn.execute(select(row.party_a, row.party_b, row.score))
    }


def test_who_is_entered_is_compared_by_number_mail_and_name(conn: Connection) -> None:
    """The same number or address in any notation, the same name in the same organisation in either script, by sound or width."""
    house = make(conn, "party", kind="organisation", name="台積電", registration_number="04595257")
    made = reached(
        conn,
        make(conn, "party", name="陳國強", organisation_id=house, birth_date="1980-05-06"),
        "0912 345 678",
    )
    reached(conn, made, "Chen@Example.com", kind="email")
    make(conn, "party", name="陳國強")
    assert ask(conn, name="陈国强", phones=("+886912345678",)) == {made: 60}
    assert ask(conn, name="somebody else", phones=("0912-345678",)) == {made: 30}
    assert ask(conn, emails=("chen@example.com",)) == {made: 60}
    for name in ("陈国强", "Chen Guoqiang", "ＣＨＥＮ　Guo Qiang", "陳 國強", "陳囯強"):
        assert ask(conn, name=name, organisation_id=house) == {made: 50}, name
    assert ask(conn, name="陈国强", birth_date="1980-05-06") == {made: 80}
    assert ask(conn, name="陳國強") == {}
    assert ask(conn, kind="organisation", name="台积电") == {house: 50}
    assert ask(conn, kind="organisation", name="TSMC", numbers=("0459 5257",)) == {house: 90}
    assert ask(conn, name="陳國強", phones=("0912345678",), without=made) == {}


def test_a_switchboards_number_says_nothing(conn: Connection) -> None:
    """A number that more customers share than the rule allows makes no candidates, neither at entry nor in the scan."""
    for number in range(30):
        reached(conn, make(conn, "party", name=f"Person {number}"), "02-2720-8889")
    assert ask(conn, name="New", phones=("0227208889",)) == {}
    assert scan(conn) == {}


def test_only_customers_that_one_may_read_are_told(conn: Connection) -> None:
    """A warning names nobody beyond one's reach, and neither does the list of candidates."""
    one = reached(conn, make(conn, "party", name="A"), "0912345678")
    two = reached(conn, make(conn, "party", name="A"), "0912345678")
    scan(conn)
    role = Role(scopes={"party": allowed(read="own")})
    ann = somebody("ann", Rights(roles=(role,)))
    assert duplicates.alike(conn, ann.reader, Entered(phones=("0912345678",))) == []
    assert duplicates.listed(conn, ann.reader).items == ()
    assert [each.party_a for each in duplicates.listed(conn, ADMIN.reader).items] == [min(one, two)]


def test_the_scan_finds_what_entry_would_have(conn: Connection) -> None:
    """All pairs by number, address, name with organisation, birth date and registration number, and no others; points add up."""
    house = make(conn, "party", kind="organisation", name="台積電", registration_number="04595257")
    same_house = make(conn, "party", kind="organisation", name="TSMC", registration_number="04595257")
    one = reached(conn, make(conn, "party", name="陳國強", organisation_id=house), "0912345678")
    two = reached(conn, make(conn, "party", name="陈国强", organisation_id=house), "+886 912 345 678")
    three = make(conn, "party", name="Chen Guoqiang", organisation_id=house)
    reached(conn, house, "0912345678")
    born = [
        make(conn, "party", name="林小美", birth_date=day)
        for day in ("1990-01-01", "1990-01-01", "1991-01-01")
    ]
    assert scan(conn) == {
        frozenset((house, same_house)): 90,
        frozenset((one, two)): 100,
        frozenset((one, three)): 50,
        frozenset((two, three)): 50,
        frozenset(born[:2]): 80,
    }


def test_what_was_decided_stands(conn: Connection) -> None:
    """A pair that was dismissed is not proposed again, one that was merged is done with, and both can be looked up."""
    ids = [reached(conn, make(conn, "party", name="A"), "0912345678") for _ in range(3)]
    scan(conn)
    first, *_ = duplicates.listed(conn, ADMIN.reader).items
    duplicates.decide(conn, ADMIN, first.id, "dismissed")
    scan(conn)
    left = duplicates.listed(conn, ADMIN.reader).items
    assert first.id not in {each.id for each in left}
    assert len(left) == 2
    merge.merge(conn, system(NOW + 1), left[0].party_a, left[0].party_b)
    merged = duplicates.listed(conn, ADMIN.reader, state="merged").items
    assert [each.id for each in merged] == [left[0].id]
    with pytest.raises(Refused, match=r"duplicate\.merged"):
        duplicates.decide(conn, ADMIN, left[0].id, "open")
    assert {left[0].party_a, left[0].party_b} <= set(ids)


def test_pages_of_candidates_are_whole(conn: Connection) -> None:
    """By cursor every pair once, the likeliest first."""
    for number in range(4):
        for name in ("A", "B", "A"):
            reached(conn, make(conn, "party", name=name), f"091234567{number}")
    scan(conn)
    found, cursor = [], None
    while True:
        page = duplicates.listed(conn, ADMIN.reader, limit=5, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len({each.id for each in found}) == len(found) == 12
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_steps_split_no_value(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few rows a step reads, the pairs are the same: those who share a value are never parted."""
    people = [
        reached(conn, make(conn, "party", name="A"), f"09123456{number // 3:02}") for number in range(12)
    ]
    with monkeypatch.context() as patched:
        patched.setattr(duplicate_scan, "AT_ONCE", 4)
        few = scan(conn)
    conn.execute(duplicate_candidate.delete())
    assert few == scan(conn)
    assert len(few) == 12
    assert set(people) == {each for pair in few for each in pair}


async def test_a_scan_in_the_background_goes_on_after_a_restart(store: Store) -> None:
    """Twelve thousand customers are read in steps with progress; another server goes on where the first one stopped."""
    await store.write(_fill)
    job = await store.write(lambda conn: jobs.ask(conn, ADMIN, work.SCAN, {}))
    again = await store.write(lambda conn: jobs.ask(conn, ADMIN, work.SCAN, {}))
    assert again.id == job.id
    first = asyncio.create_task(JobDriver(store, LocalBus(), SystemClock(), work.WORK).work_off())
    while (await _read(store, job)).done == 0:
        await asyncio.sleep(0.001)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    halfway = await _read(store, job)
    assert 0 < halfway.done <= halfway.total
    await JobDriver(store, LocalBus(), SystemClock(), work.WORK).work_off()
    done = await _read(store, job)
    assert (done.state, done.result["new"]) == ("done", 6000)
    assert done.total == 12_000 * 2


async def _read(store: Store, job: Job) -> Job:
    return await store.read(lambda conn: jobs.job(conn, job.id))


def _fill(conn: Connection) -> None:
    """Pairs of people with one number each, in bulk as an import writes them."""
    people, points = [], []
    for number in range(12_000):
        party_id, name = new_id(), f"Person {number // 2}"
        stamps = {"created_at": NOW, "updated_at": NOW}
        people.append({"id": party_id, "kind": "person", "name": name, "sought": folded(name), **stamps})
        given = [("phone", f"09{number // 2:08}", "mobile")]
        points += contact_points.rows_for(party_id, given, ids=[new_id()], now=NOW)
    conn.execute(insert(party), people)
    conn.execute(insert(contact_point), points)
