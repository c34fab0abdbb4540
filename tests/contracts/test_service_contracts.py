"""Service contracts on both databases: whom they cover, what was used, when they come up for renewal, and what they promise."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from config.errors import Refused
from crm_core import calendars, case_clocks, cases, interactions, parties, policies, recognition, users
from crm_core.contracts import affected, intake, review
from crm_core.contracts.allowance import allowance
from crm_core.contracts.coverage import contract, covering, covering_all, of_parties
from crm_core.contracts.performance import performance
from crm_core.contracts.terms import State
from crm_core.contracts.usage import usage
from crm_core.customers import prospects
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.records.tables import table_of
from crm_core.sla.calendar import Calendar, Hours
from crm_core.sla.clock import ClockKind, Targets
from crm_core.sla.policy import Match
from crm_core.tables import interaction, segment, support_case
from tests.contracts.databases import statements

NOW = 1_790_000_000.0
TODAY = datetime.fromtimestamp(NOW, UTC).date()
DAY = 86_400.0


def day(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def person(conn: Connection, name: str, phone: str = "", organisation: str | None = None) -> str:
    found = parties.add_party(conn, kind="person", name=name, organisation_id=organisation, now=NOW)
    if phone:
        parties.add_contact_point(conn, found.id, "phone", phone, "")
    return found.id


def firm(conn: Connection, name: str) -> str:
    return parties.add_party(conn, kind="organisation", name=name, now=NOW).id


def make(conn: Connection, entity: str, at: float = NOW, /, **given: Any) -> str:
    return rows.create(conn, system(at), known.entity(entity), given).id


def agreed(conn: Connection, party: str, **given: Any) -> str:
    """A contract of a year in force."""
    terms = {
        "party_id": party,
        "state": "active",
        "starts_on": day(-30),
        "ends_on": day(335),
        "time_zone": "UTC",
    }
    return make(conn, "service_contract", **terms | given)


def value(conn: Connection, contract_id: str, name: str) -> Any:
    table = table_of(known.entity("service_contract"))
    return conn.execute(select(table.c[name]).where(table.c.id == contract_id)).scalar_one()


def call(
    conn: Connection,
    name: str,
    of: str,
    *,
    at: float = NOW,
    talk_s: float = 60,
    medium: str = "voice",
    outcome: str | None = "handled",
    state: str = "closed",
) -> None:
    """An interaction that counts for a contract."""
    conn.execute(
        insert(interaction).values(
            id=name,
            medium=medium,
            direction="in",
            state=state,
            outcome=outcome,
            enqueued_at=at,
            service_contract_id=of,
        )
    )
    if outcome == "handled":
        conn.execute(
            insert(segment).values(
                interaction_id=name, kind="agent", started_at=at, answered_at=at + 5, ended_at=at + 5 + talk_s
            )
        )


# -- what is kept --------------------------------------------------------------------------------------------------


def test_a_contract_is_numbered_and_its_state_follows_from_its_dates(conn: Connection) -> None:
    """A signed contract is upcoming, active, renewal due or expired by its days, whatever state is asked for; a draft and a
    cancelled one stay what they are."""
    party = person(conn, "Ann")
    told = {
        "upcoming": agreed(conn, party, starts_on=day(3)),
        "active": agreed(conn, party, state="expired"),
        "renewal_due": agreed(conn, party, ends_on=day(10)),
        "expired": agreed(conn, party, ends_on=day(-1)),
        "draft": agreed(conn, party, state="draft"),
        "cancelled": agreed(conn, party, state="cancelled"),
    }
    assert {state: value(conn, each, "state") for state, each in told.items()} == {
        each: each for each in told
    }
    numbers = {value(conn, each, "number") for each in told.values()}
    year = TODAY.year
    assert numbers == {f"K-{year}-{count:06d}" for count in range(1, 7)}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ends_on": day(-40)}, "contract.ends_before"),
        ({"time_zone": "Mars/Olympus"}, "contract.zone"),
        ({"when_over": "redirect", "over_queue_id": "nowhere"}, "contract.queue"),
        ({"when_over": "redirect"}, "contract.queue"),
    ],
)
def test_contracts_that_mean_nothing_are_refused(conn: Connection, given: dict[str, Any], code: str) -> None:
    """An end before the beginning, a zone and a queue that there are not: refused, nothing is kept."""
    party = person(conn, "Ann")
    with pytest.raises(Refused) as refusal:
        agreed(conn, party, **given)
    assert refusal.value.code == code
    table = table_of(known.entity("service_contract"))
    assert conn.execute(select(table.c.id)).all() == []


def test_the_warranty_follows_from_the_product(conn: Connection) -> None:
    """From the purchase, else the installation, so many months; a date by hand stands, until what it comes from changes."""
    lamp = make(conn, "product", code="L", name="Lamp", kind="goods", warranty_months=24)
    asset = known.entity("asset")
    made = make(conn, "asset", serial_number="SN-0042-7781", product_id=lamp, bought_on="2026-02-28")

    def until() -> Any:
        row = table_of(asset).c
        return conn.execute(select(row.warranty_until).where(row.id == made)).scalar_one()

    assert until() == "2028-02-27"
    rows.patch(conn, system(NOW), asset, made, {"warranty_until": "2030-01-01"})
    rows.patch(conn, system(NOW), asset, made, {"note": "by hand"})
    assert until() == "2030-01-01"
    rows.patch(conn, system(NOW), asset, made, {"bought_on": None, "installed_on": "2026-03-01"})
    assert until() == "2028-02-29"
    with pytest.raises(Refused, match=r"field\.taken"):
        make(conn, "asset", serial_number="SN-0042-7781", product_id=lamp)


def test_a_line_names_an_asset_or_a_product(conn: Connection) -> None:
    """A line of neither is refused; an asset's line knows its product and warranty, and no other product."""
    lamp = make(conn, "product", code="L", name="Lamp", kind="goods", warranty_months=12)
    desk = make(conn, "product", code="D", name="Desk", kind="goods")
    piece = make(conn, "asset", serial_number="S1", product_id=lamp, bought_on="2026-01-01")
    covers = agreed(conn, person(conn, "Ann"))
    made = make(conn, "contract_line", service_contract_id=covers, asset_id=piece)
    table = table_of(known.entity("contract_line")).c
    line = conn.execute(select(table.product_id, table.warranty_until).where(table.id == made)).one()
    assert tuple(line) == (lamp, "2026-12-31")
    for given, code in (
        ({}, "contract.line_empty"),
        ({"asset_id": piece, "product_id": desk}, "contract.line_product"),
    ):
        with pytest.raises(Refused) as refusal:
            make(conn, "contract_line", service_contract_id=covers, **given)
        assert refusal.value.code == code


