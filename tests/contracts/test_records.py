"""The entity pattern on both databases: made, listed, changed, removed, put back, within rights, audited."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from config.errors import Kind, Refused, RefusedFields
from crm_core import audit
from crm_core.access import roles
from crm_core.access.model import Action, FieldRight, Rights, Role, Scope, allowed
from crm_core.access.reader import Reader
from crm_core.access.roles import built_in
from crm_core.audit import Origin
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting, system
from crm_core.records.lists import Asked, Record
from crm_core.tables import audit_detail, audit_event, metadata, support_case, user_account

NOW = 1_790_000_000.0
ADMIN = system(NOW)


def somebody(name: str, rights: Rights, *teams: str, territories: tuple[str, ...] = ()) -> Acting:
    """Someone with these rights."""
    reader = Reader(user_id=name, everything=False, teams=teams, territories=territories, rights=rights)
    return Acting(reader=reader, origin=Origin(user_id=name, name=name, via="api"), now=NOW)


def workplace(role: str) -> Rights:
    return Rights(roles=(built_in(role),))


def make(conn: Connection, of: str, acting: Acting = ADMIN, /, **given: Any) -> Record:
    return rows.create(conn, acting, known.entity(of), given)


def page(conn: Connection, entity: str, acting: Acting = ADMIN, **asked: Any) -> list[str]:
    """The ids of all rows of a list, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        got = lists.listed(conn, acting.reader, known.entity(entity), Asked(cursor=cursor, **asked), now=NOW)
        found += [row.id for row in got.items]
        cursor = got.next_cursor
        if cursor is None:
            return found


def product(conn: Connection, code: str, acting: Acting = ADMIN, **given: Any) -> Record:
    return make(conn, "product", acting, **{"code": code, "name": code, "kind": "goods", **given})


def test_a_row_is_kept_as_it_was_given(conn: Connection) -> None:
    """What is given comes back, in every kind of field, and what was left out has its default or nothing."""
    made = product(conn, "L-1", name=" 檯燈 ", price="1,234.5", warranty_months=24, sold_until="2027-02-28")
    assert made.version == 1
    read = lists.read(conn, ADMIN.reader, known.entity("product"), made.id).values
    assert (read["name"], str(read["price"]), read["warranty_months"]) == ("檯燈", "1234.5000", 24)
    assert (read["sold_until"], read["kind"], read["family"]) == ("2027-02-28", "goods", None)


def test_every_fault_is_told_at_once(conn: Connection) -> None:
    """A row with several wrong fields is refused with a code for each, and nothing of it is kept."""
    with pytest.raises(RefusedFields) as refusal:
        make(
            conn,
            "product",
            code="",
            name="x" * 501,
            kind="car",
            price="dear",
            nonsense=1,
            sold_until="2026-02-30",
        )
    told = {fault.pointer: fault.code for fault in refusal.value.faults}
    assert told == {
        "/code": "field.required",
        "/name": "field.too_long",
        "/kind": "field.choice",
        "/price": "field.amount",
        "/nonsense": "field.unknown",
        "/sold_until": "field.date",
    }
    assert page(conn, "product") == []


def test_a_stale_version_is_refused(conn: Connection) -> None:
    """Of two who change the same version the second is refused and changes nothing."""
    made = product(conn, "A")
    entity = known.entity("product")
    changed = rows.patch(conn, ADMIN, entity, made.id, {"name": "one"}, version=1)
    assert changed.version == 2
    with pytest.raises(Refused) as refusal:
        rows.patch(conn, ADMIN, entity, made.id, {"name": "two"}, version=1)
    assert refusal.value.kind is Kind.STALE
    assert lists.read(conn, ADMIN.reader, entity, made.id).values["name"] == "one"


def test_nothing_changed_is_nothing_written(conn: Connection) -> None:
    """A change to the same values makes no version and no event."""
    made = product(conn, "A")
    before = conn.execute(audit_event.select()).all()
    assert rows.patch(conn, ADMIN, known.entity("product"), made.id, {"name": "A"}).version == 1
    assert conn.execute(audit_event.select()).all() == before


