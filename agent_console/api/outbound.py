"""Whether a customer may be contacted now, and how they wish to be: asked before writing or dialling."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from typing_extensions import TypedDict

from agent_console.acting import AtDesk
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.customers import outbound, times
from crm_core.customers.consent import SERVICE
from crm_core.customers.preferences import Decision, Wishes
from crm_core.records import known, lists
from crm_core.store import Connection

router = APIRouter(tags=["customers"])
Medium = Literal["phone", "email", "sms", "fax", "postal"]


class ContactAnswer(TypedDict):
    """`outcome`: go, wait (until `until`) or no, with `reason`: given, not_needed, hours, withdrawn, never_given, do_not_contact,
    opted_out, no_hours. `instead`: another channel that they like better. What they wish is told beside it; `good_now`: whether it is
    a good time by their clock, `good_from` when the next one begins."""

    outcome: str
    reason: str
    until: float | None
    instead: str | None
    channel: str | None
    language: str | None
    times: Mapping[str, Any] | None
    time_zone: str
    do_not_contact: bool
    good_now: bool
    good_from: float | None


@router.get("/parties/{party}/contact")
async def ask_contact(
    at: AtDesk,
    party: str,
    medium: Medium,
    purpose: Annotated[
        str, Query(max_length=60, description="`receipt`, or a purpose of consents")
    ] = SERVICE,
    address: Annotated[str | None, Query(max_length=500, description="The one that is meant")] = None,
) -> ContactAnswer:
    """Whether they may be called or written to for this purpose now, by consent, wishes and hours, and why (not)."""
    now, zone = at.within.clock.now(), at.within.settings.centre.time_zone

    def look(conn: Connection, reader: Reader) -> ContactAnswer:
        entity = known.entity("party")
        home = lists.at_home(conn, entity, party)
        lists.row_of(conn, entity, home)
        lists.must_reach(conn, reader, entity, home, Action.READ)
        decision = outbound.ask(conn, home, medium, purpose, now, zone, address)
        wishes = outbound.wishes(conn, home, zone, medium=medium, address=address)
        return _answer(decision, wishes, now, reader.hidden("party"))

    return await at.read(look)


def _answer(decision: Decision, wishes: Wishes, now: float, hidden: frozenset[str]) -> ContactAnswer:
    """What somebody may not see of a customer is not told here either; the decision itself is."""
    good_from = times.next_good(wishes.times, wishes.zone, now)
    return ContactAnswer(
        outcome=decision.outcome.value,
        reason=decision.reason,
        until=decision.until,
        instead=None if "preferred_channel" in hidden else decision.instead,
        channel=None if "preferred_channel" in hidden else wishes.channel,
        language=None if "language" in hidden else wishes.language,
        times=None if "contact_times" in hidden else wishes.times,
        time_zone=wishes.zone,
        do_not_contact=wishes.do_not_contact,
        good_now=good_from == now,
        good_from=good_from,
    )
