"""May a machine answer this letter? RFC 3834, and what Exchange and mailing lists say in fields of their own. Pure.

Only the sender of the envelope is ever answered, and only where the letter says that it is from the same address: whoever forges one of the two
gets nobody else written to.
"""

from collections.abc import Collection
from email import message_from_bytes

from channels.email.addresses import is_machines, split
from channels.email.reading.headers import Fields
from channels.email.reading.parse import LONGEST_HEADER_BYTES
from channels.email.reading.parsed import Mark, Parsed

_BY_MACHINES = frozenset({Mark.AUTOMATIC, Mark.BULK, Mark.BOUNCE, Mark.NO_SENDER, Mark.UNPARSABLE})
_SUPPRESSING = frozenset({"all", "autoreply", "oof", "dr", "rn", "nrn"})
_TELLING = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "x-loop",
    "x-autorespond",
    "x-auto-reply-from",
    "feedback-id",
)


def silence(parsed: Parsed, envelope_sender: str, raw: bytes, ours: Collection[str]) -> str:
    """Why nothing is answered by itself; "" when something may be. `ours`: our own addresses, without tags."""
    marked = _BY_MACHINES.intersection(parsed.marks)
    if marked:
        return f"it is marked {', '.join(sorted(marked))}"
    sender = envelope_sender.strip().lower()
    if not sender:
        return "its envelope has no sender"
    if sender != parsed.from_address.strip().lower():
        return "its envelope is another's"
    if split(sender).base in ours:
        return "it is from an address of ours"
    if is_machines(sender):
        return "nobody reads that address"
    return _said(raw)


def _said(raw: bytes) -> str:
    end = raw.find(b"\r\n\r\n", 0, LONGEST_HEADER_BYTES)
    fields = Fields(message_from_bytes(raw[: end + 2] if end >= 0 else raw[:LONGEST_HEADER_BYTES]))
    suppressed = {word.strip().lower() for word in fields.text("x-auto-response-suppress").split(",")}
    if suppressed & _SUPPRESSING:
        # people's own mailers say it too: only our answer is kept back, the letter is a person's
        return "it asks for no answer by a machine"
    return next((f"it has {name}" for name in _TELLING if fields.raw(name)), "")
