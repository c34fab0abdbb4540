"""Text messages: the gateways through which they come and go, and our numbers there. Secrets are no fields: see `crm_core.sms.gateways`."""

from urllib.parse import urlsplit

from sqlalchemy import Connection

from crm_core.access.model import Action
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_ADMIN, RIGHTS_SETTINGS, Entity, Field, FieldKind, label
from crm_core.records.shape import choice
from crm_core.sms import numbers

PROVIDERS = ("generic", "twilio", "vonage")


def _prepare_gateway(_: Connection, change: Change) -> None:
    after = change.after
    if change.action is Action.DELETE:
        return
    after["endpoint"] = endpoint = str(after.get("endpoint") or "").strip().rstrip("/")
    if not endpoint and after["provider"] == "generic":
        raise change.refuse("endpoint", "field.required")
    if endpoint and not _is_url(endpoint):
        raise change.refuse("endpoint", "sms.endpoint")
    if after["provider"] != "generic" and not str(after.get("account") or "").strip():
        raise change.refuse("account", "field.required")


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = parts.scheme in {"http", "https"} and not parts.query and not parts.fragment
    return plain and bool(parts.hostname) and parts.username is None and text.isascii() and " " not in text


def _prepare_number(_: Connection, change: Change) -> None:
    if change.action is Action.DELETE:
        return
    number = numbers.own(str(change.after.get("number") or ""))
    if number is None:
        raise change.refuse("number", "sms.number")
    change.after["number"] = number


SMS_GATEWAY = Entity(
    name="sms_gateway",
    collection="sms-gateways",
    label=label("SMS gateway", "簡訊閘道", "短信网关"),
    plural=label("SMS gateways", "簡訊閘道", "短信网关"),
    module="settings",
    icon="sms",
    sort="name",
    rights=RIGHTS_ADMIN,
    scoped=False,
    searched=False,
    told_by="provider",
    prepare=_prepare_gateway,
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            unique=True,
            listed=True,
            most=80,
        ),
        Field(
            name="provider",
            kind=FieldKind.CHOICE,
            label=label("Contract", "介接規格", "接口规范"),
            hint=label(
                "How it is talked to. The generic contract is in docs/sms.md; the two others are those of the providers' public interfaces.",
                "與閘道溝通的方式。通用規格見 docs/sms.md；另兩種為業者公開的介面。",
                "与网关通信的方式。通用规范见 docs/sms.md；另外两种为服务商公开的接口。",
            ),
            required=True,
            default="generic",
            listed=True,
            choices=(
                choice("generic", "Generic (JSON, signed)", "通用（JSON，簽章）", "通用（JSON，签名）"),
                choice("twilio", "Twilio", "Twilio", "Twilio"),
                choice("vonage", "Vonage (Messages)", "Vonage（Messages）", "Vonage（Messages）"),
            ),
        ),
        Field(
            name="endpoint",
            kind=FieldKind.TEXT,
            label=label("Address", "網址", "地址"),
            hint=label(
                "Where messages are handed over. Nothing: the provider's own address.",
                "送出簡訊的網址。留空則使用業者的網址。",
                "提交短信的地址。留空则使用服务商的地址。",
            ),
            most=300,
        ),
        Field(
            name="account",
            kind=FieldKind.TEXT,
            label=label("Account", "帳號", "账号"),
            hint=label(
                "Account SID (Twilio) or API key (Vonage).",
                "Account SID（Twilio）或 API key（Vonage）。",
                "Account SID（Twilio）或 API key（Vonage）。",
            ),
            shown_for=("twilio", "vonage"),
            most=100,
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

SMS_NUMBER = Entity(
    name="sms_number",
    collection="sms-numbers",
    label=label("SMS number", "簡訊號碼", "短信号码"),
    plural=label("SMS numbers", "簡訊號碼", "短信号码"),
    module="settings",
    icon="sms",
    title="number",
    sort="number",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    prepare=_prepare_number,
    fields=(
        Field(
            name="number",
            kind=FieldKind.TEXT,
            label=label("Number or sender name", "號碼或發送者名稱", "号码或发送者名称"),
            hint=label(
                "+886912345678, a short code, or a name of up to 11 letters and digits, which cannot be answered.",
                "+886912345678、短碼，或 11 個字元以內的英數名稱（無法回覆）。",
                "+8613800138000、短码，或 11 个字符以内的英文数字名称（无法回复）。",
            ),
            required=True,
            unique=True,
            listed=True,
            most=20,
        ),
        Field(
            name="gateway_id",
            kind=FieldKind.REFERENCE,
            refers="sms_gateway",
            label=label("Gateway", "閘道", "网关"),
            required=True,
            listed=True,
        ),
        Field(
            name="queue_id",
            kind=FieldKind.REFERENCE,
            refers="queue",
            label=label("Leads to", "轉入佇列", "转入队列"),
            hint=label(
                "Its messages wait there, and what this queue writes is sent from this number.",
                "收到的簡訊進入該佇列，該佇列送出的簡訊也以此號碼發送。",
                "收到的短信进入该队列，该队列发出的短信也以此号码发送。",
            ),
            required=True,
            listed=True,
        ),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), most=4000),
    ),
)
