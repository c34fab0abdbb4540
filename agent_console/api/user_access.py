"""What opens somebody's account, for administrators: everybody's sessions, tokens of programs."""

from fastapi import APIRouter

from agent_console import identity_rows, leaving
from agent_console.access import AsAdministrator, AsAdministratorInPerson, InContext
from agent_console.api.token_bodies import NewToken
from agent_console.identity_answers import MadeToken, SessionsAnswer, TokensAnswer
from agent_console.leaving import Leaving
from agent_console.sign_in import record
from config.errors import Refused
from crm_core import api_tokens, people, sessions
from crm_core.store import Connection

router = APIRouter(tags=["users"])


@router.get("/sessions")
async def list_sessions(who: AsAdministrator, within: InContext, user: str | None = None) -> SessionsAnswer:
    """Who is signed in, where and since when; everybody, or one user."""
    now, here = within.clock.now(), who.session
    found = await within.store.read(lambda c: sessions.open_sessions(c, now, user))
    return SessionsAnswer(items=[identity_rows.session(each, here.id if here else None) for each in found])


@router.delete("/users/{user}/sessions/{session}", status_code=204)
async def end_session_of(user: str, session: str, who: AsAdministrator, within: InContext) -> None:
    """Signed out there, at once: the API refuses and the sockets close."""
    now = within.clock.now()

    def unit(connection: Connection) -> None:
        sessions.end_one(connection, session, user)
        record(connection, "session_ended", user, who.user.id, who.address, now)

    await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving(session=session).payload())


@router.delete("/users/{user}/sessions", status_code=204)
async def end_sessions_of(user: str, who: AsAdministrator, within: InContext) -> None:
    """Signed out everywhere, at once; one's own session stays."""
    now = within.clock.now()
    kept = who.session.id if who.session and user == who.user.id else None

    def unit(connection: Connection) -> None:
        people.person(connection, user, now)
        sessions.end_all(connection, user, but=kept)
        record(connection, "session_ended", user, who.user.id, who.address, now, all=True)

    await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving(user=user, but=kept).payload())


@router.get("/users/{user}/tokens")
async def list_tokens_of(user: str, who: AsAdministrator, within: InContext) -> TokensAnswer:
    """The tokens of a user, without what opens."""
    found = await within.store.read(lambda c: api_tokens.tokens_of(c, user))
    return TokensAnswer(items=[identity_rows.token(each) for each in found])


@router.post("/users/{user}/tokens", status_code=201)
async def make_token_of(
    user: str, given: NewToken, who: AsAdministratorInPerson, within: InContext
) -> MadeToken:
    """A token for a program's account, told once; 409 `token.not_service` for a person's: only they make theirs."""
    now = within.clock.now()

    def unit(connection: Connection) -> tuple[api_tokens.ApiToken, str]:
        owner = people.person(connection, user, now)
        if not owner.user.service or owner.state == "removed":
            raise Refused("token.not_service")
        made, text = api_tokens.make(
            connection, user, given.name, given.scope, now, given.expires_at, who.user.id
        )
        record(
            connection, "token_made", user, who.user.id, who.address, now, token=made.id, name=made.name,
            scope=made.scope,
        )  # fmt: skip
        return made, text

    made, text = await within.store.write(unit)
    return MadeToken(token=identity_rows.token(made), secret=text)


@router.delete("/users/{user}/tokens/{token}", status_code=204)
async def revoke_token_of(user: str, token: str, who: AsAdministrator, within: InContext) -> None:
    """It opens nothing from now on, whoever's it is."""
    now = within.clock.now()

    def unit(connection: Connection) -> None:
        gone = api_tokens.revoke(connection, user, token)
        record(
            connection, "token_revoked", user, who.user.id, who.address, now, token=gone.id, name=gone.name
        )

    await within.store.write(unit)
