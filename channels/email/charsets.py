"""Bytes of real mail to text, without ever raising: labels lie, above all in Chinese mail.

gb2312 and gbk are read as gb18030, big5 as cp950 and then big5hkscs (Python's own `big5` lacks 裏恒碁粧嫺). UTF-8 under a
wrong label is seen by its shape. Without a usable label the candidate with the largest share of common hanzi wins.
"""

import codecs
from dataclasses import dataclass

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
_NOT_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同"
    "现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很"
    "最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走"
    "義這個們來為國說時會對於著過發後裡樣經麼學現當沒動還進開從實無與長機業將兩間問關點應戰頭體見產話內門給東聲員論處請謝您貴司訂單發票款項退貨"
    "谢请贵司订单发票款项退货您贴电话邮件客服务公司帐号账号密码帳號碼電話郵件服務線網站收到寄送運費運费商品產品产品购买購買台北上海北京先生小姐媽妈"
    "，。！？：；、「」『』（）“”"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """`repaired`: the label did not fit the bytes, or bytes were lost."""

    text: str
    repaired: bool = False


def decode(data: bytes, label: str | None) -> Decoded:
    """Text of `data`, which its header calls `label`."""
    codec = codec_for(label)
    if data.isascii() and codec not in {"iso2022_jp", "hz", "utf-7", "utf-16", "utf-32", "iso2022_kr"}:
        return Decoded(text=data.decode("ascii"))
    if codec is None or codec == "ascii":
        return Decoded(text=guess(data), repaired=bool(label))
    if codec == "utf-8":
        text = _strict(data, "utf-8")
        return Decoded(text=text) if text is not None else Decoded(text=guess(data), repaired=True)
    return _labelled(data, codec)


def _labelled(data: bytes, codec: str) -> Decoded:
    as_utf8 = _strict(data, "utf-8")
    as_labelled = _strict(data, codec)
    if as_utf8 is not None and not data.isascii() and _rather_utf8(as_utf8, as_labelled, codec):
        return Decoded(text=as_utf8, repaired=True)
    if as_labelled is not None:
        return Decoded(text=as_labelled)
    if codec == "cp950" and (as_hkscs := _strict(data, "big5hkscs")) is not None:
        return Decoded(text=as_hkscs)
    if codec in _WIDE and max(_share(_loose(data, other)) for other in _CHINESE) > 0.2:
        return Decoded(text=guess(data), repaired=True)
    return Decoded(text=_loose(data, codec), repaired=True)


def _rather_utf8(as_utf8: str, as_labelled: str | None, codec: str) -> bool:
    """Valid UTF-8 is rarely chance; but two bytes of gbk may look like one Latin letter (联通 is the known case)."""
    if as_labelled is None or codec not in _WIDE:
        return True
    return any(letter >= "\u2e80" for letter in as_utf8) and _share(as_utf8) >= _share(as_labelled)


def guess(data: bytes) -> str:
    """Text of bytes without a usable label: UTF-8 if it fits, else the likeliest Chinese reading, else Western."""
    text = _strict(data, "utf-8")
    if text is not None:
        return text
    readings = [text for codec in _CHINESE if (text := _strict(data, codec)) is not None]
    readings = readings or [_loose(data, codec) for codec in (*_CHINESE, "utf-8")]
    best = max(readings, key=_share)
    return best if _share(best) > 0.1 else _loose(data, "cp1252")


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


def _share(text: str) -> float:
    """The share of common hanzi among what is not ASCII."""
    wide = [letter for letter in text if not letter.isascii()]
    return sum(letter in _COMMON for letter in wide) / len(wide) if wide else 0.0
