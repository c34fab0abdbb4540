"""How a case begins, whoever opens it: its type's first state, its words, its clocks, its first line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from crm_core import case_events, policies
from crm_core.casework import activity
from crm_core.casework.lifecycle import DONE
from crm_core.casework.types import CaseType
from crm_core.contracts import case_contract, coverage
from crm_core.sla.clock import Happened


def begun(kind: CaseType, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that follow from the type."""
    first = kind.lifecycle.at_first
    return {
        "type_id": kind.id or None,
        "state": first.name,
        "status": first.of_class,
        "form": given.get("form") or {},
        "severity": given.get("severity") or kind.severity,
        "priority": given.get("priority") or kind.priority,
        "is_complaint": kind.is_complaint,
        "reopened_count": 0,
        "escalation_level": 0,
    }


def retyped(kind: CaseType, before: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that follow from another type: the same state where it has one, else the first of its class. What was done is done
    there, too: where the table has not that class, in its first state that ends."""
    place = kind.lifecycle.standing(before.get("state"), before["status"])
    if before["status"] in DONE and place.of_class not in DONE:
        place = next(each for each in kind.lifecycle.states if each.of_class in DONE)
    return {"state": place.name, "status": place.of_class, "is_complaint": kind.is_complaint}


def opened(  # noqa: PLR0917 - what is known of a beginning
    conn: Connection, case_id: str, now: float, asked_at: float, actor_id: str | None, channel: str | None
) -> None:
    """Begin its clocks and its story, under the contract that covers it."""
    case_contract.settle(conn, case_id, now)
    case_events.record(
        conn,
        case_id,
        Happened.OPENED,
        asked_at,
        policy_version=policies.version_for(conn, policies.match_of(conn, case_id)),
    )
    activity.record(conn, case_id, now, "opened", actor_id, channel=channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What holds for a case that is about to be written."""

    contract_id: str | None
    policy_version: str | None


def promised(conn: Connection, values: Mapping[str, Any], now: float) -> Promised:
    """For a case with these columns, which is about no piece yet."""
    covering = coverage.covering(conn, values["party_id"], now)
    return Promised(
        contract_id=covering.id if covering else None,
        policy_version=policies.promised_for(conn, values, covering.level if covering else None),
    )


def waiting(promise: Promised, asked_at: float) -> dict[str, Any]:
    """The columns of a case whose clocks begin with it: then `began` is all that is left to do."""
    return {"service_contract_id": promise.contract_id, "sla_look_at": asked_at, "waiting_since": asked_at}


def began(  # noqa: PLR0917 - what is known of a beginning
    conn: Connection, case_id: str, promise: Promised, now: float, asked_at: float, channel: str | None
) -> None:
    """Its first moment and its first line, of a case that was written with `waiting`."""
    case_events.append(conn, case_id, Happened.OPENED, asked_at, policy_version=promise.policy_version)
    activity.record(conn, case_id, now, "opened", None, channel=channel)
