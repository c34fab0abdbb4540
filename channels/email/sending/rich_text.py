"""The words of a letter with their looks (pure): cleaned to the few things that the composer can write, and as plain text.

What a browser sends is not trusted to be what our editor made: here is the only door to a letter's HTML.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import nh3

LONGEST_HTML = 400_000
_TAGS = frozenset(
    ("a", "b", "blockquote", "br", "div", "em", "i", "img", "li", "ol", "p", "s", "strong", "u", "ul")
)
_PICTURE = re.compile(r"cid:[0-9a-f-]{36}")


def _kept(tag: str, name: str, value: str) -> str | None:
    """Pictures are files of the draft; links lead elsewhere."""
    if name == "src":
        return value if _PICTURE.fullmatch(value) else None
    if name == "href" and value.strip().lower().startswith("cid:"):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href"}, "img": {"src", "alt"}},
    attribute_filter=_kept,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    link_rel="noopener noreferrer",
)
_PICTURES = re.compile(r'<img[^>]*\bsrc="cid:([0-9a-f-]{36})"')
_NO_PICTURE = re.compile(r"<img(?![^>]*\bsrc=)[^>]*>")
_SPACE = re.compile(r"[ \t\r\n\f]+")


def clean(html: str) -> str:
    """Nothing but words, emphasis, lists, quotes, links and pictures of the draft."""
    return _NO_PICTURE.sub("", _CLEANER.clean(html))


def pictures(html: str) -> tuple[str, ...]:
    """The files that stand within the words, in their order."""
    return tuple(dict.fromkeys(_PICTURES.findall(html)))


def of_text(text: str) -> str:
    """Plain words as HTML: paragraphs where lines are empty."""
    parts = re.split(r"\n{2,}", text.strip("\n"))
    return "".join(f"<p>{escape(each, quote=False).replace(chr(10), '<br>')}</p>" for each in parts if each)


def to_text(html: str) -> str:
    """The plain part: lists with their marks, quotes behind `> `, links with where they lead, pictures by their names."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = [line.rstrip() for line in reader.lines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


@dataclass(slots=True)
class _Line:
    """`paragraph`: an empty line stands before it."""

    prefix: str
    words: list[str] = field(default_factory=list)
    paragraph: bool = False


class _Words(HTMLParser):
    """Cleaned HTML to lines. What opens a block begins a line with the marks of the quotes and lists that it stands in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[_Line] = []
        self._quotes = 0
        self._lists: list[int | None] = []  # the next number; None: points
        self._mark = ""
        self._link: list[tuple[str, int]] = []
        self._begin(paragraph=False)

    def lines(self) -> Iterator[str]:
        before = ""
        for line in self._lines:
            words = "".join(line.words).strip()
            if not words and line.paragraph:
                continue
            if line.paragraph:
                yield ">" if before.startswith(">") and line.prefix.startswith(">") else ""
            yield line.prefix + words
            before = line.prefix

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        match tag:
            case "br":
                self._lines.append(_Line(prefix="> " * self._quotes))
            case "p" | "div" if not self._mark:
                self._begin(paragraph=tag == "p" and not self._lists)
            case "blockquote":
                self._quotes += 1
                self._begin(paragraph=True)
            case "ul" | "ol":
                self._lists.append(1 if tag == "ol" else None)
                self._begin(paragraph=len(self._lists) == 1)
            case "li":
                self._item()
            case "a":
                self._link.append((given.get("href") or "", self._written()))
            case "img":
                self._say(f"[{given.get('alt') or '…'}]")

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "blockquote":
                self._quotes = max(0, self._quotes - 1)
                self._begin(paragraph=True)
            case "ul" | "ol":
                del self._lists[-1:]
                self._mark = ""
                self._begin(paragraph=not self._lists)
            case "p" | "div" | "li":
                self._mark = ""
                self._begin(paragraph=tag == "p" and not self._lists)
            case "a" if self._link:
                self._lead(*self._link.pop())

    def handle_data(self, data: str) -> None:
        words = _SPACE.sub(" ", data)
        line = self._lines[-1]
        if not line.words:
            words = words.lstrip(" ")
        if words:
            self._say(words)

    def _say(self, words: str) -> None:
        self._mark = ""
        self._lines[-1].words.append(words)

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        mark = "- " if number is None else f"{number}. "
        self._begin(paragraph=False)
        line = self._lines[-1]
        line.prefix += "  " * (len(self._lists) - 1) + mark
        self._mark = mark

    def _lead(self, href: str, begun: int) -> None:
        shown = "".join(self._lines[-1].words)[-max(0, self._written() - begun) :].strip()
        bare = href.removeprefix("mailto:").removeprefix("tel:")
        if href and bare.rstrip("/") != shown.rstrip("/"):
            self._say(f" <{bare}>")

    def _written(self) -> int:
        return sum(map(len, self._lines[-1].words))

    def _begin(self, *, paragraph: bool) -> None:
        """A new line, unless this one is still empty: blocks in blocks are one line."""
        prefix = "> " * self._quotes
        if self._lines and not self._lines[-1].words and not self._mark:
            self._lines[-1].prefix = prefix
            self._lines[-1].paragraph = self._lines[-1].paragraph or paragraph
            return
        self._lines.append(_Line(prefix=prefix, paragraph=paragraph))
