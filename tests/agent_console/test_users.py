"""What administrators do with users, and that everything follows at once."""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from crm_core import queues, users
from routing.core.events import Arrived
from routing.core.model import AgentId, InteractionId, Medium, Phase, QueueId, Status
from tests.agent_console.house import PASSWORD, House
from tests.agent_console.test_socket import ready

FINE = "a much better one"


async def status_of(house: House, user: str, wanted: Status) -> None:
    async with asyncio.timeout(5):
        while house.floor.centre.agents[AgentId(user)].status is not wanted:
            await asyncio.sleep(0.01)


async def add(adm: httpx.AsyncClient, login: str = "dan", **more: Any) -> dict[str, Any]:
    body = {"login": login, "name": login.title(), "role": "agent", "password": FINE}
    answer = await adm.post("/api/v1/users", json=body | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize("act", ["lock", "remove"])
async def test_a_locked_or_removed_agent_is_out_at_once_everywhere(house: House, act: str) -> None:
    """API 401, sockets 4001, signed out of the queues, the phone's password changed; what waits goes to nobody of theirs,
    and no sign-in succeeds. (003-42)"""
    ann_id = house.seed.users["ann"]
    async with house.browser("adm") as adm, house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        assert house.floor.centre.agents[AgentId(ann_id)].status is Status.READY
        path = f"/api/v1/users/{ann_id}"
        answer = await (adm.post(f"{path}/lock") if act == "lock" else adm.delete(path))
        assert answer.is_success, answer.text
        assert await screen.until_closed() == 4001
        assert (await ann.get("/api/v1/me")).json()["code"] == "session.ended"
        await status_of(house, ann_id, Status.SIGNED_OUT)
        assert house.phones.given[-1] == "1001"
        letter = await house.letter_arrives()
        await house.floor.settle()
        assert house.floor.centre.interactions[letter].phase is Phase.WAITING
        again = await ann.post("/api/v1/login", json={"login": "ann", "password": PASSWORD})
        assert again.json()["code"] == "login.wrong"
        (shown,) = (
            await adm.get(
                "/api/v1/users", params={"search": "ann", "state": f"{act}ed".replace("removeed", "removed")}
            )
        ).json()["items"]
        assert shown["sessions"] == 0
        assert (await house.store.read(lambda c: users.by_id(c, ann_id))).name == "Ann"  # type: ignore[union-attr]


async def test_a_new_agent_is_in_the_queues_at_once(house: House) -> None:
    """Made with skills, they sign in with the password they were given, must choose their own, and get work. (003-42)"""
    async with house.browser("adm") as adm, house.browser() as dan:
        made = await add(
            adm, skills=[{"skill": "zh", "level": 7}], extension="1007", letters_at_once=2, chats_at_once=5
        )
        zh = {"skill": "zh", "level": 7, "last_day": None, "standing": "good"}
        assert (made["skills"], made["must_change_password"]) == ([zh], True)
        assert (made["letters_at_once"], made["chats_at_once"], made["load_at_most"]) == (2, 5, 100)
        changed = await adm.patch(
            f"/api/v1/users/{made['id']}", json={"chats_at_once": 0, "load_at_most": 60}
        )
        assert (changed.json()["chats_at_once"], changed.json()["load_at_most"]) == (0, 60)
        for wrong in ({"load_at_most": -1}, {"record_share": 101}):
            assert (await adm.patch(f"/api/v1/users/{made['id']}", json=wrong)).status_code == 422
        shares = [
            (await adm.patch(f"/api/v1/users/{made['id']}", json=share)).json()["record_share"]
            for share in ({}, {"record_share": 0}, {"name": "Dan"}, {"record_share": None})
        ]
        assert shares == [None, 0, 0, None], "nothing: as the queue says"
        noted = (await adm.get("/api/v1/audit", params={"action": "user_changed"})).json()["items"]
        assert [each["detail"].get("record_share") for each in noted][:3] == ["0 -> None", None, "None -> 0"]
        answer = await dan.post("/api/v1/login", json={"login": "dan", "password": FINE})
        assert answer.status_code == 200
        assert (await dan.get("/api/v1/me")).json()["due"] == "password"
        refused = await dan.post("/api/v1/me/shift")
        assert (refused.status_code, refused.json()["code"]) == (403, "session.password_due")
        own = await dan.put("/api/v1/me/password", json={"current": FINE, "password": "one of my very own"})
        assert own.status_code == 204
        async with house.listening(dan) as screen:
            await screen.frame()
            await dan.post("/api/v1/me/shift")
            assert (await dan.put("/api/v1/me/status", json={"status": "ready"})).status_code == 204
            letter = await house.letter_arrives()
            await house.until(letter, Phase.OFFERED)
            assert house.floor.centre.interactions[letter].agent == made["id"]


async def test_skills_decide_at_once_who_is_offered_what(house: House) -> None:
    """What nobody could take waits; given the skill here, an agent is offered it. (003-42)"""
    vip = await house.store.write(
        lambda c: queues.add_queue(c, name="VIP", language="en", needs=[("vip", 3)])
    )
    async with house.browser("adm") as adm, house.browser("bob") as bob, house.listening(bob) as screen:
        await ready(house, bob, screen, "bob")
        bob_id = house.seed.users["bob"]
        path = f"/api/v1/users/{bob_id}/skills"
        assert (await adm.get("/api/v1/skills")).json() == {"items": ["vip"]}
        await adm.put(path, json={"skills": [{"skill": "vip", "level": 2}]})
        letter, now = InteractionId("m-vip"), time.time()
        arrived = Arrived(
            interaction=letter, medium=Medium.EMAIL, queue=QueueId(vip.id), enqueued_at=now, at=now
        )
        await house.floor.settle(arrived)
        assert house.floor.centre.interactions[letter].phase is Phase.WAITING
        answer = await adm.put(path, json={"skills": [{"skill": "vip", "level": 3}]})
        vip_3 = {"skill": "vip", "level": 3, "last_day": None, "standing": "good"}
        assert answer.json()["skills"] == [vip_3]
        await house.until(letter, Phase.OFFERED)
        assert house.floor.centre.interactions[letter].agent == bob_id
        twice = await adm.put(path, json={"skills": [{"skill": "vip", "level": 3}] * 2})
        assert twice.json()["code"] == "skill.twice"


async def test_a_certificate_counts_through_its_last_day(house: House) -> None:
    """By the centre's clock on the wall; supervisors see what to renew, and the wait says that it has ended."""
    today = datetime.now(ZoneInfo("Asia/Taipei")).date()
    days = {
        "over": today - timedelta(days=1),
        "soon": today,
        "later": today + timedelta(days=30),
        "far": today + timedelta(days=40),
    }
    vip = await house.store.write(
        lambda c: queues.add_queue(c, name="VIP", language="en", needs=[("over", 3)])
    )
    bob_id = house.seed.users["bob"]
    async with (
        house.browser("adm") as adm,
        house.browser("sue") as sue,
        house.browser("bob") as bob,
        house.listening(bob) as screen,
    ):
        await ready(house, bob, screen, "bob")
        skills = [{"skill": skill, "level": 3, "last_day": str(day)} for skill, day in days.items()]
        answer = await adm.put(f"/api/v1/users/{bob_id}/skills", json={"skills": skills})
        told = {each["skill"]: (each["last_day"], each["standing"]) for each in answer.json()["skills"]}
        assert told == {
            "over": (str(days["over"]), "expired"),
            "soon": (str(days["soon"]), "soon"),
            "later": (str(days["later"]), "good"),
            "far": (str(days["far"]), "good"),
        }
        ending = (await sue.get("/api/v1/skills/ending")).json()["items"]
        assert [(each["name"], each["skill"], each["standing"]) for each in ending] == [
            ("Bob", "over", "expired"),
            ("Bob", "soon", "soon"),
        ]
        letter, now = InteractionId("m-vip"), time.time()
        await house.floor.settle(
            Arrived(interaction=letter, medium=Medium.EMAIL, queue=QueueId(vip.id), enqueued_at=now, at=now)
        )
        async with asyncio.timeout(5):
            while house.floor.explain(letter) is None:  # the queue is new, too
                await asyncio.sleep(0.01)
        waiting = (await sue.get(f"/api/v1/interactions/{letter}/routing")).json()["waiting"]
        assert {each["name"]: each["reason"] for each in waiting["not_offered"]} == {"Bob": "skill_expired"}
        skills[0]["last_day"] = str(today)
        await adm.put(f"/api/v1/users/{bob_id}/skills", json={"skills": skills})
        await house.until(letter, Phase.OFFERED)


async def test_another_role_is_another_desk(house: House) -> None:
    """Whoever becomes a supervisor is signed out, leaves the queues, and comes back to the board."""
    async with house.browser("adm") as adm, house.browser("bob") as bob, house.listening(bob) as screen:
        await screen.frame()
        bob_id = house.seed.users["bob"]
        changed = await adm.patch(f"/api/v1/users/{bob_id}", json={"role": "supervisor", "name": "Bob B"})
        assert (changed.json()["role"], changed.json()["name"]) == ("supervisor", "Bob B")
        assert await screen.until_closed() == 4001
        await status_of(house, bob_id, Status.SIGNED_OUT)
        await bob.post("/api/v1/login", json={"login": "bob", "password": PASSWORD})
        assert (await bob.get("/api/v1/board")).status_code == 200


async def test_nobody_shuts_the_last_door(house: House) -> None:
    """One does not lock, remove or demote oneself, and the last administrator not at all. (003-42)"""
    async with house.browser("adm") as adm:
        adm_id = house.seed.users["adm"]
        path = f"/api/v1/users/{adm_id}"
        for answer in (
            await adm.post(f"{path}/lock"),
            await adm.delete(path),
            await adm.patch(path, json={"role": "agent"}),
            await adm.put(f"{path}/password", json={"password": FINE}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "user.oneself")
        assert (await adm.patch(path, json={"role": "admin", "name": "Adm L"})).json()["name"] == "Adm L"
        eve = await add(adm, "eve", role="admin")
        async with house.browser() as client:
            await client.post("/api/v1/login", json={"login": "eve", "password": FINE})
            await client.put("/api/v1/me/password", json={"current": FINE, "password": "one of my very own"})
            assert (await client.post(f"{path}/lock")).status_code == 200
            token = await client.post("/api/v1/me/tokens", json={"name": "t", "scope": "write"})
            robot = {"Authorization": f"Bearer {token.json()['secret']}"}
            last = await client.post(f"/api/v1/users/{eve['id']}/lock", headers=robot)
            assert last.json()["code"] == "user.oneself"
            assert (await client.get("/api/v1/me")).json()["user"]["login"] == "eve"


async def test_removed_is_not_gone(house: House) -> None:
    """Back as a locked user; with a new password and unlocked they are as before, but for what opened the account."""
    async with house.browser("adm") as adm, house.browser() as client:
        dan = await add(adm, email="dan@example.com", extension="1008")
        path = f"/api/v1/users/{dan['id']}"
        assert (await adm.delete(path)).status_code == 204
        assert (await adm.delete(path)).json()["code"] == "user.removed"
        again = await adm.post(
            "/api/v1/users", json={"login": "dan", "name": "D", "role": "agent", "password": FINE}
        )
        assert again.json()["code"] == "user.login_taken"
        await add(adm, "fay", email="dan@example.com", extension="1008")
        back = (await adm.post(f"{path}/restore")).json()
        assert (back["state"], back["has_password"], back["extension"]) == ("locked", False, None)
        assert (await adm.put(f"{path}/password", json={"password": FINE + "!"})).status_code == 204
        assert (await adm.post(f"{path}/unlock")).json()["state"] == "active"
        signed = await client.post("/api/v1/login", json={"login": "dan", "password": FINE + "!"})
        assert signed.json()["user"]["login"] == "dan"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"password": "short"}, "user.password_short"),
        ({"password": "gus.gus.gus.1"}, "user.password_login"),
        ({"password": "qwertyuiop123"}, "user.password_common"),
        ({"login": "ANN"}, "user.login_taken"),
        ({"extension": "1001"}, "user.extension_taken"),
        ({"role": "king"}, "request.invalid"),
        ({"login": "two words"}, "request.invalid"),
        ({"login": "g\0s"}, "request.invalid"),
        ({"skills": [{"skill": "z\0h", "level": 1}]}, "request.invalid"),
        ({"email": "not an address"}, "request.invalid"),
        ({"skills": [{"skill": "zh", "level": 11}]}, "request.invalid"),
        ({"service": True}, "user.service_password"),
        ({"unknown": 1}, "request.invalid"),
    ],
)
async def test_a_bad_user_changes_nothing(house: House, body: dict[str, Any], code: str) -> None:
    """Each fault has its code, and nobody is added."""
    async with house.browser("adm") as adm:
        good = {"login": "gus", "name": "Gus", "role": "agent", "password": FINE}
        answer = await adm.post("/api/v1/users", json=good | body)
        assert answer.json()["code"] == code
        assert "gus" not in [user.login for user in await house.store.read(users.list_users)]


