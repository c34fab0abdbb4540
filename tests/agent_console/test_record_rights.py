"""Every role, action and entity: lists, single rows, changes, exports, sockets and search give the same answer, the declared one."""

import time
from typing import Any

import httpx
import pytest

from crm_core.access import roles
from crm_core.access.model import Action, Scope
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.records.declared import Entity, FieldKind
from crm_core.tables import metadata, user_account
from tests.agent_console.house import House

RECORDS = "/api/v1/records"
WORDS = "zebrafinch"
SAMPLES: dict[str, dict[str, Any]] = {
    "party": {"kind": "person"},
    "code_value": {"list": "product_family", "code": "c{n}"},
    "custom_field": {"entity": "product", "name": "x_f{n}", "kind": "text"},
    "saved_view": {"entity": "product"},
    "macro": {"state": "solved"},
    "procedure": {"entity": "case", "steps": [{"kind": "escalate"}]},
    "rule": {"entity": "case"},
    "queue": {
        "ring_s": 15,
        "callback_retry_s": 60,
        "relaxation": None,
        "told_every_s": 0,
        "hold_music": None,
        "caller_id": None,
        "voicemail_most_s": 60,
    },
    "entry": {"address": "10{n}"},
    "chat_door": {"key": "d{n}"},
    "dial_plan": {"allowed": "0", "emergency": "119"},
    "mailbox": {"host": "imap.example.com", "look_every_s": 60},
    "blocked_caller": {"number": "091200{n}"},
    "sms_gateway": {"endpoint": "https://gateway.example/{n}"},
    "sms_number": {"number": "91{n}"},
    "contact_point": {"kind": "email", "raw": WORDS + "{n}@example.org"},
    "party_segment": {"filter": {"field": "kind", "is": "eq", "value": "person"}},
    "repair_rule": {"lacking": "title"},
    "grading_rule": {"figure": "yearly_revenue", "least": 5},
    "duplicate_rule": {"score": 50, "most_alike": 20},
    "relationship": {"type": "household"},
    "consent": {"evidence": "said so"},
    "service_contract": {"starts_on": "2026-01-01", "ends_on": "2036-12-31", "time_zone": "Asia/Taipei"},
}
"""What an entity's own rules ask for beyond the kinds of its fields."""
_BY_KIND: dict[FieldKind, Any] = {
    FieldKind.INTEGER: 1,
    FieldKind.NUMBER: 1.5,
    FieldKind.AMOUNT: "1.5",
    FieldKind.BOOLEAN: False,
    FieldKind.DATE: "2027-02-28",
    FieldKind.MOMENT: 1_790_000_000,
    FieldKind.EMAIL: "zebra@example.org",
    FieldKind.PHONE: "+886 912 345 678",
    FieldKind.URL: "https://example.org/",
    FieldKind.TAGS: ["one"],
    FieldKind.JSON: {},
}
_CODES = {"identifier_scheme": "erp", "consent_purpose": "service", "party_tier": "gold"}
"""Words of the lists that a centre begins with."""
ENTITIES = [entity.name for entity in known.every()]


def sample(entity: Entity, n: int, references: dict[str, str]) -> dict[str, Any]:
    """A row that the entity takes: every required field, and words to search for in its title."""
    given: dict[str, Any] = {}
    for field in entity.fields:
        worded = field.searched and field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT)
        wanted = field.required or field.name == entity.title or worded
        if field.read_only or field.number or not wanted or (field.shown_for and not field.required):
            continue
        if field.choices:
            given[field.name] = field.choices[0].code
        elif field.kind is FieldKind.REFERENCE:
            given[field.name] = references[field.name]
        elif field.kind is FieldKind.CODE:
            given[field.name] = _CODES[field.codes]
        elif field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT):
            given[field.name] = f"{WORDS} {n}"
        else:
            given[field.name] = _BY_KIND[field.kind]
    fixed = {
        name: value.format(n=n) if isinstance(value, str) else value
        for name, value in SAMPLES.get(entity.name, {}).items()
    }
    return given | fixed


