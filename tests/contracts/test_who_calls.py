"""Who is calling, on both databases: what agents said of numbers, and what callers key."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from config.errors import Refused
from crm_core import audit, cases, corrections, identification, interactions, parties, recognition, remembered
from crm_core.casework import regrouping
from crm_core.contracts import intake
from crm_core.customers import merge
from crm_core.identification import TRIES, TRIES_OF_CALLER, TRIES_WITHIN_S
from crm_core.pop import card, pop
from crm_core.recognition import Match
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.records.tables import table_of
from crm_core.remembered import Said
from crm_core.tables import audit_event, interaction_match, keyed_try, remembered_number
from tests.contracts.databases import statements

NOW = 1_790_000_000.0
MOBILE = "+886912345678"
ANN_SAYS = corrections.Word(
    origin=audit.Origin(user_id="u-ann", name="ann", via="console"), name="Ann Agent", now=NOW
)


def person(conn: Connection, name: str, *phones: str) -> str:
    found = parties.add_party(conn, kind="person", name=name, now=NOW)
    for phone in phones:
        parties.add_contact_point(conn, found.id, "email" if "@" in phone else "phone", phone, "")
    return found.id


def said(party: str, address: str = MOBILE, medium: str = "voice", now: float = NOW) -> Said:
    return Said(
        medium=medium,
        address=address,
        party_id=party,
        user_id="u",
        user_name="Ann",
        interaction_id=None,
        now=now,
    )


def who(conn: Connection, raw: str = MOBILE) -> list[tuple[str, str]]:
    return [(match.name, match.strength) for match in remembered.by_phone(conn, raw)]


def calls(conn: Connection, name: str, phone: str = MOBILE) -> interactions.Interaction:
    interactions.ensure(
        conn, id=name, medium="voice", direction="in", queue_id=None, customer_address=phone, customer_name="",
        entry_address="100", subject="", enqueued_at=NOW,
    )  # fmt: skip
    recognition.identify(conn, name, remembered.by_phone(conn, phone))
    found = interactions.interaction(conn, name)
    assert found is not None
    return found


# -- what agents said of numbers -----------------------------------------------------------------------------------


def test_a_confirmed_number_comes_first(conn: Connection) -> None:
    """Two share a number; after an agent said whose it is, that one comes first, alone, however the number is written; so does
    somebody on whose record it is not written at all."""
    ann, _ = person(conn, "Ann", MOBILE), person(conn, "Bob", MOBILE)
    assert calls(conn, "c1").match == "many"
    remembered.confirm(conn, said(ann))
    assert who(conn) == [("Ann", "confirmed"), ("Bob", "exact")]
    assert who(conn, "0912-345-678")[0] == ("Ann", "confirmed")
    second = calls(conn, "c2")
    assert (second.match, second.party_id) == ("one", ann)
    remembered.confirm(conn, said(person(conn, "Cat"), "02 2345 6789"))
    assert who(conn, "+886223456789") == [("Cat", "confirmed")]


def test_a_denied_number_is_no_match_any_more(conn: Connection) -> None:
    """The number on Ann's record is not hers: she is not proposed for it any more, but for her other one she is."""
    ann = person(conn, "Ann", MOBILE, "+886223456789")
    remembered.deny(conn, said(ann))
    assert who(conn) == []
    assert who(conn, "+886223456789") == [("Ann", "exact")]


def test_the_last_word_holds_and_can_be_taken_back(conn: Connection) -> None:
    """Denied after it was confirmed, it is denied; taken back, the number is judged by its likeness again; taken back twice is
    refused; everything that was said stays on record."""
    ann = person(conn, "Ann", MOBILE)
    first = remembered.confirm(conn, said(ann))
    second = remembered.deny(conn, said(ann, now=NOW + 1))
    assert first is not None
    assert second is not None
    assert [each.verdict for each in remembered.of_party(conn, ann)] == ["denied"]
    undone = remembered.undo(conn, second.id, "Bob", NOW + 2)
    assert (undone.verdict, undone.user_name) == ("denied", "Ann")
    assert who(conn) == [("Ann", "exact")]
    for gone in (first.id, second.id, "nothing"):
        with pytest.raises(Refused, match=r"number\.unknown"):
            remembered.undo(conn, gone, "Bob", NOW + 3)
    assert conn.execute(select(func.count()).select_from(remembered_number)).scalar_one() == 2


