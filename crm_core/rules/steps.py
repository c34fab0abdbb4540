"""What each kind of step does. All of it is done by the ways that people's changes go as well, so that every rule holds for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import notifications
from crm_core.access.model import Action
from crm_core.casework import customer_letters, moving, telling, texts
from crm_core.casework.customer_letters import ToCustomer
from crm_core.casework.post import Post
from crm_core.customers import outbound
from crm_core.customers.consent import SERVICE
from crm_core.customers.preferences import RECEIPT
from crm_core.records import known, rows
from crm_core.records.change import Acting, system
from crm_core.records.declared import Entity
from crm_core.records.lists import may
from crm_core.records.tables import table_of
from crm_core.rules import events, people
from crm_core.rules.model import Step, StepKind, Target, Trigger
from crm_core.tables import contact_point, support_case

Done = Mapping[str, Any]
_ANSWERED = (Trigger.CREATED, Trigger.CUSTOMER_WROTE)
"""What a letter answers as a receipt does, unless its step says what it is for."""
_BY_RULE = "rule"
"""The channel of a case that a procedure opened."""
_TO_CUSTOMER = ("callback", "contact")
"""Tasks that are due at a time at which the customer wants to be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """On which record a run works."""

    entity: Entity
    record_id: str
    run_id: str
    now: float
    post: Post | None
    by: Acting | None
    trigger: Trigger

    @property
    def acting(self) -> Acting:
        """Whoever pressed the button; the program itself for rules."""
        return self.by or system(self.now)

    @property
    def zone(self) -> str:
        """The centre's."""
        return self.post.zone if self.post is not None else "UTC"

    @property
    def case_id(self) -> str | None:
        return self.record_id if self.entity.name == "case" else None