def test_a_removed_row_frees_its_code_and_can_be_put_back(conn: Connection) -> None:
    """A code is taken by one live row at most; a removed row comes back unless another has its code."""
    entity = known.entity("product")
    first = product(conn, "A")
    with pytest.raises(Refused, match=r"field\.taken"):
        product(conn, "A")
    rows.remove(conn, ADMIN, entity, first.id)
    assert page(conn, "product") == []
    assert page(conn, "product", deleted=True) == [first.id]
    second = product(conn, "A")
    with pytest.raises(Refused, match=r"field\.taken"):
        rows.put_back(conn, ADMIN, entity, first.id)
    rows.remove(conn, ADMIN, entity, second.id)
    rows.put_back(conn, ADMIN, entity, first.id)
    assert page(conn, "product") == [first.id]


@pytest.mark.parametrize("sort", ["name", "-name", "price,name", "-price,name", "family,-price"])
def test_pages_hold_every_row_once_in_order(conn: Connection, sort: str) -> None:
    """Whatever the order, falling, with equal and with missing values, pages of three hold each row once."""
    made = [
        product(conn, f"P{n}", name=f"名{n % 4}", price=None if n % 3 == 0 else str(n % 5), warranty_months=n)
        for n in range(20)
    ]
    ids = page(conn, "product", sort=sort, limit=3)
    assert sorted(ids) == sorted(row.id for row in made)
    assert ids == page(conn, "product", sort=sort, limit=200)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"field": "code", "is": "eq", "value": "B"}, "B"),
        ({"field": "code", "is": "ne", "value": "B"}, "ACD"),
        ({"field": "code", "is": "in", "value": ["A", "D", "Z"]}, "AD"),
        ({"field": "price", "is": "ge", "value": "20"}, "BC"),
        ({"field": "price", "is": "empty"}, "D"),
        ({"field": "name", "is": "has", "value": "50%_"}, "C"),
        ({"field": "name", "is": "begins", "value": "RED"}, "A"),
        ({"not": {"field": "price", "is": "filled"}}, "D"),
        (
            {
                "any": [
                    {"field": "code", "is": "eq", "value": "A"},
                    {"field": "price", "is": "gt", "value": 25},
                ]
            },
            "AC",
        ),
        ({"all": []}, "ABCD"),
        ({"any": []}, ""),
        ({"field": "code", "is": "eq", "value": "x' OR 1=1 --"}, ""),
    ],
)
def test_filters(conn: Connection, asked: Any, expected: str) -> None:
    """Each operator finds what it says, and what looks like SQL is a text."""
    names = {
        product(conn, code, name=name, price=price).id: code
        for code, name, price in (
            ("A", "Red lamp", 10),
            ("B", "blue", 20),
            ("C", "50%_off", 30),
            ("D", "x", None),
        )
    }
    assert "".join(sorted(names[each] for each in page(conn, "product", filter=asked))) == expected


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("text", "filter.form"),
        ({"field": "code"}, "filter.form"),
        ({"field": "code; DROP TABLE product", "is": "eq", "value": 1}, "filter.field_unknown"),
        ({"field": "code", "is": "like", "value": "a"}, "filter.operator"),
        ({"field": "price", "is": "eq", "value": "dear"}, "filter.value"),
        ({"field": "code", "is": "eq", "value": ["a"]}, "filter.value"),
        ({"all": [{"field": "code", "is": "empty"}] * 51}, "filter.too_long"),
    ],
)
def test_wrong_filters_are_refused(conn: Connection, asked: Any, code: str) -> None:
    """A filter that means nothing is refused with a code."""
    with pytest.raises(Refused) as refusal:
        page(conn, "product", filter=asked)
    assert refusal.value.code == code