async def make(house: House, name: str, n: int, *, owner: str | None = None, team: str | None = None) -> str:
    """A row made by the program, with what it refers to."""
    entity = known.entity(name)
    wanted = [f for f in entity.fields if f.kind is FieldKind.REFERENCE and f.required and not f.read_only]
    references = {f.name: await make(house, f.refers, n + 1000 * (i + 1)) for i, f in enumerate(wanted)}
    given = sample(entity, n, references) | ({"owner_id": owner, "team_id": team} if entity.scoped else {})
    if name == "dial_plan_use":
        given |= {"whose": "queue", "queue_id": await make(house, "queue", n + 500)}
    if name == "contract_line":
        given["product_id"] = await make(house, "product", n + 500)
    if name == "duplicate_rule":
        table = metadata.tables[name]
        await house.store.write(lambda c: c.execute(table.update().values(deleted_at=1.0)))
    if name == "erasure":
        given["party_id"] = await make(house, "party", n + 500)
    made = await house.store.write(lambda c: rows.create(c, system(time.time()), entity, given))
    return made.id


def reaches(scope: Scope, whose: str) -> bool:
    """Whether a scope reaches a row of oneself, of one's team, or of somebody else."""
    return {"own": scope >= Scope.OWN, "team": scope >= Scope.TEAM, "other": scope is Scope.ALL}[whose]


async def listed(client: httpx.AsyncClient, entity: Entity, **params: Any) -> set[str] | int:
    """The ids of all rows, or the status that refuses."""
    answer = await client.get(f"{RECORDS}/{entity.collection}", params={"limit": 200, **params})
    return {row["id"] for row in answer.json()["items"]} if answer.status_code == 200 else answer.status_code


@pytest.mark.parametrize("name", ENTITIES)
async def test_built_in_roles(house: House, name: str) -> None:
    """Agents, supervisors and administrators may do with an entity exactly what its declaration allows them."""
    entity = known.entity(name)
    row = await make(house, name, 1)
    for login, role in (("ann", "agent"), ("sue", "supervisor"), ("adm", "admin")):
        allowed = roles.built_in(role)
        async with house.browser(login) as client:
            place = f"{RECORDS}/{entity.collection}"
            read = allowed.scope(name, Action.READ)
            described = {each["name"] for each in (await client.get(RECORDS)).json()["items"]}
            assert (name in described) is (read is not Scope.NONE), (name, role)
            known_ids = await listed(client, entity)
            assert (known_ids == 403) is (read is Scope.NONE), (name, role)
            seen = isinstance(known_ids, set) and row in known_ids
            assert seen is (read is Scope.ALL), (name, role, known_ids)
            answers = {
                Action.READ: await client.get(f"{place}/{row}"),
                Action.CREATE: await client.post(place, json={"nonsense": 1}),
                Action.UPDATE: await client.patch(f"{place}/{row}", json={"nonsense": 1}),
                Action.EXPORT: await client.get(f"{place}/export", params={"format": "csv"}),
            }
            for action, answer in answers.items():
                scope = allowed.scope(name, action)
                if action is not Action.CREATE and scope is not Scope.ALL and action is not Action.EXPORT:
                    continue  # whose row it is decides: see below
                assert (answer.status_code == 403) is (scope is Scope.NONE), (name, role, action, answer.text)
            if entity.searched:
                asked = {"q": WORDS, "kinds": name}
                found = (await client.get("/api/v1/search", params=asked)).json()["items"]
                assert (row in {hit["id"] for hit in found}) is (read is Scope.ALL), (name, role)
            if allowed.scope(name, Action.DELETE) is Scope.NONE:
                assert (await client.delete(f"{place}/{row}")).status_code == 403, (name, role)


