"""Entry flows on a scripted Asterisk: what is said and asked, where callers are led, and that whatever fails leads to the number's queue."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from crm_core import cases, identification, interactions, parties, passwords, queues
from crm_core.flows import prompts, visits
from crm_core.flows.visits import Visit
from crm_core.records.change import system
from crm_core.tables import queue as queue_table
from cti.arriving import entry
from routing.core.facts import CallbackKept, Enqueued
from routing.core.model import QueueId
from tests.cti.flow_calls import lead_through, queue_named
from tests.cti.room import NOW, Room, telephone_room
from tests.cti.test_welcome import CALLER as KNOWN
from tests.cti.test_welcome import limited, until_told

CALLER = "0912345678"
UP = "200 result=6\n"


class Telephone:
    """Asterisk's side of a flow's AGI connection. `keys` answer what waits for a key, in turn ("" is silence, "!" hangs up); `missing` are
    sounds that are not there; `cuts` are keys by the sentence that they cut short; `dialled` is what comes of `Dial`."""

    def __init__(
        self,
        keys: list[str],
        *,
        missing: str = "none",
        cuts: dict[str, str] | None = None,
        dialled: str = "200 result=0\n",
    ) -> None:
        self.asked: list[str] = []
        self._keys, self._missing, self._cuts, self._dialled = keys, missing, cuts or {}, dialled

    async def call(self, room: Room, channel: str, caller: str = CALLER) -> "Telephone":
        """To its end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", room.fastagi_port)
        lines = (
            f"agi_uniqueid: {channel}", f"agi_arg_1: {NOW}", "agi_arg_2: 100", "agi_arg_3: /sounds",
            f"agi_callerid: {caller}",
        )  # fmt: skip
        writer.write(("\n".join(lines) + "\n\n").encode())
        while line := (await reader.readline()).decode().strip():
            self.asked.append(line)
            answer = self._answer(line)
            if answer is None:
                break
            writer.write(answer.encode())
        writer.close()
        return self

    def _answer(self, command: str) -> str | None:
        if command.startswith("WAIT FOR DIGIT"):
            key = self._keys.pop(0) if self._keys else ""
            return None if key == "!" else f"200 result={ord(key) if key else 0}\n"
        if command.startswith("STREAM FILE") and self._missing in command:
            return "200 result=-1 endpos=0\n"
        for sentence, key in self._cuts.items():
            if sentence in command and key in command.split('"')[3]:
                return f"200 result={ord(key)} endpos=800\n"
        if command.startswith("CHANNEL STATUS"):
            return UP
        if command.startswith("GET DATA"):
            return "200 result= (timeout)\n"
        return self._dialled if command.startswith("EXEC Dial") else "200 result=0\n"

    def heard(self) -> list[str]:
        """What was played."""
        return [line.split('"')[1] for line in self.asked if line.startswith("STREAM FILE")]

    def set_to(self, name: str) -> list[str]:
        return [line.split('"')[1] for line in self.asked if line.startswith(f"SET VARIABLE {name} ")]


async def through(room: Room, steps: dict[str, Any], *, start: str = "a") -> str:
    """Publish these steps for the number; the flow's id once callers go through it."""
    made = await room.store.write(lambda conn: lead_through(conn, steps, start=start))
    room.bus.publish("config", "")
    await room.until(lambda: room.voice.entry._directory.flow_for("100") is not None)
    return made


async def visit_of(room: Room, channel: str, done: Callable[[Visit], bool] = lambda _: True) -> Visit:
    async with asyncio.timeout(5):
        while True:
            found = await room.store.read(lambda conn: visits.of_interaction(conn, f"tl-{channel}"))
            if found is not None and done(found[0]):
                return found[0]
            await asyncio.sleep(0.01)


def care(conn: Connection) -> str:
    return queue_named(conn, "Care")


async def sales(room: Room) -> str:
    made = await room.store.write(
        lambda conn: queues.add_queue(conn, name="Sales", language="zh-TW", ring_s=5, wrap_up_s=0)
    )
    await room.learn_rules()
    return made.id


MENU = {"kind": "menu", "prompt": "ours:identify-ask", "within_s": 2}


