"""Customers on both databases: fields by kind, numbers with validity, relations, identifiers, consents, scripts."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from config.errors import Refused, RefusedFields
from crm_core import audit, interactions, parties, pop, recognition
from crm_core.access.model import Action, FieldRight, Rights, Role, Scope, allowed
from crm_core.access.scopes import readable
from crm_core.customers import consent, groups, identifiers, prospects, relations
from crm_core.records import describe, known, lists, rows
from crm_core.records.change import Acting, system
from crm_core.records.lists import Asked
from crm_core.search import find, party_list
from crm_core.tables import audit_event, party
from tests.contracts.test_records import somebody, workplace

NOW = 1_790_000_000.0  # 2026-09-21
DAY = 86_400.0
ADMIN = system(NOW)


def make(conn: Connection, of: str, acting: Acting = ADMIN, /, **given: Any) -> str:
    return rows.create(conn, acting, known.entity(of), given).id


def person(conn: Connection, name: str = "王小明", **given: Any) -> str:
    return make(conn, "party", name=name, **given)


def firm(conn: Connection, name: str = "台積電", **given: Any) -> str:
    return make(conn, "party", kind="organisation", name=name, **given)


def patch(conn: Connection, of: str, row_id: str, acting: Acting = ADMIN, /, **given: Any) -> Any:
    return rows.patch(conn, acting, known.entity(of), row_id, given).values


def refused(conn: Connection, of: str, /, **given: Any) -> dict[str, str]:
    """What is wrong, by field."""
    with pytest.raises(Refused) as refusal:
        make(conn, of, **given)
    if isinstance(refusal.value, RefusedFields):
        return {fault.pointer: fault.code for fault in refusal.value.faults}
    return {refusal.value.pointer: refusal.value.code}


def calls(conn: Connection, number: str, name: str = "tl-1", medium: str = "voice") -> str:
    interactions.ensure(
        conn, id=name, medium=medium, direction="in", queue_id=None, customer_address=number, customer_name="",
        entry_address="100", subject="", enqueued_at=NOW,
    )  # fmt: skip
    return name


# fields


def test_a_name_is_built_from_its_parts_and_follows_them(conn: Connection) -> None:
    """Family and given name make the name; a part that changes changes it, a name that was given whole stays."""
    made = make(conn, "party", family_name="王", given_name="小明")
    read = lists.read(conn, ADMIN.reader, known.entity("party"), made).values
    assert read["name"] == "王小明"
    assert patch(conn, "party", made, given_name="大明")["name"] == "王大明"
    assert patch(conn, "party", made, name="王先生")["name"] == "王先生"
    assert patch(conn, "party", made, given_name="小明")["name"] == "王先生"
    assert refused(conn, "party", kind="person") == {"/name": "field.required"}


def test_each_kind_has_fields_of_its_own(conn: Connection) -> None:
    """A person has no registration number and an organisation no birthday; a change of kind takes the others' fields away."""
    assert refused(conn, "party", name="A", registration_number="04595257") == {
        "/registration_number": "field.not_of_kind"
    }
    assert refused(conn, "party", kind="organisation", name="A", birth_date="1990-01-01") == {
        "/birth_date": "field.not_of_kind"
    }
    made = person(conn, birth_date="1990-01-01", title="經理")
    changed = patch(conn, "party", made, kind="organisation")
    assert (changed["birth_date"], changed["title"], changed["name"]) == (None, None, "王小明")


def test_sections_and_kinds_are_told_to_the_form(conn: Connection) -> None:
    """Attributes of persons and of organisations stand in sections of their own, shown for their kind alone."""
    (shown,) = describe.describe(conn, ADMIN.reader, [known.entity("party")])
    sections = {each.name for each in shown.sections}
    by_section = {each.field.name: (each.field.section, each.field.shown_for) for each in shown.fields}
    assert {"person", "organisation"} <= sections
    assert by_section["birth_date"] == ("person", ("person",))
    assert by_section["registration_number"] == ("organisation", ("organisation",))
    assert shown.entity.told_by == "kind"


