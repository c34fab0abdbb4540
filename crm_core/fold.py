"""What each kind of fact does to the rows of interactions, segments, offers and agents.

Every step states what must be true before it: a step that touches no row where it must touch one is an
`IllegalFact`, so a fact that does not fit corrupts nothing. A second application never fits.

    new -> waiting -> offered -> waiting        (offer_ended: the offer is over, whatever its outcome)
                      waiting -> connected      (connected)
    connected -> waiting                        (requeued; parked, until unparked)
    connected -> connected                      (held, resumed; consulting, conferring and their ends; recording_paused, recording_resumed)
    connected -> wrap_up -> closed              (finished, wrapped_up)
    connected -> closed                         (finished without after-contact work)
    waiting -> waiting                          (led_on: in another queue)
    waiting -> closed                           (abandoned, turned_away, callback_dropped)
    waiting -> waiting                          (callback_kept, callback_put_off: nobody is on the line)
    connected -> waiting                        (callback_missed), or with the customer (customer_reached)
    new -> waiting -> offered                   (dialled, offered: an agent calls; in no queue's line)
    waiting -> closed                           (dial_dropped); connected -> connected (unanswered, then finished)
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Double,
    Integer,
    Text,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from crm_core.ledger_entry import LedgerEntry
from crm_core.prepared import Prepared, Statement
from crm_core.tables import agent_state, case_event, interaction, offer, segment, support_case

Parameters = Mapping[str, Any]
Step = Callable[[Connection, LedgerEntry, Parameters], None]


class IllegalFact(Exception):
    """A fact that cannot follow what the ledger holds: a bug of whoever decided it, never a caller's fault."""

    def __init__(self, entry: LedgerEntry) -> None:
        super().__init__(f"{entry.kind} does not fit: {entry}")
        self.entry = entry


def fold(conn: Connection, seq: int, entry: LedgerEntry) -> None:
    """Apply one fact that was recorded as `seq`."""
    steps = _STEPS.get(entry.kind)
    if steps is None:
        raise IllegalFact(entry)
    values = _USUAL | {
        "p_seq": seq,
        "p_at": entry.at,
        "p_interaction": entry.interaction,
        "p_queue": entry.queue,
        "p_agent": entry.agent,
        "p_offer": entry.offer,
        **{f"p_{name}": _scalar(value) for name, value in entry.data.items()},
    }
    try:
        for step in steps:
            step(conn, entry, values)
    except (
        IntegrityError,
        KeyError,
    ) as error:  # a second live offer, an id that exists, a field that is missing
        raise IllegalFact(entry) from error


_USUAL = {
    "p_steps": 0,
    "p_preferred": False,
    "p_recorded": False,
    "p_voicemail": False,
    "p_cause": None,
}
"""What a fact leaves out where it is as usual."""


def _scalar(value: object) -> object:
    return value if isinstance(value, str | int | float | None) else json.dumps(value)


def _must(statement: Statement) -> Step:
    """Run it; it has to touch exactly one row."""
    prepared = Prepared(statement)

    def step(conn: Connection, entry: LedgerEntry, values: Parameters) -> None:
        if prepared.run(conn, values).rowcount != 1:
            raise IllegalFact(entry)

    return step


def _may(statement: Statement) -> Step:
    """Run it; it may touch nothing."""
    prepared = Prepared(statement)

    def step(conn: Connection, _: LedgerEntry, values: Parameters) -> None:
        prepared.run(conn, values)

    return step


def _must_either(first: Statement, otherwise: Statement) -> Step:
    """Run `first`; where it touches nothing, `otherwise`, which has to touch one row then."""
    usual, fallback = Prepared(first), _must(otherwise)

    def step(conn: Connection, entry: LedgerEntry, values: Parameters) -> None:
        if usual.run(conn, values).rowcount == 0:
            fallback(conn, entry, values)

    return step


