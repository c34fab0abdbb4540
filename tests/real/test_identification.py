"""Callers who key who they are, on real Asterisk: asked when their number does not tell, understood, limited, never kept from the queue."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm_core import cases, identification, parties, passwords, queues
from crm_core.store import Connection
from cti.arriving import entry
from routing.core.facts import Finished, Offered
from tests.real.caller_desk import Desk, desk, seen

pytestmark = pytest.mark.real
KNOWN, UNKNOWN = "+886912345678", "+886287654321"
CASE = f"{datetime.now(UTC).year}000001#"


def customers(conn: Connection) -> None:
    """Ann, whose number is known, has a case; Bob has a customer number and a PIN. Callers of 100 are asked."""
    now = time.time()
    ann, bob = (parties.add_party(conn, kind="person", name=name, now=now) for name in ("Ann", "Bob"))
    parties.add_contact_point(conn, ann.id, "phone", KNOWN, "")
    cases.open_case(conn, subject="The bill", party_id=ann.id, queue_id=None, now=now)
    pin_hash = passwords.hash_now("4826")
    identification.set_pin(conn, bob.id, customer_number="471100", pin_hash=pin_hash, by="test", now=now)
    queues.set_identify(conn, "100", "unknown")


async def pop_of(stage: Desk, count: int = 1) -> tuple[str, list[tuple[str, str]]]:
    """What the agent sees of the call: the match, and who with which strength."""
    offered = await stage.server.fact(Offered, count, within_s=40)
    assert isinstance(offered, Offered)
    match = (await seen(stage, offered.interaction))["match"]
    return match["strength"], [(each["name"], each["strength"]) for each in match["parties"]]


async def test_the_number_of_a_case_identifies(tmp_path: Path) -> None:
    """An unknown caller keys a number that there is not, then their case's: the agent sees who it is, as what was keyed."""
    async with desk(tmp_path, customers, answer_after_s=0.3) as stage, stage.call(UNKNOWN) as (_, phone):
        await phone.speaks()
        await phone.press("999999#")
        await phone.speaks()
        await phone.press(CASE)
        assert await pop_of(stage) == ("one", [("Ann", "keyed")])
        await stage.server.fact(Finished, within_s=15)
        assert stage.played() == ["identify-ask", "identify-again", "identify-thanks"]


async def test_a_customer_number_and_its_pin_identify(tmp_path: Path) -> None:
    """With a wrong PIN the caller is asked again; with the right one the agent sees who it is."""
    async with desk(tmp_path, customers, answer_after_s=0.3) as stage, stage.call(UNKNOWN) as (_, phone):
        for pin in ("4711#", "4826#"):
            await phone.speaks()
            await phone.press("471100#")
            await phone.speaks(0.8)
            await phone.press(pin)
        assert await pop_of(stage) == ("one", [("Bob", "identified")])
        await stage.server.fact(Finished, within_s=15)
        assert stage.played() == [
            "identify-ask", "identify-pin", "identify-again", "identify-pin", "identify-thanks"
        ]  # fmt: skip


async def test_a_known_number_is_not_asked(tmp_path: Path) -> None:
    """Whose number is surely theirs is led to the phone without a question, unanswered until the agent answers."""
    async with desk(tmp_path, customers, answer_after_s=0.5) as stage, stage.call(KNOWN) as (caller, _):
        await caller.see("ANSWERED")
        words = [one.word for one in caller.events()][:3]
        assert words == ["INVITE", "RINGING", "ANSWERED"], "answered only by the agent"
        assert await pop_of(stage) == ("one", [("Ann", "exact")])
        await stage.server.fact(Finished, within_s=15)
        assert stage.played() == []


async def test_who_keys_nothing_waits_all_the_same(tmp_path: Path) -> None:
    """Without a key the question comes twice, then the caller waits for an agent like everybody, as unknown."""
    async with desk(tmp_path, customers, answer_after_s=0.3) as stage, stage.call(UNKNOWN) as (_, _phone):
        assert await pop_of(stage) == ("none", [])
        await stage.server.fact(Finished, within_s=15)
        assert stage.played() == ["identify-ask", "identify-ask", "identify-none"]


async def test_a_hang_up_in_the_question_is_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever hangs up while being asked is no case for the router, rings nobody, and is written down as closed."""
    monkeypatch.setattr(entry, "GONE_AFTER_S", 0.5)
    async with desk(tmp_path, customers, answer_after_s=0.3) as stage:
        async with stage.call(UNKNOWN, hang_up_after_s=1.5) as (caller, _):
            assert await caller.ended(15) == 0, caller.trouble()
        rows = await stage.until_closed()
        assert [(each.state, each.outcome, each.match) for each in rows] == [("closed", None, "none")]
        assert not [fact for fact in stage.server.facts if isinstance(fact, Offered)]
