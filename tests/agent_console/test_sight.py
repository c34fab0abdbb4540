"""What roles hide of a customer is hidden wherever a customer is shown: in the pop, on the page, in lists, before dialling out."""

import time
from typing import Any

from crm_core import cases, parties, remembered
from crm_core.access import roles
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from tests.agent_console.house import House
from tests.agent_console.test_api import at_work, refused

HIDING = {
    "fields": {
        "party": {"note": "hidden", "tier": "hidden", "membership_number": "hidden"},
        "purchase": {"amount": "hidden"},
        "service_contract": {"max_calls": "hidden"},
        "case": {"subject": "hidden"},
    },
    "scopes": {"asset": {"read": "none"}, "relationship": {"read": "none"}},
}


async def a_role_for_ann(house: House, **given: Any) -> None:
    await a_role_for(house, "ann", **given)


async def a_role_for(house: House, login: str, **given: Any) -> None:
    def make(conn: Connection) -> None:
        now = system(time.time())
        values = {"name": "Veiled", "based_on": "agent", **given}
        made = rows.create(conn, now, known.entity("role"), values)
        roles.give(conn, house.seed.users[login], [made.id])

    await house.store.write(make)
    await house.console.hub.read_directory()


async def a_customer_with_everything(house: House) -> None:
    def fill(conn: Connection) -> None:
        now = system(time.time())
        party = {"note": "difficult", "membership_number": "M-1", "membership_tier": "gold"}
        rows.patch(conn, now, known.entity("party"), house.seed.party, party)
        lamp = rows.create(
            conn, now, known.entity("product"), {"code": "L", "name": "Lamp", "kind": "goods"}
        ).id
        for name, values in (
            ("asset", {"serial_number": "S-1", "product_id": lamp}),
            ("purchase", {"item": "Lamp", "amount": "12", "currency": "TWD", "bought_at": 1.0}),
            (
                "service_contract",
                {"state": "active", "starts_on": "2020-01-01", "ends_on": "2099-01-01", "max_calls": 3},
            ),
        ):
            rows.create(conn, now, known.entity(name), {"party_id": house.seed.party, **values})

    await house.store.write(fill)


def check(card: dict[str, Any]) -> None:
    assert (card["name"], card["note"], card["tier"]) == ("林小美", "", None)
    assert card["membership"] == {"number": None, "tier": "gold", "until": None}
    if "assets" in card:
        assert card["assets"] == []
        assert card["purchases"]["bought"][0]["what"] == "Lamp"
        assert card["purchases"]["bought"][0]["amount"] is None
        assert card["purchases"]["departments"][0]["amounts"] == {}
        assert (card["contracts"][0]["calls"], card["contracts"][0]["over"]) == (None, None)


async def test_hidden_fields_are_hidden_everywhere(house: House) -> None:
    """The socket's item, the interaction, the customer's page, the brief and the list show an agent what their role leaves; a supervisor all."""
    await a_customer_with_everything(house)
    await a_role_for_ann(house, **HIDING)
    async with at_work(house) as desk:
        item = await desk.screen.until_docs(
            lambda docs: bool(docs["items"][desk.letter]["match"]["parties"]), "items", desk.letter
        )
        check(item["match"]["parties"][0])
        assert item["match"]["parties"][0]["cases"][0]["subject"] == ""
        check((await desk.document())["match"]["parties"][0])
        check((await desk.ann.get(f"/api/v1/parties/{house.seed.party}")).json())
        check((await desk.ann.get(f"/api/v1/parties/{house.seed.party}/brief")).json())
        [line] = (await desk.ann.get("/api/v1/parties", params={"search": "林小美"})).json()["items"]
        assert (line["name"], line["tier"]) == ("林小美", None)
    async with house.browser("sue") as sue:
        whole = (await sue.get(f"/api/v1/parties/{house.seed.party}/brief")).json()
        assert (whole["note"], whole["tier"], len(whole["assets"])) == ("difficult", "gold", 1)
        assert whole["contracts"][0]["calls"]["max"] == 3


