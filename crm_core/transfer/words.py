"""What the report of an import says in a file: outcomes and errors in the reader's language. On the screen the console's own words do."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crm_core.records.declared import Field
from crm_core.transfer.export import said
from crm_core.transfer.report import ReportRow
from crm_core.transfer.writing import Cell

LANGUAGES = ("en", "zh-TW", "zh-CN")
_Words = Mapping[str, tuple[str, str, str]]
HEADING: _Words = {
    "row": ("Row", "列", "行"),
    "outcome": ("Outcome", "結果", "结果"),
    "record": ("Record", "記錄", "记录"),
    "field": ("Field", "欄位", "字段"),
    "error": ("Error", "錯誤", "错误"),
    "code": ("Code", "代碼", "代码"),
    "undo": ("Undo", "復原", "撤销"),
}
OUTCOME: _Words = {
    "created": ("created", "已新增", "已新建"),
    "updated": ("updated", "已更新", "已更新"),
    "unchanged": ("unchanged", "無變更", "无变化"),
    "skipped": ("skipped", "已略過", "已跳过"),
    "failed": ("failed", "失敗", "失败"),
    "taken_back": ("taken back", "已復原", "已撤销"),
    "changed_since": ("kept: changed since", "保留：之後已被修改", "保留：之后已被修改"),
    "in_use": ("kept: in use", "保留：已被使用", "保留：已被使用"),
    "not_yours": ("kept: not yours to change", "保留：無權修改", "保留：无权修改"),
}
ERROR: _Words = {
    "field.required": ("Must be filled in", "必填", "必填"),
    "field.too_long": ("At most {most} characters", "最多 {most} 個字元", "最多 {most} 个字符"),
    "field.unprinted": (
        "Has a character that cannot be kept (NUL)",
        "含有無法儲存的字元（NUL）",
        "含有无法保存的字符（NUL）",
    ),
    "field.one_line": ("One line only", "只能一行", "只能一行"),
    "field.too_small": ("At least {least}", "至少 {least}", "至少 {least}"),
    "field.too_large": ("At most {most}", "最多 {most}", "最多 {most}"),
    "field.integer": ("Not a whole number", "不是整數", "不是整数"),
    "field.number": ("Not a number", "不是數字", "不是数字"),
    "field.amount": ("Not an amount", "不是金額", "不是金额"),
    "field.boolean": ("Neither yes nor no", "不是「是」或「否」", "不是“是”或“否”"),
    "field.date": ("Not a date", "不是日期", "不是日期"),
    "field.moment": ("Not a date and time", "不是日期時間", "不是日期时间"),
    "field.choice": ("Not one of the list", "不在選項中", "不在选项中"),
    "field.email": ("Not an e-mail address", "不是電子郵件地址", "不是电子邮件地址"),
    "field.phone": ("Not a phone number", "不是電話號碼", "不是电话号码"),
    "field.url": ("Not a link", "不是連結", "不是链接"),
    "field.reference": ("Unknown, or not yours to see", "不存在或無權檢視", "不存在或无权查看"),
    "field.taken": ("Another record has this already", "另一筆記錄已使用", "已被另一条记录使用"),
    "import.reference_ambiguous": ("Several have this name", "有多筆同名記錄", "有多条同名记录"),
    "import.match_many": ("{count} records match", "有 {count} 筆相符", "有 {count} 条匹配"),
    "import.match_none": ("No record matches", "沒有相符的記錄", "没有匹配的记录"),
    "import.exists": ("There already", "已經存在", "已经存在"),
    "record.not_yours": ("Not yours to change", "無權修改", "无权修改"),
    "record.conflict": ("Does not fit what is stored", "與現有資料衝突", "与现有数据冲突"),
}


def report_heading(headings: Iterable[str], language: str) -> list[str]:
    """The report's own columns, then those of the file."""
    place = _place(language)
    return [*(words[place] for words in HEADING.values()), *headings]


def report_lines(
    rows: Iterable[ReportRow], fields: Mapping[str, Field], language: str
) -> Iterator[list[Cell]]:
    """A line for each row: what became of it, which field is to blame and why, and its cells where it was not taken."""
    place = _place(language)
    for row in rows:
        field = fields.get(row.field or "")
        yield [
            row.row,
            OUTCOME[row.outcome][place],
            row.record_id,
            said(field.label, language) if field else row.field,
            _error(row.code, row.params, place),
            row.code,
            OUTCOME[row.undo][place] if row.undo else None,
            *row.given,
        ]


def _error(code: str | None, params: Mapping[str, Any], place: int) -> str | None:
    if code is None or code not in ERROR:
        return code
    try:
        return ERROR[code][place].format(**params)
    except KeyError:
        return code


def _place(language: str) -> int:
    return LANGUAGES.index(language) if language in LANGUAGES else 0
