"""A server with nothing but mail, for tests that kill it: `python -m tests.real.mail_server FOLDER PORT URL`.

Store, floor, drop and intake are the product's own, put together as `trunkline.app` does. At URL is a furnished
database; letters are accepted on PORT and spooled in FOLDER.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

import config.loop  # isort: skip - before anything of Twisted

from pydantic import SecretStr

from channels.email.receiving.drop_process import DropProcess
from channels.email.receiving.intake import Intake
from config.clock import SystemClock
from config.logs import configure
from config.settings import Mail
from crm_core.store import Store
from routing.bus import LocalBus
from routing.core.figures import Figures
from routing.core.model import Medium
from routing.core.router import Router
from routing.floor import Floor
from routing.recorder import StoreLedger
from routing.rules import read_rules
from routing.shown import Shown


async def serve(folder: Path, port: int, url: str) -> int:
    store = Store(url)
    store.open()
    bus, clock = LocalBus(), SystemClock()
    settings = Mail(listen_port=port, reply_secret=SecretStr("a secret of some length"))
    rules = await store.read(partial(read_rules, now=clock.now()))
    floor = Floor(Router(*rules), StoreLedger(store, clock), clock, Figures(0.0, rules[0]))
    floor.add_channel(Shown(Medium.EMAIL, floor, clock))
    spool = folder / "spool"
    drop = DropProcess(settings, spool, bus, clock)
    intake = Intake(settings, spool_dir=spool, store=store, floor=floor, bus=bus, clock=clock)
    async with asyncio.TaskGroup() as tasks:
        for part in (floor.run(), drop.run(), intake.run()):
            tasks.create_task(part)
    return 0


if __name__ == "__main__":
    configure("INFO")
    sys.exit(config.loop.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
