"""Promise 1: kill the server at any moment, and nobody is dropped, stuck or counted twice."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from config.settings import load
from cti.phones import AsteriskPhones, PhoneSpec
from tests.real.centre_lab import Centre, centre
from tests.real.light_desk import LightDesk, light_desk
from tests.real.sipp import Sipp, agent_scenario, caller_scenario, sipp

pytestmark = pytest.mark.real
ROUNDS = int(os.environ.get("TRUNKLINE_KILL_ROUNDS", "6"))
OPEN = "SELECT id, state FROM interaction WHERE state != 'closed'"


class Scene:
    """A running centre with SIPp phones for two agents who speak Chinese, and as many customers as wanted."""

    def __init__(self, running: Centre, folder: Path, stack: AsyncExitStack) -> None:
        self.centre, self.folder, self.stack = running, folder, stack

    async def agent(
        self, login: str, extension: str, *, answer_after_s: float | None
    ) -> tuple[LightDesk, Sipp]:
        """A desk with its phone, which is not silent: Asterisk takes one for dead that sends nothing for 30 s. Not ready yet."""
        hush = self.folder / "hush.ul"
        hush.write_bytes(b"\xff" * 8000)
        scenario = agent_scenario(answer_after_s=answer_after_s, busy=False, hang_up_after_s=None, speak=hush)
        phone = await self.stack.enter_async_context(sipp(self.folder, scenario, target=None))
        contact = f"sip:{extension}@127.0.0.1:{phone.port}"
        phones = AsteriskPhones(load(self.centre.folder / "trunkline.toml").asterisk)
        await phones.provision(
            PhoneSpec(
                name=extension,
                password="only-in-tests",
                context="trunkline-agents",
                webrtc=False,
                contact=contact,
            )
        )
        origin, password = self.centre.origin, self.centre.password(login)
        desk = await self.stack.enter_async_context(light_desk(origin, login, password))
        return desk, phone

    async def customer(self, number: str) -> Sipp:
        """Somebody calls the Chinese queue and stays until we hang up."""
        scenario = caller_scenario(
            to="100", number=number, name="", hang_up_after_s=None, cancel_after_s=None, speak=None
        )
        target = ("127.0.0.1", self.centre.base + 2)
        return await self.stack.enter_async_context(sipp(self.folder, scenario, target=target))


class Pair:
    """An agent's desk and phone."""

    def __init__(self, desk: LightDesk, phone: Sipp) -> None:
        self.desk, self.phone = desk, phone


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with centre(tmp_path / "demo") as running, AsyncExitStack() as stack:
        yield Scene(running, tmp_path, stack)


async def wrap_up(desk: LightDesk, next_status: str = "ready") -> None:
    item = await desk.item("wrap_up", 30)
    await desk.call(
        "POST", f"/interactions/{item['id']}/wrapup", {"disposition": "solved", "next_status": next_status}
    )


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1, rows
    return rows[0]


async def test_kill_while_one_waits_one_rings_and_one_talks(scene: Scene) -> None:
    """Six times SIGKILL: no BYE from us, talk goes on, the waiting caller is answered at the old place with the old
    age, both agents are free afterwards, and each fact is in the ledger once."""
    chance = Random(7)
    ann = Pair(*await scene.agent("yating", "1001", answer_after_s=0.2))
    bob = Pair(*await scene.agent("wei", "1004", answer_after_s=8.0))
    for number in range(ROUNDS):
        await one_round(scene, ann, bob, kill_after_s=chance.uniform(0.0, 1.5), number=number)