def test_withheld_numbers_are_not_remembered(conn: Connection) -> None:
    """Nobody is remembered for no number, an unreadable one, or two digits."""
    ann = person(conn, "Ann")
    for nothing in ("", "anonymous", "12"):
        assert remembered.confirm(conn, said(ann, nothing)) is None
    assert conn.execute(select(remembered_number)).all() == []


def test_addresses_are_remembered_too(conn: Connection) -> None:
    """Who writes from an address is remembered like who calls from a number; a number is not an address."""
    ann = person(conn, "Ann")
    remembered.confirm(conn, said(ann, "Desk@Example.com ", "email"))
    found = remembered.by_email(conn, "desk@example.COM")
    assert [(match.name, match.strength) for match in found] == [("Ann", "confirmed")]


def test_hostile_numbers_do_nothing(conn: Connection) -> None:
    """NUL, quotes and wildcards in a caller's number find nobody and break nothing."""
    person(conn, "Ann", MOBILE)
    for hostile in ("'; DROP TABLE party; --", "%", "\0" + MOBILE[:4], "\udc80", "_" * 500):
        assert remembered.by_phone(conn, hostile) == []


def test_only_a_trusted_number_is_trusted(conn: Connection) -> None:
    """A number is trusted by a mark on exactly one confirmed party; a second one, or a denial, ends it; saying it again does not."""
    ann, bob = person(conn, "Ann", MOBILE), person(conn, "Bob")
    assert not remembered.is_trusted(conn, MOBILE)
    first = remembered.confirm(conn, said(ann))
    assert first is not None
    assert not remembered.is_trusted(conn, MOBILE)
    assert remembered.trust(conn, first.id, trusted=True).trusted
    assert remembered.is_trusted(conn, "0912345678")
    remembered.confirm(conn, said(ann))
    assert remembered.is_trusted(conn, MOBILE), "the mark stays when it is said again"
    remembered.confirm(conn, said(bob))
    assert not remembered.is_trusted(conn, MOBILE)
    remembered.deny(conn, said(bob))
    remembered.deny(conn, said(ann))
    assert not remembered.is_trusted(conn, MOBILE)


def test_the_agent_corrects_a_wrong_match(conn: Connection) -> None:
    """Ann was recognised, it is Bob: the call is his, the next one is his at once, with whose word it was and when; the chain tells it."""
    ann, bob = person(conn, "Ann", MOBILE), person(conn, "Bob")
    assert calls(conn, "c1").party_id == ann
    corrections.this_is_not(conn, "c1", ann, ANN_SAYS)
    row = interactions.interaction(conn, "c1")
    assert row is not None
    assert (row.match, row.party_id) == ("none", None)
    corrections.this_is(conn, "c1", bob, ANN_SAYS)
    assert calls(conn, "c2").party_id == bob
    [shown] = pop(conn, "c2").parties
    assert (shown.strength, shown.party.name) == ("confirmed", "Bob")
    assert shown.verdict is not None
    assert (shown.verdict.user_name, shown.verdict.at, shown.verdict.interaction_id) == (
        "Ann Agent",
        NOW,
        "c1",
    )
    actions = conn.execute(select(audit_event.c.action).order_by(audit_event.c.seq)).scalars().all()
    assert [each for each in actions if each.startswith("number_")] == ["number_denied", "number_confirmed"]


def test_one_of_two_denied_leaves_the_other(conn: Connection) -> None:
    """Of two who may be calling one is denied: it is the other."""
    ann, bob = person(conn, "Ann", MOBILE), person(conn, "Bob", MOBILE)
    calls(conn, "c1")
    corrections.this_is_not(conn, "c1", ann, ANN_SAYS)
    row = interactions.interaction(conn, "c1")
    assert row is not None
    assert (row.match, row.party_id) == ("one", bob)
    assert conn.execute(select(interaction_match.c.party_id)).scalars().all() == [bob]


