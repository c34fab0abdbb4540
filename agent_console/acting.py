"""Who acts on records, from where: built once a request, for reading and for writing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from agent_console import scope
from agent_console.access import context, present, signed_in
from agent_console.context import Context
from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.reader import Reader
from crm_core.audit import Origin
from crm_core.records.change import Acting
from crm_core.store import Connection
from crm_core.users import User
from routing.core.model import InteractionId

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A signed-in user's request. `read` and `write` hand the work a connection and who they are, rights read in the same transaction."""

    within: Context
    user: User
    held: tuple[InteractionId, ...]
    origin: Origin

    async def read(self, work: Callable[[Connection, Reader], T]) -> T:
        return await self.within.store.read(lambda c: work(c, scope.reader(c, self.user, self.held)))

    async def write(self, work: Callable[[Connection, Acting], T]) -> T:
        now = self.within.clock.now()
        return await self.within.store.write(
            lambda c: work(
                c, Acting(reader=scope.reader(c, self.user, self.held), origin=self.origin, now=now)
            )
        )

    async def tell(
        self, action: str, entity: str, object_id: str | None = None, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Add to the audit trail what was only read or taken along. Who it was stands in the origin: nothing of their rights is asked."""
        entry = audit.Entry(
            at=self.within.clock.now(),
            origin=self.origin,
            action=action,
            entity=entity,
            object_id=object_id,
            detail=detail or {},
        )
        await self.within.store.write(lambda c: audit.record(c, entry))


async def desk(request: Request) -> Desk:
    """For routes: `at: AtDesk`."""
    who, user, within = await present(request), await signed_in(request), context(request)
    origin = Origin(
        user_id=user.id,
        name=user.login,
        via="console" if who.token is None else "api",
        address=who.address,
        request_id=getattr(request.state, "request_id", ""),
    )
    return Desk(within=within, user=user, held=scope.held_by(within, user), origin=origin)


AtDesk = Annotated[Desk, Depends(desk)]


async def administration(request: Request) -> Desk:
    """The same, for administrators alone."""
    at = await desk(request)
    if at.user.role != "admin":
        raise Refused("access.role", Kind.FORBIDDEN, role=at.user.role)
    return at


AtAdministration = Annotated[Desk, Depends(administration)]
