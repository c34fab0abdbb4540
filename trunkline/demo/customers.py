"""The demo's customers: they call over SIP and write over SMTP, like anybody else."""

import asyncio
import re

from config.clock import SystemClock
from config.errors import Kind, Refused, Unavailable
from config.ids import new_id
from config.settings import Asterisk, Settings
from crm_core import queues
from crm_core.store import Store
from cti.ami import actions
from cti.ami.actions import Outcome, RefusedByAsterisk, Unknown
from cti.ami.link import AmiAddress, Link
from trunkline.checks import open_store
from trunkline.demo.relay import Language, send_demo_letter

PLACE_WITHIN_S = 10.0
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")


async def call(settings: Settings, *, caller: str, name: str, to: str) -> None:
    """Have `caller` dial `to`; returns when Asterisk has taken the order."""
    for pointer, number in (("/from", caller), ("/to", to)):
        if not _NUMBER.fullmatch(number):
            raise Refused("call.not_a_number", Kind.INVALID, pointer=pointer, given=number)
    order = actions.originate_demo_call(
        channel_id=f"demo-{new_id()}", to=to, from_number=caller, from_name=name
    )
    match await _ask_once(settings.asterisk, order):
        case RefusedByAsterisk(reason=reason) | Unknown(reason=reason):
            raise Unavailable("asterisk", f"the call was not placed: {reason}")


async def _ask_once(settings: Asterisk, order: actions.Action) -> Outcome:
    """One action on a manager session of its own."""
    given: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    async def on_up() -> None:
        given.set_result(await link.ask(order))

    async def beat(_: float) -> None:
        return

    address = AmiAddress(
        host=settings.ami_host,
        port=settings.ami_port,
        user=settings.ami_user,
        secret=settings.ami_secret.get_secret_value(),
    )
    link = Link(
        address, SystemClock(), on_event=lambda _: None, on_up=on_up, on_down=lambda: None, heartbeat=beat
    )
    await link.check()
    session = asyncio.create_task(link.run(), name="demo call")
    try:
        async with asyncio.timeout(PLACE_WITHIN_S):
            return await given
    except TimeoutError as late:
        raise Unavailable("asterisk", "did not answer; is the demo running?") from late
    finally:
        session.cancel()


async def write(settings: Settings, *, language: Language) -> str:
    """Have a customer write to the queue of that language; the letter's subject."""
    store = Store(settings.database_url())
    open_store(store)
    try:
        known = await store.read(queues.list_queues)
    finally:
        await store.close()
    wanted = [queue for queue in known if queue.mail_address and queue.language.startswith(language[:2])]
    if not wanted:
        raise Refused("demo.no_queue", Kind.MISSING, language=language)
    return await send_demo_letter(
        settings.mail.listen_host, settings.mail.listen_port, language, to=wanted[0].mail_address or ""
    )
