"""Facts, their fold, and what a router is rebuilt from."""

import pytest
from sqlalchemy import Connection, func, select

from crm_core import interactions, lease, ledger
from crm_core.ledger import IllegalFact, LeaseLost, LedgerEntry
from crm_core.store import Store
from crm_core.tables import agent_state, fact, interaction, offer, segment

LIFE = 5.0


def enqueued(name: str = "c1", at: float = 100.0) -> LedgerEntry:
    data = {"medium": "voice", "priority_points": 0}
    return LedgerEntry(kind="enqueued", at=at, interaction=name, queue="q", data=data)


def offered(name: str = "c1", attempt: int = 1, agent: str = "ann", at: float = 101.0) -> LedgerEntry:
    data = {"deadline": at + 20, "passed_over": [["bob", "talking"]]}
    return LedgerEntry(
        kind="offered", at=at, interaction=name, queue="q", agent=agent, offer=f"{name}/{attempt}", data=data
    )


def rang(name: str = "c1", attempt: int = 1, agent: str = "ann", at: float = 102.0) -> LedgerEntry:
    return LedgerEntry(kind="offer_rang", at=at, interaction=name, agent=agent, offer=f"{name}/{attempt}")


def ended(
    outcome: str, name: str = "c1", attempt: int = 1, agent: str = "ann", at: float = 105.0
) -> LedgerEntry:
    data = {"outcome": outcome}
    return LedgerEntry(
        kind="offer_ended", at=at, interaction=name, agent=agent, offer=f"{name}/{attempt}", data=data
    )


def connected(
    name: str = "c1", agent: str = "ann", at: float = 105.0, *, recorded: bool = False
) -> LedgerEntry:
    data = {"recorded": True} if recorded else {}
    return LedgerEntry(kind="connected", at=at, interaction=name, queue="q", agent=agent, data=data)


def paused(at: float, pause: str = "by_hand", agent: str = "ann") -> LedgerEntry:
    data = {"pause": pause}
    return LedgerEntry(kind="recording_paused", at=at, interaction="c1", agent=agent, data=data)


def recorded_again(at: float = 130.0) -> LedgerEntry:
    return LedgerEntry(kind="recording_resumed", at=at, interaction="c1", agent="ann")


def requeued(name: str = "c1", agent: str = "ann", at: float = 110.0) -> LedgerEntry:
    return LedgerEntry(kind="requeued", at=at, interaction=name, agent=agent, data={"reason": "phone_lost"})


def abandoned(name: str = "c1", at: float = 109.0) -> LedgerEntry:
    return LedgerEntry(kind="abandoned", at=at, interaction=name, queue="q")


def led_on(name: str = "c1", to: str = "help", at: float = 108.0) -> LedgerEntry:
    data = {"origin": "q", "why": "waited"}
    return LedgerEntry(kind="led_on", at=at, interaction=name, queue=to, data=data)


def turned_away(name: str = "c1", at: float = 108.0) -> LedgerEntry:
    return LedgerEntry(kind="turned_away", at=at, interaction=name, queue="q", data={"why": "closed"})


def parked(name: str = "c1", agent: str = "ann", at: float = 110.0) -> LedgerEntry:
    return LedgerEntry(kind="parked", at=at, interaction=name, agent=agent, data={"until": 200.0})


def unparked(name: str = "c1", at: float = 200.0) -> LedgerEntry:
    data = {"preferred_until": 1100.0}
    return LedgerEntry(kind="unparked", at=at, interaction=name, agent="ann", data=data)


def finished(until: float | None, name: str = "c1", agent: str = "ann", at: float = 160.0) -> LedgerEntry:
    data = {"by": "customer", "wrap_up_until": until}
    return LedgerEntry(kind="finished", at=at, interaction=name, agent=agent, data=data)


def wrapped_up(name: str = "c1", agent: str = "ann", at: float = 170.0) -> LedgerEntry:
    return LedgerEntry(
        kind="wrapped_up", at=at, interaction=name, agent=agent, data={"disposition": "solved"}
    )


