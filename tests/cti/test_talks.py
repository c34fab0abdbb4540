"""What an agent does with a caller, when Asterisk is not ready for it at once."""

from pathlib import Path

import pytest

from config.errors import Unavailable
from cti.talking.talks import _LED_TRIES
from tests.cti.test_pauses import ONE, refusing, talk
from tests.fakes.ami import AmiPeer

NOT_UP = "Redirect failed, channel not up."


async def test_a_leg_that_is_being_led_is_led_a_moment_later(tmp_path: Path) -> None:
    """A bridge takes the agent's leg in just after the call was resumed: holding it again is not refused for that."""
    async with talk(tmp_path, share=0) as room:
        asked: list[str] = []

        async def not_yet(peer: AmiPeer, action: dict[str, str]) -> None:
            asked.append(action["Context"])
            if len(asked) < 3:
                await refusing(NOT_UP)(peer, action)
            else:
                peer.reply(action, "Success")

        room.ami.answers["Redirect"] = not_yet
        await room.voice.talks.hold(ONE)
        assert asked == ["trunkline-aside"] * 3


@pytest.mark.parametrize("words", [NOT_UP, "Channel does not exist: trunkline-1"])
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
        assert len(asked) == (1 + _LED_TRIES if words == NOT_UP else 1)
