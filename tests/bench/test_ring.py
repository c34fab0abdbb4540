"""The arithmetic of the ring benchmark: waits from logs, loads from rates, figures from waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.ring import EVERYONE, FREE, FREED, Measured, figures, load_at, ratio_rows, waits_table
from bench.ring_centre import EVERYBODY, OURS, THEIRS, Staff
from bench.ring_sipp import caller_scenario, entered, freed, phone_scenario, rang
from bench.ring_waits import Entered, Freed, Rang, entry_waits, freed_waits
from tests.real.sipp import SipEvent


def test_a_wait_at_the_door_ends_with_the_first_ring() -> None:
    """A caller's wait is from their INVITE to the first phone that rings for them; who reached none has no wait."""
    callers = [Entered(number="1", at=10.0), Entered(number="2", at=11.0), Entered(number="3", at=12.0)]
    rings = [
        Rang(number="2", extension="1002", at=11.5),
        Rang(number="1", extension="1002", at=13.0),
        Rang(number="1", extension="1001", at=10.25),
    ]
    assert entry_waits(callers, rings) == [0.25, 0.5]


def test_a_freed_phone_counts_only_when_somebody_waited() -> None:
    """From BYE to next INVITE of the same phone, but not when that caller came after the BYE."""
    callers = [Entered(number="1", at=1.0), Entered(number="2", at=2.0), Entered(number="3", at=30.0)]
    rings = [
        Rang(number="1", extension="1001", at=1.5),  # was free all along
        Rang(number="2", extension="1001", at=10.5),  # waited since 2
        Rang(number="3", extension="1001", at=30.25),  # came when the phone had been idle for ten seconds
    ]
    ends = [
        Freed(extension="1001", at=10.0),
        Freed(extension="1001", at=20.0),
        Freed(extension="1002", at=10.4),
    ]
    assert freed_waits(callers, rings, ends) == [0.5]


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100), st.sampled_from(["1001", "1002"])),
        max_size=20,
    )
)
def test_freed_waits_equal_the_plain_definition(calls: list[tuple[float, float, float, str]]) -> None:
    """Looking the last BYE up by bisection finds what a scan of all finds."""
    callers = [Entered(number=str(index), at=came) for index, (came, _, _, _) in enumerate(calls)]
    rings = [
        Rang(number=str(index), extension=phone, at=rang_at)
        for index, (_, rang_at, _, phone) in enumerate(calls)
    ]
    ends = [Freed(extension=phone, at=ended) for _, _, ended, phone in calls]
    expected = []
    for caller, ring in zip(callers, rings, strict=True):
        before = [end.at for end in ends if end.extension == ring.extension and end.at < ring.at]
        if before and caller.at < max(before):
            expected.append(ring.at - max(before))
    assert freed_waits(callers, rings, ends) == expected


def test_logs_are_read_as_they_are_written() -> None:
    """What the scenarios log gives callers by number and phones by extension; other words are passed over."""
    calls = [SipEvent(word="INVITE", call="a", at=1.0, detail="88690001")]
    phones = [
        SipEvent(word="INVITE", call="b", at=2.0, detail="sip:1001@sip:88690001@"),
        SipEvent(word="INVITE", call="c", at=2.5, detail="sip:1001@"),
        SipEvent(word="HANGUP", call="b", at=3.0, detail="sip:1001@"),
    ]
    assert entered(calls) == [Entered(number="88690001", at=1.0)]
    assert rang(phones) == [Rang(number="88690001", extension="1001", at=2.0)]
    assert freed(phones) == [Freed(extension="1001", at=3.0)]
    assert 'message="INVITE [call_id] [$8] [$9] 8869[call_number]"' in caller_scenario("100", "8869")
    assert 'message="HANGUP [call_id] [$8] [$9] [$4]"' in phone_scenario(ring_s=0.1, talk_s=1.0)


@pytest.mark.parametrize("rate", [1, 5, 10, 20])
def test_loads_keep_agents_free_or_callers_waiting(rate: int) -> None:
    """At each rate 36 agents leave somebody free and the team serves fewer than call; enough calls are placed."""
    load = load_at(rate, rounds=2, share=1.0)
    assert rate * 1.3 < EVERYONE
    assert load.team / 1.1 < rate
    assert load.calls[FREE] * load.rounds >= (60 if rate == 1 else 200)


def test_numbers_and_phones_of_both_sides_differ() -> None:
    """No team shares a number or a phone with the other side; a team's phones are some of everybody's."""
    staff = Staff(everyone=40, teams=(1, 4, 18))
    teams = (EVERYBODY, *staff.teams)
    numbers = [staff.number(side, team) for side in (OURS, THEIRS) for team in teams]
    assert len(set(numbers)) == len(numbers)
    assert not set(staff.extensions(OURS)) & set(staff.extensions(THEIRS))
    assert set(staff.extensions(OURS, 4)) < set(staff.extensions(OURS))


def _measured() -> dict[tuple[int, str, str], Measured]:
    waits = {
        (5, FREE, OURS): ([4.0, 6.0, 8.0], 0.03),
        (20, FREE, OURS): ([5.0, 5.0, 9.0], 0.06),
        (5, FREE, THEIRS): ([1.0, 2.0, 4.0], 0.0),
        (20, FREE, THEIRS): ([1.0, 2.0, 3.0], 0.0),
        (5, FREED, OURS): ([10.0, 20.0], 0.02),
        (20, FREED, OURS): ([10.0, 15.0], 0.02),
        (5, FREED, THEIRS): ([500.0, 1000.0], 0.0),
        (20, FREED, THEIRS): ([500.0, 600.0], 0.0),
    }
    return {
        key: Measured(
            rate=key[0],
            part=key[1],
            side=key[2],
            waits_ms=list(values),
            calls=len(values),
            server_cpu_s=cpu,
            took_s=1.0,
        )
        for key, (values, cpu) in waits.items()
    }


def test_the_last_line_has_the_worst_rate_of_each_figure() -> None:
    """Each figure is our worst over all rates; the ratio is taken where our freed wait is worst; idle CPU is no call's."""
    assert figures(_measured(), idle=0.03) == {
        "free_p50_ms": 6.0,
        "free_p99_ms": 9.0,
        "freed_p99_ms": 20.0,
        "freed_ratio": 0.02,
        "cpu_ms_per_call": pytest.approx(10.0),
    }


def test_tables_have_every_rate() -> None:
    """Ratios have one value a rate, and the table one line for each part, rate and side."""
    rows = {row.name: list(row.values) for row in ratio_rows(_measured())}
    assert rows["free, p99, Trunkline by app_queue"] == [2.0, 3.0]
    assert len(waits_table(list(_measured().values()), idle=0.0).splitlines()) == 2 + 8