# -- whom it covers -----------------------------------------------------------------------------------------------


def test_people_are_covered_by_their_organisation(conn: Connection) -> None:
    """An organisation's contract covers its people; theirs does not cover their organisation, nor a colleague."""
    house = firm(conn, "House")
    ann, bob = person(conn, "Ann", organisation=house), person(conn, "Bob", organisation=house)
    of_house = agreed(conn, house)
    of_bob = agreed(conn, bob, ends_on=day(400))

    def covers(party: str) -> str | None:
        found = covering(conn, party, NOW)
        return found.id if found else None

    assert (covers(house), covers(ann), covers(bob)) == (of_house, of_house, of_bob)
    assert covering(conn, None, NOW) is None
    assert covering(conn, person(conn, "Cat"), NOW) is None


def test_of_several_the_one_for_the_piece_then_the_last_to_end(conn: Connection) -> None:
    """A contract that names the asset outranks one for its product, that outranks one for everything; one that lists other
    things does not cover it; among equals the one that ends last."""
    ann = person(conn, "Ann")
    lamp = make(conn, "product", code="L", name="Lamp", kind="goods")
    desk = make(conn, "product", code="D", name="Desk", kind="goods")
    piece = make(conn, "asset", serial_number="S1", product_id=lamp)
    other = make(conn, "asset", serial_number="S2", product_id=desk)
    for_asset, for_product, for_all = (agreed(conn, ann, ends_on=day(each)) for each in (40, 50, 60))
    make(conn, "contract_line", service_contract_id=for_asset, asset_id=piece)
    make(conn, "contract_line", service_contract_id=for_product, product_id=lamp)
    for_desks = agreed(conn, ann, ends_on=day(90))
    make(conn, "contract_line", service_contract_id=for_desks, product_id=desk)

    def best(**of: str) -> str:
        found = covering(conn, ann, NOW, **of)
        assert found is not None
        return found.id

    assert best() == for_desks, "nothing is named: the last to end"
    assert best(asset_id=piece, product_id=lamp) == for_asset
    assert best(product_id=lamp) == for_product
    assert best(asset_id=other, product_id=desk) == for_desks
    gadget = make(conn, "product", code="G", name="Gadget", kind="goods")
    assert best(product_id=gadget) == for_all