def status(agent: str, word: str, at: float) -> LedgerEntry:
    return LedgerEntry(kind="status_changed", at=at, agent=agent, data={"status": word, "reason": ""})


def console(agent: str, *, present: bool, at: float) -> LedgerEntry:
    return LedgerEntry(kind="console_seen", at=at, agent=agent, data={"present": present})


def device(agent: str, word: str, at: float) -> LedgerEntry:
    return LedgerEntry(kind="device_seen", at=at, agent=agent, data={"device": word})


WHOLE_CALL = [
    enqueued(),
    offered(),
    rang(),
    ended("accepted"),
    connected(),
    finished(190.0),
    wrapped_up(),
]


@pytest.fixture
def epoch(conn: Connection) -> int:
    """The current epoch of the floor's lease."""
    taken = lease.take(conn, lease.FLOOR, "test", 60.0)
    assert taken is not None
    return taken


def count(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(fact)).scalar_one())


def test_a_whole_call(conn: Connection, epoch: int) -> None:
    """Folding a call from entry to disposition gives its times, its agent, its segments and its offer."""
    assert ledger.append(conn, epoch, WHOLE_CALL) == len(WHOLE_CALL)
    call = interactions.interaction(conn, "c1")
    assert call is not None
    assert (call.state, call.outcome, call.agent_id, call.disposition) == (
        "closed",
        "handled",
        "ann",
        "solved",
    )
    assert (call.enqueued_at, call.answered_at, call.ended_at, call.closed_at) == (100.0, 105.0, 160.0, 170.0)
    queued, talked = interactions.segments(conn, "c1")
    assert (queued.kind, queued.started_at, queued.ended_at, queued.outcome) == (
        "queue",
        100.0,
        105.0,
        "answered",
    )
    assert (talked.kind, talked.agent_id, talked.started_at, talked.rang_at) == ("agent", "ann", 101.0, 102.0)
    assert (talked.answered_at, talked.ended_at, talked.outcome) == (105.0, 160.0, "handled")
    (made,) = interactions.offers(conn, "c1")
    assert (made.outcome, made.passed_over) == ("accepted", (("bob", "talking"),))


def test_not_answered_then_left(conn: Connection, epoch: int) -> None:
    """An unanswered offer leaves the caller in the same stay of the queue, and leaving ends it as abandoned."""
    ledger.append(conn, epoch, [enqueued(), offered(), ended("no_answer"), abandoned()])
    call = interactions.interaction(conn, "c1")
    assert call is not None
    assert (call.state, call.outcome, call.answered_at, call.closed_at) == (
        "closed",
        "abandoned",
        None,
        109.0,
    )
    outcomes = [(stay.kind, stay.outcome, stay.ended_at) for stay in interactions.segments(conn, "c1")]
    assert outcomes == [("queue", "abandoned", 109.0), ("agent", "no_answer", 105.0)]


def test_led_on_waits_in_the_other_queue(conn: Connection, epoch: int) -> None:
    """A stay in each queue, one interaction at its old age, which is the other queue's from then on."""
    ledger.append(conn, epoch, [enqueued(), led_on()])
    call = interactions.interaction(conn, "c1")
    assert call is not None
    assert (call.state, call.queue_id, call.enqueued_at) == ("waiting", "help", 100.0)
    stays = [
        (stay.queue_id, stay.started_at, stay.ended_at, stay.outcome)
        for stay in interactions.segments(conn, "c1")
    ]
    assert stays == [("q", 100.0, 108.0, "led_on"), ("help", 108.0, None, None)]


def test_turned_away_is_closed_and_neither_served_nor_lost(conn: Connection, epoch: int) -> None:
    ledger.append(conn, epoch, [enqueued(), turned_away()])
    call = interactions.interaction(conn, "c1")
    assert call is not None
    assert (call.state, call.outcome, call.ended_at, call.closed_at) == ("closed", None, 108.0, 108.0)
    [stay] = interactions.segments(conn, "c1")
    assert (stay.outcome, stay.ended_at) == ("turned_away", 108.0)


