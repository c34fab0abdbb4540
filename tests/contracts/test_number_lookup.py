"""Who has this number, on both databases: what is found, and that only indexes are walked for it."""

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, event, text

from bench.customer_database import fill
from crm_core import cases, parties, pop, recognition
from crm_core.customers import contact_points
from crm_core.engines import reading_engine
from crm_core.number_lookup import MOST_MATCHES
from crm_core.phone_numbers import read_number
from crm_core.recognition import STRENGTHS, Match
from tests.contracts.databases import run_in

PARTIES = 2_000
_CITIES = ("+8862", "+8864", "02", "04", "2", "")
_MOBILES = ("+886", "886", "0", "", "00886", "+86", "+1")


def _spelt(draw: random.Random) -> str:
    """Numbers whose ends are often alike, whole and in parts, in several notations."""
    if draw.random() < 0.4:
        return draw.choice(_MOBILES) + f"91234567{draw.randrange(2)}"
    if draw.random() < 0.1:
        return f"{draw.randrange(1000, 1003)}"
    digits = f"2345{draw.choice(['678', '6789', '6780', ''])}"
    return draw.choice(_CITIES) + digits


@pytest.mark.parametrize("seed", range(8))
def test_the_indexes_find_what_looking_at_every_number_finds(conn: Connection, seed: int) -> None:
    """Over random numbers, whole and in parts: exactly those that the rule of strengths names, graded as it says."""
    draw = random.Random(seed)
    stored: list[tuple[str, str]] = []
    for number in range(60):
        raw = _spelt(draw)
        party = parties.add_party(conn, kind="person", name=f"P{number:02}", now=1.0)
        if raw:
            parties.add_contact_point(conn, party.id, "phone", raw)
            stored.append((party.name, raw))
    for _ in range(60):
        caller = _spelt(draw)
        expected = sorted(
            (STRENGTHS.index(strength), name)
            for name, raw in stored
            if (strength := _strength(caller, raw)) is not None
        )
        found = recognition.by_phone(conn, caller)
        assert [(STRENGTHS.index(match.strength), match.name) for match in found] == expected, caller


def _strength(caller: str, stored: str) -> str | None:
    """The rule as `crm_core.recognition` states it, for one number."""
    theirs, ours = read_number(caller), read_number(stored)
    if len(theirs.digits) < 3:
        return None
    if theirs.e164 is not None and theirs.e164 == ours.e164:
        return "exact" if theirs.complete else "national"
    if theirs.complete and ours.e164 is not None:
        return None
    if ours.national and ours.national in {theirs.national, theirs.digits, theirs.digits.lstrip("0")}:
        return "national"
    tails = [(number.e164 or number.digits).lstrip("+")[-8:] for number in (theirs, ours)]
    return "tail" if tails[0] == tails[1] and len(tails[0]) == 8 else None


def test_a_common_ending_does_not_push_out_the_number_itself(conn: Connection) -> None:
    """However many have numbers that only end alike, whoever has the number itself is found, and found first."""
    for number in range(MOST_MATCHES + 20):
        other = parties.add_party(conn, kind="person", name=f"P{number:03}", now=1.0)
        parties.add_contact_point(conn, other.id, "phone", "2345-6789", "")
    ann = parties.add_party(conn, kind="person", name="Z", now=1.0)
    parties.add_contact_point(conn, ann.id, "phone", "(02) 2345-6789")
    found = recognition.by_phone(conn, "+886223456789")
    assert found[0] == Match(party_id=ann.id, name="Z", strength="exact")
    assert len(found) == MOST_MATCHES
    assert ann.id in {match.party_id for match in recognition.by_phone(conn, "223456789")}


def test_the_pop_shows_each_customer_their_own(conn: Connection) -> None:
    """Of several customers behind one number each has their own last cases, the latest first, however many others have."""
    people = [parties.add_party(conn, kind="person", name=f"P{number}", now=1.0).id for number in range(4)]
    for number in range(20):
        cases.open_case(
            conn,
            subject=f"s{number}",
            party_id=people[number % 3],
            queue_id=None,
            now=1_790_000_000.0 + number,
        )
    last = cases.last_of(conn, people, pop.MOST_CASES)
    assert {people.index(party): [case.subject for case in theirs] for party, theirs in last.items()} == {
        0: ["s18", "s15", "s12"],
        1: ["s19", "s16", "s13"],
        2: ["s17", "s14", "s11"],
    }
    assert cases.last_of(conn, [], 3) == {}


@pytest.fixture
def many(url: str) -> Iterator[Engine]:
    """A database with some customers."""
    fill(url, PARTIES)
    engine = reading_engine(url)
    yield engine
    engine.dispose()


def test_every_question_of_a_pop_walks_indexes(many: Engine) -> None:
    """Recognition and pop of one, many, a part of a number and nobody never read a table from end to end."""
    asked: list[tuple[str, object]] = []
    with many.begin() as conn:
        event.listen(conn, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        for caller in ("+886900000000", "0912345678", "23456789", "123", "+886281803399", "900000000"):
            recognition.by_phone(conn, caller)
        recognition.by_email(conn, "info@firm0.example")
        pop.pop(conn, "tl-1.0")
        cases.last_of(conn, ["a", "b"], 3)
    assert len(asked) > 8
    with many.begin() as conn:
        if conn.dialect.name == "postgresql":  # which reads small tables whole, unless told that it need not
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        assert _scanned(conn, "SELECT id FROM party WHERE note = 'x'", ()) != []
        for sql, values in asked:
            assert _scanned(conn, sql, values) == [], sql


def test_a_whole_number_meets_fragments_alone_by_its_ending(many: Engine) -> None:
    """Numbers for the whole world with the same ending are not looked at: the index of fragments is the one that is walked."""
    asked: list[tuple[str, object]] = []
    with many.begin() as conn:
        event.listen(conn, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        recognition.by_phone(conn, "+886900000000")
    [(sql, values)] = asked
    with many.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        word = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
        plan = [str(row[-1]) for row in conn.exec_driver_sql(word + sql, values)]
    assert any("ix_contact_point_fragment" in line for line in plan), plan


def _scanned(conn: Connection, sql: str, values: object) -> list[str]:
    """The tables of customers that a statement's plan reads whole."""
    large = ("contact_point", "party", "interaction", "support_case", "organisation")
    word = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
    plan = [str(row[-1]) for row in conn.exec_driver_sql(word + sql, values)]
    begins = "SCAN " if conn.dialect.name == "sqlite" else "Seq Scan on "
    return [line for line in plan for table in large if f"{begins}{table} " in f"{line} "]


def test_the_generated_customers_are_whole(url: str) -> None:
    """What the benchmark fills in behind the tables' backs refers to what is there and is kept as `parties` keeps it."""
    fill(url, 1_000)

    def check(conn: Connection) -> None:
        points = conn.execute(text("SELECT count(*) FROM contact_point JOIN party ON party.id = party_id"))
        assert points.scalar() == 1_500
        lost = "SELECT count(*) FROM party WHERE organisation_id NOT IN (SELECT id FROM party)"
        assert conn.execute(text(lost)).scalar() == 0
        rows = conn.execute(
            text("SELECT raw, kind, normal, national, digits_reversed FROM contact_point")
        ).all()
        for row in rows:
            assert {
                "national": None,
                "digits_reversed": None,
                **contact_points.normalised(row.kind, row.raw, "TW"),
            } == {
                "normal": row.normal,
                "national": row.national,
                "digits_reversed": row.digits_reversed,
            }

    run_in(url, check)