def test_only_contracts_in_force_cover(conn: Connection) -> None:
    """Not a draft, a cancelled, an expired, a future or a removed one; the last day counts to its end."""
    ann = person(conn, "Ann")
    for given in ({"state": "draft"}, {"state": "cancelled"}, {"ends_on": day(-1)}, {"starts_on": day(100)}):
        agreed(conn, ann, **given)
    removed = agreed(conn, ann)
    rows.remove(conn, system(NOW), known.entity("service_contract"), removed)
    assert covering(conn, ann, NOW) is None
    last_day = agreed(conn, ann, ends_on=day(0))
    midnight = datetime.combine(TODAY + timedelta(days=1), datetime.min.time(), UTC).timestamp()
    found = covering(conn, ann, midnight - 1)
    assert found is not None
    assert found.id == last_day
    assert covering(conn, ann, midnight + DAY) is None


# -- what was used -------------------------------------------------------------------------------------------------


def left(conn: Connection, of: str, at: float = NOW + 3600, **given: Any) -> Any:
    found = contract(conn, of)
    assert found is not None
    return allowance(conn, found, at, **given)


def test_usage_is_what_agents_handled_or_will(conn: Connection) -> None:
    """Handled calls and those on their way count; abandoned and turned away ones do not; nor letters, other contracts' calls
    and other periods'. Minutes are those that agents spoke."""
    ann = person(conn, "Ann")
    mine, other = agreed(conn, ann, max_calls=3, max_minutes=10), agreed(conn, ann)
    call(conn, "c1", mine, talk_s=90)
    call(conn, "c2", mine, outcome=None, state="waiting")
    call(conn, "c3", mine, outcome="abandoned")
    call(conn, "c4", mine, outcome=None)
    call(conn, "c5", mine, medium="email")
    call(conn, "c6", other)
    call(conn, "c7", mine, at=NOW - 60 * DAY)
    used = left(conn, mine)
    assert (used.used.calls, used.used.seconds) == (2, 90.0)
    assert (used.calls_left, used.minutes_left, used.over, used.over_by) == (1, 8, None, 0)
    assert left(conn, mine, without="c2").used.calls == 1


def test_what_comes_later_was_not_used_before(conn: Connection) -> None:
    """What was left for a call when it came stays what it was, whoever calls afterwards and however long they speak; and so does its flag."""
    ann = person(conn, "Ann")
    mine = agreed(conn, ann, max_calls=2, max_minutes=10)
    call(conn, "c1", mine, at=NOW - 600, talk_s=60)
    call(conn, "c2", mine, at=NOW - 100, talk_s=300)
    call(conn, "c3", mine, at=NOW)
    call(conn, "c4", mine, at=NOW + 60, talk_s=900)
    before = left(conn, mine, NOW, without="c3")
    assert (before.used.calls, before.used.seconds) == (2, 60 + 95)
    assert (before.calls_left, before.minutes_left, before.over_by) == (0, 7, 1)
    conn.execute(update(interaction).where(interaction.c.id == "c2").values(party_id=ann))
    intake.attach(conn, "c2")
    assert interactions.interaction(conn, "c2").over_limit is None  # type: ignore[union-attr]


