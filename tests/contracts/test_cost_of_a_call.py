"""What a call costs the database: so many statements and no more. At twenty calls a second each of them is a hundredth of a processor."""

from sqlalchemy import Connection

from crm_core import lease, ledger, queues
from crm_core.ledger import LedgerEntry
from crm_core.pop import pop
from cti.arriving.newcomer import Newcomer, record
from routing.core.model import InteractionId, QueueId
from tests.contracts.databases import statements
from tests.contracts.test_ledger import connected, ended, enqueued, offered, rang

NOW = 1_700_000_000.0
CALL = InteractionId("c1")


def device(state: str, at: float) -> LedgerEntry:
    return LedgerEntry(kind="device_seen", at=at, agent="ann", data={"device": state})


def finished(at: float = 160.0) -> LedgerEntry:
    data = {"by": "customer", "wrap_up_until": None, "cause": 16}
    return LedgerEntry(kind="finished", at=at, interaction=CALL, queue="q", agent="ann", data=data)


def newcomer() -> Newcomer:
    return Newcomer(interaction=CALL, number="100", caller="+886912345678", caller_name="", enqueued_at=NOW)


def test_a_strangers_arrival_is_six_statements_and_their_pop_four(conn: Connection) -> None:
    """Who they may be, what was said of their number, their contract and their queue's wishes; nothing is asked of customers of whom there are none."""
    queue = QueueId(queues.add_queue(conn, name="Care", language="en").id)
    epoch = lease.take(conn, lease.FLOOR, "me", 60.0)
    assert epoch is not None
    ledger.append(conn, epoch, [enqueued()])
    with statements(conn) as written:
        record(conn, newcomer=newcomer(), queue=queue, now=NOW)
    assert len(written) <= 6, written
    with statements(conn) as read:
        assert pop(conn, CALL).match == "none"
    assert len(read) <= 4, read


def test_a_calls_course_is_four_writes_of_ten_statements_at_most(conn: Connection) -> None:
    """From the queue to the end of the talk: in each write the place in the ledger, its facts in one statement, and what they change."""
    epoch = lease.take(conn, lease.FLOOR, "me", 60.0)
    assert epoch is not None
    turns = (
        [enqueued(), offered()],
        [rang(), device("busy", 102.0)],
        [ended("accepted"), connected()],
        [finished(), device("reachable", 160.0)],
    )
    sent = []
    for turn in turns:
        with statements(conn) as written:
            ledger.append(conn, epoch, turn)
        sent.append(len(written))
    assert max(sent) <= 10, sent
    assert sum(sent) <= 30, sent