def test_scopes_decide_which_rows(conn: Connection) -> None:
    """Own, team, territory and all reach as far as they say, in lists and for single rows alike."""
    teams = {"t1": "a", "t2": "b"}
    made = {
        name: make(conn, "party", kind="person", name=name, owner_id=None, team_id=None, territory=None).id
        for name in ("mine", "team", "land", "other")
    }
    from crm_core.tables import party

    for name, values in {
        "mine": {"owner_id": "u"},
        "team": {"team_id": "t1"},
        "land": {"territory": "north"},
        "other": {"owner_id": "v", "team_id": "t2", "territory": "south"},
    }.items():
        conn.execute(party.update().where(party.c.id == made[name]).values(**values))
    for word, expected in {
        "none": set(),
        "own": {"mine"},
        "team": {"mine", "team"},
        "territory": {"mine", "team", "land"},
        "all": set(made),
    }.items():
        rights = Rights(roles=(Role(scopes={"party": allowed(read=word)}),))
        who = somebody("u", rights, next(iter(teams)), territories=("north",))
        if word == "none":
            with pytest.raises(Refused, match=r"access\.action"):
                page(conn, "party", who)
            continue
        assert set(page(conn, "party", who)) == {made[name] for name in expected}, word
        for name, row_id in made.items():
            if name in expected:
                assert lists.read(conn, who.reader, known.entity("party"), row_id).id == row_id
            else:
                with pytest.raises(Refused, match=r"record\.not_yours"):
                    lists.read(conn, who.reader, known.entity("party"), row_id)


def test_hidden_fields_are_as_unknown_as_none(conn: Connection) -> None:
    """A field that one may not read is neither shown nor filtered nor sorted by nor written."""
    make(
        conn, "role", name="Discreet", based_on="agent", fields={"party": {"note": "hidden", "tier": "read"}}
    )
    fields = {"party": {"note": FieldRight.HIDDEN, "tier": FieldRight.READ}}
    rights = Rights(roles=(Role(scopes={"party": allowed(read="all", update="all")}, fields=fields),))
    who = somebody("u", rights)
    row = make(conn, "party", kind="person", name="Lin", note="secret", tier="gold")
    seen = lists.read(conn, who.reader, known.entity("party"), row.id)
    assert "note" not in seen.values
    assert seen.values["tier"] == "gold"
    for asked in ({"filter": {"field": "note", "is": "has", "value": "s"}}, {"sort": "note"}):
        with pytest.raises(Refused, match="field_unknown"):
            page(conn, "party", who, **asked)
    with pytest.raises(RefusedFields) as refusal:
        rows.patch(conn, who, known.entity("party"), row.id, {"note": "x", "tier": "vip"})
    assert [fault.code for fault in refusal.value.faults] == ["field.unknown", "field.read_only"]


def test_custom_fields_are_like_any_other(conn: Connection) -> None:
    """A field that an administrator adds is checked, listed, filtered, sorted and searched; retired, it is gone and its values stay."""
    field = make(
        conn,
        "custom_field",
        entity="product",
        name="x_watts",
        kind="integer",
        label_en="Watts",
        searched=True,
    )
    make(conn, "custom_field", entity="product", name="x_maker", kind="text", label_en="Maker", searched=True)
    first, second = product(conn, "A", x_watts=60, x_maker="Osram 歐司朗"), product(conn, "B", x_watts=8)
    assert page(conn, "product", filter={"field": "x_watts", "is": "gt", "value": 50}) == [first.id]
    assert page(conn, "product", sort="x_watts") == [second.id, first.id]
    assert page(conn, "product", words="欧司朗") == [first.id]
    with pytest.raises(RefusedFields) as refusal:
        product(conn, "C", x_watts="many")
    assert refusal.value.faults[0].code == "field.integer"
    rows.patch(conn, ADMIN, known.entity("custom_field"), field.id, {"retired_at": NOW})
    assert "x_watts" not in lists.read(conn, ADMIN.reader, known.entity("product"), first.id).values
    rows.patch(conn, ADMIN, known.entity("product"), first.id, {"name": "new"})
    rows.patch(conn, ADMIN, known.entity("custom_field"), field.id, {"retired_at": None})
    assert lists.read(conn, ADMIN.reader, known.entity("product"), first.id).values["x_watts"] == 60


def test_a_retired_code_stays_where_it_is(conn: Connection) -> None:
    """A word that is offered no more may stay on the rows that have it, and goes on no other."""
    code = make(conn, "code_value", list="product_family", code="lamps", label_en="Lamps")
    row = product(conn, "A", family="lamps")
    rows.patch(conn, ADMIN, known.entity("code_value"), code.id, {"retired_at": NOW})
    rows.patch(conn, ADMIN, known.entity("product"), row.id, {"family": "lamps", "name": "B"})
    with pytest.raises(RefusedFields):
        product(conn, "C", family="lamps")