def test_what_has_no_limit_is_not_counted(conn: Connection) -> None:
    """A contract without limits costs a call no look at what was used; one with a limit of calls reads no stays with agents."""
    ann = person(conn, "Ann", "+886912345678")
    free = agreed(conn, ann)
    call(conn, "c1", free, at=NOW - 60)
    with statements(conn) as asked:
        assert arrives(conn, "c2", "+886912345678").service_contract_id == free
        assert left(conn, free).over is None
    assert not [sql for sql in asked if "count(" in sql.lower()]
    most = agreed(conn, ann, max_calls=3)
    call(conn, "c3", most, at=NOW - 60)
    with statements(conn) as asked:
        assert left(conn, most).calls_left == 2
    assert not [sql for sql in asked if "segment" in sql]


def test_more_contracts_than_anybody_looks_at(conn: Connection) -> None:
    """Of sixty contracts in force the one that names the piece is found, though it ends first; and two customers' do not hide each other's."""
    ann, bob = person(conn, "Ann"), person(conn, "Bob")
    lamp = make(conn, "product", code="L", name="Lamp", kind="goods")
    named = agreed(conn, ann, ends_on=day(10))
    make(conn, "contract_line", service_contract_id=named, product_id=lamp)
    for place in range(60):
        agreed(conn, ann, ends_on=day(100 + place))
    of_bob = agreed(conn, bob, ends_on=day(20))
    found = covering(conn, ann, NOW, product_id=lamp)
    assert found is not None
    assert found.id == named
    theirs = of_parties(conn, [ann, bob], NOW, at_most=2)
    assert [len(each) for each in theirs.values()] == [2, 1]
    assert theirs[bob][0].id == of_bob


def test_every_contact_counts_where_the_contract_says_so(conn: Connection) -> None:
    """With all contacts, letters count as calls do."""
    ann = person(conn, "Ann")
    mine = agreed(conn, ann, max_calls=2, counted="all_contacts")
    call(conn, "c1", mine)
    call(conn, "c2", mine, medium="email", outcome=None, state="waiting")
    used = left(conn, mine)
    assert (used.calls_left, used.over, used.over_by) == (0, "calls", 1)


def test_a_month_begins_anew(conn: Connection) -> None:
    """Counted by the month, what was used in the last month is not missing in this one."""
    ann = person(conn, "Ann")
    mine = agreed(conn, ann, max_calls=1, period="month", starts_on=day(-40))
    call(conn, "c1", mine, at=NOW - 35 * DAY)
    assert left(conn, mine).calls_left == 1
    assert left(conn, mine, at=NOW - 34 * DAY).calls_left == 0


def test_minutes_run_out(conn: Connection) -> None:
    """With less than a minute left the minutes are used up, though calls are left."""
    ann = person(conn, "Ann")
    mine = agreed(conn, ann, max_calls=9, max_minutes=10)
    call(conn, "c1", mine, talk_s=9 * 60 + 30)
    used = left(conn, mine)
    assert (used.minutes_left, used.over, used.calls_left) == (0, "minutes", 8)


# -- at intake ---------------------------------------------------------------------------------------------------------


def arrives(conn: Connection, name: str, phone: str, at: float = NOW) -> interactions.Interaction:
    interactions.ensure(
        conn, id=name, medium="voice", direction="in", queue_id=None, customer_address=phone, customer_name="",
        entry_address="100", subject="", enqueued_at=at,
    )  # fmt: skip
    recognition.identify(conn, name, recognition.by_phone(conn, phone))
    intake.attach(conn, name)
    found = interactions.interaction(conn, name)
    assert found is not None
    return found


def test_overuse_is_flagged_on_the_interaction(conn: Connection) -> None:
    """Of two calls under a contract of one, the second is flagged, and only the second."""
    ann = person(conn, "Ann", "+886912345678")
    mine = agreed(conn, ann, max_calls=1)
    first = arrives(conn, "c1", "+886912345678")
    second = arrives(conn, "c2", "+886912345678", NOW + 60)
    assert (first.service_contract_id, first.over_limit) == (mine, None)
    assert (second.service_contract_id, second.over_limit) == (mine, "calls")


