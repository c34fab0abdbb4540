"""The flood would notice: whom nobody answered, and others for whom no phone rang."""

from bench.flood import course
from bench.ring_waits import Entered, Rang


def test_what_became_of_all_is_counted() -> None:
    """Of three calls one was busy, one talked to, one neither; of three others one reached nobody, and one came while the queue was full of the flood."""
    flood = ["INVITE", "INVITE", "INVITE", "BUSY", "BYE"]
    others = [Entered(number="1", at=90.0), Entered(number="2", at=101.0), Entered(number="3", at=140.0)]
    rings = [Rang(number="1", extension="1", at=90.01), Rang(number="2", extension="1", at=111.0)]
    found = course(flood, others, rings, 100.0)
    assert (found["calls"], found["held_back"], found["taken"], found["lost"]) == (3, 1, 1, 1)
    assert (found["others"], found["unheard"]) == (3, 1)
    assert round(found["others_p99_ms"]) == 10
