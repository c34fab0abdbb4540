"""What is done with the whole base on both databases: repair list, quality, levels, segments, hand-over; and the time line."""

import json
from typing import Any

import pytest
from sqlalchemy import Connection, select

from agent_console.jobs import JobDriver
from config.clock import SystemClock
from config.errors import Refused
from crm_core import cases, interactions, jobs, users
from crm_core.access.model import Action, FieldRight, Rights, Role, Scope, allowed
from crm_core.customers import grading, handover, merge, repair, segments, timeline, work
from crm_core.jobs import Job
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting, system
from crm_core.store import Store
from crm_core.tables import audit_detail, audit_event, support_case
from routing.bus import LocalBus
from tests.contracts.test_records import somebody, workplace

NOW = 1_790_000_000.0
ADMIN = system(NOW)


def make(conn: Connection, of: str, acting: Acting = ADMIN, /, **given: Any) -> str:
    return rows.create(conn, acting, known.entity(of), given).id


def patch(conn: Connection, of: str, row_id: str, acting: Acting = ADMIN, /, **given: Any) -> Any:
    return rows.patch(conn, acting, known.entity(of), row_id, given).values


async def run(store: Store, kind: str, acting: Acting = ADMIN, **asked: Any) -> Job:
    """Ask for long work and see it through."""
    job = await store.write(lambda conn: jobs.ask(conn, acting, kind, asked))
    await JobDriver(store, LocalBus(), SystemClock()).work_off()
    return await store.read(lambda conn: jobs.job(conn, job.id))


# repair


def lacking(conn: Connection) -> dict[str, tuple[str, ...]]:
    return {each.name: each.lacking for each in repair.listed(conn, ADMIN.reader).items}


def test_incomplete_records_are_listed_until_they_are_completed(conn: Connection) -> None:
    """A record without what its kind must have is on the list with what it lacks, and off it in the moment it has it."""
    firm = make(conn, "party", kind="organisation", name="甲公司")
    someone = make(conn, "party", name="王小明")
    assert lacking(conn) == {"甲公司": ("contact", "registration_number"), "王小明": ("contact",)}
    point = make(conn, "contact_point", party_id=someone, kind="email", raw="a@example.com")
    patch(conn, "party", firm, registration_number="04595257")
    assert lacking(conn) == {"甲公司": ("contact",)}
    patch(conn, "contact_point", point, invalid_since=NOW, invalid_reason="bounced")
    assert lacking(conn) == {"甲公司": ("contact",), "王小明": ("contact",)}
    rows.remove(conn, ADMIN, known.entity("party"), someone)
    assert [each.party_id for each in repair.listed(conn, ADMIN.reader).items] == [firm]


async def test_a_new_rule_is_applied_to_the_whole_base(store: Store) -> None:
    """What must be there is data: after a rule was added, the scan lists all who lack it, and none twice."""
    await store.write(lambda conn: make(conn, "party", name="A", birth_date="1990-01-01"))
    await store.write(lambda conn: make(conn, "party", name="B"))
    await store.write(lambda conn: make(conn, "repair_rule", kind="person", lacking="birth_date"))
    done = await run(store, work.REPAIR)
    assert (done.state, done.done, done.result["incomplete"]) == ("done", 2, 2)
    assert await store.read(lacking) == {"A": ("contact",), "B": ("birth_date", "contact")}
    with pytest.raises(Refused, match=r"field\.unknown"):
        await store.write(lambda conn: make(conn, "repair_rule", kind="person", lacking="salary"))


# quality


async def test_the_quality_report_counts_by_field(store: Store) -> None:
    """Of each field: who could have it, who has it, whose cannot be right; and how many customers look like another."""

    def fill(conn: Connection) -> None:
        for name in ("甲公司", "甲公司", "---"):
            make(conn, "party", kind="organisation", name=name)
        someone = make(conn, "party", name="王小明", birth_date="2090-01-01", membership_until="2020-01-01")
        make(conn, "party", name="林小美", birth_date="1990-01-01")
        make(conn, "contact_point", party_id=someone, kind="phone", raw="12345")

    await store.write(fill)
    await run(store, work.SCAN)
    report = (await run(store, work.QUALITY)).result
    fields = report["fields"]
    assert report["customers"] == 5
    assert fields["name"] == {"of": 5, "filled": 5, "wrong": 1}
    assert fields["birth_date"] == {"of": 2, "filled": 2, "wrong": 1}
    assert fields["registration_number"] == {"of": 3, "filled": 0, "wrong": 0}
    assert fields["contact:phone"] == {"of": 5, "filled": 1, "wrong": 1}
    assert (report["alike"], report["alike_by"]) == (2, {"name_organisation": 1})


# levels


def test_the_highest_rule_that_a_figure_reaches_decides() -> None:
    """Pure: from the figure the level; below every rule, and without a figure, none."""
    given = [
        grading.GradingRule(id=tier, tier=tier, figure="yearly_revenue", least=least)
        for tier, least in (("silver", 100.0), ("gold", 1000.0))
    ]
    found = {
        value: grading.grade({"yearly_revenue": value}, given).tier
        for value in (None, 99.0, 100.0, 999.9, 1000.0)
    }
    assert found == {None: None, 99.0: None, 100.0: "silver", 999.9: "silver", 1000.0: "gold"}


