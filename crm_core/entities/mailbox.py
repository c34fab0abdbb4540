"""Mailboxes that are read by IMAP: where they are, how one gets in, and which queue has their letters. Their secrets are kept apart, sealed."""

import re

from sqlalchemy import Connection

from crm_core.access.model import Action
from crm_core.mail_in import mailboxes
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_ADMIN, Entity, Field, FieldKind, Section, label
from crm_core.records.shape import choice

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[?[0-9A-Fa-f:]{2,39}\]?", re.ASCII)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if change.action is Action.DELETE and after.get("deleted_at") is not None:
        mailboxes.forget(conn, change.id)
        return
    after["host"] = (after.get("host") or "").strip()
    if not _HOST.fullmatch(after["host"]):
        raise change.refuse("host", "mailbox.host")
    for name in ("user", "folder", "move_to"):
        if _UNSAFE.search(after.get(name) or ""):
            raise change.refuse(name, "mailbox.unprintable")
    if change.before is not None and any(change.changed(name) for name in ("host", "token_url")):
        # what was given to one server is not shown to another
        mailboxes.forget(conn, change.id)
    if after["afterwards"] == "move" and not after.get("move_to"):
        raise change.refuse("move_to", "field.required")
    if after["afterwards"] == "move" and after["move_to"] == after["folder"]:
        raise change.refuse("move_to", "mailbox.same_folder")
    if after["sign_in"] == "oauth":
        _check_token_url(change)
    if after["tls"] == "none" and after["host"] not in {"localhost", "127.0.0.1", "::1"}:
        # a password over the net in the clear is everybody's
        raise change.refuse("tls", "mailbox.unprotected")


def _check_token_url(change: Change) -> None:
    url = change.after.get("token_url") or ""
    if not mailboxes.is_token_url(url):
        raise change.refuse("token_url", "mailbox.token_url")
    if not change.after.get("client_id"):
        raise change.refuse("client_id", "field.required")


