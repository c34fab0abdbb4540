"""Text messages as one part of the server: what is to be sent, what is still to be fetched, what is waited for no longer."""

import asyncio
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

from channels.outside.guard import Forbidden
from channels.outside.web import Answer, Limits, NoAnswer, NotSent, OutsideWeb, TooLong
from channels.sms.gateway_peer import GatewayPeer
from channels.sms.hooks import Receiver
from channels.sms.providers import PROVIDERS
from channels.sms.receiving import Desk
from channels.written.dispatcher import Dispatcher, pause_s
from channels.written.intake import Intake
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.settings import Settings, Sms
from crm_core.letters import letter
from crm_core.sealing import Seal
from crm_core.sms import gateways, parts
from crm_core.store import Store
from crm_core.written import media
from crm_core.written.media import Wanted
from routing.bus import Bus
from routing.core.model import Medium
from routing.floor import Floor

_LOOK_AGAIN_S = 30.0
_BATCH = 5
_MOST_TRIES = 6
log = Transcript("sms")


class TextMessages:
    """One part of the server."""

    def __init__(  # noqa: PLR0917 - what it works with
        self, settings: Sms, receiver: Receiver, floor: Floor, seal: Seal | None, origin: str, web: OutsideWeb
    ) -> None:
        self._settings, self._receiver, self._floor, self._seal, self._web = (
            settings,
            receiver,
            floor,
            seal,
            web,
        )
        self._store, self._bus, self._clock = receiver.store, receiver.bus, receiver.clock
        peer = GatewayPeer(self._store, seal, origin, web, self._clock)
        self._dispatcher = Dispatcher(peer, self._store, self._bus, self._clock)

    async def run(self) -> None:
        """Until cancelled."""
        await self._floor.restored()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._dispatcher.run(), name="text messages out")
            tasks.create_task(self._tend(), name="text messages in")

    async def _tend(self) -> None:
        """Offer what was forgotten, fetch pictures, give up on parts. Woken by what comes in, and when the next is due."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe("interaction", lambda _: woken.set())
        begun = False
        try:
            while True:
                woken.clear()
                wait_s = _LOOK_AGAIN_S
                try:
                    if not begun:
                        await self._receiver.intake.offer_forgotten(Medium.SMS)
                        begun = True
                    await self._give_up()
                    while await self._fetch_batch():
                        pass
                    wait_s = await self._until_next()
                except Unavailable as problem:
                    log.note("!", "", f"text messages wait: {problem}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await woken.wait()
        finally:
            unsubscribe()

    async def _until_next(self) -> float:
        due = [await self._store.read(parts.next_due), await self._store.read(media.next_due)]
        soon = min((each for each in due if each is not None), default=None)
        return _LOOK_AGAIN_S if soon is None else min(max(soon - self._clock.now(), 0.1), _LOOK_AGAIN_S)

    async def _give_up(self) -> None:
        now = self._clock.now()
        for account_id, key in await self._store.read(partial(parts.overdue, now=now)):
            await self._receiver.give_up_waiting(account_id, key)

    async def _fetch_batch(self) -> bool:
        now = self._clock.now()
        batch = await self._store.read(partial(media.due, now=now, limit=_BATCH))
        for wanted in batch:
            await self._fetch(wanted)
        return bool(batch)

    async def _fetch(self, wanted: Wanted) -> None:
        retry_at: float | None = None
        try:
            answer = await self._ask(wanted)
            if answer.status == 200 and answer.body:
                content_type = answer.content_type
                await self._store.write(lambda c: media.fetched(c, wanted, answer.body, content_type))
                await self._told(wanted)
                return
            problem = f"answered {answer.status}"
            final = answer.status in {401, 403, 404, 410}
        except (NotSent, NoAnswer) as error:
            problem, final = str(error), False
        except (Forbidden, TooLong) as error:
            problem, final = str(error), True
        now = self._clock.now()
        if not final and wanted.attempts + 1 < _MOST_TRIES:
            retry_at = now + pause_s(wanted.attempts)
        log.note("!", wanted.letter_id, f"a picture is not there: {problem}")
        await self._store.write(lambda c: media.failed(c, wanted, problem, retry_at))
        await self._told(wanted)

    async def _ask(self, wanted: Wanted) -> Answer:
        gateway = await self._store.read(
            partial(gateways.gateway, gateway_id=wanted.account_id, seal=self._seal)
        )
        headers: dict[str, str] = {}
        # its key opens the gateway's own host, and is shown to no other
        if gateway is not None and _same_house(
            wanted.url, gateway.endpoint or _HOMES.get(gateway.provider, "")
        ):
            headers |= PROVIDERS[gateway.provider].media_headers(gateway)
        limits = Limits(
            most_bytes=self._settings.most_media_bytes, https_only=True, inside=self._settings.media_hosts
        )
        return await self._web.get(wanted.url, headers, limits)

    async def _told(self, wanted: Wanted) -> None:
        found = await self._store.read(lambda conn: letter(conn, wanted.letter_id))
        if found is not None and found.interaction_id:
            self._bus.publish("interaction", found.interaction_id)


_HOMES = {"twilio": "https://api.twilio.com", "vonage": "https://api.nexmo.com"}


def _same_house(url: str, home: str) -> bool:
    try:
        here, there = urlsplit(url), urlsplit(home)
    except ValueError:
        return False
    return bool(there.hostname) and (here.scheme, here.hostname, here.port) == (
        there.scheme,
        there.hostname,
        there.port,
    )


def text_messages(settings: Settings, store: Store, floor: Floor, bus: Bus, clock: Clock) -> TextMessages:
    """The part, put together."""
    key = settings.sign_in.secrets_key.get_secret_value()
    seal = Seal(key) if key else None
    receiver = Receiver(
        desk=Desk(settings=settings.sms, centre=settings.centre.name),
        store=store,
        intake=Intake(store, floor, bus, clock),
        bus=bus,
        clock=clock,
        seal=seal,
    )
    http = settings.http
    origin = http.public_origin.rstrip("/") or f"http://{http.host}:{http.port}"
    return TextMessages(settings.sms, receiver, floor, seal, origin, OutsideWeb())
