"""Rules about customers, as data: what makes two alike, what a record must have, who is of which level, what is said to whom, who belongs together."""

from typing import Any

from sqlalchemy import Connection

from config.errors import Kind, Refused
from crm_core.access.model import allowed
from crm_core.customers import duplicate_keys, grading, repair
from crm_core.entities import party_words as words
from crm_core.records import filters, known
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SETTINGS, Entity, Field, FieldKind, label
from crm_core.records.shape import shape_of

DUPLICATE_RULE = Entity(
    name="duplicate_rule",
    collection="duplicate-rules",
    label=label("Duplicate rule", "重複規則", "重复规则"),
    plural=label("Duplicate rules", "重複規則", "重复规则"),
    module="settings",
    icon="list",
    sort="-score",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    uniques=(("key",),),
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            listed=True,
            most=100,
        ),
        Field(
            name="key",
            kind=FieldKind.CHOICE,
            choices=duplicate_keys.KEYS,
            label=label("What is compared", "比對項目", "比对项目"),
            required=True,
            listed=True,
        ),
        Field(
            name="score",
            kind=FieldKind.INTEGER,
            label=label("Points", "分數", "分数"),
            required=True,
            default=50,
            least=1,
            most=100,
            listed=True,
        ),
        Field(
            name="most_alike",
            kind=FieldKind.INTEGER,
            label=label("At most so many alike", "相同筆數上限", "相同条数上限"),
            hint=label(
                "A switchboard's number that more have says nothing",
                "超過此數（如總機號碼）即不列入比對",
                "超过此数（如总机号码）即不列入比对",
            ),
            required=True,
            default=10,
            least=2,
            most=100,
            listed=True,
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("In use", "啟用", "启用"),
            required=True,
            default=True,
            listed=True,
        ),
    ),
)


def _prepare_repair(conn: Connection, change: Change) -> None:
    shape = shape_of(conn, known.entity("party"))
    if change.after["lacking"] not in repair.CONTACT and shape.field(change.after["lacking"]) is None:
        raise change.refuse("lacking", "field.unknown")


REPAIR_RULE = Entity(
    name="repair_rule",
    collection="repair-rules",
    label=label("Required data", "必要資料", "必需数据"),
    plural=label("Required data", "必要資料", "必需数据"),
    module="settings",
    icon="list",
    title="lacking",
    sort="kind",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    uniques=(("kind", "lacking"),),
    prepare=_prepare_repair,
    fields=(
        Field(
            name="kind",
            kind=FieldKind.CHOICE,
            choices=words.KINDS,
            label=label("Of", "對象類別", "对象类别"),
            required=True,
            listed=True,
        ),
        Field(
            name="lacking",
            kind=FieldKind.TEXT,
            label=label("Field", "欄位", "字段"),
            hint=label(
                "A field's name, or contact, phone, email, postal",
                "欄位名稱，或 contact、phone、email、postal",
                "字段名称，或 contact、phone、email、postal",
            ),
            required=True,
            listed=True,
            most=60,
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("In use", "啟用", "启用"),
            required=True,
            default=True,
            listed=True,
        ),
    ),
)


def _prepare_grading(conn: Connection, change: Change) -> None:
    field = shape_of(conn, known.entity("party")).field(change.after["figure"])
    if field is None or field.kind not in grading.FIGURES:
        raise change.refuse("figure", "grading.figure")


GRADING_RULE = Entity(
    name="grading_rule",
    collection="grading-rules",
    label=label("Grading rule", "分級規則", "分级规则"),
    plural=label("Grading rules", "分級規則", "分级规则"),
    module="settings",
    icon="list",
    title="tier",
    sort="-least",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    prepare=_prepare_grading,
    fields=(
        Field(
            name="tier",
            kind=FieldKind.CODE,
            codes="party_tier",
            label=label("Level", "等級", "等级"),
            required=True,
            listed=True,
        ),
        Field(
            name="figure",
            kind=FieldKind.TEXT,
            label=label("Figure", "依據數值", "依据数值"),
            required=True,
            default="yearly_revenue",
            listed=True,
            most=60,
        ),
        Field(
            name="least",
            kind=FieldKind.NUMBER,
            label=label("From", "下限", "下限"),
            required=True,
            listed=True,
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("In use", "啟用", "启用"),
            required=True,
            default=True,
            listed=True,
        ),
    ),
)

CALL_SCRIPT = Entity(
    name="call_script",
    collection="call-scripts",
    label=label("Script", "話術", "话术"),
    plural=label("Scripts", "話術", "话术"),
    module="service",
    icon="note",
    rights={
        "agent": allowed(read="all"),
        "supervisor": allowed(read="all", create="all", update="all", delete="all", export="all"),
        "admin": allowed(read="all", create="all", update="all", delete="all", export="all"),
    },
    scoped=False,
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            listed=True,
            searched=True,
            most=100,
        ),
        Field(
            name="text",
            kind=FieldKind.LONG_TEXT,
            label=label("What to say", "話術內容", "话术内容"),
            required=True,
            searched=True,
            most=5000,
        ),
        Field(
            name="traits",
            kind=FieldKind.TAGS,
            label=label("For these traits", "適用特質", "适用特质"),
            listed=True,
        ),
        Field(
            name="tier",
            kind=FieldKind.CODE,
            codes="party_tier",
            label=label("For this level", "適用等級", "适用等级"),
            listed=True,
        ),
        Field(
            name="queue_id",
            kind=FieldKind.TEXT,
            label=label("For this queue", "適用佇列", "适用队列"),
            most=100,
        ),
        Field(
            name="language",
            kind=FieldKind.CHOICE,
            choices=words.LANGUAGES,
            label=label("Language", "語言", "语言"),
            listed=True,
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("In use", "啟用", "启用"),
            required=True,
            default=True,
            listed=True,
        ),
    ),
)


def _prepare_segment(conn: Connection, change: Change) -> None:
    filters.condition(shape_of(conn, known.entity("party")), change.acting.reader, change.after.get("filter"))
    if change.before is None:
        change.after |= {"count": None, "refreshed_at": None, "generation": 0}


def _is_filter(given: Any) -> None:
    if not isinstance(given, dict):
        raise Refused("filter.form", Kind.INVALID)


SEGMENT = Entity(
    name="party_segment",
    collection="segments",
    label=label("Segment", "客戶分群", "客户分群"),
    plural=label("Segments", "客戶分群", "客户分群"),
    module="customers",
    icon="list",
    rights={
        "agent": allowed(read="all"),
        "supervisor": allowed(read="all", create="all", update="all", delete="all", export="all"),
        "admin": allowed(read="all", create="all", update="all", delete="all", export="all"),
    },
    prepare=_prepare_segment,
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            unique=True,
            listed=True,
            searched=True,
            most=100,
        ),
        Field(
            name="filter",
            kind=FieldKind.JSON,
            label=label("Filter", "篩選條件", "筛选条件"),
            required=True,
            check=_is_filter,
        ),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), most=2000),
        Field(
            name="count",
            kind=FieldKind.INTEGER,
            label=label("Customers", "客戶數", "客户数"),
            read_only=True,
            listed=True,
        ),
        Field(
            name="refreshed_at",
            kind=FieldKind.MOMENT,
            label=label("Counted", "統計時間", "统计时间"),
            read_only=True,
            listed=True,
        ),
        Field(
            name="generation", kind=FieldKind.INTEGER, label=label("Round", "輪次", "轮次"), read_only=True
        ),
    ),
)