async def test_language_and_menu_lead_to_a_queue_with_its_skills(tmp_path: Path) -> None:
    """What is said after the choice is in that language, the router is told queue, skills and points, the channel where they are, and the way is
    kept with the call."""
    async with telephone_room(tmp_path) as room:
        queue = await sales(room)
        languages = [{"key": "1", "language": "zh-TW"}, {"key": "2", "language": "en"}]
        flow = await through(room, {
            "a": {"kind": "language", "prompt": "ours:identify-ask", "choices": languages, "next": "b"},
            "b": MENU | {"choices": [{"key": "7", "next": "c"}], "otherwise": "c"},
            "c": {"kind": "queue", "queue_id": queue, "skills": [{"skill": "billing", "level": 3}], "priority_points": 45},
        })  # fmt: skip
        phone = await Telephone(["1", "7"]).call(room, "ast-1.1")
        assert phone.heard() == ["/sounds/en/identify-ask", "/sounds/zh-TW/identify-ask"]
        assert phone.set_to("TL_LANGUAGE") == ["zh-TW"]
        assert phone.set_to("TL_FLOW") == [f"{flow}/1/{step}" for step in "abc"]
        assert phone.set_to("TL_QUEUE") == [queue]
        await room.until(lambda: room.count(Enqueued) == 1)
        [fact] = [each for each in room.facts if isinstance(each, Enqueued)]
        assert (fact.queue, fact.priority_points) == (queue, 45)
        assert {(need.skill, need.level) for need in fact.needs} == {("billing", 3)}
        kept = await visit_of(room, "ast-1.1")
        assert (kept.flow_id, kept.version, kept.language, kept.outcome) == (flow, 1, "zh-TW", "queue")
        assert [(each.step, each.keys, each.outcome) for each in kept.path or ()] == [
            ("a", ("1",), "zh-TW"), ("b", ("7",), "7"), ("c", (), "queue"),
        ]  # fmt: skip


async def test_prompts_fall_back_and_never_stop_a_caller(tmp_path: Path) -> None:
    """An uploaded sound is played from the folder, in another language where theirs is missing; one that Asterisk does not find is left out after
    every place has been tried."""
    async with telephone_room(tmp_path) as room:
        hello = await room.store.write(
            lambda conn: prompts.create(conn, system(NOW), "Hello", "Good morning")
        )
        await room.store.write(
            lambda conn: prompts.set_sound(conn, system(NOW), hello.id, "zh-CN", b"\x7f" * 8000)
        )
        room.bus.publish("prompt", hello.id)
        await room.until(lambda: len(list((tmp_path / "prompts").glob("zh-CN/*.ulaw"))) == 1)
        queue = await room.store.read(care)
        await through(room, {
            "a": {"kind": "say", "prompt": f"prompt:{hello.id}", "next": "b"},
            "b": {"kind": "say", "prompt": "asterisk:vm-goodbye", "interruptible": False, "next": "c"},
            "c": {"kind": "queue", "queue_id": queue},
        })  # fmt: skip
        phone = await Telephone([], missing="vm-goodbye").call(room, "ast-1.2")
        [file] = (tmp_path / "prompts").glob("zh-CN/*.ulaw")
        assert file.read_bytes() == b"\x7f" * 8000
        assert phone.heard() == [str(file.with_suffix("")), "en/vm-goodbye", "vm-goodbye"]
        assert next(line for line in phone.asked if "TIMEOUT" in line).endswith('"16"'), (
            "its length and a rest"
        )
        assert phone.set_to("TL_QUEUE") == [queue]


async def test_a_key_that_comes_early_counts_for_the_next_question(tmp_path: Path) -> None:
    """It cuts the sentence short, and the question is not even said; a sentence that must be heard is not cut."""
    async with telephone_room(tmp_path) as room:
        queue, other = await room.store.read(care), await sales(room)
        await through(room, {
            "a": {"kind": "say", "prompt": "ours:closed", "next": "b"},
            "b": {"kind": "say", "prompt": "ours:all-busy", "interruptible": False, "next": "c"},
            "c": MENU | {"choices": [{"key": "7", "next": "d"}], "otherwise": "e"},
            "d": {"kind": "queue", "queue_id": other},
            "e": {"kind": "queue", "queue_id": queue},
        })  # fmt: skip
        phone = await Telephone([], cuts={"closed": "7", "all-busy": "9"}).call(room, "ast-1.16")
        assert phone.heard() == ["/sounds/en/closed", "/sounds/en/all-busy"]
        assert phone.set_to("TL_QUEUE") == [other]


