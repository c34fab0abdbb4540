"""Our Asterisk configuration without any server of ours: nobody is dropped, phones register (promise 1)."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from config.clock import SystemClock
from cti.ami.actions import Action
from cti.ami.link import AmiAddress, Link
from cti.phones import AsteriskPhones
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.sipp import register_scenario, sipp

pytestmark = pytest.mark.real


async def test_fallback_reaches_a_phone(tmp_path: Path) -> None:
    """Whoever calls when Asterisk has just started is held for the server; as none comes, they reach the fallback queue within 15 s and a phone answers."""
    async with asterisk_lab(tmp_path) as lab, AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.1))
        await lab.cli("queue add member PJSIP/1001 to trunkline")
        caller = await stack.enter_async_context(lab.caller(speak=True))
        entered = (await caller.see("ANSWERED"))[0].at
        assert "!trunkline-hold!" in await lab.cli("core show channels concise")
        rang = (await phone.see("INVITE", within_s=16))[0]
        assert rang.at - entered < 15
        assert rang.detail.startswith("tl-trunkline-")
        await phone.see("ANSWERED")
        assert not caller.events("BYE")


async def _register(lab: AsteriskLab, password: str) -> str:
    scenario = register_scenario(user="1001", password=password)
    target = ("127.0.0.1", lab.layout.sip_port)
    async with sipp(lab.folder, scenario, target=target) as phone:
        await phone.ended()
        return phone.events()[-1].word


async def test_a_pushed_phone_registers_with_the_password_of_this_shift(tmp_path: Path) -> None:
    """The newest password counts, older ones do not, and Asterisk remembers it over a crash without the server."""
    async with asterisk_lab(tmp_path) as lab:
        phones = AsteriskPhones(lab.settings())
        old = await phones.credential("1001")
        assert await _register(lab, old.password) == "REGISTERED"
        new = await phones.credential("1001")
        assert await _register(lab, old.password) == "REFUSED"
        assert await _register(lab, new.password) == "REGISTERED"
        await lab.stop(kill=True)
        await lab.start()
        assert await _register(lab, new.password) == "REGISTERED"
        assert "webrtc                             : yes" in await lab.cli("pjsip show endpoint 1001")


async def led(lab: AsteriskLab, exten: str, context: str, priority: int = 1, **variables: str) -> None:
    """The one caller, by AMI."""
    at = lab.settings()
    channel = (await lab.cli("core show channels concise")).partition("!")[0]
    for name, value in variables.items():
        await lab.cli(f"dialplan set chanvar {channel} {name} {value}")
    where = (("Channel", channel), ("Context", context), ("Exten", exten), ("Priority", str(priority)))
    address = AmiAddress(host=at.ami_host, port=at.ami_port, user=at.ami_user, secret=lab.layout.ami_secret)
    await Link.to(address, SystemClock()).look((Action(name="Redirect", headers=where),))


async def test_a_caller_led_elsewhere_within_a_step_is_not_lost(tmp_path: Path) -> None:
    """Asterisk then goes on at a step that does not exist (the place of one, the number of the other), and ended the call."""
    async with asterisk_lab(tmp_path) as lab, AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.1))
        caller = await stack.enter_async_context(lab.caller(speak=True))
        await caller.see("ANSWERED")
        beyond = 90
        strays = (("trunkline-connect", "s"), ("trunkline-record", "stop"), ("trunkline-hold", "s"))
        for turn, (context, exten) in enumerate(strays, 1):
            await led(lab, exten, context, beyond, TL_AGENT="1001", TL_RING_S="5")
            await phone.see("ANSWERED", turn, within_s=5)
            # back to wait, and led there again in the same way
            await led(lab, "s", "trunkline-hold", beyond)
            async with asyncio.timeout(5):
                while "trunkline-hold" not in await lab.cli("core show channels concise"):
                    await asyncio.sleep(0.05)
        assert not caller.events("BYE")


@pytest.mark.parametrize("key", ["i", "*"])
async def test_a_key_that_is_looked_at_while_a_caller_is_led_costs_nothing(tmp_path: Path, key: str) -> None:
    """Asterisk then puts the key's place, or the one for keys that mean nothing, over the place that they are led to."""
    async with asterisk_lab(tmp_path) as lab, AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.1))
        await lab.cli("queue add member PJSIP/1001 to trunkline")
        caller = await stack.enter_async_context(lab.caller(speak=True))
        await caller.see("ANSWERED")
        lead = partial(led, lab, key)
        await lead("trunkline-connect", TL_AGENT="1001", TL_RING_S="5")
        assert (await phone.see("INVITE", within_s=3))[0].detail.startswith("tl-trunkline-")
        await phone.see("ANSWERED")
        await lead("trunkline-fallback")
        await phone.see("INVITE", 2, within_s=3)
        await phone.see("ANSWERED", 2)
        assert not caller.events("BYE")
        for context, variables, said in (
            ("trunkline-voicemail", {"TL_MESSAGE": "en/180/10"}, "en/message-ask"),
            ("trunkline-goodbye", {"TL_GOODBYE": "en/closed"}, "en/closed"),
        ):
            await lead(context, **variables)
            async with asyncio.timeout(5):
                while f'/{said}")' not in lab.log:
                    await asyncio.sleep(0.05)
        await caller.see("BYE", within_s=20)