async def test_setting_a_password_and_resetting_a_second_factor(house: House) -> None:
    """For those who lost theirs: signed out, and the next sign-in asks for a new password; without a second factor there
    is nothing to reset."""
    bob_id = house.seed.users["bob"]
    async with house.browser("adm") as adm, house.browser("bob") as bob, house.listening(bob) as screen:
        await screen.frame()
        none = await adm.delete(f"/api/v1/users/{bob_id}/totp")
        assert none.json()["code"] == "totp.none"
        assert (await adm.put(f"/api/v1/users/{bob_id}/password", json={"password": FINE})).status_code == 204
        assert await screen.until_closed() == 4001
        await bob.post("/api/v1/login", json={"login": "bob", "password": FINE})
        assert (await bob.get("/api/v1/me")).json()["due"] == "password"
        await bob.put("/api/v1/me/password", json={"current": FINE, "password": "one of my very own"})
        begun = await bob.post("/api/v1/me/totp", json={"password": "one of my very own"})
        await confirm(bob, begun.json()["secret"])
        (shown,) = (await adm.get("/api/v1/users", params={"search": "bob"})).json()["items"]
        assert shown["has_totp"] is True
        assert (await adm.delete(f"/api/v1/users/{bob_id}/totp")).status_code == 204
        assert (await bob.get("/api/v1/me")).status_code == 401
        plain = await bob.post("/api/v1/login", json={"login": "bob", "password": "one of my very own"})
        assert plain.json()["user"]["login"] == "bob"


