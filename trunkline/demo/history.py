"""Thirty days of the demo centre's past: calls and letters as facts in the ledger, in cases and without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import Connection

from config.ids import new_id
from crm_core import cases, interactions, lease, ledger, recognition
from crm_core.queues import Queue
from trunkline.demo import words
from trunkline.demo.correspondence import Exchange, exchange
from trunkline.demo.course import Course, abandoned, handled
from trunkline.demo.people import Customer

CASES = 300
INTERACTIONS = 1500
DAYS = 30
NOTHING_SINCE_S = 26 * 3600.0
"""No interaction is younger, so that no figure of today has the past in it, in any time zone."""
_HOUR_WEIGHTS = (1, 4, 7, 8, 5, 4, 6, 7, 7, 5, 2)
_FIRST_HOUR_UTC = 0
"""08:00 in Taipei."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """One contact to come; `matter` numbers the case it belongs to."""

    at: float
    customer: Customer
    medium: str
    topic: words.Topic
    matter: int | None


class History:
    """Tells it in the order in which it happened."""

    def __init__(
        self,
        conn: Connection,
        random: Random,
        now: float,
        *,
        customers: Sequence[Customer],
        queues: Sequence[Queue],
        agents: Mapping[str, Sequence[str]],
    ) -> None:
        self._conn = conn
        self._random = random
        self._now = now
        self._customers = customers
        self._queues = queues
        self._agents = agents
        self._cases: dict[int, str] = {}
        self._epoch = 0

    def tell(self) -> None:
        """Write all of it; the floor's lease is held meanwhile and given back."""
        self._epoch = lease.take(self._conn, lease.FLOOR, "seed", 3600.0) or 0
        for number, visit in enumerate(sorted(self._plan(), key=lambda planned: planned.at)):
            self._live(number, visit)
        for case_id in self._cases.values():
            self._conclude(case_id)
        lease.release(self._conn, lease.FLOOR, "seed", self._epoch)

    def _plan(self) -> list[_Visit]:
        visits: list[_Visit] = []
        for matter in range(CASES):
            customer = self._customers[0] if matter < 3 else self._random.choice(self._customers)
            topic = self._random.choice(words.TOPICS[customer.language])
            first = self._moment()
            for turn in range(self._random.choice((1, 1, 2, 2, 3, 4))):
                at = first + turn * self._random.uniform(3_600.0, 200_000.0)
                if turn == 0 or at < self._now - NOTHING_SINCE_S:
                    visits.append(self._visit(at, customer, topic, matter))
        while len(visits) < INTERACTIONS:
            customer = self._random.choice(self._customers)
            topic = self._random.choice(words.TOPICS[customer.language])
            visits.append(self._visit(self._moment(), customer, topic, None))
        return visits

    def _visit(self, at: float, customer: Customer, topic: words.Topic, matter: int | None) -> _Visit:
        medium = "voice" if self._random.random() < 0.7 else "email"
        return _Visit(at=at, customer=customer, medium=medium, topic=topic, matter=matter)

    def _moment(self) -> float:
        """Some time in an office day of the last thirty, a day ago or earlier."""
        midnight = self._now - self._now % 86_400
        day = self._random.randint(2, DAYS)
        hour = self._random.choices(range(len(_HOUR_WEIGHTS)), weights=_HOUR_WEIGHTS)[0] + _FIRST_HOUR_UTC
        return midnight - day * 86_400 + hour * 3600 + self._random.uniform(0, 3600)

    def _live(self, number: int, visit: _Visit) -> None:
        queue = self._queues[1] if visit.customer.language == "en" else self._queues[0]
        name = f"tl-demo-{number:05}" if visit.medium == "voice" else new_id()
        self._arrive(name, visit, queue)
        course = Course(interaction=name, medium=visit.medium, queue=queue.id, enqueued_at=visit.at)
        # whoever has a matter got through in the end; among the rest some gave up
        if visit.medium == "voice" and visit.matter is None and self._random.random() < 0.12:
            ledger.append(self._conn, self._epoch, abandoned(self._random, course))
            return
        agent = self._random.choice(self._agents[queue.id])
        case_id = self._case(name, visit, queue)
        facts = handled(self._random, course, agent, self._agents[queue.id])
        ledger.append(self._conn, self._epoch, facts)
        if visit.medium == "voice":
            self._note(name, visit)
        else:
            told = Exchange(
                interaction=name,
                case_id=case_id,
                customer=visit.customer,
                queue=queue,
                agent=agent,
                topic=visit.topic,
                received_at=visit.at,
                answered_at=facts[-1].at,
            )
            exchange(self._conn, told)

    def _arrive(self, name: str, visit: _Visit, queue: Queue) -> None:
        call, customer = visit.medium == "voice", visit.customer
        number = "100" if queue is self._queues[0] else "200"
        interactions.ensure(
            self._conn,
            id=name,
            medium=visit.medium,
            direction="in",
            queue_id=queue.id,
            customer_address=customer.phone if call else customer.email,
            customer_name="" if call else customer.party.name,
            entry_address=number if call else str(queue.mail_address),
            subject="" if call else visit.topic.subject,
            enqueued_at=visit.at,
        )
        recognise = recognition.by_phone if call else recognition.by_email
        matches = recognise(self._conn, customer.phone if call else customer.email)
        recognition.identify(self._conn, name, matches)
        if len(matches) > 1:
            interactions.set_party(self._conn, name, customer.party.id)

    def _note(self, name: str, visit: _Visit) -> None:
        if self._random.random() < 0.3:
            interactions.set_note(self._conn, name, self._random.choice(words.NOTES[visit.customer.language]))

    def _case(self, name: str, visit: _Visit, queue: Queue) -> str | None:
        if visit.matter is None:
            return None
        if visit.matter not in self._cases:
            opened = cases.open_case(
                self._conn,
                subject=visit.topic.subject,
                party_id=visit.customer.party.id,
                queue_id=queue.id,
                now=visit.at,
            )
            self._cases[visit.matter] = opened.id
        case_id = self._cases[visit.matter]
        cases.touch(self._conn, case_id, visit.at)
        cases.link(self._conn, name, case_id)
        return case_id

    def _conclude(self, case_id: str) -> None:
        found = cases.case(self._conn, case_id)
        age_s = self._now - (found.updated_at if found else 0.0)
        word = self._random.choices(
            ("solved", "pending", "open"), weights=(8, 1, 1) if age_s > 5 * 86_400 else (3, 2, 4)
        )[0]
        if found and word != "open":
            cases.set_status(self._conn, case_id, word, found.updated_at + 600)