def test_colleagues_with_one_number_are_under_their_organisations_contract(conn: Connection) -> None:
    """When a number is several people's whom one contract covers, the call counts for it; not when one of them is under another."""
    house = firm(conn, "House")
    ann = person(conn, "Ann", "+886223456789", house)
    bob = person(conn, "Bob", "+886223456789", house)
    mine = agreed(conn, house, max_calls=3)
    assert arrives(conn, "c1", "+886223456789").service_contract_id == mine
    found = covering_all(conn, [ann, bob], NOW)
    assert found is not None
    assert found.id == mine
    agreed(conn, bob, ends_on=day(400))
    assert arrives(conn, "c2", "+886223456789").service_contract_id is None


def test_the_look_up_before_the_queue(conn: Connection) -> None:
    """Only a caller who is surely somebody with a limited contract has something to be told."""
    ann = person(conn, "Ann", "+886912345678")
    matches = recognition.by_phone(conn, "+886912345678")
    assert not intake.any_limited(conn, NOW)
    assert intake.before_the_queue(conn, matches, NOW) is None
    agreed(conn, ann)
    assert not intake.any_limited(conn, NOW)
    assert intake.before_the_queue(conn, matches, NOW) is None
    agreed(conn, ann, max_calls=3, ends_on=day(900))
    assert intake.any_limited(conn, NOW)
    told = intake.before_the_queue(conn, matches, NOW)
    assert told is not None
    assert told.calls_left == 3
    assert intake.before_the_queue(conn, [], NOW) is None


def test_what_it_is_about_decides_for_which_contract_it_counts(conn: Connection) -> None:
    """A call that is linked to a case counts for the contract of the case's product; a stranger's who becomes somebody of a firm for the firm's."""
    ann = person(conn, "Ann", "+886912345678")
    lamp = make(conn, "product", code="L", name="Lamp", kind="goods")
    of_lamp = agreed(conn, ann, ends_on=day(50), max_calls=1)
    make(conn, "contract_line", service_contract_id=of_lamp, product_id=lamp)
    of_all = agreed(conn, ann, ends_on=day(300))
    assert arrives(conn, "c1", "+886912345678").service_contract_id == of_all
    about = make(conn, "case", subject="Lamp", party_id=ann, product_id=lamp)
    cases.link(conn, "c1", about)
    linked = interactions.interaction(conn, "c1")
    assert linked is not None
    assert linked.service_contract_id == of_lamp
    house = firm(conn, "House")
    of_house = agreed(conn, house)
    assert arrives(conn, "c2", "+886911111111").service_contract_id is None
    prospects.confirm(conn, system(NOW), "c2", {"kind": "person", "name": "Bob", "organisation_id": house})
    confirmed = interactions.interaction(conn, "c2")
    assert confirmed is not None
    assert confirmed.service_contract_id == of_house


def test_another_customer_is_another_contract(conn: Connection) -> None:
    """When the agent says that it is somebody else, the call counts for that customer's contract and no more for the first."""
    ann, bob = person(conn, "Ann", "+886912345678"), person(conn, "Bob")
    of_ann, of_bob = agreed(conn, ann, max_calls=1), agreed(conn, bob, max_calls=1)
    arrives(conn, "c1", "+886912345678")
    interactions.set_party(conn, "c1", bob)
    intake.attach(conn, "c1")
    found = interactions.interaction(conn, "c1")
    assert found is not None
    assert found.service_contract_id == of_bob
    assert (left(conn, of_ann).used.calls, left(conn, of_bob).used.calls) == (0, 1)


# -- promises -------------------------------------------------------------------------------------------------------


def always(conn: Connection) -> str:
    """Business hours without an end."""
    every = tuple((Hours(start_minute=0, end_minute=1440),) for _ in range(7))
    made = Calendar(name="always", zone="UTC", week=every, special={})
    return calendars.add_calendar(conn, made, NOW - 90 * DAY).id


