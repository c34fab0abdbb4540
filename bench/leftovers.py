"""What is left when all calls are over: nothing, or a benchmark says what. Asked of Asterisk, of the server and of the database."""

import asyncio
import re
from collections import Counter

import httpx
from sqlalchemy import func, select

from crm_core.store import Connection, Store
from crm_core.tables import interaction
from tests.real.asterisk_lab import AsteriskLab

_LOOKS, _EVERY_S = 30, 1.0
_FREE = re.compile(r'^trunkline_agents\{status="ready",work="idle"\} ([0-9]+)$', re.MULTILINE)
_LANES = re.compile(r"^trunkline_lanes ([0-9]+)$", re.MULTILINE)


async def settled(lab: AsteriskLab, origin: str, store: Store, agents: int) -> Counter[str]:
    """When nothing is left any more, or what still is after half a minute."""
    left: Counter[str] = Counter()
    for _ in range(_LOOKS):
        left = await leftovers(lab, origin, store, agents)
        if left.total() == 0:
            break
        await asyncio.sleep(_EVERY_S)
    return left


async def leftovers(lab: AsteriskLab, origin: str, store: Store, agents: int) -> Counter[str]:
    """Channels, bridges, agents who are not free (of so many), lanes, open interactions; the words that have none are there too."""
    channels = (await lab.cli("core show channels concise")).strip().splitlines()
    bridges = (await lab.cli("bridge show all")).strip().splitlines()
    async with httpx.AsyncClient(base_url=origin) as machine:
        answer = (await machine.get("/metrics")).raise_for_status()
    return Counter(
        channels=len(channels),
        bridges=max(0, len(bridges) - 1),
        agents=agents - _number(_FREE, answer.text),
        lanes=_number(_LANES, answer.text),
        rows=await store.read(_open_ones),
    )


def _open_ones(conn: Connection) -> int:
    return int(
        conn.execute(
            select(func.count()).select_from(interaction).where(interaction.c.state != "closed")
        ).scalar_one()
    )


def _number(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return int(found[1]) if found else 0
