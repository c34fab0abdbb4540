"""Which calls are recorded."""

from cti.recording import is_within
from routing.core.model import InteractionId

CALLS = [InteractionId(f"tl-trunkline-1795751325.{number}") for number in range(2000)]


def test_the_share_is_what_was_asked_for() -> None:
    """All, none, and about as many as the share says."""
    assert all(is_within(each, 100) for each in CALLS)
    assert not any(is_within(each, 0) for each in CALLS)
    assert 520 < sum(is_within(each, 30) for each in CALLS) < 680


def test_more_is_never_without_what_was_there_before() -> None:
    """A call that a small share has in it is in every larger one."""
    for one in CALLS[:200]:
        judged = [is_within(one, share) for share in range(101)]
        assert judged == sorted(judged)