def test_units_move_with_all_below_and_never_in_a_circle(conn: Connection) -> None:
    """A department's path follows when one above moves; a department is not put under itself."""
    unit = known.entity("org_unit")
    top, other = make(conn, "org_unit", name="Top"), make(conn, "org_unit", name="Other")
    below = make(conn, "org_unit", name="Below", parent_id=top.id)
    leaf = make(conn, "org_unit", name="Leaf", parent_id=below.id)
    with pytest.raises(Refused, match="cycle"):
        rows.patch(conn, ADMIN, unit, top.id, {"parent_id": leaf.id})
    rows.patch(conn, ADMIN, unit, below.id, {"parent_id": other.id})
    path = lists.read(conn, ADMIN.reader, unit, leaf.id).values["path"]
    assert path == f"/{other.id}/{below.id}/{leaf.id}/"


def test_the_chain_holds_and_shows_every_tampering(conn: Connection) -> None:
    """Changes are told with the values before and after; the chain verifies, without details too, and shows what was altered."""
    row = product(conn, "A")
    rows.patch(conn, ADMIN, known.entity("product"), row.id, {"name": "B"})
    assert audit.verify(conn).broken_at is None
    events = conn.execute(audit_event.select().order_by(audit_event.c.seq)).all()
    assert [each.action for each in events] == ["created", "changed"]
    body = conn.execute(audit_detail.select().where(audit_detail.c.seq == events[-1].seq)).one().body
    assert '"name":["A","B"]' in body
    conn.execute(audit_detail.delete().where(audit_detail.c.seq == events[0].seq))
    assert audit.verify(conn).broken_at is None
    for change in (
        audit_event.update().where(audit_event.c.seq == events[0].seq).values(actor="nobody"),
        audit_event.delete().where(audit_event.c.seq == events[-1].seq),
        audit_detail.update().values(body="{}"),
    ):
        with conn.begin_nested() as attempt:
            conn.execute(audit_detail.delete()) if "DELETE FROM audit_event" in str(change) else None
            conn.execute(change)
            assert audit.verify(conn).broken_at is not None
            attempt.rollback()


def test_roles_add_up_to_the_widest() -> None:
    """Of several roles the widest scope and the widest right to a field count."""
    narrow = Role(scopes={"party": allowed(read="own")}, fields={"party": {"note": FieldRight.HIDDEN}})
    wide = Role(scopes={"party": allowed(read="team")})
    rights = Rights(roles=(narrow, wide))
    assert rights.scope("party", Action.READ) is Scope.TEAM
    assert rights.hidden("party") == frozenset()
    assert Rights(roles=(narrow,)).hidden("party") == {"note"}


def test_reading_all_cases_does_not_lend_them_for_changing(conn: Connection) -> None:
    """Who may read every case but change their own alone changes those, and those that they work on, and no others."""
    made = {name: make(conn, "case", subject=name).id for name in ("mine", "held", "other")}
    entity = known.entity("case")
    conn.execute(support_case.update().where(support_case.c.id == made["mine"]).values(owner_id="u"))
    rights = Rights(roles=(Role(scopes={"case": allowed(read="all", update="own")}),))
    who = somebody("u", rights)
    who = replace(who, reader=replace(who.reader, everything=True, cases=(made["held"],)))
    assert set(page(conn, "case", who)) == set(made.values())
    for name in ("mine", "held"):
        rows.patch(conn, who, entity, made[name], {"subject": "changed"})
    with pytest.raises(Refused, match=r"record\.not_yours"):
        rows.patch(conn, who, entity, made["other"], {"subject": "changed"})


