"""What the demo centre promises."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine

from crm_core import case_clocks, cases, parties, policies
from crm_core.engines import writing_engine
from crm_core.sla.clock import Clock, ClockKind
from tests.templates import with_tables
from trunkline.demo.promises import ZONE, office, promise


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with our tables and nothing in them."""
    url = with_tables(tmp_path / "trunkline.db")
    made = writing_engine(url)
    yield made
    made.dispose()


def at(words: str) -> float:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


def clocks(conn: Connection, tier: str | None) -> dict[ClockKind, Clock]:
    opened_at = at("2026-11-20 17:30")
    someone = parties.add_party(conn, kind="person", name="王小明", now=opened_at, tier=tier)
    case = cases.open_case(conn, subject="x", party_id=someone.id, queue_id=None, now=opened_at)
    return {clock.kind: clock for clock in case_clocks.clocks_of(conn, case.id, opened_at)}


def test_gold_is_promised_more(engine: Engine) -> None:
    """From Friday 17:30: gold is answered by Monday 9:30 and solved by Tuesday 17:30, others by 13:30 and the next Friday."""
    with engine.begin() as conn:
        promise(conn, 1.0)
        gold, other = clocks(conn, "gold"), clocks(conn, None)
        assert gold[ClockKind.FIRST_RESPONSE].due == at("2026-11-23 09:30")
        assert gold[ClockKind.RESOLUTION].due == at("2026-11-24 17:30")
        assert other[ClockKind.FIRST_RESPONSE].due == at("2026-11-23 13:30")
        assert other[ClockKind.RESOLUTION].due == at("2026-11-27 17:30")
        assert [policy.name for policy in policies.list_policies(conn)] == ["一般 Standard", "黃金 Gold"]


def test_taiwans_holidays_are_in_it() -> None:
    """National Day of 2026 and of 2027, by name, without hours."""
    calendar = office(at("2026-11-23 09:00"))
    for year in (2026, 2027):
        assert calendar.special[date(year, 10, 10)].name == "國慶日"
        assert not calendar.hours(date(year, 10, 10))
