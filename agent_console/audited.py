"""Which of the API's own routes are told to the audit chain: reading customers' data outside of records, and changing settings.

Records tell theirs themselves (`agent_console.api.records`); what an agent was shown because work was offered is in the ledger.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request

from agent_console.acting import desk
from crm_core import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The action, what it is done to, and the parameter of the path that says to which one."""

    action: str
    entity: str
    parameter: str = ""


def _read(entity: str) -> Told:
    return Told(action="read", entity=entity, parameter=entity)


def _setting(action: str, entity: str, parameter: str = "") -> Told:
    return Told(action=action, entity=entity, parameter=parameter)


AUDITED: dict[tuple[str, str], Told] = {
    ("GET", "/parties"): Told(action="listed", entity="party"),
    ("GET", "/parties/{party}"): _read("party"),
    ("GET", "/parties/{party}/brief"): _read("party"),
    ("GET", "/parties/{party}/numbers"): _read("party"),
    ("GET", "/parties/{party}/pin"): _read("party"),
    ("GET", "/cases/{case}"): _read("case"),
    ("GET", "/interactions/{interaction}"): _read("interaction"),
    ("GET", "/interactions/{interaction}/submissions"): _read("interaction"),
    ("GET", "/letters/{letter}/html"): _read("letter"),
    ("GET", "/letters/{letter}/raw"): _read("letter"),
    ("GET", "/attachments/{attachment}"): _read("attachment"),
    ("GET", "/cases/{case}/faxes"): _read("case"),
    ("GET", "/attachments/{attachment}/picture"): _read("attachment"),
    ("GET", "/attachments"): Told(action="searched", entity="attachment"),
    ("GET", "/search"): Told(action="searched", entity="search"),
    ("PUT", "/lines/{number}"): _setting("changed", "line", "number"),
    ("POST", "/sla/calendars"): _setting("created", "sla_calendar"),
    ("PUT", "/sla/calendars/{calendar}"): _setting("changed", "sla_calendar", "calendar"),
    ("DELETE", "/sla/calendars/{calendar}"): _setting("deleted", "sla_calendar", "calendar"),
    ("POST", "/sla/policies"): _setting("created", "sla_policy"),
    ("PUT", "/sla/policies/{policy}"): _setting("changed", "sla_policy", "policy"),
    ("DELETE", "/sla/policies/{policy}"): _setting("deleted", "sla_policy", "policy"),
}
_ASKED = ("q", "search", "kinds")
_PREFIX = "/api/v1"


async def audited(request: Request) -> AsyncIterator[None]:
    """For routers: after the route has done what it was asked, and before it answers. What was refused is not told."""
    yield
    route = request.scope["route"].path.removeprefix(_PREFIX)
    told = AUDITED.get((request.method, route))
    if told is not None:
        at = await desk(request)
        asked = {name: request.query_params[name][:200] for name in _ASKED if request.query_params.get(name)}
        entry = audit.Entry(
            at=at.within.clock.now(),
            origin=at.origin,
            action=told.action,
            entity=told.entity,
            object_id=request.path_params.get(told.parameter),
            detail={"asked": asked} if asked else {},
        )
        await at.within.store.write(lambda connection: audit.record(connection, entry))
