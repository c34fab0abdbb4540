"""Whom a queue would rather have for a customer, on both databases."""

from typing import Any

import pytest
from sqlalchemy import Connection, update

from config.errors import Refused
from crm_core import cases, interactions, parties, preferring, queues, recognition, remembered, users
from crm_core.preferring import NOTHING, Wish
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import interaction, party, support_case, user_account
from routing.core.decisions import Offer
from routing.core.events import Arrived, StatusChosen
from routing.core.model import AgentId, InteractionId, Medium, QueueId, Status
from routing.core.router import Router
from routing.rules import read_rules
from routing.wishes import needs_of
from tests.contracts.databases import statements
from tests.routing.scene import present

NOW = 1_790_000_000.0
DAY = 86_400.0
MOBILE = "+886912345678"


def made(conn: Connection, **given: Any) -> str:
    values = {"name": "Service", "language": "en"} | given
    return rows.create(conn, system(NOW), known.entity("queue"), values).id


def agent(conn: Connection, login: str, role: str = "agent") -> str:
    given = {"login": login, "name": login, "password_hash": "x", "role": role, "language": "en"}
    return users.add_user(conn, **given).id


def person(conn: Connection, name: str = "Ann", phone: str = MOBILE, **more: Any) -> str:
    owner = more.pop("owner_id", None)
    found = parties.add_party(conn, kind=more.pop("kind", "person"), name=name, now=NOW, **more)
    if phone:
        parties.add_contact_point(conn, found.id, "phone", phone, "")
    conn.execute(update(party).where(party.c.id == found.id).values(owner_id=owner))
    return found.id


def call(conn: Connection, name: str, queue: str, phone: str = MOBILE, at: float = NOW) -> str:
    interactions.ensure(
        conn, id=name, medium="voice", direction="in", queue_id=queue, customer_address=phone, customer_name="",
        entry_address="100", subject="", enqueued_at=at,
    )  # fmt: skip
    recognition.identify(conn, name, remembered.by_phone(conn, phone))
    return name


def earlier(conn: Connection, name: str, queue: str, who: str, *, ago: float, answered: bool = True) -> str:
    call(conn, name, queue, at=NOW - ago)
    values = {"agent_id": who, "answered_at": NOW - ago if answered else None, "state": "closed"}
    conn.execute(update(interaction).where(interaction.c.id == name).values(**values))
    return name


def agents_of(conn: Connection, name: str) -> tuple[str, ...]:
    return preferring.of_interaction(conn, name, NOW).agents


def case_of(conn: Connection, party_id: str, owner: str | None, at: float = NOW) -> str:
    case = cases.open_case(conn, subject="x", party_id=party_id, queue_id=None, now=at)
    conn.execute(update(support_case).where(support_case.c.id == case.id).values(owner_id=owner))
    return case.id


def test_the_last_agent_of_so_many_days(conn: Connection) -> None:
    """Who answered the customer last; not who let it ring, not before the days that count, and nobody who is no agent any more."""
    queue = made(conn, preferred="last_agent", preferred_days=30, preferred_wait_s=45)
    ann, bob, cat = (agent(conn, login) for login in ("ann", "bob", "cat"))
    person(conn)
    earlier(conn, "long ago", queue, cat, ago=30 * DAY + 1)
    call(conn, "now", queue)
    assert preferring.of_interaction(conn, "now", NOW) == NOTHING
    earlier(conn, "older", queue, ann, ago=20 * DAY)
    earlier(conn, "newer", queue, bob, ago=2 * DAY)
    earlier(conn, "not answered", queue, ann, ago=DAY, answered=False)
    conn.execute(update(interaction).where(interaction.c.id == "now").values(agent_id=cat, answered_at=NOW))
    assert preferring.of_interaction(conn, "now", NOW) == Wish(agents=(bob,), wait_s=45.0)
    users.set_active(conn, bob, active=False)
    assert agents_of(conn, "now") == (ann,)
    users.change(conn, ann, role="supervisor")
    assert agents_of(conn, "now") == ()