@pytest.mark.parametrize("word", ["none", "own", "team", "territory", "all"])
@pytest.mark.parametrize("name", [each for each in ENTITIES if known.entity(each).scoped])
async def test_scopes_of_made_roles(house: House, name: str, word: str) -> None:
    """A role that reaches none, own, team, territory or all rows does so in lists, single rows, changes, exports and search alike."""
    entity = known.entity(name)
    team = await make(house, "org_unit", 7)
    ann = house.seed.users["ann"]
    scopes = dict.fromkeys(("read", "update", "export", "delete"), word)
    given = {"name": "made", "based_on": "agent", "scopes": {name: scopes}}
    role = await house.store.write(lambda c: rows.create(c, system(time.time()), known.entity("role"), given))
    await house.store.write(lambda c: roles.give(c, ann, [role.id]))
    await house.store.write(
        lambda c: c.execute(user_account.update().where(user_account.c.id == ann).values(team_id=team))
    )
    made = {
        "own": await make(house, name, 1, owner=ann),
        "team": await make(house, name, 2, owner=house.seed.users["bob"], team=team),
        "other": await make(house, name, 3, owner=house.seed.users["bob"]),
    }
    scope = Scope[word.upper()]
    expected = {row for whose, row in made.items() if reaches(scope, whose)}
    place = f"{RECORDS}/{entity.collection}"
    async with house.browser("ann") as client:
        found = await listed(client, entity)
        assert found == 403 if scope is Scope.NONE else set(made.values()) & found == expected  # type: ignore[operator]
        export = await client.get(f"{place}/export", params={"format": "csv"})
        assert (export.status_code == 403) is (scope is Scope.NONE)
        for whose, row in made.items():
            right = reaches(scope, whose)
            assert ((await client.get(f"{place}/{row}")).status_code == 200) is right, (whose, word)
            assert ((await client.patch(f"{place}/{row}", json={})).status_code == 200) is right, (
                whose,
                word,
            )
            if scope is not Scope.NONE:
                assert (row in export.text) is right, (whose, word)
        if entity.searched:
            hits = (await client.get("/api/v1/search", params={"q": WORDS, "kinds": name})).json()["items"]
            assert {hit["id"] for hit in hits} & set(made.values()) == expected


@pytest.mark.parametrize("name", [each for each in ENTITIES if known.entity(each).scoped])
async def test_each_action_has_a_scope_of_its_own(house: House, name: str) -> None:
    """A role that reads all, changes its own, exports its team's and removes nothing reaches as far with each action and no farther."""
    entity = known.entity(name)
    team = await make(house, "org_unit", 7)
    ann, bob = house.seed.users["ann"], house.seed.users["bob"]
    scopes = {"read": "all", "update": "own", "export": "team", "delete": "none"}
    given = {"name": "made", "based_on": "agent", "scopes": {name: scopes}}
    role = await house.store.write(lambda c: rows.create(c, system(time.time()), known.entity("role"), given))
    await house.store.write(lambda c: roles.give(c, ann, [role.id]))
    await house.store.write(
        lambda c: c.execute(user_account.update().where(user_account.c.id == ann).values(team_id=team))
    )
    made = {
        "own": await make(house, name, 1, owner=ann),
        "team": await make(house, name, 2, owner=bob, team=team),
        "other": await make(house, name, 3, owner=bob),
    }
    place = f"{RECORDS}/{entity.collection}"
    async with house.browser("ann") as client:
        export = await client.get(f"{place}/export", params={"format": "csv"})
        for whose, row in made.items():
            answers = {
                "read": await client.get(f"{place}/{row}"),
                "update": await client.patch(f"{place}/{row}", json={}),
                "delete": await client.delete(f"{place}/{row}"),
            }
            for action, answer in answers.items():
                right = reaches(Scope[scopes[action].upper()], whose)
                assert (answer.status_code == 200) is right, (action, whose, answer.text)
            assert (row in export.text) is reaches(Scope.TEAM, whose), whose
