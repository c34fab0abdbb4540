"""Single sign-on against a real provider on loopback: keys, redirects, codes."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from agent_console.oidc.id_token import KeyUnknown, read
from agent_console.oidc.web import Web
from config.errors import Refused, Unavailable
from crm_core import people, second_factor, totp, users
from crm_core.sealing import Seal
from tests.agent_console.house import PASSWORD, House, open_house
from tests.agent_console.oidc_provider import CLIENT, SECRET, Provider, ec_key, provider_on_loopback, rsa_key

CALLBACK = "/api/v1/login/oidc/callback"
CENTRE = {"name": "Test centre", "logo": None}


@asynccontextmanager
async def centre(folder: Path, **oidc: object) -> AsyncIterator[tuple[House, Provider]]:
    async with provider_on_loopback() as provider:
        settings = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
        async with open_house(folder, oidc=settings | oidc) as house:
            yield house, provider


async def to_provider(client: httpx.AsyncClient) -> str:
    """Press the button, sign in at the provider; where it sends the browser back to."""
    begun = await client.get("/api/v1/login/oidc")
    assert begun.status_code == 303
    async with httpx.AsyncClient() as elsewhere:  # another site: none of our cookies go there
        back = await elsewhere.get(begun.headers["location"])
    assert back.status_code == 302, back.text
    return str(back.headers["location"])


async def sign_in(client: httpx.AsyncClient) -> str:
    """The whole way; where the browser ends."""
    answer = await client.get(await to_provider(client))
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def who(client: httpx.AsyncClient) -> str | None:
    answer = await client.get("/api/v1/me")
    return answer.json()["user"]["login"] if answer.is_success else None


async def test_who_is_linked_comes_in_by_subject(tmp_path: Path) -> None:
    """At first a verified address finds the user, ever after issuer and subject do, though the address is another; the
    session is a session like any other, and is listed as one of the provider's."""
    async with centre(tmp_path, link_by_email=True, label="Example account") as (house, provider):
        await house.store.write(
            lambda c: people.change(c, house.seed.users["ann"], {"email": "ann@example.com"})
        )
        provider.claims = {"email": "Ann@example.com", "email_verified": True}
        async with house.browser() as client:
            assert (await client.get("/api/v1/login/ways")).json() == {
                "oidc": {"label": "Example account"},
                "centre": CENTRE,
            }
            assert await sign_in(client) == "/"
            assert await who(client) == "ann"
            (session,) = (await client.get("/api/v1/me/sessions")).json()["items"]
            assert (session["way"], session["strong"], session["current"]) == ("oidc", False, True)
        provider.claims = {"email": "else@example.com", "email_verified": True}
        async with house.browser() as client:
            assert await sign_in(client) == "/"
            assert await who(client) == "ann"
            cookie = next(each for each in client.cookies.jar if each.name == "trunkline_session")
            assert cookie.has_nonstandard_attr("HttpOnly")


@pytest.mark.parametrize(
    "claims", [{"email": "ann@example.com"}, {"email": "ann@example.com", "email_verified": False}, {}]
)
async def test_an_unverified_address_opens_nothing(tmp_path: Path, claims: dict[str, Any]) -> None:
    """Whoever can write any address into their profile must not become its owner."""
    async with centre(tmp_path, link_by_email=True) as (house, provider):
        await house.store.write(
            lambda c: people.change(c, house.seed.users["ann"], {"email": "ann@example.com"})
        )
        provider.claims = claims
        async with house.browser() as client:
            assert await sign_in(client) == "/#sign-in=oidc.unknown_user"
            assert await who(client) is None


async def test_somebody_new_is_made_with_a_role_by_their_groups(tmp_path: Path) -> None:
    """A claim's values say which role; without one that is named nobody is made. What the ID token lacks is asked for."""
    async with centre(
        tmp_path, create_users=True, role_claim="realm_access.roles", roles="leads=supervisor, desk=agent"
    ) as (house, provider):
        provider.subject = "sub-new"
        async with house.browser() as client:
            assert await sign_in(client) == "/#sign-in=oidc.unknown_user"
        provider.told = {
            "preferred_username": "mei.lin",
            "name": "林美玲",
            "locale": "zh-Hant-TW",
            "realm_access": {"roles": ["staff", "desk"]},
        }
        async with house.browser() as client:
            assert await sign_in(client) == "/"
            user = (await client.get("/api/v1/me")).json()["user"]
            assert (user["login"], user["name"], user["role"], user["language"]) == (
                "mei.lin",
                "林美玲",
                "agent",
                "zh-TW",
            )
            password = await client.post(
                "/api/v1/login", json={"login": "mei.lin", "password": "nobody has this password"}
            )
            assert password.json()["code"] == "login.wrong"
        provider.told["realm_access"] = {"roles": ["leads"]}
        async with house.browser() as client:
            assert await sign_in(client) == "/"
            assert (await client.get("/api/v1/me")).json()["user"]["role"] == "agent"


