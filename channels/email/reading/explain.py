"""How a letter is understood and why, as plain values for JSON: what `trunkline mail explain` prints (docs/mail.md)."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime

from channels.email.reading.parsed import Attachment, Bounce, Invite, Parsed


def explained(parsed: Parsed) -> dict[str, object]:
    """Every field, in the order in which a person asks."""
    return {
        "sender": {"address": parsed.from_address, "name": parsed.from_name},
        "reply_to": parsed.reply_to,
        "recipients": {"to": parsed.to, "cc": parsed.cc},
        "subject": parsed.subject,
        "date": _moment(parsed.date),
        "text": parsed.text,
        "html": parsed.html,
        "reply": parsed.reply,
        "signature": parsed.signature,
        "attachments": [_file(one) for one in parsed.attachments],
        "invite": _invite(parsed.invite),
        "language": parsed.language,
        "automatic": {"is": bool(parsed.automatic_rule), "rule": parsed.automatic_rule},
        "bounce": _bounce(parsed),
        "thread": {
            "message_id": parsed.message_id,
            "in_reply_to": parsed.in_reply_to,
            "references": parsed.references,
        },
        "authentication": [asdict(one) for one in parsed.authentication],
        "marks": parsed.marks,
        "repairs": parsed.repairs,
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _file(one: Attachment) -> dict[str, object]:
    return {
        "name": one.name,
        "type": one.content_type,
        "size": len(one.content),
        "sha256": hashlib.sha256(one.content).hexdigest(),
        "inline": one.inline,
        "content_id": one.content_id,
    }


def _invite(invite: Invite | None) -> dict[str, object] | None:
    if invite is None:
        return None
    return {
        "method": invite.method,
        "summary": invite.summary,
        "place": invite.place,
        "organiser": invite.organiser,
        "starts_at": _moment(invite.starts_at),
        "ends_at": _moment(invite.ends_at),
        "all_day": invite.all_day,
    }


def _bounce(parsed: Parsed) -> dict[str, object] | None:
    bounce = parsed.bounce
    if bounce is None:
        return None
    return {
        "recipient": next(iter(bounce.recipients), ""),
        "recipients": bounce.recipients,
        "status": bounce.status,
        "reply_code": bounce.reply_code,
        "reason": bounce.reason,
        "hard": bounce.hard,
        "failures": _failures(bounce),
        "returned_ids": parsed.returned_ids,
    }


def _failures(bounce: Bounce) -> list[dict[str, object]]:
    return [asdict(one) for one in bounce.failures]
