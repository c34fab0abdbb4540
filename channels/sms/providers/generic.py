"""The generic contract (docs/sms.md): JSON, signed both ways as Standard Webhooks has it, each message with an Idempotency-Key."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

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
    concat_of_header,
    refusal,
)
from channels.written.contract import Link, Outcome, Sent, Unknown
from crm_core.sms.gateways import Gateway
from crm_core.written.outgoing import Outgoing

TOLERANCE_S = 300.0
"""An older request may be somebody else's copy."""
_STATES = {"sent", "delivered", "failed"}
_MOST_MEDIA = 10


def signature(secret: str, name: str, at: int, body: bytes) -> str:
    """Of a request with this id and time."""
    signed = f"{name}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key(secret), signed, hashlib.sha256).digest()).decode()


def key(secret: str) -> bytes:
    """`whsec_` with base64 behind it, or any words."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()


class Generic:
    knows_repeats = True

    def call(self, gateway: Gateway, message: Outgoing, hook: str, now: float) -> Call:
        counted = count(message.text)
        body = json.dumps(
            {
                "id": message.id,
                "from": message.sender,
                "to": message.recipient,
                "text": message.text,
                "encoding": counted.encoding,
                "parts": counted.parts,
                "report_to": hook,
            },
            ensure_ascii=False,
        ).encode()
        at = int(now)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.id,
            "webhook-id": message.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(gateway.secret, message.id, at, body),
        }
        return Call(url=gateway.endpoint, headers=headers, body=body)

    def outcome(self, status: int, body: bytes) -> Outcome:
        said = _object(body)
        if 200 <= status < 300:
            name = said.get("id")
            if not isinstance(name, str) or not name:
                return Unknown(reason="the gateway named no message")
            parts = said.get("parts")
            return Sent(peer_id=name[:200], parts=parts if type(parts) is int and 0 < parts < 256 else None)
        return refusal(status, f"{status} {said.get('reason') or said.get('code') or ''}".strip())

    def genuine(self, gateway: Gateway, hook: Hook, now: float) -> bool:
        name, sent_at = hook.headers.get("webhook-id", ""), hook.headers.get("webhook-timestamp", "")
        if not gateway.proof or not name or not sent_at.isascii() or not sent_at.isdigit():
            return False
        if len(sent_at) > 12 or abs(now - int(sent_at)) > TOLERANCE_S:
            return False
        wanted = signature(gateway.proof, name, int(sent_at), hook.body).encode()
        # several, by blanks, while a secret is being changed
        given = hook.headers.get("webhook-signature", "").split()
        return any(hmac.compare_digest(wanted, each.encode("utf-8", "replace")) for each in given[:10])

    def read(self, hook: Hook) -> Sequence[Said]:
        said = _object(hook.body)
        match said.get("type"):
            case "message":
                return (_message(said),)
            case "report":
                state = said.get("state")
                if state not in _STATES:
                    raise Malformed("the report has no state that is known")
                return (
                    Report(id=_text(said, "id"), state=state, reason=str(said.get("reason") or "")[:500]),
                )
            case _:
                return ()

    def media_headers(self, gateway: Gateway) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {gateway.secret}"}

    def reply(self) -> Reply:
        return Reply(body=b"{}", content_type="application/json")


def _message(said: Mapping[str, Any]) -> Message:
    at = said.get("at")
    return Message(
        id=_text(said, "id"),
        sender=_text(said, "from"),
        recipient=_text(said, "to"),
        text=said["text"] if isinstance(said.get("text"), str) else "",
        at=float(at) if isinstance(at, int | float) and not isinstance(at, bool) else None,
        concat=_concat(said),
        media=tuple(_media(said)),
    )


def _concat(said: Mapping[str, Any]) -> Concat | None:
    header, given = said.get("udh"), said.get("concat")
    if isinstance(header, str):
        return concat_of_header(header)
    if given is None:
        return None
    try:
        return checked(
            Concat(
                reference=str(given["reference"])[:100], total=int(given["total"]), number=int(given["part"])
            )
        )
    except (TypeError, KeyError, ValueError) as problem:
        raise Malformed("the concatenation is not whole") from problem


def _media(said: Mapping[str, Any]) -> Sequence[Link]:
    given = said.get("media")
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > _MOST_MEDIA:
        raise Malformed("media is no short list")
    return [
        Link(
            url=_text(each, "url", 2000),
            name=str(each.get("name") or f"media-{number}")[:200],
            content_type=str(each.get("content_type") or "")[:100],
        )
        for number, each in enumerate(given, 1)
        if isinstance(each, dict)
    ]


def _text(said: Mapping[str, Any], name: str, most: int = 200) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value or len(value) > most:
        raise Malformed(f"{name} is missing")
    return value


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body or b"{}")
    except (ValueError, RecursionError) as problem:
        raise Malformed("this is no JSON") from problem
    if not isinstance(said, dict):
        raise Malformed("this is no JSON object")
    return said
