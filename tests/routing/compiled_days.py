"""Days of a centre, for both ways in which the core runs: `python -m tests.routing.compiled_days compiled | interpreted`.

Prints what decided and a digest of every turn that it took, and of what it was to keep of itself now and then, which must come back as it was. Each day is one of `test_faults`: whatever happens, in whatever order, beside a scan
that decides as well and with every promise looked at.
"""

import hashlib
import sys

if sys.argv[1] == "compiled":
    import routing.compiled
else:
    import routing.core.model

import routing.core.router
from routing import snapshots
from routing.core.events import Event
from routing.core.router import Turn
from tests.routing import test_faults

DAYS = 40


def main() -> None:
    taken, told = hashlib.sha256(), 0
    turn = test_faults.Day.turn

    def noted(day: test_faults.Day, *events: Event) -> Turn:
        nonlocal told
        said = turn(day, *events)
        taken.update(repr(said).encode())
        told += 1
        if told % 20 == 0:
            as_it_is = day.router.snapshot(day.figures.snapshot())
            kept = snapshots.written(as_it_is)
            assert snapshots.read(kept) == as_it_is
            taken.update(kept.encode())
        return said

    test_faults.Day.turn = noted  # type: ignore[method-assign]
    test_faults.live_through(DAYS)
    kind = "interpreted" if routing.core.router.__file__.endswith(".py") else "compiled"
    print(kind, told, taken.hexdigest())


if __name__ == "__main__":
    main()
