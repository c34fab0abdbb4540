"""Bytes of real mail to text, without ever raising: labels lie, above all in Chinese mail.

gb2312 and gbk are read as gb18030, big5 as cp950 and then big5hkscs (Python's own `big5` lacks 裏恒碁粧嫺). UTF-8 under a
wrong label is seen by its shape. Without a usable label the candidate with the largest share of common hanzi wins.
"""

import codecs
from dataclasses import dataclass

from crm_core.common_hanzi import share_of_common

_ALIASES = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "ms936": "gb18030", "gb18030": "gb18030", "chinese": "gb18030", "euc-cn": "gb18030", "hz": "hz-gb-2312",
    "big5": "cp950", "big-5": "cp950", "x-big5": "cp950", "cn-big5": "cp950", "big5-hkscs": "big5hkscs",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso8859-1": "cp1252", "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "ksc5601": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "unicode-1-1-utf-7": "utf-7", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "x-user-defined": "cp1252",
}  # fmt: skip
_CHINESE = ("gb18030", "cp950", "big5hkscs")
_WIDE = {"gb18030", "cp950", "big5hkscs", "cp949", "cp932", "euc-jp", "johab", "hz-gb-2312"}
# Encodings of Python that are not charsets of mail: some run for ever, some read escapes.
_SHIFTS = (
    (b"\x1b$)C", ("iso2022_kr",)),
    (b"\x1b$B", ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004", "iso2022_jp_2")),
    (b"\x1b$@", ("iso2022_jp", "iso2022_jp_ext")),
    (b"\x1b$(", ("iso2022_jp_2004", "iso2022_jp_2", "iso2022_jp_ext")),
)
_NOT_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """`repaired`: the label did not fit the bytes, or bytes were lost."""

    text: str
    repaired: bool = False


def decode(data: bytes, label: str | None) -> Decoded:
    """Text of `data`, which its header calls `label`."""
    codec = codec_for(label)
    if data.isascii() and (shifted := _shifted(data, codec)):
        return shifted
    if data.isascii() and codec not in {"iso2022_jp", "hz", "utf-7", "utf-16", "utf-32", "iso2022_kr"}:
        return Decoded(text=data.decode("ascii"))
    if codec is None or codec == "ascii":
        return Decoded(text=guess(data), repaired=bool(label))
    if codec == "utf-8":
        text = _strict(data, "utf-8")
        return Decoded(text=text) if text is not None else Decoded(text=guess(data), repaired=True)
    return _labelled(data, codec)


def _shifted(data: bytes, codec: str | None) -> Decoded | None:
    """Encodings of seven bits shift by escape sequences, which give them away under any label."""
    for sign, names in _SHIFTS:
        if sign in data:
            text = next((text for name in names if (text := _strict(data, name)) is not None), None)
            if text is not None:
                return Decoded(
                    text=text, repaired=codec not in names and not (codec or "").startswith("iso2022")
                )
    if b"~{" in data and codec in {None, "ascii", "hz", "gb18030"}:
        text = _strict(data, "hz")
        if text is not None and (codec == "hz" or share_of_common(text) > 0.1):
            return Decoded(text=text, repaired=codec != "hz")
    return None


def _labelled(data: bytes, codec: str) -> Decoded:
    as_utf8 = _strict(data, "utf-8")
    as_labelled = _strict(data, codec)
    if as_utf8 is not None and not data.isascii() and _rather_utf8(as_utf8, as_labelled, codec):
        return Decoded(text=as_utf8, repaired=True)
    if as_labelled is not None:
        return Decoded(text=as_labelled)
    if codec == "cp950" and (as_hkscs := _strict(data, "big5hkscs")) is not None:
        return Decoded(text=as_hkscs)
    if codec in _WIDE and max(share_of_common(_loose(data, other)) for other in _CHINESE) > 0.2:
        return Decoded(text=guess(data), repaired=True)
    return Decoded(text=_loose(data, codec), repaired=True)


def _rather_utf8(as_utf8: str, as_labelled: str | None, codec: str) -> bool:
    """Valid UTF-8 is rarely chance; but two bytes of gbk may look like one Latin letter (联通 is the known case)."""
    if as_labelled is None or codec not in _WIDE:
        return True
    return any(letter >= "\u2e80" for letter in as_utf8) and share_of_common(as_utf8) >= share_of_common(
        as_labelled
    )


def guess(data: bytes) -> str:
    """Text of bytes without a usable label: UTF-8 if it fits, else the likeliest Chinese reading, else Western."""
    text = _strict(data, "utf-8")
    if text is not None:
        return text
    readings = [text for codec in _CHINESE if (text := _strict(data, codec)) is not None]
    readings = readings or [_loose(data, codec) for codec in (*_CHINESE, "utf-8")]
    best = max(readings, key=share_of_common)
    return best if share_of_common(best) > 0.1 else _loose(data, "cp1252")


def codec_for(label: str | None) -> str | None:
    """Python's name for a charset label; None for none, unknown ones and what is no charset."""
    name = (label or "").strip().strip("\"'").lower().partition("*")[0]
    name = _ALIASES.get(name, name)
    try:
        info = codecs.lookup(name) if name and name.isascii() and "\0" not in name else None
    except (LookupError, ValueError):
        return None
    if info is None or info.name in _NOT_CHARSETS or not info._is_text_encoding:  # noqa: SLF001 - no public name
        return None
    return info.name


def clean(text: str) -> str:
    """Without what databases and JSON do not take: NUL and lone surrogates."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except ValueError:  # UnicodeError is one; some multibyte codecs raise the plain kind
        return None


def _loose(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec, "replace")
    except ValueError:
        return data.decode("latin-1")