def test_a_wrong_registration_number_is_refused(conn: Connection) -> None:
    """The check digit must fit, and the number is kept without blanks."""
    assert refused(conn, "party", kind="organisation", name="A", registration_number="04595253") == {
        "/registration_number": "party.registration_number"
    }
    made = firm(conn, registration_number="0459 5257")
    assert (
        lists.read(conn, ADMIN.reader, known.entity("party"), made).values["registration_number"]
        == "04595257"
    )


def test_a_customer_is_found_by_sound_script_membership_and_id(conn: Connection) -> None:
    """Pinyin whole and by initials, simplified for traditional, membership number, and any system's id."""
    made = person(
        conn, "陳國強", membership_number="M-0012", membership_tier="gold", membership_until="2027-01-31"
    )
    make(conn, "party_identifier", party_id=made, scheme="erp", value="ERP-0099")
    make(conn, "party_identifier", party_id=made, scheme="pos", value="77 88")
    other = person(conn, "林小美")
    for words in ("chenguoqiang", "cgq", "guoqiang", "陈国强", "国强", "M-0012", "erp-0099", "7788"):
        assert [row.id for row in party_list.search(conn, words, now=NOW).items] == [made], words
    assert [
        hit.id for hit in find.find(conn, ADMIN.reader, "linxiaomei", now=NOW, kinds=("party",)).items
    ] == [other]
    assert identifiers.owner_of(conn, "erp", "ERP-0099") == made
    assert refused(conn, "party_identifier", party_id=other, scheme="erp", value="erp-0099") == {
        "/value": "field.taken"
    }


# contact points


def test_a_contact_point_is_checked_kept_and_audited(conn: Connection) -> None:
    """A change is validated, the raw text kept beside the compared form, and who changed what is in the chain."""
    made = person(conn)
    assert refused(conn, "contact_point", party_id=made, kind="email", raw="no address") == {
        "/raw": "field.email"
    }
    assert refused(conn, "contact_point", party_id=made, kind="phone", raw="call me") == {
        "/raw": "field.phone"
    }
    point = make(conn, "contact_point", party_id=made, kind="phone", raw="0912-345 678", label="mobile")
    read = lists.read(conn, ADMIN.reader, known.entity("contact_point"), point).values
    assert (read["raw"], read["normal"]) == ("0912-345 678", "+886912345678")
    sue = somebody("sue", workplace("supervisor"))
    patch(conn, "contact_point", point, sue, raw="0987 654 321")
    row = audit_event.c
    event = conn.execute(audit_event.select().where(row.object_id == point, row.action == "changed")).one()
    assert (event.actor, event.entity) == ("sue", "contact_point")
    assert audit.verify(conn).broken_at is None


def test_a_number_is_recognised_while_it_is_kept(conn: Connection) -> None:
    """Phone, fax and text numbers recognise their customer; a removed one nobody, and added again it does."""
    made = person(conn)
    for kind, raw in (("phone", "0912345678"), ("fax", "02-27208889"), ("sms", "0987654321")):
        make(conn, "contact_point", party_id=made, kind=kind, raw=raw)
        assert [each.party_id for each in recognition.by_phone(conn, raw)] == [made]
    assert refused(conn, "contact_point", party_id=made, kind="phone", raw="+886 912 345 678") == {
        "/raw": "field.taken"
    }
    points = parties.party(conn, made)
    assert points is not None
    rows.remove(conn, ADMIN, known.entity("contact_point"), points.contact_points[0].id)
    assert recognition.by_phone(conn, "0912345678") == []
    assert party_list.search(conn, "0912345678", now=NOW).items == ()
    make(conn, "contact_point", party_id=made, kind="phone", raw="0912345678")
    assert [each.party_id for each in recognition.by_phone(conn, "0912345678")] == [made]


