"""The record of a call on both databases: read from the ledger, with the cause that the line gave."""

import pytest
from sqlalchemy import Connection

from config.errors import Refused
from crm_core import interactions, lease, ledger
from crm_core.callrecord.model import LaneKind
from crm_core.callrecord.read import read
from crm_core.flows import prompts
from crm_core.ledger import LedgerEntry
from crm_core.records import known, rows
from crm_core.records.change import system
from tests.contracts.test_ledger import connected, ended, enqueued, offered, rang

NOW = 500.0
ACTING = system(NOW)


def lived(conn: Connection, last: LedgerEntry, *more: LedgerEntry) -> None:
    epoch = lease.take(conn, lease.FLOOR, "test", 60.0)
    ledger.append(conn, epoch, [enqueued(), *more, last])


def test_the_record_is_read_from_the_ledger_with_the_cause_of_its_end(conn: Connection) -> None:
    """Facts that were written come back as lanes; the interaction knows why its line ended."""
    data = {"by": "customer", "wrap_up_until": None, "cause": 16}
    last = LedgerEntry(kind="finished", at=140.0, interaction="c1", agent="ann", data=data)
    lived(conn, last, offered(), rang(), ended("accepted"), connected(recorded=True))
    found = read(conn, "c1", NOW)
    assert (found.interaction.hangup_cause, found.interaction.ended_by) == (16, "customer")
    assert (found.record.begin, found.record.end, found.record.going_on) == (100, 140, False)
    customer, *others = found.record.lanes
    assert [(span.kind, span.begin, span.end) for span in customer.spans] == [
        ("waiting", 100, 105),
        ("talking", 105, 140),
    ]
    assert [lane.kind for lane in others] == [LaneKind.QUEUE, LaneKind.AGENT, LaneKind.RECORDING]


def test_who_gives_up_has_a_cause_and_older_facts_have_none(conn: Connection) -> None:
    """A fact that was written before causes were kept says nothing of one."""
    lived(conn, LedgerEntry(kind="abandoned", at=109.0, interaction="c1", queue="q"))
    assert read(conn, "c1", NOW).interaction.hangup_cause is None
    with pytest.raises(Refused, match=r"interaction\.unknown"):
        read(conn, "none", NOW)
    assert interactions.interaction(conn, "none") is None


def test_a_queue_plays_and_tells_only_what_can_be(conn: Connection) -> None:
    """A class of music is a word, nobody is told something all the time, and a prompt that a queue plays is not taken from it."""
    tune = prompts.create(conn, ACTING, "Waltz", "").id
    prompts.set_sound(conn, ACTING, tune, "en", b"\x01" * 8000)
    queue = known.entity("queue")
    given = {
        "name": "Care",
        "language": "en",
        "hold_music": "jazz-1",
        "hold_prompt_id": tune,
        "told_every_s": 30,
    }
    made = rows.create(conn, ACTING, queue, given).id
    for wrong in ({"hold_music": "a b"}, {"told_every_s": 5}, {"told_prompt_id": "none"}):
        with pytest.raises(Refused):
            rows.patch(conn, ACTING, queue, made, wrong)
    for taken in (
        lambda: prompts.remove(conn, ACTING, tune, None),
        lambda: prompts.remove_sound(conn, ACTING, tune, "en"),
    ):
        with pytest.raises(Refused, match=r"prompt\.in_use_by_queue"):
            taken()
    rows.patch(conn, ACTING, queue, made, {"hold_prompt_id": None, "told_every_s": 0})
    prompts.remove(conn, ACTING, tune, None)
