"""Types of cases: an inquiry, an incident, a complaint; each with a form and a life cycle of its own, kept as data."""

from sqlalchemy import Connection, update

from crm_core.casework import forms, lifecycle
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SETTINGS, Entity, Field, FieldKind, Section, label
from crm_core.records.shape import choice
from crm_core.records.tables import table_of


def _form(given: object) -> None:
    forms.read(given)


def _lifecycle(given: object) -> None:
    lifecycle.read(given)


def _prepare(_: Connection, change: Change) -> None:
    after = change.after
    table = lifecycle.PLAIN if after.get("lifecycle") is None else lifecycle.read(after["lifecycle"])
    form = forms.read(after.get("form"))
    astray = forms.states_named(form) - {each.name for each in table.states}
    if astray:
        raise change.refuse("form", "form.state_unknown", state=min(astray))
    own = {f"form.{each.field.name}" for each in form}
    for move in table.moves:
        lost = [name for name in move.needs.fields if name.startswith("form.") and name not in own]
        if lost:
            raise change.refuse("lifecycle", "lifecycle.field_unknown", field=lost[0])
    if after.get("is_default") and (not after.get("active") or any(each.required for each in form)):
        # nobody fills in a form for a letter that arrives
        raise change.refuse("is_default", "case_type.default_form")


def _written(conn: Connection, change: Change) -> None:
    """One default at most."""
    if change.after.get("is_default") and change.changed("is_default"):
        table = table_of(CASE_TYPE)
        conn.execute(update(table).where(table.c.id != change.id).values(is_default=False))


CASE_TYPE = Entity(
    name="case_type",
    collection="case-types",
    label=label("Case type", "案件類型", "工单类型"),
    plural=label("Case types", "案件類型", "工单类型"),
    module="settings",
    icon="case",
    sort="position,code",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    prepare=_prepare,
    written=_written,
    sections=(
        Section(name="what", label=label("What it is", "基本設定", "基本设置")),
        Section(name="how", label=label("How it is worked", "處理方式", "处理方式")),
    ),
    fields=(
        Field(
            name="code",
            kind=FieldKind.TEXT,
            label=label("Code", "代碼", "代码"),
            required=True,
            unique=True,
            listed=True,
            most=60,
            section="what",
        ),
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("English", "英文", "英文"),
            required=True,
            listed=True,
            most=100,
            section="what",
        ),
        Field(
            name="label_zh_tw",
            kind=FieldKind.TEXT,
            label=label("Traditional Chinese", "繁體中文", "繁体中文"),
            listed=True,
            most=100,
            section="what",
        ),
        Field(
            name="label_zh_cn",
            kind=FieldKind.TEXT,
            label=label("Simplified Chinese", "簡體中文", "简体中文"),
            listed=True,
            most=100,
            section="what",
        ),
        Field(
            name="kind",
            kind=FieldKind.CHOICE,
            label=label("Counted as", "統計歸類", "统计归类"),
            required=True,
            default="inquiry",
            listed=True,
            section="what",
            choices=(
                choice("inquiry", "Inquiry", "諮詢", "咨询"),
                choice("incident", "Incident", "故障", "故障"),
                choice("request", "Request", "服務請求", "服务请求"),
                choice("complaint", "Complaint", "客訴", "投诉"),
            ),
        ),
        Field(
            name="severity",
            kind=FieldKind.CODE,
            codes="case_severity",
            label=label("Severity at first", "預設嚴重度", "默认严重程度"),
            section="what",
        ),
        Field(
            name="priority",
            kind=FieldKind.CODE,
            codes="case_priority",
            label=label("Priority at first", "預設優先度", "默认优先级"),
            section="what",
        ),
        Field(
            name="position",
            kind=FieldKind.INTEGER,
            label=label("Position", "順序", "顺序"),
            required=True,
            default=0,
            section="what",
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("Offered", "可選用", "可选用"),
            required=True,
            default=True,
            listed=True,
            section="what",
        ),
        Field(
            name="is_default",
            kind=FieldKind.BOOLEAN,
            label=label("For letters and forms that arrive", "來信與表單的預設類型", "来信与表单的默认类型"),
            required=True,
            default=False,
            listed=True,
            section="what",
        ),
        Field(
            name="form",
            kind=FieldKind.JSON,
            label=label("Form", "表單", "表单"),
            check=_form,
            section="how",
        ),
        Field(
            name="lifecycle",
            kind=FieldKind.JSON,
            label=label("Life cycle", "處理流程", "处理流程"),
            hint=label(
                "Without one: open, pending, solved, closed",
                "未設定時：處理中、等候中、已解決、已結案",
                "未设置时：处理中、等待中、已解决、已关闭",
            ),
            check=_lifecycle,
            section="how",
        ),
    ),
)