def _either(first: Statement, otherwise: Statement) -> Step:
    """Run `first`; where it touches nothing, `otherwise`."""
    usual, fallback = Prepared(first), Prepared(otherwise)

    def step(conn: Connection, _: LedgerEntry, values: Parameters) -> None:
        if usual.run(conn, values).rowcount == 0:
            fallback.run(conn, values)

    return step


_AT = bindparam("p_at", type_=Double)
_SEQ = bindparam("p_seq", type_=BigInteger)
_AGENT = bindparam("p_agent", type_=Text)
_QUEUE = bindparam("p_queue", type_=Text)
_OFFER = bindparam("p_offer", type_=Text)
_INTERACTION = bindparam("p_interaction", type_=Text)


def _interaction_in(state: str) -> Update:
    return update(interaction).where(interaction.c.id == _INTERACTION, interaction.c.state == state)


def _interaction_of_agent_in(state: str) -> Update:
    return _interaction_in(state).where(interaction.c.agent_id == _AGENT)


def _live_offer() -> Update:
    return update(offer).where(
        offer.c.id == _OFFER,
        offer.c.interaction_id == _INTERACTION,
        offer.c.agent_id == _AGENT,
        offer.c.ended_at.is_(None),
    )


def _open_segment(kind: str) -> Update:
    return update(segment).where(
        segment.c.interaction_id == _INTERACTION, segment.c.kind == kind, segment.c.ended_at.is_(None)
    )


_END_OF_HOLD = (
    update(segment)
    .where(
        segment.c.interaction_id == _INTERACTION,
        or_(*(segment.c.kind == kind for kind in ("hold", "consult", "conference", "recording_pause"))),
        segment.c.ended_at.is_(None),
    )
    .values(ended_at=_AT, outcome=func.coalesce(segment.c.outcome, "ended"))
)
_STOPPED = case((bindparam("p_pause", type_=Text) == "stopped", "stopped"), else_=None)
"""What a pause ends with that does not end before the talk."""
_RECORDED = bindparam("p_recorded", type_=Boolean)
_VOICEMAIL = bindparam("p_voicemail", type_=Boolean)
_BEGIN_QUEUEING = insert(segment).values(
    interaction_id=_INTERACTION, kind="queue", queue_id=_QUEUE, started_at=_AT
)
_BEGIN_QUEUEING_AGAIN = insert(segment).from_select(
    ["interaction_id", "kind", "queue_id", "started_at"],
    select(interaction.c.id, literal("queue"), interaction.c.queue_id, _AT).where(
        interaction.c.id == _INTERACTION
    ),
)
# Written down as gone on their way in (`interactions.end_early`), by the clock alone: a caller who turns out to stand there must not stop everything.
_TAKEN_FOR_GONE = and_(
    interaction.c.state == "closed",
    interaction.c.ended_by == "system",
    ~exists().where(segment.c.interaction_id == _INTERACTION),
)
# A call that an agent takes is an answer to the customer (see crm_core.sla.clock). It makes nothing due sooner, so nobody
# has to look at the case's clocks for it.
_TALKING = (
    interaction.c.id == _INTERACTION,
    interaction.c.medium == "voice",
    interaction.c.callback.is_(False),  # or the agent is there alone so far
)
_ANSWER_THE_CASE = insert(case_event).from_select(
    ["case_id", "kind", "at", "interaction_id", "agent_id"],
    select(interaction.c.case_id, literal("agent_answered"), _AT, interaction.c.id, _AGENT).where(
        *_TALKING, interaction.c.case_id.is_not(None)
    ),
)
_CUSTOMER_IS_HEARD = (
    update(support_case)
    .where(support_case.c.id.in_(select(interaction.c.case_id).where(*_TALKING)))
    .values(waiting_since=None)
)
_END_OF_OFFER = bindparam("p_outcome", type_=Text)
_UNTIL = bindparam("p_wrap_up_until", type_=Double)
_CAUSE = bindparam("p_cause", type_=Integer)


