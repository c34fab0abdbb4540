"""How long customers' data is kept: a rule for each kind, carried out every day, never against a hold."""

from crm_core.records.declared import RIGHTS_ADMIN, Entity, Field, FieldKind, label
from crm_core.records.shape import choice

RETENTION_RULE = Entity(
    name="retention_rule",
    collection="retention-rules",
    label=label("Retention rule", "保存期限", "保存期限"),
    plural=label("Retention rules", "保存期限", "保存期限"),
    title="what",
    module="settings",
    icon="shield",
    sort="what",
    rights=RIGHTS_ADMIN,
    scoped=False,
    searched=False,
    uniques=(("what",),),
    fields=(
        Field(
            name="what",
            kind=FieldKind.CHOICE,
            label=label("What", "資料", "数据"),
            required=True,
            listed=True,
            choices=(
                choice("contacts", "Calls and letters: their words", "通話與信件內容", "通话和信件内容"),
                choice("cases", "Solved cases: their words", "已解決案件內容", "已解决工单内容"),
                choice("parties", "Customers without contact", "久未聯絡的客戶", "久未联系的客户"),
                choice("audit", "Details of the audit trail", "稽核紀錄明細", "审计日志明细"),
            ),
        ),
        Field(
            name="after_days",
            kind=FieldKind.INTEGER,
            label=label("After (days)", "天數", "天数"),
            required=True,
            least=1,
            most=36_500,
            listed=True,
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("Active", "啟用", "启用"),
            required=True,
            default=False,
            listed=True,
        ),
    ),
)
