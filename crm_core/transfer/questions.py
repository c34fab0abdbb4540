"""What is asked of the reading process, and what it answers (`crm_core.transfer.worker`)."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_core.transfer.sheets import Layout

LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A question: what is in this file? `layout`: as somebody says it is read; nothing: guess."""

    path: Path
    layout: Layout | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The answer; `rows` counts those below the header that hold anything, `last` is the number of the last."""

    layout: Layout
    headings: list[str]
    preview: list[list[str]]
    rows: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A refusal on its way through the pipe."""

    code: str
    pointer: str
    params: dict[str, Any]
