"""The envelope of a letter that was fetched: SMTP's is gone, and what delivered the letter wrote it into the header. Pure."""

from email import message_from_bytes

from channels.email.addresses import split
from channels.email.reading.headers import Fields
from channels.email.reading.parse import LONGEST_HEADER_BYTES
from channels.email.receiving.spool import Envelope

_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_MOST = 100


def envelope_of(raw: bytes, *, queue_id: str, address: str, received_at: float, peer: str) -> Envelope:
    """For the queue whose mailbox it lay in. Of all recipients those count that are this address with a tag: where a signed reply address
    stands. `address`: the queue's own, else the mailbox's."""
    end = raw.find(b"\r\n\r\n", 0, LONGEST_HEADER_BYTES)
    fields = Fields(message_from_bytes(raw[: end + 2] if end >= 0 else raw[:LONGEST_HEADER_BYTES]))
    base = split(address).base
    named = [box.address for name in _TO for box in fields.mailboxes(name)]
    tagged = [one for one in named if split(one).tag and split(one).base == base]
    recipients = tuple(dict.fromkeys(each.lower() for each in tagged))[:_MOST] or (address,)
    # a server that wrote no Return-Path has not said that there was none: then as whoever wrote it calls himself
    said = "return-path" if fields.raw("return-path") else "from"
    back = next(iter(fields.mailboxes(said)), None)
    return Envelope(
        sender=back.address if back else "",
        recipients=tuple(each.encode("utf-8", "replace").decode() for each in recipients),
        received_at=received_at,
        peer=peer,
        helo="",
        queue_id=queue_id,
    )
