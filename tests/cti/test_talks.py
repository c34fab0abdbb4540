"""What an agent does with a caller, when Asterisk is not ready for it at once."""

import asyncio
from pathlib import Path

import pytest

from config.errors import Unavailable
from cti.talking.talks import _LED_TRIES
from routing.core.facts import Held, Resumed
from tests.cti.test_pauses import ONE, refusing, talk
from tests.fakes.ami import AmiPeer

NOT_UP = "Redirect failed, channel not up."
NO_LEG = "ExtraChannel does not exist: leg-ast-1.1"


@pytest.mark.parametrize("words", [NOT_UP, NO_LEG])
async def test_a_leg_that_is_being_led_is_led_a_moment_later(tmp_path: Path, words: str) -> None:
    """A bridge takes the agent's leg in just after the call was resumed: holding it again is not refused for that."""
    async with talk(tmp_path, share=0) as room:
        asked: list[str] = []

        async def not_yet(peer: AmiPeer, action: dict[str, str]) -> None:
            asked.append(action["Context"])
            if len(asked) < 3:
                await refusing(words)(peer, action)
            else:
                peer.reply(action, "Success")

        room.ami.answers["Redirect"] = not_yet
        await room.voice.talks.hold(ONE)
        assert asked == ["trunkline-aside"] * 3


async def test_whom_to_ask_is_told_to_a_leg_that_has_no_channel_for_a_moment(tmp_path: Path) -> None:
    """As it is while Bridge takes it over."""
    async with talk(tmp_path, share=0) as room:
        asked: list[str] = []

        async def not_yet(peer: AmiPeer, action: dict[str, str]) -> None:
            asked.append(action["Channel"])
            if len(asked) < 3:
                await refusing("No such channel")(peer, action)
            else:
                peer.reply(action, "Success")

        room.ami.answers["Setvar"] = not_yet
        await room.voice.consults.ask_colleague(ONE, await room.ready("1002"))
        assert asked == ["leg-ast-1.1"] * 3


@pytest.mark.parametrize("words", [NOT_UP, NO_LEG])
async def test_a_leg_that_is_gone_is_told_as_that(tmp_path: Path, words: str) -> None:
    """It is asked for a few times at most, and only where waiting may help."""
    async with talk(tmp_path, share=0) as room:
        asked: list[str] = []

        async def gone(peer: AmiPeer, action: dict[str, str]) -> None:
            asked.append(action["Context"])
            await refusing(words)(peer, action)

        room.ami.answers["Redirect"] = gone
        with pytest.raises(Unavailable, match=words[:10]):
            await room.voice.talks.hold(ONE)
        assert len(asked) == 1 + _LED_TRIES


async def test_a_caller_who_is_gone_is_asked_for_once(tmp_path: Path) -> None:
    """Waiting helps nothing then."""
    async with talk(tmp_path, share=0) as room:
        room.event("UserEvent", ("UserEvent", "TrunklineHeld"), ("Uniqueid", "ast-1.1"))
        await room.until(lambda: room.count(Held) == 1)
        asked: list[str] = []

        async def gone(peer: AmiPeer, action: dict[str, str]) -> None:
            asked.append(action["Context"])
            await refusing("Channel does not exist: ast-1.1")(peer, action)

        room.ami.answers["Redirect"] = gone
        with pytest.raises(Unavailable, match="does not exist"):
            await room.voice.talks.resume(ONE)
        assert asked == ["trunkline-together"]


async def test_what_is_pressed_before_asterisk_has_said_the_last_thing_counts_too(tmp_path: Path) -> None:
    """Back to the caller just after somebody was asked, and the phone rung again just after that: each finds what the one before has done."""
    async with talk(tmp_path, share=0) as room:

        async def led(peer: AmiPeer, action: dict[str, str]) -> None:
            """Answered at once; that they are there is said a moment later."""
            peer.reply(action)
            said = {"trunkline-aside": "TrunklineHeld", "trunkline-together": "TrunklineResumed"}
            if (name := said.get(action["Context"])) is not None:
                event = ("UserEvent", ("UserEvent", name), ("Uniqueid", "ast-1.1"))
                asyncio.get_running_loop().call_later(0.05, room.event, *event)

        room.ami.answers["Redirect"] = led
        await room.voice.consults.ask_colleague(ONE, await room.ready("1002"))
        await room.voice.talks.resume(ONE)
        await room.voice.reattach(ONE)
        asked = [
            one.get("Context") or one["Action"]
            for one in room.ami.actions
            if one["Action"] in {"Redirect", "Hangup"}
        ]
        assert asked == ["trunkline-aside", "trunkline-kept", "trunkline-together", "trunkline-connect"]
        assert (room.count(Held), room.count(Resumed)) == (1, 1)


async def test_the_old_leg_is_hung_up_only_after_the_caller_has_left_it(tmp_path: Path) -> None:
    """Who is with a leg that ends is hung up by the dialplan."""
    async with talk(tmp_path, share=0) as room:
        room.event("UserEvent", ("UserEvent", "TrunklineHeld"), ("Uniqueid", "ast-1.1"))
        await room.until(lambda: room.count(Held) == 1)
        room.ami.actions.clear()
        await room.voice.reattach(ONE)
        await room.ami.wait_for("Hangup")
        assert [one["Action"] for one in room.ami.actions] == ["Setvar", "Redirect", "Hangup"]
