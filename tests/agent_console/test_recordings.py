"""Recordings over the API: who may hear which, ranges of their sound, and what the audit log tells of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from agent_console import ranges
from agent_console.ranges import Unsatisfiable
from crm_core.recordings import kept
from crm_core.recordings.chest import CHUNK, Chest
from crm_core.recordings.kept import Recording
from tests.agent_console.house import House, open_house
from tests.agent_console.test_talks import talks

KEY = "a key of the tests"
SOUND = bytes(number * 7 % 251 for number in range(2 * CHUNK + 1000))
PEAKS = {"customer": [0, 50], "agent": [100, 0]}


@asynccontextmanager
async def recorded(
    folder: Path, *, agents_listen: bool = False
) -> AsyncIterator[tuple[House, Recording, httpx.AsyncClient]]:
    """Ann talks, and what she said before is there to be heard; with Ann's browser."""
    sections = {"recordings": {"recordings_key": KEY, "agents_listen": agents_listen}}
    async with (
        open_house(folder, **sections) as house,
        house.browser("ann") as ann,
        house.listening(ann) as screen,
    ):
        call = await talks(house, ann, screen)
        name, at = f"{call}.1700000000000", 1_700_000_000.0
        size, digest = Chest(KEY).write(kept.place(folder / "recordings", name, at), name, [SOUND])
        row = Recording(
            id=name, interaction_id=call, queue_id=house.seed.queue, agent_id=house.seed.users["ann"], started_at=at,
            seconds=8.2, bytes=size, sha256=digest, state="kept", sealed=True, peaks=PEAKS, keep_until=None,
        )  # fmt: skip
        await house.store.write(lambda conn: kept.add(conn, row))
        yield house, row, ann


async def told(house: House) -> list[tuple[str, str]]:
    """Who played or took along what, as the audit log has it."""
    async with house.browser("adm") as adm:
        items = (await adm.get("/api/v1/audit", params={"entity": "recording"})).json()["items"]
        return [(each["action"], each["object_id"]) for each in items]


async def test_supervisors_hear_all_of_it(tmp_path: Path) -> None:
    """Once for the list, then as a player asks: parts, the end, all; the audit log tells of one play, and of the download."""
    async with recorded(tmp_path) as (house, row, _), house.browser("sue") as sue:
        (item,) = (await sue.get(f"/api/v1/interactions/{row.interaction_id}/recordings")).json()["items"]
        assert (item["agent"], item["seconds"], item["state"], item["peaks"]) == ("Ann", 8.2, "kept", PEAKS)
        assert (item["may_listen"], item["may_download"]) == (True, True)
        place = f"/api/v1/recordings/{row.id}/audio"
        whole = await sue.get(place)
        assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, SOUND, "audio/wav")
        assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", str(len(SOUND)))
        part = await sue.get(place, headers={"Range": f"bytes=100-{CHUNK + 99}"})
        assert (part.status_code, part.content) == (206, SOUND[100 : CHUNK + 100])
        assert part.headers["content-range"] == f"bytes 100-{CHUNK + 99}/{len(SOUND)}"
        assert (await sue.get(place, headers={"Range": "bytes=-10"})).content == SOUND[-10:]
        stale = await sue.get(place, headers={"Range": "bytes=5-9", "If-Range": '"other"'})
        assert (stale.status_code, stale.content) == (200, SOUND)
        tag = whole.headers["etag"]
        assert (await sue.get(place, headers={"Range": "bytes=5-9", "If-Range": tag})).status_code == 206
        beyond = await sue.get(place, headers={"Range": f"bytes={len(SOUND)}-"})
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(SOUND)}")
        assert await told(house) == [("played", row.id)]
        taken = await sue.get(place, params={"download": "true"})
        assert taken.headers["content-disposition"] == f'attachment; filename="{row.id}.wav"'
        assert await told(house) == [("downloaded", row.id), ("played", row.id)]


@pytest.mark.parametrize("agents_listen", [False, True])
async def test_agents_hear_their_own_if_the_settings_say_so(tmp_path: Path, agents_listen: bool) -> None:
    """Never a colleague's, and nothing is theirs to take along."""
    async with (
        recorded(tmp_path, agents_listen=agents_listen) as (house, row, ann),
        house.browser("bob") as bob,
    ):
        (item,) = (await ann.get(f"/api/v1/interactions/{row.interaction_id}/recordings")).json()["items"]
        assert (item["may_listen"], item["may_download"]) == (agents_listen, False)
        assert (item["peaks"] is not None) is agents_listen
        place = f"/api/v1/recordings/{row.id}/audio"
        own = await ann.get(place)
        assert own.status_code == (200 if agents_listen else 403)
        taken = await ann.get(place, params={"download": "true"})
        assert (taken.status_code, taken.json()["code"]) == (403, "recording.not_yours")
        assert (await bob.get(place)).status_code == 403
        assert await told(house) == ([("played", row.id)] if agents_listen else [])


async def test_what_cannot_be_heard_says_why(tmp_path: Path) -> None:
    """Unknown, erased, nothing recorded, and a file that somebody touched."""
    async with recorded(tmp_path) as (house, row, _), house.browser("sue") as sue:
        nothing = replace(
            row,
            id=f"{row.interaction_id}.1700000100000",
            started_at=row.started_at + 100,
            bytes=0,
            state="missing",
        )
        await house.store.write(lambda conn: kept.add(conn, nothing))
        silent = await sue.get(f"/api/v1/recordings/{nothing.id}/audio")
        assert (silent.status_code, silent.json()["code"]) == (409, "recording.no_audio")
        unknown = await sue.get("/api/v1/recordings/none/audio")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "recording.unknown")
        file = row.place(tmp_path / "recordings")
        file.write_bytes(file.read_bytes()[:100] + b"x" * 100)
        damaged = await sue.get(f"/api/v1/recordings/{row.id}/audio")
        assert (damaged.status_code, damaged.json()["code"]) == (409, "recording.damaged")
        await house.store.write(lambda conn: kept.forget(conn, [row.interaction_id]))
        gone = await sue.get(f"/api/v1/recordings/{row.id}/audio")
        assert (gone.status_code, gone.json()["code"]) == (404, "recording.unknown")
        assert (await sue.get(f"/api/v1/interactions/{row.interaction_id}/recordings")).json()["items"] == []
        assert await told(house) == []


@pytest.mark.parametrize(
    ("header", "first_and_last"),
    [
        (None, None),
        ("bytes=0-", (0, 99)),
        ("bytes=0-0", (0, 0)),
        ("Bytes = 10 - 19 ", (10, 19)),
        ("bytes=90-500", (90, 99)),
        ("bytes=-5", (95, 99)),
        ("bytes=-500", (0, 99)),
        # several, other units, and what means nothing: all of it
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=-", None),
        ("bytes=9-5", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 400 + "-", None),
    ],
)
def test_ranges_are_read(header: str | None, first_and_last: tuple[int, int] | None) -> None:
    assert ranges.wanted(header, 100) == first_and_last


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_what_is_not_there_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        ranges.wanted(header, 100)