def _of_agent(**changes: ColumnElement[Any]) -> Step:
    """Keep the agent's latest state, with the fact that says so."""
    return _either(
        update(agent_state).where(agent_state.c.agent_id == _AGENT).values(**changes),
        insert(agent_state).values(agent_id=_AGENT, **changes),
    )


_STEPS: Mapping[str, tuple[Step, ...]] = {
    "enqueued": (
        _either(
            update(interaction)
            .where(interaction.c.id == _INTERACTION, or_(interaction.c.state == "new", _TAKEN_FOR_GONE))
            .values(
                state="waiting",
                medium=bindparam("p_medium"),
                queue_id=_QUEUE,
                enqueued_at=_AT,
                priority_points=bindparam("p_priority_points"),
                ended_at=None,
                closed_at=None,
                ended_by=None,
            ),
            insert(interaction).values(
                id=_INTERACTION,
                state="waiting",
                medium=bindparam("p_medium"),
                queue_id=_QUEUE,
                enqueued_at=_AT,
                priority_points=bindparam("p_priority_points"),
            ),
        ),
        _must(_BEGIN_QUEUEING),
    ),
    "described": (
        _may(
            update(interaction)
            .where(interaction.c.id == _INTERACTION)
            .values(priority_points=bindparam("p_priority_points"))
        ),
    ),
    "offered": (
        _must(_interaction_in("waiting").values(state="offered")),
        _must(
            insert(offer).values(
                id=_OFFER,
                interaction_id=_INTERACTION,
                queue_id=_QUEUE,
                agent_id=_AGENT,
                offered_at=_AT,
                deadline=bindparam("p_deadline"),
                passed_over=bindparam("p_passed_over"),
                steps=bindparam("p_steps"),
                preferred=bindparam("p_preferred"),
            )
        ),
        _must(
            insert(segment).values(
                interaction_id=_INTERACTION, kind="agent", queue_id=_QUEUE, agent_id=_AGENT, started_at=_AT
            )
        ),
    ),
    "offer_rang": (
        _must(_live_offer().values(rang_at=_AT)),
        _must(_open_segment("agent").values(rang_at=_AT)),
    ),
    "offer_ended": (
        _must(_live_offer().values(ended_at=_AT, outcome=_END_OF_OFFER)),
        _must(_interaction_in("offered").values(state="waiting")),
        # an accepted offer's segment goes on: the agent is with the customer now
        _must(
            _open_segment("agent").values(
                ended_at=case((_END_OF_OFFER == "accepted", None), else_=_AT),
                outcome=case((_END_OF_OFFER == "accepted", None), else_=_END_OF_OFFER),
            )
        ),
    ),
    "connected": (
        _must(
            _interaction_in("waiting").values(
                state="connected",
                agent_id=_AGENT,
                answered_at=case(
                    (interaction.c.callback.is_(True), interaction.c.answered_at),
                    else_=func.coalesce(interaction.c.answered_at, _AT),
                ),
            )
        ),
        # whom an agent calls has not waited for anybody
        _must_either(
            _open_segment("queue").values(ended_at=_AT, outcome="answered"),
            _interaction_in("connected")
            .where(interaction.c.callback.is_(True), interaction.c.direction == "out")
            .values(state="connected"),
        ),
        # found at work without an offer of ours: the segment begins here
        _either(
            _open_segment("agent")
            .where(segment.c.agent_id == _AGENT)
            .values(answered_at=_AT, recorded=_RECORDED),
            insert(segment).values(
                interaction_id=_INTERACTION,
                kind="agent",
                queue_id=_QUEUE,
                agent_id=_AGENT,
                started_at=_AT,
                answered_at=_AT,
                recorded=_RECORDED,
            ),
        ),
        _may(_ANSWER_THE_CASE),
        _may(_CUSTOMER_IS_HEARD),
    ),
    # a stay of its own, within the one with the agent; it may go on for another reason
    "recording_paused": (
        _must(_interaction_of_agent_in("connected").values(state="connected")),
        _either(
            _open_segment("recording_pause").values(outcome=_STOPPED),
            insert(segment).values(
                interaction_id=_INTERACTION,
                kind="recording_pause",
                agent_id=_AGENT,
                started_at=_AT,
                outcome=_STOPPED,
            ),
        ),
    ),
    "recording_resumed": (
        _must(_interaction_of_agent_in("connected").values(state="connected")),
        _must(_open_segment("recording_pause").values(ended_at=_AT, outcome="resumed")),
    ),
    # a stay of its own, within the one with the agent
    "held": (
        _must(_interaction_of_agent_in("connected").values(state="connected")),
        _must(
            insert(segment).values(interaction_id=_INTERACTION, kind="hold", agent_id=_AGENT, started_at=_AT)
        ),
    ),
    "resumed": (
        _must(_interaction_of_agent_in("connected").values(state="connected")),
        _must(_open_segment("hold").values(ended_at=_AT, outcome="resumed")),
    ),
    "consulting": (
        _must(_interaction_of_agent_in("connected").values(state="connected")),
        _must(
            insert(segment).values(
                interaction_id=_INTERACTION, kind="consult", agent_id=_AGENT, started_at=_AT
            )
        ),
    ),
    "consulted": (_must(_open_segment("consult").values(answered_at=_AT)),),
    "consult_over": (
        _must(_open_segment("consult").values(ended_at=_AT, outcome=bindparam("p_reason", type_=Text))),
    ),
    "conferring": (
        _must(_interaction_of_agent_in("connected").values(state="connected")),
        _must(
            insert(segment).values(
                interaction_id=_INTERACTION,
                kind="conference",
                agent_id=_AGENT,
                started_at=_AT,
                answered_at=_AT,
            )
        ),
    ),
    "conference_over": (
        _must(_open_segment("conference").values(ended_at=_AT, outcome=bindparam("p_reason", type_=Text))),
    ),
    # a supervisor at the talk: nothing of the talk changes
    "watched": (_must(_interaction_of_agent_in("connected").values(state="connected")),),
    "watch_over": (_must(_interaction_of_agent_in("connected").values(state="connected")),),
    "requeued": (
        _must(_interaction_of_agent_in("connected").values(state="waiting", agent_id=None)),
        _must(
            _open_segment("agent").values(
                ended_at=_AT,
                outcome=case(
                    (bindparam("p_reason", type_=Text) == "transferred", "transferred"), else_="returned"
                ),
            )
        ),
        _may(_END_OF_HOLD),
        _must(_BEGIN_QUEUEING_AGAIN),
    ),
    "led_on": (
        _must(_interaction_in("waiting").values(queue_id=_QUEUE)),
        _must(_open_segment("queue").values(ended_at=_AT, outcome="led_on")),
        _must(_BEGIN_QUEUEING),
    ),
    # nobody gave up, and nobody was served: the stay in the queue says what happened
    "turned_away": (
        _must(
            _interaction_in("waiting").values(state="closed", ended_by="system", ended_at=_AT, closed_at=_AT)
        ),
        _must(
            _open_segment("queue").values(
                ended_at=_AT, outcome=case((_VOICEMAIL, "voicemail"), else_="turned_away")
            )
        ),
    ),
    # set aside is a stay in the queue of its own
    "parked": (
        _must(_interaction_of_agent_in("connected").values(state="waiting", agent_id=None)),
        _must(_open_segment("agent").values(ended_at=_AT, outcome="parked")),
        _must(_BEGIN_QUEUEING_AGAIN),
    ),
    "unparked": (
        _must(_open_segment("queue").values(ended_at=_AT, outcome="parked")),
        _must(_BEGIN_QUEUEING_AGAIN),
    ),
    "callback_kept": (
        _must(_interaction_in("waiting").values(callback=True)),
        _must(_open_segment("queue").values(ended_at=_AT, outcome="callback")),
        _must(_BEGIN_QUEUEING_AGAIN),
    ),
    "callback_put_off": (
        _must(_interaction_in("waiting").where(interaction.c.callback.is_(True)).values(callback=True)),
    ),
    "customer_reached": (
        _must(
            _interaction_of_agent_in("connected").values(
                callback=False, answered_at=func.coalesce(interaction.c.answered_at, _AT)
            )
        ),
        _may(_ANSWER_THE_CASE),
        _may(_CUSTOMER_IS_HEARD),
    ),
    "callback_missed": (
        _must(_interaction_of_agent_in("connected").values(state="waiting", agent_id=None)),
        _must(_open_segment("agent").values(ended_at=_AT, outcome="unreached")),
        _must(_BEGIN_QUEUEING_AGAIN),
    ),
    # neither abandoned nor served, like whoever is turned away
    "callback_dropped": (
        _must(
            _interaction_in("waiting").values(state="closed", ended_by="system", ended_at=_AT, closed_at=_AT)
        ),
        _must(_open_segment("queue").values(ended_at=_AT, outcome="callback_dropped")),
    ),
    "abandoned": (
        _must(
            _interaction_in("waiting").values(
                state="closed", outcome="abandoned", ended_at=_AT, closed_at=_AT, hangup_cause=_CAUSE
            )
        ),
        _must(_open_segment("queue").values(ended_at=_AT, outcome="abandoned")),
    ),
    "finished": (
        _must(
            _interaction_of_agent_in("connected").values(
                state=case((_UNTIL.is_(None), "closed"), else_="wrap_up"),
                outcome="handled",
                ended_at=_AT,
                ended_by=bindparam("p_by"),
                hangup_cause=_CAUSE,
                wrap_up_until=_UNTIL,
                closed_at=case((_UNTIL.is_(None), _AT), else_=None),
            )
        ),
        _must(
            _open_segment("agent").values(ended_at=_AT, outcome=func.coalesce(segment.c.outcome, "handled"))
        ),
        _may(_END_OF_HOLD),
    ),
    "dialled": (
        _either(
            update(interaction)
            .where(interaction.c.id == _INTERACTION, or_(interaction.c.state == "new", _TAKEN_FOR_GONE))
            .values(
                state="waiting",
                queue_id=_QUEUE,
                enqueued_at=_AT,
                callback=True,
                direction="out",
                ended_at=None,
                closed_at=None,
                ended_by=None,
            ),
            insert(interaction).values(
                id=_INTERACTION,
                state="waiting",
                medium="voice",
                direction="out",
                queue_id=_QUEUE,
                enqueued_at=_AT,
                callback=True,
            ),
        ),
    ),
    "dial_dropped": (
        _must(
            _interaction_in("waiting").values(
                state="closed", ended_by="agent", ended_at=_AT, closed_at=_AT, unreached="not_called"
            )
        ),
    ),
    # with whom they never talked; `finished` follows
    "unanswered": (
        _must(_interaction_of_agent_in("connected").values(unreached=bindparam("p_reason", type_=Text))),
        _must(_open_segment("agent").values(outcome="unreached")),
    ),
    "wrapped_up": (
        # also right after a `finished` without after-contact work
        _must(
            update(interaction)
            .where(
                interaction.c.id == _INTERACTION,
                interaction.c.agent_id == _AGENT,
                or_(
                    interaction.c.state == "wrap_up",
                    and_(
                        interaction.c.state == "closed",
                        interaction.c.outcome == "handled",
                        interaction.c.disposition.is_(None),
                    ),
                ),
            )
            .values(state="closed", disposition=bindparam("p_disposition"), closed_at=_AT)
        ),
    ),
    "status_changed": (
        _of_agent(
            status=bindparam("p_status"), reason=bindparam("p_reason"), status_since=_AT, status_seq=_SEQ
        ),
    ),
    "console_seen": (_of_agent(console=bindparam("p_present"), console_seq=_SEQ),),
    "device_seen": (_of_agent(device=bindparam("p_device"), device_seq=_SEQ),),
}
