"""My account: password, second factor, own sessions, own tokens. For people at a browser; a token may not touch them."""

from typing import Annotated

import segno
from fastapi import APIRouter
from pydantic import Field

from agent_console import identity_rows, leaving, sign_in
from agent_console.access import InContext, InPerson, Present
from agent_console.api.bodies import Body
from agent_console.api.token_bodies import NewToken
from agent_console.context import Context
from agent_console.identity_answers import (
    MadeToken,
    RecoveryCodesAnswer,
    SecretAnswer,
    SessionsAnswer,
    SignInAnswer,
    TokensAnswer,
)
from agent_console.leaving import Leaving
from agent_console.sign_in import check_password, record, sealing, take_code
from config.errors import Kind, Refused
from crm_core import api_tokens, password_policy, passwords, people, second_factor, sessions, totp, users
from crm_core.sessions import Session
from crm_core.store import Connection

limited = APIRouter(prefix="/me", tags=["account"])
private = APIRouter(prefix="/me", tags=["account"])

Password = Annotated[str, Field(max_length=1000)]
CodeText = Annotated[str, Field(min_length=1, max_length=40)]


class NewPassword(Body):
    """`current` is the one that goes."""

    current: Password
    password: Password


class Proof(Body):
    """The password; left out by those who have none here."""

    password: Password = ""


class FullProof(Proof):
    """And a code of the second factor."""

    code: CodeText


class FirstCode(Body):
    """What the app shows."""

    code: CodeText


@limited.get("/sign-in")
async def my_sign_in(who: InPerson, within: InContext) -> SignInAnswer:
    """How one signs in."""
    user, now = who.user, within.clock.now()
    found, factor = await within.store.read(
        lambda c: (people.person(c, user.id, now), second_factor.factor_of(c, user.id, user.role))
    )
    return SignInAnswer(
        has_password=found.has_password,
        password_changed_at=found.password_changed_at,
        factor=identity_rows.factor(factor, available=within.seal is not None),
        identities=found.identities,
    )


@limited.put("/password", status_code=204)
async def change_my_password(given: NewPassword, who: InPerson, within: InContext) -> None:
    """Another password; all other sessions of one's own end."""
    user, session, now = who.user, _session(who), within.clock.now()
    await _prove(within, who, given.current, "/current")
    if given.password == given.current:
        raise Refused("user.password_same", Kind.INVALID, pointer="/password")
    password_policy.check(given.password, login=user.login, name=user.name)
    hashed = await passwords.hash_password(given.password)

    def unit(connection: Connection) -> None:
        users.set_password(connection, user.id, hashed, now)
        sessions.end_all(connection, user.id, but=session.id)
        record(connection, "password_changed", user.id, user.id, who.address, now)

    await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving(user=user.id, but=session.id).payload())


@limited.post("/totp", status_code=201)
async def begin_totp(given: Proof, who: InPerson, within: InContext) -> SecretAnswer:
    """A secret for one's app; it counts once a code of it has been given. 409 `totp.exists` when there is one already."""
    seal, user, now = sealing(within), who.user, within.clock.now()
    await _prove(within, who, given.password)
    secret = totp.new_secret()
    await within.store.write(lambda c: second_factor.begin(c, user.id, secret, seal, now))
    address = totp.address(secret, centre=within.centre_name, login=user.login)
    picture = segno.make(address, error="m", micro=False).svg_data_uri(border=3, scale=5, light="#fff")
    return SecretAnswer(secret=secret, address=address, qr=picture)


@limited.post("/totp/confirm")
async def confirm_totp(given: FirstCode, who: InPerson, within: InContext) -> RecoveryCodesAnswer:
    """The app shows our codes: from now on one is asked for at each sign-in. The recovery codes are told once."""
    seal, user, session, now = sealing(within), who.user, _session(who), within.clock.now()

    def unit(connection: Connection) -> tuple[str, ...]:
        codes = second_factor.confirm(connection, user.id, given.code, seal, now)
        sessions.strengthen(connection, session.id)
        record(connection, "totp_set_up", user.id, user.id, who.address, now)
        return codes

    return RecoveryCodesAnswer(codes=list(await within.store.write(unit)))


@limited.post("/totp/recovery-codes", status_code=201)
async def renew_my_recovery_codes(given: FullProof, who: InPerson, within: InContext) -> RecoveryCodesAnswer:
    """Fresh recovery codes; those from before are void."""
    await _prove(within, who, given.password)
    await _prove_code(within, who, given.code)
    user, now = who.user, within.clock.now()

    def unit(connection: Connection) -> tuple[str, ...]:
        record(connection, "recovery_codes_renewed", user.id, user.id, who.address, now)
        return second_factor.renew_recovery_codes(connection, user.id)

    return RecoveryCodesAnswer(codes=list(await within.store.write(unit)))


