"""The API of customers: duplicates, merging and back, relations, time line, prospects, long work; each within rights."""

import asyncio
from typing import Any

import httpx

from agent_console.jobs import JobDriver
from config.clock import SystemClock
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import audit_event
from tests.agent_console.house import House

PARTIES = "/api/v1/records/parties"


async def made(client: httpx.AsyncClient, collection: str, **given: Any) -> str:
    answer = await client.post(f"/api/v1/records/{collection}", json=given)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["record"]["id"])


async def test_a_form_is_warned_of_duplicates_and_blocked_by_none(house: House) -> None:
    """While somebody types, who has the number already is told with points and reasons; saving goes all the same."""
    async with house.browser("ann") as ann:
        asked = {"name": "林小美", "phones": ["+886 912 345 678"]}
        found = (await ann.post("/api/v1/parties/duplicates", json=asked)).json()["items"]
        assert [(each["party"]["id"], each["score"], each["reasons"]) for each in found] == [
            (house.seed.party, 60, {"phone": 60})
        ]
        await made(ann, "parties", name="林小美")
        wrong = await ann.post("/api/v1/parties/duplicates", json={"phone": "1"})
        assert wrong.status_code == 422


async def test_merging_moves_all_and_undoing_brings_it_back(house: House) -> None:
    """The supervisor merges and undoes; under the old id the survivor is read meanwhile; agents do neither."""
    async with house.browser("sue") as sue, house.browser("ann") as ann:
        other = await made(sue, "parties", name="林小妹", title="經理")
        given = {"survivor_id": other, "merged_id": house.seed.party, "take": ["name"]}
        assert (await ann.post("/api/v1/parties/merges", json=given)).status_code == 403
        merged = await sue.post("/api/v1/parties/merges", json=given)
        assert merged.status_code == 201, merged.text
        old = (await sue.get(f"/api/v1/parties/{house.seed.party}")).json()
        assert (old["id"], old["name"], len(old["cases"])) == (other, "林小美", 1)
        assert (await sue.get(f"{PARTIES}/{house.seed.party}")).json()["record"]["id"] == other
        (kept,) = (await sue.get(f"/api/v1/parties/{other}/merges")).json()["items"]
        undone = await sue.post(f"/api/v1/parties/merges/{kept['id']}/undo")
        assert undone.json() == {"changed_since": []}
        back = (await sue.get(f"/api/v1/parties/{house.seed.party}")).json()
        assert (back["id"], len(back["cases"]), back["contact_points"][0]["raw"]) == (
            house.seed.party,
            1,
            "0912 345 678",
        )
        again = await sue.post(f"/api/v1/parties/merges/{kept['id']}/undo")
        assert (again.status_code, again.json()["code"]) == (409, "merge.undone")


async def test_relations_chart_and_group_are_read_from_any_end(house: House) -> None:
    """A person's superior, an organisation's people as a tree, a group with its cases."""
    async with house.browser("sue") as sue:
        firm = await made(sue, "parties", kind="organisation", name="甲公司", yearly_revenue="10")
        head = await made(sue, "parties", kind="organisation", name="甲集團")
        boss = await made(sue, "parties", name="陳大文", organisation_id=firm)
        await sue.patch(f"{PARTIES}/{house.seed.party}", json={"organisation_id": firm})
        await made(sue, "relationships", from_id=house.seed.party, to_id=boss, type="reports_to")
        await made(sue, "relationships", from_id=firm, to_id=head, type="subsidiary_of")
        found = (await sue.get(f"/api/v1/parties/{boss}/relations")).json()
        texts = {(each["label"]["zh-TW"], each["other"]["name"]) for each in found["items"]}
        assert texts == {("直屬部屬", "林小美")}
        chart = (await sue.get(f"/api/v1/parties/{firm}/chart")).json()["items"]
        assert {each["name"]: each["above"] for each in chart} == {"陳大文": None, "林小美": boss}
        group = (await sue.get(f"/api/v1/parties/{firm}/group")).json()
        assert [each["name"] for each in group["items"]] == ["甲集團", "甲公司"]
        assert (group["cases"], group["revenue"]) == ({"open": 1}, "10.0000")
        lines = (
            await sue.get(f"/api/v1/parties/{head}/timeline", params={"group": True, "kinds": "case"})
        ).json()
        assert [(each["title"], each["party"]) for each in lines["items"]] == [("Lamp", "林小美")]


