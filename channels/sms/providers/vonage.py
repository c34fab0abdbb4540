"""Vonage's Messages interface: JSON both ways, requests signed with a token (JWT, HS256) that names the body's hash.

https://developer.vonage.com/en/api/messages and https://developer.vonage.com/en/getting-started/concepts/webhooks (decoding signed webhooks). A repeated
request would be a second message, so what was not answered is not repeated.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import jwt

from channels.sms.counting import count
from channels.sms.providers.model import (
    Call,
    Concat,
    Hook,
    Malformed,
    Message,
    Reply,
    Report,
    Said,
    checked,
    refusal,
)
from channels.written.contract import Link, Outcome, Sent, Unknown
from crm_core.sms.gateways import Gateway
from crm_core.written.outgoing import Outgoing

TOLERANCE_S = 300.0
_HOME = "https://api.nexmo.com"
_STATES = {
    "submitted": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "rejected": "failed",
    "undeliverable": "failed",
}


class Vonage:
    knows_repeats = False

    def call(self, gateway: Gateway, message: Outgoing, hook: str, now: float) -> Call:
        body = json.dumps(
            {
                "message_type": "text",
                "channel": "sms",
                # numbers without their plus
                "to": message.recipient.removeprefix("+"),
                "from": message.sender.removeprefix("+"),
                "text": message.text,
                "client_ref": message.id[:100],
                "webhook_url": hook,
                "sms": {"encoding_type": "text" if count(message.text).encoding == "gsm7" else "unicode"},
            },
            ensure_ascii=False,
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            **self.media_headers(gateway),
        }
        return Call(url=f"{gateway.endpoint or _HOME}/v1/messages", headers=headers, body=body)

    def outcome(self, status: int, body: bytes) -> Outcome:
        try:
            said = _object(body)
        except Malformed:
            said = {}
        if 200 <= status < 300:
            name = said.get("message_uuid")
            if not isinstance(name, str) or not name:
                return Unknown(reason="the gateway named no message")
            return Sent(peer_id=name[:200])
        return refusal(status, f"{status} {said.get('title') or ''} {said.get('detail') or ''}".strip())

    def genuine(self, gateway: Gateway, hook: Hook, now: float) -> bool:
        scheme, _, token = hook.headers.get("authorization", "").partition(" ")
        if not gateway.proof or scheme.lower() != "bearer" or not token:
            return False
        try:
            # its time is judged by our clock, not by the library's
            claims: Mapping[str, Any] = jwt.decode(
                token.strip(),
                gateway.proof,
                algorithms=["HS256"],
                options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.InvalidTokenError:
            return False
        made_at = claims.get("iat")
        if not isinstance(made_at, int | float) or abs(now - made_at) > TOLERANCE_S:
            return False
        if claims.get("api_key") not in {None, gateway.account}:
            return False
        wanted = hashlib.sha256(hook.body).hexdigest().encode()
        return hmac.compare_digest(wanted, str(claims.get("payload_hash", "")).encode("utf-8", "replace"))

    def read(self, hook: Hook) -> Sequence[Said]:
        said = _object(hook.body)
        if said.get("channel", "sms") not in {"sms", "mms"}:
            return ()
        name = said.get("message_uuid")
        if not isinstance(name, str) or not 0 < len(name) <= 200:
            raise Malformed("the message has no id")
        if "status" in said:
            state = _STATES.get(str(said["status"]))
            return () if state is None else (Report(id=name, state=state, reason=_reason(said)),)
        return (_message(said, name),)

    def media_headers(self, gateway: Gateway) -> Mapping[str, str]:
        pair = base64.b64encode(f"{gateway.account}:{gateway.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def reply(self) -> Reply:
        return Reply()


def _message(said: Mapping[str, Any], name: str) -> Message:
    sender, recipient = said.get("from"), said.get("to")
    if not isinstance(sender, str) or not isinstance(recipient, str) or not sender or not recipient:
        raise Malformed("the message is from nobody")
    media = (
        said.get("image") or said.get("file") or said.get("video") or said.get("audio") or said.get("vcard")
    )
    links: tuple[Link, ...] = ()
    caption = ""
    if isinstance(media, dict) and isinstance(media.get("url"), str) and len(media["url"]) <= 2000:
        links = (Link(url=media["url"], name=str(media.get("name") or "media-1")[:200], content_type=""),)
        caption = str(media.get("caption") or "")
    text = said.get("text")
    return Message(
        id=name,
        sender=_plus(sender[:200]),
        recipient=_plus(recipient[:200]),
        text=text if isinstance(text, str) else caption,
        at=_moment(said.get("timestamp")),
        concat=_concat(said),
        media=links,
    )


def _concat(said: Mapping[str, Any]) -> Concat | None:
    """Of messages that are handed on in parts, as the older interface does."""
    if str(said.get("concat", "")).lower() != "true":
        return None
    try:
        return checked(
            Concat(
                reference=str(said["concat-ref"])[:100],
                total=int(said["concat-total"]),
                number=int(said["concat-part"]),
            )
        )
    except (KeyError, ValueError) as problem:
        raise Malformed("the concatenation is not whole") from problem


def _plus(number: str) -> str:
    """Whole numbers come without their plus, which short codes and names do not have."""
    return f"+{number}" if number.isdecimal() and len(number) > 8 else number


def _reason(said: Mapping[str, Any]) -> str:
    error = said.get("error")
    told = (error.get("title"), error.get("detail")) if isinstance(error, dict) else ()
    return " ".join(str(each) for each in told if each)[:500]


def _moment(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return None


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise Malformed("this is no JSON") from problem
    if not isinstance(said, dict):
        raise Malformed("this is no JSON object")
    return said
