"""The record of an interaction: whatever the ledger tells, its lanes say what was, and nothing else."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.callrecord.build import build
from crm_core.callrecord.model import Lane, LaneKind, Record
from crm_core.flows.machine import Stage
from crm_core.flows.visits import Visit
from crm_core.interactions import Interaction
from crm_core.ledger_entry import LedgerEntry

NOW = 2_000.0
OWNERS = {"1002": "bob"}


def _row(**changes: Any) -> Interaction:
    usual: dict[str, Any] = dict.fromkeys(Interaction.__dataclass_fields__)
    usual |= {
        "id": "tl-1",
        "medium": "voice",
        "direction": "in",
        "state": "closed",
        "queue_id": "sales",
        "enqueued_at": 100.0,
        "callback": False,
    }
    return Interaction(**(usual | changes))


def _fact(kind: str, at: float, agent: str | None = None, **data: Any) -> LedgerEntry:
    columns = {name: data.pop(name, None) for name in ("queue", "offer")}
    return LedgerEntry(kind=kind, at=at, interaction="tl-1", agent=agent, data=data, **columns)


def _visit(**changes: Any) -> Visit:
    usual: dict[str, Any] = {
        "interaction_id": "tl-1",
        "flow_id": "door",
        "version": 1,
        "started_at": 90.0,
        "ended_at": 98.0,
        "language": "en",
        "step": "menu",
        "outcome": "queue",
        "reason": "",
        "path": (
            Stage(step="hello", kind="announce", at=90.0),
            Stage(step="menu", kind="menu", at=94.0, keys=("2",), label="Which department"),
        ),
        "collected": {},
    }
    return Visit(**(usual | changes))


def _lane(record: Record, kind: LaneKind, of: str = "") -> list[tuple[str, float, float, str | None]]:
    found = next(lane for lane in record.lanes if lane.kind is kind and lane.of == of)
    return [(span.kind, span.begin, span.end, span.outcome) for span in found.spans]


ANSWERED = (
    _fact("enqueued", 100, queue="sales", medium="voice", priority_points=0),
    _fact("offered", 110, "ann", queue="sales", offer="o1", deadline=130, passed_over=[]),
    _fact("offer_rang", 111, "ann", offer="o1"),
    _fact("offer_ended", 115, "ann", offer="o1", outcome="accepted"),
    _fact("connected", 115, "ann", queue="sales", recorded=True),
)
ASKED = (
    _fact("held", 120, "ann"),
    _fact("consulting", 121, "ann", whom="1002"),
    _fact("consulted", 125, "ann"),
)


def test_a_call_with_hold_consultation_conference_and_transfer_is_drawn_as_it_was() -> None:
    """Who was with whom from when to when stands in the lane of each, and how it ended."""
    facts = (
        *ANSWERED,
        *ASKED,
        _fact("consult_over", 130, "ann", reason="conference"),
        _fact("resumed", 130, "ann"),
        _fact("conferring", 130, "ann", whom="1002", colleague="bob"),
        _fact("watched", 132, "ann", watcher="eve", mode="listen"),
        _fact("conference_over", 140, "ann", reason="agent_left", colleague="bob"),
        _fact("requeued", 140, "ann", reason="transferred"),
        _fact("connected", 140, "bob", queue="sales", recorded=True),
        _fact("finished", 150, "bob", by="customer", wrap_up_until=180, cause=16),
        _fact("wrapped_up", 160, "bob", disposition="done"),
    )
    record = build(_row(ended_at=150.0, closed_at=160.0), facts, None, OWNERS, NOW)
    assert (record.begin, record.end, record.going_on) == (100, 160, False)
    assert _lane(record, LaneKind.CUSTOMER) == [
        ("waiting", 100, 115, None),
        ("talking", 115, 120, None),
        ("hold", 120, 130, None),
        ("conference", 130, 140, None),
        ("talking", 140, 150, "ended_customer"),
    ]
    assert _lane(record, LaneKind.AGENT, "ann") == [
        ("offered", 110, 111, None),
        ("ringing", 111, 115, "accepted"),
        ("talking", 115, 120, None),
        ("hold", 120, 121, None),
        ("consult", 121, 130, None),
        ("conference", 130, 140, "transferred"),
    ]
    assert _lane(record, LaneKind.AGENT, "bob") == [
        ("called", 121, 125, None),
        ("asked", 125, 130, None),
        ("conference", 130, 140, "agent_left"),
        ("talking", 140, 150, None),
        ("wrap_up", 150, 160, "handled"),
    ]
    assert _lane(record, LaneKind.SUPERVISOR, "eve") == [("listen", 132, 140, None)]
    assert _lane(record, LaneKind.RECORDING) == [("recorded", 115, 140, None), ("recorded", 140, 150, None)]
    customer = record.lanes[0]
    assert [(mark.kind, mark.at, mark.about) for mark in customer.marks] == [
        ("transfer", 140, ""),
        ("hang_up", 150, "16"),
    ]


def test_a_flow_comes_before_the_wait_and_its_keys_are_marks() -> None:
    """The steps that a caller took stand in the flow's lane; the wait begins where they end, whatever their age."""
    facts = (*ANSWERED[:1], _fact("abandoned", 130, queue="sales", cause=16))
    record = build(_row(ended_at=130.0, closed_at=130.0), facts, _visit(), {}, NOW)
    assert _lane(record, LaneKind.CUSTOMER) == [("flow", 90, 100, None), ("waiting", 100, 130, "abandoned")]
    assert _lane(record, LaneKind.FLOW, "door") == [("announce", 90, 94, None), ("menu", 94, 98, "queue")]
    flow = next(lane for lane in record.lanes if lane.kind is LaneKind.FLOW)
    assert [(mark.kind, mark.about) for mark in flow.marks] == [("key", "2")]


