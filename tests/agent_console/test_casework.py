"""Work on cases at the door: types and forms, steps, merging, macros, texts, rules, one's own work, and whose it is."""

import asyncio
import json
import time
from typing import Any

import httpx
from sqlalchemy import update

from crm_core import letters
from crm_core.access import roles
from crm_core.casework import watching
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import template_use, user_account
from routing.core.model import InteractionId, Phase
from tests.agent_console.house import House

KEY = {"Idempotency-Key": "one-of-a-kind"}
REPAIR = {
    "code": "repair",
    "name": "Repair",
    "kind": "incident",
    "form": [
        {"name": "serial", "kind": "text", "label": {"en": "Serial", "zh-TW": "序號"}, "required": True}
    ],
}


async def made(client: httpx.AsyncClient, collection: str, **given: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/v1/records/{collection}", json=given)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()["record"]
    return record


async def admin(house: House) -> None:
    """Make Sue an administrator: she keeps types, rules and procedures."""
    change = update(user_account).where(user_account.c.login == "sue").values(role="admin")
    await house.store.write(lambda c: c.execute(change))


async def work(client: httpx.AsyncClient, case: str) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/cases/{case}/work")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def until(client: httpx.AsyncClient, path: str, holds: Any) -> Any:
    """Ask until it holds: rules work beside the request that woke them."""
    async with asyncio.timeout(20):
        while True:
            found = (await client.get(path)).json()
            if holds(found):
                return found
            await asyncio.sleep(0.05)


async def test_a_case_is_opened_from_a_call_with_the_form_of_its_type(house: House) -> None:
    """The desk is told the types; a form that lacks something is refused field by field; the case is the agent's, of the call's channel."""
    await admin(house)
    async with house.browser("sue") as sue, house.browser("ann") as ann, house.listening(ann):
        kind = await made(sue, "case-types", **REPAIR)
        told = (await ann.get("/api/v1/cases/types")).json()["items"]
        [repair] = [each for each in told if each["id"] == kind["id"]]
        assert (repair["form"][0]["label"]["zh-TW"], repair["initial"]) == ("序號", "open")
        house.at_hand("ann")
        await ann.put("/api/v1/me/status", json={"status": "ready"})
        call = await house.letter_arrives("m1")
        await _taken(house, ann, call)
        place = f"/api/v1/interactions/{call}/case"
        refused = await ann.post(place, json={"subject": "Broken", "type_id": kind["id"]})
        assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [
            ("/form/serial", "field.required")
        ]
        opened = await ann.post(
            place, json={"subject": "Broken", "type_id": kind["id"], "form": {"serial": "7"}}
        )
        assert opened.status_code == 201, opened.text
        case = opened.json()["case"]["id"]
        record = (await ann.get(f"/api/v1/records/cases/{case}")).json()["record"]
        assert (record["form"], record["channel"], record["owner_id"]) == (
            {"serial": "7"},
            "email",
            house.seed.users["ann"],
        )


async def _taken(house: House, client: httpx.AsyncClient, name: InteractionId) -> None:
    await house.until(name, Phase.OFFERED)
    offer = house.floor.centre.interactions[name].offer
    assert offer is not None
    answer = await client.post(f"/api/v1/offers/{offer}/accept")
    assert answer.status_code == 204, answer.text
    await house.until(name, Phase.CONNECTED)


async def test_steps_are_offered_and_made(house: House) -> None:
    """What is next, what it asks for, and the step with its fields in one request; a step that there is not is refused."""
    async with house.browser("ann") as ann:
        case = (await made(ann, "cases", subject="Rude", type_id="case-type-complaint"))["id"]
        [step] = (await work(ann, case))["steps"]
        assert (step["to"], step["to_class"], step["faults"][0]["params"]) == (
            "investigating",
            "open",
            {"field": "due_at"},
        )
        place = f"/api/v1/cases/{case}/steps"
        assert (await ann.post(place, json={"to": "closed"})).json()["code"] == "case.move_unknown"
        moved = await ann.post(
            place, json={"to": "investigating", "changes": {"due_at": 1_900_000_000}, "note": "mine"}
        )
        assert moved.json() == {"state": "investigating", "status": "open", "asked": None}
        told = [(each["kind"], each["data"].get("note")) for each in (await work(ann, case))["activity"]]
        assert told == [("opened", None), ("changed", None), ("moved", "mine")]
        refused = await ann.put(f"/api/v1/cases/{case}/status", json={"status": "solved"})
        assert (refused.status_code, refused.json()["code"]) == (422, "case.move_needs_resolution")


async def test_another_agents_case_is_not_theirs(house: House) -> None:
    """Reading the work, taking steps, merging, starting procedures and macros all need the case to be one's own."""
    async with house.browser("ann") as ann, house.browser("bob") as bob:
        case = (await made(ann, "cases", subject="Ann's"))["id"]
        mine = (await made(bob, "cases", subject="Bob's"))["id"]
        for method, path, body in (
            ("GET", f"{case}/work", None),
            ("POST", f"{case}/steps", {"to": "solved"}),
            ("POST", f"{case}/notes", {"text": "x"}),
            ("POST", f"{mine}/merge", {"into": case}),
            ("POST", f"{case}/split", {"subject": "x", "letters": ["y"]}),
            ("POST", f"{case}/procedures/procedure-escalate", None),
            ("PUT", f"{case}/watching", {}),
        ):
            answer = await bob.request(method, f"/api/v1/cases/{path}", json=body, headers=KEY)
            assert (answer.status_code, answer.json()["code"]) == (403, "record.not_yours"), path
        assert (await bob.get("/api/v1/cases/overview", params={"only": "all"})).json()["items"][0][
            "id"
        ] == mine


async def test_merge_split_and_the_way_back(house: House) -> None:
    """Merged by number, led on by number, undone; split by letters, undone."""
    async with house.browser("sue") as sue:
        await house.letter_arrives("m1")
        other = await made(sue, "cases", subject="Same again")
        merged = await sue.post(f"/api/v1/cases/{house.seed.case}/merge", json={"into": other["number"]})
        assert merged.json()["number"] == other["number"]
        assert (await work(sue, house.seed.case))["merged_into"]["name"] == other["number"]
        thread = (await sue.get(f"/api/v1/cases/{other['id']}")).json()["thread"]
        assert len(thread) == 1
        [told] = (await work(sue, other["id"]))["regroupings"]
        assert (await sue.post(f"/api/v1/cases/regroupings/{told['id']}/undo")).status_code == 200
        assert (await work(sue, house.seed.case))["merged_into"] is None
        split = await sue.post(
            f"/api/v1/cases/{house.seed.case}/split",
            json={"subject": "Another matter", "letters": [thread[0]["id"]]},
        )
        assert split.status_code == 201
        new = split.json()["other_id"]
        assert len((await sue.get(f"/api/v1/cases/{new}")).json()["thread"]) == 1
        await sue.post(f"/api/v1/cases/regroupings/{split.json()['id']}/undo")
        assert len((await sue.get(f"/api/v1/cases/{house.seed.case}")).json()["thread"]) == 1


async def test_a_macro_is_previewed_and_run_once(house: House) -> None:
    """The preview does nothing; running it sends the letter once however often it is pressed."""
    async with house.browser("sue") as sue:
        template = await made(
            sue,
            "templates",
            name="Sorry",
            shortcut="sorry",
            channel="email",
            language="en",
            body="Dear {{party.name}}",
        )
        macro = await made(
            sue,
            "macros",
            name="Close",
            changes={"resolution_code": "answered"},
            template_id=template["id"],
            state="solved",
        )
        case = house.seed.case
        place = f"/api/v1/cases/{case}/macros/{macro['id']}"
        shown = (await sue.get(place)).json()
        assert (shown["changes"], shown["reply"]["body"]) == (
            [{"field": "resolution_code", "before": None, "after": "answered"}],
            "Dear 林小美",
        )
        assert (await work(sue, case))["state"]["class"] == "open"
        for _ in range(2):
            ran = await sue.post(place, headers=KEY)
            assert ran.json()["state"] == "solved", ran.text
        sent = await house.store.read(lambda c: letters.thread(c, case))
        assert [each.text for each in sent] == ["Dear 林小美"]
        told = [each["kind"] for each in (await work(sue, case))["activity"]]
        assert told.count("macro") == 1
        other = await made(sue, "macros", name="Note", note="x")
        reused = await sue.post(f"/api/v1/cases/{case}/macros/{other['id']}", headers=KEY)
        assert reused.json()["code"] == "request.key_reused"
        assert [each["name"] for each in (await work(sue, case))["macros"]] == ["Close", "Note"]


async def test_canned_replies_are_offered_filled_and_counted(house: House) -> None:
    """By channel and language for the letter at hand; the share of replies that used one is told."""
    async with house.browser("sue") as sue, house.browser("ann") as ann, house.listening(ann):
        template = await made(
            sue,
            "templates",
            name="Sorry",
            shortcut="sorry",
            channel="email",
            language="en",
            body="{{case.number}} {{agent.name}}",
        )
        await made(sue, "templates", name="SMS", channel="sms", language="en", body="x")
        house.at_hand("ann")
        await ann.put("/api/v1/me/status", json={"status": "ready"})
        name = await house.letter_arrives("m1")
        await _taken(house, ann, name)
        offered = (await ann.get("/api/v1/texts", params={"channel": "email", "interaction": name})).json()[
            "items"
        ]
        assert [each["shortcut"] for each in offered] == ["sorry"]
        filled = (
            await ann.post(f"/api/v1/texts/{template['id']}/fill", json={"interaction_id": name})
        ).json()
        assert (filled["body"].startswith("C-"), filled["body"].endswith("Ann"), filled["lacking"]) == (
            True,
            True,
            [],
        )
        await ann.post(
            f"/api/v1/interactions/{name}/replies",
            json={"text": filled["body"], "texts": [template["id"]]},
            headers=KEY,
        )
        used = await house.store.read(lambda c: c.execute(template_use.select()).all())
        assert [each.template_id for each in used] == [template["id"]]
        figures = (await sue.get("/api/v1/cases/figures")).json()
        assert (figures["replies"], figures["canned"], figures["canned_share"]) == (1, 1, 1.0)


async def test_a_rule_works_beside_the_request(house: House) -> None:
    """A rule that an administrator saves starts its procedure for the next case by itself, and whoever it tells sees it on the screen."""
    await admin(house)
    async with house.browser("sue") as sue, house.browser("ann") as ann, house.listening(ann) as screen:
        steps = [
            {"kind": "notify", "to": [{"kind": "owner"}], "text": "hurry"},
            {"kind": "raise", "field": "severity"},
        ]
        procedure = await made(sue, "procedures", name="Hurry", entity="case", steps=steps)
        condition = {"field": "subject", "is": "has", "value": "fire"}
        await made(
            sue,
            "rules",
            name="Fire",
            entity="case",
            trigger="created",
            condition=condition,
            procedure_id=procedure["id"],
        )
        case = (await made(ann, "cases", subject="A fire"))["id"]
        found = await until(ann, f"/api/v1/cases/{case}/work", lambda told: told["runs"])
        assert (found["runs"][0]["outcome"], found["runs"][0]["steps"][1]["value"]) == ("done", "high")
        notices = (await until(ann, "/api/v1/work", lambda told: told["notices"]))["notices"]
        assert (notices[0]["code"], notices[0]["params"]["text"]) == ("procedure.notice", "hurry")
        await screen.until_docs(lambda _: True, "notices", notices[0]["id"])
        assert (await ann.post("/api/v1/work/notices/seen", json={})).status_code == 204
        assert (await ann.get("/api/v1/work")).json()["notices"][0]["seen_at"] is not None


async def test_a_procedure_is_started_by_hand_once(house: House) -> None:
    """The person in charge starts it; the same key again is refused, and the case tells what it did."""
    async with house.browser("sue") as sue:
        case = (await made(sue, "cases", subject="x"))["id"]
        place = f"/api/v1/cases/{case}/procedures/procedure-escalate"
        run = await sue.post(place, headers=KEY)
        assert (run.json()["outcome"], run.json()["steps"][0]["level"]) == ("done", 1)
        assert (await sue.post(place, headers=KEY)).json()["code"] == "procedure.started"
        assert "procedure" in [each["kind"] for each in (await work(sue, case))["activity"]]


async def test_my_work_has_tasks_cases_and_decisions(house: House) -> None:
    """One's own tasks by their due time, one's cases, what waits for one's decision; deciding makes the step."""
    await admin(house)
    async with house.browser("sue") as sue, house.browser("ann") as ann:
        table = {
            "initial": "new",
            "states": [{"name": "new", "class": "open"}, {"name": "paid", "class": "closed"}],
            "moves": [
                {"from": "new", "to": "paid", "needs": {"approvers": [{"kind": "role", "who": "admin"}]}}
            ],
        }
        kind = await made(sue, "case-types", code="refund", name="Refund", kind="request", lifecycle=table)
        case = (await made(ann, "cases", subject="Pay back", type_id=kind["id"]))["id"]
        for subject, due in (("later", 2_000_000_000), ("sooner", 1_900_000_000)):
            await made(ann, "tasks", subject=subject, due_at=due, about_entity="case", about_id=case)
        asked = await ann.post(f"/api/v1/cases/{case}/steps", json={"to": "paid"})
        assert (asked.json()["state"], asked.json()["asked"] is not None) == ("new", True)
        mine = (await ann.get("/api/v1/work")).json()
        assert [each["subject"] for each in mine["tasks"]] == ["sooner", "later"]
        assert [each["id"] for each in mine["cases"]] == [case]
        assert mine["approvals"] == []
        [decision] = (await sue.get("/api/v1/work")).json()["approvals"]
        refused = await ann.post(f"/api/v1/approvals/{decision['id']}", json={"decision": "approved"})
        assert (refused.status_code, refused.json()["code"]) == (403, "approval.not_yours")
        told: list[str] = []
        unsubscribe = house.bus.subscribe("case", told.append)
        done = await sue.post(f"/api/v1/approvals/{decision['id']}", json={"decision": "approved"})
        unsubscribe()
        assert case in told
        assert decision["id"] not in told
        assert done.json() == {"state": "paid", "status": "closed", "asked": None}


async def test_a_picture_of_a_table_is_drawn_or_refused(house: House) -> None:
    """Mermaid's text for a table that works; the fault of one that does not."""
    async with house.browser("ann") as ann:
        drawn = await ann.post("/api/v1/cases/lifecycle/picture", json={})
        assert drawn.json()["mermaid"].startswith("stateDiagram-v2")
        refused = await ann.post("/api/v1/cases/lifecycle/picture", json={"lifecycle": {"states": []}})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/lifecycle")


async def test_a_watcher_may_read_what_they_watch(house: House) -> None:
    """Whoever watches or owns a case reads it, in lists and by itself."""
    async with house.browser("ann") as ann, house.browser("bob") as bob:
        case = (await made(ann, "cases", subject="Ann's"))["id"]
        assert (await bob.get(f"/api/v1/cases/{case}")).status_code == 403
        assert (await ann.get(f"/api/v1/cases/{case}")).status_code == 200
        await house.store.write(lambda c: watching.watch(c, case, house.seed.users["bob"], None, 1.0))
        assert (await bob.get(f"/api/v1/cases/{case}")).status_code == 200
        asked = {"filter": json.dumps({"field": "subject", "is": "eq", "value": "Ann's"})}
        listed = (await bob.get("/api/v1/records/cases", params=asked)).json()["items"]
        assert [each["id"] for each in listed] == [case]


async def test_a_status_is_set_by_whoever_may_change_the_case(house: House) -> None:
    """Reading a case is not enough: its steps are for those who may change it."""
    scopes = {"case": {"read": "all", "update": "none"}}
    given = {"name": "Reader", "based_on": "agent", "scopes": scopes}
    role = await house.store.write(lambda c: rows.create(c, system(time.time()), known.entity("role"), given))
    await house.store.write(lambda c: roles.give(c, house.seed.users["bob"], [role.id]))
    async with house.browser("ann") as ann, house.browser("bob") as bob:
        case = (await made(ann, "cases", subject="Ann's"))["id"]
        assert (await bob.get(f"/api/v1/cases/{case}")).status_code == 200
        refused = await bob.put(f"/api/v1/cases/{case}/status", json={"status": "solved"})
        assert (refused.status_code, refused.json()["code"]) == (403, "access.action")
        assert (await ann.put(f"/api/v1/cases/{case}/status", json={"status": "solved"})).status_code == 204