async def test_a_locked_user_stays_out(tmp_path: Path) -> None:
    """Locking closes this way too, and the answer says so to the browser alone."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, provider):
        provider.claims = {"preferred_username": "cho"}
        async with house.browser() as client:
            assert await sign_in(client) == "/"
            cho = (await client.get("/api/v1/me")).json()["user"]["id"]
        await house.store.write(lambda c: people.lock(c, cho))
        async with house.browser() as client:
            assert await sign_in(client) == "/#sign-in=oidc.locked"
            assert await who(client) is None


async def test_an_answer_opens_only_the_browser_that_asked(tmp_path: Path) -> None:
    """Another browser, another state, an answer used twice: none of them gets in (RFC 6749, 10.12)."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, _):
        async with house.browser() as mine, house.browser() as other:
            back = await to_provider(mine)
            assert (await other.get(back)).headers["location"] == "/#sign-in=oidc.state"
            await to_provider(other)
            assert (await other.get(back)).headers["location"] == "/#sign-in=oidc.state"
            assert await who(other) is None
        async with house.browser() as client:
            back = await to_provider(client)
            kept = dict(client.cookies)
            assert (await client.get(back)).headers["location"] == "/"
            await client.post("/api/v1/logout")
            client.cookies = httpx.Cookies(kept)
            assert (await client.get(back)).headers["location"] == "/#sign-in=oidc.refused"
            client.cookies.clear()
            state = parse_qs(urlsplit(back).query)["state"][0]
            without = await client.get(CALLBACK, params={"state": state, "error": "access_denied"})
            assert without.headers["location"] == "/#sign-in=oidc.state"


async def test_the_provider_may_say_no(tmp_path: Path) -> None:
    """An error instead of a code leads to the sign-in page with words for it; a strange issuer is not believed."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, provider):
        provider.error = "access_denied"
        async with house.browser() as client:
            assert await sign_in(client) == "/#sign-in=oidc.refused"
        provider.error = ""
        async with house.browser() as client:
            back = await to_provider(client)
            query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
            bent = await client.get(CALLBACK, params=query | {"iss": "https://evil.example"})
            assert bent.headers["location"] == "/#sign-in=oidc.invalid"


def unsigned(provider: Provider) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode(claims, None, "none", headers={"kid": provider.keys[-1].name})


def by_shared_secret(provider: Provider) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode(claims, SECRET * 2, "HS256", headers={"kid": provider.keys[-1].name})


def by_stranger(provider: Provider) -> Callable[[dict[str, Any]], str]:
    stranger = rsa_key(provider.keys[-1].name)
    return lambda claims: jwt.encode(claims, stranger.private, "RS256", headers={"kid": stranger.name})


@pytest.mark.parametrize("sign", [unsigned, by_shared_secret, by_stranger])
async def test_a_token_that_the_provider_did_not_sign_is_refused(
    tmp_path: Path, sign: Callable[[Provider], Callable[[dict[str, Any]], str]]
) -> None:
    """No signature, one by a shared secret, one by somebody else's key of the same name (RFC 8725)."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, provider):
        provider.sign = sign(provider)
        async with house.browser() as client:
            assert await sign_in(client) == "/#sign-in=oidc.invalid"
            assert await who(client) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": time.time() + 1e6},
        {"nbf": time.time() + 1e6},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": ""},
    ],
)
async def test_a_token_for_somebody_else_or_another_time_is_refused(
    tmp_path: Path, claims: dict[str, Any]
) -> None:
    """Issuer, audience, authorised party, expiry, nonce and subject all have to be right (OpenID Connect Core, 3.1.3.7)."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, provider):
        provider.claims = claims
        async with house.browser() as client:
            assert await sign_in(client) == "/#sign-in=oidc.invalid"
            assert await who(client) is None
        assert "sub-ann" not in [user.login for user in await house.store.read(users.list_users)]


async def test_keys_may_change_while_we_run(tmp_path: Path) -> None:
    """A new key, of the other algorithm too, is fetched when a token is signed with it; the metadata is read once."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, provider):
        async with house.browser() as client:
            assert await sign_in(client) == "/"
        house.console.context.provider._keys_at -= 60  # type: ignore[union-attr]
        provider.keys = [ec_key("k2")]
        async with house.browser() as client:
            assert await sign_in(client) == "/"
            assert await who(client) == "sub-ann"
        provider.keys = [*provider.keys, rsa_key("k3")]
        async with house.browser() as client:
            # asked again a moment ago: whoever sends strange keys does not make us ask for each
            assert await sign_in(client) == "/#sign-in=oidc.invalid"
        assert provider.asked.count("GET /realm/keys") == 2
        assert provider.asked.count("GET /realm/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"]
)
async def test_only_the_issuers_origin_is_asked(tmp_path: Path, endpoint: str) -> None:
    """Metadata that points elsewhere, into our own network say, is not followed."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, provider):
        provider.metadata = {endpoint: f"{house.origin}/api/v1/callus"}
        async with house.browser() as client:
            if endpoint == "authorization_endpoint":
                answer = await client.get("/api/v1/login/oidc")
                assert answer.headers["location"] == "/#sign-in=oidc.unavailable"
            else:
                assert await sign_in(client) == "/#sign-in=oidc.unavailable"
            assert await who(client) is None


async def test_metadata_of_another_issuer_is_refused(tmp_path: Path) -> None:
    """What is published must name the issuer exactly as the settings do; a provider that is away is told as away."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, provider):
        provider.metadata = {"issuer": provider.issuer + "/"}
        async with house.browser() as client:
            assert (await client.get("/api/v1/login/oidc")).headers[
                "location"
            ] == "/#sign-in=oidc.unavailable"


