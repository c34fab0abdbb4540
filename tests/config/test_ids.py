"""Identifiers."""

import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.ids import new_id

MANY = 20_000


def test_each_is_greater_than_the_one_before_and_a_uuid_of_version_7() -> None:
    """Thousands fall into one millisecond: an order by id is still the order of making."""
    made = [new_id() for _ in range(MANY)]
    assert made == sorted(set(made))
    assert {(uuid.UUID(each).version, uuid.UUID(each).variant) for each in made} == {(7, uuid.RFC_4122)}


def test_the_clock_going_back_takes_no_order_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is set back an hour makes no id that sorts before one that exists."""
    before = new_id()
    hour_ago = time.time_ns() - 3_600_000_000_000
    monkeypatch.setattr("config.ids.time.time_ns", lambda: hour_ago)
    assert before < new_id() < new_id()


def test_threads_make_no_two_alike() -> None:
    """Workers and the server's own thread make ids at once."""
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id(), range(MANY)))
    assert len(set(made)) == MANY


def test_a_forked_process_makes_others() -> None:
    """Chance that was drawn before the fork is the parent's alone."""
    new_id()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, new_id().encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 36).decode()
    os.close(reader)
    os.close(writer)
    assert theirs[19:] != new_id()[19:]
    assert uuid.UUID(theirs).version == 7
