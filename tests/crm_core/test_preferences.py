"""When and whether a customer is contacted: decided by consent, wishes and the hours of their own clock."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from config.errors import Refused
from crm_core.customers import times
from crm_core.customers.consent import Verdict
from crm_core.customers.preferences import RECEIPT, Decision, Outcome, Wishes, consent_for, decide

YES = Verdict(allowed=True, reason="not_needed")
WITHDRAWN = Verdict(allowed=False, reason="withdrawn")
TAIPEI = "Asia/Taipei"


def at(words: str, zone: str = TAIPEI) -> float:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone)).timestamp()


OFFICE = {"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}
FRIDAY_NIGHT = at("2026-07-03T22:00")
MONDAY_MORNING = at("2026-07-06T09:00")


def asked(wishes: Wishes, said: Verdict = YES, now: float = FRIDAY_NIGHT, **other: str) -> Decision:
    return decide(wishes, said, **{"medium": "email", "purpose": "service", **other}, now=now)


def test_hours_are_waited_for_by_all_but_receipts() -> None:
    """On Friday night a reminder waits until Monday nine o'clock of the customer's clock; a receipt goes."""
    wishes = Wishes(times=OFFICE, zone=TAIPEI)
    waits = asked(wishes)
    assert (waits.outcome, waits.reason, waits.until) == (Outcome.WAIT, "hours", MONDAY_MORNING)
    assert asked(wishes, purpose=RECEIPT).outcome is Outcome.GO
    assert asked(wishes, now=MONDAY_MORNING).outcome is Outcome.GO
    assert asked(wishes, now=at("2026-07-06T18:00")).until == at("2026-07-07T09:00")


@pytest.mark.parametrize(
    ("wishes", "said", "purpose", "reason"),
    [
        (Wishes(), WITHDRAWN, RECEIPT, "withdrawn"),
        (Wishes(), WITHDRAWN, "service", "withdrawn"),
        (Wishes(do_not_contact=True), YES, "service", "do_not_contact"),
        (Wishes(opted_out=True), YES, "service", "opted_out"),
        (Wishes(times={"from": "09:00", "until": "09:00"}), YES, "service", "no_hours"),
    ],
)
def test_what_the_customer_does_not_want_is_not_done(
    wishes: Wishes, said: Verdict, purpose: str, reason: str
) -> None:
    """Withdrawn consent forbids even a receipt; the other wishes forbid all that is on our own account; the reason is told."""
    decision = asked(wishes, said, purpose=purpose)
    assert (decision.outcome, decision.reason) == (Outcome.NO, reason)


def test_who_asked_not_to_be_contacted_is_answered() -> None:
    """Do-not-contact and an opted-out address keep no receipt back."""
    wishes = Wishes(do_not_contact=True, opted_out=True)
    assert asked(wishes, purpose=RECEIPT).outcome is Outcome.GO


def test_another_channel_is_named_and_forbids_nothing() -> None:
    """Who likes the telephone better may be written to, and the caller learns of it."""
    assert asked(Wishes(channel="phone")) == Decision(
        outcome=Outcome.GO, reason="not_needed", instead="phone"
    )
    assert asked(Wishes(channel="email")).instead is None


def test_receipts_are_asked_for_as_service() -> None:
    """There is no consent of its own for them."""
    assert [consent_for(each) for each in (RECEIPT, "service", "survey")] == ["service", "service", "survey"]


def test_hours_that_pass_midnight_begin_on_their_day() -> None:
    """Friday's night shift is good until Saturday six o'clock, and next on Friday at ten."""
    wanted = {"days": [5], "from": "22:00", "until": "06:00"}
    assert times.next_good(wanted, TAIPEI, at("2026-07-04T05:59")) == at("2026-07-04T05:59")
    assert times.next_good(wanted, TAIPEI, at("2026-07-04T06:00")) == at("2026-07-10T22:00")


def test_a_clock_that_is_skipped_is_found_later() -> None:
    """In the night in which clocks go from two to three, hours from half past two begin at half past three."""
    wanted = {"from": "02:30", "until": "05:00"}
    found = times.next_good(wanted, "Europe/Berlin", at("2026-03-29T00:30", "Europe/Berlin"))
    assert found == at("2026-03-29T03:30", "Europe/Berlin")


HOURS = some.fixed_dictionaries(
    {
        "days": some.lists(some.integers(1, 7), unique=True),
        "from": some.sampled_from(["00:00", "06:15", "09:00", "22:00"]),
        "until": some.sampled_from(["05:00", "12:30", "18:00", "24:00"]),
    }
)


@given(HOURS, some.sampled_from([TAIPEI, "Europe/Berlin", "America/St_Johns"]), some.integers(0, 10**6))
def test_the_next_good_moment_is_good_and_none_is_before_it(
    wanted: dict[str, Any], zone: str, minutes: int
) -> None:
    """It is within the hours, and of the quarters of an hour before it none is."""
    now = datetime(2026, 1, 1, tzinfo=UTC).timestamp() + minutes * 60.0
    found = times.next_good(wanted, zone, now)
    assert found is not None
    assert times.allow(wanted, zone, found)
    quarters = int((found - now) // 900)
    assert not any(times.allow(wanted, zone, now + step * 900) for step in range(quarters))


def test_hours_without_length_are_refused() -> None:
    """From nine to nine is no time at all."""
    with pytest.raises(Refused, match=r"party\.contact_times"):
        times.checked({"from": "09:00", "until": "09:00"})
