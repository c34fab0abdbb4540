"""Whether an Asterisk is as we need it: what is told of each lack."""

import pytest

from config.clock import SystemClock
from cti.ami import fitness
from cti.ami.fitness import HOLES, NEEDED, TOO_MUCH, lacks, version_of
from cti.ami.link import AmiAddress, Link
from tests.fakes.ami import AmiPeer, fake_ami


async def told(version: str, allowed: set[str], *events: str) -> list[str]:
    """By an Asterisk of this version that allows these actions and sends these events."""
    async with fake_ami() as ami:

        async def settings(peer: AmiPeer, action: dict[str, str]) -> None:
            peer.reply(action, "Success", ("AsteriskVersion", version))

        async def commands(peer: AmiPeer, action: dict[str, str]) -> None:
            for name in events:
                peer.send(("Event", name))
            peer.reply(action, "Success", *((name, "does it (Priv: all)") for name in sorted(allowed)))

        ami.answers |= {"CoreSettings": settings, "ListCommands": commands}
        address = AmiAddress(host="127.0.0.1", port=ami.port, user="trunkline", secret="right")
        return await lacks(Link.to(address, SystemClock()))


async def test_an_asterisk_as_it_should_be_lacks_nothing() -> None:
    """A newer one, too."""
    for version in ("22.10.0~dfsg+~cs6.16-1", "20.18.2", "23.2.2", "25.0.0", "certified/20.7-cert5"):
        assert await told(version, set(NEEDED) | {"Ping"}, "Hangup") == []


@pytest.mark.parametrize("name", NEEDED)
async def test_each_action_that_is_missing_is_named_with_what_mends_it(name: str) -> None:
    """The privilege, and the module where it is one's."""
    [sentence] = await told("22.10.0", set(NEEDED) - {name})
    privilege, module = NEEDED[name]
    assert name in sentence
    assert f"write = {privilege}" in sentence
    assert module in sentence


@pytest.mark.parametrize("name", TOO_MUCH)
async def test_each_action_that_is_too_much_is_named(name: str) -> None:
    """With what is to be taken away."""
    [sentence] = await told("22.10.0", set(NEEDED) | {name})
    assert f"take {TOO_MUCH[name]} from" in sentence


async def test_events_that_nobody_reads_are_told() -> None:
    """The filter is missing then."""
    [sentence] = await told("22.10.0", set(NEEDED), "VarSet", "Newexten", "Hangup")
    assert "Newexten, VarSet" in sentence


@pytest.mark.parametrize(
    ("version", "holes"),
    [
        ("16.30.0", None),
        (
            "18.24.1",
            {"CVE-2024-42365", "CVE-2025-47779", "CVE-2026-23738"},
        ),
        ("20.9.2", {"CVE-2025-47779", "CVE-2026-23738"}),
        ("22.5.1", {"CVE-2026-23738"}),
        ("22.8.2", set()),
        ("23.2.1", {"CVE-2026-23738"}),
        ("nonsense", None),
    ],
)
async def test_versions_with_known_holes_are_told(version: str, holes: set[str] | None) -> None:
    """Each with its number; a version that is too old, or that nobody can read, in one sentence."""
    sentences = await told(version, set(NEEDED))
    if holes is None:
        assert len(sentences) == 1
        return
    assert {hole.name for hole in HOLES if any(hole.name in each for each in sentences)} == holes


def test_versions_are_read() -> None:
    """As distributions and the certified branch write them."""
    assert version_of("22.10.0~dfsg+~cs6") == (22, 10, 0)
    assert version_of("certified/20.7-cert5") == (20, 7)
    assert version_of("GIT-master") == ()
    assert fitness.OLDEST == 18
