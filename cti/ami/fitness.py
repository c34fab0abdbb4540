"""Whether an Asterisk is as we need it, and lets us do no more than that: a sentence for each lack."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from config.asterisk.events import EVENTS, EVENTS_AT
from config.errors import Unavailable
from cti.ami import actions
from cti.ami.actions import Action, Answered, Outcome
from cti.ami.protocol import Message

Version = tuple[int, ...]
OLDEST = 18
"""Of the branches of Asterisk that the dialplan works with."""

NEEDED = {
    "Redirect": ("call", ""),
    "Setvar": ("call", ""),
    "Hangup": ("call", ""),
    "Originate": ("originate", ""),
    "Status": ("call", ""),
    "BridgeList": ("reporting", ""),
    "DeviceStateList": ("call,reporting", "res_manager_devicestate"),
    "QueueAdd": ("agent", "app_queue"),
    "QueueRemove": ("agent", "app_queue"),
    "QueueStatus": ("agent", "app_queue"),
    "MixMonitorMute": ("call", "app_mixmonitor"),
    "StopMixMonitor": ("call", "app_mixmonitor"),
    "ConfbridgeList": ("reporting", "app_confbridge"),
    "FAXStats": ("reporting", "res_fax"),
}
"""What we ask of Asterisk, with what the manager user's `write` must hold for it and the module that brings it."""
TOO_MUCH = {"Command": "command", "UpdateConfig": "config", "ModuleLoad": "system", "DBPut": "system"}
"""What nobody should be able to ask as our user, with what is to be taken from its `write`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A published weakness: the first whole version of each branch, and what it lets somebody do."""

    name: str
    whole: tuple[Version, ...]
    words: str


HOLES = (
    Hole(
        name="CVE-2024-42365",
        whole=((18, 24, 2), (20, 9, 2), (21, 4, 2), (22,)),
        words="a manager user who may originate calls can change files and run programs",
    ),
    Hole(
        name="CVE-2025-47779",
        whole=((18, 26, 2), (20, 14, 1), (21, 9, 1), (22, 4, 1), (23,)),
        words="a signed-in telephone can send messages in another's name",
    ),
    Hole(
        name="CVE-2026-23738",
        whole=((20, 18, 2), (21, 12, 1), (22, 8, 2), (23, 2, 2)),
        words="the status page of its web server runs what a link says",
    ),
)


class Asks(Protocol):
    """A manager link that is opened for this alone."""

    async def look(self, wanted: Collection[Action]) -> tuple[tuple[Outcome, ...], frozenset[str]]: ...


class Misnamed(Unavailable):
    """It is not the server that it should be: its calls would be taken for another's."""


async def lacks(link: Asks, name: str = "") -> list[str]:
    """`name`: how it must call itself when it is one of several. What is to be mended, each with how; empty: nothing. `Unavailable` as of `Link.check`. Tells Asterisk nothing but a variable of ours."""
    wanted = (
        actions.core_settings(),
        actions.list_commands(),
        actions.set_global("TL_LOOKED", "1"),
        actions.ping(),
    )
    (settings, commands, *_), events = await link.look(wanted)
    found = list(_of_version(settings.reply["AsteriskVersion"])) if isinstance(settings, Answered) else []
    if not isinstance(settings, Answered):
        found.append(
            "Asterisk does not tell its version: give the manager user write = reporting in manager.conf"
        )
    if name and isinstance(settings, Answered):
        found += misnamed(settings.reply, name)
    if isinstance(commands, Answered):
        found += _of_commands(commands.reply)
    else:
        found.append("Asterisk does not tell what its manager user may do")
    found += _of_events(events)
    return found


def misnamed(settings: Message, name: str) -> list[str]:
    """The calls of several servers are told apart by their names alone."""
    said = settings["SystemName"]
    if said == name:
        return []
    words = f"calls itself {said[:40]!r}" if said else "has no name"
    return [
        f"the Asterisk that is {name!r} in the settings {words}: set systemname = {name} in its asterisk.conf and restart it"
    ]


def version_of(text: str) -> Version:
    """`22.10.0~dfsg+...` and `certified/20.7-cert5` alike; empty for what is neither."""
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def _of_version(text: str) -> Iterator[str]:
    version = version_of(text)
    if not version:
        yield f"Asterisk says {text[:40]!r} of its version, which nobody knows"
    elif version[0] < OLDEST:
        yield f"Asterisk {text[:40]} is too old: install 20 or 22, which are mended"
    elif "cert" not in text:  # certified branches are mended by numbers of their own
        yield from (
            f"Asterisk {text[:40]} has the hole {hole.name}: {hole.words}; install {_first_whole(hole, version)} or newer"
            for hole in HOLES
            if _has(hole, version)
        )


def _has(hole: Hole, version: Version) -> bool:
    """A branch that is not named was mended from its beginning, or, when it is older than all, never."""
    for whole in hole.whole:
        if whole[0] == version[0]:
            return version < whole
    return version[0] < hole.whole[0][0]


def _first_whole(hole: Hole, version: Version) -> str:
    same = [whole for whole in hole.whole if whole[0] == version[0]]
    return ".".join(map(str, (same or hole.whole)[0]))


def _of_commands(reply: Message) -> Iterator[str]:
    allowed = set(reply.headers)
    for name, (privilege, module) in NEEDED.items():
        if name not in allowed:
            load = f"load {module}.so in modules.conf, and " if module else ""
            yield f"Asterisk does not do {name} for us: {load}give the manager user write = {privilege} in manager.conf"
    for name, privilege in TOO_MUCH.items():
        if name in allowed:
            yield f"whoever steals the manager user's secret could use {name}: take {privilege} from its write in manager.conf"


def _of_events(events: Collection[str]) -> Iterator[str]:
    unasked = sorted(set(events) - set(EVENTS) - set(EVENTS_AT) - {"SuccessfulAuth"})
    if unasked:
        shown = ", ".join(unasked[:3])
        yield f"Asterisk sends events that nobody reads ({shown}): copy the eventfilter lines that `trunkline asterisk-config` writes to manager.conf"
