"""What people at work say about the console itself: administrators get it with the screen it was said of and who said it; one sees one's own."""

from sqlalchemy import Connection

from crm_core.access.model import allowed
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label
from crm_core.records.shape import choice


def _prepare(_: Connection, change: Change) -> None:
    """What becomes of it is the administrators' to say."""
    if change.before is None:
        change.after["status"] = "new"
        change.after["answer"] = None


FEEDBACK = Entity(
    name="feedback",
    collection="feedback",
    label=label("Feedback", "意見回饋", "意见反馈"),
    plural=label("Feedback", "意見回饋", "意见反馈"),
    title="text",
    module="settings",
    icon="note",
    sort="-created_at",
    rights={
        "agent": allowed(read="own", create="all"),
        "supervisor": allowed(read="own", create="all"),
        "admin": allowed(read="all", create="all", update="all", delete="all", export="all"),
    },
    searched=False,
    prepare=_prepare,
    fields=(
        Field(
            name="text",
            kind=FieldKind.LONG_TEXT,
            label=label("What was said", "內容", "内容"),
            required=True,
            listed=True,
            most=4000,
        ),
        Field(
            name="kind",
            kind=FieldKind.CHOICE,
            label=label("Kind", "類別", "类别"),
            required=True,
            default="suggestion",
            listed=True,
            choices=(
                choice("suggestion", "Suggestion", "建議", "建议"),
                choice("problem", "Problem", "問題", "问题"),
            ),
        ),
        Field(
            name="screen",
            kind=FieldKind.TEXT,
            label=label("Screen", "頁面", "页面"),
            required=True,
            listed=True,
            most=300,
        ),
        Field(
            name="program",
            kind=FieldKind.TEXT,
            label=label("Browser and window", "瀏覽器與視窗", "浏览器与窗口"),
            most=400,
        ),
        Field(
            name="status",
            kind=FieldKind.CHOICE,
            label=label("Status", "狀態", "状态"),
            required=True,
            default="new",
            listed=True,
            choices=(
                choice("new", "New", "新進", "新建"),
                choice("noted", "Noted", "已列入", "已记录"),
                choice("done", "Done", "已處理", "已处理"),
            ),
        ),
        Field(
            name="answer", kind=FieldKind.LONG_TEXT, label=label("Note", "處理備註", "处理备注"), most=4000
        ),
    ),
)