def test_a_number_that_somebody_had_once_says_nobody_is_it(conn: Connection) -> None:
    """A number that is known to be wrong, or out of its dates, is shown as a former one and makes nobody the caller; who has it now comes first
    and alone. A call under it counts for nobody's contract."""
    ann, bob = person(conn, "Ann", MOBILE, "+886911111111"), person(conn, "Bob")
    points = known.entity("contact_point")
    of_ann = {point.raw: point.id for point in parties.parties(conn, [ann])[ann].contact_points}
    rows.patch(conn, system(NOW), points, of_ann[MOBILE], {"invalid_since": NOW})
    rows.patch(conn, system(NOW), points, of_ann["+886911111111"], {"valid_until": "2026-01-31"})
    make(
        conn, "service_contract", party_id=ann, state="active", starts_on="2026-01-01", ends_on="2027-12-31"
    )  # fmt: skip
    assert who(conn) == [("Ann", "former")]
    call = calls(conn, "c1")
    intake.attach(conn, "c1")
    assert (call.match, call.party_id) == ("many", None)
    assert pop(conn, "c1").contract is None
    assert pop(conn, "c1").parties[0].strength == "former"
    days = {
        day: remembered.by_phone(conn, "0911111111", day=day)[0].strength
        for day in ("2026-01-31", "2026-02-01")
    }
    assert days == {"2026-01-31": "exact", "2026-02-01": "former"}
    parties.add_contact_point(conn, bob, "phone", MOBILE, "")
    assert who(conn) == [("Bob", "exact"), ("Ann", "former")]
    assert calls(conn, "c2").party_id == bob
    corrections.this_is_not(conn, "c2", bob, ANN_SAYS)
    left = interactions.interaction(conn, "c2")
    assert left is not None
    assert (left.match, left.party_id) == ("many", None)


def test_choosing_without_remembering(conn: Connection) -> None:
    """Somebody calls from a friend's phone: the call is theirs, the number is not."""
    person(conn, "Ann", MOBILE)
    bob = person(conn, "Bob")
    calls(conn, "c1")
    corrections.this_is(conn, "c1", bob, ANN_SAYS, remember=False)
    assert who(conn) == [("Ann", "exact")]
    with pytest.raises(Refused, match=r"party\.unknown"):
        corrections.this_is(conn, "c1", "nobody", ANN_SAYS)
    with pytest.raises(Refused, match=r"interaction\.unknown"):
        corrections.this_is_not(conn, "nothing", bob, ANN_SAYS)


# -- what callers key ----------------------------------------------------------------------------------------------


def make(conn: Connection, entity: str, **given: Any) -> str:
    return rows.create(conn, system(NOW), known.entity(entity), given).id


def scheme(conn: Connection) -> str:
    """Some kind of foreign id that administrators have named."""
    row = table_of(known.entity("code_value")).c
    query = select(row.code).where(row.list == "identifier_scheme").order_by(row.position)
    return conn.execute(query.limit(1)).scalar_one()


def keyed(conn: Connection, digits: str) -> list[tuple[str, str]]:
    return [(each.name, each.how) for each in identification.candidates(conn, digits)]


def test_what_is_keyed_names_a_customer(conn: Connection) -> None:
    """The digits of a case, a contract, an order and a serial number each name their customer; too few, too many and unknown ones
    name nobody; what is removed names nobody."""
    ann, bob, cat, dan = (person(conn, name) for name in ("Ann", "Bob", "Cat", "Dan"))
    case = cases.open_case(conn, subject="x", party_id=ann, queue_id=None, now=NOW)
    for place, owner in enumerate((dan, bob)):  # Ann's case has the number 1: so has Dan's contract
        made = make(
            conn,
            "service_contract",
            party_id=owner,
            state="active",
            starts_on="2026-01-01",
            ends_on="2027-01-01",
        )
        if place == 0:
            rows.remove(conn, system(NOW), known.entity("service_contract"), made)
    make(conn, "purchase", number="PO 77-123456", party_id=cat, bought_at=NOW)
    lamp = make(conn, "product", code="L", name="Lamp", kind="goods")
    make(conn, "asset", serial_number="SN-20419988-A", product_id=lamp, party_id=dan)
    year = case.number[2:6]
    assert keyed(conn, f"{year}000001") == [("Ann", "case")]
    assert keyed(conn, f"{year}000002") == [("Bob", "contract")]
    assert keyed(conn, "77123456") == [("Cat", "order")]
    assert keyed(conn, "20419988") == [("Dan", "asset")]
    make(conn, "party_identifier", party_id=bob, scheme=scheme(conn), value="88 001 122")
    rows.patch(conn, system(NOW), known.entity("party"), cat, {"membership_number": "550011"})
    assert keyed(conn, "88001122") == [("Bob", "identifier")]
    assert keyed(conn, "550011") == [("Cat", "membership")]
    for nothing in ("", "1", "12345", "99999999", "7" * 25, "%", f"{year}000009"):
        assert keyed(conn, nothing) == []


