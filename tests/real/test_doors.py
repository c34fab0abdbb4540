"""Closed, nobody there, waited too long, on real Asterisk: what callers hear and where they are led."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.clock import SystemClock
from crm_core import queues
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core.events import StatusChosen
from routing.core.facts import Enqueued, LedOn, Offered, TurnedAway
from routing.core.model import Status
from tests.real.caller_desk import desk
from tests.real.voice_lab import agent_of

pytestmark = pytest.mark.real
CALLER = "+886912345678"


def care(language: str = "zh-TW", help_desk: bool = False, **given: object) -> Callable[[Connection], None]:
    """The queue of the dialled number, changed; and one that takes over, if it is wanted."""

    def fill(conn: Connection) -> None:
        if help_desk:
            queues.add_queue(conn, name="Help", language="en", ring_s=5.0, wrap_up_s=0)
        [queue] = [each for each in queues.list_queues(conn) if each.name == "Care"]
        changes = {"language": language, **given}
        rows.patch(conn, system(1.0), known.entity("queue"), queue.id, changes)

    return fill


async def test_who_calls_a_closed_queue_is_told_and_nobody_is_rung(tmp_path: Path) -> None:
    """In the queue's language, from the first word on, without music before it; the call is on record."""
    async with desk(tmp_path, care(closed=True), answer_after_s=0.2) as stage:
        async with stage.call(CALLER) as (caller, heard):
            await caller.see("BYE", within_s=20)
            answered = (await caller.see("ANSWERED"))[0].at
            assert heard.loud_s(answered, answered + 20) > 2.0, "a sentence was heard"
        assert stage.played() == ["closed"]
        assert "/zh-TW/closed" in stage.lab.log
        assert not [fact for fact in stage.server.facts if isinstance(fact, Offered)]
        [kept] = await stage.until_closed()
        assert (kept.outcome, kept.ended_by, kept.customer_address) == (None, "system", CALLER)


async def test_who_has_waited_too_long_is_taken_over(tmp_path: Path) -> None:
    """Nobody knows Klingon: after 2 s the help desk's phone rings, for a caller as old as they are."""
    fill = care(help_desk=True, requires="klingon", overflow="2: Help")
    async with desk(tmp_path, fill, answer_after_s=0.2) as stage:
        async with stage.call(CALLER) as (caller, _):
            led = await stage.server.fact(LedOn)
            offered = await stage.server.fact(Offered)
            await caller.see("BYE", within_s=15)
        came = next(fact for fact in stage.server.facts if isinstance(fact, Enqueued))
        assert isinstance(led, LedOn)
        assert isinstance(offered, Offered)
        assert 2.0 <= led.at - came.at < 3.0
        assert offered.queue == led.queue != came.queue
        assert stage.played() == []
        [kept] = await stage.until_closed()
        assert (kept.outcome, kept.enqueued_at) == ("handled", came.at)


async def test_when_the_last_agent_goes_home_whoever_waits_is_told(tmp_path: Path) -> None:
    """They hear music, then a sentence, then the end; the next caller hears the sentence at once."""
    async with desk(tmp_path, care(language="en", overflow="nobody: message"), answer_after_s=0.2) as stage:
        agent = await agent_of(stage.server.store, "1001")
        now = SystemClock().now()
        stage.server.floor.submit(StatusChosen(agent=agent, status=Status.PAUSED, reason="lunch", at=now))
        async with stage.call(CALLER) as (caller, _):
            await stage.server.fact(Enqueued)
            await caller.see("ANSWERED")
            now = SystemClock().now()
            stage.server.floor.submit(StatusChosen(agent=agent, status=Status.SIGNED_OUT, at=now))
            await stage.server.fact(TurnedAway)
            await caller.see("BYE", within_s=20)
        async with stage.call(CALLER) as (caller, _):
            await caller.see("BYE", within_s=20)
        assert stage.played() == ["all-busy", "all-busy"]
        assert len([fact for fact in stage.server.facts if isinstance(fact, TurnedAway)]) == 2
