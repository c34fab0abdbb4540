"""HTML letters: cleaned for the screen, and as plain text for search, lists and replies."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

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
_BLOCKS = frozenset(
    (
        "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul",
    )
)  # fmt: skip
_SILENT = frozenset(("head", "script", "style", "title", "template"))
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """`remote`: something of another server was taken out; images inside the letter (`cid:`) stay."""

    html: str
    remote: bool


def clean(html: str) -> Cleaned:
    """HTML that runs nothing and loads nothing."""
    return Cleaned(html=_CLEANER.clean(html), remote=bool(_REMOTE.search(html)))


_REMOTE = re.compile(
    r"<(?:img|input|video|audio|source|iframe|embed|object|link)\b[^<>]{0,2000}?\b(?:src|srcset|data|href|background)\s{0,20}=\s{0,20}[\"']?\s{0,20}(?:https?:)?//"
    r"|url\(\s{0,20}[\"']?\s{0,20}(?:https?:)?//|\bbackground\s{0,20}=\s{0,20}[\"']?\s{0,20}(?:https?:)?//",
    re.IGNORECASE,
)


def _kept(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if value.strip().lower().startswith("cid:") else None
    if name == "style" and "url(" in value.lower():
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


# Well-formed HTML for the reader of words: the standard library's parser takes hours for a megabyte of "<a<a<a".
_STRUCTURE = nh3.Cleaner(
    tags={*_TAGS, *_BLOCKS, "body"},
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
        if tag in _SILENT:
            self._silent += 1
        elif tag == "body":
            self._silent = 0  # a head that was never closed
        elif tag == "br" or tag in _BLOCKS:
            self.out.append("\n")
        elif tag in {"td", "th"}:
            self.out.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            # Line breaks of the source are spaces; those of the text come from tags.
            self.out.append(data.replace("\n", " ").replace("\r", " "))
