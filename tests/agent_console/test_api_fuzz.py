"""The API under requests that no console would send: made from its own description, and hostile by hand. Nothing of it may be a bug's answer."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from crm_core.records import known
from tests.agent_console.house import House

EXAMPLES = os.environ.get("TRUNKLINE_API_EXAMPLES", "2")
THOROUGH = ("parties", "cases", "queues", "rules", "custom-fields")
"""Records have their routes by one pattern: every bound of every parameter is tried with these, which have each kind of field and rules of their own; what is
made by chance goes to all. `TRUNKLINE_API_EXAMPLES` above 2 tries the bounds of all."""
HOSTILE = (
    "'; DROP TABLE party; --",
    '" OR ""="',
    "%_\\%",
    "\0",
    "\ud800",
    "😀" * 50,
    "NEAR(a b)",
    '{"field": "name", "is": "eq", "value": "x\' OR 1=1 --"}',
    '{"field": "name\' OR 1=1 --", "is": "eq", "value": "x"}',
    '{"all": [' * 300 + "]}" * 300,
    '{"field": "created_at", "is": "gt", "value": 1e400}',
    '{"field": "id", "is": "in", "value": [null, {}, []]}',
)
"""For filters, orders, cursors and words: SQL, LIKE, FTS5, tsquery, JSON too deep, numbers too large, half a character."""


@pytest.mark.real
@pytest.mark.parametrize(("login", "phases"), [("adm", "coverage"), ("adm", "fuzzing"), ("ann", "fuzzing")])
async def test_no_request_finds_a_bug(house: House, login: str, phases: str, tmp_path: Path) -> None:
    """Requests generated from the description, right and wrong ones, with an administrator's and with an agent's session, are never answered
    with 5xx."""
    async with house.browser(login) as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        command = [
            Path(sys.executable).parent / "schemathesis",
            "run",
            f"{house.origin}/api/v1/openapi.json",
            *("--checks", "not_a_server_error"),
            *("--phases", phases),
            *("--max-examples", EXAMPLES),
            *("--header", f"Cookie: {cookie}"),
            *("--header", "X-Trunkline: 1"),
            *("--exclude-path-regex", _left_out(phases)),
            *("--generation-deterministic",),
            "--no-color",
        ]
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=tmp_path, capture_output=True, text=True, timeout=1200, check=False
        )
        (tmp_path / "report.txt").write_text(done.stdout)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert (await client.get("/api/v1/me")).status_code == 200


def _left_out(phases: str) -> str:
    """What ends the session that all others need; and of the records' bounds those that are as all others."""
    ends = (
        r"/logout$|/me/password|/me/sessions|/me/totp|/users/.*(password|lock|sessions)|/users/\{|/totp-roles"
    )
    if phases != "coverage" or int(EXAMPLES) > 2:
        return ends
    alike = "|".join(each.collection for each in known.every() if each.collection not in THOROUGH)
    return f"{ends}|/records/({alike})(/|$)"


async def test_hostile_words_do_nothing(house: House) -> None:
    """In the filter, the order, the cursor and the search of every list they are refused or find nothing, and change nothing."""

    def rows(connection: object) -> list[int]:
        count = "SELECT count(*) FROM "
        return [
            connection.execute(text(count + name)).scalar_one()
            for name in ("party", "user_account", "support_case")
        ]  # type: ignore[attr-defined]

    before = await house.store.read(rows)
    async with house.browser("adm") as client:
        for entity in known.every():
            place = f"/api/v1/records/{entity.collection}"
            for words in HOSTILE:
                spelt = words.encode("utf-8", "surrogatepass").decode("latin-1")
                for name in ("filter", "sort", "cursor", "q"):
                    answer = await client.get(place, params={name: spelt})
                    assert answer.status_code in (200, 404, 422), (entity.name, name, words, answer.text)
                    if answer.status_code == 200 and name == "q":
                        assert answer.json()["items"] == [] or "OR" in words or len(words) < 8, (
                            entity.name,
                            words,
                        )
        for words in HOSTILE:
            answer = await client.get(
                "/api/v1/search", params={"q": words.encode("utf-8", "replace").decode()}
            )
            assert answer.status_code in (200, 422)
        body = json.dumps({"name": "x", "kind": "person", "x' OR 1=1": 1})
        wrong = await client.post(
            "/api/v1/records/parties", content=body, headers={"Content-Type": "application/json"}
        )
        assert wrong.json()["errors"][0]["code"] == "field.unknown"
    assert await house.store.read(rows) == before