def test_whose_customer_they_are(conn: Connection) -> None:
    """The person's own owner first, then the organisation's; likewise for the level that is worth points."""
    queue = made(conn, preferred="owner", tiers="vip: 120, gold:60")
    ann, bob = agent(conn, "ann"), agent(conn, "bob")
    firm = person(conn, "Firm", "", kind="organisation", tier="gold", owner_id=bob)
    someone = person(conn, organisation_id=firm)
    call(conn, "c", queue)
    assert preferring.of_interaction(conn, "c", NOW) == Wish(agents=(bob,), wait_s=20.0, points=60)
    conn.execute(update(party).where(party.c.id == someone).values(owner_id=ann, tier="vip"))
    assert preferring.of_interaction(conn, "c", NOW) == Wish(agents=(ann, bob), wait_s=20.0, points=120)
    conn.execute(update(party).where(party.c.id == someone).values(tier="silver"))
    assert preferring.of_interaction(conn, "c", NOW).points == 0


def test_whose_case_it_is(conn: Connection) -> None:
    """Of what belongs to a case that case's owner, as long as it is open; else the open case of the customer that was touched last."""
    queue = made(conn, preferred="case_owner")
    ann, bob, cat = (agent(conn, login) for login in ("ann", "bob", "cat"))
    someone = person(conn)
    case_of(conn, someone, bob, NOW - 10)
    case_of(conn, someone, ann, NOW - 20)
    case_of(conn, someone, None, NOW)
    call(conn, "c", queue)
    assert agents_of(conn, "c") == (bob,)
    own = case_of(conn, someone, cat, NOW - 30)
    cases.link(conn, "c", own)
    assert agents_of(conn, "c") == (cat,)
    conn.execute(update(support_case).where(support_case.c.id == own).values(status="solved"))
    assert agents_of(conn, "c") == ()


def test_several_are_preferred_in_their_order_and_in_one_query(conn: Connection) -> None:
    queue = made(conn, preferred="case_owner", preferred_second="last_agent", preferred_third="owner")
    ann, bob = agent(conn, "ann"), agent(conn, "bob")
    someone = person(conn, owner_id=ann)
    earlier(conn, "before", queue, bob, ago=DAY)
    case_of(conn, someone, ann)
    call(conn, "c", queue)
    agents_of(conn, "c")
    with statements(conn) as sent:
        assert agents_of(conn, "c") == (ann, bob)
    assert len(sent) == 1


def test_nothing_counts_of_a_customer_who_is_only_guessed(conn: Connection) -> None:
    """Two share the number, or only its end fits: nobody is waited for and nobody put forward, but for the case that it belongs to."""
    queue = made(conn, preferred="owner", preferred_second="case_owner", tiers="vip: 120")
    ann, bob = agent(conn, "ann"), agent(conn, "bob")
    one = person(conn, tier="vip", owner_id=ann)
    case = case_of(conn, one, bob)
    person(conn, "Other")
    call(conn, "many", queue)
    assert preferring.of_interaction(conn, "many", NOW) == NOTHING
    cases.link(conn, "many", case)
    assert preferring.of_interaction(conn, "many", NOW) == Wish(agents=(bob,), wait_s=20.0)
    person(conn, "Local", "2345 6789", tier="vip", owner_id=ann)
    call(conn, "tail", queue, "+886223456789")
    found = interactions.interaction(conn, "tail")
    assert found is not None
    assert found.match == "one"
    assert preferring.of_interaction(conn, "tail", NOW) == NOTHING
    call(conn, "stranger", queue, "+886287654321")
    assert preferring.of_interaction(conn, "stranger", NOW) == NOTHING
    assert preferring.of_interaction(conn, "unknown", NOW) == NOTHING


