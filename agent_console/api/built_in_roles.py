"""What the built-in roles may do: what a role that administrators make begins with."""

from fastapi import APIRouter
from typing_extensions import TypedDict

from agent_console.acting import AtAdministration
from crm_core.access.roles import built_in
from crm_core.users import ROLES

router = APIRouter(tags=["people"])


class BuiltInRoles(TypedDict):
    """By role, entity and action: none, own, team, territory or all. What is not named is none."""

    roles: dict[str, dict[str, dict[str, str]]]


@router.get("/roles/built-in")
async def built_in_roles(_: AtAdministration) -> BuiltInRoles:
    """Agent, supervisor, administrator."""
    return BuiltInRoles(roles={role: _scopes(role) for role in ROLES})


def _scopes(role: str) -> dict[str, dict[str, str]]:
    return {
        entity: {action.value: scope.name.lower() for action, scope in scopes.items()}
        for entity, scopes in built_in(role).scopes.items()
    }
