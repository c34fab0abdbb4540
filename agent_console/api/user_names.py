"""Who works here, by name: for those who hand work over or choose an owner."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from typing_extensions import TypedDict

from agent_console.access import InContext, SignedIn
from agent_console.api.bodies import Body
from crm_core import users
from crm_core.users import User

router = APIRouter(tags=["people"])


class Asked(Body):
    """A part of the name or login, in either case; or ids by comma, whose users are named also when they have left."""

    q: str = Field(default="", max_length=100)
    ids: str = Field(default="", max_length=4000)
    limit: int = Field(default=20, ge=1, le=100)


class UserName(TypedDict):
    id: str
    name: str
    login: str
    role: str


class UserNames(TypedDict):
    items: list[UserName]


@router.get("/users/names")
async def user_names(_: SignedIn, within: InContext, asked: Annotated[Asked, Query()]) -> UserNames:
    """Those who are active, by name."""
    ids = [each for each in asked.ids.split(",") if each]
    found = await within.store.read(
        lambda c: users.by_ids(c, ids) if ids else users.named(c, asked.q, limit=asked.limit)
    )
    return UserNames(items=[_shown(each) for each in found])


def _shown(user: User) -> UserName:
    return UserName(id=user.id, name=user.name, login=user.login, role=user.role)