def do(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    """Do it; what it did. `Refused` when it cannot be done."""
    return _DOES[step.kind](conn, setting, step, row)


def _notify(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    told = notifications.tell(
        conn,
        people.of(conn, step.targets, row, setting.case_id),
        setting.now,
        "procedure.notice",
        setting.entity.name,
        setting.record_id,
        text=step.text("text"),
        title=str(row.get(setting.entity.title) or ""),
    )
    watchers = any(each.kind == "watchers" for each in step.targets)
    if setting.case_id is not None and watchers and step.given.get("mail") is not False:
        telling.mail_later(conn, setting.case_id, setting.now, None, "procedure", {"text": step.text("text")})
    if not told:
        raise Refused("procedure.nobody")
    return {"told": told}


def _reassign(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    changes = {name: step.given[name] for name in ("owner_id", "team_id", "queue_id") if step.given.get(name)}
    if step.targets:
        chosen = people.first(conn, step.targets, row, setting.case_id)
        if chosen is None:
            raise Refused("procedure.nobody")
        changes["owner_id"] = chosen
    if not changes:
        raise Refused("procedure.nobody")
    rows.patch(conn, setting.acting, setting.entity, setting.record_id, changes)
    return changes


def _raise(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    name = step.text("field")
    value = step.text("value") or _next_word(conn, f"case_{name}", row.get(name))
    rows.patch(conn, setting.acting, setting.entity, setting.record_id, {name: value})
    return {"field": name, "value": value}


def _next_word(conn: Connection, codes: str, now: str | None) -> str:
    """The word after this one in its list; the last one stays."""
    row = table_of(known.entity("code_value")).c
    query = select(row.code).where(row.list == codes, row.retired_at.is_(None), row.deleted_at.is_(None))
    words = list(conn.execute(query.order_by(row.position, row.code)).scalars())
    if not words:
        raise Refused("field.choice", Kind.INVALID)
    place = words.index(now) + 1 if now in words else 0
    return str(words[min(place, len(words) - 1)])


def _escalate(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    """One level up (or to the one that is named, never down), and whoever stands there learns of it."""
    may(conn, setting.acting.reader, setting.entity, setting.record_id, Action.UPDATE)
    so_far = int(row.get("escalation_level") or 0)
    level = max(so_far, int(step.number("level", so_far + 1)))
    case = support_case.c
    change = update(support_case).where(case.id == setting.record_id)
    conn.execute(
        change.values(
            escalation_level=level, updated_at=setting.now, row_version=support_case.c.row_version + 1
        )
    )
    events.changed(
        conn,
        "case",
        setting.record_id,
        setting.now,
        {"escalation_level": so_far},
        {"escalation_level": level},
    )
    contact = [Target(kind="escalation")]
    told = notifications.tell(
        conn,
        people.of(conn, contact, {**row, "escalation_level": level}, setting.case_id),
        setting.now,
        "case.escalated",
        "case",
        setting.record_id,
        number=str(row["number"]),
        level=level,
    )
    return {"level": level, "told": told}


def _create_task(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    return _task(conn, setting, step, row, kind="todo", subject=step.text("subject"), phone=None)


def _call_back(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    phone = _phone_of(conn, row.get("party_id"))
    subject = step.text("subject") or str(row.get(setting.entity.title) or "")
    return _task(conn, setting, step, row, kind="callback", subject=subject, phone=phone)


def _task(
    conn: Connection,
    setting: Setting,
    step: Step,
    row: Mapping[str, Any],
    *,
    kind: str,
    subject: str,
    phone: str | None,
) -> Done:
    owner = people.first(
        conn, step.targets or (Target(kind="owner"), Target(kind="escalation")), row, setting.case_id
    )
    due = setting.now + step.number("due_in_s", 86400.0)
    if kind in _TO_CUSTOMER:
        due = outbound.good_time(conn, _party_of(setting.entity, setting.record_id, row), due, setting.zone)
    given: dict[str, Any] = {
        "subject": subject[:200],
        "kind": kind,
        "due_at": due,
        "remind_at": max(setting.now, due - step.number("remind_before_s", 900.0)),
        "owner_id": owner,
        "team_id": row.get("team_id"),
        "party_id": _party_of(setting.entity, setting.record_id, row),
        "phone": phone,
        "about_entity": setting.entity.name,
        "about_id": setting.record_id,
    }
    made = rows.create(conn, setting.acting, known.entity("task"), given)
    events.made(conn, "task", made.id)
    if owner:
        notifications.tell(
            conn,
            [owner],
            setting.now,
            "task.given",
            "task",
            made.id,
            subject=subject,
            party_id=given["party_id"],
            case_id=setting.case_id,
        )
    return {"task_id": made.id, "owner_id": owner}


def _set_field(conn: Connection, setting: Setting, step: Step, _: Mapping[str, Any]) -> Done:
    name = step.text("field")
    rows.patch(conn, setting.acting, setting.entity, setting.record_id, {name: step.given.get("value")})
    return {"field": name}


def _send_mail(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    if setting.post is None:
        raise Refused("procedure.no_post")
    template, key = step.text("template_id"), f"{setting.run_id}/{step.text('template_id')}"
    if not step.text("address"):
        return _mail_customer(conn, setting, setting.post, step, row, key)
    letter = setting.post.from_template(
        conn,
        case_id=setting.record_id,
        template_id=template,
        address=step.text("address"),
        key=key,
        author_id=None,
        now=setting.now,
    )
    return {"letter_id": letter}


def _mail_customer(  # noqa: PLR0917 - which letter, of which run
    conn: Connection, setting: Setting, post: Post, step: Step, row: Mapping[str, Any], key: str
) -> Done:
    """As the customer wishes: who would rather be called is called about what is no receipt."""
    # a case that a rule opened is our own beginning: the customer has asked for nothing
    answers = setting.trigger in _ANSWERED and row.get("channel") != _BY_RULE
    purpose = step.text("purpose") or (RECEIPT if answers else SERVICE)
    phone = _phone_of(conn, row.get("party_id"))
    if phone and customer_letters.is_rather_called(conn, setting.record_id, purpose, setting.now, post.zone):
        words = texts.name_of(conn, step.text("template_id")) or str(row.get(setting.entity.title) or "")
        return _task(conn, setting, step, row, kind="contact", subject=words, phone=phone)
    given = ToCustomer(
        case_id=setting.record_id, template_id=step.text("template_id"), purpose=purpose, key=key
    )
    sent = customer_letters.send(conn, post, given, setting.now)
    if sent.waits_until is not None:
        return {"waits_until": sent.waits_until}
    return {"letter_id": sent.letter_id}


def _move(conn: Connection, setting: Setting, step: Step, _: Mapping[str, Any]) -> Done:
    moved = moving.move(conn, setting.acting, setting.record_id, step.text("state"))
    return {"state": moved.state}


def _open_case(conn: Connection, setting: Setting, step: Step, row: Mapping[str, Any]) -> Done:
    """A case about this record's customer, with somebody to contact them before they call."""
    title = str(row.get(setting.entity.title) or "")
    given: dict[str, Any] = {
        "subject": step.text("subject").replace("{{title}}", title)[:200],
        "party_id": _party_of(setting.entity, setting.record_id, row),
        "channel": _BY_RULE,
        "owner_id": row.get("owner_id"),
        "team_id": row.get("team_id"),
    }
    given |= {
        name: step.given[name]
        for name in ("type_id", "severity", "category", "queue_id")
        if step.given.get(name)
    }
    if setting.entity.name == "product":
        given["product_id"] = setting.record_id
    made = rows.create(conn, setting.acting, known.entity("case"), given)
    events.made(conn, "case", made.id)
    case = dict(made.values) | {"number": made.values["number"]}
    about = Setting(
        entity=known.entity("case"),
        record_id=made.id,
        run_id=new_id(),
        now=setting.now,
        post=setting.post,
        by=setting.by,
        trigger=setting.trigger,
    )
    words = step.text("task") or str(given["subject"])
    phone = _phone_of(conn, case.get("party_id"))
    task = _task(conn, about, step, case, kind="contact", subject=words, phone=phone)
    return {"case_id": made.id, "number": made.values["number"], "task_id": task["task_id"]}


def _party_of(entity: Entity, record_id: str, row: Mapping[str, Any]) -> str | None:
    return record_id if entity.name == "party" else row.get("party_id")


def _phone_of(conn: Connection, party_id: str | None) -> str | None:
    row = contact_point.c
    query = select(row.raw).where(row.party_id == party_id, row.kind == "phone").order_by(row.position)
    return conn.execute(query.limit(1)).scalar_one_or_none() if party_id else None


_DOES: Mapping[StepKind, Callable[[Connection, Setting, Step, Mapping[str, Any]], Done]] = {
    StepKind.NOTIFY: _notify,
    StepKind.REASSIGN: _reassign,
    StepKind.RAISE: _raise,
    StepKind.ESCALATE: _escalate,
    StepKind.CREATE_TASK: _create_task,
    StepKind.CALL_BACK: _call_back,
    StepKind.SET_FIELD: _set_field,
    StepKind.SEND_MAIL: _send_mail,
    StepKind.MOVE: _move,
    StepKind.OPEN_CASE: _open_case,
}
