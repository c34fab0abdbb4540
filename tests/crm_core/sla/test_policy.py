"""Which policy holds: the most specific, and never two."""

from dataclasses import dataclass
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from crm_core.sla.policy import Match, choose, tie


@dataclass(frozen=True)
class Named:
    """A policy, as far as matching goes."""

    match: Match


VALUES = st.sampled_from([None, "a", "b"])
MATCHES = st.builds(Match, queue=VALUES, tier=VALUES, severity=VALUES)
CASES = [
    Match(queue=queue, tier=tier, severity=severity)
    for queue, tier, severity in product([None, "a", "b"], repeat=3)
]


def test_the_most_specific_wins() -> None:
    """Gold beats all, gold in a queue beats gold; what a policy asks for, the case must have."""
    everybody, gold, gold_here = (
        Named(Match()),
        Named(Match(tier="gold")),
        Named(Match(tier="gold", queue="q")),
    )
    policies = [everybody, gold_here, gold]
    assert choose(policies, Match(queue="q", tier="gold")) is gold_here
    assert choose(policies, Match(queue="r", tier="gold")) is gold
    assert choose(policies, Match(queue="q")) is everybody
    assert choose([gold], Match()) is None


def test_two_that_could_tie_are_found() -> None:
    """A queue's policy and a tier's tie for that tier in that queue, until one for both decides; equal ones always do."""
    queue, tier = Named(Match(queue="q")), Named(Match(tier="gold"))
    assert tie([queue, tier]) == (queue, tier)
    assert tie([queue, tier, Named(Match(queue="q", tier="gold"))]) is None
    assert tie([tier, Named(Match(tier="silver"))]) is None
    assert tie([queue, Named(Match(queue="q"))]) is not None


@given(st.lists(st.builds(Named, MATCHES), max_size=6))
def test_without_a_tie_every_case_has_one_answer(policies: list[Named]) -> None:
    """When `tie` finds none, no case fits two policies that ask for equally much, and no fitting one asks for more."""
    if tie(policies) is not None:
        return
    for case in CASES:
        fitting = [len(each.match.asks) for each in policies if each.match.fits(case)]
        assert fitting.count(max(fitting, default=0)) <= 1
        chosen = choose(policies, case)
        assert (chosen is None) == (not fitting)
        assert chosen is None or len(chosen.match.asks) == max(fitting)
