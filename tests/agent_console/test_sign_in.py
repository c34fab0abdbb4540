"""Two steps, what is due first, one's own password and sessions: over the API as a browser does it."""

import asyncio
import base64
import time
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from crm_core import people, second_factor, sessions, totp
from tests.agent_console.house import PASSWORD, House, open_house

FINE = "a much better one"


@pytest.fixture(autouse=True)
async def early_in_a_step() -> None:
    """A test reckons with codes of the last, this and the next half minute: none ends while it runs."""
    if (left := totp.STEP_S - time.time() % totp.STEP_S) < 12:
        await asyncio.sleep(left)


async def enrol(client: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Set up a second factor as one's own; the secret and the recovery codes."""
    begun = await client.post("/api/v1/me/totp", json={"password": PASSWORD})
    assert begun.status_code == 201, begun.text
    secret = begun.json()["secret"]
    confirmed = await client.post("/api/v1/me/totp/confirm", json={"code": code_of(secret, -1)})
    assert confirmed.status_code == 200, confirmed.text
    return secret, confirmed.json()["codes"]


def code_of(secret: str, steps: int = 0) -> str:
    return totp.code_at(secret, totp.step_at(time.time()) + steps)


async def first_step(client: httpx.AsyncClient, login: str = "ann") -> str:
    answer = await client.post("/api/v1/login", json={"login": login, "password": PASSWORD})
    assert answer.json()["user"] is None
    assert "set-cookie" not in answer.headers
    return str(answer.json()["ticket"])


async def second_step(client: httpx.AsyncClient, ticket: str, code: str) -> tuple[int, str | None]:
    answer = await client.post("/api/v1/login/code", json={"ticket": ticket, "code": code})
    return answer.status_code, None if answer.is_success else answer.json()["code"]


async def code_for(answer: httpx.Response) -> str:
    return "" if answer.is_success else str(answer.json()["code"])


async def test_a_second_factor_makes_two_steps(house: House) -> None:
    """With one the password gives no session; the code does, once, and the secret is never told again."""
    async with house.browser("ann") as ann:
        begun = (await ann.post("/api/v1/me/totp", json={"password": PASSWORD})).json()
        assert begun["qr"].startswith("data:image/svg+xml")
        assert "<path" in unquote(begun["qr"])
        assert begun["secret"] in begun["address"]
        assert len(base64.b32decode(begun["secret"])) == 20
        secret, codes = await enrol(ann)
        assert secret != begun["secret"]
        shown = (await ann.get("/api/v1/me/sign-in")).json()
        assert shown["factor"]["recovery_codes_left"] == len(codes) == 10
        assert shown["factor"]["since"] is not None
        assert secret not in str(shown)
        again = await ann.post("/api/v1/me/totp", json={"password": PASSWORD})
        assert again.json()["code"] == "totp.exists"
    async with house.browser() as client:
        ticket = await first_step(client)
        assert (await client.get("/api/v1/me")).status_code == 401
        assert await second_step(client, ticket, code_of(secret, -1)) == (401, "login.wrong_code")
        assert await second_step(client, ticket, code_of(secret)) == (200, None)
        assert (await client.get("/api/v1/me")).json()["user"]["login"] == "ann"
        assert await second_step(client, ticket, code_of(secret, 1)) == (401, "login.ticket")
    async with house.browser() as client:
        ticket = await first_step(client)
        assert await second_step(client, ticket, codes[0].upper()) == (200, None)
        assert await second_step(client, await first_step(client), codes[0]) == (401, "login.wrong_code")


async def test_wrong_codes_are_counted_like_wrong_passwords(house: House) -> None:
    """Ten of them close the door for a while, also for the right code, and passing the first step again opens nothing."""
    async with house.browser("ann") as ann, house.browser() as client:
        secret, _ = await enrol(ann)
        for _ in range(5):
            ticket = await first_step(client)
            for _ in range(2):
                assert await second_step(client, ticket, "nonsense") == (401, "login.wrong_code")
        assert await second_step(client, ticket, code_of(secret)) == (429, "login.too_many")
        barred = await client.post("/api/v1/login", json={"login": "ann", "password": PASSWORD})
        assert (barred.status_code, barred.json()["code"]) == (429, "login.too_many")


async def test_codes_sent_at_once_are_no_way_round_the_limit(house: House) -> None:
    """Of many wrong codes that arrive together no more are answered than one after another."""
    async with house.browser("ann") as ann, house.browser() as client:
        await enrol(ann)
        ticket = await first_step(client)
        answers = await asyncio.gather(*(second_step(client, ticket, f"wrong{n}") for n in range(20)))
        assert sorted(status for status, _ in answers) == [401] * 10 + [429] * 10


async def test_the_same_code_sent_twice_at_once_opens_once(house: House) -> None:
    """Two browsers with one code and a ticket each: one of them is in."""
    async with house.browser("ann") as ann, house.browser() as client:
        secret, _ = await enrol(ann)
        tickets = [await first_step(client) for _ in range(2)]
        code = code_of(secret)
        answers = await asyncio.gather(*(second_step(client, ticket, code) for ticket in tickets))
        assert sorted(status for status, _ in answers) == [200, 401]


async def test_taking_the_second_factor_away_asks_for_both(house: House) -> None:
    """Password and code, for removal and for fresh recovery codes; where the role asks for one it stays."""
    async with house.browser("ann") as ann:
        secret, codes = await enrol(ann)
        right = {"password": PASSWORD, "code": codes[0]}
        for path in ("/api/v1/me/totp/remove", "/api/v1/me/totp/recovery-codes"):
            wrong = await ann.post(path, json={"password": "not this one", "code": codes[0]})
            assert (wrong.status_code, await code_for(wrong)) == (403, "user.password_wrong")
            assert await code_for(await ann.post(path, json=right | {"code": "123"})) == "totp.wrong"
        fresh = await ann.post("/api/v1/me/totp/recovery-codes", json=right)
        assert fresh.status_code == 201
        assert not set(fresh.json()["codes"]) & set(codes)
        await house.store.write(lambda c: second_factor.require_for(c, ["agent"]))
        assert await code_for(await ann.post("/api/v1/me/totp/remove", json=right)) == "totp.required"
        await house.store.write(lambda c: second_factor.require_for(c, []))
        gone = await ann.post("/api/v1/me/totp/remove", json={"password": PASSWORD, "code": code_of(secret)})
        assert gone.status_code == 204
    async with house.browser("ann") as ann:
        assert (await ann.get("/api/v1/me/sign-in")).json()["factor"]["since"] is None


async def test_a_role_that_must_have_one_does_nothing_else_first(house: House) -> None:
    """The administrator asks for it; who is signed in and who signs in sees that it is due, is refused elsewhere, sockets
    close, and setting it up is enough."""
    async with house.browser("adm") as adm, house.browser("ann") as ann, house.listening(ann) as screen:
        await screen.frame()
        answer = await adm.put("/api/v1/totp-roles", json={"roles": ["agent"]})
        assert answer.json() == {"roles": ["agent"]}
        assert await screen.until_closed() == 4001
        refused = await ann.get("/api/v1/parties")
        assert (refused.status_code, await code_for(refused)) == (403, "session.totp_due")
        assert (await ann.get("/api/v1/me")).json()["due"] == "totp"
        assert (await ann.get("/api/v1/me/sign-in")).json()["factor"]["required"] is True
        async with house.listening(ann) as refused_screen:
            assert await refused_screen.until_closed() == 4001
        secret, _ = await enrol(ann)
        assert (await ann.get("/api/v1/me")).json()["due"] is None
        assert (await ann.get("/api/v1/parties")).status_code == 200
        async with house.browser() as client:
            assert await second_step(client, await first_step(client), code_of(secret)) == (200, None)
            assert (await client.get("/api/v1/parties")).status_code == 200


async def test_changing_the_password_ends_the_other_sessions(house: House) -> None:
    """The current one is asked for, a bad new one is refused and changes nothing; a good one leaves this session alone."""
    async with house.browser("ann") as here, house.browser("ann") as there, house.listening(there) as screen:
        await screen.frame()
        for body, status, code in (
            ({"current": "not this one", "password": FINE}, 403, "user.password_wrong"),
            ({"current": PASSWORD, "password": "short"}, 422, "user.password_short"),
            ({"current": PASSWORD, "password": "password1234"}, 422, "user.password_common"),
            ({"current": PASSWORD, "password": PASSWORD}, 422, "user.password_same"),
        ):
            answer = await here.put("/api/v1/me/password", json=body)
            assert (answer.status_code, await code_for(answer)) == (status, code)
        assert (await there.get("/api/v1/me")).status_code == 200
        good = await here.put("/api/v1/me/password", json={"current": PASSWORD, "password": FINE})
        assert good.status_code == 204
        assert await screen.until_closed() == 4001
        assert (await there.get("/api/v1/me")).status_code == 401
        assert (await here.get("/api/v1/me")).status_code == 200
        old = await there.post("/api/v1/login", json={"login": "ann", "password": PASSWORD})
        assert old.json()["code"] == "login.wrong"
        new = await there.post("/api/v1/login", json={"login": "ann", "password": FINE})
        assert new.json()["user"]["login"] == "ann"


async def test_guessing_the_current_password_is_slowed_down_too(house: House) -> None:
    """An open browser is no way to try passwords without end."""
    async with house.browser("ann") as ann:
        for _ in range(10):
            await ann.put("/api/v1/me/password", json={"current": "wrong", "password": FINE})
        barred = await ann.put("/api/v1/me/password", json={"current": PASSWORD, "password": FINE})
        assert (barred.status_code, await code_for(barred)) == (429, "login.too_many")


async def test_own_sessions_are_listed_and_ended_at_once(house: House) -> None:
    """Where from, with what, since when, which is this one; ended ones get 401 and their sockets 4001 at once."""
    async with house.browser("ann") as here, house.browser("ann") as there, house.browser("bob") as bob:
        listed = (await here.get("/api/v1/me/sessions")).json()["items"]
        assert len(listed) == 2
        assert {each["address"] for each in listed} == {"127.0.0.1"}
        assert all("python-httpx" in each["program"] for each in listed)
        (other,) = [each for each in listed if not each["current"]]
        assert await code_for(await bob.delete(f"/api/v1/me/sessions/{other['id']}")) == "session.unknown"
        async with house.listening(there) as screen, house.listening(here) as mine:
            await screen.frame()
            await mine.frame()
            assert (await here.delete(f"/api/v1/me/sessions/{other['id']}")).status_code == 204
            assert await screen.until_closed() == 4001
            assert (await there.get("/api/v1/me")).status_code == 401
            async with house.browser("ann") as third, house.listening(third) as late:
                await late.frame()
                assert (await here.delete("/api/v1/me/sessions")).status_code == 204
                assert await late.until_closed() == 4001
            assert (await here.get("/api/v1/me")).status_code == 200
            await house.call_arrives()
            await mine.frame()


async def test_when_somebody_was_here_is_kept_to_the_minute(house: House) -> None:
    """A session that was last seen long ago is seen again by its next request."""
    async with house.browser("ann") as ann:
        token = ann.cookies["trunkline_session"]
        session = sessions.id_of(token)
        before = time.time() - 3600
        await house.store.write(lambda c: sessions.seen(c, session, before))
        (listed,) = (await ann.get("/api/v1/me/sessions")).json()["items"]
        assert listed["seen_at"] > before + 3000


async def test_without_a_key_for_secrets_there_are_no_second_factors(tmp_path: Path) -> None:
    """The account page is told, and whoever asks all the same is refused with the reason."""
    async with (
        open_house(tmp_path, sign_in={}) as house,
        house.browser("ann") as ann,
        house.browser("adm") as adm,
    ):
        assert (await ann.get("/api/v1/me/sign-in")).json()["factor"]["available"] is False
        begun = await ann.post("/api/v1/me/totp", json={"password": PASSWORD})
        assert await code_for(begun) == "sign_in.no_key"
        asked = await adm.put("/api/v1/totp-roles", json={"roles": ["agent"]})
        assert await code_for(asked) == "sign_in.no_key"


async def test_the_table_of_roles_keeps_a_programs_password_out(house: House) -> None:
    """A service account cannot sign in with any password."""
    async with house.browser("adm") as adm, house.browser() as client:
        made = await adm.post(
            "/api/v1/users", json={"login": "robot", "name": "Robot", "role": "agent", "service": True}
        )
        assert made.status_code == 201
        for password in ("", "nobody has this password"):
            answer = await client.post("/api/v1/login", json={"login": "robot", "password": password or "x"})
            assert answer.json()["code"] == "login.wrong"
        person = await house.store.read(lambda c: people.person(c, made.json()["id"], 0.0))
        assert not person.has_password
