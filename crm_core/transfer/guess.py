"""Which column of a file means which field, by its heading: names of fields, labels in the three languages, usual words (pure)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from crm_core.transfer.plan import ID, Target

_NOT_SAID = re.compile(r"[\W_]+")
_USUAL: dict[str, tuple[str, ...]] = {
    ID: ("id", "編號", "编号", "識別碼"),
    "name": (
        "name",
        "fullname",
        "customername",
        "客戶名稱",
        "客户名称",
        "客戶姓名",
        "客户姓名",
        "名稱",
        "名称",
        "姓名",
    ),
    "title": ("jobtitle", "position", "職務", "职位", "職位", "头衔"),
    "organisation_id": (
        "company",
        "organization",
        "organisation",
        "account",
        "公司",
        "公司名稱",
        "公司名称",
        "單位",
        "单位",
    ),
    "phone": ("phone", "tel", "telephone", "phonenumber", "電話", "电话", "聯絡電話", "联系电话", "市話"),
    "phone_2": (
        "mobile",
        "cell",
        "cellphone",
        "mobilephone",
        "phone2",
        "手機",
        "手机",
        "行動電話",
        "移动电话",
    ),
    "email": ("email", "mail", "emailaddress", "e郵件", "郵箱", "邮箱", "信箱", "電郵", "电邮", "电子邮箱"),
    "note": ("note", "notes", "remark", "remarks", "comment", "備註", "备注", "說明"),
    "language": ("language", "lang", "語言", "语言"),
    "owner_id": ("owner", "負責人", "负责人", "業務", "业务员"),
}
"""Headings of files that other programs write."""


def guess(headings: Sequence[str], targets: Iterable[Target]) -> list[str]:
    """For each column a field or nothing; no field twice, and the closer word first."""
    offered = list(targets)
    found = [""] * len(headings)
    for words in (_labels(offered), _usual(offered)):
        for place, heading in enumerate(headings):
            name = words.get(_plain(heading), "")
            if name and not found[place] and name not in found:
                found[place] = name
    return found


def _labels(targets: Sequence[Target]) -> dict[str, str]:
    words = {_plain(ID): ID}
    for target in targets:
        field = target.field
        said = (
            field.name,
            field.name.removesuffix("_id"),
            field.label.en,
            field.label.zh_tw,
            field.label.zh_cn,
        )
        for each in said:
            words.setdefault(_plain(each), field.name)
    return words


def _usual(targets: Sequence[Target]) -> dict[str, str]:
    there = {target.field.name for target in targets} | {ID}
    return {_plain(word): name for name, words in _USUAL.items() if name in there for word in words}


def _plain(text: str) -> str:
    return _NOT_SAID.sub("", unicodedata.normalize("NFKC", text).casefold())