def promise(conn: Connection, calendar: str, hours: float, level: str | None = None) -> None:
    policies.add_policy(
        conn,
        name=level or "all",
        match=Match(contract=level),
        calendar_id=calendar,
        targets=Targets(resolution_s=hours * 3600),
        now=NOW - 90 * DAY,
    )


def due(conn: Connection, case_id: str, now: float) -> float:
    [clock] = case_clocks.clocks_of(conn, case_id, now)
    assert clock.due is not None
    return (clock.due - NOW) / 3600


def test_the_level_of_the_contract_decides_what_is_promised(conn: Connection) -> None:
    """A case under a premium contract is due sooner; it carries its contract."""
    calendar = always(conn)
    promise(conn, calendar, 48)
    promise(conn, calendar, 4, "premium")
    ann, bob = person(conn, "Ann"), person(conn, "Bob")
    mine = agreed(conn, ann, level="premium")
    case, other = (
        cases.open_case(conn, subject="x", party_id=each, queue_id=None, now=NOW) for each in (ann, bob)
    )
    assert (due(conn, case.id, NOW), due(conn, other.id, NOW)) == (4, 48)
    kept = conn.execute(
        select(support_case.c.service_contract_id).where(support_case.c.id == case.id)
    ).scalar_one()
    assert kept == mine


def test_terms_follow_when_a_contract_begins_changes_and_ends(conn: Connection) -> None:
    """A contract that is made, raised, cancelled, or ends by its date changes what is promised in the open cases of an
    organisation's people from then on."""
    calendar = always(conn)
    promise(conn, calendar, 400)
    promise(conn, calendar, 80, "standard")
    promise(conn, calendar, 40, "premium")
    house = firm(conn, "House")
    ann = person(conn, "Ann", organisation=house)
    case = cases.open_case(conn, subject="x", party_id=ann, queue_id=None, now=NOW)

    def looked(at: float) -> float:
        for each in case_clocks.due(conn, at, 10):
            case_clocks.look(conn, each, at)
        return due(conn, case.id, at)

    assert looked(NOW) == 400
    mine = make(
        conn, "service_contract", NOW + 60, party_id=house, state="active", starts_on=day(0), ends_on=day(0),
        level="standard", time_zone="UTC", renewal_notice_days=0,
    )  # fmt: skip
    assert looked(NOW + 60) == 80
    entity = known.entity("service_contract")
    rows.patch(conn, system(NOW + 120), entity, mine, {"level": "premium"})
    assert looked(NOW + 120) == 40
    rows.patch(conn, system(NOW + 180), entity, mine, {"state": "cancelled"})
    assert looked(NOW + 180) == 400
    rows.patch(conn, system(NOW + 240), entity, mine, {"state": "active"})
    assert looked(NOW + 240) == 40
    over = value(conn, mine, "over_at") + 1
    for each in review.due(conn, over, 10):
        review.review(conn, each, over)
    assert looked(over) == 400


# -- renewal --------------------------------------------------------------------------------------------------------


def reviewed(conn: Connection, at: float) -> list[review.Reviewed]:
    found = [review.review(conn, each, at) for each in review.due(conn, at, 50)]
    return [each for each in found if each is not None]


def renewal_tasks(conn: Connection, about: str) -> list[tuple[str, str | None]]:
    """The tasks about a contract's renewal, with whose they are."""
    row = table_of(known.entity("task")).c
    query = select(row.kind, row.owner_id).where(
        row.about_entity == "service_contract", row.about_id == about
    )
    return [(each.kind, each.owner_id) for each in conn.execute(query)]


