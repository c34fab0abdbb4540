"""Entry flows on a real Asterisk: callers press keys, hear what they should in the language they chose, and are led where the flow says; also when the
server dies in the middle of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agent_console import flow_documents
from crm_core import cases, interactions, parties, queues
from crm_core.flows import prompts, sound, visits
from crm_core.flows.visits import Visit
from crm_core.interactions import Interaction
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import interaction
from cti.arriving import entry
from routing.core.facts import Enqueued
from tests.crm_core.flows.test_sound import wav
from tests.cti.flow_calls import NOW, lead_through, queue_named
from tests.real.asterisk_lab import asterisk_lab
from tests.real.caller_desk import Desk
from tests.real.sipp import Sipp, agent_scenario, sipp
from tests.real.voice_lab import VoiceServer, prepare, voice_server, write_now

pytestmark = pytest.mark.real
FIRST, TAIWANESE, ENGLISH = 500.0, 1100.0, 2300.0
"""The tone of the first question, and of all that is said in a language."""
TONES = (FIRST, TAIWANESE, ENGLISH)
OUTSIDE = "0223456789"
CASE = f"{datetime.now(UTC).year}000001#"


def tones(conn: Connection, name: str, **by_language: float) -> str:
    """A prompt that is a tone; the name by which flows say it."""
    made = prompts.create(conn, system(NOW), name, "")
    for language, tone in by_language.items():
        ulaw = sound.telephone(wav(rate=16_000, seconds=0.7, tone=tone))
        prompts.set_sound(conn, system(NOW), made.id, language.replace("_", "-"), ulaw)
    return f"prompt:{made.id}"


def fill(conn: Connection) -> None:
    """A main line: language, then a menu to Sales (which is closed), a case's number, or somebody outside."""
    sales = queues.add_queue(conn, name="Sales", language="en", ring_s=5, wrap_up_s=0).id
    rows.patch(conn, system(NOW), known.entity("queue"), sales, {"closed": True})
    care = queue_named(conn, "Care")
    ann = parties.add_party(conn, kind="person", name="Ann", now=NOW)
    cases.open_case(conn, subject="The bill", party_id=ann.id, queue_id=None, now=NOW)
    first = tones(conn, "First", en=FIRST)
    told = tones(conn, "Told", en=ENGLISH, zh_TW=TAIWANESE)
    steps: dict[str, Any] = {
        "language": {
            "kind": "language", "prompt": first, "within_s": 1.5, "otherwise": "zh-TW", "next": "menu",
            "choices": [{"key": "1", "language": "zh-TW"}, {"key": "2", "language": "en"}],
        },
        "menu": {
            "kind": "menu", "prompt": told, "tries": 2, "within_s": 1.5, "invalid": "asterisk:option-is-invalid",
            "choices": [{"key": "1", "next": "sales"}, {"key": "2", "next": "number"}, {"key": "*", "next": "out"}],
            "otherwise": "care",
        },
        "number": {
            "kind": "collect", "prompt": told, "name": "case", "least": 6, "within_s": 3, "next": "lookup",
            "otherwise": "care",
        },
        "lookup": {"kind": "lookup", "by": "case", "name": "case", "found": "sales", "missing": "care"},
        "out": {"kind": "transfer", "number": OUTSIDE, "ring_s": 10, "failed": "care"},
        "sales": {"kind": "queue", "queue_id": sales, "skills": [{"skill": "billing", "level": 2}], "announce": told},
        "care": {"kind": "queue", "queue_id": care},
    }  # fmt: skip
    lead_through(conn, steps, start="language")


async def visit_of(server: VoiceServer, number: str, outcome: str) -> tuple[Visit, Interaction]:
    """How this caller came through, once it is on record."""

    def read(conn: Connection) -> tuple[Visit, Interaction] | None:
        for row in interactions_of(conn, number):
            found = visits.of_interaction(conn, row.id)
            if found is not None and found[0].outcome == outcome:
                return found[0], row
        return None

    async with asyncio.timeout(15):
        while (found := await server.store.read(read)) is None:
            await asyncio.sleep(0.05)
    return found


def interactions_of(conn: Connection, number: str) -> list[Interaction]:
    rows = conn.execute(select(interaction).where(interaction.c.customer_address == number))
    return [interactions.read_interaction(each) for each in rows]


def enqueued(server: VoiceServer, interaction: str) -> Enqueued:
    [fact] = [each for each in server.facts if isinstance(each, Enqueued) and each.interaction == interaction]
    return fact


@asynccontextmanager
async def outside_phone(folder: Path) -> AsyncIterator[Sipp]:
    """Somebody who answers, stays a second, and hangs up."""
    async with sipp(
        folder, agent_scenario(answer_after_s=0.2, busy=False, hang_up_after_s=1.0), target=None
    ) as one:
        yield one


async def chooses_sales(stage: Desk, queue_ids: dict[str, str]) -> None:
    """Taiwanese, then the first choice: its skills are asked, the announcement is heard, and that the queue is closed is told in that language, which
    is not the queue's."""
    async with stage.call("0911000001") as (_, phone):
        await phone.speaks(0.2)
        await phone.press("1")
        await asyncio.sleep(0.3)
        await phone.speaks(0.2)
        await phone.press("1")
        kept, row = await visit_of(stage.server, "0911000001", "queue")
        fact = enqueued(stage.server, row.id)
        assert fact.queue == queue_ids["Sales"]
        assert {(need.skill, need.level) for need in fact.needs} == {("billing", 2)}
        assert [(each.step, each.keys) for each in kept.path or ()] == [
            ("language", ("1",)), ("menu", ("1",)), ("sales", ()),
        ]  # fmt: skip
        assert phone.tones(*TONES) == [FIRST, TAIWANESE]
        async with asyncio.timeout(5):
            while "/zh-TW/closed" not in stage.lab.log:
                await asyncio.sleep(0.1)