def test_rights_never_grow_because_a_role_went(conn: Connection) -> None:
    """A role that somebody has is not removed; should it be gone all the same, it allows nothing, while who was never given one keeps
    what their workplace allows."""
    role = make(conn, "role", name="Narrow", based_on="agent", scopes={"party": {"read": "own"}})
    for user in ("u", "v"):
        values = {"login": user, "name": user, "role": "supervisor", "password_hash": "", "language": "en"}
        conn.execute(user_account.insert().values(id=user, active=True, **values))
    roles.give(conn, "u", [role.id])
    with pytest.raises(Refused, match=r"role\.in_use"):
        rows.remove(conn, ADMIN, known.entity("role"), role.id)
    assert roles.rights_of(conn, "u", "supervisor").scope("party", Action.READ) is Scope.OWN
    table = metadata.tables["role"]
    conn.execute(table.update().where(table.c.id == role.id).values(deleted_at=NOW))
    assert roles.rights_of(conn, "u", "supervisor").scope("party", Action.READ) is Scope.NONE
    assert roles.rights_of(conn, "v", "supervisor").scope("party", Action.READ) is Scope.ALL
    conn.execute(table.update().where(table.c.id == role.id).values(deleted_at=None))
    roles.give(conn, "u", [])
    rows.remove(conn, ADMIN, known.entity("role"), role.id)
    assert page(conn, "role") == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"field": "traits", "is": "has", "value": "常客"}, "A"),
        ({"field": "traits", "is": "has", "value": "常"}, "A"),
        ({"field": "traits", "is": "begins", "value": "挑"}, "A"),
        ({"field": "traits", "is": "begins", "value": "客"}, ""),
        ({"field": "traits", "is": "begins", "value": "Pat"}, "B"),
        ({"field": "traits", "is": "has", "value": 'in "q'}, "B"),
        ({"field": "traits", "is": "empty"}, "C"),
        ({"field": "contact_times", "is": "empty"}, "BC"),
        ({"field": "contact_times", "is": "filled"}, "A"),
    ],
)
def test_filters_of_lists_and_structures(conn: Connection, asked: Any, expected: str) -> None:
    """Words of lists are found in any script, also by how one of them begins; a structure that is not there is empty, however it went."""
    given: dict[str, dict[str, Any]] = {
        "A": {"traits": ["挑剔", "常客"], "contact_times": {"days": [1], "from": "09:00", "until": "12:00"}},
        "B": {"traits": ["patient", 'in "quotes"']},
        "C": {},
    }
    names = {make(conn, "party", kind="person", name=name, **more).id: name for name, more in given.items()}
    for row_id, name in names.items():
        if name == "B":
            times = given["A"]["contact_times"]
            rows.patch(conn, ADMIN, known.entity("party"), row_id, {"contact_times": times})
            rows.patch(conn, ADMIN, known.entity("party"), row_id, {"contact_times": None})
    assert "".join(sorted(names[each] for each in page(conn, "party", filter=asked))) == expected


def test_a_removed_row_is_shown_to_those_who_may_remove_it(conn: Connection) -> None:
    """Who may read every row but remove none does not read a removed one by its id either."""
    entity = known.entity("product")
    row = product(conn, "A")
    rows.remove(conn, ADMIN, entity, row.id)
    reads = somebody("u", Rights(roles=(Role(scopes={"product": allowed(read="all")}),)))
    removes = somebody("u", Rights(roles=(Role(scopes={"product": allowed(read="all", delete="all")}),)))
    with pytest.raises(Refused, match=r"access\.action"):
        lists.read(conn, reads.reader, entity, row.id, deleted=True)
    assert lists.read(conn, removes.reader, entity, row.id, deleted=True).deleted_at == NOW


def test_a_listing_counts_what_it_pages(conn: Connection) -> None:
    """A page comes with the number of all rows that fit, whatever its size and place, and with the fields that its reader sees."""
    for n in range(5):
        product(conn, f"P{n}", name="lamp" if n else "chair")
    hidden = {"product": {"price": FieldRight.HIDDEN}}
    who = somebody("u", Rights(roles=(Role(scopes={"product": allowed(read="all")}, fields=hidden),)))
    asked = Asked(words="lamp", limit=3)
    first = lists.listing(conn, who.reader, known.entity("product"), asked, now=NOW, count=True)
    after = replace(asked, cursor=first.page.next_cursor)
    second = lists.listing(conn, who.reader, known.entity("product"), after, now=NOW, count=True)
    assert [len(each.page.items) for each in (first, second)] == [3, 1]
    assert first.count == second.count == 4
    assert lists.listing(conn, who.reader, known.entity("product"), asked, now=NOW).count is None
    assert "price" not in {field.name for field in first.fields}