def test_set_aside_is_a_stay_of_its_own(conn: Connection, epoch: int) -> None:
    """Between the agent's work and the next stay in the queue; nobody has it meanwhile."""
    ledger.append(conn, epoch, [*WHOLE_CALL[:5], parked()])
    call = interactions.interaction(conn, "c1")
    assert call is not None
    assert (call.state, call.agent_id) == ("waiting", None)
    ledger.append(conn, epoch, [unparked()])
    stays = [
        (stay.kind, stay.started_at, stay.ended_at, stay.outcome)
        for stay in interactions.segments(conn, "c1")
    ]
    assert stays[-3:] == [
        ("agent", 101.0, 110.0, "parked"),
        ("queue", 110.0, 200.0, "parked"),
        ("queue", 200.0, None, None),
    ]


def test_returned_work_waits_again(conn: Connection, epoch: int) -> None:
    """Returned work has a second stay in its queue and keeps its age and its first answer."""
    ledger.append(conn, epoch, [*WHOLE_CALL[:5], requeued(), offered(attempt=2, agent="bob", at=111.0)])
    ledger.append(
        conn, epoch, [ended("accepted", attempt=2, agent="bob", at=112.0), connected(agent="bob", at=112.0)]
    )
    call = interactions.interaction(conn, "c1")
    assert call is not None
    assert (call.state, call.agent_id, call.enqueued_at, call.answered_at) == (
        "connected",
        "bob",
        100.0,
        105.0,
    )
    stays = [(stay.kind, stay.queue_id, stay.outcome) for stay in interactions.segments(conn, "c1")]
    assert stays == [
        ("queue", "q", "answered"),
        ("agent", "q", "returned"),
        ("queue", "q", "answered"),
        ("agent", "q", None),
    ]


def test_a_pause_of_the_recording_is_a_stay_of_its_own(conn: Connection, epoch: int) -> None:
    """From when it began, whatever it goes on for; one that was stopped lasts until the talk ends, and the next agent's talk knows nothing of it."""
    talk = [*WHOLE_CALL[:4], connected(recorded=True)]
    pauses = [paused(110.0, "form"), paused(112.0), recorded_again(), paused(140.0), paused(141.0, "stopped")]
    ledger.append(conn, epoch, [*talk, *pauses, requeued(at=150.0)])
    stays = [one for one in interactions.segments(conn, "c1") if one.kind == "recording_pause"]
    assert [(one.agent_id, one.started_at, one.ended_at, one.outcome) for one in stays] == [
        ("ann", 110.0, 130.0, "resumed"),
        ("ann", 140.0, 150.0, "stopped"),
    ]
    ledger.append(conn, epoch, [connected(agent="bob", at=160.0)])
    talks = [one for one in interactions.segments(conn, "c1") if one.kind == "agent"]
    assert [(one.agent_id, one.recorded) for one in talks] == [("ann", True), ("bob", False)]


def test_found_at_work(conn: Connection, epoch: int) -> None:
    """A call found with an agent without an offer of ours gets its segment from that moment."""
    ledger.append(conn, epoch, [enqueued(), connected(agent="bob", at=130.0)])
    assert [(stay.kind, stay.agent_id, stay.answered_at) for stay in interactions.segments(conn, "c1")] == [
        ("queue", None, None),
        ("agent", "bob", 130.0),
    ]


