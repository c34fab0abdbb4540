"""Why a letter was refused, from what servers say, and whether it is of use to try again.

The words (`phrases`) decide before the codes: 550 and 5.1.1 stand before refusals of every kind, and each host has words of its own.
"""

import re
from functools import lru_cache

from channels.email.reading.bounces.phrases import PHRASES

HARD = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})
"""Only here is the address itself wrong. A full mailbox, a filter, a suspended account may take the next letter."""

_URL = re.compile(r"\bhttps?://\S{1,500}")
_LISTED = re.compile(
    r"https?://\S{0,60}(?:spamhaus|spamcop|barracuda|/rbl|/bl\b|blacklist|blocklist|abuseat|sorbs)"
)
# What Postfix puts before any reason; alone it says what it says.
_PREFIX = re.compile(r"recipient address rejected: (?=[a-z]{3})(?!access denied|undeliverable)")
_SPEAKER = re.compile(
    r"(?:\bremote |\bthe )?(?:host|server|mta)(?: [\w.-]{1,255})? ?(?:\[[^\]]{0,100}\]:?\d{0,5})? ?(?:said|replied|responded|returned|says|response)\b[^:]{0,30}:"
)
_PLAINLY_UNKNOWN = re.compile(
    r"user unknown|no such user|does not exist|unknown user|recipient address rejected: access denied"
)
_LONGEST = 1500

_PATTERNS = tuple(
    (reason, re.compile("|".join(line.strip() for line in lines.splitlines() if line.strip())))
    for reason, lines in PHRASES
)

_STATUS = {
    "1.0": "userunknown", "1.1": "userunknown", "1.2": "hostunknown", "1.3": "userunknown", "1.4": "userunknown", "1.6": "hasmoved", "1.7": "rejected",
    "1.8": "rejected", "1.9": "systemerror", "1.10": "notaccept", "2.0": "filtered", "2.1": "suspend", "2.2": "mailboxfull", "2.3": "mesgtoobig", "2.4": "filtered",
    "3.0": "systemerror", "3.1": "systemfull", "3.2": "systemerror", "3.3": "systemerror", "3.4": "mesgtoobig", "3.5": "systemerror", "4.0": "networkerror",
    "4.1": "expired", "4.2": "networkerror", "4.3": "systemerror", "4.4": "hostunknown", "4.5": "ratelimited", "4.6": "networkerror", "4.7": "expired", "4.14": "networkerror",
    "5.2": "systemerror", "5.3": "ratelimited", "5.4": "systemerror",
    "7.1": "rejected", "7.2": "rejected", "7.13": "suspend", "7.25": "requireptr", "7.27": "notaccept",
}  # fmt: skip
_CATEGORY = {"5": "systemerror", "6": "contenterror", "7": "policyviolation"}
_AFTER_DATA = re.compile(
    r"in reply to (?:the )?(?:end of )?data|>>> data|after (?:the |pipelined )?(?:end of data|data\b|sending data)|did not like our (?:final )?data|smtp command\W{1,6}data\b"
)
_AFTER_RCPT = re.compile(r"in reply to rcpt|>>> rcpt|after rcpt|our rcpt")


@lru_cache(maxsize=256)
def reason_of(words: str) -> str:
    """Why, by what was said; "" where nothing says it."""
    said = _PREFIX.sub(" ", " ".join(words[:_LONGEST].split()).lower())
    listed = _LISTED.search(said)
    said = _SPEAKER.sub(" ", _URL.sub(" ", said))
    if listed and not _PLAINLY_UNKNOWN.search(said):
        return "blocked"
    return next((reason for reason, pattern in _PATTERNS if pattern.search(said)), "")


def unknown_after_content(said: str, status: str) -> bool:
    """Whether a server called a user unknown only after it had read the whole letter: a filter that plays dead. Who does not know an
    address says so when it is named (RFC 5321, 3.3)."""
    lowered = said.lower()
    return (
        status.partition(".")[2] not in {"1.1", "5.0"}
        and bool(_AFTER_DATA.search(lowered))
        and not _AFTER_RCPT.search(lowered)
    )


def by_status(status: str) -> str:
    """RFC 3463's meaning; "" where it has none or nobody keeps to it (x.0.0)."""
    category_detail = status.partition(".")[2]
    return _STATUS.get(category_detail) or _CATEGORY.get(category_detail.partition(".")[0], "")