MAILBOX = Entity(
    name="mailbox",
    collection="mailboxes",
    label=label("Mailbox", "信箱", "邮箱"),
    plural=label("Mailboxes", "信箱", "邮箱"),
    module="settings",
    icon="mail",
    sort="name",
    rights=RIGHTS_ADMIN,
    scoped=False,
    searched=False,
    told_by="sign_in",
    prepare=_prepare,
    sections=(
        Section(name="where", label=label("Where it is", "位置", "位置")),
        Section(name="entry", label=label("Signing in", "登入", "登录")),
        Section(name="letters", label=label("Its letters", "信件處理", "邮件处理")),
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
            section="where",
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("Is read", "啟用收信", "启用收信"),
            required=True,
            default=True,
            listed=True,
            section="where",
        ),
        Field(
            name="host",
            kind=FieldKind.TEXT,
            label=label("IMAP server", "IMAP 伺服器", "IMAP 服务器"),
            hint=label(
                "For example: imap.example.com.", "例如：imap.example.com。", "例如：imap.example.com。"
            ),
            required=True,
            listed=True,
            most=255,
            section="where",
        ),
        Field(
            name="port",
            kind=FieldKind.INTEGER,
            label=label("Port", "連接埠", "端口"),
            required=True,
            default=993,
            least=1,
            most=65_535,
            section="where",
        ),
        Field(
            name="tls",
            kind=FieldKind.CHOICE,
            label=label("Protected by", "加密方式", "加密方式"),
            required=True,
            default="tls",
            section="where",
            choices=(
                choice("tls", "TLS from the start (993)", "全程 TLS（993）", "全程 TLS（993）"),
                choice("starttls", "STARTTLS (143)", "STARTTLS（143）", "STARTTLS（143）"),
                choice("none", "Nothing (this machine only)", "不加密（僅限本機）", "不加密（仅限本机）"),
            ),
        ),
        Field(
            name="folder",
            kind=FieldKind.TEXT,
            label=label("Folder", "資料夾", "文件夹"),
            required=True,
            default="INBOX",
            most=200,
            section="where",
        ),
        Field(
            name="user",
            kind=FieldKind.TEXT,
            label=label("User", "使用者名稱", "用户名"),
            required=True,
            listed=True,
            most=320,
            section="entry",
        ),
        Field(
            name="sign_in",
            kind=FieldKind.CHOICE,
            label=label("Signs in with", "登入方式", "登录方式"),
            required=True,
            default="password",
            section="entry",
            choices=(
                choice("password", "A password", "密碼", "密码"),
                choice("oauth", "OAuth 2", "OAuth 2", "OAuth 2"),
            ),
        ),
        Field(
            name="token_url",
            kind=FieldKind.TEXT,
            label=label("Token endpoint", "權杖端點", "令牌端点"),
            hint=label(
                "Where the refresh token is turned into an access token; the provider's documentation has it.",
                "以重新整理權杖換取存取權杖的網址，請見服務商文件。",
                "用刷新令牌换取访问令牌的网址，请见服务商文档。",
            ),
            most=500,
            shown_for=("oauth",),
            section="entry",
        ),
        Field(
            name="client_id",
            kind=FieldKind.TEXT,
            label=label("Client id", "用戶端識別碼", "客户端标识"),
            most=300,
            shown_for=("oauth",),
            section="entry",
        ),
        Field(
            name="scope",
            kind=FieldKind.TEXT,
            label=label("Scope", "授權範圍", "授权范围"),
            hint=label(
                "Only where the provider asks for it.",
                "僅在服務商要求時填寫。",
                "仅在服务商要求时填写。",
            ),
            most=500,
            shown_for=("oauth",),
            section="entry",
        ),
        Field(
            name="queue_id",
            kind=FieldKind.REFERENCE,
            refers="queue",
            label=label("Its letters go to", "信件進入佇列", "邮件进入队列"),
            required=True,
            listed=True,
            section="letters",
        ),
        Field(
            name="begin_with",
            kind=FieldKind.CHOICE,
            label=label("Begins with", "起始範圍", "起始范围"),
            required=True,
            default="new",
            section="letters",
            choices=(
                choice(
                    "new",
                    "Letters that come from now on",
                    "自此以後收到的信件",
                    "自此以后收到的邮件",
                ),
                choice("all", "All that lie there", "信箱內所有信件", "邮箱内所有邮件"),
            ),
        ),
        Field(
            name="afterwards",
            kind=FieldKind.CHOICE,
            label=label("What was read", "讀取後", "读取后"),
            required=True,
            default="seen",
            section="letters",
            choices=(
                choice("keep", "Stays as it is", "保持原狀", "保持原样"),
                choice("seen", "Is marked as seen", "標示為已讀", "标为已读"),
                choice("move", "Is moved to a folder", "移至資料夾", "移到文件夹"),
                choice("delete", "Is deleted", "刪除", "删除"),
            ),
        ),
        Field(
            name="move_to",
            kind=FieldKind.TEXT,
            label=label("Moved to", "移至", "移到"),
            most=200,
            section="letters",
        ),
        Field(
            name="look_every_s",
            kind=FieldKind.INTEGER,
            label=label("Looked into every (s)", "檢查間隔（秒）", "检查间隔（秒）"),
            hint=label(
                "Where the server does not tell of new letters by itself (IDLE).",
                "伺服器不會主動通知新信（IDLE）時適用。",
                "服务器不会主动通知新邮件（IDLE）时适用。",
            ),
            required=True,
            default=60,
            least=10,
            most=3600,
            section="letters",
        ),
        Field(
            name="silent_after_h",
            kind=FieldKind.INTEGER,
            label=label("Alarm after silence of (hours)", "無新信警示（小時）", "无新邮件告警（小时）"),
            hint=label(
                "Supervisors are told when no letter came for so long. 0: never. That it cannot be read is told in any case.",
                "超過此時間沒有新信時通知主管。0 表示不通知；無法讀取則一定通知。",
                "超过此时间没有新邮件时通知主管。0 表示不通知；无法读取则一定通知。",
            ),
            required=True,
            default=0,
            least=0,
            most=8760,
            section="letters",
        ),
    ),
)
