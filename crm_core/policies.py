"""Policies: which cases are promised what, counted by which calendar. Versions like calendars, and for the same reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import calendars
from crm_core.calendars import KeptCalendar
from crm_core.contracts import case_contract
from crm_core.prepared import Prepared
from crm_core.records import codes, known
from crm_core.records.tables import table_of
from crm_core.sla.calendar import Calendar
from crm_core.sla.clock import ClockKind, Targets, Terms
from crm_core.sla.policy import Match, choose, tie
from crm_core.tables import party, queue, sla_calendar, sla_policy, sla_target, support_case

LONGEST_TARGET_S = 500 * 3600.0
RUNNING = ("open", "pending")
"""Cases whose promises follow a change of policies at once; the others when they are opened again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`id` stays through replacements; `version` names this one; `calendar_id` is the calendar's id."""

    id: str
    version: str
    name: str
    match: Match
    calendar_id: str
    targets: Targets


def list_policies(conn: Connection) -> list[Policy]:
    """The current ones, by name."""
    return _read(conn, sla_policy.c.retired_at.is_(None))


def policy(conn: Connection, policy_id: str) -> Policy:
    """The current version; `Refused` for an unknown one."""
    for found in _read(conn, sla_policy.c.retired_at.is_(None) & (sla_policy.c.series == policy_id)):
        return found
    raise Refused("sla_policy.unknown", Kind.MISSING, id=policy_id)


def add_policy(
    conn: Connection, *, name: str, match: Match, calendar_id: str, targets: Targets, now: float
) -> Policy:
    """Promise something new. `Refused` for a name that is taken, a target out of range, an unknown queue or calendar, and
    for a match with which some case would have two answers. Cases that are not solved get it from now on."""
    made = _keep(conn, new_id(), name=name, match=match, calendar_id=calendar_id, targets=targets, now=now)
    _settle(conn, now)
    return made


def replace_policy(
    conn: Connection,
    policy_id: str,
    *,
    name: str,
    match: Match,
    calendar_id: str,
    targets: Targets,
    now: float,
) -> Policy:
    """Promise something else from now on; refused like `add_policy`."""
    _retire(conn, policy(conn, policy_id).version, now)
    made = _keep(conn, policy_id, name=name, match=match, calendar_id=calendar_id, targets=targets, now=now)
    _settle(conn, now)
    return made


def delete_policy(conn: Connection, policy_id: str, now: float) -> None:
    """Promise it no longer; its cases get what else fits. `Refused` when it kept two others from a tie."""
    _retire(conn, policy(conn, policy_id).version, now)
    _settle(conn, now)


def replace_calendar(conn: Connection, calendar_id: str, given: Calendar, now: float) -> KeptCalendar:
    """Count by other hours from now on: the calendar and every policy that counts by it get a new version."""
    users = [each for each in list_policies(conn) if each.calendar_id == calendar_id]
    made = calendars.replace_calendar(conn, calendar_id, given, now)
    for each in users:
        _retire(conn, each.version, now)
        _insert(conn, replace(each, version=new_id()), made.version, now)
    _settle(conn, now)
    return made


def version_for(conn: Connection, case: Match) -> str | None:
    """The version that holds for such a case; None: nothing is promised."""
    chosen = choose([_Kept(each.id, _match(each)) for each in _CURRENT.run(conn, {})], case)
    return None if chosen is None else chosen.version


@dataclass(frozen=True, slots=True)
class _Kept:
    """As much of a policy as choosing asks for."""

    version: str
    match: Match


_P = sla_policy.c
_CURRENT = Prepared(
    select(_P.id, _P.match_queue, _P.match_tier, _P.match_case_type, _P.match_severity, _P.match_contract)
    .where(_P.retired_at.is_(None))
    .order_by(_P.name)
)


def match_of(conn: Connection, case_id: str) -> Match:
    """What a case is to policies: the one place to add to when policies ask for more."""
    row = support_case.c
    query = select(row.queue_id, row.party_id, row.type_id, row.severity).where(row.id == case_id)
    found = conn.execute(query).one()
    return Match(
        queue=found.queue_id,
        tier=_tier(conn, found.party_id),
        case_type=found.type_id,
        severity=found.severity,
        contract=case_contract.level(conn, case_id),
    )


def promised_for(conn: Connection, values: Mapping[str, Any], level: str | None) -> str | None:
    """The version for a case that is about to be written with these values, under a contract of this level."""
    case = Match(
        queue=values["queue_id"],
        tier=_tier(conn, values["party_id"]),
        case_type=values["type_id"],
        severity=values["severity"],
        contract=level,
    )
    return version_for(conn, case)


def terms(conn: Connection, version: str) -> Terms:
    """What a version promises."""
    kept = _TERMS.get(version)
    if kept is None:
        [found] = _read(conn, sla_policy.c.id == version)
        calendar_version = conn.execute(
            select(sla_policy.c.calendar_id).where(sla_policy.c.id == version)
        ).scalar_one()
        calendar = calendars.of_version(conn, calendar_version).calendar
        kept = Terms(id=version, name=found.name, calendar=calendar, targets=found.targets)
        if len(_TERMS) >= _MOST_TERMS:
            _TERMS.clear()
        _TERMS[version] = kept
    return kept


