"""Twilio's public interface: forms both ways, requests signed with HMAC-SHA1 over the address and the sorted parameters.

https://www.twilio.com/docs/messaging/guides/webhook-request and https://www.twilio.com/docs/usage/security#validating-requests. Long messages come
whole from there. A repeated request would be a second message, so what was not answered is not repeated.
"""

import base64
import hashlib
import hmac
import json
import mimetypes
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, quote, urlencode

from channels.sms.providers.model import Call, Hook, Malformed, Message, Reply, Report, Said, refusal
from channels.written.contract import Link, Outcome, Sent, Unknown
from crm_core.sms.gateways import Gateway
from crm_core.written.outgoing import Outgoing

_HOME = "https://api.twilio.com"
_STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_MOST_MEDIA = 10


def signature(token: str, url: str, body: bytes) -> str:
    """Of a form that is posted there."""
    words = url + "".join(f"{name}{value}" for name, value in sorted(_pairs(body)))
    return base64.b64encode(hmac.new(token.encode(), words.encode(), hashlib.sha1).digest()).decode()


class Twilio:
    knows_repeats = False

    def call(self, gateway: Gateway, message: Outgoing, hook: str, now: float) -> Call:
        home = gateway.endpoint or _HOME
        form = {"To": message.recipient, "From": message.sender, "Body": message.text, "StatusCallback": hook}
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.media_headers(gateway)}
        return Call(
            url=f"{home}/2010-04-01/Accounts/{quote(gateway.account, safe='')}/Messages.json",
            headers=headers,
            body=urlencode(form).encode(),
        )

    def outcome(self, status: int, body: bytes) -> Outcome:
        try:
            said = json.loads(body or b"{}")
        except (ValueError, RecursionError):
            said = {}
        said = said if isinstance(said, dict) else {}
        if 200 <= status < 300:
            name, parts = said.get("sid"), str(said.get("num_segments") or "")
            if not isinstance(name, str) or not name:
                return Unknown(reason="the gateway named no message")
            # it counts when it sends: 0 until then
            return Sent(
                peer_id=name[:200], parts=int(parts) if parts.isdecimal() and 0 < int(parts) < 256 else None
            )
        return refusal(status, f"{status} {said.get('code') or ''} {said.get('message') or ''}".strip())

    def genuine(self, gateway: Gateway, hook: Hook, now: float) -> bool:
        given = hook.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        if not gateway.proof or not given:
            return False
        return hmac.compare_digest(signature(gateway.proof, hook.url, hook.body).encode(), given)

    def read(self, hook: Hook) -> Sequence[Said]:
        form = dict(_pairs(hook.body))
        name = form.get("MessageSid") or form.get("SmsSid") or ""
        if not name or len(name) > 200:
            raise Malformed("the message has no id")
        status = form.get("MessageStatus") or form.get("SmsStatus") or ""
        # a message that came has a status as well: "received"
        if status and status != "received":
            state = _STATES.get(status)
            return (
                ()
                if state is None
                else (Report(id=name, state=state, reason=form.get("ErrorCode", "")[:500]),)
            )
        if not form.get("From") or not form.get("To"):
            raise Malformed("the message is from nobody")
        return (
            Message(
                id=name,
                sender=form["From"][:200],
                recipient=form["To"][:200],
                text=form.get("Body", ""),
                media=tuple(_media(form)),
            ),
        )

    def media_headers(self, gateway: Gateway) -> Mapping[str, str]:
        pair = base64.b64encode(f"{gateway.account}:{gateway.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def reply(self) -> Reply:
        return Reply(body=b"<Response/>", content_type="text/xml")


def _media(form: Mapping[str, str]) -> Sequence[Link]:
    given = form.get("NumMedia", "0")
    count = min(int(given), _MOST_MEDIA) if given.isdecimal() and len(given) < 4 else 0
    found = []
    for number in range(count):
        url, kind = form.get(f"MediaUrl{number}", ""), form.get(f"MediaContentType{number}", "")[:100]
        if url and len(url) <= 2000:
            ending = mimetypes.guess_extension(kind) or ""
            found.append(Link(url=url, name=f"media-{number + 1}{ending}", content_type=kind))
    return found


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200)
    except ValueError as problem:
        raise Malformed("this is no form") from problem