async def test_the_grading_job_sets_levels_and_says_why(store: Store) -> None:
    """Each customer's level follows the rules; the chain has rule and figure for each change, and nobody is changed twice."""

    def fill(conn: Connection) -> list[str]:
        make(conn, "grading_rule", tier="gold", least=1000)
        make(conn, "grading_rule", tier="silver", least=100)
        return [
            make(conn, "party", name=f"P{revenue}", yearly_revenue=revenue, tier="vip")
            for revenue in ("5", "150", "2000")
        ]

    small, middle, large = await store.write(fill)
    assert (await run(store, work.GRADE)).result == {"changed": 2}
    assert (await run(store, work.GRADE)).result == {"changed": 0}

    def look(conn: Connection) -> tuple[list[str], Any]:
        tiers = [
            lists.read(conn, ADMIN.reader, known.entity("party"), each).values["tier"]
            for each in (small, middle, large)
        ]
        row = audit_event.c
        query = select(audit_detail.c.body).join(audit_event, row.seq == audit_detail.c.seq)
        return tiers, json.loads(
            conn.execute(query.where(row.action == "graded", row.object_id == large)).scalar_one()
        )

    tiers, why = await store.read(look)
    assert tiers == ["vip", "silver", "gold"]
    assert (why["changes"]["tier"], why["graded"]["was"], why["graded"]["least"]) == (
        ["vip", "gold"],
        2000.0,
        1000.0,
    )
    explained = await store.read(lambda conn: grading.explain(conn, middle))
    assert explained is not None
    assert (explained.tier, dict(explained.figures)) == ("silver", {"yearly_revenue": 150.0})


# segments


