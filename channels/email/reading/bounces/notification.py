"""Amazon's notifications: the report as JSON in the text, bare or as the message of its notification service."""

import json
import re
from typing import Any

from channels.email.reading.bounces.fields import reply_code_in, status_in
from channels.email.reading.bounces.reasons import HARD, by_status, reason_of
from channels.email.reading.parsed import Bounce, Failure

_LARGEST = 200_000
_JSON = re.compile(r"\{.*\}", re.DOTALL)


def of(text: str) -> Bounce | None:
    """The failures of such a notification; None for any other text."""
    if (
        len(text) > _LARGEST
        or not text.lstrip().startswith("{")
        or "bounce" not in text.lower() + "complaint"
    ):
        return None
    document = _document(text)
    kind = str(document.get("notificationType") or document.get("eventType") or "").lower()
    details = document.get(kind)
    if kind == "complaint" and isinstance(details, dict):
        return _gathered(
            [
                Failure(recipient=one["emailAddress"], reason="feedback")
                for one in _people(details, "complainedRecipients")
            ]
        )
    if kind == "bounce" and isinstance(details, dict):
        permanent = str(details.get("bounceType", "")).lower() == "permanent"
        return _gathered(
            [_failure(one, permanent=permanent) for one in _people(details, "bouncedRecipients")]
        )
    return None


def _document(text: str) -> dict[str, Any]:
    match = _JSON.search(text)
    try:
        # a mailer may have folded the long line
        found = json.loads(match[0].replace("\n", "") if match else "null")
        if isinstance(found, dict) and isinstance(found.get("Message"), str):
            found = json.loads(found["Message"])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _people(details: dict[str, Any], name: str) -> list[dict[str, Any]]:
    people = details.get(name)
    listed = people if isinstance(people, list) else []
    return [one for one in listed[:100] if isinstance(one, dict) and isinstance(one.get("emailAddress"), str)]


def _failure(person: dict[str, Any], *, permanent: bool) -> Failure:
    said = str(person.get("diagnosticCode", ""))
    status = status_in(str(person.get("status", ""))) or status_in(said)
    reason = reason_of(said) or by_status(status) or ("userunknown" if permanent else "undefined")
    return Failure(
        recipient=person["emailAddress"],
        status=status,
        reply_code=reply_code_in(said.partition(";")[2] or said),
        reason=reason,
        hard=reason in HARD,
    )


def _gathered(failures: list[Failure]) -> Bounce | None:
    if not failures:
        return None
    first = failures[0]
    return Bounce(
        recipients=tuple(dict.fromkeys(one.recipient for one in failures)),
        status=first.status,
        reply_code=first.reply_code,
        reason=first.reason,
        hard=first.hard,
        failures=tuple(failures),
    )