def test_three_talk_for_a_while(conn: Connection, epoch: int) -> None:
    """A stay of its own and of its agent alone; it ends once, by its word, or with the talk."""

    def confer(at: float, kind: str = "conferring", agent: str = "ann", **data: str) -> LedgerEntry:
        return LedgerEntry(kind=kind, at=at, interaction="c1", agent=agent, data=data)

    begins, over = confer(120.0, whom="1002"), confer(130.0, "conference_over", reason="left")
    ledger.append(conn, epoch, [*WHOLE_CALL[:5], begins])
    with pytest.raises(IllegalFact):
        ledger.append(conn, epoch, [confer(121.0, agent="bob", whom="1003")])
    ledger.append(conn, epoch, [over])
    with pytest.raises(IllegalFact):
        ledger.append(conn, epoch, [over])
    ledger.append(conn, epoch, [confer(140.0, whom="1002"), finished(None)])
    stays = [one for one in interactions.segments(conn, "c1") if one.kind == "conference"]
    assert [(one.agent_id, one.started_at, one.ended_at, one.outcome) for one in stays] == [
        ("ann", 120.0, 130.0, "left"),
        ("ann", 140.0, 160.0, "ended"),
    ]


def test_who_was_taken_for_gone_and_stands_there_is_served(conn: Connection, epoch: int) -> None:
    """Their row was closed by the clock alone, so it opens again; a call that the ledger knows does not, whoever ended it."""
    described = {
        "queue_id": "q",
        "customer_address": "+886912345678",
        "customer_name": "",
        "entry_address": "100",
    }
    interactions.ensure(
        conn, id="c1", medium="voice", direction="in", subject="", enqueued_at=100.0, **described
    )
    interactions.end_early(conn, "c1", 140.0)
    ledger.append(conn, epoch, [enqueued(at=150.0)])
    call = interactions.interaction(conn, "c1")
    assert call is not None
    assert (call.state, call.ended_at, call.closed_at, call.ended_by) == ("waiting", None, None, None)
    assert call.customer_address == "+886912345678"
    with pytest.raises(IllegalFact), conn.begin_nested():
        ledger.append(conn, epoch, [enqueued(at=151.0)])
    ledger.append(conn, epoch, [turned_away(at=160.0)])
    with pytest.raises(IllegalFact), conn.begin_nested():
        ledger.append(conn, epoch, [enqueued(at=170.0)])


def test_no_after_contact_work(conn: Connection, epoch: int) -> None:
    """Without after-contact work the end closes, and a disposition that comes with it is kept."""
    ledger.append(conn, epoch, [*WHOLE_CALL[:5], finished(None)])
    call = interactions.interaction(conn, "c1")
    assert call is not None
    assert (call.state, call.closed_at, call.disposition) == ("closed", 160.0, None)
    ledger.append(conn, epoch, [wrapped_up(at=160.0)])
    with pytest.raises(IllegalFact):
        ledger.append(conn, epoch, [wrapped_up(at=161.0)])


@pytest.mark.parametrize(
    ("before", "nonsense"),
    [
        ([], offered()),
        ([], connected()),
        ([], LedgerEntry(kind="teleported", at=1.0, interaction="c1")),
        ([], LedgerEntry(kind="enqueued", at=1.0, interaction="c1", queue="q")),
        ([enqueued()], enqueued()),
        ([enqueued()], rang()),
        ([enqueued()], finished(None)),
        ([enqueued(), offered()], offered(attempt=2, agent="bob")),
        ([enqueued(), offered(), enqueued("c2")], offered("c2")),
        ([enqueued(), offered()], ended("declined", agent="bob")),
        ([enqueued(), offered()], connected()),
        ([enqueued(), offered()], abandoned()),
        ([enqueued(), offered()], led_on()),
        ([enqueued(), offered()], turned_away()),
        ([enqueued(), turned_away()], abandoned()),
        ([enqueued()], parked()),
        (WHOLE_CALL[:5], parked(agent="bob")),
        (WHOLE_CALL[:5], unparked()),
        (WHOLE_CALL[:5], led_on()),
        (WHOLE_CALL[:5], recorded_again()),
        (WHOLE_CALL[:5], paused(110.0, agent="bob")),
        (WHOLE_CALL[:4], paused(110.0)),
        ([enqueued(), offered(), ended("declined")], ended("declined")),
        ([enqueued(), offered(), ended("declined")], offered()),
        (WHOLE_CALL[:5], finished(None, agent="bob")),
        (WHOLE_CALL[:5], wrapped_up()),
        (WHOLE_CALL, WHOLE_CALL[0]),
        (WHOLE_CALL, WHOLE_CALL[-1]),
        (WHOLE_CALL, abandoned()),
    ],
)
def test_nonsense_is_refused(
    conn: Connection, epoch: int, before: list[LedgerEntry], nonsense: LedgerEntry
) -> None:
    """A fact that cannot follow raises, also a repeated one, and nothing of its batch is kept."""
    ledger.append(conn, epoch, before)
    rows = [
        conn.execute(select(table).order_by(*table.primary_key)).all()
        for table in (interaction, segment, offer)
    ]
    with pytest.raises(IllegalFact), conn.begin_nested():
        ledger.append(conn, epoch, [status("ann", "ready", 1.0), nonsense])
    assert count(conn) == len(before)
    assert rows == [
        conn.execute(select(table).order_by(*table.primary_key)).all()
        for table in (interaction, segment, offer)
    ]
    assert conn.execute(select(agent_state)).all() == []


