"""What all Asterisk servers of a centre have in common."""

from dataclasses import dataclass

from config.clock import Clock
from crm_core.store import Store
from cti.arriving.entry import Entry
from cti.arriving.holding import Holding
from cti.callbacks import Callbacks
from cti.directory import Directory
from cti.ports import Bus, Floor
from cti.talking.outside import Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The floor and the store, and the parts of this room that know no server."""

    store: Store
    floor: Floor
    bus: Bus
    clock: Clock
    directory: Directory
    outside: Outside
    callbacks: Callbacks
    holding: Holding
    entry: Entry
