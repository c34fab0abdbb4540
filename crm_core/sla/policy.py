"""Which promise holds for a case: the most specific policy that fits. Two that could tie are refused beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a policy asks for; None: anything. The same class says what a case has; None: nothing."""

    queue: str | None = None
    tier: str | None = None
    case_type: str | None = None
    severity: str | None = None
    contract: str | None = None
    """The service level of the contract that covers the case."""

    @property
    def asks(self) -> dict[str, str]:
        """The fields that are asked for."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def fits(self, case: "Match") -> bool:
        """Whether a case that is `case` has all that is asked for."""
        return all(getattr(case, name) == value for name, value in self.asks.items())


class Matched(Protocol):
    """Anything with a match: a policy."""

    @property
    def match(self) -> Match: ...


P = TypeVar("P", bound=Matched)


def choose(policies: Iterable[P], case: Match) -> P | None:
    """The fitting policy that asks for most; None when none fits. `tie` keeps that from being two."""
    return max(
        (each for each in policies if each.match.fits(case)),
        key=lambda fit: len(fit.match.asks),
        default=None,
    )


def tie(policies: Iterable[P]) -> tuple[P, P] | None:
    """Two policies of which neither is the more specific for some case, unless a third one, which asks for all that
    both ask for, decides there. None when every case has one answer."""
    given = list(policies)
    known = {each.match for each in given}
    for place, first in enumerate(given):
        for second in given[place + 1 :]:
            if _can_tie(first.match, second.match) and _both(first.match, second.match) not in known:
                return first, second
            if first.match == second.match:
                return first, second
    return None


def _can_tie(first: Match, second: Match) -> bool:
    one, two = first.asks, second.asks
    return len(one) == len(two) and all(one[name] == two[name] for name in one.keys() & two.keys())


def _both(first: Match, second: Match) -> Match:
    return Match(**(first.asks | second.asks))
