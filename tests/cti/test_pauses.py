"""Pausing a recording when Asterisk does as it is asked, refuses, says nothing, or comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.errors import Refused, Unavailable
from cti.ami import actions
from cti.ami.actions import Action
from cti.talking import pauses
from routing.core.facts import Connected, Finished, RecordingPaused, RecordingResumed
from routing.core.model import InteractionId, PauseKind
from tests.cti.room import Room, standing, telephone_room
from tests.fakes.ami import AmiPeer, Answer

ONE = InteractionId("tl-ast-1.1")
BY_HAND, FORM, STOPPED = PauseKind
ASKED = {"Setvar", "MixMonitorMute", "StopMixMonitor", "Redirect"}


@asynccontextmanager
async def talk(folder: Path, **options: float) -> AsyncIterator[Room]:
    """The agent at 1001 talks with a caller and is recorded."""
    share, ends = int(options.get("share", 100)), options.get("ends", 0.0)
    async with telephone_room(folder, record_share=share, pause_ends_after_s=ends) as room:
        room.channels = [standing("ast-1.1", "trunkline-hold")]
        await room.call("ast-1.1")
        await room.until(lambda: ONE in room.floor.centre.interactions)
        await room.ready("1001")
        await room.ami.wait_for("Redirect")
        room.answered("ast-1.1", "1001", f"{ONE}/1")
        await room.until(lambda: room.count(Connected) == 1)
        room.ami.actions.clear()
        yield room


def asked(room: Room) -> list[str]:
    """Of this call, in order."""
    told = []
    for one in room.ami.actions:
        if one["Action"] in ASKED and one.get("Channel") == "ast-1.1":
            what = {
                "Setvar": f"{one.get('Variable')}={one.get('Value', '')}",
                "MixMonitorMute": one.get("State", ""),
            }
            told.append(f"{one['Action']} {what.get(one['Action'], one.get('Exten', ''))}".rstrip())
    return told


def refusing(words: str) -> Answer:
    async def refuse(peer: AmiPeer, action: dict[str, str]) -> None:
        peer.reply(action, "Error", ("Message", words))

    return refuse


async def silent(peer: AmiPeer, action: dict[str, str]) -> None:
    """No word."""


def kinds(room: Room) -> list[str]:
    told = (RecordingPaused, RecordingResumed)
    return [
        fact.pause.value if isinstance(fact, RecordingPaused) else "on"
        for fact in room.facts
        if isinstance(fact, told)
    ]


def paused(room: Room) -> PauseKind | None:
    pause = room.floor.centre.interactions[ONE].recording_pause
    return None if pause is None else pause.kind


async def test_a_pause_and_its_end(tmp_path: Path) -> None:
    """Marked first, then muted; the other way round nothing is recorded that should not be either. Twice is once."""
    async with talk(tmp_path) as room:
        assert room.floor.centre.interactions[ONE].recorded
        await room.voice.pauses.pause(ONE)
        await room.voice.pauses.pause(ONE)
        assert asked(room)[:2] == ["Setvar TL_PAUSED=by_hand", "MixMonitorMute 1"]
        room.ami.actions.clear()
        await room.voice.pauses.resume(ONE)
        await room.voice.pauses.resume(ONE)
        assert asked(room) == ["Setvar TL_PAUSED=", "MixMonitorMute 0"]
        assert kinds(room) == ["by_hand", "on"]


async def test_a_form_ends_no_pause_that_was_made_by_hand(tmp_path: Path) -> None:
    """Whoever pauses by hand meanwhile means it."""
    async with talk(tmp_path) as room:
        await room.voice.pauses.pause(ONE, FORM)
        await room.voice.pauses.resume(ONE, FORM)
        await room.voice.pauses.pause(ONE, FORM)
        await room.voice.pauses.pause(ONE, BY_HAND)
        await room.voice.pauses.pause(ONE, FORM)
        await room.voice.pauses.resume(ONE, FORM)
        assert paused(room) is BY_HAND
        assert kinds(room) == ["form", "on", "form", "by_hand"]


async def test_what_is_not_recorded_cannot_be_paused(tmp_path: Path) -> None:
    """Nor what is no talk."""
    async with talk(tmp_path, share=0) as room:
        for name, code in ((ONE, "recording.not_recorded"), ("tl-none", "call.not_connected")):
            for command in (room.voice.pauses.pause, room.voice.pauses.resume):
                with pytest.raises(Refused) as refusal:
                    await command(InteractionId(name))
                assert refusal.value.code == code
        assert asked(room) == []


@pytest.mark.parametrize("stopping", ["answered", "nothing there"])
async def test_a_pause_that_is_refused_ends_the_recording(tmp_path: Path, stopping: str) -> None:
    """For the rest of this talk, also when the phone is rung again."""
    async with talk(tmp_path) as room:
        room.ami.answers["MixMonitorMute"] = refusing("No such channel")
        if stopping == "nothing there":
            room.ami.answers["StopMixMonitor"] = refusing("Could not stop monitoring channel")
        await room.voice.pauses.pause(ONE)
        assert paused(room) is STOPPED
        assert asked(room)[2:] == ["Setvar TL_RECORD=0", "StopMixMonitor"]
        with pytest.raises(Refused) as refusal:
            await room.voice.pauses.resume(ONE)
        assert refusal.value.code == "recording.stopped"
        await room.voice.reattach(ONE)
        assert (
            asked(room)[-2]
            == f"Setvar ARRAY(TL_OFFER,TL_AGENT,TL_RING_S,TL_REATTACH,TL_RECORD,TL_AUTO,TL_VIA)={ONE}/1,1001,10.0,1,0,0,"
        )


async def test_what_nobody_confirms_is_told_and_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is so: the agent wanted it."""
    monkeypatch.setattr(actions, "AT_ONCE_S", 0.05)
    monkeypatch.setattr(pauses, "AGAIN_AFTER_S", 0.05)
    async with talk(tmp_path) as room:
        room.ami.answers |= dict.fromkeys(("MixMonitorMute", "StopMixMonitor"), silent)
        with pytest.raises(Unavailable):
            await room.voice.pauses.pause(ONE)
        assert paused(room) is None
        del room.ami.answers["MixMonitorMute"]
        await room.until(lambda: paused(room) is BY_HAND)
        room.ami.answers["MixMonitorMute"] = silent
        with pytest.raises(Unavailable):
            await room.voice.pauses.resume(ONE)
        del room.ami.answers["MixMonitorMute"]
        room.ami.actions.clear()
        await room.until(lambda: "MixMonitorMute 1" in asked(room))
        assert paused(room) is BY_HAND, "whether it was recorded again nobody knows, so it is not"


