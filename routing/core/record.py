"""Dataclasses that nobody changes: what the router makes anew at every decision. And classes in whose place others may stand.

Frozen for the type checker, which refuses every assignment; not at run time. A frozen dataclass sets each field by way of `object.__setattr__`, so
that making one takes four times as long, and a decision makes ten of them.

What happens most has its `__init__` written out, its fields are `Final`, and `USUAL` says what it need not be told (`usual`): where the core is compiled
that is called directly, but the one that `dataclasses` makes is interpreted there as well.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from dataclasses import dataclass as _dataclass
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "mypyc_attr", "usual"]

if TYPE_CHECKING:
    from dataclasses import dataclass

    from mypy_extensions import mypyc_attr
else:

    def dataclass(*, slots: bool, frozen: bool = False, kw_only: bool = False, init: bool = True) -> Any:
        """Like the one of `dataclasses`, with an ordinary `__init__`; equal and hashed by its fields."""
        assert frozen or not init  # noqa: S101 - what may change is made by the other one
        return _dataclass(slots=slots, kw_only=kw_only, init=init, unsafe_hash=True)

    def mypyc_attr(**_: bool) -> Any:
        """What the compiler is told of a class (`allow_interpreted_subclasses`) means nothing to the interpreter."""
        return lambda told: told


def usual(kind: Any) -> Mapping[str, object]:
    """What fields of this class are where nobody says otherwise."""
    told: Mapping[str, object] = getattr(kind, "USUAL", {})
    return {one.name: one.default for one in fields(kind) if one.default is not MISSING} | dict(told)
