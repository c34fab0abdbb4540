"""Agents' phones as Asterisk knows them: pushed over ARI into its sorcery, where they survive without us.

(ARI push configuration: PUT /ari/asterisk/config/dynamic/res_pjsip/TYPE/ID; config/asterisk/templates/sorcery.conf
puts it into the astdb.)
"""

import asyncio
import json
import secrets
from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import config.loop  # isort: skip - the loop before anything of Twisted

from twisted.internet.error import ConnectError
from twisted.internet.protocol import Protocol
from twisted.web.client import Agent, FileBodyProducer, HTTPConnectionPool, ResponseFailed
from twisted.web.http_headers import Headers

from config.errors import Kind, Refused, Unavailable
from config.peers import PhoneCredential
from config.settings import Asterisk
from cti.ami.actions import is_extension

GUESTS = 20
"""So many visitors of the *Call us* page have a phone at a time; the next one takes the oldest one's."""
_CONNECT_WITHIN_S = 3.0
_ANSWER_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSpec:
    """One endpoint. `contact` names a fixed SIP address (RFC 3261 URI) for phones that do not register."""

    name: str
    password: str
    context: str
    webrtc: bool = True
    contact: str = ""
    named: bool = False
    """Whether its calls show the name it asserts (RFC 3325), and with it its number, which the dialplan of guests takes away. What it says
    in From is never shown: Asterisk gives an endpoint made by ARI the caller id `unknown`, which goes before it."""
    rtp_timeout_s: int = 30
    """A phone that sends nothing for so long in a call is dead: Asterisk ends its leg, and the caller waits again."""

    def objects(self) -> tuple[tuple[str, dict[str, str]], ...]:
        """The sorcery objects in the order in which they have to exist."""
        aor = {"max_contacts": "1", "remove_existing": "yes", "qualify_frequency": "30"}
        if self.contact:
            aor = {"max_contacts": "1", "contact": self.contact, "qualify_frequency": "0"}
        auth = {"auth_type": "userpass", "username": self.name, "password": self.password}
        return ("auth", auth), ("aor", aor), ("endpoint", self._endpoint())

    def _endpoint(self) -> dict[str, str]:
        common = {
            "context": self.context,
            "aors": self.name,
            "auth": self.name,
            "disallow": "all",
            "allow": "opus,ulaw,alaw" if self.webrtc else "ulaw,alaw",
            "direct_media": "no",
            "rtp_timeout": str(self.rtp_timeout_s),
            "allow_transfer": "no",
            "trust_id_inbound": "yes" if self.named else "no",
            "rtp_symmetric": "yes",
            "force_rport": "yes",
            "rewrite_contact": "yes",
            "device_state_busy_at": "1",
        }
        return common | ({"webrtc": "yes", "dtls_auto_generate_cert": "yes"} if self.webrtc else {})


class AsteriskPhones:
    """SIP accounts with random passwords, made when they are needed."""

    def __init__(self, settings: Asterisk) -> None:
        self._settings = settings
        self._base = f"{settings.http_url.rstrip('/')}/ari/asterisk/config/dynamic/res_pjsip"
        login = f"{settings.ari_user}:{settings.ari_secret.get_secret_value()}".encode()
        self._headers = Headers(
            {b"Authorization": [b"Basic " + b64encode(login)], b"Content-Type": [b"application/json"]}
        )
        pool = HTTPConnectionPool(config.loop.reactor, persistent=False)  # type: ignore[no-untyped-call]
        self._agent = Agent(config.loop.reactor, connectTimeout=_CONNECT_WITHIN_S, pool=pool)  # type: ignore[no-untyped-call]
        self._guests = 0

    async def credential(self, extension: str) -> PhoneCredential:
        """Give the agent's browser phone a new password. `Refused` for an extension that cannot be one."""
        if not is_extension(extension):
            raise Refused("phone.no_extension", Kind.INVALID, extension=extension)
        return await self._browser_phone(extension, "trunkline-agents")

    async def guest(self) -> PhoneCredential:
        """Give a visitor one of the guests' phones with a new password."""
        self._guests = self._guests % GUESTS + 1
        return await self._browser_phone(f"guest-{self._guests:02}", "trunkline-guest", named=True)

    async def _browser_phone(self, name: str, context: str, *, named: bool = False) -> PhoneCredential:
        password = secrets.token_urlsafe(18)
        await self.provision(PhoneSpec(name=name, password=password, context=context, named=named))
        host = urlsplit(self._settings.browser_ws_url).hostname
        return PhoneCredential(
            uri=f"sip:{name}@{host}", user=name, password=password, ws_url=self._settings.browser_ws_url
        )

    async def provision(self, phone: PhoneSpec) -> None:
        """Make the endpoint known to Asterisk, or change it. `Unavailable` when Asterisk cannot be told."""
        if phone.contact:  # an update would add the new address to the old one
            await self._ask(b"DELETE", f"{self._base}/aor/{phone.name}", None)
        for kind, fields in phone.objects():
            await self._put(f"{self._base}/{kind}/{phone.name}", fields)

    async def remove(self, name: str) -> None:
        """Have Asterisk forget the endpoint: nobody can register as it. None is there: nothing. `Unavailable` when Asterisk cannot be told."""
        for kind in ("endpoint", "auth", "aor"):
            code, answer = await self._ask(b"DELETE", f"{self._base}/{kind}/{name}", None)
            if code >= 300 and code != 404:
                raise Unavailable(
                    "asterisk", f"ARI answered {code} to the removal of a phone: {answer[:200]}"
                )

    async def _put(self, url: str, fields: dict[str, str]) -> None:
        code, answer = await self._ask(b"PUT", url, fields)
        if code >= 300:
            raise Unavailable("asterisk", f"ARI answered {code} to a phone's configuration: {answer[:200]}")

    async def _ask(self, method: bytes, url: str, fields: dict[str, str] | None) -> tuple[int, str]:
        """Status and text of the answer; `Unavailable` when there is none, or when Asterisk does not know us."""
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                code, answer = await self._request(method, url, _document(fields))
        except (ConnectError, ResponseFailed, OSError, TimeoutError) as problem:
            words = str(problem) or "no reply"
            raise Unavailable("asterisk", f"{self._settings.http_url} does not answer ({words})") from problem
        if code == 401:
            raise Unavailable(
                "asterisk",
                f"{self._settings.http_url} refuses the ARI user {self._settings.ari_user!r}: make [asterisk] ari_user and ari_secret agree with ari.conf",
            )
        return code, answer.decode("utf-8", "replace")

    async def _request(self, method: bytes, url: str, body: Any) -> tuple[int, bytes]:
        asked: Any = self._agent.request(method, url.encode("ascii"), self._headers, body)
        response = await config.loop.as_future(asked)
        return response.code, await _body(response)


def _document(fields: dict[str, str] | None) -> Any:
    if fields is None:
        return None
    document = {"fields": [{"attribute": name, "value": value} for name, value in fields.items()]}
    return FileBodyProducer(BytesIO(json.dumps(document).encode()))  # type: ignore[no-untyped-call]


class _Collector(Protocol):
    """Gathers a response's body. (Twisted's readBody warns of transports like this one on every call.)"""

    def __init__(self, whole: "asyncio.Future[bytes]") -> None:
        self._whole, self._parts = whole, bytearray()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._parts += data

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802 - Twisted's name
        if not self._whole.done():
            self._whole.set_result(bytes(self._parts))


async def _body(response: Any) -> bytes:
    """What has come until the end; a body cut short is judged by the status like a whole one."""
    whole: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    response.deliverBody(_Collector(whole))
    return await whole
