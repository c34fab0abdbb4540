"""A letter's HTML as a page that can do nothing: cleaned, without scripts and forms, with its own pictures built in.

Cleaned again here although the store's is clean: this is the last door before a browser. The page's policy forbids
scripts and every fetch, and `sandbox` takes away its origin. A link opens a page of its own: in the frame it would
take the letter's place. Pictures are data URLs, because a page without an origin
has no session either.
"""

import base64
from collections.abc import Iterable
from functools import partial

import nh3

from crm_core.letter_types import AttachmentContent

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
SHOWN_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
LARGEST_IMAGE_BYTES = 2_000_000

_TAGS = nh3.ALLOWED_TAGS - {"map", "area"} | {"font"}
_STYLED = {tag: nh3.ALLOWED_ATTRIBUTES.get(tag, set()) | {"style", "align", "dir"} for tag in _TAGS}
_ATTRIBUTES = _STYLED | {
    "img": {"src", "alt", "width", "height", "title", "style"},
    "font": {"color", "face", "size"},
    "td": _STYLED["td"] | {"width", "valign", "bgcolor"},
    "table": _STYLED["table"] | {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
}
_STYLES = {
    "background-color", "border", "border-collapse", "border-left", "color", "font-family", "font-size", "font-style",
    "font-weight", "line-height", "margin", "margin-left", "max-width", "padding", "padding-left", "text-align",
    "text-decoration", "vertical-align", "white-space", "width",
}  # fmt: skip
_FRAME = """<!doctype html><html><head><meta charset="utf-8"><style>
body {{ margin: 12px; font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; overflow-wrap: break-word; }}
img {{ max-width: 100%; height: auto; }} table {{ max-width: 100%; }} pre {{ white-space: pre-wrap; }}
</style></head><body>{body}</body></html>
"""


def render(html: str, images: Iterable[tuple[str, AttachmentContent]]) -> str:
    """The page; takes milliseconds for a long letter, so call it off the loop."""
    pictures = {content_id: _data_url(content) for content_id, content in images}
    body = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_kept, pictures),
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        filter_style_properties=_STYLES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer nofollow",
    )
    return _FRAME.format(body=body)


def _kept(pictures: dict[str, str], tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) != ("img", "src"):
        return value
    return pictures.get(value.removeprefix("cid:")) if value.startswith("cid:") else None


def _data_url(content: AttachmentContent) -> str:
    return f"data:{content.content_type};base64,{base64.b64encode(content.content).decode()}"
