"""A call's way on a real Asterisk with SIPp as customer and agent's phone (design 6)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from routing.core.facts import Abandoned, Connected, Enqueued, Finished, OfferEnded, OfferRang, StatusChanged
from routing.core.model import By, Outcome
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.voice_lab import VoiceServer, agent_of, prepare, recorded, voice_server

pytestmark = pytest.mark.real


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[AsteriskLab]:
    async with asterisk_lab(tmp_path) as running:
        yield running


async def _agent_ready(server: VoiceServer, extension: str = "1001") -> None:
    agent = await agent_of(server.store, extension)
    server.ready(agent)
    await server.floor.settle()
    await server.device(agent)


async def test_a_call_from_arrival_to_hang_up(lab: AsteriskLab, tmp_path: Path) -> None:
    """A free agent's phone is called at once without us answering first; each time in the ledger lies between what SIP saw before and after it."""
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.3))
        server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
        await _agent_ready(server)
        caller = await stack.enter_async_context(lab.caller(speak=True, hang_up_after_s=1.0, name="王小明"))
        finished = await server.fact(Finished)
        assert isinstance(finished, Finished)
        assert finished.by is By.CUSTOMER
        sent, rang = caller.events("INVITE")[0].at, phone.events("INVITE")[0].at
        print(f"INVITE to INVITE {1000 * (rang - sent):.1f} ms")
        assert phone.events("INVITE")[0].detail == f"{finished.interaction}|{finished.interaction}/1|"
        connected = await server.fact(Connected)
        answered, left = phone.events("ANSWERED")[0].at, caller.events("HANGUP")[0].at
        assert answered - 0.1 <= connected.at <= caller.events("ANSWERED")[0].at + 0.1
        assert left - 0.1 <= finished.at <= (await phone.see("BYE"))[0].at + 0.1
        kept = await recorded(server, finished.interaction)
        assert (kept.customer_address, kept.customer_name, kept.entry_address) == (
            "+886912345678",
            "王小明",
            "100",
        )
        assert [event.word for event in caller.events()] == ["INVITE", "RINGING", "ANSWERED", "HANGUP"]


async def test_the_agent_hangs_up(lab: AsteriskLab, tmp_path: Path) -> None:
    """An agent's normal hang-up ends the call for the customer and is theirs in the ledger."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(lab.phone("1001", answer_after_s=0.1, hang_up_after_s=0.5))
        server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
        await _agent_ready(server)
        caller = await stack.enter_async_context(lab.caller(speak=True))
        finished = await server.fact(Finished)
        assert isinstance(finished, Finished)
        assert finished.by is By.AGENT
        await caller.see("BYE")


async def test_not_answered_goes_back_to_the_old_place(lab: AsteriskLab, tmp_path: Path) -> None:
    """A phone that rings too long costs the agent their ready state and the caller nothing; the next agent gets them."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(lab.phone("1001", answer_after_s=None))
        server = await stack.enter_async_context(
            voice_server(lab, prepare(tmp_path, ring_s=3.0, extensions=("1001", "1002")))
        )
        await _agent_ready(server)
        caller = await stack.enter_async_context(lab.caller(speak=True))
        ended = await server.fact(OfferEnded)
        assert isinstance(ended, OfferEnded)
        assert ended.outcome is Outcome.NO_ANSWER
        changed = [fact for fact in server.facts if isinstance(fact, StatusChanged)]
        assert changed[-1].reason == "no_answer"
        await stack.enter_async_context(lab.phone("1002", answer_after_s=0.1))
        await _agent_ready(server, "1002")
        await server.fact(Connected)
        assert not caller.events("BYE")
        assert len([fact for fact in server.facts if isinstance(fact, Enqueued)]) == 1


async def test_busy_is_a_decline(lab: AsteriskLab, tmp_path: Path) -> None:
    """A phone that answers 486 has declined."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(lab.phone("1001", busy=True))
        server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
        await _agent_ready(server)
        await stack.enter_async_context(lab.caller(speak=True))
        ended = await server.fact(OfferEnded)
        assert isinstance(ended, OfferEnded)
        assert ended.outcome is Outcome.DECLINED


async def test_caller_gives_up(lab: AsteriskLab, tmp_path: Path) -> None:
    """A caller who leaves while it rings abandons; the agent stays ready and is not blamed."""
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=None))
        server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
        await _agent_ready(server)
        await stack.enter_async_context(lab.caller(cancel_after_s=0.5))
        await server.fact(OfferRang)
        await server.fact(Abandoned)
        ended = await server.fact(OfferEnded)
        assert isinstance(ended, OfferEnded)
        assert ended.outcome is Outcome.CUSTOMER_LEFT
        assert not [fact for fact in server.facts if isinstance(fact, StatusChanged) and fact.reason]
        await phone.see("CANCEL")