async def test_a_customer_of_whom_nothing_is_theirs(house: House) -> None:
    """Whose work an agent does not hold they see without cases and calls of others; with their own case, with that."""

    def fill(conn: Connection) -> str:
        now = time.time()
        mine = cases.open_case(conn, subject="mine", party_id=house.seed.stranger, queue_id=None, now=now)
        cases.open_case(conn, subject="not mine", party_id=house.seed.stranger, queue_id=None, now=now + 1)
        rows.patch(conn, system(now), known.entity("case"), mine.id, {"owner_id": house.seed.users["ann"]})
        return mine.id

    mine = await house.store.write(fill)
    async with house.browser("ann") as ann, house.browser("bob") as bob, house.browser("sue") as sue:
        for path, counted in (
            (f"/api/v1/parties/{house.seed.stranger}", False),
            (f"/api/v1/parties/{house.seed.stranger}/brief", True),
        ):
            for client, wanted in ((ann, [mine]), (bob, []), (sue, 2)):
                shown = (await client.get(path)).json()
                ids = [each["id"] for each in shown["cases"]]
                assert (len(ids) if wanted == 2 else ids) == wanted
                if counted:
                    assert shown["open_cases"] == len(ids)
                    assert (shown["last_inquiry"] is None) == (client is not sue)


async def test_who_waits_is_hidden_like_the_customer(house: House) -> None:
    """An agent whose role hides names, addresses and cases takes letters without learning who wrote what; their pop shows neither."""
    hiding = {
        "fields": {"party": {"name": "hidden"}},
        "scopes": {"contact_point": {"read": "none"}, "case": {"read": "none"}},
    }
    async with at_work(house) as desk:
        await house.letter_arrives("m2")
        [plain] = (await desk.ann.get("/api/v1/me/letters")).json()["items"]
        assert (plain["customer"], plain["subject"]) == ("Lin", "Broken lamp")
        assert (await desk.document())["customer"] == {"address": "lin@example.com", "name": "Lin"}
        await a_role_for_ann(house, **hiding)
        [veiled] = (await desk.ann.get("/api/v1/me/letters")).json()["items"]
        assert (veiled["customer"], veiled["subject"]) == ("", "")
        assert (veiled["id"], veiled["queue"]) == (plain["id"], plain["queue"])
        assert (await desk.document())["customer"] == {"address": "", "name": ""}
        await desk.screen.until("items", desk.letter, customer={"address": "", "name": ""})


async def test_a_board_names_customers_to_those_who_may_see_them(house: House) -> None:
    """One supervisor's role hides addresses: the open board is closed to come back without names; another's goes on."""

    def named(docs: dict[str, Any]) -> list[str]:
        return [each["customer"] for each in docs["waiting"].values()]

    await house.letter_arrives()
    async with (
        house.browser("sue") as sue,
        house.listening(sue, "board") as screen,
        house.browser("cyd") as cyd,
        house.listening(cyd, "board") as other,
    ):
        for each in (screen, other):
            await each.until_docs(lambda docs: named(docs) not in ([], [""]), "link", "asterisk")
        await a_role_for(house, "sue", based_on="supervisor", fields={"contact_point": {"raw": "hidden"}})
        assert await screen.until_closed() == 4008
        resume = {"stream": screen.stream, "seq": screen.seq}
        async with house.listening(sue, "board", resume) as again:
            await again.frame()
            assert named(again.docs) == [""]
        assert named((await sue.get("/api/v1/board")).json()) == [""]
        assert named((await cyd.get("/api/v1/board")).json()) == named(other.docs) != [""]


async def test_nobody_chooses_whom_they_may_not_read(house: House) -> None:
    """A customer beyond an agent's scope is neither chosen nor denied, and no number is remembered as theirs; a removed one is unknown."""
    await a_role_for_ann(house, scopes={"party": {"read": "own"}}, fields={})
    async with at_work(house) as desk:
        far = {"party_id": house.seed.stranger}
        refused(await desk.ann.put(desk.url("/party"), json=far), 403, "record.not_yours")
        refused(await desk.ann.post(desk.url("/wrong-party"), json=far), 403, "record.not_yours")
        theirs = {"party_id": house.seed.party}
        assert (await desk.ann.put(desk.url("/party"), json=theirs)).status_code == 204

        def remove(conn: Connection) -> str:
            gone = parties.add_party(conn, kind="person", name="Gone", now=1.0).id
            rows.remove(conn, system(time.time()), known.entity("party"), gone)
            return gone

        gone = await house.store.write(remove)
        refused(await desk.ann.put(desk.url("/party"), json={"party_id": gone}), 404, "party.unknown")
    said = await house.store.read(lambda c: remembered.of_party(c, house.seed.stranger))
    assert said == []
