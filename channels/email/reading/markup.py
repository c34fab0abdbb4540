"""HTML letters: cleaned for the screen, and as plain text for search, lists and replies."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3

_TAGS = frozenset(
    (
        "a", "abbr", "b", "big", "blockquote", "br", "center", "code", "dd", "del", "div", "dl", "dt", "em", "font", "h1", "h2", "h3",
        "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span", "strike", "strong", "sub", "sup",
        "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "wbr",
    )
)  # fmt: skip
_ATTRIBUTES = {
    "*": {"align", "dir", "lang", "style", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "width"},
    "td": {"colspan", "rowspan", "width", "valign", "bgcolor"},
    "th": {"colspan", "rowspan", "width", "valign", "bgcolor"},
}
# Nothing that can load (`background-image`) or cover the page (`position`).
_STYLES = {
    "background-color", "color", "direction", "font-family", "font-size", "font-style", "font-weight", "line-height", "margin-left",
    "padding-left", "text-align", "text-decoration", "vertical-align", "white-space", "border-left",
}  # fmt: skip
BLOCKS = frozenset(
    (
        "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul",
    )
)  # fmt: skip
SILENT = frozenset(("head", "script", "style", "title", "template"))
STRUCTURE_TAGS = {*_TAGS, *BLOCKS, "body"}
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """`remote`: something of another server was taken out; images inside the letter (`cid:`) stay."""

    html: str
    remote: bool


def clean(html: str) -> Cleaned:
    """HTML that runs nothing and loads nothing, and stays as it is when it is cleaned again: of a broken style, or of links within links, the cleaner
    may leave what it reads otherwise the next time. What does not settle loses its styles, and where that is not enough all but its words."""
    settled = _settled(_CLEANER, html)
    if settled is None:
        settled = _settled(_UNSTYLED, html)
    if settled is None:
        words = "<br>".join(escape(line, quote=False) for line in text_of(html).split("\n"))
        settled = _CLEANER.clean(f"<p>{words}</p>")
    return Cleaned(html=settled, remote=bool(_REMOTE.search(html)))


def _settled(cleaner: nh3.Cleaner, html: str) -> str | None:
    cleaned = cleaner.clean(html)
    for _ in range(_ROUNDS):
        again = cleaner.clean(cleaned)
        if again == cleaned:
            return cleaned
        cleaned = again
    return None


def flattened(html: str) -> str:
    """Without the tags that open below a sane depth: the cleaner's time grows with the square of it."""
    if html.count("<") < 2 * _DEEPEST:
        return html
    open_tags: Counter[str] = Counter()
    depth = 0

    def kept(match: "re.Match[str]") -> str:
        nonlocal depth
        name = match[2].lower()
        if name in _VOID:
            return match[0]
        if not match[1]:
            if depth >= _DEEPEST:
                return " <wbr "
            open_tags[name] += 1
            depth += 1
        elif open_tags[name]:
            open_tags[name] -= 1
            depth -= 1
        elif depth >= _DEEPEST // 2:
            return " <wbr "
        return match[0]

    return _TAG.sub(kept, html)


_ROUNDS = 3
_DEEPEST = 300
# never open for long: closed by what follows
_VOID = {
    "br",
    "img",
    "hr",
    "input",
    "meta",
    "link",
    "wbr",
    "col",
    "area",
    "base",
    "p",
    "li",
    "dd",
    "dt",
    "option",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")


def with_content_ids(html: str, known: Collection[str]) -> tuple[str, frozenset[str]]:
    """The HTML with `cid:` before every source that names a part of this letter, and the names that it shows. Some mailers leave `cid:`
    out, some break the name over lines, some write a file's name."""
    shown: set[str] = set()
    wanted = {name.lower(): name for name in known}

    def named(match: "re.Match[str]") -> str:
        bare = unquote(re.sub(r"\s", "", match[3]))
        found = wanted.get((bare[4:] if bare[:4].lower() == "cid:" else bare).lower())
        if found is None:
            return match[0]
        shown.add(found)
        return f'{match[1]}"cid:{escape(found)}"'

    return (_SOURCE.sub(named, html), frozenset(shown)) if wanted else (html, frozenset())


_SOURCE = re.compile(r"(\b(?:src|background)\s{0,9}=\s{0,9})([\"'])([^\"'<>]{1,1000})\2", re.IGNORECASE)
_REMOTE = re.compile(
    r"<(?:img|input|video|audio|source|iframe|embed|object|link)\b[^<>]{0,2000}?\b(?:src|srcset|data|href|background)\s{0,20}=\s{0,20}[\"']?\s{0,20}(?:https?:)?//"
    r"|url\(\s{0,20}[\"']?\s{0,20}(?:https?:)?//|\bbackground\s{0,20}=\s{0,20}[\"']?\s{0,20}(?:https?:)?//",
    re.IGNORECASE,
)


_SOUND = re.compile(
    r"""(?:[^(){}\[\]"'\\]|\\.|\([^(){}\[\]"'\\]*\)|"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')*""",
    re.DOTALL,
)
"""A style in which everything that is opened is closed."""


def _kept(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        bare = re.sub(r"\s", "", value)  # some fold a long name
        return bare if bare[:4].lower() == "cid:" else None
    if name == "style" and ("url(" in value.lower() or "/*" in value or not _SOUND.fullmatch(value)):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=_kept,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    filter_style_properties=_STYLES,
)


_UNSTYLED = nh3.Cleaner(
    tags=_TAGS,
    attributes={tag: names - {"style"} for tag, names in _ATTRIBUTES.items()},
    attribute_filter=_kept,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


# Well-formed HTML for the reader of words: the standard library's parser takes hours for a megabyte of "<a<a<a".
_STRUCTURE = nh3.Cleaner(
    tags=STRUCTURE_TAGS,
    attributes={},
    clean_content_tags={"script", "style", "title", "template"},
    link_rel=None,
)


def text_of(html: str) -> str:
    """The words of an HTML letter, a line a block, links as their words."""
    reader = _Words()
    reader.feed(_STRUCTURE.clean(html))
    reader.close()
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(reader.out).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag == "body":
            self._silent = 0  # a head that was never closed
        elif tag == "br" or tag in BLOCKS:
            self.out.append("\n")
        elif tag in {"td", "th"}:
            self.out.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in BLOCKS:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            # Line breaks of the source are spaces; those of the text come from tags.
            self.out.append(data.replace("\n", " ").replace("\r", " "))