def test_an_old_epoch_is_refused(conn: Connection, epoch: int) -> None:
    """Whoever lost the lease writes nothing, and learns which epoch writes now."""
    assert lease.take(conn, lease.FLOOR, "test", 60.0) == epoch + 1
    with pytest.raises(LeaseLost) as lost:
        ledger.append(conn, epoch, [enqueued()])
    assert (lost.value.mine, lost.value.current) == (epoch, epoch + 1)
    assert count(conn) == 0


def test_nobody_writes_without_a_lease(conn: Connection) -> None:
    """Where nobody took the lease, nobody writes."""
    with pytest.raises(LeaseLost):
        ledger.append(conn, 1, [enqueued()])


def test_numbers_have_no_gaps(conn: Connection, epoch: int) -> None:
    """Sequence numbers go on from the last one, batch after batch, and an empty batch takes none."""
    assert ledger.append(conn, epoch, [enqueued("a"), enqueued("b")]) == 2
    assert ledger.append(conn, epoch, []) == 0
    assert ledger.append(conn, epoch, [enqueued("c")]) == 3
    assert list(conn.execute(select(fact.c.seq).order_by(fact.c.seq)).scalars()) == [1, 2, 3]
    assert ledger.last_seq(conn) == 3


def test_history_is_what_a_router_needs(conn: Connection, epoch: int) -> None:
    """Old closed interactions and outdated states are left out; open ones are whole, however old."""
    old_call = [
        LedgerEntry(
            kind=entry.kind,
            at=entry.at - 90,
            interaction="old",
            queue=entry.queue,
            agent=entry.agent,
            offer=entry.offer and "old/1",
            data=entry.data,
        )
        for entry in WHOLE_CALL
    ]
    facts = [
        status("ann", "paused", 1.0),
        console("ann", present=True, at=2.0),
        console("ann", present=False, at=3.0),
        console("ann", present=True, at=4.0),
        device("ann", "reachable", 5.0),
        *old_call,
        enqueued("waiting", at=20.0),
        *WHOLE_CALL,
        status("ann", "ready", 171.0),
        status("ann", "paused", 172.0),
    ]
    ledger.append(conn, epoch, facts)
    assert ledger.history(conn, 150.0) == [*facts[3:5], *facts[12:]]
    assert ledger.history(conn, 0.0) == facts
    assert ledger.exact(conn, "c1") == WHOLE_CALL


def test_a_period_is_whoever_was_there_whole(conn: Connection, epoch: int) -> None:
    """Whoever came before its end and was not gone before it begins, with all that became of them later; agents as they were, and what they did in it."""
    facts = [
        status("ann", "ready", 1.0),
        status("ann", "paused", 2.0),
        device("ann", "reachable", 3.0),
        enqueued("gone", at=10.0),
        abandoned("gone", at=20.0),
        enqueued("before", at=30.0),
        status("ann", "ready", 120.0),
        abandoned("before", at=150.0),
        enqueued("within", at=160.0),
        status("ann", "paused", 250.0),
        enqueued("after", at=260.0),
        abandoned("within", at=270.0),
    ]
    ledger.append(conn, epoch, facts)
    without = {0, 3, 4, 9, 10}
    assert ledger.period(conn, 100.0, 200.0) == [
        each for place, each in enumerate(facts) if place not in without
    ]


