"""What becomes of a fax that goes out (pure).

    waiting ──(due)──> sending ──(all pages confirmed)──> sent
       ^  │               │
       │  └─(thought better of it)─> cancelled
       │                  ├──(busy, nobody, broken off: another try is left)──> waiting
       │                  ├──(no try left, or no use in another)──> failed
       │                  └──(nobody knows what came of it)──> unknown
       └──────(a person says: again)── failed, unknown, cancelled

Whatever nobody knows is never sent again by itself: the pages may lie on the other side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crm_core.faxes.kept import FAILED, SENT, UNKNOWN, WAITING
from crm_core.faxes.spool import Report

BUSY, NOBODY, NO_FAX, BROKEN_OFF, NOT_CALLED, NOBODY_KNOWS = (
    "busy",
    "nobody",
    "no_fax",
    "broken_off",
    "not_called",
    "nobody_knows",
)
_REASONS = {"3": NOBODY, "5": BUSY}
"""Asterisk's for a call that it was to make (AST_CONTROL_*): nobody answered, busy."""
_CAUSES = {"17": BUSY, "18": NOBODY, "19": NOBODY}
"""The network's (ITU-T Q.850), where somebody heard it; everything else is the way there."""
POSTPONED_S = 900.0
"""A dial plan that forbids the call now may allow it later: so long after it is asked again, for a day."""
POSTPONED_AT_MOST_S = 86_400.0
LATER = frozenset({"outside.locked", "outside.night", "outside.at_once", "outside.budget"})


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """How it stands after a try; `due_at` of one that waits."""

    state: str
    code: str = ""
    confirmed: int = 0
    due_at: float | None = None


def after_report(
    report: Report, *, cause: str = "", pages: int, attempts: int, pauses_s: Sequence[float], now: float
) -> After:
    """`attempts`: with this one; `cause`: why the call was not answered. Sent is only what the other side has confirmed as a whole."""
    if report.status == "SUCCESS" and report.pages >= pages > 0:
        return After(state=SENT, confirmed=report.pages)
    return _again(_code(report, cause), report.pages, attempts, pauses_s, now)


def _code(report: Report, cause: str) -> str:
    if report.pages > 0:
        return BROKEN_OFF
    if report.status:
        return NO_FAX
    return _CAUSES.get(cause) or _REASONS.get(report.reason, NOT_CALLED)


def not_dialled(code: str, *, attempts: int, pauses_s: Sequence[float], now: float) -> After:
    """Asterisk was not told, or said no."""
    return _again(code, 0, attempts, pauses_s, now)


def forbidden(code: str, *, written_at: float, now: float) -> After:
    """The guard refused the number: for ever, or for now, which is no try."""
    if code in LATER and now - written_at < POSTPONED_AT_MOST_S:
        return After(state=WAITING, code=code, due_at=now + POSTPONED_S)
    return After(state=FAILED, code=code)


def lost() -> After:
    """The server or Asterisk died in the middle of it."""
    return After(state=UNKNOWN, code=NOBODY_KNOWS)


def _again(code: str, confirmed: int, attempts: int, pauses_s: Sequence[float], now: float) -> After:
    if attempts > len(pauses_s):
        return After(state=FAILED, code=code, confirmed=confirmed)
    return After(state=WAITING, code=code, confirmed=confirmed, due_at=now + pauses_s[attempts - 1])