def test_a_queue_that_prefers_nobody(conn: Connection) -> None:
    queue = queues.add_queue(conn, name="Plain", language="en").id
    person(conn, owner_id=agent(conn, "ann"), tier="vip")
    call(conn, "c", queue)
    assert preferring.of_interaction(conn, "c", NOW) == NOTHING


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"preferred": "owner", "preferred_third": "owner"}, "queue.preferred_twice"),
        ({"tiers": "vip"}, "queue.tier_unreadable"),
        ({"tiers": "vip: 86401"}, "queue.tier_unreadable"),
        ({"tiers": "vip: 1, vip: 2"}, "queue.tier_unreadable"),
        ({"tiers": "king: 5"}, "queue.tier_unknown"),
    ],
)
def test_wishes_that_say_nothing_change_nothing(conn: Connection, given: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        made(conn, **given)
    assert refused.value.code == code
    assert queues.list_queues(conn) == []


def test_every_wish_of_the_form_is_one_that_is_known() -> None:
    for name in ("preferred", "preferred_second", "preferred_third"):
        field = next(field for field in known.entity("queue").fields if field.name == name)
        assert tuple(one.code for one in field.choices) == preferring.SOURCES


def test_whose_territory_it_is(conn: Connection) -> None:
    """The person's own before the organisation's, where the queue says so and an agent at work has it; codes are compared whole."""
    queue, other = made(conn, territory_wait_s=60), made(conn, name="Other")
    firm = person(conn, "Firm", "", kind="organisation")
    someone = person(conn, organisation_id=firm)
    conn.execute(update(party).where(party.c.id == firm).values(territory="north_1"))
    call(conn, "c", queue)
    call(conn, "d", other)
    assert preferring.of_interaction(conn, "c", NOW) == NOTHING, "nobody has it"
    for login, lands in (("ann", ["northX1", "north_11"]), ("bob", ["north_1", "東部"])):
        who = agent(conn, login)
        conn.execute(update(user_account).where(user_account.c.id == who).values(territories=lands))
        expected = None if login == "ann" else "north_1"
        assert preferring.of_interaction(conn, "c", NOW).territory == expected
    assert preferring.of_interaction(conn, "d", NOW) == NOTHING
    conn.execute(update(party).where(party.c.id == someone).values(territory="東部"))
    assert preferring.of_interaction(conn, "c", NOW).territory == "東部"
    users.set_active(conn, who, active=False)
    assert preferring.of_interaction(conn, "c", NOW) == NOTHING


def test_a_territory_s_people_are_asked_first_and_then_everybody(conn: Connection) -> None:
    """The rules say so: whoever has the territory has it as a skill, and the queue gives it up at its time, in the order of its steps."""
    queue = made(conn, territory_wait_s=60, relaxation="30: -billing\n90: -care", requires="billing, care")
    made(conn, name="Other")
    bob, cat = agent(conn, "bob"), agent(conn, "cat")
    for who, lands in ((bob, ["north"]), (cat, [])):
        queues.set_skills(conn, who, [("billing", 2), ("care", 2)])
        conn.execute(update(user_account).where(user_account.c.id == who).values(territories=lands))
    rules, staff = read_rules(conn, NOW)
    [mine] = [rule for rule in rules if rule.id == queue]
    assert [step.after_s for step in mine.relaxation] == [30, 60, 90]
    router = Router(rules, staff)
    for name in (bob, cat):
        router.decide(present(name, NOW), NOW)
    router.decide([StatusChosen(agent=AgentId(bob), status=Status.PAUSED, at=NOW)], NOW)
    needs = needs_of(Wish(territory="north"))
    came = Arrived(
        interaction=InteractionId("c"),
        medium=Medium.VOICE,
        queue=QueueId(queue),
        enqueued_at=NOW,
        at=NOW,
        needs=needs,
    )
    assert not router.decide([came], NOW).decisions
    assert not router.decide([], NOW + 59).decisions
    [offer] = router.decide([], NOW + 60).decisions
    assert isinstance(offer, Offer)
    assert offer.agent == cat