async def one_round(scene: Scene, ann: Pair, bob: Pair, *, kill_after_s: float, number: int) -> None:
    cut, rings = len(ann.phone.events("BYE")), len(bob.phone.events("INVITE"))
    await ann.desk.status("ready")
    talking = await scene.customer("+886912345678")
    talk = await ann.desk.item("connected")
    await bob.desk.status("ready")
    ringing = await scene.customer("+886223456789")
    await bob.phone.see("INVITE", rings + 1)
    waiting = await scene.customer("+81312345678")
    await waiting.see("INVITE")
    await asyncio.sleep(kill_after_s)
    killed = scene.centre.kill_server()
    await scene.centre.server_is_back(killed)

    taken = await bob.desk.item("connected", 60)
    # after a restart who it is may be read a moment after that somebody talks to them
    await bob.desk.until(lambda docs: docs["items"][taken["id"]]["customer"]["address"].endswith("223456789"))
    assert len(bob.phone.events("INVITE")) == rings + 1, "the phone rang on, it was not rung again"
    still = await ann.desk.item("connected")
    assert still["id"] == talk["id"], number
    assert still["connected_at"] == talk["connected_at"], "the talk began when it began, not at our restart"
    assert len(ann.phone.events("BYE")) == cut, "the talk was cut"
    for customer in (talking, ringing, waiting):
        assert not customer.events("BYE"), "we hung up on a customer"

    await finish(ann.desk, talk, "ready")
    last = await ann.desk.item("connected", 60)
    sent, heard = waiting.entered_by()
    assert sent <= last["enqueued_at"] <= heard, "the age is kept"
    assert not waiting.events("BYE")
    await finish(ann.desk, last, "paused")
    await finish(bob.desk, taken, "paused")
    for customer in (talking, ringing, waiting):
        assert await customer.ended(20) == 0, customer.trouble()
    await nothing_is_left(scene.centre, ann.desk, bob.desk)
    for item in (talk, taken, last):
        once_in_the_ledger(scene.centre, item["id"])


async def finish(desk: LightDesk, item: dict[str, Any], next_status: str) -> None:
    """Hang up, choose how it ended, go on."""
    await desk.call("POST", f"/interactions/{item['id']}/hangup")
    await wrap_up(desk, next_status)


async def nothing_is_left(running: Centre, *desks: LightDesk) -> None:
    """No agent is stuck, nothing is open."""
    for desk in desks:
        await desk.until(lambda docs: docs["me"]["me"]["work"] == "idle" and not docs["items"])
    assert running.rows(OPEN) == []


def once_in_the_ledger(running: Centre, interaction: str) -> None:
    """Entered once, connected once, finished once, closed once; every offer ended once."""
    kinds = [
        row["kind"]
        for row in running.rows("SELECT kind FROM fact WHERE interaction_id = ? ORDER BY seq", interaction)
    ]
    for kind in ("enqueued", "connected", "finished", "wrapped_up"):
        assert kinds.count(kind) == 1, (interaction, kinds)
    assert kinds.count("offered") == kinds.count("offer_ended"), (interaction, kinds)
    row = only(running.rows("SELECT * FROM interaction WHERE id = ?", interaction))
    assert (row["state"], row["outcome"]) == ("closed", "handled")
    agents = running.rows("SELECT * FROM segment WHERE interaction_id = ? AND kind = 'agent'", interaction)
    assert only([segment for segment in agents if segment["outcome"] is not None])["ended_at"] is not None


@pytest.fixture
async def forsaken(tmp_path: Path) -> AsyncIterator[Scene]:
    """A centre whose server is not started again."""
    async with centre(tmp_path / "demo", "--no-restart") as running, AsyncExitStack() as stack:
        yield Scene(running, tmp_path, stack)


async def test_a_server_that_stays_away(forsaken: Scene) -> None:
    """Stopped for good: a waiting caller and a new one reach the fallback queue within 15 s, and phones answer there."""
    ann = Pair(*await forsaken.agent("yating", "1001", answer_after_s=0.2))
    bob = Pair(*await forsaken.agent("wei", "1004", answer_after_s=0.2))
    for pair in (ann, bob):
        await pair.desk.status("paused", "break")
    waiting = await forsaken.customer("+886912345678")
    await waiting.see("ANSWERED")
    forsaken.centre.kill_server()
    killed_at = time.time()
    newcomer = await forsaken.customer("+886223456789")
    phones = (ann.phone, bob.phone)
    async with asyncio.timeout(20):
        while sum(len(phone.events("ANSWERED")) for phone in phones) < 2:
            await asyncio.sleep(0.1)
    rang = [event.at for phone in phones for event in phone.events("INVITE")]
    assert max(rang) - killed_at < 15
    assert not waiting.events("BYE")
    assert not newcomer.events("BYE")
