"""Cases whole: types with forms and life cycles, their fields and links, approvals, tasks, texts, macros, procedures and rules."""

import time
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


_LISTS = {
    "case_severity": (
        ("low", "Low", "輕微", "轻微"),
        ("normal", "Normal", "一般", "一般"),
        ("high", "High", "嚴重", "严重"),
        ("critical", "Critical", "緊急", "紧急"),
    ),
    "case_priority": (
        ("low", "Low", "低", "低"),
        ("normal", "Normal", "中", "中"),
        ("high", "High", "高", "高"),
        ("urgent", "Urgent", "急件", "紧急"),
    ),
    "case_category": (
        ("product", "Product", "產品", "产品"),
        ("product.fault", "Product: fault", "產品：故障", "产品：故障"),
        ("product.use", "Product: how to use it", "產品：使用方式", "产品：使用方法"),
        ("billing", "Billing", "帳務", "账务"),
        ("billing.invoice", "Billing: invoice", "帳務：發票", "账务：发票"),
        ("billing.payment", "Billing: payment", "帳務：付款", "账务：付款"),
        ("delivery", "Delivery", "配送", "配送"),
        ("service", "Service and staff", "服務與人員", "服务与人员"),
        ("other", "Other", "其他", "其他"),
    ),
    "resolution_code": (
        ("answered", "Answered", "已答覆", "已答复"),
        ("fixed", "Fixed", "已修復", "已修复"),
        ("replaced", "Replaced", "已更換", "已更换"),
        ("refunded", "Refunded", "已退款", "已退款"),
        ("no_fault", "No fault found", "查無異常", "未发现异常"),
        ("duplicate", "Duplicate", "重複案件", "重复工单"),
        ("withdrawn", "Withdrawn", "客戶撤回", "客户撤回"),
    ),
}


def _words(en: str, zh_tw: str, zh_cn: str) -> dict[str, str]:
    return {"en": en, "zh-TW": zh_tw, "zh-CN": zh_cn}


_COMPLAINT = {
    "initial": "received",
    "on_customer": "investigating",
    "on_reply": "waiting",
    "states": [
        {"name": "received", "class": "open", "label": _words("Received", "已受理", "已受理")},
        {"name": "investigating", "class": "open", "label": _words("In review", "調查中", "调查中")},
        {"name": "waiting", "class": "pending", "label": _words("Waiting", "等候客戶", "等待客户")},
        {"name": "resolved", "class": "solved", "label": _words("To be checked", "待複核", "待复核")},
        {"name": "closed", "class": "closed", "label": _words("Closed", "已結案", "已结案")},
    ],
    "moves": [
        {
            "from": "received",
            "to": "investigating",
            "label": _words("Take up", "開始調查", "开始调查"),
            "needs": {"fields": ["owner_id", "due_at"]},
        },
        {
            "from": "investigating",
            "to": "waiting",
            "label": _words("Wait for customer", "等候客戶", "等待客户"),
        },
        {"from": "waiting", "to": "investigating", "label": _words("Go on", "繼續調查", "继续调查")},
        {
            "from": "investigating",
            "to": "resolved",
            "label": _words("Send to the check", "送交複核", "送交复核"),
            "needs": {"resolution": True},
        },
        {
            "from": "waiting",
            "to": "resolved",
            "label": _words("Send to the check", "送交複核", "送交复核"),
            "needs": {"resolution": True},
        },
        {
            "from": "resolved",
            "to": "closed",
            "label": _words("Check and close", "複核結案", "复核结案"),
            "needs": {"not_owner": True},
        },
        {"from": "resolved", "to": "investigating", "label": _words("Send back", "退回調查", "退回调查")},
        {
            "from": "closed",
            "to": "investigating",
            "label": _words("Reopen", "重新開啟", "重新打开"),
            "needs": {"roles": ["supervisor", "admin"]},
        },
    ],
}
_TYPES = (
    ("inquiry", "Inquiry", "諮詢", "咨询", "normal", True, None),
    ("incident", "Incident", "故障報修", "故障报修", "normal", False, None),
    ("request", "Service request", "服務請求", "服务请求", "normal", False, None),
    ("complaint", "Complaint", "客訴", "投诉", "high", False, _COMPLAINT),
)
_PROCEDURES = (
    (
        "procedure-escalate",
        "Escalate to the next level",
        [{"kind": "escalate"}, {"kind": "notify", "to": [{"kind": "owner"}, {"kind": "escalation"}]}],
    ),
    (
        "procedure-call-back",
        "Call the customer back",
        [{"kind": "call_back", "due_in_s": 3600, "to": [{"kind": "owner"}]}],
    ),
)
_RULES: tuple[tuple[str, str, str, dict[str, Any], Any, Any, str], ...] = (
    ("rule-overdue", "Overdue issues: a promise is missed", "sla_breached", {}, None, None, "every"),
    (
        "rule-past-due",
        "Overdue issues: the case is past its due time",
        "time_passed",
        {"field": "due_at", "after_s": 0},
        {"field": "status", "is": "in", "value": ["open", "pending"]},
        None,
        "every",
    ),
    (
        "rule-repeated-complaint",
        "Repeated complaints: the same customer, the same matter, within 30 days",
        "created",
        {},
        {"field": "is_complaint", "is": "eq", "value": True},
        {"least": 2, "within_s": 30 * 86400, "same": ["party_id", "category"]},
        "record",
    ),
)