def test_somebody_asked_outside_has_a_lane_under_their_number() -> None:
    """A number that is no extension of ours is told as it was dialled."""
    facts = (*ANSWERED, ASKED[0], _fact("consulting", 121, "ann", whom="0912345678"))
    failed = _fact("consult_over", 125, "ann", reason="busy")
    record = build(_row(state="connected"), (*facts, failed), None, OWNERS, NOW)
    assert _lane(record, LaneKind.OUTSIDE, "0912345678") == [("called", 121, 125, "busy")]
    assert _lane(record, LaneKind.AGENT, "ann")[-1] == ("hold", 125, NOW, None)
    assert record.going_on
    assert record.end == NOW


KINDS = [
    "enqueued",
    "described",
    "led_on",
    "offered",
    "offer_rang",
    "offer_ended",
    "connected",
    "recording_paused",
    "recording_resumed",
    "held",
    "resumed",
    "consulting",
    "consulted",
    "consult_over",
    "conferring",
    "conference_over",
    "watched",
    "watch_over",
    "requeued",
    "parked",
    "unparked",
    "callback_kept",
    "customer_reached",
    "callback_missed",
    "callback_put_off",
    "callback_dropped",
    "turned_away",
    "abandoned",
    "finished",
    "wrapped_up",
    "something_new",
    "dialled",
    "unanswered",
    "dial_dropped",
]
DATA = st.fixed_dictionaries(
    {"by": st.sampled_from(["customer", "agent", "system"])},
    optional={
        "outcome": st.sampled_from(["accepted", "no_answer"]),
        "reason": st.sampled_from(["transferred", "left", "released", "agent_left", "ended", "conference"]),
        "whom": st.sampled_from(["1002", "0912345678"]),
        "colleague": st.sampled_from(["bob", "ann"]),
        "watcher": st.sampled_from(["eve", "ann"]),
        "mode": st.sampled_from(["listen", "barge"]),
        "recorded": st.booleans(),
        "pause": st.sampled_from(["by_hand", "stopped"]),
        "wrap_up_until": st.just(1500.0),
        "cause": st.sampled_from([None, 16]),
    },
)
FACTS = st.lists(
    st.builds(
        lambda kind, at, agent, queue, data: LedgerEntry(
            kind=kind, at=at, agent=agent, queue=queue, interaction="tl-1", data=data
        ),
        st.sampled_from(KINDS),
        st.floats(50, 1_000),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["sales", "care"]),
        DATA,
    ),
    max_size=25,
)
ROWS = st.builds(
    lambda state, ended, closed: _row(state=state, ended_at=ended, closed_at=closed),
    st.sampled_from(["closed", "connected", "wrap_up", "waiting", "new"]),
    st.none() | st.floats(50, 1_200),
    st.none() | st.floats(50, 1_200),
)