async def test_a_lost_lease_fails_alone(store: Store) -> None:
    """A refused append in a batch takes nothing else of the batch with it."""
    epoch = await store.write(lambda conn: lease.take(conn, lease.FLOOR, "test", 60.0))
    assert epoch is not None
    good = store.write(lambda conn: ledger.append(conn, epoch, [enqueued("good")]))
    with pytest.raises(LeaseLost):
        await store.write(lambda conn: ledger.append(conn, epoch - 1, [enqueued("bad")]))
    assert await good == 1
    assert await store.read(lambda conn: [entry.interaction for entry in ledger.history(conn, 0.0)]) == [
        "good"
    ]


DIALLED = LedgerEntry(kind="dialled", at=100.0, interaction="c1", queue="q", agent="ann")


def of_the_call(conn: Connection) -> tuple[str | None, ...]:
    row = interactions.interaction(conn, "c1")
    assert row is not None
    return row.state, row.direction, row.outcome, row.unreached


def test_who_an_agent_calls_is_in_no_line(conn: Connection, epoch: int) -> None:
    """Reserved from the first moment; answered when the customer is, and with no stay in a queue."""
    reached = LedgerEntry(kind="customer_reached", at=112.0, interaction="c1", agent="ann")
    begin = [DIALLED, offered(at=100.0), ended("accepted"), connected()]
    ledger.append(conn, epoch, begin)
    row = interactions.interaction(conn, "c1")
    assert row is not None
    assert (row.callback, row.answered_at) == (True, None)
    ledger.append(conn, epoch, [reached, finished(190.0), wrapped_up()])
    row = interactions.interaction(conn, "c1")
    assert row is not None
    assert (row.callback, row.answered_at, row.disposition) == (False, 112.0, "solved")
    assert of_the_call(conn) == ("closed", "out", "handled", None)
    assert [(stay.kind, stay.outcome) for stay in interactions.segments(conn, "c1")] == [("agent", "handled")]


def test_who_does_not_answer_an_agent_is_on_record_with_the_reason(conn: Connection, epoch: int) -> None:
    """As an attempt, and not as a talk; nor as one when the agent's own phone was not answered."""
    missed = LedgerEntry(kind="unanswered", at=112.0, interaction="c1", agent="ann", data={"reason": "busy"})
    ledger.append(
        conn,
        epoch,
        [DIALLED, offered(at=100.0), ended("accepted"), connected(), missed, finished(None, at=112.0)],
    )
    assert of_the_call(conn) == ("closed", "out", "handled", "busy")
    assert [(stay.kind, stay.outcome) for stay in interactions.segments(conn, "c1")] == [
        ("agent", "unreached")
    ]
    other = LedgerEntry(kind="dialled", at=200.0, interaction="c2", queue="q", agent="ann")
    over = LedgerEntry(
        kind="dial_dropped", at=205.0, interaction="c2", queue="q", agent="ann", data={"reason": "no_answer"}
    )
    ledger.append(conn, epoch, [other, offered("c2", at=200.0), ended("no_answer", "c2", at=205.0), over])
    row = interactions.interaction(conn, "c2")
    assert row is not None
    assert (row.state, row.outcome, row.unreached) == ("closed", None, "not_called")


def test_nobody_is_dialled_twice_under_one_name(conn: Connection, epoch: int) -> None:
    """Their row would be another's."""
    ledger.append(conn, epoch, [DIALLED, offered(at=100.0), ended("accepted"), connected()])
    with pytest.raises(IllegalFact):
        ledger.append(conn, epoch, [DIALLED])