_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_STANDARD: tuple[sa.ColumnClause[Any], ...] = (
    sa.column("id", sa.Text()),
    sa.column("created_at", sa.Double()),
    sa.column("updated_at", sa.Double()),
    sa.column("row_version", sa.Integer()),
    sa.column("custom", _JSON),
)


def _table(name: str, *columns: sa.ColumnClause[Any]) -> sa.TableClause:
    return sa.table(name, *(sa.column(each.name, each.type) for each in _STANDARD), *columns)


def _texts(*names: str) -> list[sa.ColumnClause[Any]]:
    return [sa.column(name, sa.Text()) for name in names]


def _begin_with(at: float) -> None:
    """What a new installation has, and an old one gets: all of it is the owner's to change."""
    standard = {"created_at": at, "updated_at": at, "row_version": 1, "custom": {}}
    code_value = _table(
        "code_value",
        *_texts("list", "code", "label_en", "label_zh_tw", "label_zh_cn"),
        sa.column("position", sa.Integer()),
    )
    op.bulk_insert(
        code_value,
        [
            {
                "id": f"code-{name}-{code}",
                "list": name,
                "code": code,
                "label_en": en,
                "label_zh_tw": zh_tw,
                "label_zh_cn": zh_cn,
                "position": position,
            }
            | standard
            for name, words in _LISTS.items()
            for position, (code, en, zh_tw, zh_cn) in enumerate(words)
        ],
    )
    case_type = _table(
        "case_type",
        *_texts("code", "name", "label_zh_tw", "label_zh_cn", "kind", "severity", "priority"),
        sa.column("position", sa.Integer()),
        sa.column("active", sa.Boolean()),
        sa.column("is_default", sa.Boolean()),
        sa.column("lifecycle", _JSON),
    )
    for position, (code, en, zh_tw, zh_cn, severity, default, lifecycle) in enumerate(_TYPES):
        row = {
            "id": f"case-type-{code}",
            "code": code,
            "name": en,
            "label_zh_tw": zh_tw,
            "label_zh_cn": zh_cn,
            "kind": code,
            "severity": severity,
            "priority": "normal",
            "position": position,
            "active": True,
            "is_default": default,
        }
        table = {} if lifecycle is None else {"lifecycle": lifecycle}
        op.bulk_insert(case_type, [row | standard | table])
    procedure = _table(
        "procedure",
        *_texts("name", "entity"),
        sa.column("steps", _JSON),
        sa.column("by_hand", sa.Boolean()),
        sa.column("active", sa.Boolean()),
    )
    op.bulk_insert(
        procedure,
        [
            {"id": name, "name": words, "entity": "case", "steps": steps, "by_hand": True, "active": True}
            | standard
            for name, words, steps in _PROCEDURES
        ],
    )
    rule = _table(
        "rule",
        *_texts("name", "entity", "trigger", "once", "procedure_id"),
        sa.column("detail", _JSON),
        sa.column("condition", _JSON),
        sa.column("count", _JSON),
        sa.column("position", sa.Integer()),
        sa.column("active", sa.Boolean()),
    )
    for position, (name, words, trigger, detail, condition, count, once) in enumerate(_RULES):
        row = {
            "id": name,
            "name": words,
            "entity": "case",
            "trigger": trigger,
            "detail": detail,
            "once": once,
            "procedure_id": "procedure-escalate",
            "position": position,
            "active": True,
        }
        more = {key: value for key, value in (("condition", condition), ("count", count)) if value}
        op.bulk_insert(rule, [row | standard | more])