async def test_the_time_line_is_read_by_pages_and_told_to_the_chain(house: House) -> None:
    """Kinds, pages by cursor, and an event of who read it."""
    async with house.browser("sue") as sue:
        await sue.patch(f"{PARTIES}/{house.seed.party}", json={"title": "經理"})
        await sue.patch(f"{PARTIES}/{house.seed.party}", json={"title": "處長"})
        place = f"/api/v1/parties/{house.seed.party}/timeline"
        first = (await sue.get(place, params={"limit": 1})).json()
        second = (await sue.get(place, params={"limit": 5, "cursor": first["next_cursor"]})).json()
        assert [each["kind"] for each in first["items"] + second["items"]] == ["change", "change", "case"]
        assert {"interaction", "letter", "case", "consent", "merge"} <= set(first["kinds"])
        wrong = await sue.get(place, params={"cursor": "x"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "cursor.unknown")
        assert (await sue.get("/api/v1/parties/none/timeline")).status_code == 404
    events = await house.store.read(lambda c: c.execute(audit_event.select()).all())
    assert ("sue", "read", house.seed.party) in [(each.actor, each.action, each.object_id) for each in events]


async def test_consents_levels_and_identifiers_are_asked(house: House) -> None:
    """Whether somebody may be written to and why not, which level the rules give, and who has an id."""
    async with house.browser("sue") as sue:
        party = house.seed.party
        asked = {"channel": "email", "purpose": "marketing"}
        before = (await sue.get(f"/api/v1/parties/{party}/consent", params=asked)).json()
        assert (before["allowed"], before["reason"]) == (False, "never_given")
        await made(sue, "consents", party_id=party, purpose="marketing", state="given", evidence="by letter")
        assert (await sue.get(f"/api/v1/parties/{party}/consent", params=asked)).json()["allowed"] is True
        rule = {"tier": "vip", "least": 5}
        await house.store.write(lambda c: rows.create(c, system(1.0), known.entity("grading_rule"), rule))
        await sue.patch(f"{PARTIES}/{party}", json={"yearly_revenue": "7"})
        grade = (await sue.get(f"/api/v1/parties/{party}/grade")).json()
        assert (grade["tier"], grade["figure"], grade["least"]) == ("vip", "yearly_revenue", 5.0)
        await made(sue, "party-identifiers", party_id=party, scheme="erp", value="E-1")
        for scheme in ("", "erp"):
            found = await sue.get("/api/v1/parties/by-identifier", params={"value": "e-1", "scheme": scheme})
            assert [each["id"] for each in found.json()["items"]] == [party]
        none = await sue.get("/api/v1/parties/by-identifier", params={"value": "e-1", "scheme": "pos"})
        assert none.json()["items"] == []


async def test_a_stranger_is_proposed_and_confirmed_by_who_holds_the_call(house: House) -> None:
    """The agent whose call it is confirms a prospect; others may not even look."""
    async with house.browser("ann") as ann, house.browser("bob") as bob, house.listening(ann) as screen:
        house.at_hand("ann")
        await screen.frame()
        await ann.post("/api/v1/me/shift")
        await ann.put("/api/v1/me/status", json={"status": "ready"})
        call = await house.call_arrives(caller="Lin")
        await screen.until("items", call)
        place = f"/api/v1/interactions/{call}/prospect"
        assert (await bob.get(place)).status_code == 403
        proposal = (await ann.get(place)).json()
        assert proposal == {
            "kind": "person",
            "name": "Lin",
            "contact": {"kind": "phone", "raw": "+886912345678"},
        }
        done = await ann.post(place, json={"name": "林先生"})
        assert done.status_code == 201, done.text
        row = (await ann.get(f"{PARTIES}/{done.json()['party_id']}")).json()["record"]
        assert (row["lifecycle"], row["first_contact_channel"]) == ("prospect", "voice")
        assert (await ann.post(place, json={"name": "x"})).json()["code"] == "prospect.known"


async def test_long_work_is_begun_watched_and_its_results_read(house: House) -> None:
    """A scan finds a pair, a hand-over moves a case, a segment counts, the repair list names who lacks a number."""
    async with house.browser("sue") as sue, house.browser("ann") as ann:
        twin = await made(sue, "parties", name="林小美")
        await made(sue, "contact-points", party_id=twin, kind="phone", raw="0912345678")
        await made(sue, "cases", subject="Wire", owner_id=house.seed.users["ann"])
        segment = await made(sue, "segments", name="All", filter={"field": "name", "is": "filled"})
        assert (await ann.post("/api/v1/parties/work", json={"kind": "grading"})).status_code == 403
        scan = (await sue.post("/api/v1/parties/work", json={"kind": "duplicate_scan"})).json()["job"]
        assert scan["state"] == "queued"
        leaver, successor = house.seed.users["ann"], house.seed.users["bob"]
        counts = (await sue.get(f"/api/v1/handovers/{leaver}")).json()["counts"]
        assert counts == {"case": 1}
        assert (
            await sue.post("/api/v1/handovers", json={"from_id": leaver, "to_id": successor})
        ).status_code == 202
        await sue.post(f"/api/v1/segments/{segment}/refresh")
        async with asyncio.timeout(30):
            await JobDriver(house.store, house.bus, SystemClock()).work_off()
        job = (await sue.get(f"/api/v1/parties/work/{scan['id']}")).json()["job"]
        assert (job["state"], job["result"]["new"]) == ("done", 1)
        pairs = (await sue.get("/api/v1/parties/duplicates")).json()["items"]
        assert [{each["a"]["id"], each["b"]["id"]} for each in pairs] == [{house.seed.party, twin}]
        done = await sue.put(f"/api/v1/parties/duplicates/{pairs[0]['id']}", json={"state": "dismissed"})
        assert done.status_code == 200
        assert (await sue.get("/api/v1/parties/duplicates")).json()["items"] == []
        assert (await sue.get(f"/api/v1/handovers/{successor}")).json()["counts"] == {"case": 1}
        members = (await sue.get(f"/api/v1/segments/{segment}/members")).json()["items"]
        assert {each["name"] for each in members} == {"林小美", "Zed Other"}
        kinds = {each["kind"] for each in (await sue.get("/api/v1/parties/work")).json()["items"]}
        assert kinds == {"duplicate_scan", "handover", "segment"}
        lacking = (await sue.get("/api/v1/parties/repairs")).json()["items"]
        assert house.seed.party not in {each["party_id"] for each in lacking}
        assert (await sue.delete("/api/v1/parties/work/none")).status_code == 404


async def test_whether_a_customer_may_be_contacted_now_is_asked_with_their_wishes(house: House) -> None:
    """Before dialling: their channel, language, hours by their own clock, and whether now is a good time; after a withdrawal: no, and why."""
    async with house.browser("sue") as sue, house.browser("ann") as ann:
        party = house.seed.party
        row = (await sue.get(f"{PARTIES}/{party}")).json()["record"]
        wishes = {
            "preferred_channel": "email",
            "language": "zh-TW",
            "time_zone": "Asia/Taipei",
            "contact_times": {"from": "00:00", "until": "24:00"},
        }
        changed = await sue.patch(
            f"{PARTIES}/{party}", json=wishes, headers={"If-Match": f'"{row["row_version"]}"'}
        )
        assert changed.status_code == 200, changed.text

        async def ask(medium: str, **given: str) -> dict[str, Any]:
            answer = await ann.get(f"/api/v1/parties/{party}/contact", params={"medium": medium, **given})
            assert answer.status_code == 200, answer.text
            told: dict[str, Any] = answer.json()
            return told

        told = await ask("phone")
        assert (told["outcome"], told["instead"], told["language"], told["good_now"]) == (
            "go",
            "email",
            "zh-TW",
            True,
        )
        assert (told["times"], told["time_zone"]) == (wishes["contact_times"], "Asia/Taipei")
        assert (await ask("phone", purpose="marketing"))["reason"] == "never_given"
        await made(sue, "consents", party_id=party, channel="email", purpose="service", state="withdrawn")
        assert [(each["outcome"], each["reason"]) for each in (await ask("email"), await ask("phone"))] == [
            ("no", "withdrawn"),
            ("go", "not_needed"),
        ]
        assert (await ann.get(f"/api/v1/parties/{party}/contact?medium=pigeon")).status_code == 422
        assert (await ann.get("/api/v1/parties/nobody/contact?medium=phone")).status_code == 404


async def test_a_letter_that_a_customer_wants_not_is_confirmed_by_its_agent(house: House) -> None:
    """A macro's letter is refused to who withdrew consent for e-mail; confirmed it goes, and the audit chain has it."""
    async with house.browser("sue") as sue:
        party = house.seed.party
        await made(sue, "consents", party_id=party, channel="email", purpose="service", state="withdrawn")
        text = await made(sue, "templates", name="t", channel="email", language="en", body="Dear you")
        macro = await made(sue, "macros", name="m", template_id=text)
        place = f"/api/v1/cases/{house.seed.case}/macros/{macro}"
        key = {"Idempotency-Key": "once-and-no-more"}
        refused = await sue.post(place, headers=key)
        assert (refused.status_code, refused.json()["code"], refused.json()["params"]) == (
            409,
            "letter.not_wanted",
            {"reason": "withdrawn"},
        )
        ran = await sue.post(place, params={"confirmed": True}, headers=key)
        assert ran.json()["letter_id"] is not None
        kept = await house.store.read(
            lambda c: c.execute(audit_event.select().where(audit_event.c.action == "sent_unwanted")).one()
        )
        assert (kept.object_id, kept.actor) == (house.seed.case, "sue")


async def test_the_customers_language_comes_first_among_texts(house: House) -> None:
    """Asked for in the customer's language, the texts of that language stand first, the others after them."""
    async with house.browser("sue") as sue:
        for language in ("en", "zh-TW"):
            await made(sue, "templates", name="A", shortcut="a", channel="email", language=language, body="x")
        offered = await sue.get("/api/v1/texts", params={"channel": "email", "language": "zh-TW"})
        assert [each["language"] for each in offered.json()["items"]] == ["zh-TW", "en"]
