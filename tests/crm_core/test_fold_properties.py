"""The ledger's fold equals a plain Python fold of the same facts, for any legal history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from crm_core import interactions, lease, ledger
from crm_core.ledger import LedgerEntry
from crm_core.tables import agent_state

NAMES = ("c1", "c2", "c3")
AGENTS = ("ann", "bob")


@dataclass
class Stay:
    kind: str
    agent: str | None
    started_at: float
    rang_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    outcome: str | None = None


@dataclass
class Call:
    state: str
    enqueued_at: float
    agent: str | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    closed_at: float | None = None
    outcome: str | None = None
    disposition: str | None = None
    stays: list[Stay] = field(default_factory=list)
    offer: str | None = None
    offered_to: str | None = None
    attempts: int = 0

    def open_stay(self, kind: str) -> Stay:
        return next(stay for stay in self.stays if stay.kind == kind and stay.ended_at is None)


@dataclass
class Model:
    """What the facts mean, by another hand than the SQL's."""

    now: float = 1000.0
    calls: dict[str, Call] = field(default_factory=dict)
    statuses: dict[str, tuple[str, float]] = field(default_factory=dict)
    facts: list[LedgerEntry] = field(default_factory=list)

    def go_on(self, draw: int) -> None:
        """Take the first legal step from `draw` on, in an order that mixes steps, calls and agents."""
        self.now += 1.0
        for turn in range(len(MOVES)):
            if self.try_step(*MOVES[(draw + turn * 61) % len(MOVES)]):
                return

    def try_step(self, step: str, name: str, agent: str) -> bool:
        """Take the step if it is legal now."""
        call = self.calls.get(name)
        steps: dict[str, Callable[[str, str, Call], bool]] = {
            "offer": self.offer,
            "ring": self.ring,
            "miss": self.miss,
            "accept": self.accept,
            "adopt": self.adopt,
            "return": self.give_back,
            "leave": self.leave,
            "finish": self.finish,
            "hang_up": self.hang_up,
            "wrap_up": self.wrap_up,
        }
        if step == "enter":
            return self.enter(name)
        if step == "status":
            return self.status(agent)
        return call is not None and steps[step](name, agent, call)

    def record(self, kind: str, name: str, **others: object) -> None:
        self.facts.append(LedgerEntry(kind=kind, at=self.now, interaction=name, **others))

    def enter(self, name: str) -> bool:
        if name in self.calls:
            return False
        stay = Stay(kind="queue", agent=None, started_at=self.now)
        self.calls[name] = Call(state="waiting", enqueued_at=self.now, stays=[stay])
        self.record("enqueued", name, queue="q", data={"medium": "voice", "priority_points": 1})
        return True

    def status(self, agent: str) -> bool:
        self.statuses[agent] = ("ready", self.now)
        data = {"status": "ready", "reason": ""}
        self.facts.append(LedgerEntry(kind="status_changed", at=self.now, agent=agent, data=data))
        return True

    def offer(self, name: str, agent: str, call: Call) -> bool:
        taken = any(other.offered_to == agent for other in self.calls.values())
        if call.state != "waiting" or taken:
            return False
        call.attempts += 1
        call.state, call.offer, call.offered_to = "offered", f"{name}/{call.attempts}", agent
        call.stays.append(Stay(kind="agent", agent=agent, started_at=self.now))
        data = {"deadline": self.now + 20, "passed_over": []}
        self.record("offered", name, queue="q", agent=agent, offer=call.offer, data=data)
        return True

    def ring(self, name: str, _: str, call: Call) -> bool:
        if call.state != "offered":
            return False
        call.open_stay("agent").rang_at = self.now
        self.record("offer_rang", name, agent=call.offered_to, offer=call.offer)
        return True

    def miss(self, name: str, _: str, call: Call) -> bool:
        if call.state != "offered":
            return False
        stay = call.open_stay("agent")
        stay.ended_at, stay.outcome = self.now, "no_answer"
        self.end_offer(name, call, "no_answer")
        return True

    def end_offer(self, name: str, call: Call, outcome: str) -> None:
        self.record("offer_ended", name, agent=call.offered_to, offer=call.offer, data={"outcome": outcome})
        call.state, call.offer, call.offered_to = "waiting", None, None

    def accept(self, name: str, _: str, call: Call) -> bool:
        if call.state != "offered" or call.offered_to is None:
            return False
        agent = call.offered_to
        self.end_offer(name, call, "accepted")
        call.open_stay("agent").answered_at = self.now
        self.connect(name, agent, call)
        return True

    def adopt(self, name: str, agent: str, call: Call) -> bool:
        if call.state != "waiting":
            return False
        call.stays.append(Stay(kind="agent", agent=agent, started_at=self.now, answered_at=self.now))
        self.connect(name, agent, call)
        return True

    def connect(self, name: str, agent: str, call: Call) -> None:
        queued = call.open_stay("queue")
        queued.ended_at, queued.outcome = self.now, "answered"
        call.state, call.agent = "connected", agent
        call.answered_at = call.answered_at or self.now
        self.record("connected", name, queue="q", agent=agent)

    def give_back(self, name: str, _: str, call: Call) -> bool:
        if call.state != "connected":
            return False
        stay = call.open_stay("agent")
        stay.ended_at, stay.outcome = self.now, "returned"
        call.stays.append(Stay(kind="queue", agent=None, started_at=self.now))
        self.record("requeued", name, agent=call.agent, data={"reason": "phone_lost"})
        call.state, call.agent = "waiting", None
        return True

    def leave(self, name: str, _: str, call: Call) -> bool:
        if call.state != "waiting":
            return False
        stay = call.open_stay("queue")
        stay.ended_at, stay.outcome = self.now, "abandoned"
        call.state, call.outcome, call.ended_at, call.closed_at = "closed", "abandoned", self.now, self.now
        self.record("abandoned", name, queue="q")
        return True

    def finish(self, name: str, _: str, call: Call) -> bool:
        return self.end_talk(name, call, self.now + 30)

    def hang_up(self, name: str, _: str, call: Call) -> bool:
        return self.end_talk(name, call, None)

    def end_talk(self, name: str, call: Call, until: float | None) -> bool:
        if call.state != "connected":
            return False
        stay = call.open_stay("agent")
        stay.ended_at, stay.outcome = self.now, "handled"
        call.state = "closed" if until is None else "wrap_up"
        call.outcome, call.ended_at, call.closed_at = "handled", self.now, self.now if until is None else None
        self.record("finished", name, agent=call.agent, data={"by": "agent", "wrap_up_until": until})
        return True

    def wrap_up(self, name: str, _: str, call: Call) -> bool:
        if call.state != "wrap_up":
            return False
        call.state, call.disposition, call.closed_at = "closed", "solved", self.now
        self.record("wrapped_up", name, agent=call.agent, data={"disposition": "solved"})
        return True


