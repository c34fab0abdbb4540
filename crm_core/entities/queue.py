"""Queues: what they ask of agents, what of that they give up in time, who of several comes first. Work refers to them for ever, so none is removed."""

from sqlalchemy import Connection

from crm_core import queue_words
from crm_core.access.model import allowed
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, Label, Section, label
from crm_core.records.shape import choice
from crm_core.tables import queue

_KEPT = allowed(read="all", create="all", update="all", export="all", **{"import": "all"})


def _prepare(_: Connection, change: Change) -> None:
    after = change.after
    needs = queue_words.needs_of(after.get("requires") or "")
    useless = queue_words.without_effect(needs, queue_words.steps_of(after.get("relaxation") or ""))
    if useless:
        raise change.refuse("relaxation", "queue.step_useless", skill=useless)
    after["requires"] = queue_words.said(needs)
    after["relaxation"] = after.get("relaxation") or ""


def _seconds(name: str, words: Label, default: float, least: float, most: float) -> Field:
    return Field(
        name=name,
        kind=FieldKind.NUMBER,
        label=words,
        required=True,
        default=default,
        least=least,
        most=most,
        listed=name == "answer_within_s",
        section="times",
    )


QUEUE = Entity(
    name="queue",
    collection="queues",
    label=label("Queue", "佇列", "队列"),
    plural=label("Queues", "佇列", "队列"),
    module="settings",
    icon="inbox",
    sort="name",
    rights={"agent": allowed(read="all"), "supervisor": allowed(read="all"), "admin": _KEPT},
    scoped=False,
    searched=False,
    table=queue,
    prepare=_prepare,
    sections=(
        Section(name="what", label=label("What it is", "基本設定", "基本设置")),
        Section(name="who", label=label("Who serves it", "由誰服務", "由谁服务")),
        Section(name="times", label=label("Times", "時間", "时间")),
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
            section="what",
        ),
        Field(
            name="language",
            kind=FieldKind.CHOICE,
            label=label("Language", "語言", "语言"),
            required=True,
            default="en",
            listed=True,
            section="what",
            choices=(
                choice("en", "English", "英文", "英文"),
                choice("zh-TW", "Traditional Chinese", "繁體中文", "繁体中文"),
                choice("zh-CN", "Simplified Chinese", "簡體中文", "简体中文"),
            ),
        ),
        Field(
            name="team_id",
            kind=FieldKind.REFERENCE,
            refers="org_unit",
            label=label("Department", "部門", "部门"),
            section="what",
        ),
        Field(
            name="mail_address",
            kind=FieldKind.EMAIL,
            label=label("Letters are sent from", "寄件地址", "发件地址"),
            section="what",
        ),
        Field(
            name="priority_points",
            kind=FieldKind.INTEGER,
            label=label("Priority", "優先點數", "优先点数"),
            hint=label(
                "Each point puts what waits here forward by a second of waiting.",
                "每一點等於提前一秒的等候時間。",
                "每一点等于提前一秒的等待时间。",
            ),
            required=True,
            default=0,
            least=-86_400,
            most=86_400,
            listed=True,
            section="what",
        ),
        Field(
            name="requires",
            kind=FieldKind.TEXT,
            label=label("Skills it asks for", "所需技能", "所需技能"),
            hint=label(
                "For example: zh >= 3, billing. Nothing: everybody serves it.",
                "例如：zh >= 3, billing。留空表示人人可服務。",
                "例如：zh >= 3, billing。留空表示人人可服务。",
            ),
            listed=True,
            most=2000,
            section="who",
        ),
        Field(
            name="relaxation",
            kind=FieldKind.LONG_TEXT,
            label=label("Given up after a wait", "久候後放寬", "久等后放宽"),
            hint=label(
                "A line a step: 30: zh >= 2 (after 30 s this level suffices), 60: -billing (after 60 s it is not asked any more).",
                "每行一步：30: zh >= 2（30 秒後此等級即可），60: -billing（60 秒後不再要求）。",
                "每行一步：30: zh >= 2（30 秒后此等级即可），60: -billing（60 秒后不再要求）。",
            ),
            most=4000,
            section="who",
        ),
        Field(
            name="choice",
            kind=FieldKind.CHOICE,
            label=label("Who comes first", "優先派給", "优先分配给"),
            required=True,
            default="longest_idle",
            listed=True,
            section="who",
            choices=(
                choice("longest_idle", "Longest idle", "閒置最久者", "空闲最久者"),
                choice("least_occupied", "Least occupied", "忙碌比例最低者", "忙碌比例最低者"),
                choice("best_level", "Best level", "技能等級最高者", "技能等级最高者"),
                choice("fewest_skills", "Specialists", "專門人員", "专门人员"),
                choice("round_robin", "In turn", "輪流", "轮流"),
            ),
        ),
        Field(
            name="missed_at_most",
            kind=FieldKind.INTEGER,
            label=label("Missed offers until a pause", "漏接幾次後暫停", "漏接几次后暂停"),
            hint=label(
                "So many that rang in a row and were not answered pause the agent.",
                "連續響鈴而未接達此次數時，客服人員轉為暫停。",
                "连续响铃而未接达到此次数时，坐席转为暂停。",
            ),
            required=True,
            default=1,
            least=1,
            most=20,
            section="who",
        ),
        Field(
            name="mail_while_talking",
            kind=FieldKind.BOOLEAN,
            label=label("Letters beside a call", "通話中可派信件", "通话中可分配邮件"),
            required=True,
            default=False,
            section="who",
        ),
        _seconds("ring_s", label("Time to accept (s)", "接受時限（秒）", "接受时限（秒）"), 20.0, 3.0, 300.0),
        _seconds("wrap_up_s", label("Wrap-up (s)", "後續處理（秒）", "话后处理（秒）"), 30.0, 0.0, 86_400.0),
        _seconds(
            "answer_within_s",
            label("Answered within (s)", "應於幾秒內接聽", "应在几秒内接听"),
            20.0,
            1.0,
            86_400.0,
        ),
    ),
)
