"""The people who sign in, and programs' accounts: for administrators."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from agent_console import coverage, identity_rows, leaving
from agent_console.access import (
    AsAdministrator,
    AsAdministratorInPerson,
    AsSupervisor,
    InContext,
    Present,
    must_be_in_person,
)
from agent_console.api.bodies import Body
from agent_console.api.given_skills import GivenSkill, GivenSkills, ends, pairs, told
from agent_console.context import Context
from agent_console.coverage import Unserved
from agent_console.identity_answers import (
    EndingSkillsAnswer,
    PeoplePage,
    PersonAnswer,
    SkillsAnswer,
    TotpRolesAnswer,
)
from agent_console.leaving import Leaving
from agent_console.sign_in import record
from config.errors import Kind, Refused, Unavailable
from config.logs import Transcript
from crm_core import certificates, password_policy, passwords, people, queues, second_factor, users
from crm_core.sign_in_log import What
from crm_core.store import Connection
from crm_core.users import User

router = APIRouter(tags=["users"])
_TRANSCRIPT = Transcript("console")

Login = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\s\x00-\x1f]+$")
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Role = Literal["agent", "supervisor", "admin"]
Language = Literal["en", "zh-TW", "zh-CN"]
Extension = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=r"^\d*$")]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+)?$"
    ),
]
AtOnce = Annotated[int, Field(ge=0, le=20)]
Load = Annotated[int, Field(ge=0, le=1000)]
Share = Annotated[int, Field(ge=0, le=100)]
Password = Annotated[str, Field(max_length=1000)]


class NewUser(Body):
    """A person needs a password, which they must change; a `service` account has none. `record_share`: of a hundred of their calls so many are
    recorded; null: as the queue says."""

    login: Login
    name: Name
    role: Role
    language: Language = "en"
    extension: Extension = ""
    email: Email = ""
    letters_at_once: AtOnce = 1
    chats_at_once: AtOnce = 3
    load_at_most: Load = 100
    record_share: Share | None = None
    service: bool = False
    password: Password = ""
    skills: list[GivenSkill] = Field(default_factory=list, max_length=100)


class UserChanges(Body):
    """What is given is changed; an empty extension or e-mail takes it away, and so does null as `record_share`: then the queue's counts again."""

    name: Name | None = None
    role: Role | None = None
    language: Language | None = None
    extension: Extension | None = None
    email: Email | None = None
    letters_at_once: AtOnce | None = None
    chats_at_once: AtOnce | None = None
    load_at_most: Load | None = None
    record_share: Share | None = None


class SetPassword(Body):
    """A password for somebody else, good until they have chosen their own."""

    password: Password


class TotpRoles(Body):
    """These roles and no others."""

    roles: list[Role] = Field(max_length=3)


