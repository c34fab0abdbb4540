"""Letters on paper: a file, or a folder of pages, in a queue's folder becomes one letter, once."""

import io
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from channels.post import scans
from channels.post.watch import PaperWatch
from config.settings import Paper
from crm_core import cases
from tests.channels.test_attachment_reading import pdf
from tests.channels.text_room import TextRoom, text_room
from tests.fakes.sms_gateway import FakeGateway

OLD = time.time() - 60


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[TextRoom]:
    async with text_room(tmp_path, FakeGateway(origin="http://127.0.0.1:9")) as opened:
        yield opened


def watch(room: TextRoom, folder: Path) -> PaperWatch:
    return PaperWatch(Paper(folder=str(folder)), room.store, room.floor, room.bus, room.clock)


def laid(folder: Path, name: str, content: bytes, slip: Any = None) -> Path:
    """A scan that was put there a minute ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (OLD, OLD))
    if slip is not None:
        beside = path.with_name(f"{name.rpartition('/')[2]}.json")
        beside.write_bytes(slip if isinstance(slip, bytes) else json.dumps(slip).encode())
        os.utime(beside, (OLD, OLD))
    return path


def tiff() -> bytes:
    out = io.BytesIO()
    Image.new("1", (100, 100)).save(out, "TIFF")
    return out.getvalue()


async def test_a_scan_becomes_a_letter_that_waits(room: TextRoom, tmp_path: Path) -> None:
    """With its slip: whose it is, which case it goes on with, what it is about. Then it lies in `done`."""
    case = await room.store.write(
        lambda c: cases.open_case(
            c, subject="Lamp", party_id=room.party, queue_id=room.queue, now=time.time()
        )
    )
    folder = tmp_path / "scans" / "Support"
    slip = {
        "from": "林小美",
        "phone": "0912 345 678",
        "reference": case.number,
        "subject": "保固書",
        "date": "2026-11-20",
    }
    laid(folder, "a.pdf", pdf("Warranty"), slip)
    laid(folder, "two pages/1.tif", tiff())
    laid(folder, "two pages/2.tif", tiff())
    os.utime(folder / "two pages", (OLD, OLD))
    assert await watch(room, tmp_path / "scans").look() == 2
    by_subject = {letter.subject: letter for letter in await room.letters()}
    letter = by_subject["保固書"]
    assert (letter.case_id, letter.party_id, letter.from_name, letter.marks) == (
        case.id,
        room.party,
        "林小美",
        ("post", "scan"),
    )
    assert [each.content_type for each in by_subject["two pages"].attachments] == ["image/tiff", "image/tiff"]
    waiting = await room.interactions()
    assert {(each.medium, each.queue_id) for each in waiting} == {("post", room.queue)}
    (day,) = (folder / "done").iterdir()
    assert sorted(each.name for each in day.iterdir()) == ["a.pdf", "a.pdf.json", "two pages"]
    assert sorted(each.name for each in folder.iterdir()) == ["done"]


async def test_a_kill_before_the_move_files_nothing_twice(
    room: TextRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter is durable before its file is moved, and known again when it is still there; scanned anew it is another letter."""
    folder = tmp_path / "scans" / "Support"
    laid(folder, "a.pdf", pdf("x"))

    def killed(*_: Any) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(scans, "move", killed)
        with pytest.raises(OSError, match="killed"):
            await watch(room, tmp_path / "scans").look()
    assert len(await room.letters()) == 1
    assert await watch(room, tmp_path / "scans").look() == 0
    path = laid(folder, "a.pdf", pdf("x"))
    os.utime(path, (OLD + 5, OLD + 5))
    assert await watch(room, tmp_path / "scans").look() == 1
    assert len(await room.letters()) == 2


async def test_what_is_no_letter_is_set_aside(room: TextRoom, tmp_path: Path) -> None:
    """With the reason beside it; what is still being written waits; links, foreign folders and hidden files are left alone; a slip that cannot be read is only marked."""
    folder = tmp_path / "scans" / "Support"
    laid(folder, "evil.pdf", b"MZ program")
    laid(folder, "good.pdf", pdf("x"), slip=b"{not json")
    (folder / "half.pdf").write_bytes(b"%PDF-")
    (folder / "link.pdf").symlink_to("/etc/passwd")
    laid(folder, ".hidden.pdf", pdf("x"))
    laid(tmp_path / "scans" / "No such queue", "b.pdf", pdf("x"))
    assert await watch(room, tmp_path / "scans").look() == 1
    (letter,) = await room.letters()
    assert (letter.subject, letter.marks) == ("good", ("post", "scan", "slip_unreadable"))
    (day,) = (folder / "failed").iterdir()
    assert sorted(each.name for each in day.iterdir()) == ["evil.pdf", "evil.pdf.txt"]
    assert (folder / "half.pdf").exists()
    assert (folder / "link.pdf").is_symlink()
    assert (tmp_path / "scans" / "No such queue" / "b.pdf").exists()