def test_one_number_of_a_kind_is_preferred(conn: Connection) -> None:
    """A new preferred number takes the place of the old one, and comes first."""
    made = person(conn)
    make(conn, "contact_point", party_id=made, kind="phone", raw="0911111111", is_primary=True)
    make(conn, "contact_point", party_id=made, kind="phone", raw="0922222222", is_primary=True)
    found = parties.party(conn, made)
    assert found is not None
    assert [(each.raw, each.primary) for each in found.contact_points] == [
        ("0922222222", True),
        ("0911111111", False),
    ]


def test_contact_points_are_as_reachable_as_their_customer(conn: Connection) -> None:
    """Whoever reads their own customers alone reads those customers' numbers alone, by list, one by one, and to change."""
    mine, other = person(conn, "A", owner_id=None), person(conn, "B")
    ann = somebody("ann", Rights(roles=(Role(scopes={"party": allowed(read="own", update="own"), "contact_point": allowed(read="all", create="all", update="all")}),)))  # fmt: skip
    conn.execute(party.update().where(party.c.id == mine).values(owner_id="ann"))
    for kept_by in (mine, other):
        make(conn, "contact_point", party_id=kept_by, kind="phone", raw="0912345678")
    page = lists.listed(conn, ann.reader, known.entity("contact_point"), Asked(), now=NOW)
    assert [row.values["party_id"] for row in page.items] == [mine]
    theirs = lists.listed(conn, ADMIN.reader, known.entity("contact_point"), Asked(), now=NOW).items
    foreign = next(row.id for row in theirs if row.values["party_id"] == other)
    for attempt in (
        lambda: lists.read(conn, ann.reader, known.entity("contact_point"), foreign),
        lambda: patch(conn, "contact_point", foreign, ann, label="x"),
        lambda: make(conn, "contact_point", ann, party_id=other, kind="phone", raw="0987654321"),
    ):
        with pytest.raises(Refused):
            attempt()


# relations


def test_the_employer_and_the_relation_are_one(conn: Connection) -> None:
    """A relation sets the organisation, a new organisation ends the relation, and removing it empties the field."""
    one, two, made = firm(conn, "甲公司"), firm(conn, "乙公司"), person(conn)
    first = make(
        conn,
        "relationship",
        from_id=made,
        to_id=one,
        type="employee_of",
        is_primary=True,
        department="採購部",
    )
    read = lists.read(conn, ADMIN.reader, known.entity("party"), made).values
    assert (read["organisation_id"], read["department"]) == (one, "採購部")
    patch(conn, "party", made, organisation_id=two)
    found = {each.other: (each.open, each.valid_until) for each in relations.of_party(conn, made, NOW + DAY)}
    assert found == {"甲公司": (False, "2026-09-21"), "乙公司": (True, None)}
    for each in relations.of_party(conn, made, NOW):
        rows.remove(conn, ADMIN, known.entity("relationship"), each.id)
    assert lists.read(conn, ADMIN.reader, known.entity("party"), made).values["organisation_id"] is None
    assert first != two


def test_relations_read_from_both_ends_in_three_languages(conn: Connection) -> None:
    """The same relation has a name from either end."""
    made, boss = person(conn), person(conn, "陳大文")
    make(conn, "relationship", from_id=made, to_id=boss, type="reports_to")
    (mine,), (theirs,) = relations.of_party(conn, made, NOW), relations.of_party(conn, boss, NOW)
    assert (mine.label.zh_tw, mine.label.en, mine.other) == ("直屬上級", "reports to", "陳大文")
    assert (theirs.label.zh_cn, theirs.label.en, theirs.other) == ("直属下级", "is the superior of", "王小明")


def test_nobody_reports_to_themselves_by_any_way_round(conn: Connection) -> None:
    """Circles of superiors and of parents are refused, unless their times do not meet; so are ends of the wrong kind."""
    a, b, c, house = person(conn, "A"), person(conn, "B"), person(conn, "C"), firm(conn)
    make(conn, "relationship", from_id=a, to_id=b, type="reports_to", valid_until="2026-12-31")
    make(conn, "relationship", from_id=b, to_id=c, type="reports_to")
    assert refused(conn, "relationship", from_id=c, to_id=a, type="reports_to") == {
        "/to_id": "relationship.circle"
    }
    make(conn, "relationship", from_id=c, to_id=a, type="reports_to", valid_from="2027-01-01")
    assert refused(conn, "relationship", from_id=a, to_id=a, type="household") == {
        "/to_id": "relationship.self"
    }
    assert refused(conn, "relationship", from_id=a, to_id=house, type="subsidiary_of") == {
        "/type": "relationship.kinds"
    }