STEPS = (
    "enter",
    "offer",
    "ring",
    "miss",
    "accept",
    "adopt",
    "return",
    "leave",
    "finish",
    "hang_up",
    "wrap_up",
    "status",
)
MOVES = list(product(STEPS, NAMES, AGENTS))
HISTORIES = st.lists(st.integers(0, len(MOVES) - 1), max_size=60)


@settings(max_examples=150, deadline=None)
@given(history=HISTORIES, batch=st.integers(1, 7))
def test_the_fold_is_what_the_facts_say(engine: Engine, history: list[int], batch: int) -> None:
    """Interactions, segments, offers and agents' states equal the facts' meaning, however facts are batched."""
    model = Model()
    for draw in history:
        model.go_on(draw)
    with engine.connect() as conn, conn.begin() as transaction:
        epoch = lease.take(conn, lease.FLOOR, "test", 60.0) or 0
        for start in range(0, len(model.facts), batch):
            ledger.append(conn, epoch, model.facts[start : start + batch])
        for name, call in model.calls.items():
            assert_same(conn, name, call)
        assert read_statuses(conn) == model.statuses
        assert ledger.history(conn, 0.0) == model.facts
        transaction.rollback()


def assert_same(conn: Connection, name: str, call: Call) -> None:
    row = interactions.interaction(conn, name)
    assert row is not None
    assert (row.state, row.outcome, row.agent_id, row.disposition) == (
        call.state,
        call.outcome,
        call.agent,
        call.disposition,
    )
    assert (row.enqueued_at, row.answered_at, row.ended_at, row.closed_at) == (
        call.enqueued_at,
        call.answered_at,
        call.ended_at,
        call.closed_at,
    )
    stays = [
        Stay(
            kind=stay.kind,
            agent=stay.agent_id,
            started_at=stay.started_at,
            rang_at=stay.rang_at,
            answered_at=stay.answered_at,
            ended_at=stay.ended_at,
            outcome=stay.outcome,
        )
        for stay in interactions.segments(conn, name)
    ]
    assert stays == call.stays
    offers = interactions.offers(conn, name)
    assert len(offers) == call.attempts
    assert [made.id for made in offers if made.ended_at is None] == ([call.offer] if call.offer else [])


def read_statuses(conn: Connection) -> dict[str, tuple[str, float]]:
    return {row.agent_id: (row.status, row.status_since) for row in conn.execute(select(agent_state))}