@router.get("/users")
async def list_users(  # noqa: PLR0917 - a query's parameters
    who: AsAdministrator,
    within: InContext,
    search: Annotated[str, Query(max_length=100)] = "",
    state: Annotated[list[Literal["active", "locked", "removed"]] | None, Query(max_length=3)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> PeoplePage:
    """By login; without `state` all but the removed."""
    now = within.clock.now()
    page = await within.store.read(
        lambda c: people.find(
            c, now, sought=search, states=state or ("active", "locked"), limit=limit, cursor=cursor
        )
    )
    zone = within.settings.centre.time_zone
    return PeoplePage(
        items=[identity_rows.person(each, zone, now) for each in page.items], next_cursor=page.next_cursor
    )


@router.post("/users", status_code=201)
async def add_user(given: NewUser, who: AsAdministrator, within: InContext) -> PersonAnswer:
    """Somebody new; an agent is in the queues that fit their skills from now on. A program may add programs' accounts, but no administrator
    and nobody with a password: 403 `access.token`."""
    if given.password or given.role == "admin":
        must_be_in_person(who)
    now, zone, hashed = within.clock.now(), within.settings.centre.time_zone, ""
    if not given.service:
        password_policy.check(given.password, login=given.login, name=given.name)
        hashed = await passwords.hash_password(given.password)
    elif given.password:
        raise Refused("user.service_password", Kind.INVALID, pointer="/password")

    def unit(connection: Connection) -> str:
        made = users.add_user(
            connection,
            login=given.login,
            name=given.name,
            password_hash=hashed,
            role=given.role,
            language=given.language,
            extension=given.extension or None,
            email=given.email or None,
            letters_at_once=given.letters_at_once,
            chats_at_once=given.chats_at_once,
            load_at_most=given.load_at_most,
            record_share=given.record_share,
            service=given.service,
            must_change_password=not given.service,
            now=now,
        )
        people.set_skills(connection, made.id, pairs(given.skills), ends(given.skills, zone))
        _note(connection, "user_added", made, who, now, login=made.login, role=made.role)
        return made.id

    return await _changed(within, await within.store.write(unit))


@router.get("/users/{user}")
async def read_user(user: str, who: AsAdministrator, within: InContext) -> PersonAnswer:
    """One of them."""
    return await _document(within, user)


@router.patch("/users/{user}")
async def change_user(user: str, given: UserChanges, who: AsAdministrator, within: InContext) -> PersonAnswer:
    """Name, role, language, extension, address, capacity, recording; another role signs them out everywhere. A program makes nobody an administrator,
    and changes no address by which one may sign in: 403 `access.token`."""
    wishes = {name: wish for name, wish in given.model_dump().items() if wish is not None}
    if "record_share" in given.model_fields_set:
        wishes["record_share"] = given.record_share
    if wishes.get("role") == "admin" or ("email" in wishes and within.settings.oidc.link_by_email):
        must_be_in_person(who)
    if "role" in wishes:
        _not_oneself(who, user, wishes["role"] != who.user.role)
    now, unserved = within.clock.now(), await _unserved(within)

    def unit(connection: Connection) -> tuple[User | None, User]:
        before = users.by_id(connection, user)
        share = people.person(connection, user, now).record_share
        after = people.change(connection, user, wishes)
        told = _told(before, after)
        if (wish := wishes.get("record_share", share)) != share:
            told["record_share"] = f"{share} -> {wish}"
        _note(connection, "user_changed", after, who, now, **told)
        return before, after

    before, after = await within.store.write(unit)
    left = before is not None and before.role != after.role
    return await _changed(within, user, left=left, unserved=unserved)


@router.put("/users/{user}/skills")
async def set_user_skills(
    user: str, given: GivenSkills, who: AsAdministrator, within: InContext
) -> PersonAnswer:
    """All skills of an agent; queues follow at once. `warnings` name the queues that nobody can serve any more."""
    now, zone, before = within.clock.now(), within.settings.centre.time_zone, await _unserved(within)

    def unit(connection: Connection) -> None:
        people.set_skills(connection, user, pairs(given.skills), ends(given.skills, zone))
        about = people.person(connection, user, now).user
        _note(connection, "skills_set", about, who, now, skills=told(given.skills))

    await within.store.write(unit)
    return await _changed(within, user, unserved=before)


@router.put("/users/{user}/password", status_code=204)
async def set_user_password(
    user: str, given: SetPassword, who: AsAdministratorInPerson, within: InContext
) -> None:
    """For somebody who forgot theirs; they are signed out and must choose another at their next sign-in."""
    now = within.clock.now()
    known = await within.store.read(lambda c: people.person(c, user, now))
    _not_oneself(who, user)
    if known.user.service:
        raise Refused("user.service_password", pointer="/password")
    password_policy.check(given.password, login=known.user.login, name=known.user.name)
    hashed = await passwords.hash_password(given.password)

    def unit(connection: Connection) -> None:
        changed = people.set_password(connection, user, hashed, now)
        _note(connection, "password_set", changed, who, now)

    await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving(user=user).payload())


@router.post("/users/{user}/lock")
async def lock_user(user: str, who: AsAdministrator, within: InContext) -> PersonAnswer:
    """Out at once: sessions, sockets, queues, the phone's password. 409 `user.last_admin`."""
    _not_oneself(who, user)
    return await _do(within, who, user, "user_locked", people.lock)


@router.post("/users/{user}/unlock")
async def unlock_user(user: str, who: AsAdministrator, within: InContext) -> PersonAnswer:
    """The way in is open again, as it was; also when too many wrong passwords closed it."""
    return await _do(within, who, user, "user_unlocked", people.unlock, left=False)


@router.delete("/users/{user}", status_code=204)
async def remove_user(user: str, who: AsAdministrator, within: InContext) -> None:
    """Locked for good, and whatever opened the account is gone; history keeps the name. 409 `user.last_admin`."""
    _not_oneself(who, user)
    now = within.clock.now()
    await _do(within, who, user, "user_removed", lambda c, name: people.remove(c, name, now))


@router.post("/users/{user}/restore")
async def restore_user(user: str, who: AsAdministrator, within: InContext) -> PersonAnswer:
    """Removed by mistake: back as a locked user without a password."""
    return await _do(within, who, user, "user_restored", people.restore, left=False)


@router.delete("/users/{user}/totp", status_code=204)
async def reset_user_totp(user: str, who: AsAdministratorInPerson, within: InContext) -> None:
    """Their phone is lost: signed out everywhere, and no code is asked for until they have set up another one."""
    now = within.clock.now()

    def unit(connection: Connection) -> None:
        people.reset_totp(connection, user)
        _note(connection, "totp_reset", people.person(connection, user, now).user, who, now)

    await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving(user=user).payload())