@limited.post("/totp/remove", status_code=204)
async def remove_totp(given: FullProof, who: InPerson, within: InContext) -> None:
    """The password alone from now on; 409 `totp.required` where the role asks for a second factor."""
    user, now = who.user, within.clock.now()
    if user.role in await within.store.read(second_factor.required_roles):
        raise Refused("totp.required")
    await _prove(within, who, given.password)
    await _prove_code(within, who, given.code)

    def unit(connection: Connection) -> None:
        second_factor.forget(connection, user.id)
        record(connection, "totp_removed", user.id, user.id, who.address, now)

    await within.store.write(unit)


@private.get("/sessions")
async def my_sessions(who: InPerson, within: InContext) -> SessionsAnswer:
    """Where one is signed in."""
    now = within.clock.now()
    found = await within.store.read(lambda c: sessions.open_sessions(c, now, who.user.id))
    return SessionsAnswer(items=[identity_rows.session(each, _session(who).id) for each in found])


@private.delete("/sessions/{session}", status_code=204)
async def end_my_session(session: str, who: InPerson, within: InContext) -> None:
    """Sign out there, at once."""
    user, now = who.user, within.clock.now()

    def unit(connection: Connection) -> None:
        sessions.end_one(connection, session, user.id)
        record(connection, "session_ended", user.id, user.id, who.address, now)

    await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving(session=session).payload())


@private.delete("/sessions", status_code=204)
async def end_my_other_sessions(who: InPerson, within: InContext) -> None:
    """Sign out everywhere but here."""
    user, session, now = who.user, _session(who), within.clock.now()

    def unit(connection: Connection) -> None:
        sessions.end_all(connection, user.id, but=session.id)
        record(connection, "session_ended", user.id, user.id, who.address, now, all_others=True)

    await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving(user=user.id, but=session.id).payload())


@private.get("/tokens")
async def my_tokens(who: InPerson, within: InContext) -> TokensAnswer:
    """One's own tokens of the API."""
    found = await within.store.read(lambda c: api_tokens.tokens_of(c, who.user.id))
    return TokensAnswer(items=[identity_rows.token(each) for each in found])


@private.post("/tokens", status_code=201)
async def make_my_token(given: NewToken, who: InPerson, within: InContext) -> MadeToken:
    """A token with one's own rights, or with those to read alone. It is told once."""
    user, now = who.user, within.clock.now()

    def unit(connection: Connection) -> tuple[api_tokens.ApiToken, str]:
        made, text = api_tokens.make(
            connection, user.id, given.name, given.scope, now, given.expires_at, user.id
        )
        record(
            connection, "token_made", user.id, user.id, who.address, now, token=made.id, name=made.name,
            scope=made.scope,
        )  # fmt: skip
        return made, text

    made, text = await within.store.write(unit)
    return MadeToken(token=identity_rows.token(made), secret=text)


@private.delete("/tokens/{token}", status_code=204)
async def revoke_my_token(token: str, who: InPerson, within: InContext) -> None:
    """It opens nothing from now on."""
    user, now = who.user, within.clock.now()

    def unit(connection: Connection) -> None:
        gone = api_tokens.revoke(connection, user.id, token)
        record(connection, "token_revoked", user.id, user.id, who.address, now, token=gone.id, name=gone.name)

    await within.store.write(unit)


def _session(who: Present) -> Session:
    assert who.session is not None  # noqa: S101 - in person
    return who.session


async def _prove(within: Context, who: Present, password: str, pointer: str = "/password") -> None:
    """Whoever sits at an open browser is not always its user. Those without a password here have shown themselves to
    their provider."""
    now = within.clock.now()
    found = await within.store.read(lambda c: people.person(c, who.user.id, now))
    if not found.has_password:
        if pointer == "/current":
            raise Refused("user.password_none")
        return
    try:
        await check_password(within, who.user.login, password, who.address)
    except Refused as refusal:
        if refusal.code != "login.wrong":
            raise
        raise Refused("user.password_wrong", Kind.FORBIDDEN, pointer=pointer) from refusal


async def _prove_code(within: Context, who: Present, code: str) -> None:
    seal, user, now = sealing(within), who.user, within.clock.now()

    def unit(connection: Connection) -> bool | None:
        if sessions.too_many(connection, user.login, who.address, now):
            return None
        return take_code(connection, user, code, seal, who.address, now)

    right = await within.store.write(unit)
    if right is None:
        raise sign_in.too_many()
    if not right:
        raise Refused("totp.wrong", Kind.INVALID, pointer="/code")
