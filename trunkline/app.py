"""The composition root: every part of the server, built in the order in which it is needed, run in one task group."""

from config.logs import Transcript
from config.settings import Settings
from crm_core.store import Store
from trunkline import checks

_log = Transcript("app")


async def serve(settings: Settings) -> int:
    """Run the centre until cancelled.

    Whatever can be refused is refused first, before a port is open or a row written: busy ports, an old schema, an
    Asterisk that does not answer. Afterwards a lost peer is reconnected to; a bug in one part ends all of them.
    """
    checks.refuse_busy_ports(settings)
    await checks.reach_asterisk(settings)
    store = Store(settings.database_url())
    store.open()
    try:
        await _centre(settings, store)
    finally:
        await store.close()
    return 0
