"""Ranges of bytes that a request asks for (RFC 9110, section 14)."""

import re

_ONE = re.compile(r"bytes\s*=\s*(?P<first>\d{0,15})\s*-\s*(?P<last>\d{0,15})\s*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """Nothing of what was asked for is there (416)."""


def wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte, both included; None: all of it, also where several ranges are asked for or the words mean nothing (14.2). `Unsatisfiable`."""
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None or not (found["first"] or found["last"]):
        return None
    if not found["first"]:
        suffix = int(found["last"])
        if suffix == 0:
            raise Unsatisfiable
        return max(0, size - suffix), size - 1
    first = int(found["first"])
    if found["last"] and int(found["last"]) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, min(int(found["last"] or size), size - 1)
