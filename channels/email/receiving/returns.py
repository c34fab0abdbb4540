"""Reports of non-delivery: which letter of ours they are about, and what they say of its recipients."""

from channels.email.reading.parsed import Parsed
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
    return [
        Report(
            recipient=each,
            status=told.status,
            reply_code=told.reply_code,
            reason=told.reason,
            hard=told.hard,
        )
        for each in (told.recipients or ("",))
    ]
