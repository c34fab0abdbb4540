"""Consoles come and go; statuses only after the grace."""

from agent_console.presence import BACK_WITHIN_S, GRACE_S, Presence
from routing.core.events import ConsoleChanged, StatusChosen
from routing.core.model import AgentId, Status

ANN = AgentId("u-ann")


def test_the_first_socket_brings_and_the_last_takes_the_console() -> None:
    """Two tabs are one console: only the first opening and the last closing are events."""
    presence = Presence()
    assert presence.opened(ANN, 1.0) == (ConsoleChanged(agent=ANN, present=True, at=1.0),)
    assert presence.opened(ANN, 2.0) == ()
    assert presence.closed(ANN, 3.0) == ()
    assert presence.closed(ANN, 4.0) == (ConsoleChanged(agent=ANN, present=False, at=4.0),)
    assert not presence.is_here(ANN)


def test_back_within_the_grace_keeps_the_status() -> None:
    """A reload costs nobody their status."""
    presence = Presence()
    presence.opened(ANN, 1.0)
    presence.closed(ANN, 2.0)
    presence.opened(ANN, 2.0 + GRACE_S - 0.1)
    assert presence.due(2.0 + GRACE_S, lambda _: True) == ()


def test_away_for_the_whole_grace_is_paused_once() -> None:
    """After the grace a ready agent is paused `console_lost`, and only once."""
    presence = Presence()
    presence.opened(ANN, 1.0)
    presence.closed(ANN, 2.0)
    assert presence.due(2.0 + GRACE_S - 0.1, lambda _: True) == ()
    now = 2.0 + GRACE_S
    lost = StatusChosen(agent=ANN, status=Status.PAUSED, at=now, reason="console_lost")
    assert presence.due(now, lambda _: True) == (lost,)
    assert presence.due(now + 1, lambda _: True) == ()


def test_a_chosen_pause_keeps_its_reason() -> None:
    """Who went to lunch and closed the browser is still at lunch."""
    presence = Presence()
    presence.opened(ANN, 1.0)
    presence.closed(ANN, 2.0)
    assert presence.due(2.0 + GRACE_S, lambda _: False) == ()


def test_a_console_from_before_our_start_counts_as_open_for_a_moment() -> None:
    """It is not taken away at our start; who does not come back is absent soon, and paused after the grace; who comes back is neither."""
    presence = Presence()
    presence.remembered(ANN, 2.0)
    assert presence.due(2.0 + BACK_WITHIN_S - 0.1, lambda _: True) == ()
    now = 2.0 + BACK_WITHIN_S
    assert presence.due(now, lambda _: True) == (ConsoleChanged(agent=ANN, present=False, at=now),)
    paused = StatusChosen(agent=ANN, status=Status.PAUSED, at=2.0 + GRACE_S, reason="console_lost")
    assert presence.due(2.0 + GRACE_S, lambda _: True) == (paused,)
    presence.remembered(ANN, 50.0)
    presence.opened(ANN, 51.0)
    assert presence.due(50.0 + GRACE_S, lambda _: True) == ()
