"""Programs with tokens: what they may, and that a revoked one opens nothing."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from crm_core import api_tokens
from tests.agent_console.house import PASSWORD, House


@asynccontextmanager
async def program(house: House, secret: str) -> AsyncIterator[httpx.AsyncClient]:
    """Neither cookie nor our header: only the token."""
    async with httpx.AsyncClient(
        base_url=house.origin, headers={"Authorization": f"Bearer {secret}"}
    ) as client:
        yield client


async def make(client: httpx.AsyncClient, scope: str = "write", **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/me/tokens", json={"name": "報表", "scope": scope} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_token_has_its_users_rights_until_revoked(house: House) -> None:
    """Told once, used without cookie and header, listed with its last use; revoked, it opens nothing at once."""
    async with house.browser("ann") as ann:
        made = await make(ann)
        assert made["secret"].startswith("tl_")
        async with program(house, made["secret"]) as script:
            assert (await script.get("/api/v1/me")).json()["user"]["login"] == "ann"
            assert (await script.patch("/api/v1/me", json={"theme": "dark"})).status_code == 200
            refused = await script.get("/api/v1/board")
            assert (refused.status_code, refused.json()["code"]) == (403, "access.role")
            (listed,) = (await ann.get("/api/v1/me/tokens")).json()["items"]
            assert (listed["name"], listed["scope"], listed["used_from"]) == ("報表", "write", "127.0.0.1")
            assert listed["used_at"] is not None
            assert made["secret"].startswith(listed["hint"])
            assert made["secret"] not in str(listed)
            assert (await ann.delete(f"/api/v1/me/tokens/{listed['id']}")).status_code == 204
            gone = await script.get("/api/v1/me")
            assert (gone.status_code, gone.json()["code"]) == (401, "token.invalid")
        assert (await ann.get("/api/v1/me/tokens")).json()["items"] == []


async def test_a_token_to_read_changes_nothing(house: House) -> None:
    """GET succeeds, whatever changes something is refused before anything else."""
    async with house.browser("ann") as ann:
        made = await make(ann, "read")
        async with program(house, made["secret"]) as script:
            assert (await script.get("/api/v1/parties")).status_code == 200
            for answer in (
                await script.patch("/api/v1/me", json={"theme": "dark"}),
                await script.post("/api/v1/me/shift"),
            ):
                assert (answer.status_code, answer.json()["code"]) == (403, "token.read_only")
        assert (await ann.get("/api/v1/me")).json()["user"]["theme"] == "system"


async def test_no_cookie_counts_beside_a_token(house: House) -> None:
    """A wrong token with a good cookie is nobody; a proxy's Basic credentials leave the cookie alone, with the header that
    it needs."""
    async with house.browser("ann") as ann, house.browser("sue") as sue:
        made = await make(ann)
        wrong = await sue.get("/api/v1/board", headers={"Authorization": "Bearer tl_wrong"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "token.invalid")
        other = await sue.get("/api/v1/me", headers={"Authorization": f"bearer {made['secret']}"})
        assert other.json()["user"]["login"] == "ann"
        empty = await sue.get("/api/v1/me", headers={"Authorization": "Bearer"})
        assert empty.json()["code"] == "token.invalid"
        basic = await sue.get("/api/v1/board", headers={"Authorization": "Basic eDp5"})
        assert basic.status_code == 200
        bare = await sue.patch(
            "/api/v1/me", json={"theme": "dark"}, headers={"Authorization": "Basic eDp5", "X-Trunkline": ""}
        )
        assert bare.json()["code"] == "request.header"


async def test_a_token_cannot_make_another_or_touch_the_account(house: House) -> None:
    """Password, second factor, sessions and tokens are for people at a browser: a leak stays what it was."""
    async with house.browser("adm") as adm:
        made = await make(adm)
        robot = (
            await adm.post(
                "/api/v1/users", json={"login": "robot", "name": "R", "role": "agent", "service": True}
            )
        ).json()
        async with program(house, made["secret"]) as script:
            assert (await script.get("/api/v1/users")).status_code == 200
            for method, path, body in (
                ("POST", "/api/v1/me/tokens", {"name": "x", "scope": "read"}),
                ("GET", "/api/v1/me/tokens", None),
                ("GET", "/api/v1/me/sessions", None),
                ("DELETE", "/api/v1/me/sessions", None),
                ("PUT", "/api/v1/me/password", {"current": PASSWORD, "password": "another fine one"}),
                ("POST", "/api/v1/me/totp", {"password": PASSWORD}),
                ("POST", f"/api/v1/users/{robot['id']}/tokens", {"name": "x", "scope": "read"}),
                ("POST", "/api/v1/logout", None),
            ):
                answer = await script.request(method, path, json=body)
                assert (answer.status_code, answer.json()["code"]) == (403, "access.token"), path


async def test_an_administrators_token_opens_no_account(house: House) -> None:
    """It sets nobody's password, takes away no second factor and makes no administrator; what is not a way in it may do, and a person at a
    browser all of it."""
    async with house.browser("adm") as adm:
        made = await make(adm)
        ann = f"/api/v1/users/{house.seed.users['ann']}"
        new = {"login": "new", "name": "New", "role": "agent"}
        closed: list[tuple[str, str, dict[str, Any] | None]] = [
            ("PUT", f"{ann}/password", {"password": "quite another fine one"}),
            ("DELETE", f"{ann}/totp", None),
            ("PUT", "/api/v1/totp-roles", {"roles": []}),
            ("PATCH", ann, {"role": "admin"}),
            ("POST", "/api/v1/users", new | {"password": "quite another fine one"}),
            ("POST", "/api/v1/users", new | {"role": "admin", "service": True}),
        ]
        async with program(house, made["secret"]) as script:
            for method, path, body in closed:
                answer = await script.request(method, path, json=body)
                assert (answer.status_code, answer.json()["code"]) == (403, "access.token"), path
            assert (await script.get(ann)).json()["role"] == "agent"
            assert (await script.patch(ann, json={"name": "Ann B", "role": "supervisor"})).status_code == 200
            robot = {"login": "robot", "name": "R", "role": "agent", "service": True}
            assert (await script.post("/api/v1/users", json=robot)).status_code == 201
        for method, path, body in closed:
            assert (await adm.request(method, path, json=body)).status_code in {200, 201, 204, 409}, path


async def test_tokens_of_programs_are_made_by_administrators(house: House) -> None:
    """For a service account, never for a person; locked, its tokens open nothing, unlocked they do again."""
    async with house.browser("adm") as adm:
        body = {"name": "import", "scope": "read"}
        made = await adm.post(
            "/api/v1/users", json={"login": "robot", "name": "R", "role": "supervisor", "service": True}
        )
        path = f"/api/v1/users/{made.json()['id']}"
        token = (await adm.post(f"{path}/tokens", json=body)).json()
        person = await adm.post(f"/api/v1/users/{house.seed.users['ann']}/tokens", json=body)
        assert (person.status_code, person.json()["code"]) == (409, "token.not_service")
        async with program(house, token["secret"]) as script:
            assert (await script.get("/api/v1/board")).status_code == 200
            await adm.post(f"{path}/lock")
            assert (await script.get("/api/v1/board")).status_code == 401
            await adm.post(f"{path}/unlock")
            assert (await script.get("/api/v1/board")).status_code == 200
            (listed,) = (await adm.get(f"{path}/tokens")).json()["items"]
            assert (await adm.delete(f"{path}/tokens/{listed['id']}")).status_code == 204
            assert (await script.get("/api/v1/board")).status_code == 401


async def test_a_token_ends_when_it_says(house: House) -> None:
    """One in the past is refused; one that is over opens nothing."""
    async with house.browser("ann") as ann:
        past = await ann.post("/api/v1/me/tokens", json={"name": "x", "scope": "read", "expires_at": 1000.0})
        assert past.json()["code"] == "token.expired"
        user, now = house.seed.users["ann"], time.time()
        _, text = await house.store.write(
            lambda c: api_tokens.make(c, user, "old", "read", now - 100, now - 50, user)
        )
        async with program(house, text) as script:
            assert (await script.get("/api/v1/me")).json()["code"] == "token.invalid"


def test_the_api_says_that_it_takes_tokens() -> None:
    """Every route behind a sign-in names the cookie and the token as two ways in; the sign-in names none."""
    from agent_console import application

    document = application.build().openapi()
    schemes = document["components"]["securitySchemes"]
    assert (schemes["HTTPBearer"]["type"], schemes["HTTPBearer"]["scheme"]) == ("http", "bearer")
    asked = document["paths"]["/api/v1/parties"]["get"]["security"]
    assert sorted(map(str, asked)) == ["{'APIKeyCookie': []}", "{'HTTPBearer': []}"]
    assert "security" not in document["paths"]["/api/v1/login"]["post"]
