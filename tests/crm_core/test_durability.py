"""What was acknowledged survives a kill at any moment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from crm_core.engines import writing_engine
from crm_core.tables import counter
from tests.templates import with_tables

WRITER = """
import asyncio, sys
from sqlalchemy import insert
from crm_core.store import Store
from crm_core.tables import counter

async def write(store, name):
    await store.write(lambda conn: conn.execute(insert(counter).values(name=name, value=0)))
    print(name, flush=True)

async def main():
    store = Store(sys.argv[1])
    store.open()
    number = 0
    while True:
        await asyncio.gather(*(write(store, f"{number + step}") for step in range(7)))
        number += 7

asyncio.run(main())
"""


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """After a kill -9 in the middle of writing, every write that was acknowledged is in the file."""
    url = with_tables(tmp_path / "trunkline.db")
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert child.stdout is not None
    acknowledged = {child.stdout.readline().strip() for _ in range(200)}
    child.send_signal(signal.SIGKILL)
    acknowledged |= {line.strip() for line in child.stdout if line.endswith("\n")}
    child.wait()
    engine = writing_engine(url)
    with engine.begin() as conn:
        kept = set(conn.execute(select(counter.c.name)).scalars())
    engine.dispose()
    assert len(acknowledged) >= 200
    assert acknowledged <= kept
