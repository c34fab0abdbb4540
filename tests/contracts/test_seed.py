"""The demo centre."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, func, select

from crm_core import interactions, ledger, outbox, pop, queues, recognition, users
from crm_core.contracts import intake
from crm_core.engines import writing_engine
from crm_core.knowledge import public
from crm_core.tables import fact, interaction, party, support_case
from trunkline.demo import seed
from trunkline.demo.people import LIMITED_NUMBER, Crowd

NOW = 1_790_000_000.0


def count(conn: Connection, table: object) -> int:
    return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.fixture
def conn(sqlite_template: Path, tmp_path: Path) -> Iterator[Connection]:
    """A transaction on SQLite alone: that is what the demo runs on."""
    engine = writing_engine(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'trunkline.db')}")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_the_demo_centre(conn: Connection) -> None:
    """The seed gives the promised people, numbers and history, closed and older than a day."""
    logins = seed.make_logins()
    seed.seed(conn, now=NOW, password_hashes={login.login: "hash" for login in logins})
    assert (count(conn, party), count(conn, support_case), count(conn, interaction)) == (500, 303, 1503)
    assert [agent.user.extension for agent in queues.agents(conn)] == ["1003", "1002", "1004", "1001"]
    assert {user.login for user in users.list_users(conn)} == {login.login for login in logins}
    assert len(queues.dispositions(conn)) == 8
    assert {entry.address for entry in queues.entries(conn)} >= {"100", "200", "service@demo.trunkline.test"}
    (known,) = recognition.by_phone(conn, seed.KNOWN_NUMBER)
    assert len(recognition.by_phone(conn, seed.SHARED_NUMBER)) == 3
    assert recognition.by_phone(conn, seed.UNKNOWN_NUMBER) == []
    assert len(pop.past_contacts(conn, known.party_id, 100)) >= 3
    assert outbox.next_due(conn) is None
    assert [interactions.open_ones(conn, medium) for medium in ("voice", "email")] == [[], []]
    assert ledger.history(conn, NOW - 86_400) == []
    assert conn.execute(select(func.max(fact.c.at))).scalar_one() < NOW - 86_400


def test_the_demo_has_contracts_and_answers(conn: Connection) -> None:
    """One caller has three calls left, the known one has no limit, and customers find answers in their own language."""
    seed.seed(conn, now=NOW, password_hashes={login.login: "hash" for login in seed.make_logins()})
    limited = intake.before_the_queue(conn, recognition.by_phone(conn, LIMITED_NUMBER), NOW)
    assert limited is not None
    assert limited.calls_left == 3
    known = recognition.by_phone(conn, seed.KNOWN_NUMBER)
    assert intake.before_the_queue(conn, known, NOW) is None
    titles = {
        language: [each.title for each in public.listed(conn, language)]
        for language in ("en", "zh-TW", "zh-CN")
    }
    assert all(len(each) == 3 for each in titles.values())
    assert [each.title for each in public.found(conn, "退货", "zh-TW", NOW)] == ["如何退貨"]


def test_the_customers_are_the_same_every_time(conn: Connection) -> None:
    """The same random numbers give the same customers, only their ids differ."""
    crowds = []
    for _ in range(2):
        customers = Crowd(conn, Random(7), NOW).gather()
        crowds.append([(one.party.name, one.party.organisation, one.phone, one.email) for one in customers])
    assert crowds[0] == crowds[1]


def test_passwords_differ() -> None:
    """Every login has a password of its own, new each time."""
    passwords = {login.password for _ in range(2) for login in seed.make_logins()}
    assert len(passwords) == 2 * len(seed.make_logins())
