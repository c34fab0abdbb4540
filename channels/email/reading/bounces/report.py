"""Whether a letter is a report of a failed delivery, and what it reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.email.reading.bounces import complaint, notification, words
from channels.email.reading.bounces.fields import address_in, blocks, reply_code_in, status_in
from channels.email.reading.bounces.reasons import HARD, by_status, reason_of, unknown_after_content
from channels.email.reading.parsed import Bounce, Failure

_MOST_RECIPIENTS = 100
_SYSTEMS = ("mailer-daemon@", "postmaster@")
_NO_FAILURE = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What of a letter may speak of a failure. `envelope` is None where nobody knows the envelope's sender; "" is the null sender."""

    envelope: str | None
    origin: str
    origin_name: str
    subject: str
    failed_header: str
    """X-Failed-Recipients."""
    text: str
    statuses: Sequence[str]
    """The delivery-status parts."""
    feedback: Sequence[str]
    returned: Sequence[str]
    """The letters, or their headers, that came back."""
    is_report: bool
    """multipart/report about a delivery."""
    is_receipt: bool
    """A report that a letter was read (RFC 8098)."""


def bounce_of(evidence: Evidence) -> Bounce | None:
    """The failures that a letter reports; None if it reports none."""
    if evidence.feedback:
        return complaint.of(evidence.feedback, evidence.returned)
    if found := notification.of(evidence.text):
        return found
    if evidence.is_receipt or (evidence.statuses and not _tells_failure(evidence.statuses)):
        return None
    failures = _from_blocks(evidence, evidence.statuses)
    if not failures and (evidence.is_report or evidence.failed_header or words.is_daemons(evidence)):
        failures = _from_blocks(evidence, _inside(evidence.text)) or _from_words(evidence)
    failures = failures or _of_nobody(evidence.statuses)
    if not failures and evidence.envelope == "" and evidence.origin.startswith(_SYSTEMS):
        return Bounce(reason="undefined")  # a mail system tells of something, in words that nobody knows
    return _bounce(failures[:_MOST_RECIPIENTS]) if failures else None


def _of_nobody(statuses: Sequence[str]) -> list[Failure]:
    """A report that names nobody; the letter that came back may still tell whose it is."""
    found = [
        block for text in statuses for block in blocks(text) if block.get("status") or block.get("action")
    ]
    said = " ".join(block.get("diagnostic-code", "") for block in found)
    status = status_in(" ".join(block.get("status", "") for block in found))
    return [failure("", status=status, reply_code=reply_code_in(said), said=(said,))] if found else []


def _inside(text: str) -> list[str]:
    """A report whose own header was lost: its parts lie in the text as they were written."""
    place = text.lower().find("final-recipient:")
    return [text[max(0, place - 2000) : place + 50_000]] if place >= 0 else []


def _bounce(failures: Sequence[Failure]) -> Bounce:
    first = failures[0]
    return Bounce(
        recipients=tuple(dict.fromkeys(one.recipient for one in failures if one.recipient)),
        status=first.status,
        reply_code=first.reply_code,
        reason=first.reason,
        hard=first.hard,
        failures=tuple(failures),
    )


def _tells_failure(statuses: Sequence[str]) -> bool:
    """False for a report of success (RFC 3461, NOTIFY=SUCCESS): every recipient in it was reached."""
    actions = [
        block["action"].partition(" ")[0].strip(";").lower()
        for text in statuses
        for block in blocks(text)
        if block.get("action")
    ]
    return not actions or any(action not in _NO_FAILURE for action in actions)


def _from_blocks(evidence: Evidence, statuses: Sequence[str]) -> list[Failure]:
    failures: list[Failure] = []
    for text in statuses:
        for block in blocks(text):
            recipient = _recipient(block)
            action = block.get("action", "").partition(" ")[0].lower()
            told = action or block.get("status")
            if told and (recipient or block.get("diagnostic-code")) and action not in _NO_FAILURE:
                failures.append(_from_block(block, recipient, evidence))
    return failures


def _recipient(block: dict[str, str]) -> str:
    """The address that was written to last; what the sender wrote where a system says no better."""
    names = ("final-recipient", "original-recipient", "x-actual-recipient", "final-rcpt-to")
    return next((found for name in names if (found := address_in(block.get(name, "")))), "")


def _from_block(block: dict[str, str], recipient: str, evidence: Evidence) -> Failure:
    diagnostic = block.get("diagnostic-code", "").partition(";")[2] or block.get("diagnostic-code", "")
    told = words.about(evidence.text, recipient)
    recipient = recipient or next(iter(words.recipients(evidence)), "")
    status = status_in(block.get("status", ""))
    inner = status_in(diagnostic)
    if inner and (not status or status.endswith(".0.0")):
        status = inner
    status = status or status_in(told)
    return failure(
        recipient,
        original=address_in(block.get("original-recipient", "")),
        status=status,
        reply_code=reply_code_in(diagnostic) or reply_code_in(told),
        said=(diagnostic, words.paragraph(told), told),
    )


def _from_words(evidence: Evidence) -> list[Failure]:
    failures: list[Failure] = []
    for recipient in words.recipients(evidence):
        told = words.about(evidence.text, recipient)
        failures.append(
            failure(
                recipient,
                status=status_in(told),
                reply_code=reply_code_in(told),
                said=(words.answers(told), words.paragraph(told), told, words.explanation(evidence.text)),
            )
        )
    return failures


def failure(
    recipient: str, *, status: str, reply_code: str, said: Sequence[str], original: str = ""
) -> Failure:
    """One recipient's fate. `said`: what was said of it, the closest first; the first that gives a reason decides."""
    reason = (
        next((found for text in said if (found := reason_of(text))), "") or by_status(status) or "undefined"
    )
    if reason == "userunknown" and unknown_after_content(" ".join(said), status):
        reason = "filtered"
    temporary = status.startswith("4") or (not status and reply_code.startswith("4"))
    return Failure(
        recipient=recipient,
        original=original if original.lower() != recipient.lower() else "",
        status=status,
        reply_code=reply_code,
        reason=reason,
        hard=reason in HARD and not (temporary and reason in {"notaccept", "hostunknown"}),
    )
