"""A gateway's request: proved, understood, durable, answered, in this order."""

from dataclasses import dataclass
from functools import partial

from channels.sms import receiving
from channels.sms.providers import PROVIDERS
from channels.sms.providers.model import Hook, Malformed, Reply
from channels.sms.receiving import Desk, Received
from channels.written.dispatcher import TOPIC
from channels.written.intake import Intake
from config.clock import Clock
from config.errors import Kind, Refused
from config.logs import Transcript
from crm_core.letters import letter
from crm_core.sealing import Seal
from crm_core.sms import gateways
from crm_core.store import Store
from routing.bus import Bus

log = Transcript("sms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Takes what gateways say."""

    desk: Desk
    store: Store
    intake: Intake
    bus: Bus
    clock: Clock
    seal: Seal | None

    async def take(self, gateway_id: str, hook: Hook) -> Reply:
        """When this returns, all of it is durable. `Refused`: sms.gateway_unknown, sms.signature, sms.malformed; `Unavailable`: to be told again."""
        gateway = await self.store.read(partial(gateways.gateway, gateway_id=gateway_id, seal=self.seal))
        if gateway is None or not gateway.active:
            raise Refused("sms.gateway_unknown", Kind.MISSING)
        provider = PROVIDERS[gateway.provider]
        now = self.clock.now()
        try:
            if not provider.genuine(gateway, hook, now):
                log.note("!", gateway.id, "a request without the gateway's signature was refused")
                raise Refused("sms.signature", Kind.FORBIDDEN)
            said = provider.read(hook)
        except Malformed as problem:
            log.note("!", gateway.id, f"a request could not be understood: {problem}")
            raise Refused("sms.malformed", Kind.INVALID, why=str(problem)) from problem
        for each in said:
            unit = partial(
                receiving.receive, desk=self.desk, gateway_id=gateway.id, said=each, raw=hook.body, now=now
            )
            await self.tell(await self.store.write(unit))
        return provider.reply()

    async def give_up_waiting(self, account_id: str, key: str) -> None:
        """File what there is of a message whose other parts do not come."""
        unit = partial(
            receiving.give_up_waiting, desk=self.desk, account_id=account_id, key=key, now=self.clock.now()
        )
        await self.tell(await self.store.write(unit))

    async def tell(self, received: Received) -> None:
        """Whoever is concerned hears of it."""
        if received.taken is not None:
            self.intake.tell(received.taken)
        if received.sends:
            self.bus.publish(TOPIC, "")
        if received.told is not None:
            about = received.told
            found = await self.store.read(lambda conn: letter(conn, about))
            if found is not None and found.interaction_id:
                self.bus.publish("interaction", found.interaction_id)
