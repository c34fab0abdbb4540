"""The other side of text messages: hands them over to their gateway, by its contract."""

from functools import partial
from urllib.parse import quote

from channels.outside.guard import Forbidden
from channels.outside.web import Limits, NoAnswer, NotSent, OutsideWeb, TooLong
from channels.sms.providers import PROVIDERS
from channels.sms.providers.model import Malformed
from channels.written.contract import Dead, Later, Outcome, Unknown
from config.clock import Clock
from config.errors import Unavailable
from crm_core.sealing import Seal
from crm_core.sms import gateways
from crm_core.sms.gateways import Gateway
from crm_core.store import Store
from crm_core.written.outgoing import Outgoing
from routing.core.model import Medium

HOOKS = "/hooks/sms"
# what an administrator wrote may be in our own network: a modem that stands there is a gateway too
_LIMITS = Limits(within_s=30.0, most_bytes=200_000, anywhere=True)


class GatewayPeer:
    """See `channels.written.contract.Peer`. `origin`: where gateways reach us."""

    medium = Medium.SMS

    def __init__(self, store: Store, seal: Seal | None, origin: str, web: OutsideWeb, clock: Clock) -> None:
        self._store, self._seal, self._origin, self._web, self._clock = store, seal, origin, web, clock

    async def send(self, message: Outgoing) -> Outcome:
        """Hand one over."""
        try:
            gateway = await self._gateway(message.account_id)
        except Unavailable as problem:  # another key in the settings than the one that sealed its secrets
            return Later(reason=problem.reason)
        if gateway is None or not gateway.active:
            return Dead(reason="sms.no_gateway")
        return await self._hand_over(gateway, message) if gateway.secret else Later(reason="sms.no_secret")

    async def _hand_over(self, gateway: Gateway, message: Outgoing) -> Outcome:
        provider = PROVIDERS[gateway.provider]
        call = provider.call(gateway, message, hook_url(self._origin, gateway.id), self._clock.now())
        try:
            answer = await self._web.post(call.url, call.headers, call.body, _LIMITS)
            return provider.outcome(answer.status, answer.body)
        except NotSent as problem:
            return Later(reason=str(problem))
        except Forbidden as problem:
            return Dead(reason=str(problem))
        except (NoAnswer, TooLong, Malformed) as problem:
            return Unknown(reason=str(problem))

    async def knows_repeats(self, account_id: str) -> bool:
        gateway = await self._gateway(account_id)
        return gateway is not None and PROVIDERS[gateway.provider].knows_repeats

    async def _gateway(self, gateway_id: str) -> Gateway | None:
        return await self._store.read(partial(gateways.gateway, gateway_id=gateway_id, seal=self._seal))


def hook_url(origin: str, gateway_id: str) -> str:
    """Where a gateway tells us what came and what became of ours."""
    return f"{origin}{HOOKS}/{quote(gateway_id, safe='')}"
