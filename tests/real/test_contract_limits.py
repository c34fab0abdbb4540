"""A contract with a limit on real Asterisk: what callers hear before they wait, and what the agent sees before the answer."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_core import interactions, parties, queues
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core.facts import Connected, Finished, Offered
from tests.real.caller_desk import desk, seen

pytestmark = pytest.mark.real
CUSTOMER = "+886912345678"
STRANGER = "+886223456789"


def contract(**limits: Any) -> Callable[[Connection], None]:
    """A customer with a contract of this year."""

    def fill(conn: Connection) -> None:
        today = datetime.now(UTC).date()
        party = parties.add_party(conn, kind="person", name="王大明", now=time.time())
        parties.add_contact_point(conn, party.id, "phone", CUSTOMER, "")
        given = {
            "party_id": party.id,
            "starts_on": (today - timedelta(days=10)).isoformat(),
            "ends_on": (today + timedelta(days=300)).isoformat(),
            "state": "active",
            **limits,
        }
        rows.create(conn, system(time.time()), known.entity("service_contract"), given)

    return fill


async def test_the_fourth_call_is_told_and_seen_before_the_answer(tmp_path: Path) -> None:
    """Under a contract with 3 calls left the first three callers hear how many are left, the fourth hears that none is; the
    agent's pop of the fourth says 0 left, over by one, what the caller was told, before anybody has answered."""
    async with desk(tmp_path, contract(max_calls=3), answer_after_s=3.0) as stage:
        for count in (1, 2, 3, 4):
            async with stage.call(CUSTOMER) as (caller, heard):
                offered = await stage.server.fact(Offered, count)
                assert isinstance(offered, Offered)
                spoken_until = time.time()
                answered_at = (await caller.see("ANSWERED"))[0].at
                pop = await seen(stage, offered.interaction)
                taken = [fact for fact in stage.server.facts if isinstance(fact, Connected)]
                assert len(taken) == count - 1, "the pop came before the answer"
                left = 4 - count
                assert pop["contract"]["calls"] == {"max": 3, "used": count - 1, "left": left}
                assert pop["contract"]["told"] == f"calls-left-{left}"
                assert heard.loud_s(answered_at, spoken_until) > 1.5, "a sentence was heard before the offer"
                await stage.server.fact(Finished, count, within_s=20)
                await caller.see("BYE")
        assert stage.played() == ["calls-left-3", "calls-left-2", "calls-left-1", "calls-left-0"]
        assert (pop["contract"]["over"], pop["contract"]["over_by"]) == ("calls", 1)
        row = await stage.server.store.read(lambda conn: interactions.interaction(conn, offered.interaction))
        assert row is not None
        assert row.over_limit == "calls"


async def test_callers_without_a_limited_contract_hear_nothing(tmp_path: Path) -> None:
    """Somebody else, while such a contract is in force, is led to the phone unanswered: nothing is played, nothing is told."""
    async with desk(tmp_path, contract(max_calls=3), answer_after_s=0.5) as stage:
        async with stage.call(STRANGER) as (caller, _):
            await caller.see("ANSWERED")
            words = [one.word for one in caller.events()][:3]
            assert words == ["INVITE", "RINGING", "ANSWERED"], "answered only by the agent"
            await stage.server.fact(Finished, within_s=15)
        assert stage.played() == []


async def test_a_contract_that_refuses_ends_the_call(tmp_path: Path) -> None:
    """With nothing left, a contract that says so has the caller told and the call ended; nobody is rung, and the call is on record
    with the limit it went over."""
    async with desk(tmp_path, contract(max_calls=0, when_over="refuse"), answer_after_s=0.2) as stage:
        async with stage.call(CUSTOMER) as (caller, _):
            await caller.see("BYE", within_s=15)
        assert stage.played() == ["limit-refused"]
        assert not [fact for fact in stage.server.facts if isinstance(fact, Offered)]
        refused = await stage.server.store.read(lambda conn: interactions.open_ones(conn, "voice"))
        assert refused == []
        [kept] = await stage.until_closed()
        assert (kept.over_limit, kept.told, kept.outcome) == ("calls", "limit-refused", None)


async def test_a_contract_that_redirects_leads_to_the_other_queue(tmp_path: Path) -> None:
    """With nothing left, a contract that names another queue has the caller told and led there."""

    def fill(conn: Connection) -> None:
        sales = queues.add_queue(conn, name="Sales", language="zh-TW", ring_s=5.0, wrap_up_s=0)
        contract(max_calls=0, when_over="redirect", over_queue_id=sales.id)(conn)

    async with desk(tmp_path, fill, answer_after_s=0.2) as stage:
        async with stage.call(CUSTOMER) as (caller, _):
            offered = await stage.server.fact(Offered)
            await caller.see("BYE", within_s=15)
        assert isinstance(offered, Offered)
        assert stage.played() == ["limit-queue"]
        row = await stage.server.store.read(lambda conn: interactions.interaction(conn, offered.interaction))
        assert row is not None
        names = {each.id: each.name for each in await stage.server.store.read(queues.list_queues)}
        assert names[row.queue_id or ""] == "Sales"
