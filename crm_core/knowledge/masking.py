"""People taken out of a text (pure): what remains is what was asked and what helped."""

import re
from collections.abc import Iterable

MARKS = {
    "en": {"name": "[name]", "mail": "[e-mail]", "number": "[number]", "address": "[address]"},
    "zh-TW": {"name": "[姓名]", "mail": "[電子郵件]", "number": "[號碼]", "address": "[地址]"},
    "zh-CN": {"name": "[姓名]", "mail": "[电子邮件]", "number": "[号码]", "address": "[地址]"},
}
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_IDENTITY = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z][12]\d{8}|\d{17}[\dXx])(?![A-Za-z0-9])")
_REFERENCE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,4}-?\d{4}-?\d{4,}(?![A-Za-z0-9])")
_NUMBER = re.compile(r"\+?\(?\d(?:[ ().\-/]{0,2}\d){5,}")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
_STREET = re.compile(
    r"(?:[\u4e00-\u9fff]{2,3}[市縣县]\s*)?(?:[\u4e00-\u9fff]{1,4}[區区鄉乡鎮镇]\s*)?[\u4e00-\u9fff]{1,8}"
    r"(?:路|街|大道)(?:[一二三四五六七八九十]段)?\s*(?:\d+\s*巷)?\s*(?:\d+\s*弄)?\s*\d+\s*(?:號|号)(?:\s*\d+\s*[樓楼])?"
)
_GREETING = re.compile(r"^\s*(?:dear|hi|hello)\s+[^,\n]{2,40},", re.IGNORECASE | re.MULTILINE)


def masked(text: str, *, names: Iterable[str] = (), known: Iterable[str] = (), language: str = "en") -> str:
    """Without these names, without `known` (numbers and addresses as they were written), and without whatever looks like an
    address, a telephone, card or identity number, a case's number."""
    mark = MARKS.get(language, MARKS["en"])
    for one in sorted({each.strip() for each in known if len(each.strip()) > 3}, key=len, reverse=True):
        text = re.sub(
            re.escape(one), mark["mail"] if "@" in one else mark["number"], text, flags=re.IGNORECASE
        )
    for name in sorted(_names(names), key=len, reverse=True):
        text = re.sub(_whole(name), mark["name"], text, flags=re.IGNORECASE)
    text = _GREETING.sub(lambda m: f"{m[0].split()[0]} {mark['name']},", text)
    text = _MAIL.sub(mark["mail"], text)
    text = _STREET.sub(mark["address"], text)
    text = _IDENTITY.sub(mark["number"], text)
    text = _REFERENCE.sub(mark["number"], text)
    return _NUMBER.sub(lambda m: m[0] if _DATE.fullmatch(m[0]) else mark["number"], text)


def _names(names: Iterable[str]) -> set[str]:
    """Each name, its parts where it has blanks, and a Chinese one without its family name."""
    found: set[str] = set()
    for name in (each.strip() for each in names):
        if len(name) < 2:
            continue
        found.add(name)
        found.update(part for part in re.split(r"[\s,.;]+", name) if len(part) > 2 and not part.isdigit())
        if re.fullmatch(r"[\u4e00-\u9fff]{3,4}", name):
            found.update({name[1:], name[0] + "先生", name[0] + "小姐", name[0] + "女士"})
    return found


def _whole(name: str) -> str:
    """A Latin name as a whole word; a Chinese one wherever it stands."""
    return re.escape(name) if not name.isascii() else rf"(?<!\w){re.escape(name)}(?!\w)"