def test_within_the_notice_days_the_owner_is_reminded_once(conn: Connection) -> None:
    """On the day the contract shows renewal due and there is one reminder, however often it is looked at; renewed by hand, the
    next end brings the next one."""
    owner = users.add_user(
        conn, login="sue", name="Sue", password_hash="", role="supervisor", language="zh-TW"
    ).id
    mine = agreed(conn, person(conn, "Ann"), ends_on=day(60), renewal_notice_days=30, owner_id=owner)
    assert reviewed(conn, NOW + 10 * DAY) == []
    at = NOW + 31 * DAY
    [first] = reviewed(conn, at)
    assert (first.state, first.reminded) == (State.RENEWAL_DUE, True)
    assert value(conn, mine, "state") == "renewal_due"
    assert renewal_tasks(conn, mine) == [("renewal", owner)]
    assert reviewed(conn, at + DAY) == []
    rows.patch(conn, system(at), known.entity("service_contract"), mine, {"ends_on": day(425)})
    assert value(conn, mine, "state") == "active"
    [again] = reviewed(conn, NOW + 400 * DAY)
    assert again.reminded
    assert renewal_tasks(conn, mine) == [("renewal", owner)] * 2


def test_a_contract_made_within_its_notice_is_reminded_of_at_once(conn: Connection) -> None:
    """Entered late, it is not forgotten."""
    agreed(conn, person(conn, "Ann"), ends_on=day(5))
    [told] = reviewed(conn, NOW)
    assert told.reminded


def test_a_contract_that_renews_itself(conn: Connection) -> None:
    """Over, it is in its next term, also when nobody looked for years; what was used in the old term is not missing in the new."""
    mine = agreed(
        conn, person(conn, "Ann"), starts_on="2026-01-01", ends_on="2026-12-31", auto_renew=True, max_calls=1
    )
    later = datetime(2029, 6, 1, tzinfo=UTC).timestamp()
    reviewed(conn, later)
    assert (value(conn, mine, "starts_on"), value(conn, mine, "ends_on")) == ("2029-01-01", "2029-12-31")
    assert value(conn, mine, "state") == "active"
    call(conn, "c1", mine, at=datetime(2028, 5, 1, tzinfo=UTC).timestamp())
    found = contract(conn, mine)
    assert found is not None
    assert usage(conn, found, later).calls == 0


def test_a_cancelled_contract_is_not_reminded_of(conn: Connection) -> None:
    """Neither a draft nor a cancelled one is looked at."""
    for state in ("draft", "cancelled"):
        agreed(conn, person(conn, state), state=state, ends_on=day(5))
    assert reviewed(conn, NOW + 400 * DAY) == []


def test_how_promises_were_kept_in_the_term(conn: Connection) -> None:
    """Of the term's cases: one solved in time, one late, one still running; another customer's is not among them."""
    promise(conn, always(conn), 4)
    house = firm(conn, "House")
    ann = person(conn, "Ann", organisation=house)
    mine = agreed(conn, house)
    kept, late, _ = (
        cases.open_case(conn, subject="x", party_id=ann, queue_id=None, now=NOW + hours * 3600)
        for hours in (0, 0, 4)
    )
    cases.open_case(conn, subject="d", party_id=person(conn, "Bob"), queue_id=None, now=NOW)
    cases.set_status(conn, kept.id, "solved", NOW + 3600)
    cases.set_status(conn, late.id, "solved", NOW + 5 * 3600)
    found = contract(conn, mine)
    assert found is not None
    told = performance(conn, found, NOW + 5.5 * 3600)
    assert (told.cases, told.more) == (3, False)
    [one] = told.kept
    assert (one.kind, one.met, one.missed, one.running) == (ClockKind.RESOLUTION, 1, 1, 1)


def test_whose_cases_are_looked_at(conn: Connection) -> None:
    """A change of an organisation's contract has its people's open cases looked at, and nobody else's."""
    house = firm(conn, "House")
    ann, bob = person(conn, "Ann", organisation=house), person(conn, "Bob")
    opened = {
        each: cases.open_case(conn, subject="x", party_id=each, queue_id=None, now=NOW).id
        for each in (ann, bob)
    }
    for each in opened.values():
        case_clocks.look(conn, each, NOW)
    affected.look_at_cases(conn, house, NOW + 5)
    assert case_clocks.due(conn, NOW + 5, 10) == [opened[ann]]
    assert date.fromisoformat(day(0)) == TODAY