@router.get("/skills")
async def list_skills(who: AsAdministrator, within: InContext) -> SkillsAnswer:
    """Every skill that a queue asks for or an agent has."""
    return SkillsAnswer(items=await within.store.read(queues.known_skills))


@router.get("/skills/ending")
async def list_ending_skills(who: AsSupervisor, within: InContext) -> EndingSkillsAnswer:
    """Whose certificates end within 30 days, or have ended: such a skill does not count any more."""
    now, zone = within.clock.now(), within.settings.centre.time_zone
    found = await within.store.read(lambda c: certificates.ending(c, now))
    return EndingSkillsAnswer(items=[identity_rows.ending_skill(each, zone, now) for each in found])


@router.get("/totp-roles")
async def list_totp_roles(who: AsAdministrator, within: InContext) -> TotpRolesAnswer:
    """The roles whose users must have a second factor."""
    return TotpRolesAnswer(roles=list(await within.store.read(second_factor.required_roles)))


@router.put("/totp-roles")
async def set_totp_roles(
    given: TotpRoles, who: AsAdministratorInPerson, within: InContext
) -> TotpRolesAnswer:
    """From now on; whoever lacks one must set it up before anything else, whoever is signed in as well."""
    if given.roles and within.seal is None:
        raise Refused("sign_in.no_key")
    now = within.clock.now()

    def unit(connection: Connection) -> tuple[str, ...]:
        second_factor.require_for(connection, given.roles)
        told = ", ".join(given.roles)
        record(connection, "totp_required", None, who.user.id, who.address, now, roles=told)
        return second_factor.required_roles(connection)

    roles = await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving().payload())
    return TotpRolesAnswer(roles=list(roles))


async def _do(
    within: Context,
    who: Present,
    user: str,
    what: What,
    act: Callable[[Connection, str], User],
    *,
    left: bool = True,
) -> PersonAnswer:
    now, unserved = within.clock.now(), await _unserved(within)
    before = await within.store.read(lambda c: users.by_id(c, user))

    def unit(connection: Connection) -> None:
        _note(connection, what, act(connection, user), who, now)

    await within.store.write(unit)
    if left and before is not None and before.extension is not None:
        await _forget_phone(within, before.extension)
    return await _changed(within, user, left=left, unserved=unserved)


async def _forget_phone(within: Context, extension: str) -> None:
    """A password that nobody knows: the phone that is registered cannot register again."""
    try:
        await within.phones.credential(extension)
    except (Refused, Unavailable) as error:
        _TRANSCRIPT.note("!", extension, f"the phone keeps its password until its next shift: {error}")


async def _unserved(within: Context) -> Unserved:
    now = within.clock.now()
    return await within.store.read(lambda c: coverage.unserved(c, now))


async def _changed(
    within: Context, user: str, *, left: bool = False, unserved: Unserved | None = None
) -> PersonAnswer:
    """Whatever follows from a user: sockets, the floor's rules, the names on every screen. `unserved`: the queues that nobody could serve
    before."""
    if left:
        within.bus.publish(leaving.TOPIC, Leaving(user=user).payload())
    within.bus.publish("config", user)
    await within.hub.read_directory()
    return await _document(within, user, unserved)


async def _document(within: Context, user: str, unserved: Unserved | None = None) -> PersonAnswer:
    now, zone = within.clock.now(), within.settings.centre.time_zone

    def unit(connection: Connection) -> PersonAnswer:
        warnings = coverage.warnings_since(unserved, connection, now) if unserved is not None else []
        return PersonAnswer(
            **identity_rows.person(people.person(connection, user, now), zone, now),
            only_they_serve=coverage.only_by(connection, user, now),
            warnings=warnings,
        )

    return await within.store.read(unit)


def _note(connection: Connection, what: What, about: User, who: Present, now: float, **details: Any) -> None:
    record(connection, what, about.id, who.user.id, who.address, now, **details)


def _not_oneself(who: Present, user: str, does: bool = True) -> None:
    """Whoever shuts themselves out calls somebody else; that one can as well do it."""
    if does and user == who.user.id:
        raise Refused("user.oneself")


def _told(before: User | None, after: User) -> dict[str, str | None]:
    """What changed, for the log: `role: agent -> supervisor`."""
    fields = ("name", "role", "language", "extension", "email")
    return {
        field: f"{getattr(before, field)} -> {getattr(after, field)}"
        for field in fields
        if getattr(before, field, None) != getattr(after, field)
    }