# Versions never change, so what was read once is right for ever; there are few, and each is read for every pop.
_TERMS: dict[str, Terms] = {}
_MOST_TERMS = 1000


def _tier(conn: Connection, party_id: str | None) -> str | None:
    """The customer's tier, else that of their organisation."""
    if party_id is None:
        return None
    firm = party.alias("firm")
    query = (
        select(func.coalesce(party.c.tier, firm.c.tier))
        .outerjoin(firm, firm.c.id == party.c.organisation_id)
        .where(party.c.id == party_id)
    )
    found: str | None = conn.execute(query).scalar_one_or_none()
    return found


def _keep(
    conn: Connection,
    series: str,
    *,
    name: str,
    match: Match,
    calendar_id: str,
    targets: Targets,
    now: float,
) -> Policy:
    _check(conn, name, match, targets)
    counted_by = calendars.calendar(conn, calendar_id)
    made = Policy(
        id=series, version=new_id(), name=name, match=match, calendar_id=calendar_id, targets=targets
    )
    _insert(conn, made, counted_by.version, now)
    return made


def _insert(conn: Connection, made: Policy, calendar_version: str, now: float) -> None:
    conn.execute(
        insert(sla_policy).values(
            id=made.version,
            series=made.id,
            name=made.name,
            calendar_id=calendar_version,
            match_queue=made.match.queue,
            match_tier=made.match.tier,
            match_case_type=made.match.case_type,
            match_severity=made.match.severity,
            match_contract=made.match.contract,
            created_at=now,
        )
    )
    for kind in ClockKind:
        within_s = made.targets.of(kind)
        if within_s is not None:
            conn.execute(insert(sla_target).values(policy_id=made.version, kind=kind, within_s=within_s))


def _check(conn: Connection, name: str, match: Match, targets: Targets) -> None:
    if not name.strip():
        raise Refused("sla_policy.name_missing", Kind.INVALID, pointer="/name")
    row = sla_policy.c
    if conn.execute(select(row.id).where(row.name == name, row.retired_at.is_(None))).first() is not None:
        raise Refused("sla_policy.name_taken", pointer="/name", name=name)
    same = select(queue.c.id).where(queue.c.id == match.queue)
    if match.queue is not None and conn.execute(same).first() is None:
        raise Refused("queue.unknown", Kind.INVALID, pointer="/queue", id=match.queue)
    _check_match(conn, match)
    given = [within_s for kind in ClockKind if (within_s := targets.of(kind)) is not None]
    if not given:
        raise Refused("sla_policy.no_target", Kind.INVALID, pointer="/targets")
    if not all(60 <= within_s <= LONGEST_TARGET_S for within_s in given):
        raise Refused(
            "sla_policy.target_range", Kind.INVALID, pointer="/targets", hours=int(LONGEST_TARGET_S // 3600)
        )


def _check_match(conn: Connection, match: Match) -> None:
    kinds = table_of(known.entity("case_type")).c
    query = select(kinds.id).where(kinds.id == match.case_type, kinds.deleted_at.is_(None))
    if match.case_type is not None and conn.execute(query).first() is None:
        raise Refused("field.choice", Kind.INVALID, pointer="/case_type")
    if match.severity is not None and not codes.offered(conn, "case_severity", match.severity):
        raise Refused("field.choice", Kind.INVALID, pointer="/severity")


def _settle(conn: Connection, now: float) -> None:
    """After any change: one answer for every case, and a look at all that are not solved."""
    tied = tie(list_policies(conn))
    if tied is not None:
        raise Refused("sla_policy.tie", first=tied[0].name, second=tied[1].name)
    conn.execute(update(support_case).where(support_case.c.status.in_(RUNNING)).values(sla_look_at=now))


def _retire(conn: Connection, version: str, now: float) -> None:
    conn.execute(update(sla_policy).where(sla_policy.c.id == version).values(retired_at=now))


def _read(conn: Connection, condition: ColumnElement[bool]) -> list[Policy]:
    row = sla_policy.c
    query = (
        select(sla_policy, sla_calendar.c.series.label("calendar_series"))
        .join(sla_calendar, sla_calendar.c.id == row.calendar_id)
        .where(condition)
        .order_by(row.name)
    )
    found = conn.execute(query).all()
    targets = _targets(conn, [each.id for each in found])
    return [_policy(each, targets[each.id]) for each in found]


def _targets(conn: Connection, versions: list[str]) -> dict[str, dict[str, float]]:
    gathered: dict[str, dict[str, float]] = {version: {} for version in versions}
    query = select(sla_target).where(sla_target.c.policy_id.in_(versions))
    for each in conn.execute(query):
        gathered[each.policy_id][f"{each.kind}_s"] = each.within_s
    return gathered


def _match(row: Any) -> Match:
    return Match(
        queue=row.match_queue,
        tier=row.match_tier,
        case_type=row.match_case_type,
        severity=row.match_severity,
        contract=row.match_contract,
    )


def _policy(row: Any, targets: Mapping[str, float]) -> Policy:
    return Policy(
        id=row.series,
        version=row.id,
        name=row.name,
        match=_match(row),
        calendar_id=row.calendar_series,
        targets=Targets(**targets),
    )