def test_what_several_have_in_common_names_all_of_them(conn: Connection) -> None:
    """A case and a contract of the same digits are two candidates, whom only something else can tell apart; of one customer, they are one."""
    ann, bob = person(conn, "Ann"), person(conn, "Bob")
    cases.open_case(conn, subject="x", party_id=ann, queue_id=None, now=NOW)
    year = {"party_id": bob, "state": "active", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}
    made = make(conn, "service_contract", **year)
    digits = cases.for_party(conn, ann, 1)[0].number.replace("C", "").replace("-", "")
    assert sorted(keyed(conn, digits)) == [("Ann", "case"), ("Bob", "contract")]
    rows.patch(conn, system(NOW), known.entity("service_contract"), made, {"party_id": ann})
    assert len(keyed(conn, digits)) == 1


def test_a_customer_number_needs_its_pin(conn: Connection) -> None:
    """The number names one customer and carries the hash of the PIN; a number that is somebody else's is refused; removed, it names nobody."""
    ann, bob = person(conn, "Ann"), person(conn, "Bob")
    given = {"customer_number": "4711", "pin_hash": "hash", "by": "ann", "now": NOW}
    identification.set_pin(conn, ann, **given)
    [candidate] = identification.candidates(conn, "4711")
    assert (candidate.party_id, candidate.how, candidate.pin_hash) == (ann, "customer", "hash")
    with pytest.raises(Refused, match=r"pin\.number_taken"):
        identification.set_pin(conn, bob, **given)
    identification.set_pin(conn, ann, **given | {"customer_number": "4712"})
    assert keyed(conn, "4711") == []
    identification.remove_pin(conn, ann)
    assert keyed(conn, "4712") == []


@pytest.mark.parametrize(
    ("number", "pin", "code"),
    [
        ("12", "4826", "pin.customer_number"),
        ("47x1", "4826", "pin.customer_number"),
        ("4711", "123", "pin.form"),
        ("4711", "1111", "pin.form"),
        ("94711", "4711", "pin.form"),
        ("4711", "12345678901", "pin.form"),
    ],
)
def test_pins_that_are_none(number: str, pin: str, code: str) -> None:
    """Too short, not digits, one digit over and over, or part of the customer number: refused."""
    with pytest.raises(Refused) as refusal:
        identification.check_pin(number, pin)
    assert refusal.value.code == code


def test_tries_are_limited_per_customer_and_hour(conn: Connection) -> None:
    """After so many tries there is none for an hour, for this customer; the right PIN, or a new one, gives them back."""
    ann, bob = person(conn, "Ann"), person(conn, "Bob")
    assert [identification.try_pin(conn, ann, NOW + each) for each in range(TRIES + 1)] == [True] * TRIES + [
        False
    ]
    assert identification.try_pin(conn, bob, NOW)
    assert not identification.try_pin(conn, ann, NOW + TRIES_WITHIN_S - 1)
    assert identification.try_pin(conn, ann, NOW + TRIES_WITHIN_S + TRIES)
    identification.forget_tries(conn, ann)
    assert identification.try_pin(conn, ann, NOW)


def test_what_others_may_know_proves_nobody(conn: Connection) -> None:
    """The number of a case, which stands on every letter, is another strength than the PIN of a customer."""
    ann = person(conn, "Ann")
    case = cases.open_case(conn, subject="x", party_id=ann, queue_id=None, now=NOW)
    [named] = identification.candidates(conn, case.number[2:].replace("-", ""))
    identification.set_pin(conn, ann, customer_number="471147", pin_hash="hash", by="ann", now=NOW)
    [proven] = identification.candidates(conn, "471147")
    assert (named.match().strength, proven.match().strength) == ("keyed", "identified")


def test_numbers_keyed_from_one_telephone_are_counted(conn: Connection) -> None:
    """After so many there is none for an hour, however the number is written; other telephones have their own; what a PIN proved is given
    back; those that show no number share theirs. The number itself is not kept."""
    taken = [identification.try_number(conn, MOBILE, NOW + each) for each in range(TRIES_OF_CALLER)]
    assert None not in taken
    assert identification.try_number(conn, "0912345678", NOW + 30) is None
    assert identification.try_number(conn, "+886911111111", NOW + 30) is not None
    assert taken[0] is not None
    identification.give_back(conn, taken[0])
    assert identification.try_number(conn, MOBILE, NOW + 31) is not None
    assert identification.try_number(conn, MOBILE, NOW + 32) is None
    told = repr(conn.execute(select(keyed_try)).all())
    assert "912345678" not in told
    assert identification.try_number(conn, MOBILE, NOW + TRIES_WITHIN_S + 40) is not None
    assert len(conn.execute(select(keyed_try)).all()) == 1
    for withheld in ("", "anonymous"):
        assert identification.try_number(conn, withheld, NOW + TRIES_WITHIN_S + 41) is not None
    shared = {row.caller_sha256 for row in conn.execute(select(keyed_try))}
    assert len(shared) == 2