async def confirm(client: httpx.AsyncClient, secret: str) -> None:
    from tests.agent_console.test_sign_in import code_of

    answer = await client.post("/api/v1/me/totp/confirm", json={"code": code_of(secret)})
    assert answer.status_code == 200, answer.text


async def test_everybodys_sessions_are_seen_and_ended(house: House) -> None:
    """An administrator sees who is signed in and ends one session, or all of a user's but their own."""
    async with house.browser("adm") as adm, house.browser("ann") as ann, house.browser("bob") as bob:
        async with house.listening(ann) as screen, house.listening(bob) as other:
            await screen.frame()
            await other.frame()
            listed = (await adm.get("/api/v1/sessions")).json()["items"]
            assert {each["name"] for each in listed} == {"Adm", "Ann", "Bob"}
            assert [each["name"] for each in listed if each["current"]] == ["Adm"]
            ann_id, bob_id = house.seed.users["ann"], house.seed.users["bob"]
            (session,) = (await adm.get("/api/v1/sessions", params={"user": ann_id})).json()["items"]
            wrong = await adm.delete(f"/api/v1/users/{bob_id}/sessions/{session['id']}")
            assert wrong.json()["code"] == "session.unknown"
            assert (await adm.delete(f"/api/v1/users/{ann_id}/sessions/{session['id']}")).status_code == 204
            assert await screen.until_closed() == 4001
            assert (await ann.get("/api/v1/me")).status_code == 401
            assert (await bob.get("/api/v1/me")).status_code == 200
            assert (await adm.delete(f"/api/v1/users/{bob_id}/sessions")).status_code == 204
            assert await other.until_closed() == 4001
        assert (await adm.delete(f"/api/v1/users/{house.seed.users['adm']}/sessions")).status_code == 204
        assert (await adm.get("/api/v1/me")).status_code == 200
        assert (await adm.delete("/api/v1/users/nobody/sessions")).json()["code"] == "user.unknown"


