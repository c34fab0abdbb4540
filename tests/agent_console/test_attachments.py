"""Attachments over the API: found, looked at, and nobody else's; and letters on paper, which have some."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_console.headers import MAX_BODY_BYTES
from channels.attachments.reader import AttachmentReader
from config.clock import SystemClock
from crm_core import cases
from routing.core.model import Phase
from tests.agent_console.house import House, open_house
from tests.agent_console.test_socket import ready
from tests.channels.test_attachment_reading import pdf


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def test_a_letter_on_paper_is_logged_read_and_found(house: House) -> None:
    """With its scan, by whoever may change the case, once; its words are found and its page is drawn, for those who may read the case alone."""
    today = datetime.now(UTC).date().isoformat()
    at, key = f"/api/v1/cases/{house.seed.case}/paper", {"Idempotency-Key": "key-12345"}
    asked = {"name": "保固書.pdf", "direction": "out", "date": today, "subject": "Warranty  card"}
    async with house.browser("sue") as sue, house.browser("bob") as bob:
        first = await sue.post(at, params=asked, content=pdf("Warranty 4711"), headers=key)
        again = await sue.post(at, params=asked, content=pdf("Warranty 4711"), headers=key)
        assert (first.status_code, first.json()) == (201, again.json()), first.text
        other = {"Idempotency-Key": "key-99999"}
        assert (await sue.post(at, params=asked, content=b"MZ", headers=other)).json()[
            "code"
        ] == "paper.no_scan"
        large = await sue.post(at, params=asked, content=b"%PDF-" + bytes(MAX_BODY_BYTES + 1), headers=other)
        assert large.status_code == 201
        assert (await bob.post(at, params=asked, content=pdf("x"), headers=other)).status_code == 403
        reader = AttachmentReader(house.store, house.bus, SystemClock())
        assert await reader.read_all() == 2
        assert await reader.read_all() == 0
        (found,) = (await sue.get("/api/v1/attachments", params={"q": "4711"})).json()["items"]
        assert (found["name"], found["pages"], found["subject"], found["direction"]) == (
            "保固書.pdf",
            1,
            "Warranty card",
            "out",
        )
        shown = await sue.get(f"/api/v1/attachments/{found['id']}/picture")
        assert (shown.headers["content-type"], shown.content[:4]) == ("image/png", b"\x89PNG")
        assert (await bob.get(f"/api/v1/attachments/{found['id']}/picture")).status_code == 403
        assert (await bob.get("/api/v1/attachments")).json() == {"items": [], "next_cursor": None}
        missing = await sue.get(f"/api/v1/attachments/{found['id']}/picture", params={"page": 7})
        assert (missing.status_code, missing.json()["code"]) == (404, "attachment.no_picture")
        assert [each["verdict"] for each in (await sue.get("/api/v1/attachments")).json()["items"]] == [
            "broken",
            "read",
        ]
    made = await house.store.read(lambda c: cases.case(c, house.seed.case))
    assert made is not None
    assert made.status == "pending"


async def test_an_agent_finds_what_they_work_on(house: House) -> None:
    """The attachments of the letter that is offered to them are theirs to find; broken images are no picture."""
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        letter = await house.letter_arrives()
        await house.until(letter, Phase.OFFERED)
        await AttachmentReader(house.store, house.bus, SystemClock()).read_all()
        items = (await ann.get("/api/v1/attachments", params={"type": "image"})).json()["items"]
        assert [each["name"] for each in items] == ["p.png"]
        assert items[0]["at"] <= time.time()
        assert (await ann.get(f"/api/v1/attachments/{items[0]['id']}/picture")).status_code == 404
        assert (await ann.get("/api/v1/attachments", params={"type": "cake"})).status_code == 422