def test_whoever_was_named_may_be_gone_by_now(conn: Connection) -> None:
    """A customer who was merged since is the survivor, one who was removed is nobody."""
    ann, bob = person(conn, "Ann"), person(conn, "Bob")
    match = Match(party_id=bob, name="", strength="identified")
    assert recognition.living(conn, match) == Match(party_id=bob, name="Bob", strength="identified")
    merge.merge(conn, system(NOW), ann, bob)
    assert recognition.living(conn, match) == Match(party_id=ann, name="Ann", strength="identified")
    rows.remove(conn, system(NOW), known.entity("party"), ann)
    assert recognition.living(conn, match) is None
    assert recognition.living(conn, Match(party_id="nobody", name="", strength="keyed")) is None


def test_identified_is_a_strength_of_its_own(conn: Connection) -> None:
    """Who identified themselves is the one match of the interaction, and the pop says so."""
    ann = person(conn, "Ann")
    interactions.ensure(
        conn, id="c1", medium="voice", direction="in", queue_id=None, customer_address="", customer_name="",
        entry_address="100", subject="", enqueued_at=NOW,
    )  # fmt: skip
    recognition.identify(conn, "c1", [Match(party_id=ann, name="Ann", strength="identified")])
    found = pop(conn, "c1")
    assert (found.match, found.parties[0].strength) == ("one", "identified")


# -- the brief ------------------------------------------------------------------------------------------------------


def test_what_is_known_before_anybody_speaks(conn: Connection) -> None:
    """Contract with what is left, open cases, what was bought where and how often, the device, and how the last inquiry ended."""
    ann = person(conn, "Ann", MOBILE)
    lamp = make(conn, "product", code="L", name="Lamp", kind="goods", warranty_months=12)
    make(conn, "asset", serial_number="S-1", product_id=lamp, party_id=ann, bought_on="2026-05-15")
    for place, (shop, amount, currency) in enumerate(
        (("Xinyi", "1200", "TWD"), ("Xinyi", "300.5", "TWD"), ("Xinyi", "10", "USD"), ("Web", "80", "TWD"))
    ):
        make(
            conn, "purchase", party_id=ann, department=shop, item=f"thing {place}", amount=amount,
            currency=currency, bought_at=NOW - place,
        )  # fmt: skip
    make(
        conn,
        "service_contract",
        party_id=ann,
        state="active",
        starts_on="2026-01-01",
        ends_on="2027-12-31",
        max_calls=3,
    )
    case = cases.open_case(conn, subject="The bill", party_id=ann, queue_id=None, now=NOW)
    brief = card(conn, ann, NOW + 5).brief
    assert [each.calls_left for each in brief.contracts] == [3]
    assert [(each.serial_number, each.product, each.warranty_until) for each in brief.assets] == [
        ("S-1", "Lamp", "2027-05-14")
    ]
    assert brief.purchases.count == 4
    shops = [
        (each.name, each.times, {c: str(a) for c, a in each.amounts.items()})
        for each in brief.purchases.departments
    ]
    assert shops == [("Xinyi", 3, {"TWD": "1500.5000", "USD": "10.0000"}), ("Web", 1, {"TWD": "80.0000"})]
    assert [each.what for each in brief.purchases.bought] == ["thing 0", "thing 1", "thing 2"]
    assert brief.open_cases == 1
    assert brief.last_inquiry is not None
    assert (brief.last_inquiry.subject, brief.last_inquiry.ended) == ("The bill", "open")
    for status, ended in (("solved", "solved"), ("open", "open"), ("solved", "came_back")):
        cases.set_status(conn, case.id, status, NOW + 10)
        told = card(conn, ann, NOW + 20).brief.last_inquiry
        assert told is not None
        assert told.ended == ended
    assert card(conn, ann, NOW + 20).brief.open_cases == 0
    with pytest.raises(Refused, match=r"party\.unknown"):
        card(conn, "nobody", NOW)


