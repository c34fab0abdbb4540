"""Dataclasses that nobody changes: what the router makes anew at every decision.

Frozen for the type checker, which refuses every assignment; not at run time. A frozen dataclass sets each field by way of `object.__setattr__`, so
that making one takes four times as long, and a decision makes ten of them.

What happens most has its `__init__` written out, and its fields are `Final`: where the router is compiled it is called directly, but the one that
`dataclasses` makes is interpreted there as well.
"""

from dataclasses import dataclass as _dataclass
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, slots: bool, frozen: bool = False, kw_only: bool = False, init: bool = True) -> Any:
        """Like the one of `dataclasses`, with an ordinary `__init__`; equal and hashed by its fields."""
        assert frozen or not init  # noqa: S101 - what may change is made by the other one
        return _dataclass(slots=slots, kw_only=kw_only, init=init, unsafe_hash=True)