async def keys_nothing_that_fits(stage: Desk, queue_ids: dict[str, str]) -> None:
    """Silence, then a wrong key and silence: the language that is spoken otherwise, and the number's queue; a sound that Asterisk does not have is
    left out."""
    async with stage.call("0911000002") as (_, phone):
        await phone.speaks(0.2)
        async with asyncio.timeout(15):
            while TAIWANESE not in phone.tones(*TONES):
                await asyncio.sleep(0.5)
        await phone.press("9")
        kept, row = await visit_of(stage.server, "0911000002", "queue")
        assert enqueued(stage.server, row.id).queue == queue_ids["Care"]
        assert (kept.language, [each.outcome for each in kept.path or ()]) == (
            "zh-TW", ["zh-TW", "otherwise", "queue"],
        )  # fmt: skip
        assert (kept.path or ())[1].keys == ("9",)


async def keys_a_case(stage: Desk) -> None:
    """English, then a case's number: the agent sees whose it is, and what was keyed."""
    async with stage.call("0911000003") as (_, phone):
        await phone.speaks(0.2)
        await phone.press("2")
        await asyncio.sleep(0.3)
        await phone.speaks(0.2)
        await phone.press("2")
        await asyncio.sleep(0.3)
        await phone.speaks(0.2)
        await phone.press(CASE)
        kept, row = await visit_of(stage.server, "0911000003", "queue")
        assert (kept.path or ())[-2].outcome == "found"
        assert phone.tones(*TONES) == [FIRST, ENGLISH]
        pop = await stage.pop(row.id)
        assert [(each["name"], each["strength"]) for each in pop["match"]["parties"]] == [("Ann", "keyed")]
        assert pop["flow"] == flow_documents.visit((kept, "Flow of 100"))
        assert pop["flow"]["collected"] == {"case": CASE[:-1]}


async def is_put_through(stage: Desk, outside: Sipp) -> None:
    """A star leads outside: both talk until the other side hangs up, and the call is closed."""
    async with stage.call("0911000004") as (caller, phone):
        await phone.speaks(0.2)
        await phone.press("1")
        await asyncio.sleep(0.3)
        await phone.speaks(0.2)
        await phone.press("*")
        await outside.see("ANSWERED")
        await caller.see("BYE", within_s=15)
        _, row = await visit_of(stage.server, "0911000004", "transfer")
        async with asyncio.timeout(5):
            while row.state != "closed":
                _, row = await visit_of(stage.server, "0911000004", "transfer")
        assert not [each for each in stage.server.facts if getattr(each, "interaction", "") == row.id]


async def hangs_up(stage: Desk) -> None:
    """In the menu: on record with the place, and never in a queue."""
    async with stage.call("0911000005", hang_up_after_s=4.0) as (caller, phone):
        await phone.speaks(0.2)
        await phone.press("1")
        assert await caller.ended(15) == 0, caller.trouble()
    kept, row = await visit_of(stage.server, "0911000005", "left")
    assert (kept.step, row.state) == ("menu", "closed")


async def test_callers_go_through_a_flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five at once, each their own way; then the server dies while one is asked, and they wait in the queue of the number."""
    monkeypatch.setattr(entry, "GONE_AFTER_S", 0.2)
    async with (
        outside_phone(tmp_path) as outside,
        asterisk_lab(tmp_path, trunk_out=f"127.0.0.1:{outside.port}") as lab,
    ):
        url = write_now(prepare(tmp_path), fill)
        async with voice_server(lab, url) as server:
            stage = Desk(lab, server, tmp_path)
            ids = {each.name: each.id for each in await server.store.read(queues.list_queues)}
            async with asyncio.timeout(5):
                while len(list((tmp_path / "prompts").glob("*/*.ulaw"))) < 3:
                    await asyncio.sleep(0.05)
            async with asyncio.TaskGroup() as callers:
                callers.create_task(chooses_sales(stage, ids))
                callers.create_task(keys_nothing_that_fits(stage, ids))
                callers.create_task(keys_a_case(stage))
                callers.create_task(is_put_through(stage, outside))
                callers.create_task(hangs_up(stage))
        await loses_the_server(Desk(lab, server, tmp_path), url, ids["Care"])


async def loses_the_server(stage: Desk, url: str, care: str) -> None:
    """The dialplan leads them to the music, and the next server finds them, with the place to which they had come."""
    async with AsyncExitStack() as kept_open:
        async with voice_server(stage.lab, url) as first:
            _, phone = await kept_open.enter_async_context(
                Desk(stage.lab, first, stage.folder).call("0911000006")
            )
            await phone.speaks(0.2)
            await phone.press("2")
            await asyncio.sleep(0.3)
            await phone.speaks(0.2)
            [session] = first.voice.entry._sessions.values()
        session._transport.abort()  # what a process that is gone leaves to the kernel
        async with asyncio.timeout(10):
            while "trunkline-hold" not in await stage.lab.cli("core show channels concise"):
                await asyncio.sleep(0.1)
        async with voice_server(stage.lab, url) as second:
            kept, row = await visit_of(second, "0911000006", "failed")
            assert (kept.step, kept.reason, kept.language) == ("menu", "server", "en")
            assert enqueued(second, row.id).queue == care
