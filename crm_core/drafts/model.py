"""A letter that is being written (pure)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

Way = Literal["reply", "new", "forward"]
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What stands within the words; everything else is attached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What its author decides. `html` is clean and names its pictures `cid:<file>`; with `rich` the plain part is made of it, else `text` is
    all there is. `answers`: the letter that is answered or forwarded, quoted below where `quote` says so. `texts`: templates it was written
    with. `receipt`: ask to be told when it is read. `queue_id`: in whose name; nothing: the case's."""

    way: Way = "reply"
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    rich: bool = False
    html: str = ""
    text: str = ""
    quote: bool = True
    answers: str | None = None
    texts: tuple[str, ...] = ()
    receipt: bool = False
    queue_id: str | None = None

    @property
    def everybody(self) -> tuple[str, ...]:
        """Each address once, however it is written."""
        return tuple({address.lower(): address for address in (*self.to, *self.cc, *self.bcc)}.values())


_LISTS = frozenset({"to", "cc", "bcc", "texts"})


def to_json(content: Content) -> dict[str, Any]:
    return {name: list(value) if name in _LISTS else value for name, value in asdict(content).items()}


def from_json(given: Mapping[str, Any]) -> Content:
    """As it was kept; what a forgotten customer's draft has lost is empty."""
    known = {each.name for each in fields(Content)} & set(given)
    values: dict[str, Any] = {name: tuple(given[name]) if name in _LISTS else given[name] for name in known}
    return Content(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFile:
    """A file without its bytes. `inline`: a picture within the words."""

    id: str
    name: str
    content_type: str
    size: int
    inline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FullFile:
    """A file with its bytes."""

    id: str
    name: str
    content_type: str
    inline: bool
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`send_at`: when it becomes a letter; until then it can be taken back. `scheduled`: somebody chose that time. `problem`: why it did not
    become one (a code)."""

    id: str
    interaction_id: str | None
    case_id: str | None
    party_id: str | None
    owner_id: str
    owner: str
    version: int
    thread_size: int
    content: Content
    created_at: float
    updated_at: float
    send_at: float | None
    scheduled: bool
    problem: str
    files: tuple[DraftFile, ...]

    @property
    def held(self) -> bool:
        return self.send_at is not None
