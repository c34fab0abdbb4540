"""To which case does a letter belong? Pure.

First the signed reply address, then In-Reply-To and References; never the subject, which strangers share, and never Thread-Index. All count
only for who takes part in the case: a token or a Message-ID can be forwarded, quoted or guessed. Ids of letters that we never saw count as those
of the case whose letter named them first, but prove nothing about strangers: fifty people who answer one newsletter have nothing in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.email.reading.parsed import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A case the letter refers to, and who takes part in it (addresses in lower case)."""

    case_id: str
    queue_id: str | None
    participants: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of the letter. `signed` is the case of a reply address with a valid signature that it was sent to;
    `cited` are cases of letters it answers, In-Reply-To first, then References from the newest; `hearsay` those of ids that only letters of
    theirs have named."""

    sender: str
    queue_id: str
    signed: Reference | None = None
    cited: Sequence[Reference] = ()
    hearsay: Sequence[Reference] = ()
    bounce: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The case to add the letter to; None: a new one, which `refers_to` another when that was not the sender's."""

    case_id: str | None
    refers_to: str | None = None
    marks: tuple[str, ...] = ()


def place(evidence: Evidence) -> Placement:
    """Decide."""
    if evidence.bounce:
        return _place_bounce(evidence)
    if evidence.signed and evidence.sender in evidence.signed.participants:
        return Placement(case_id=evidence.signed.case_id)
    own = [case for case in (*evidence.cited, *evidence.hearsay) if evidence.sender in case.participants]
    here = [case for case in own if case.queue_id in {None, evidence.queue_id}]
    if here:
        return Placement(case_id=here[0].case_id)
    if own and not evidence.signed:
        # Forwarded to another team: their work, with a view of where it came from.
        return Placement(case_id=None, refers_to=own[0].case_id, marks=(Mark.OTHER_QUEUE,))
    foreign = [case for case in (evidence.signed, *evidence.cited) if case]
    if foreign:
        return Placement(case_id=None, refers_to=foreign[0].case_id, marks=(Mark.STRANGER,))
    return Placement(case_id=None)


def _place_bounce(evidence: Evidence) -> Placement:
    """Reports come from mailer-daemons, which take part in nothing: our address or our own letter inside decides."""
    known = [case for case in (evidence.signed, *evidence.cited) if case]
    return Placement(case_id=known[0].case_id if known else None)
