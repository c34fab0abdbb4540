"""The pages' texts: one file for each language, with the same keys (a test holds it)."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "zh-TW", "zh-CN")
NAMES = {"en": "English", "zh-TW": "繁體中文", "zh-CN": "简体中文"}
_TAG = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")


@cache
def words(language: str) -> Mapping[str, str]:
    """All texts of a language: what all pages share, and what is the forms' own."""
    folder = files("agent_console.public") / "words"
    found: dict[str, str] = {}
    for name in (f"{language}.json", f"forms.{language}.json"):
        found |= json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def chosen(wanted: str | None, header: str, otherwise: str | None = None) -> str:
    """The language that the address names; else `otherwise`; else what the browser prefers (RFC 9110, 12.5.4)."""
    for named in (wanted, otherwise):
        if named in LANGUAGES:
            return named
    return preferred(header)


def preferred(header: str) -> str:
    """Hant scripts and their places read zh-TW, every other Chinese zh-CN."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        tag = _TAG.fullmatch(part)
        if tag is not None:
            ranked.append((-float(tag[2] or 1), place, tag[1].lower()))
    for weight, _, tag_name in sorted(ranked):
        if weight == 0:
            continue
        if tag_name.startswith("zh"):
            return "zh-TW" if re.search(r"-(tw|hk|mo|hant)", tag_name) else "zh-CN"
        if tag_name.startswith("en"):
            return "en"
    return "en"
