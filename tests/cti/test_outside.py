"""Calls out as Asterisk tells of them, and callbacks that the plan does not allow at the moment."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from config.clock import SystemClock
from config.errors import Refused
from crm_core import interactions, queues
from crm_core.guard.calls import Why
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import outside_call
from routing.core import callbacks
from routing.core.events import CallbackWanted
from routing.core.facts import CallbackMissed, Enqueued, OfferEnded
from routing.core.model import InteractionId, Outcome, Status
from tests.cti.room import Room, telephone_room
from tests.cti.test_door import calls

CALLER = "0912345678"


async def for_queues(room: Room, **values: Any) -> None:
    """Queues call back by this plan, and offer to."""

    def add(conn: Connection) -> None:
        acting = system(time.time())
        plan = rows.create(conn, acting, known.entity("dial_plan"), {"name": "P", "allowed": "0"} | values).id
        rows.create(conn, acting, known.entity("dial_plan_use"), {"whose": "queues", "plan_id": plan})
        [care] = queues.list_queues(conn)
        rows.patch(conn, acting, known.entity("queue"), care.id, {"callback_offered": True})

    await room.store.write(add)
    room.bus.publish("config", "")
    await room.until(lambda: bool(room.voice.entry._directory.plans.uses))
    await room.learn_rules()


async def test_who_may_not_be_called_back_now_is_tried_later_and_no_agent_is_to_blame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts as a try without the customer; nothing is dialled, and the agent stays ready."""
    monkeypatch.setattr(callbacks, "HANGS_UP_WITHIN_S", 0.2)
    async with telephone_room(tmp_path, ("1001",)) as room:
        await for_queues(room, night="00:00-23:59")
        said = await calls(room, "ast-1.1", CALLER)
        assert any("TL_CALLBACK" in line for line in said), "the hour is asked when they are called"
        await room.until(lambda: room.count(Enqueued) == 1)
        name = InteractionId("tl-ast-1.1")
        async with asyncio.timeout(5):
            while await room.store.read(lambda conn: interactions.interaction(conn, name)) is None:
                await asyncio.sleep(0.01)
        await room.floor.settle(CallbackWanted(interaction=name, at=SystemClock().now()))
        agent = await room.ready("1001")
        await room.until(lambda: room.count(CallbackMissed) == 1)
        [missed] = [fact for fact in room.facts if isinstance(fact, CallbackMissed)]
        assert missed.reason == "not_allowed"
        assert room.floor.centre.agents[agent].status is Status.READY
        failed = [
            fact for fact in room.facts if isinstance(fact, OfferEnded) and fact.outcome is Outcome.FAILED
        ]
        assert failed == []
        assert not [action for action in room.ami.actions if action["Action"] == "Originate"]
        assert await kept(room) == []


async def kept(room: Room) -> list[Row[Any]]:
    return await room.store.read(lambda conn: list(conn.execute(select(outside_call))))


async def test_a_call_out_is_answered_and_ends_as_its_channel_says(tmp_path: Path) -> None:
    """Told by the name that we gave it; other channels, and other names, say nothing of it."""
    async with telephone_room(tmp_path) as room:
        permit = await room.voice.outside.permit("0212345678", why=Why.MANUAL, interaction=None)
        ours = ("DestChannel", "PJSIP/trunk-out-00000007")
        named = ("DestChanVariable", f"TL_OUT={permit.id}")
        room.event("DialEnd", ("DialStatus", "ANSWER"), ("DestChannel", "PJSIP/1001-00000001"), named)
        room.event("DialEnd", ("DialStatus", "BUSY"), ours, named)
        room.event("DialEnd", ("DialStatus", "ANSWER"), ours, ("DestChanVariable", "TL_OUT="))
        room.event("DialEnd", ("DialStatus", "ANSWER"), ours, named)
        async with asyncio.timeout(5):
            while (await kept(room))[0].answered_at is None:
                await asyncio.sleep(0.01)
        gone = ("ChanVariable", f"TL_OUT={permit.id}")
        room.event("Hangup", ("Channel", "PJSIP/1001-00000001"), gone)
        room.event("Hangup", ("Channel", "PJSIP/trunk-out-00000007"), gone)
        async with asyncio.timeout(5):
            while (await kept(room))[0].ended_at is None:
                await asyncio.sleep(0.01)
        again = await room.voice.outside.permit("0212345678", why=Why.MANUAL, interaction=None)
        room.event(
            "Hangup",
            ("Channel", "Local/s@trunkline-callback-00000001;2"),
            ("ChanVariable", f"TL_OUT={again.id}"),
        )
        room.event("Hangup", ("Channel", "Local/s@trunkline-callback-00000001;1"), gone)
        async with asyncio.timeout(5):
            while len(await kept(room)) != 1:
                await asyncio.sleep(0.01)
        for number in ("0212345678\r\nAction: x", "02,Local/1", "${X}", "", "0204123456"):
            with pytest.raises(Refused, match=r"number\.not_allowed"):
                await room.voice.outside.permit(number, why=Why.MANUAL, interaction=None)
        assert len(await kept(room)) == 1