def upgrade() -> None:
    op.create_table(
        "case_type",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label_zh_tw", sa.Text(), nullable=True),
        sa.Column("label_zh_cn", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("form", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("lifecycle", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_type")),
    )
    with op.batch_alter_table("case_type", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_type_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_case_type_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "macro",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("case_type_id", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("template_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("tasks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro")),
    )
    with op.batch_alter_table("macro", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_macro_case_type_id"), ["case_type_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_macro_template_id"), ["template_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_macro_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_macro_name",
            ["name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "procedure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure")),
    )
    with op.batch_alter_table("procedure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_procedure_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_procedure_name",
            ["name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "procedure_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=True),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_run")),
        sa.UniqueConstraint("key", name=op.f("uq_procedure_run_key")),
    )
    with op.batch_alter_table("procedure_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_procedure_run_entity_record_id"), ["entity", "record_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_procedure_run_procedure_id"), ["procedure_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_procedure_run_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_procedure_run_started_at"), ["started_at"], unique=False)

    op.create_table(
        "rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("condition", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("count", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("procedure_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
    )
    with op.batch_alter_table("rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_entity"), ["entity"], unique=False)
        batch_op.create_index(batch_op.f("ix_rule_procedure_id"), ["procedure_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rule_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_rule_name",
            ["name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "rule_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_rule_event")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rule_watch",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("seen_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_rule_watch")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("remind_at", sa.Double(), nullable=True),
        sa.Column("progress", sa.BigInteger(), nullable=True),
        sa.Column("party_id", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("about_entity", sa.Text(), nullable=True),
        sa.Column("about_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.Column("reminded_at", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("team_id", sa.Text(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_about_id"), ["about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_remind_at"), ["remind_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "template",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shortcut", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("case_type_id", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
    )
    with op.batch_alter_table("template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_template_case_type_id"), ["case_type_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_template_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_template_shortcut_channel_language",
            ["shortcut", "channel", "language"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "template_use",
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", "template_id", name=op.f("pk_template_use")),
    )
    with op.batch_alter_table("template_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_template_use_at"), ["at"], unique=False)

    op.create_table(
        "notification",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("party_id", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_notification_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notification_user_id_at"), ["user_id", "at"], unique=False)

    op.create_table(
        "approval",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("state_from", sa.Text(), nullable=False),
        sa.Column("state_to", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("turn", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_approval_case_id_support_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_kind_who"), ["kind", "who"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_approval_request_id_position"), ["request_id", "position"], unique=True
        )

    op.create_table(
        "case_activity",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_case_activity_case_id_support_case")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_case_activity")),
    )
    with op.batch_alter_table("case_activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_activity_case_id_seq"), ["case_id", "seq"], unique=False)

    op.create_table(
        "case_link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_case_link_case_id_support_case")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["support_case.id"], name=op.f("fk_case_link_other_id_support_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
    )
    with op.batch_alter_table("case_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_case_link_case_id_other_id_kind"), ["case_id", "other_id", "kind"], unique=True
        )
        batch_op.create_index(batch_op.f("ix_case_link_other_id"), ["other_id"], unique=False)

    op.create_table(
        "case_regrouping",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.Column("image", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("undone_at", sa.Double(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_case_regrouping_case_id_support_case")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["support_case.id"], name=op.f("fk_case_regrouping_other_id_support_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_regrouping")),
    )
    with op.batch_alter_table("case_regrouping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_regrouping_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_regrouping_other_id"), ["other_id"], unique=False)

    op.create_table(
        "case_watcher",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("since", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_case_watcher_case_id_support_case")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_case_watcher_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_case_watcher")),
    )
    with op.batch_alter_table("case_watcher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_watcher_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("type_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("state", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "form",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'{}'"),
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("category", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("severity", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("priority", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("product_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("product_version", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("parent_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("channel", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("due_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("follow_up_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("follow_up_told", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("resolution", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("resolution_code", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("article_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("reopened_count", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("is_complaint", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("escalation_level", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("waiting_since", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("solved_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_support_case_category"), ["category"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_follow_up_at"), ["follow_up_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_type_id"), ["type_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_waiting_since"), ["waiting_since"], unique=False)
    _begin_with(time.time())
    # cases that run are counted as waiting from their last unanswered word on, as far as that is known
    op.execute(
        "UPDATE support_case SET state = status, solved_at = CASE WHEN status = 'solved' THEN updated_at END"
    )


def downgrade() -> None:
    op.execute("UPDATE support_case SET status = 'solved' WHERE status = 'closed'")
    for name in _LISTS:
        op.execute(sa.text("DELETE FROM code_value WHERE list = :name").bindparams(name=name))
    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_case_waiting_since"))
        batch_op.drop_index(batch_op.f("ix_support_case_type_id"))
        batch_op.drop_index(batch_op.f("ix_support_case_product_id"))
        batch_op.drop_index(batch_op.f("ix_support_case_parent_id"))
        batch_op.drop_index(batch_op.f("ix_support_case_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_support_case_follow_up_at"))
        batch_op.drop_index(batch_op.f("ix_support_case_due_at"))
        batch_op.drop_index(batch_op.f("ix_support_case_category"))
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("solved_at")
        batch_op.drop_column("waiting_since")
        batch_op.drop_column("escalation_level")
        batch_op.drop_column("is_complaint")
        batch_op.drop_column("reopened_count")
        batch_op.drop_column("article_id")
        batch_op.drop_column("resolution_code")
        batch_op.drop_column("resolution")
        batch_op.drop_column("follow_up_told")
        batch_op.drop_column("follow_up_at")
        batch_op.drop_column("due_at")
        batch_op.drop_column("channel")
        batch_op.drop_column("parent_id")
        batch_op.drop_column("product_version")
        batch_op.drop_column("product_id")
        batch_op.drop_column("priority")
        batch_op.drop_column("severity")
        batch_op.drop_column("category")
        batch_op.drop_column("form")
        batch_op.drop_column("state")
        batch_op.drop_column("type_id")

    with op.batch_alter_table("case_watcher", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_watcher_user_id"))

    op.drop_table("case_watcher")
    with op.batch_alter_table("case_regrouping", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_regrouping_other_id"))
        batch_op.drop_index(batch_op.f("ix_case_regrouping_case_id"))

    op.drop_table("case_regrouping")
    with op.batch_alter_table("case_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_link_other_id"))
        batch_op.drop_index(batch_op.f("ix_case_link_case_id_other_id_kind"))

    op.drop_table("case_link")
    with op.batch_alter_table("case_activity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_activity_case_id_seq"))

    op.drop_table("case_activity")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_request_id_position"))
        batch_op.drop_index(batch_op.f("ix_approval_kind_who"))
        batch_op.drop_index(batch_op.f("ix_approval_case_id"))

    op.drop_table("approval")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notification_user_id_at"))

    op.drop_table("notification")
    with op.batch_alter_table("template_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_template_use_at"))

    op.drop_table("template_use")
    with op.batch_alter_table("template", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_template_shortcut_channel_language",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_template_updated_at"))
        batch_op.drop_index(batch_op.f("ix_template_case_type_id"))

    op.drop_table("template")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_updated_at"))
        batch_op.drop_index(batch_op.f("ix_task_territory"))
        batch_op.drop_index(batch_op.f("ix_task_team_id"))
        batch_op.drop_index(batch_op.f("ix_task_remind_at"))
        batch_op.drop_index(batch_op.f("ix_task_party_id"))
        batch_op.drop_index(batch_op.f("ix_task_owner_id"))
        batch_op.drop_index(batch_op.f("ix_task_due_at"))
        batch_op.drop_index(batch_op.f("ix_task_about_id"))

    op.drop_table("task")
    op.drop_table("rule_watch")
    op.drop_table("rule_event")
    with op.batch_alter_table("rule", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_rule_name",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_rule_updated_at"))
        batch_op.drop_index(batch_op.f("ix_rule_procedure_id"))
        batch_op.drop_index(batch_op.f("ix_rule_entity"))

    op.drop_table("rule")
    with op.batch_alter_table("procedure_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procedure_run_started_at"))
        batch_op.drop_index(batch_op.f("ix_procedure_run_rule_id"))
        batch_op.drop_index(batch_op.f("ix_procedure_run_procedure_id"))
        batch_op.drop_index(batch_op.f("ix_procedure_run_entity_record_id"))

    op.drop_table("procedure_run")
    with op.batch_alter_table("procedure", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_procedure_name",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_procedure_updated_at"))

    op.drop_table("procedure")
    with op.batch_alter_table("macro", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_macro_name",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_macro_updated_at"))
        batch_op.drop_index(batch_op.f("ix_macro_template_id"))
        batch_op.drop_index(batch_op.f("ix_macro_case_type_id"))

    op.drop_table("macro")
    with op.batch_alter_table("case_type", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_type_code",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_case_type_updated_at"))

    op.drop_table("case_type")