def test_an_organisation_is_shown_as_a_tree(conn: Connection) -> None:
    """Its people with title, department and superior; people whose superior is elsewhere stand at the top."""
    house, boss, made = firm(conn), person(conn, "陳大文", title="處長"), person(conn, department="採購部")
    stranger = person(conn, "外人")
    for each in (boss, made):
        patch(conn, "party", each, organisation_id=house)
    make(conn, "relationship", from_id=made, to_id=boss, type="reports_to")
    make(conn, "relationship", from_id=boss, to_id=stranger, type="reports_to")
    found = groups.chart(conn, house, NOW, readable(known.entity("party"), ADMIN.reader))
    assert {each.name: each.above for each in found} == {"陳大文": None, "王小明": boss}
    assert {each.name: each.department for each in found}["王小明"] == "採購部"


def test_a_group_has_the_cases_and_revenue_of_all_in_it(conn: Connection) -> None:
    """Parent, subsidiaries at any depth and their people together, from whichever of them one asks."""
    top, middle, low = (
        firm(conn, "A", yearly_revenue="100"),
        firm(conn, "B", yearly_revenue="20.5"),
        firm(conn, "C"),
    )
    firm(conn, "D", yearly_revenue="7")
    make(conn, "relationship", from_id=middle, to_id=top, type="subsidiary_of")
    make(conn, "relationship", from_id=low, to_id=middle, type="subsidiary_of")
    someone = person(conn, organisation_id=low)
    make(conn, "case", subject="Lamp", party_id=someone)
    make(conn, "case", subject="Wire", party_id=top)
    all_parties, all_cases = (readable(known.entity(name), ADMIN.reader) for name in ("party", "case"))
    found = groups.group(conn, low, NOW, all_parties)
    assert [(each.name, each.above) for each in found] == [("A", None), ("B", top), ("C", middle)]
    sums = groups.sums(conn, [each.id for each in found], all_cases, all_parties)
    assert (sums.cases, str(sums.revenue)) == ({"open": 2}, "120.5000")


def test_the_pop_tells_superior_traits_validity_and_script(conn: Connection) -> None:
    """Title, department and superior of the contact, recorded traits, the numbers' validity, and the script that fits them best."""
    boss = person(conn, "陳大文")
    made = person(
        conn, title="工程師", department="研發部", traits=["性急"], membership_number="M-1", tier="gold"
    )
    make(conn, "relationship", from_id=made, to_id=boss, type="reports_to")
    make(conn, "contact_point", party_id=made, kind="phone", raw="0912345678")
    make(conn, "contact_point", party_id=made, kind="phone", raw="0987654321", valid_until="2026-01-01")
    make(conn, "call_script", name="All", text="Good day")
    make(conn, "call_script", name="Hasty", text="Short and to the point", traits=["性急"])
    make(conn, "call_script", name="Others", text="?", traits=["健談"])
    name = calls(conn, "0912345678")
    recognition.identify(conn, name, recognition.by_phone(conn, "0912345678"))
    (shown,) = pop.pop(conn, name).parties
    assert (shown.party.title, shown.party.department, shown.superior) == ("工程師", "研發部", "陳大文")
    assert (shown.party.traits, shown.party.membership_number) == (("性急",), "M-1")
    assert shown.script is not None
    assert shown.script.text == "Short and to the point"
    assert [each.valid_until for each in shown.party.contact_points] == [None, "2026-01-01"]


# first contact


