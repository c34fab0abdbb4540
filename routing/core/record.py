"""Dataclasses that nobody changes: what the router makes anew at every decision.

Frozen for the type checker, which refuses every assignment; not at run time. A frozen dataclass sets each field by way of `object.__setattr__`, so
that making one takes four times as long, and a decision makes ten of them.
"""

from dataclasses import dataclass as _dataclass
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Any:
        """Like the one of `dataclasses`, with an ordinary `__init__`; equal and hashed by its fields."""
        assert frozen  # noqa: S101 - what may change is made by the other one
        return _dataclass(slots=slots, kw_only=kw_only, unsafe_hash=True)