def test_ten_who_share_a_number_cost_no_more_statements_than_one(conn: Connection) -> None:
    """The pop of a shared number asks as often as that of a number of one; and each of the ten has a brief of their own."""
    everybody = [person(conn, f"Ann {place}", MOBILE) for place in range(10)]
    alone = person(conn, "Bob", "+886911111111")
    for place, party in enumerate([*everybody, alone]):
        make(
            conn, "purchase", party_id=party, department="Web", item=f"of {place}", amount="1", bought_at=NOW
        )
        cases.open_case(conn, subject=f"case {place}", party_id=party, queue_id=None, now=NOW)
        make(
            conn, "service_contract", party_id=party, state="active", starts_on="2026-01-01", ends_on="2027-12-31"
        )  # fmt: skip
    calls(conn, "c1", "+886911111111")
    calls(conn, "c10")
    with statements(conn) as of_one:
        pop(conn, "c1")
    with statements(conn) as of_ten:
        found = pop(conn, "c10")
    assert len(found.parties) == 10
    assert len(of_ten) <= len(of_one)
    for each in found.parties:
        assert [one.what for one in each.brief.purchases.bought] == [f"of {everybody.index(each.party.id)}"]
        assert each.brief.open_cases == 1
        assert len(each.brief.contracts) == 1


def test_departments_are_added_up_by_currency(conn: Connection) -> None:
    """Purchases without an amount count, too; where nothing is named is a place of its own; removed ones do not count."""
    ann = person(conn, "Ann")
    given: list[dict[str, Any]] = [
        {"department": "Web", "amount": "0.0001", "currency": "TWD"},
        {"department": "Web", "amount": "12.5", "currency": "USD"},
        {"department": "Web"},
        {"amount": "7", "currency": "TWD"},
    ]
    for place, values in enumerate(given):
        make(conn, "purchase", party_id=ann, item="thing", bought_at=NOW + place, **values)
    gone = make(conn, "purchase", party_id=ann, department="Web", item="gone", amount="99", bought_at=NOW + 9)
    rows.remove(conn, system(NOW), known.entity("purchase"), gone)
    bought = card(conn, ann, NOW + 10).brief.purchases
    assert bought.count == 4
    assert [(each.name, each.times, each.last_at) for each in bought.departments] == [
        ("Web", 3, NOW + 2),
        ("", 1, NOW + 3),
    ]
    web, nowhere = (
        {name: f"{amount:.4f}" for name, amount in each.amounts.items()} for each in bought.departments
    )
    assert web == {"TWD": "0.0001", "USD": "12.5000"}
    assert nowhere == {"TWD": "7.0000"}


def test_closed_and_merged_cases_are_not_open(conn: Connection) -> None:
    """A closed case is no open one, and ended as it was solved; one that was merged into another is nobody's last inquiry."""
    ann = person(conn, "Ann")
    first = cases.open_case(conn, subject="first", party_id=ann, queue_id=None, now=NOW)
    second = cases.open_case(conn, subject="second", party_id=ann, queue_id=None, now=NOW + 1)
    regrouping.merge(conn, second.id, first.id, NOW + 2, None)
    brief = card(conn, ann, NOW + 3).brief
    assert brief.open_cases == 1
    assert brief.last_inquiry is not None
    assert (brief.last_inquiry.subject, brief.last_inquiry.ended) == ("first", "open")
    for status in ("solved", "closed"):
        cases.set_status(conn, first.id, status, NOW + 4)
    brief = card(conn, ann, NOW + 5).brief
    assert brief.open_cases == 0
    assert brief.last_inquiry is not None
    assert brief.last_inquiry.ended == "solved"


def test_open_cases_are_counted_by_an_index_of_them_alone(conn: Connection) -> None:
    """How many are open is read without a look at those that are done, however many they are."""
    if conn.dialect.name != "sqlite":
        return  # a planner that goes by what is in the table says nothing of an empty one
    with statements(conn) as asked:
        card(conn, person(conn, "Ann"), NOW)
    counting = next(sql for sql in asked if "support_case.status IN" in sql and "count(" in sql)
    plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {counting}", ("x",)).all()
    assert any("ix_support_case_open_of_party" in row[3] for row in plan), plan


def test_removed_cases_are_not_shown(conn: Connection) -> None:
    """Neither the history nor the pop shows a case that was removed."""
    ann = person(conn, "Ann", MOBILE)
    kept = cases.open_case(conn, subject="kept", party_id=ann, queue_id=None, now=NOW)
    gone = cases.open_case(conn, subject="gone", party_id=ann, queue_id=None, now=NOW + 1)
    rows.remove(conn, system(NOW + 2), known.entity("case"), gone.id)
    assert [each.id for each in cases.for_party(conn, ann, 5)] == [kept.id]
    assert [each.id for each in card(conn, ann, NOW + 3).cases] == [kept.id]
