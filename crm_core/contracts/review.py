"""What time alone does to contracts: they begin, come up for renewal, renew themselves, end. Whoever looks, each of it happens once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from crm_core.contracts.affected import look_at_cases
from crm_core.contracts.dates import day_begins
from crm_core.contracts.terms import State, Term
from crm_core.entities.service_contract import SERVICE_CONTRACT, dated, term_of
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.records.shape import named_columns
from crm_core.records.tables import table_of
from crm_core.tables import party, user_account

_ROW = table_of(SERVICE_CONTRACT).c
_WORDS = {
    "en": "Renew contract {number} of {customer} (until {ends_on})",
    "zh-TW": "續約：{customer} 的合約 {number}（{ends_on} 到期）",
    "zh-CN": "续约：{customer} 的合同 {number}（{ends_on} 到期）",
}
"""The subject of the owner's task, in the owner's language: it is theirs to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What came of one: where the contract is now, and the task that was made for its renewal."""

    contract_id: str
    state: State
    reminded: bool
    task_id: str | None


def due(conn: Connection, now: float, limit: int) -> list[str]:
    """The contracts to be looked at by now, the longest due first."""
    query = select(_ROW.id).where(_ROW.review_at <= now, _ROW.deleted_at.is_(None))
    return list(conn.execute(query.order_by(_ROW.review_at, _ROW.id).limit(limit)).scalars())


def next_review(conn: Connection) -> float | None:
    """When time changes a contract next."""
    query = select(_ROW.review_at).where(_ROW.review_at.is_not(None), _ROW.deleted_at.is_(None))
    return conn.execute(query.order_by(_ROW.review_at).limit(1)).scalar_one_or_none()


def review(conn: Connection, contract_id: str, now: float) -> Reviewed | None:
    """Bring one up to date; None when another server has. The cases under it are looked at, for what is promised may change."""
    query = select(table_of(SERVICE_CONTRACT)).where(
        _ROW.id == contract_id, _ROW.review_at <= now, _ROW.deleted_at.is_(None)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    values = dict(named_columns(row))
    if values["auto_renew"]:
        values |= _renewed(conn, row, now)
    values |= dated(values, now)
    remind = values["state"] == State.RENEWAL_DUE and values["reminded_for"] != values["ends_on"]
    task = _task(conn, values, now) if remind else None
    if remind:
        values["reminded_for"] = values["ends_on"]
        values |= dated(values, now)
    conn.execute(
        update(table_of(SERVICE_CONTRACT))
        .where(_ROW.id == contract_id)
        .values(
            state=values["state"],
            review_at=values["review_at"],
            reminded_for=values["reminded_for"],
        )
    )
    look_at_cases(conn, values["party_id"], now)
    return Reviewed(contract_id=contract_id, state=State(values["state"]), reminded=remind, task_id=task)


def _renewed(conn: Connection, row: Row[Any], now: float) -> Mapping[str, Any]:
    """A contract that renews itself has the term in which now lies, however long nobody looked. Told to the audit chain."""
    term = term_of(named_columns(row))
    wanted = term
    while wanted.over_at <= now:
        wanted = wanted.renewed(row.renew_months)
    if wanted is term:
        return {}
    given = {"starts_on": wanted.starts_on.isoformat(), "ends_on": wanted.ends_on.isoformat()}
    rows.patch(conn, system(now), SERVICE_CONTRACT, row.id, given)
    return given


def _task(conn: Connection, values: Mapping[str, Any], now: float) -> str:
    """Something to do for the owner, a week before the end at the latest."""
    customer, owner = party.c, user_account.c
    name = conn.execute(select(customer.name).where(customer.id == values["party_id"])).scalar_one()
    language = conn.execute(select(owner.language).where(owner.id == values["owner_id"])).scalar_one_or_none()
    subject = _WORDS.get(language or "", _WORDS["en"]).format(
        number=values["number"], customer=name[:100], ends_on=values["ends_on"]
    )
    made = rows.create(
        conn,
        system(now),
        known.entity("task"),
        {
            "subject": subject[:200],
            "kind": "renewal",
            "due_at": max(now, _a_week_before(term_of(values))),
            "party_id": values["party_id"],
            "about_entity": SERVICE_CONTRACT.name,
            "about_id": values["id"],
            "owner_id": values["owner_id"],
            "team_id": values["team_id"],
        },
    )
    return made.id


def _a_week_before(term: Term) -> float:
    day: date = term.ends_on - timedelta(days=7)
    return day_begins(day, term.time_zone)
