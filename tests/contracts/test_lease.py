"""Whose turn it is to decide."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection

from crm_core import lease
from tests.contracts.databases import run_in


def test_one_holder_at_a_time(conn: Connection) -> None:
    """While one holds the lease nobody else gets it; when it is over or given back, the epoch rises."""
    assert lease.take(conn, "floor", "ann", 60.0) == 1
    assert lease.take(conn, "floor", "bob", 60.0) is None
    assert lease.renew(conn, "floor", "ann", 1, 0.0)
    assert lease.take(conn, "floor", "bob", 60.0) == 2
    assert lease.release(conn, "floor", "bob", 2)
    assert lease.take(conn, "floor", "ann", 60.0) == 3


def test_the_same_holder_need_not_wait(conn: Connection) -> None:
    """A server that comes back under its name has the lease at once, with a higher epoch than before."""
    assert lease.take(conn, "floor", "ann", 60.0) == 1
    assert lease.take(conn, "floor", "ann", 60.0) == 2


def test_only_the_current_epoch_renews(conn: Connection) -> None:
    """An outdated epoch, another holder and another lease renew nothing."""
    assert lease.take(conn, "floor", "ann", 60.0) == 1
    assert lease.take(conn, "floor", "ann", 60.0) == 2
    assert not lease.renew(conn, "floor", "ann", 1, 60.0)
    assert not lease.renew(conn, "floor", "bob", 2, 60.0)
    assert not lease.renew(conn, "door", "ann", 2, 60.0)
    assert not lease.release(conn, "floor", "ann", 1)
    assert lease.renew(conn, "floor", "ann", 2, 60.0)


def test_leases_are_apart(conn: Connection) -> None:
    """Holding one lease says nothing about another."""
    assert lease.take(conn, "floor", "ann", 60.0) == 1
    assert lease.take(conn, "asterisk-1", "bob", 60.0) == 1


async def test_two_holders_never_both_succeed(url: str) -> None:
    """Of many that reach for a free lease at the same moment from connections of their own, one gets it."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(8) as threads:
        for round_number in range(5):
            name = f"floor-{round_number}"
            epochs = await asyncio.gather(
                *(
                    loop.run_in_executor(
                        threads,
                        run_in,
                        url,
                        lambda conn, holder=holder, name=name: lease.take(conn, name, holder, 60.0),
                    )
                    for holder in "abcdefgh"
                )
            )
            assert sorted(epochs, key=str) == [1] + [None] * 7


def test_how_long_nobody_held_it_is_known(conn: Connection) -> None:
    """Nobody ever: nothing. Held now: no time. Otherwise the time since the last renewal, each of which is good for the same time."""
    assert lease.since_renewed(conn, "floor", 60.0) is None
    assert lease.take(conn, "floor", "ann", 60.0) == 1
    held = lease.since_renewed(conn, "floor", 60.0)
    assert held is not None
    assert 0.0 <= held < 30.0
    assert lease.renew(conn, "floor", "ann", 1, -40.0)
    away = lease.since_renewed(conn, "floor", 60.0)
    assert away is not None
    assert 100.0 <= away < 130.0
    assert lease.since_renewed(conn, "door", 60.0) is None
