"""What a user may do and which rows are theirs: roles, department, territories; for administrators."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import coverage
from agent_console.access import AsAdministrator, InContext
from agent_console.api.bodies import Body
from agent_console.coverage import WarningDocument
from agent_console.sign_in import record
from crm_core import people_rights
from crm_core.people_rights import Place, RoleName, Territory
from crm_core.store import Connection

router = APIRouter(tags=["users"])
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]


class GivenRights(Body):
    """All of it; no roles: the built-in one of the workplace."""

    roles: list[Id] = Field(max_length=50)
    team_id: Id | None = None
    territories: list[Id] = Field(default_factory=list, max_length=100)


class RoleDocument(TypedDict):
    id: str
    name: str
    based_on: str


class TeamDocument(TypedDict):
    id: str
    name: str


class TerritoryDocument(TypedDict):
    """`labels` by language: en, zh-TW, zh-CN."""

    code: str
    labels: dict[str, str]


class RightsAnswer(TypedDict):
    """`offered_*`: what may be given; `warnings`: what came of a change."""

    roles: list[str]
    team: TeamDocument | None
    territories: list[str]
    offered_roles: list[RoleDocument]
    offered_territories: list[TerritoryDocument]
    warnings: list[WarningDocument]


@router.get("/users/{user}/rights")
async def read_user_rights(user: str, who: AsAdministrator, within: InContext) -> RightsAnswer:
    """Where they stand."""
    return await within.store.read(lambda c: _answer(c, user))


@router.put("/users/{user}/rights")
async def set_user_rights(
    user: str, given: GivenRights, who: AsAdministrator, within: InContext
) -> RightsAnswer:
    """It counts with their next request. `warnings` name the queues that nobody can serve any more."""
    now = within.clock.now()

    def unit(connection: Connection) -> RightsAnswer:
        before = coverage.unserved(connection, now)
        people_rights.set_place(
            connection, user, role_ids=given.roles, team_id=given.team_id, territories=given.territories
        )
        answer = _answer(connection, user)
        answer["warnings"] = coverage.warnings_since(before, connection, now)
        names = {role["id"]: role["name"] for role in answer["offered_roles"]}
        record(
            connection, "rights_set", user, who.user.id, who.address, now,
            roles=", ".join(names.get(each, each) for each in answer["roles"]),
            team=answer["team"]["name"] if answer["team"] else None,
            territories=", ".join(answer["territories"]),
        )  # fmt: skip
        return answer

    answer = await within.store.write(unit)
    within.bus.publish("org_unit", given.team_id or "")
    return answer


def _answer(connection: Connection, user: str) -> RightsAnswer:
    place = people_rights.place_of(connection, user)
    return RightsAnswer(
        roles=list(place.roles),
        team=_team(place),
        territories=list(place.territories),
        offered_roles=[_role(each) for each in people_rights.offered_roles(connection)],
        offered_territories=[_territory(each) for each in people_rights.offered_territories(connection)],
        warnings=[],
    )


def _team(place: Place) -> TeamDocument | None:
    return None if place.team is None else TeamDocument(id=place.team[0], name=place.team[1])


def _role(role: RoleName) -> RoleDocument:
    return RoleDocument(id=role.id, name=role.name, based_on=role.based_on)


def _territory(word: Territory) -> TerritoryDocument:
    labels = {"en": word.label_en, "zh-TW": word.label_zh_tw, "zh-CN": word.label_zh_cn}
    return TerritoryDocument(code=word.code, labels=labels)