async def test_the_web_is_bounded_and_not_led_elsewhere() -> None:
    """A redirect, an answer that is no JSON object or too long, and nobody listening are the peer's fault."""
    async with provider_on_loopback() as provider:
        web = Web()
        base = provider.issuer.removesuffix("/realm")
        with pytest.raises(Unavailable, match="more than 500000 bytes"):
            await web.get(f"{base}/endless")
        for path in ("/realm/authorize?response_type=code&client_id=x", "/openapi.jsonx", "/docs"):
            with pytest.raises(Unavailable):
                await web.get(base + path)
        assert (await web.get(f"{provider.issuer}/keys"))["keys"]
        with pytest.raises(Unavailable):
            await web.get("http://127.0.0.1:9/nothing")


async def test_a_second_factor_of_ours_is_asked_for_after_the_provider(tmp_path: Path) -> None:
    """Unless the settings trust the provider with it, whoever has one here gives a code here."""
    async with centre(tmp_path, create_users=True, default_role="agent") as (house, _):
        async with house.browser() as client:
            assert await sign_in(client) == "/"
            user = (await client.get("/api/v1/me")).json()["user"]["id"]
        secret = totp.new_secret()
        seal = Seal("a key of the tests")
        now = time.time()
        code = totp.code_at(secret, totp.step_at(now))
        await house.store.write(lambda c: second_factor.begin(c, user, secret, seal, now))
        codes = await house.store.write(lambda c: second_factor.confirm(c, user, code, seal, now))
        async with house.browser() as client:
            place = await sign_in(client)
            assert place.startswith("/#ticket=")
            assert await who(client) is None
            ticket = parse_qs(place.removeprefix("/#"))["ticket"][0]
            answer = await client.post("/api/v1/login/code", json={"ticket": ticket, "code": codes[0]})
            assert answer.json()["user"]["id"] == user
            assert await who(client) == "sub-ann"


async def test_a_trusted_provider_has_asked_already(tmp_path: Path) -> None:
    """With `trust_second_factor` the session is strong, and a role that asks for a second factor is content."""
    async with centre(tmp_path, create_users=True, default_role="agent", trust_second_factor=True) as (
        house,
        _,
    ):
        await house.store.write(lambda c: second_factor.require_for(c, ["agent"]))
        async with house.browser() as client:
            assert await sign_in(client) == "/"
            assert (await client.get("/api/v1/me")).json()["due"] is None


async def test_without_a_provider_there_is_no_such_way(house: House) -> None:
    """The page is told, and the address leads back with words."""
    async with house.browser() as client:
        assert (await client.get("/api/v1/login/ways")).json() == {"oidc": None, "centre": CENTRE}
        assert (await client.get("/api/v1/login/oidc")).headers["location"] == "/#sign-in=oidc.off"
        password = await client.post("/api/v1/login", json={"login": "ann", "password": PASSWORD})
        assert password.status_code == 200


def test_a_key_for_something_else_is_no_key() -> None:
    """Keys for encryption, of another type or algorithm are passed over; without a name only a single one can be meant."""
    key = rsa_key("k1")
    token = jwt.encode({"sub": "s"}, key.private, "RS256", headers={"kid": "k1"})
    public = key.public()
    assert read(token, [ec_key("k1").public(), public])["sub"] == "s"
    for wrong in ({"use": "enc"}, {"alg": "ES256"}, {"kid": "k9"}):
        with pytest.raises(KeyUnknown):
            read(token, [public | wrong])
    nameless = jwt.encode({"sub": "s"}, key.private, "RS256")
    assert read(nameless, [public])["sub"] == "s"
    with pytest.raises(KeyUnknown):
        read(nameless, [public, rsa_key("k2").public()])
    with pytest.raises(Refused):
        read("not.a.token", [public])
