"""The screen has no gaps: stale snapshot + deltas == fresh snapshot, over whatever happens on the floor."""

import json
from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_console import frames
from agent_console.documents import Documents, MatchDocument, PopDocument
from agent_console.notices import Notices
from agent_console.screens import Screens, Update
from agent_console.sessions import Delta, Stream
from agent_console.views import AT_ONCE, World, agent_at_once
from config.peers import LinkStatus
from routing.core.events import Accepted, Arrived, CallbackWanted, Event, OfferFailed, Reached, Unreached
from routing.core.facts import OfferEnded
from routing.core.model import InteractionId, Medium, OfferId, Outcome
from tests.agent_console.floors import AGENTS, NOON, QUEUES, STEPS, SmallFloor, directory, next_step, on_duty
from tests.agent_console.test_sessions import applied

ONE = InteractionId("i1")


def screens_of(floor: SmallFloor) -> Screens:
    """Screens over this floor, with nothing read from the store yet."""
    up = LinkStatus(up=True, since=NOON)
    return Screens(
        World(
            truth=floor, directory=directory(), pops={}, notices=Notices(), links={"asterisk": up, "mail": up}
        )
    )


def fresh(screens: Screens) -> list[Documents]:
    """What each agent and the board would be sent on a first visit now."""
    anew = Screens(screens.world)
    return [dict(anew.open_agent(agent).documents) for agent in AGENTS] + [dict(anew.open_board().documents)]


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEPS, min_size=10, max_size=60), stale_after=st.integers(0, 60), gather=st.booleans())
def test_stale_snapshot_and_deltas_are_a_fresh_snapshot(
    steps: list[Event | int], stale_after: int, gather: bool
) -> None:
    """Agents and the board, from a snapshot taken anywhere in the history to its end, deltas alone suffice."""
    floor = SmallFloor()
    screens = screens_of(floor)
    list(screens.took_place(on_duty(floor)))
    streams = [screens.open_agent(agent) for agent in AGENTS] + [screens.open_board()]
    stale: list[Documents] = []
    deltas: defaultdict[Stream, list[Delta]] = defaultdict(list)
    for number, step in enumerate(steps):
        if number == stale_after % len(steps):
            deltas.clear()
            stale = [dict(stream.documents) for stream in streams]
        for update in _after(screens, floor, step, gather=gather):
            deltas[update.stream].append(update.delta)
    for update in screens.gather():
        deltas[update.stream].append(update.delta)
    reached = [applied(old, tuple(deltas[stream])) for old, stream in zip(stale, streams, strict=True)]
    assert reached == fresh(screens)


def _after(screens: Screens, floor: SmallFloor, step: Event | int, *, gather: bool) -> Iterator[Update]:
    event = next_step(floor, step) if isinstance(step, int) else step
    facts = floor.happens(*([event] if event else []), later_s=3.0)
    yield from screens.took_place(facts)
    if gather:
        yield from screens.gather()
    yield from screens.changed(screens.world.notices.expire(floor.now))


def test_an_agent_sees_only_their_own_work() -> None:
    """The call offered to one agent is on no other agent's screen."""
    floor = SmallFloor()
    screens = screens_of(floor)
    list(screens.took_place(on_duty(floor)))
    one = InteractionId("i1")
    arrived = Arrived(interaction=one, medium=Medium.VOICE, queue=QUEUES[0], enqueued_at=NOON, at=NOON)
    list(screens.took_place(floor.happens(arrived)))
    owner = floor.centre.interactions[one].agent
    shown = {agent: ("items", one) in screens.open_agent(agent).documents for agent in AGENTS}
    assert shown == {agent: agent == owner for agent in AGENTS}


@pytest.mark.parametrize(
    "end", [Reached(interaction=ONE, at=NOON), Unreached(interaction=ONE, reason="busy", at=NOON)]
)
def test_an_agents_screen_follows_a_callback(end: Event) -> None:
    """Whether the customer answered or not, the agent is told at once, and of nothing that is not so."""
    floor = SmallFloor()
    screens = screens_of(floor)
    floor.happens(Arrived(interaction=ONE, medium=Medium.VOICE, queue=QUEUES[0], enqueued_at=NOON, at=NOON))
    floor.happens(CallbackWanted(interaction=ONE, at=NOON - 60))
    list(screens.took_place(on_duty(floor)))
    list(screens.took_place(floor.happens(Accepted(offer=OfferId(f"{ONE}/1"), at=NOON))))
    owner = floor.centre.interactions[ONE].agent
    assert owner is not None
    stream = screens.open_agent(owner)
    calling = dict(stream.documents)
    assert calling["items", ONE]["callback"] is True
    [update] = screens.took_place(floor.happens(end))
    told = applied(calling, (update.delta,))
    assert {key: each for key, each in told.items() if key[0] in AT_ONCE} == agent_at_once(
        screens.world, owner
    )
    item = told.get(("items", ONE))
    assert (item and item["callback"]) == (False if isinstance(end, Reached) else None)


def test_an_offer_that_ends_without_the_agent_is_explained_for_a_minute() -> None:
    """A missed, declined or unreachable offer leaves a notice, an accepted one none."""
    floor = SmallFloor()
    notices = Notices()
    for fact in (*on_duty(floor), *_offered_and(floor, "i1", Outcome.NO_ANSWER)):
        notices.note(fact)
    [told] = [notice for agent in AGENTS for notice in notices.of(agent)]
    assert (told.code, dict(told.params)["interaction"]) == ("offer.missed", "i1")
    assert notices.expire(told.at + 59.0) == ()
    assert notices.expire(told.at + 60.0) == (told.agent,)
    assert list(notices.of(told.agent)) == []


def _offered_and(floor: SmallFloor, name: str, outcome: Outcome) -> tuple[OfferEnded, ...]:
    one = InteractionId(name)
    floor.happens(Arrived(interaction=one, medium=Medium.VOICE, queue=QUEUES[0], enqueued_at=NOON, at=NOON))
    offer = OfferId(f"{name}/1")
    event = (
        Accepted(offer=offer, at=NOON)
        if outcome is Outcome.ACCEPTED
        else OfferFailed(offer=offer, outcome=outcome, at=NOON)
    )
    return tuple(fact for fact in floor.happens(event) if isinstance(fact, OfferEnded))


def test_hostile_text_stays_text() -> None:
    """Markup, quotes, line breaks and half characters of a caller come out as one frame of JSON holding that text."""
    hostile = "<script>alert('x')</script>\r\nEvent: Hangup\r\n\"';--\ud800\u2028"
    pop = PopDocument(
        customer={"address": "+886912345678", "name": hostile},
        entry="100",
        subject=hostile,
        match=MatchDocument(strength="none", parties=[]),
        case=None,
        clocks=[],
        note=hostile,
        letters=0,
        version=1,
    )
    delta = Delta(seq=1, set=(("items", "i1", pop),), drop=())
    frame = frames.delta(delta, NOON)
    assert b"\n" not in frame
    assert b"\r" not in frame
    [[_, _, read]] = json.loads(frame)["set"]
    assert read["customer"]["name"] == hostile.replace("\ud800", "?")
