"""Places in JSON documents (RFC 6901)."""

from collections.abc import Mapping, Sequence
from typing import Any


def pointed(place: Sequence[int | str], document: Any) -> str:
    """Where pydantic's `loc` stands in what was given: of one of several kinds it names the kind as well, which no document has."""
    found, here = "", document
    for depth, part in enumerate(place):
        last = depth == len(place) - 1
        if isinstance(here, Mapping) and part not in here and not last:
            continue
        found += "/" + str(part).replace("~", "~0").replace("/", "~1")
        here = _within(here, part)
    return found


def _within(here: Any, part: int | str) -> Any:
    if isinstance(here, Mapping):
        return here.get(part)
    if isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
        return here[part]
    return None
