"""Dial plans: which numbers may be dialled, when and how much; and whose they are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from config.errors import Refused
from crm_core import calendars
from crm_core.access.model import Action
from crm_core.guard import words
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_ADMIN, Entity, Field, FieldKind, Label, Section, label
from crm_core.records.shape import choice
from crm_core.tables.base import metadata

_BUILT_IN = (("agent", "Agent"), ("supervisor", "Supervisor"), ("admin", "Administrator"))


def _calendars(conn: Connection) -> Sequence[tuple[str, str]]:
    return [(each.id, each.calendar.name) for each in calendars.list_calendars(conn)]


def _roles(conn: Connection) -> Sequence[tuple[str, str]]:
    role = metadata.tables["role"].c
    made = conn.execute(select(role.id, role.name).where(role.deleted_at.is_(None)).order_by(role.name))
    return [*_BUILT_IN, *((row.id, row.name) for row in made)]


def _prefixes(given: Any) -> None:
    words.prefixes(given)


def _rates(given: Any) -> None:
    words.rates(given)


def _night(given: Any) -> None:
    words.night(given)


def _emergency(given: Any) -> None:
    words.emergency(given)


def _kept_in_use(conn: Connection, change: Change) -> None:
    """Whoever dials by it would have another one at once, and perhaps a wider one."""
    if change.action is not Action.DELETE or change.after.get("deleted_at") is None:
        return
    use = metadata.tables["dial_plan_use"].c
    count = select(func.count()).where(use.plan_id == change.id, use.deleted_at.is_(None))
    if uses := conn.execute(count).scalar_one():
        raise Refused("dial_plan.in_use", uses=uses)


def _whole(name: str, words_for: Label, *, listed: bool = False) -> Field:
    return Field(
        name=name,
        kind=FieldKind.INTEGER,
        label=words_for,
        least=0,
        most=1_000_000,
        section="limits",
        listed=listed,
    )


def _money(name: str, words_for: Label) -> Field:
    return Field(
        name=name, kind=FieldKind.AMOUNT, label=words_for, least=0, most=10_000_000, section="limits"
    )


DIAL_PLAN = Entity(
    name="dial_plan",
    collection="dial-plans",
    label=label("Dial plan", "撥號規則", "拨号规则"),
    plural=label("Dial plans", "撥號規則", "拨号规则"),
    module="settings",
    icon="keypad",
    sort="name",
    rights=RIGHTS_ADMIN,
    scoped=False,
    searched=False,
    prepare=_kept_in_use,
    sections=(
        Section(name="numbers", label=label("Numbers", "號碼", "号码")),
        Section(name="hours", label=label("Hours", "時間", "时间")),
        Section(
            name="limits",
            label=label("Limits, for all who dial by it", "上限（所有適用者合計）", "上限（所有适用者合计）"),
        ),
    ),
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            unique=True,
            listed=True,
            most=100,
        ),
        Field(
            name="allowed",
            kind=FieldKind.LONG_TEXT,
            label=label("Allowed prefixes", "允許的字首", "允许的前缀"),
            hint=label(
                "Beginnings of numbers, with commas or in lines: 0 (within the country), +852, 00 (every number abroad), * (every number). "
                "The longest that fits decides. What fits none is not dialled.",
                "號碼開頭，以逗號或換行分隔：0（國內）、+852、00（所有國外號碼）、*（所有號碼）。最長的相符者決定，不相符的號碼不會撥出。",
                "号码开头，以逗号或换行分隔：0（国内）、+852、00（所有国外号码）、*（所有号码）。最长的匹配项决定，不匹配的号码不会拨出。",
            ),
            check=_prefixes,
            listed=True,
            most=20_000,
            section="numbers",
        ),
        Field(
            name="denied",
            kind=FieldKind.LONG_TEXT,
            label=label("Forbidden prefixes", "禁止的字首", "禁止的前缀"),
            hint=label(
                "Written alike. A prefix that is both allowed and forbidden is forbidden.",
                "寫法相同。同時列為允許與禁止的字首，以禁止為準。",
                "写法相同。同时列为允许与禁止的前缀，以禁止为准。",
            ),
            check=_prefixes,
            listed=True,
            most=20_000,
            section="numbers",
        ),
        Field(
            name="emergency",
            kind=FieldKind.LONG_TEXT,
            label=label("Emergency numbers", "緊急號碼", "紧急号码"),
            hint=label(
                "People may always dial these, whatever the rest says. Nobody is called back at them.",
                "人員隨時可撥，不受其他規則限制。系統不會回撥這些號碼。",
                "人员随时可拨，不受其他规则限制。系统不会回拨这些号码。",
            ),
            default="110, 112, 119",
            check=_emergency,
            most=200,
            section="numbers",
        ),
        Field(
            name="rates",
            kind=FieldKind.LONG_TEXT,
            label=label("Price of a minute", "每分鐘費率", "每分钟费率"),
            hint=label(
                "A line a prefix: +852: 1.20. Needed for limits on cost; numbers without a rate cost nothing.",
                "每行一個字首，例如 +852: 1.20。設定費用上限時需要；沒有費率的號碼不計費用。",
                "每行一个前缀，例如 +852: 1.20。设定费用上限时需要；没有费率的号码不计费用。",
            ),
            check=_rates,
            most=20_000,
            section="numbers",
        ),
        Field(
            name="night",
            kind=FieldKind.TEXT,
            label=label("Locked from, until", "停用時段", "停用时段"),
            hint=label(
                "For example 22:00-07:00, by the clock of the organisation. Nothing: never.",
                "例如 22:00-07:00，依機構所在時區。留空表示不停用。",
                "例如 22:00-07:00，按机构所在时区。留空表示不停用。",
            ),
            check=_night,
            listed=True,
            most=20,
            section="hours",
        ),
        Field(
            name="calendar_id",
            kind=FieldKind.CODE,
            words=_calendars,
            label=label("Only in the hours of", "僅限日曆時間", "仅限日历时间"),
            hint=label(
                "Nothing: at any hour. Calendars are kept under Promises.",
                "留空表示不限時間。日曆在「服務承諾」中維護。",
                "留空表示不限时间。日历在“服务承诺”中维护。",
            ),
            section="hours",
        ),
        _whole("at_once", label("Calls at once", "同時通話數", "同时通话数"), listed=True),
        _whole("calls_hour", label("Calls an hour", "每小時通數", "每小时通数")),
        _whole("calls_day", label("Calls a day", "每日通數", "每日通数")),
        _whole("minutes_hour", label("Minutes an hour", "每小時分鐘數", "每小时分钟数")),
        _whole("minutes_day", label("Minutes a day", "每日分鐘數", "每日分钟数")),
        _money("cost_hour", label("Cost an hour", "每小時費用", "每小时费用")),
        _money("cost_day", label("Cost a day", "每日費用", "每日费用")),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), most=4000),
    ),
)


def _one_of_each(conn: Connection, change: Change) -> None:
    """Exactly one plan for each: a second would decide by chance."""
    after = change.after
    if change.action is Action.DELETE and after.get("deleted_at") is not None:
        return
    whose = after["whose"]
    kept = {"person": "user_id", "role": "role", "queue": "queue_id"}.get(whose)
    for name in ("user_id", "role", "queue_id"):
        if name != kept:
            after[name] = None
        elif after.get(name) is None:
            raise change.refuse(name, "field.required")
    after["title"] = whose if kept is None else f"{whose} {after[kept]}"
    use = metadata.tables["dial_plan_use"].c
    taken = select(use.id).where(use.title == after["title"], use.deleted_at.is_(None), use.id != change.id)
    if conn.execute(taken.limit(1)).first() is not None:
        raise change.refuse(kept or "whose", "dial_plan.taken")


DIAL_PLAN_USE = Entity(
    name="dial_plan_use",
    collection="dial-plan-uses",
    label=label("Assigned dial plan", "撥號規則指派", "拨号规则分配"),
    plural=label("Who dials by which plan", "撥號規則指派", "拨号规则分配"),
    module="settings",
    icon="users",
    title="title",
    sort="whose,created_at",
    rights=RIGHTS_ADMIN,
    scoped=False,
    searched=False,
    told_by="whose",
    prepare=_one_of_each,
    fields=(
        Field(
            name="whose",
            kind=FieldKind.CHOICE,
            label=label("For", "適用對象", "适用对象"),
            hint=label(
                "A person's own plan comes before that of their role, and that before everybody's. Queues call back and put through by theirs.",
                "個人規則優先於角色，角色優先於所有人。佇列的回撥與語音流程的轉接使用佇列的規則。",
                "个人规则优先于角色，角色优先于所有人。队列的回拨与语音流程的转接使用队列的规则。",
            ),
            required=True,
            default="role",
            listed=True,
            choices=(
                choice("person", "A person", "個人", "个人"),
                choice("role", "A role", "角色", "角色"),
                choice("people", "Everybody else", "其他所有人", "其他所有人"),
                choice("queue", "A queue", "佇列", "队列"),
                choice("queues", "Every other queue", "其他所有佇列", "其他所有队列"),
            ),
        ),
        Field(
            name="user_id",
            kind=FieldKind.USER,
            label=label("Person", "人員", "人员"),
            shown_for=("person",),
            listed=True,
        ),
        Field(
            name="role",
            kind=FieldKind.CODE,
            words=_roles,
            label=label("Role", "角色", "角色"),
            shown_for=("role",),
            listed=True,
        ),
        Field(
            name="queue_id",
            kind=FieldKind.REFERENCE,
            refers="queue",
            label=label("Queue", "佇列", "队列"),
            shown_for=("queue",),
            listed=True,
        ),
        Field(
            name="plan_id",
            kind=FieldKind.REFERENCE,
            refers="dial_plan",
            label=label("Dial plan", "撥號規則", "拨号规则"),
            required=True,
            listed=True,
        ),
        Field(
            name="title",
            kind=FieldKind.TEXT,
            label=label("For whom", "對象", "对象"),
            read_only=True,
            indexed=True,
            most=100,
        ),
    ),
)