async def test_who_hangs_up_is_on_record_with_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a question: the call is closed, the router never hears of it, and the step where they left is kept."""
    monkeypatch.setattr(entry, "GONE_AFTER_S", 0.0)
    async with telephone_room(tmp_path) as room:
        queue = await room.store.read(care)
        await through(room, {
            "a": MENU | {"choices": [{"key": "1", "next": "b"}], "otherwise": "b"},
            "b": {"kind": "collect", "prompt": "ours:identify-pin", "name": "pin", "secret": True, "next": "c", "otherwise": "c"},
            "c": {"kind": "queue", "queue_id": queue},
        })  # fmt: skip
        await Telephone(["1", "4", "!"]).call(room, "ast-1.3")
        kept = await visit_of(room, "ast-1.3")
        assert (kept.step, kept.outcome, kept.collected) == ("b", "left", {})
        row = await room.store.read(lambda conn: interactions.interaction(conn, "tl-ast-1.3"))
        assert row is not None
        assert (row.state, row.ended_at, row.queue_id) == ("closed", kept.ended_at, queue)
        assert room.count(Enqueued) == 0


async def test_a_flow_may_end_the_call(tmp_path: Path) -> None:
    """After a last word; on record before it ends, and nobody is rung."""
    async with telephone_room(tmp_path) as room:
        await through(room, {"a": {"kind": "hangup", "prompt": "ours:closed"}})
        phone = await Telephone([]).call(room, "ast-1.4")
        assert phone.heard() == ["/sounds/en/closed"]
        assert phone.set_to("TL_REFUSED") == ["2"]
        row = await room.store.read(lambda conn: interactions.interaction(conn, "tl-ast-1.4"))
        assert row is not None
        assert row.state == "closed"
        assert (await visit_of(room, "ast-1.4")).outcome == "hangup"


async def test_what_fails_leads_to_the_numbers_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue that is gone, a store that is away, a bug: the caller waits in the queue of the number, and the reason is kept."""
    async with telephone_room(tmp_path) as room:
        queue, other = await room.store.read(care), await sales(room)
        await through(room, {
            "a": {"kind": "callback", "queue_id": other, "declined": "b"},
            "b": {"kind": "hours", "queue_id": other, "open": "c", "closed": "c"},
            "c": {"kind": "queue", "queue_id": other},
        })  # fmt: skip
        await room.store.write(
            lambda conn: conn.execute(delete(queue_table).where(queue_table.c.id == other))
        )
        room.bus.publish("config", "")
        await room.until(lambda: not room.voice.entry._directory.is_queue(QueueId(other)))
        phone = await Telephone(["1"]).call(room, "ast-1.5")
        assert phone.set_to("TL_QUEUE") == [queue]
        kept = await visit_of(room, "ast-1.5")
        assert (kept.outcome, kept.reason, kept.step) == ("failed", "queue.unknown", "b")
        await room.until(lambda: room.count(Enqueued) == 1)
        assert room.count(CallbackKept) == 0

        def broken(*_: object, **__: object) -> str:
            raise RuntimeError("a bug")

        monkeypatch.setattr("crm_core.flows.outside.hours", broken)
        phone = await Telephone([]).call(room, "ast-1.6")
        assert phone.set_to("TL_QUEUE") == [queue]
        assert (await visit_of(room, "ast-1.6")).reason == "bug"


async def test_a_place_may_be_kept_for_calling_back(tmp_path: Path) -> None:
    """Who takes it stands in the queue without being on the line, hears so, and the call ends; a number that is not called is not even asked."""
    async with telephone_room(tmp_path) as room:
        queue = await room.store.read(care)
        await through(room, {
            "a": {"kind": "callback", "queue_id": queue, "declined": "b"},
            "b": {"kind": "hangup"},
        })  # fmt: skip
        phone = await Telephone(["1"]).call(room, "ast-1.7")
        assert room.count(CallbackKept) == 1
        assert phone.heard() == ["/sounds/en/callback-offer", "/sounds/en/callback-kept"]
        assert phone.set_to("TL_REFUSED") == ["2"]
        kept = await visit_of(room, "ast-1.7")
        assert (kept.outcome, [each.outcome for each in kept.path or ()]) == ("callback", ["kept"])
        phone = await Telephone(["1"]).call(room, "ast-1.8", caller="0055512345")
        assert phone.heard() == []
        assert room.count(Enqueued) == 1


async def test_a_caller_is_put_through_to_somebody_outside(tmp_path: Path) -> None:
    """The talk is Asterisk's: on record before it begins, closed when it is over. Whom nobody answers goes on."""
    async with telephone_room(tmp_path) as room:
        queue = await room.store.read(care)
        await through(room, {
            "a": {"kind": "transfer", "number": "0212345678", "ring_s": 20, "failed": "b"},
            "b": {"kind": "queue", "queue_id": queue},
        })  # fmt: skip
        phone = await Telephone([], dialled="200 result=-1\n").call(room, "ast-1.9")
        [dialled] = [line for line in phone.asked if line.startswith("EXEC Dial")]
        before, _, after = dialled.partition("b(trunkline-out-leg^s^1(")
        assert before == 'EXEC Dial "PJSIP/0212345678@trunk-out,20,ro(100)'
        assert after.endswith('))U(trunkline-put-through)"')
        assert 'SET VARIABLE TIMEOUT(absolute) "0"' in phone.asked
        kept = await visit_of(room, "ast-1.9", lambda visit: visit.ended_at is not None)
        assert kept.outcome == "transfer"
        row = await room.store.read(lambda conn: interactions.interaction(conn, "tl-ast-1.9"))
        assert row is not None
        assert (row.state, row.ended_at) == ("closed", kept.ended_at)
        phone = await Telephone([]).call(room, "ast-1.10")
        assert phone.set_to("TL_QUEUE") == [queue]
        await room.until(lambda: room.count(Enqueued) == 1)
        kept = await visit_of(room, "ast-1.10", lambda visit: visit.outcome == "queue")
        assert [each.outcome for each in kept.path or ()] == ["failed", "queue"]


