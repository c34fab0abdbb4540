"""The dialplan without any server of ours: nobody is dropped (promise 1)."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.real.asterisk_lab import AsteriskLab, asterisk_lab

pytestmark = pytest.mark.real


async def test_fallback_reaches_a_phone(tmp_path: Path) -> None:
    """With the server gone for good, a caller in hold reaches the fallback queue within 15 s and a phone answers."""
    async with asterisk_lab(tmp_path) as lab, AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.1))
        await lab.cli("queue add member PJSIP/1001 to trunkline")
        await lab.cli(f"dialplan set global TL_HEARTBEAT {int(asyncio.get_running_loop().time())}")
        now = (await lab.cli("core show uptime seconds")).strip()
        assert now
        await _beat_once(lab)
        caller = await stack.enter_async_context(lab.caller(speak=True))
        entered = (await caller.see("ANSWERED"))[0].at
        rang = (await phone.see("INVITE", within_s=16))[0]
        assert rang.at - entered < 15
        assert rang.detail.startswith("tl-trunkline-")
        await phone.see("ANSWERED")
        assert not caller.events("BYE")


async def _beat_once(lab: AsteriskLab) -> None:
    import time

    await lab.cli(f"dialplan set global TL_HEARTBEAT {int(time.time())}")
