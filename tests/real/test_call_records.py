"""The record of a call on a real Asterisk: its lanes say what happened, and the line why it ended."""

from pathlib import Path

import pytest

from config.clock import SystemClock
from crm_core.callrecord.model import LaneKind
from crm_core.callrecord.read import read
from routing.core.facts import Conferring, Connected, Consulted, Finished, Held, Resumed
from tests.real.test_conferences import hangs_up, heard, over, with_ears

pytestmark = pytest.mark.real


async def test_hold_consultation_conference_and_hand_over_are_in_the_record_as_they_were(
    tmp_path: Path,
) -> None:
    """One call: held, brought back, 1002 asked and taken in, 1001 leaves, the caller hangs up with cause 16."""
    async with with_ears(tmp_path, record_share=100) as (now, ears):
        name, one, two = now.work.id, now.agents["1001"], now.agents["1002"]
        await heard(ears)  # a telephone that has sent nothing yet would be taken for lost
        await now.hold()
        held = await now.server.fact(Held)
        await now.quiet()
        await now.resume()
        resumed = await now.server.fact(Resumed)
        await now.server.voice.consults.ask_colleague(name, two)
        await now.server.fact(Consulted)
        await now.server.voice.conferences.join(name)
        joined = await now.server.fact(Conferring)
        await now.server.voice.conferences.step_out(name)
        assert await over(now) == "agent_left"
        taken = await now.server.fact(Connected, 2)
        await hangs_up(now, "trunk")
        finished = await now.server.fact(Finished)
        found = await now.server.store.read(lambda conn: read(conn, name, SystemClock().now()))
        lanes = {(lane.kind, lane.of): lane for lane in found.record.lanes}
        customer = lanes[LaneKind.CUSTOMER, ""]
        assert [span.kind for span in customer.spans] == [
            "waiting", "talking", "hold", "talking", "hold", "conference", "talking",
        ]  # fmt: skip
        assert (customer.spans[2].begin, customer.spans[2].end) == (held.at, resumed.at)
        assert customer.spans[5].begin == pytest.approx(joined.at, abs=0.05)
        assert customer.spans[6].begin == pytest.approx(taken.at, abs=0.05)
        asking = [span.kind for span in lanes[LaneKind.AGENT, one].spans if span.kind != "hold"]
        assert asking[-4:] == ["talking", "talking", "consult", "conference"]
        assert [span.kind for span in lanes[LaneKind.AGENT, two].spans] == [
            "called", "asked", "conference", "talking",
        ]  # fmt: skip
        assert isinstance(finished, Finished)
        assert (found.interaction.ended_by, found.interaction.hangup_cause) == ("customer", finished.cause)
        assert finished.cause == 16
        [ending] = [mark for mark in customer.marks if mark.kind == "hang_up"]
        assert (ending.at, ending.about) == (pytest.approx(finished.at, abs=0.05), "16")
        await now.nobody_is_left()