async def test_numbers_and_pins_are_looked_up(tmp_path: Path) -> None:
    """A case's number names its customer; a customer number counts with the right PIN alone, and a wrong one costs a try."""
    async with telephone_room(tmp_path) as room:

        def customers(conn: Connection) -> tuple[str, str]:
            now = time.time()
            ann, bob = (parties.add_party(conn, kind="person", name=name, now=now) for name in ("Ann", "Bob"))
            cases.open_case(conn, subject="The bill", party_id=ann.id, queue_id=None, now=now)
            pin = passwords.hash_now("4826")
            identification.set_pin(conn, bob.id, customer_number="471100", pin_hash=pin, by="test", now=now)
            return ann.id, bob.id

        ann, bob = await room.store.write(customers)
        queue = await room.store.read(care)
        number = {"kind": "collect", "prompt": "ours:identify-ask", "name": "number", "least": 4, "tries": 1}
        pin = {"kind": "collect", "prompt": "ours:identify-pin", "name": "pin", "secret": True, "tries": 1}
        await through(room, {
            "a": number | {"next": "b", "otherwise": "e"},
            "b": {"kind": "lookup", "by": "case", "name": "number", "found": "e", "missing": "c"},
            "c": pin | {"next": "d", "otherwise": "e"},
            "d": {"kind": "lookup", "by": "customer", "name": "number", "pin": "pin", "found": "e", "missing": "e"},
            "e": {"kind": "queue", "queue_id": queue},
        })  # fmt: skip
        case = [*time.strftime("%Y"), *"000001#"]
        phone = await Telephone(case).call(room, "ast-1.11")
        assert phone.set_to("TL_PARTY") == [f"keyed/{ann}"]
        phone = await Telephone([*"471100#", *"1111#"]).call(room, "ast-1.12")
        assert phone.set_to("TL_PARTY") == []
        phone = await Telephone([*"471100#", *"4826#"]).call(room, "ast-1.13")
        assert phone.set_to("TL_PARTY") == [f"identified/{bob}"]
        kept = await visit_of(room, "ast-1.13")
        assert kept.collected == {"number": "471100"}
        assert [each.keys for each in kept.path or ()][2] == ("••••",)
        for _ in range(identification.TRIES):
            await room.store.write(lambda conn: identification.try_pin(conn, bob, time.time()))
        phone = await Telephone([*"471100#", *"4826#"]).call(room, "ast-1.17")
        assert phone.set_to("TL_PARTY") == [], "nobody guesses on"


async def test_whom_the_number_tells_is_spared_and_told_of_their_contract(tmp_path: Path) -> None:
    """A known caller is not asked who they are and hears what is left; a stranger is asked, and has no contract."""
    async with telephone_room(tmp_path) as room:
        await limited(room)
        queue = await room.store.read(care)
        await through(room, {
            "a": {"kind": "identify", "known": "b", "unknown": "b"},
            "b": {"kind": "contract", "covered": "c", "none": "d", "used_up": "d"},
            "c": {"kind": "queue", "queue_id": queue},
            "d": {"kind": "hangup"},
        })  # fmt: skip
        phone = await Telephone([]).call(room, "ast-1.14", caller=KNOWN)
        assert phone.heard() == ["/sounds/en/calls-left-3"]
        assert phone.set_to("TL_QUEUE") == [queue]
        kept = await visit_of(room, "ast-1.14")
        assert [each.outcome for each in kept.path or ()] == ["known", "covered", "queue"]
        await until_told(room, "tl-ast-1.14", "calls-left-3")
        phone = await Telephone([]).call(room, "ast-1.15", caller="0299998888")
        asked = [line for line in phone.asked if line.startswith("GET DATA")]
        assert asked == ['GET DATA "/sounds/en/identify-ask" 6000 24'] * 2
        assert phone.set_to("TL_REFUSED") == ["2"]
        kept = await visit_of(room, "ast-1.15")
        assert [each.outcome for each in kept.path or ()] == ["unknown", "none", "hangup"]