async def test_a_recording_that_could_not_begin_begins(tmp_path: Path) -> None:
    """A phone that was rung again has none as long as it is paused; when it ends both are brought together anew, with one."""
    async with talk(tmp_path) as room:
        await room.voice.pauses.pause(ONE)
        room.ami.answers["MixMonitorMute"] = refusing("Cannot set mute flag")
        await room.voice.pauses.pause(ONE, BY_HAND)
        assert paused(room) is BY_HAND
        room.ami.actions.clear()
        await room.voice.pauses.resume(ONE)
        assert asked(room) == ["Setvar TL_PAUSED=", "MixMonitorMute 0", "Redirect again"]
        (led,) = room.redirects()
        assert (led["Context"], led["ExtraChannel"], led["ExtraExten"]) == (
            "trunkline-together",
            "leg-ast-1.1",
            "again",
        )
        assert paused(room) is None


async def test_a_pause_ends_by_itself_where_the_settings_say_so(tmp_path: Path) -> None:
    """And only then; with the talk it is over anyway."""
    async with talk(tmp_path, ends=0.2) as room:
        await room.voice.pauses.pause(ONE)
        await room.until(lambda: kinds(room) == ["by_hand", "on"])
        await room.voice.pauses.pause(ONE)
        room.event("Hangup", ("Uniqueid", "ast-1.1"), ("Cause", "16"))
        await room.until(lambda: room.count(Finished) == 1)
        await asyncio.sleep(0.3)
        assert kinds(room) == ["by_hand", "on", "by_hand"]


@pytest.mark.parametrize("known_by", ["channel", "books"])
async def test_after_a_gap_it_is_paused_as_it_was(tmp_path: Path, known_by: str) -> None:
    """Whichever of the two says so, both do afterwards, and Asterisk is asked once more."""
    async with talk(tmp_path) as room:
        if known_by == "books":
            await room.voice.pauses.pause(ONE, FORM)
        variables = {"TL_RECORD": "1", "TL_PAUSED": "form" if known_by == "channel" else ""}
        caller = [
            *standing("ast-1.1", "trunkline-connect"),
            ("BridgeID", "b"),
            ("Variable", f"TL_OFFER={ONE}/1"),
        ]
        caller += [("Variable", f"{name}={value}") for name, value in variables.items()]
        leg = [("Channel", "PJSIP/1001-00000001"), ("Uniqueid", "leg-ast-1.1"), ("BridgeID", "b")]
        room.channels = [tuple(caller), tuple(leg)]
        room.ami.actions.clear()
        room.ami.peers[-1].close()
        await room.until(lambda: "MixMonitorMute 1" in asked(room))
        assert asked(room) == ["Setvar TL_PAUSED=form", "MixMonitorMute 1"]
        await room.until(lambda: paused(room) is FORM)
        assert room.count(Connected) == 1


def test_nothing_but_reasons_is_written() -> None:
    """What stands in TL_PAUSED is a word of ours."""
    told: list[Action] = [actions.set_paused("ast-1.1", kind) for kind in PauseKind]
    assert [dict(one.headers)["Value"] for one in told] == ["by_hand", "form", "stopped"]
