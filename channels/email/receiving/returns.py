"""Reports of non-delivery: which letter of ours they are about, and what they say of its recipients."""

from channels.email.reading.parsed import Bounce, Failure, Parsed
from channels.email.receiving.thread import Evidence
from crm_core.mail_in import bounces
from crm_core.mail_in.bounces import Report, Returned
from crm_core.store import Connection


def recognised(
    conn: Connection, parsed: Parsed, evidence: Evidence, letter_id: str | None
) -> Returned | None:
    """The letter that came back: by the signed return address (`letter_id`), the Message-ID in the report, else the case of a signed reply address."""
    recipients = parsed.bounce.recipients if parsed.bounce else ()
    signed = evidence.signed.case_id if evidence.signed else None
    return bounces.returned(conn, letter_id, parsed.returned_ids, signed, recipients)


def reports_of(parsed: Parsed) -> list[Report]:
    """One for each recipient. A report that nobody could read is passing trouble: an address is not given up for it."""
    told = parsed.bounce
    if told is None:
        return [Report(recipient="", status="", reply_code="", reason="", hard=False)]
    each_own = told.failures or tuple(_failure(told, each) for each in told.recipients or ("",))
    return [
        Report(
            recipient=each.recipient,
            status=each.status,
            reply_code=each.reply_code,
            reason=each.reason,
            hard=each.hard,
        )
        for each in each_own
    ]


def _failure(told: Bounce, recipient: str) -> Failure:
    return Failure(
        recipient=recipient,
        status=told.status,
        reply_code=told.reply_code,
        reason=told.reason,
        hard=told.hard,
    )
