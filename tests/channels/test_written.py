"""The contract of written channels, asked of each that there is, and of the example in docs/channels.md."""

import json
import os
import re
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from channels.outside.web import OutsideWeb
from channels.post.watch import PaperWatch
from channels.sms.gateway_peer import GatewayPeer
from channels.written import contract
from channels.written.contract import Peer
from config.settings import Paper
from crm_core import cases
from routing.core.model import Medium
from tests.channels.test_attachment_reading import pdf
from tests.channels.text_room import SEAL, THEIRS, TextRoom, text_room
from tests.channels.written_contract import COMING, GOING, Far
from tests.fakes.sms_gateway import FakeGateway, running


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with running() as opened:
        yield opened


@pytest.fixture
async def room(tmp_path: Path, gateway: FakeGateway) -> AsyncIterator[TextRoom]:
    async with text_room(tmp_path, gateway) as opened:
        yield opened


class Texts(Far):
    """Text messages by the generic gateway."""

    def __init__(self, room: TextRoom, gateway: FakeGateway) -> None:
        self._room, self._gateway = room, gateway
        self.account = room.gateway

    async def write(self, key: str, text: str) -> None:
        await self._room.message(key, text)

    def peer(self) -> Peer:
        return GatewayPeer(self._room.store, SEAL, "http://desk.test", OutsideWeb(), self._room.clock)

    def got(self) -> list[str]:
        return [each.text for each in self._gateway.taken]

    def mood(self, mood: str) -> None:
        self._gateway.silent = mood == "silent"
        moods = {"busy": (503, {}), "refusing": (400, {"reason": "no"})}
        self._gateway.refuses = moods.get(mood)


class Paperwork(Far):
    """Scans in a folder; paper only comes."""

    sends = False

    def __init__(self, room: TextRoom, folder: Path) -> None:
        self._folder = folder / "scans" / "Support"
        self._folder.mkdir(parents=True)
        settings = Paper(folder=str(folder / "scans"), settle_s=0.0)
        self._watch = PaperWatch(settings, room.store, room.floor, room.bus, room.clock)
        self._room = room

    async def write(self, key: str, text: str) -> None:
        path = self._folder / f"{key}.pdf"
        path.write_bytes(pdf(text))
        slip = self._folder / f"{key}.pdf.json"
        known = {str(letter.case_id) for letter in await self._room.letters()} if key != "k1" else set()
        numbers = [await self._room.store.read(partial(cases.case, case_id=each)) for each in known]
        said = {
            "phone": THEIRS,
            "note": text,
            "reference": numbers[0].number if numbers and numbers[0] else "",
        }
        slip.write_text(json.dumps(said))
        for each in (path, slip):
            os.utime(each, (1_790_000_000 - 100, 1_790_000_000 - 100))
        await self._watch.look()

    def peer(self) -> Any:
        class Nobody:
            medium = Medium.POST

        return Nobody()

    def got(self) -> list[str]:
        return []

    def mood(self, mood: str) -> None:
        raise NotImplementedError


class Pagers(Far):
    """The example, as the document has it."""

    def __init__(self, room: TextRoom) -> None:
        self._code: dict[str, Any] = {name: getattr(contract, name) for name in contract.__all__}
        self._code["Medium"] = Medium
        text = Path("docs/channels.md").read_text(encoding="utf-8")
        (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        exec(block, self._code)
        self._room, self._mood = room, "well"
        self._paged: dict[str, str] = {}

    async def page(self, number: str, text: str, name: str) -> str:
        """The pagers' centre."""
        if self._mood in {"busy", "refusing"}:
            return {"busy": "BUSY later", "refusing": "NO such pager"}[self._mood]
        self._paged[name] = text
        return "?" if self._mood == "silent" else f"OK {name}"

    async def write(self, key: str, text: str) -> None:
        line = f"{key} {THEIRS} {text}\n".encode()
        await self._room.receiver.intake.take(self._code["page_came"](line, time.time(), self._room.queue))

    def peer(self) -> Peer:
        made: Peer = self._code["PagerPeer"](self)
        return made

    def got(self) -> list[str]:
        return list(self._paged.values())

    def mood(self, mood: str) -> None:
        self._mood = mood


def far_of(name: str, room: TextRoom, gateway: FakeGateway, folder: Path) -> Far:
    match name:
        case "sms":
            return Texts(room, gateway)
        case "paper":
            return Paperwork(room, folder)
        case _:
            return Pagers(room)


@pytest.mark.parametrize("check", COMING, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ["sms", "paper", "example"])
async def test_what_comes(
    name: str, check: Any, room: TextRoom, gateway: FakeGateway, tmp_path: Path
) -> None:
    """Once, to the right customer, queue and case, offered, also after a crash."""
    await check(room, far_of(name, room, gateway, tmp_path))


@pytest.mark.parametrize("check", GOING, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ["sms", "example"])
async def test_what_goes(name: str, check: Any, room: TextRoom, gateway: FakeGateway, tmp_path: Path) -> None:
    """Recorded with its row, sent once, tried again where that helps, failed with its reason."""
    await check(room, far_of(name, room, gateway, tmp_path))