async def test_a_segments_members_and_count_follow_its_filter(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Members are who fits now; a refresh takes in who fits since and lets go who does not, in steps of any size."""
    monkeypatch.setattr(segments, "AT_ONCE", 2)

    def fill(conn: Connection) -> tuple[str, list[str]]:
        people = [make(conn, "party", name=f"P{number}", tier="gold") for number in range(5)]
        segment = make(
            conn, "party_segment", name="Gold", filter={"field": "tier", "is": "eq", "value": "gold"}
        )
        return segment, people

    segment, people = await store.write(fill)
    assert (await run(store, work.SEGMENT, segment=segment)).result == {"members": 5}
    await store.write(lambda conn: patch(conn, "party", people[0], tier="vip"))
    assert (await run(store, work.SEGMENT, segment=segment)).result == {"members": 4}

    def look(conn: Connection) -> tuple[set[str], Any]:
        page = segments.members(conn, ADMIN.reader, segment)
        return {row.id for row in page.items}, lists.read(
            conn, ADMIN.reader, known.entity("party_segment"), segment
        )

    found, row = await store.read(look)
    assert (found, row.values["count"]) == (set(people[1:]), 4)
    with pytest.raises(Refused, match=r"filter\.field_unknown"):
        await store.write(
            lambda conn: make(conn, "party_segment", name="X", filter={"field": "x", "is": "empty"})
        )


# hand-over


async def test_all_that_belongs_to_a_leaver_becomes_the_successors(store: Store) -> None:
    """Customers, cases and whatever else has an owner go in one action; who owned what before stays in the chain."""

    def fill(conn: Connection) -> tuple[str, str]:
        ann, bob = (
            users.add_user(
                conn, login=name, name=name, password_hash="x", role="agent", language="en", extension=None
            ).id
            for name in ("ann", "bob")
        )
        for number in range(450):
            make(conn, "party", name=f"P{number}", owner_id=ann)
        make(conn, "case", subject="Lamp", owner_id=ann)
        make(conn, "case", subject="Theirs", owner_id=bob)
        return ann, bob

    ann, bob = await store.write(fill)
    names = await store.read(lambda conn: handover.check(conn, ADMIN.reader, ann, bob, ()))
    assert {"party", "case", "party_segment", "saved_view"} <= set(names)
    done = await run(store, work.HANDOVER, **{"from": ann, "to": bob, "entities": names})
    assert (done.state, done.done, done.result["party"], done.result["case"]) == ("done", 451, 450, 1)

    def look(conn: Connection) -> tuple[dict[str, int], dict[str, int], int, set[str]]:
        told = conn.execute(audit_event.select().where(audit_event.c.action == "handed_over")).all()
        owners = set(conn.execute(select(support_case.c.owner_id)).scalars())
        return handover.count(conn, ann, names), handover.count(conn, bob, names), len(told), owners

    left, got, told, owners = await store.read(look)
    assert (left, got["party"], got["case"], told, owners) == ({}, 450, 2, 451, {bob})


def test_a_hand_over_needs_the_right_to_change_all(conn: Connection) -> None:
    """Agents hand nothing over; nobody hands to themselves or to one who is not there."""
    ann, bob = (
        users.add_user(
            conn, login=name, name=name, password_hash="x", role="agent", language="en", extension=None
        ).id
        for name in ("ann", "bob")
    )
    reader = somebody(
        "ann", Rights(roles=(Role(scopes={"party": allowed(read="all", update="own")}),))
    ).reader
    for who, giver, taker, named, code in (
        (reader, ann, bob, (), "access.action"),
        (ADMIN.reader, ann, ann, (), "handover.same"),
        (ADMIN.reader, ann, "nobody", (), "handover.user"),
        (ADMIN.reader, ann, bob, ("product",), "handover.entity"),
    ):
        with pytest.raises(Refused, match=code.replace(".", r"\.")):
            handover.check(conn, who, giver, taker, named)


async def test_work_that_cannot_be_done_any_more_ends_as_failed(store: Store) -> None:
    """A segment that is gone fails its job with a code, and the next job is done all the same."""
    lost = await store.write(lambda conn: jobs.ask(conn, ADMIN, work.SEGMENT, {"segment": "gone"}))
    assert (await run(store, work.REPAIR)).state == "done"
    failed = await store.read(lambda conn: jobs.job(conn, lost.id))
    assert (failed.state, failed.error) == ("failed", "record.unknown")


# the time line


def a_history(conn: Connection) -> str:
    someone, boss = make(conn, "party", name="王小明"), make(conn, "party", name="陳大文")
    for number, at in enumerate((NOW + 100, NOW + 300)):
        interactions.ensure(
            conn, id=f"tl-{number}", medium="voice", direction="in", queue_id=None, customer_address="+886912345678",
            customer_name="", entry_address="100", subject="", enqueued_at=at,
        )  # fmt: skip
        interactions.set_party(conn, f"tl-{number}", someone)
    case = cases.open_case(conn, subject="Lamp", party_id=someone, queue_id=None, now=NOW + 200)
    cases.set_status(conn, case.id, "solved", NOW + 400)
    make(conn, "relationship", system(NOW + 500), from_id=someone, to_id=boss, type="reports_to")
    make(conn, "consent", system(NOW + 600), party_id=someone, purpose="marketing", state="withdrawn")
    patch(conn, "party", someone, system(NOW + 700), title="經理", yearly_revenue="5")
    other = make(conn, "party", name="王曉明")
    merge.merge(conn, system(NOW + 800), someone, other)
    return someone


def test_everything_stands_in_one_order(conn: Connection) -> None:
    """Calls, cases and their course, relations, consents, changes and merges, the latest first, whatever the page's size."""
    someone = a_history(conn)
    whole = timeline.read(conn, ADMIN.reader, [someone], limit=100).items
    told = [(each.kind, each.at - NOW) for each in whole]
    assert told == sorted(told, key=lambda each: (-each[1], each[0]))
    assert {kind for kind, _ in told} == {
        "interaction",
        "case",
        "case_event",
        "relation",
        "consent",
        "change",
        "merge",
    }
    assert [at for kind, at in told if kind == "interaction"] == [300, 100]
    for size in (1, 2, 5):
        found, cursor = [], None
        while True:
            page = timeline.read(conn, ADMIN.reader, [someone], limit=size, cursor=cursor)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert tuple(found) == whole
    only = timeline.read(conn, ADMIN.reader, [someone], of=["case", "consent"]).items
    assert [each.kind for each in only] == ["consent", "case"]


def test_the_time_line_obeys_rights(conn: Connection) -> None:
    """An agent reads the customer's changes without hidden fields, and no call or case that is not theirs."""
    someone = a_history(conn)
    whole = Rights(roles=(Role(scopes={"party": {Action.READ: Scope.ALL}}, fields={"party": {"yearly_revenue": FieldRight.HIDDEN}}),))  # fmt: skip
    ann = somebody("ann", whole)
    found = timeline.read(conn, ann.reader, [someone]).items
    assert {each.kind for each in found} == {"change", "merge", "relation"}
    changed = [each.detail["changes"] for each in found if each.detail.get("action") == "changed"]
    assert changed == [{"title": [None, "經理"]}]
    agent = somebody("ann", workplace("agent"))
    assert "interaction" not in {each.kind for each in timeline.read(conn, agent.reader, [someone]).items}
    with pytest.raises(Refused, match=r"timeline\.kind_unknown"):
        timeline.read(conn, ADMIN.reader, [someone], of=["gossip"])


def test_what_is_planned_stands_at_its_time(conn: Connection) -> None:
    """An open task stands in the future at the time for which it is planned; done, where it was done."""
    someone = make(conn, "party", name="王小明")
    task = make(conn, "task", subject="Call back", party_id=someone, due_at=NOW + 86_400)
    (planned,) = timeline.read(conn, ADMIN.reader, [someone], of=["task"]).items
    assert (planned.title, planned.at, planned.planned) == ("Call back", NOW + 86_400, True)
    patch(conn, "task", task, system(NOW + 50), status="done")
    (done,) = timeline.read(conn, ADMIN.reader, [someone], of=["task"]).items
    assert (done.at, done.planned) == (NOW + 50, False)
