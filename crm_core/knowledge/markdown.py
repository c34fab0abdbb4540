"""Markdown as safe HTML, and as plain text (pure). Two locks: the parser lets no HTML through, and nh3 keeps only what is listed.

Rendering takes milliseconds for a long article: call it off the loop.
"""

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt

FILES = "/help/files/"
"""Pictures come from our own files alone: a foreign one would tell its server who reads what."""
_TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_SIGNS = re.compile(r"[#*_`>|~]+|!?\[([^\]]*)\]\([^)]*\)|^\s*[-+]\s", re.MULTILINE)


def render(text: str) -> str:
    """The article's HTML. Headings begin below the page's own."""
    html: str = _parser().render(text)
    lowered = re.sub(r"<(/?)h([1-6])>", lambda m: f"<{m[1]}h{min(4, int(m[2]) + 1)}>", html)
    return nh3.clean(
        lowered,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def plain(text: str) -> str:
    """The words without their marks, for search and for excerpts."""
    return _SIGNS.sub(lambda m: m[1] or " ", text)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src"):
        return value if value.startswith(FILES) and ".." not in value else None
    return value