def _holds(lane: Lane, record: Record) -> None:
    at = record.begin
    for span in lane.spans:
        assert at <= span.begin <= span.end <= record.end
        assert not span.going_on or span.end == record.end
        at = span.end
    for mark in lane.marks:
        assert record.begin <= mark.at <= record.end


@settings(max_examples=300)
@given(ROWS, FACTS, st.booleans())
def test_no_lane_leaves_the_call_and_no_span_ends_before_it_began(
    row: Interaction, facts: list[LedgerEntry], through_a_flow: bool
) -> None:
    """Of any facts in any order with any times: spans are in order, none overlaps another, none is outside of the call."""
    record = build(row, facts, _visit() if through_a_flow else None, OWNERS, NOW)
    for lane in record.lanes:
        _holds(lane, record)
    assert len({(lane.kind, lane.of) for lane in record.lanes}) == len(record.lanes)


@settings(max_examples=300)
@given(ROWS, FACTS, st.booleans())
def test_where_the_customer_was_is_known_from_the_first_moment_to_their_last(
    row: Interaction, facts: list[LedgerEntry], through_a_flow: bool
) -> None:
    """The customer's lane has no gap until they are gone, unless they came back; then it is where they were away."""
    record = build(row, facts, _visit() if through_a_flow else None, OWNERS, NOW)
    spans = record.lanes[0].spans
    away = ("ended_", "abandoned", "turned_away", "callback_dropped", "unreached_", "not_called")
    assert not spans or spans[0].begin == record.begin
    for before, after in pairwise(spans):
        assert before.end == after.begin or (before.outcome or "").startswith(away)


OWN = (
    _fact("dialled", 100, "ann", queue="sales"),
    _fact("offered", 100, "ann", queue="sales", offer="o1", deadline=130, passed_over=[]),
    _fact("offer_rang", 101, "ann", offer="o1"),
)
PICKED_UP = (
    _fact("offer_ended", 103, "ann", offer="o1", outcome="accepted"),
    _fact("connected", 103, "ann", queue="sales", recorded=True),
)


def test_a_call_that_an_agent_makes_waits_nowhere() -> None:
    """The customer's lane says that they are to be called and how it went: reached, not reached and why, or not called at all. No queue has a lane."""
    row = _row(direction="out", closed_at=170.0)
    talked = build(
        row,
        (*OWN, *PICKED_UP, _fact("customer_reached", 110, "ann"), _fact("finished", 170, "ann", by="agent")),
        None,
        {},
        NOW,
    )
    assert _lane(talked, LaneKind.CUSTOMER) == [
        ("dialled", 100, 103, None),
        ("calling", 103, 110, None),
        ("talking", 110, 170, "ended_agent"),
    ]
    assert [lane.kind for lane in talked.lanes if lane.kind is LaneKind.QUEUE and lane.spans] == []
    busy = (
        *OWN,
        *PICKED_UP,
        _fact("unanswered", 110, "ann", reason="busy"),
        _fact("finished", 110, "ann", by="system"),
    )
    assert _lane(build(row, busy, None, {}, NOW), LaneKind.CUSTOMER)[-1] == (
        "calling",
        103,
        110,
        "unreached_busy",
    )
    dropped = (
        *OWN,
        _fact("offer_ended", 120, "ann", offer="o1", outcome="no_answer"),
        _fact("dial_dropped", 120, "ann", reason="no_answer"),
    )
    assert _lane(build(row, dropped, None, {}, NOW), LaneKind.CUSTOMER) == [
        ("dialled", 100, 120, "not_called")
    ]


def test_who_leaves_a_message_is_not_turned_away() -> None:
    """The end of the wait says so, for customer and queue."""
    facts = (*ANSWERED[:1], _fact("turned_away", 130, queue="sales", why="closed", voicemail=True))
    record = build(_row(ended_at=130.0, closed_at=130.0), facts, None, {}, NOW)
    assert _lane(record, LaneKind.CUSTOMER) == [("waiting", 100, 130, "voicemail")]
    assert _lane(record, LaneKind.QUEUE, "sales") == [("waiting", 100, 130, "voicemail")]
