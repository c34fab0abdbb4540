"""`trunkline replay` at the terminal: a recorded morning under another configuration."""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crm_core import lease, ledger, queues, users
from crm_core.store import Connection
from routing.core.model import AgentRule, QueueRule
from routing.recorder import entry_of
from routing.rules import read_rules
from tests.contracts.databases import run_in
from tests.routing.scene import Scene
from tests.trunkline.test_start import MISSING, ROOT, WRONG, Place

EIGHT = datetime(2026, 3, 2, 8, 0, tzinfo=ZoneInfo("Asia/Taipei")).timestamp()


def a_morning(conn: Connection) -> tuple[tuple[QueueRule, ...], tuple[AgentRule, ...]]:
    """A queue that asks for Chinese, an agent who has it and one who has not, and two calls at eight: the second gives up."""
    made = queues.add_queue(conn, name="Orders", language="zh-TW", needs=[("zh", 3)], wrap_up_s=0.0)
    people = [
        users.add_user(conn, login=login, name=login, role="agent", language="en", password_hash="", now=0.0)
        for login in ("ann", "bob")
    ]
    queues.add_skill_of(conn, people[0].id, "zh", 5)
    rules = read_rules(conn, 0.0)
    scene = Scene(*rules)
    scene.now = EIGHT
    scene.ready(*(each.id for each in people))
    for name in ("c1", "c2"):
        scene.call(name, made.id)
    scene.accept("c1")
    scene.later(90)
    scene.leave("c2")
    scene.later(30)
    scene.end("c1")
    epoch = lease.take(conn, lease.FLOOR, "a test", 60.0)
    assert epoch is not None
    ledger.append(conn, epoch, [entry_of(fact) for fact in scene.facts])
    return rules


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write()
    made.make_database()
    run_in(f"sqlite:///{made.folder}/data/trunkline.db", a_morning)
    return made


async def said(
    place: Place, words: str, *more: str, since: str = "2026-03-02T07:30", until: str = "2026-03-02T09:00"
) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    other = place.folder / "other.toml"
    other.write_text(words, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "trunkline.command", "replay", "--from", since, "--to", until),
        *("--config", str(other), "--settings", str(place.file), *more),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_one_more_who_can_would_have_kept_a_caller(place: Place) -> None:
    """As it was, half gave up; with a second agent who speaks Chinese, nobody. As data and as text."""
    words = "[agent.bob]\nskills = { zh = 4 }\n"
    code, out, err = await said(place, words, "--json")
    assert code == 0, err
    found = json.loads(out)
    (row,) = found["queues"]
    assert (row["queue"], row["medium"]) == ("Orders", "voice")
    assert [row[which]["abandoned"] for which in ("recorded", "today", "other")] == [0.5, 0.5, 0.0]
    assert found["offers_as_recorded"] == 1.0
    assert found["assumed"]["other"] == {"waits_beyond_known_patience": 0, "work_of_unknown_length": 1}
    code, out, err = await said(place, words)
    assert code == 0, err
    assert "Orders voice" in out
    assert "50.0 %" in out
    assert "1 gave up in truth and are answered" in out


async def test_what_is_wrong_is_said_and_nothing_is_run(place: Place) -> None:
    """Unknown names and words with their file and place; a time that is none; a period that ends before it begins; no database."""
    code, out, err = await said(place, "[agent.eve]\nskills = {}\n[queue.Orders]\nrings = 3\n")
    assert (code, out) == (WRONG, "")
    assert "other.toml: agent.eve: there is no such agent" in err
    assert "other.toml: queue.Orders.rings: Extra inputs are not permitted" in err
    code, _, err = await said(place, "", since="yesterday")
    assert code == WRONG
    assert "'yesterday' is no time" in err
    code, _, err = await said(place, "", until="2026-03-02T07:00+08:00")
    assert code == WRONG
    assert "--to must be later than --from" in err
    (place.folder / "data" / "trunkline.db").unlink()
    code, _, err = await said(place, "")
    assert code == MISSING, err