async def test_users_are_listed_page_by_page(house: House) -> None:
    """By login, with a cursor; a cursor that nobody made is refused."""
    async with house.browser("adm") as adm:
        first = (await adm.get("/api/v1/users", params={"limit": 3})).json()
        rest = (await adm.get("/api/v1/users", params={"limit": 3, "cursor": first["next_cursor"]})).json()
        logins = [each["login"] for each in first["items"] + rest["items"]]
        assert logins == ["adm", "ann", "bob", "cyd", "sue"]
        assert rest["next_cursor"] is None
        for path in ("/api/v1/users/%00", "/api/v1/users?search=%00", "/api/v1/sessions?user=%00"):
            assert (await adm.get(path)).json()["code"] == "request.invalid"
        bad = await adm.get("/api/v1/users", params={"cursor": "x"})
        assert bad.json()["code"] == "cursor.unknown"


async def test_roles_and_department_count_with_the_next_request(house: House) -> None:
    """Given here, a role that reads all customers or none is what the API goes by; what there is not is refused and changes
    nothing; the log names the roles."""
    async with house.browser("adm") as adm, house.browser("bob") as bob:
        path = f"/api/v1/users/{house.seed.users['bob']}/rights"
        assert (await bob.get("/api/v1/records/parties")).json()["items"] != []
        body = {"name": "Blind", "based_on": "agent", "scopes": {"party": {"read": "none"}}, "fields": {}}
        made = await adm.post("/api/v1/records/roles", json=body)
        assert made.status_code == 201, made.text
        role = made.json()["record"]["id"]
        unit = (await adm.post("/api/v1/records/org-units", json={"name": "北區"})).json()["record"]["id"]
        answer = await adm.put(path, json={"roles": [role], "team_id": unit})
        assert (answer.json()["roles"], answer.json()["team"]) == ([role], {"id": unit, "name": "北區"})
        assert answer.json()["offered_roles"] == [{"id": role, "name": "Blind", "based_on": "agent"}]
        blind = await bob.get("/api/v1/records/parties")
        assert blind.status_code == 403 or blind.json()["items"] == []
        for wrong, code in (
            ({"roles": ["none"]}, "role.unknown"),
            ({"roles": [], "team_id": "none"}, "team.unknown"),
            ({"roles": [], "territories": ["none"]}, "territory.unknown"),
        ):
            assert (await adm.put(path, json=wrong)).json()["code"] == code
        assert (await adm.get(path)).json()["roles"] == [role]
        await adm.put(path, json={"roles": []})
        assert (await bob.get("/api/v1/records/parties")).json()["items"] != []
        assert (await adm.get("/api/v1/users/nobody/rights")).json()["code"] == "user.unknown"
