"""From which address of ours a letter goes, and which letters it follows."""

from channels.email.addresses import split
from config.errors import Refused
from crm_core import queues
from crm_core.letters import Letter
from crm_core.store import Connection

_MOST_REFERENCES = 20


def sender(conn: Connection, queue_id: str | None, *others: str, about: str) -> str:
    """The queue's own address, else the first of the others that is one. `Refused` names what the letter was about."""
    queue = queues.queue_by_id(conn, queue_id or "")
    for address in (queue.mail_address if queue else None, *others):
        if address and "@" in address:
            return split(address).base
    raise Refused("letter.no_sender", id=about)


def entries(conn: Connection) -> list[str]:
    """The addresses that letters come to."""
    return [each.address for each in queues.entries(conn) if each.medium == "email"]


def references(answered: Letter | None) -> tuple[str, ...]:
    """The thread as RFC 5322 (3.6.4) wants it: the first letter and the latest ones, and at last the one that is answered."""
    if answered is None:
        return ()
    every = (*answered.references, *([answered.message_id] if answered.message_id else []))
    return every if len(every) <= _MOST_REFERENCES else (every[0], *every[1 - _MOST_REFERENCES :])