def test_a_stranger_becomes_a_prospect_only_when_confirmed(conn: Connection) -> None:
    """An unknown caller makes no customer; confirmed, a prospect with the first contact's day and channel and the number."""
    name = calls(conn, "+886912345678")
    recognition.identify(conn, name, recognition.by_phone(conn, "+886912345678"))
    assert conn.execute(select(party)).first() is None
    stranger = interactions.interaction(conn, name)
    assert stranger is not None
    assert prospects.proposed(stranger)["contact"] == {"kind": "phone", "raw": "+886912345678"}
    made = prospects.confirm(conn, ADMIN, name, {"name": "李四"})
    values = made.values
    assert (values["lifecycle"], values["first_contact_at"], values["first_contact_channel"]) == (
        "prospect",
        NOW,
        "voice",
    )
    assert [each.party_id for each in recognition.by_phone(conn, "0912345678")] == [made.id]
    now_known = interactions.interaction(conn, name)
    assert now_known is not None
    assert now_known.party_id == made.id
    with pytest.raises(Refused, match=r"prospect\.known"):
        prospects.confirm(conn, ADMIN, name, {"name": "李四"})


# consents


def say(conn: Connection, of: str, state: str, at: float = 0.0, **given: Any) -> str:
    acting = system(NOW + at)
    words = {"purpose": "marketing", "evidence": "letter of 1 May", **given}
    return make(conn, "consent", acting, party_id=of, state=state, **words)


def test_the_latest_word_about_a_channel_counts(conn: Connection) -> None:
    """Nothing said: service only; then what was said last, for this channel, this purpose, this number."""
    made = person(conn)

    def ask(channel: str, purpose: str = "marketing", point: str | None = None) -> tuple[bool, str]:
        verdict = consent.allows(conn, made, channel, purpose, contact_point_id=point)
        return verdict.allowed, verdict.reason

    assert ask("email") == (False, "never_given")
    assert ask("email", "service") == (True, "not_needed")
    say(conn, made, "given", 1)
    assert ask("email") == ask("phone") == (True, "given")
    say(conn, made, "withdrawn", 2, channel="email")
    assert (ask("email"), ask("phone"), ask("email", "survey")) == (
        (False, "withdrawn"),
        (True, "given"),
        (False, "never_given"),
    )
    point = make(conn, "contact_point", party_id=made, kind="email", raw="a@example.com")
    say(conn, made, "given", 3, channel="email", contact_point_id=point)
    assert (ask("email", point=point), ask("email")) == ((True, "given"), (False, "withdrawn"))
    patch(conn, "contact_point", point, opted_out_at=NOW)
    assert ask("email", point=point) == (False, "opted_out")
    patch(conn, "party", made, do_not_contact=True)
    assert (ask("phone"), ask("phone", "service")) == ((False, "do_not_contact"), (True, "not_needed"))


def test_what_was_said_is_not_unsaid(conn: Connection) -> None:
    """Consents are a history: no row is changed or removed, a consent needs its evidence, and none is of tomorrow."""
    made = person(conn)
    row = say(conn, made, "given")
    for attempt in (
        lambda: patch(conn, "consent", row, state="withdrawn"),
        lambda: rows.remove(conn, ADMIN, known.entity("consent"), row),
    ):
        with pytest.raises(Refused, match=r"consent\.kept"):
            attempt()
    assert refused(conn, "consent", party_id=made, purpose="marketing", state="given") == {
        "/evidence": "consent.evidence"
    }
    assert refused(conn, "consent", party_id=made, purpose="survey", state="unknown", at=NOW + 1) == {
        "/at": "consent.future"
    }


def test_a_hidden_field_of_a_customer_stays_hidden(conn: Connection) -> None:
    """A role that may not see revenue reads customers without it."""
    made = firm(conn, yearly_revenue="5")
    role = Role(
        scopes={"party": {Action.READ: Scope.ALL}}, fields={"party": {"yearly_revenue": FieldRight.HIDDEN}}
    )
    ann = somebody("ann", Rights(roles=(role,)))
    assert "yearly_revenue" not in lists.read(conn, ann.reader, known.entity("party"), made).values
