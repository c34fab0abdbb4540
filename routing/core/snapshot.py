"""All that is folded from facts, at one moment: whoever goes on from there needs only the facts since then."""

from typing import NamedTuple

from routing.core.estimate import SeenSnapshot
from routing.core.figures import FiguresSnapshot
from routing.core.state import CentreSnapshot


class Snapshot(NamedTuple):
    """The centre, what had been seen of work and patience, and the day's figures."""

    centre: CentreSnapshot
    seen: SeenSnapshot
    figures: FiguresSnapshot
