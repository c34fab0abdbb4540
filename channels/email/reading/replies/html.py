"""The words of an HTML letter with ">" before each line that its mailer marked as quoted, so that one cutter serves both forms."""

import re
from html.parser import HTMLParser

import nh3

from channels.email.reading.markup import BLOCKS, SILENT, STRUCTURE_TAGS

_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
# Names that mailers give to what they quote: Gmail, Yahoo, Proton, Zoho, Tutanota, AOL, Outlook, NetEase, Tencent, Yandex.
_QUOTE_NAME = re.compile(
    r"gmail_quote(?:_container)?$|yahoo_quoted|protonmail_quote|zmail_extra|tutanota_quote|aolmsgpart|olk_src_body|moz-forward|ms-?outlook-mobile-reference|mail-editor-reference|ntes-mailmaster-quote"
    r"|isreplycontent|qm_original|oriContent|quoted?[-_]?(?:text|content|message|body)|(?:original|quoted|previous)[-_]?(?:message|content|text)|gmail_extra_quote|freebirdformquote|zhistory",
    re.IGNORECASE,
)
# From here on everything is quoted.
_REST_NAME = re.compile(
    r"(?:x_)?(?:divrplyfwdmsg|appendonsend|mailreply_header|replyintro)$|outlookmessageheader", re.IGNORECASE
)
_STRUCTURE = nh3.Cleaner(
    tags=STRUCTURE_TAGS,
    attributes={"*": {"class", "id", "type"}},
    clean_content_tags={"script", "style", "title", "template"},
    link_rel=None,
)
_APART = {"p", "blockquote", "ul", "ol", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
_LONGEST = 400_000
_DEEPEST = 200


def marked_text(html: str) -> str:
    """One line a block; what stands in a quotation begins with "> "."""
    reader = _Reader()
    reader.feed(_STRUCTURE.clean(html[:_LONGEST]))
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines())).strip("\n")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[tuple[str, bool]] = []  # words or "\n", and whether they are quoted
        self._open: list[tuple[str, bool]] = []
        self._silent = 0
        self._rest = False
        self._depth = 0

    def lines(self) -> list[str]:
        """The text's lines so far."""
        made: list[str] = []
        line, quoted = "", False
        for words, inside in [*self._out, ("\n", False)]:
            if words == "\n":
                text = _SPACE.sub(" ", line).strip()
                made.append(f"> {text}" if quoted and text else text)
                line, quoted = "", False
            else:
                line += words
                quoted = quoted or (inside and bool(words.strip()))
        return made

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag == "body":
            self._silent = 0
        elif tag == "br":
            self._break(always=True)
        elif tag in BLOCKS:
            self._break(apart=tag in _APART)
        elif tag in {"td", "th"}:
            self._say(" ")
        if tag in {"blockquote", "div", "table", "span", "section"} and len(self._open) < _DEEPEST:
            names = [value for name, value in attrs if name in {"class", "id"} and value]
            words = [word for value in names for word in value.split()]
            quote = tag == "blockquote" or any(_QUOTE_NAME.match(word) for word in words)
            # Gmail's container holds the attribution too, which the cutter finds by its words
            quote = quote and not (tag == "div" and "gmail_quote" in words)
            self._rest = self._rest or any(_REST_NAME.match(word) for word in words)
            self._open.append((tag, quote))
            self._depth += quote

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in BLOCKS:
            self._break(apart=tag in _APART)
        if self._open and self._open[-1][0] == tag:
            self._depth -= self._open.pop()[1]

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._say(data.replace("\n", " ").replace("\r", " "))

    def _say(self, words: str) -> None:
        self._out.append((words, self._rest or self._depth > 0))

    def _break(self, *, always: bool = False, apart: bool = False) -> None:
        """A line's end, where there is a line; after a paragraph an empty one too."""
        if always or (self._out and self._out[-1][0] != "\n"):
            self._out.append(("\n", False))
        if apart:
            self._out.append(("\n", False))
