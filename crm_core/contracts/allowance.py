"""What is left of a contract's limits for one more contact, and what follows when nothing is."""

from dataclasses import dataclass

from sqlalchemy import Connection

from crm_core.contracts.coverage import Contract
from crm_core.contracts.usage import Usage, usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A contract with what was used before this contact (or so far)."""

    contract: Contract
    used: Usage

    @property
    def calls_left(self) -> int | None:
        """None: no limit."""
        most = self.contract.max_calls
        return None if most is None else max(0, most - self.used.calls)

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes; None: no limit."""
        most = self.contract.max_minutes
        return None if most is None else max(0, int((most * 60 - self.used.seconds) // 60))

    @property
    def over(self) -> str | None:
        """The limit that one more contact goes over: calls, minutes."""
        if self.calls_left == 0:
            return "calls"
        return "minutes" if self.minutes_left == 0 else None

    @property
    def over_by(self) -> int:
        """By how many contacts the limit is passed, this one included."""
        most = self.contract.max_calls
        return 0 if most is None else max(0, self.used.calls + 1 - most)


def allowance(conn: Connection, of: Contract, at: float, *, without: str = "") -> Allowance:
    """Gather it; without an interaction that is itself being looked at."""
    return Allowance(contract=of, used=usage(conn, of, at, without=without))
