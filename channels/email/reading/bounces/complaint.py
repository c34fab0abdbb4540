"""Feedback reports (ARF, RFC 5965; authentication failures, RFC 6591): the letter arrived, and its reader or a check complains."""

import re
from collections.abc import Sequence

from channels.email.reading.bounces.fields import address_in, blocks
from channels.email.reading.parsed import Bounce, Failure

_NAMES = ("original-rcpt-to", "removal-recipient", "final-recipient")
_TO = re.compile(r"^(?:x-apparently-)?to:\s*(.{1,300})$", re.IGNORECASE | re.MULTILINE)


def of(feedback: Sequence[str], returned: Sequence[str]) -> Bounce:
    """A complaint. Never hard: the address is right, what was sent to it is not wanted."""
    fields = [block for text in feedback for block in blocks(text)]
    named = [address_in(block[name]) for block in fields for name in _NAMES if name in block]
    found = [address for address in named if address]
    if not found:
        found = [address for text in returned if (to := _TO.search(text)) and (address := address_in(to[1]))]
    recipients = tuple(dict.fromkeys(found))
    return Bounce(
        recipients=recipients,
        reason="feedback",
        failures=tuple(Failure(recipient=one, reason="feedback") for one in recipients),
    )
