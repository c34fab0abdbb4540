"""What customers allowed and forbade: a history that only grows. `crm_core.customers.consent` answers whether something is allowed."""

from sqlalchemy import Connection

from crm_core.access.model import allowed
from crm_core.customers import consent
from crm_core.entities import party_words as words
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label
from crm_core.records.shape import choice

_KEPT = allowed(read="all", create="all", export="all", **{"import": "all"})
CHANNELS = (
    choice(consent.ANY, "Any", "全部管道", "全部渠道"),
    *(each for each in words.CHANNELS if each.code != "web"),
)
STATES = (
    choice("given", "Given", "同意", "同意"),
    choice("withdrawn", "Withdrawn", "撤回", "撤回"),
    choice("unknown", "Unknown", "未知", "未知"),
)
BASES = (
    choice("consent", "Consent", "當事人同意", "本人同意"),
    choice("contract", "Contract", "契約", "合同"),
    choice("legal", "Legal duty", "法定義務", "法定义务"),
    choice("interest", "Legitimate interest", "正當利益", "正当利益"),
)


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if change.before is not None:
        # what was said is not unsaid: a later row says otherwise
        raise change.refuse("state", "consent.kept")
    if after.get("contact_point_id") and not consent.is_point_of(
        conn, after["contact_point_id"], after["party_id"]
    ):
        raise change.refuse("contact_point_id", "field.reference", entity="contact_point")
    if after["state"] == "given" and not (after.get("evidence") or after.get("evidence_ref")):
        raise change.refuse("evidence", "consent.evidence")
    after["at"] = change.acting.now if after.get("at") is None else after["at"]
    if after["at"] > change.acting.now:
        raise change.refuse("at", "consent.future")
    after["by_id"] = change.acting.reader.user_id or None


CONSENT = Entity(
    name="consent",
    collection="consents",
    label=label("Consent", "同意紀錄", "同意记录"),
    plural=label("Consents", "同意紀錄", "同意记录"),
    module="customers",
    icon="shield",
    title="purpose",
    sort="-at",
    rights={"agent": allowed(read="all", create="all"), "supervisor": _KEPT, "admin": _KEPT},
    scoped=False,
    personal=True,
    searched=False,
    follows=("party", "party_id"),
    prepare=_prepare,
    fields=(
        Field(
            name="party_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            required=True,
            listed=True,
        ),
        Field(
            name="contact_point_id",
            kind=FieldKind.REFERENCE,
            refers="contact_point",
            label=label("Number or address", "號碼或地址", "号码或地址"),
        ),
        Field(
            name="channel",
            kind=FieldKind.CHOICE,
            choices=CHANNELS,
            label=label("Channel", "管道", "渠道"),
            required=True,
            default="any",
            listed=True,
        ),
        Field(
            name="purpose",
            kind=FieldKind.CODE,
            codes="consent_purpose",
            label=label("Purpose", "目的", "目的"),
            required=True,
            listed=True,
        ),
        Field(
            name="state",
            kind=FieldKind.CHOICE,
            choices=STATES,
            label=label("State", "狀態", "状态"),
            required=True,
            listed=True,
        ),
        Field(
            name="basis",
            kind=FieldKind.CHOICE,
            choices=BASES,
            label=label("Basis", "依據", "依据"),
            default="consent",
        ),
        Field(name="evidence", kind=FieldKind.LONG_TEXT, label=label("Evidence", "證明", "证明"), most=5000),
        Field(
            name="evidence_ref",
            kind=FieldKind.TEXT,
            label=label("Where the evidence is", "證明文件位置", "证明文件位置"),
            most=500,
        ),
        Field(name="at", kind=FieldKind.MOMENT, label=label("When", "時間", "时间"), listed=True),
        Field(
            name="by_id",
            kind=FieldKind.USER,
            label=label("Recorded by", "登錄人員", "登记人员"),
            read_only=True,
            listed=True,
        ),
    ),
)
