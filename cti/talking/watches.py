"""Supervisors at agents' talks: they listen, speak to the agent alone, or to both. Their phone is called once and goes from talk to talk."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.ids import new_id
from cti.ami import actions
from cti.ami.events import CallEvent, ConferenceSaid, HungUp, WatchSaid
from cti.ami.protocol import Message
from cti.calls import interaction_of
from cti.ports import Floor
from cti.resync import Where
from cti.talking.talks import Talks, talking
from routing.core.events import Event, WatchBegan, WatchEnded, WorkEnded
from routing.core.model import AgentId, By, InteractionId
from routing.core.words import WatchMode

RING_S = 30.0
"""So long a supervisor's phone rings."""
CONTEXT = "trunkline-watch"
_LEG = "tlw-"


@dataclass(slots=True)
class _Watch:
    """A supervisor's leg, since when it is called, and, once it is there, at which talk and how."""

    leg: str
    asked_at: float
    interaction: InteractionId | None = None
    mode: WatchMode = WatchMode.LISTEN


class Watches:
    """One server's. `way`: by which it calls a phone that is at another one. What Asterisk says comes by `take`, and after a gap by `compare`."""

    def __init__(self, talks: Talks, floor: Floor, clock: Clock, *, way: Callable[[AgentId], str]) -> None:
        self._talks, self._floor, self._clock, self._way = talks, floor, clock, way
        self._watches: dict[AgentId, _Watch] = {}

    async def watch(
        self, interaction: InteractionId, watcher: AgentId, extension: str, mode: WatchMode
    ) -> None:
        """Be at the talk in this way: their phone rings, unless they are at one already. That it is so comes as a fact, from Asterisk. `Refused`
        (call.not_connected) when no agent talks there, (watch.own_call) when it is their own; `Unavailable` when Asterisk cannot be told."""
        if talking(self._floor.centre, interaction).agent == watcher:
            raise Refused("watch.own_call", interaction=interaction)
        async with self._talks.order:
            watched = self._talks.call_of(interaction).leg
            known = self._watches.get(watcher)
            if known is None or self._in_vain(known):
                leg = _LEG + new_id()
                asked = actions.watch(
                    leg,
                    extension=extension,
                    watched=watched,
                    of=interaction,
                    watcher=watcher,
                    mode=mode,
                    ring_s=RING_S,
                    via=self._way(watcher),
                )
                await self._talks.must(interaction, asked)
                self._watches[watcher] = _Watch(leg, self._clock.now())
                return
            another = actions.watch_another(known.leg, watched=watched, of=interaction, mode=mode)
            try:
                await self._talks.must(interaction, another)
                if known.interaction is not None:
                    await self._talks.must(interaction, actions.watch_so(known.leg, mode))
            except Unavailable:
                self._watches.pop(watcher, None)  # it is asked anew; if it is still there, it says so
                raise

    async def take_over(self, interaction: InteractionId, watcher: AgentId) -> None:
        """Who is at the talk has it alone with the customer; the agent's part is over. `Refused` (watch.not_there) when they are not at it."""
        async with self._talks.order:
            known = self._watches.get(watcher)
            if known is None or known.interaction != interaction:
                raise Refused("watch.not_there", interaction=interaction)
            await self._talks.lead_to(interaction, known.leg, to_agent=False)
            del self._watches[watcher]  # it is the customer's now, and goes to no other talk
            self._floor.submit(WorkEnded(interaction=interaction, by=By.AGENT, at=self._clock.now()))

    def leave(self, watcher: AgentId) -> None:
        """Hang their phone up; at no talk: nothing. A phone that was not there ends without a word, so one that has not answered is forgotten."""
        known = self._watches.get(watcher)
        if known is not None:
            self._talks.send(actions.hang_up(known.leg))
            if known.interaction is None:
                del self._watches[watcher]

    def take(self, event: CallEvent) -> list[Event]:
        """The router's events that follow."""
        match event:
            case WatchSaid() if event.mode in set(WatchMode):
                watcher, name = AgentId(event.watcher), InteractionId(event.interaction)
                known = self._watches.get(watcher)
                before = None if known is None else known.interaction
                mode = WatchMode(event.mode)
                self._watches[watcher] = _Watch(event.leg, event.at, name, mode)
                began = WatchBegan(interaction=name, watcher=watcher, mode=mode, at=event.at)
                if before in {None, name}:
                    return [began]
                return [WatchEnded(interaction=before, watcher=watcher, at=event.at), began]
            case HungUp() if event.channel.startswith(_LEG):
                return self._gone(event)
            case ConferenceSaid(gone=""):
                self._come_along(interaction_of(event.caller))
                return []
            case _:
                return []

    def compare(self, status: Iterable[Message]) -> list[Event]:
        """After a gap: who is at which talk in a `Status` list, beside what the floor believes."""
        now, there, channels = self._clock.now(), {}, list(status)
        threes = {one["BridgeID"] for one in channels if one["Context"] == Where.THREE}
        for one in channels:
            watcher, name = one["Variable/TL_WATCHER"], one["Variable/TL_OF"]
            if (
                one["Context"] == CONTEXT
                and (not one["BridgeID"] or one["BridgeID"] in threes)  # who has taken over talks themselves
                and one["Exten"] in set(WatchMode)
                and one["Uniqueid"].startswith(_LEG)
            ):
                mode = WatchMode(one["Exten"])
                there[AgentId(watcher)] = _Watch(one["Uniqueid"], now, InteractionId(name), mode)
        self._watches = there
        return [*self._missed(there, now), *self._left(there, now)]

    def _missed(self, there: dict[AgentId, _Watch], now: float) -> Sequence[Event]:
        return [
            WatchBegan(interaction=one.interaction, watcher=watcher, mode=one.mode, at=now)
            for watcher, one in there.items()
            if one.interaction is not None
        ]

    def _left(self, there: dict[AgentId, _Watch], now: float) -> Sequence[Event]:
        return [
            WatchEnded(interaction=work.id, watcher=one.who, at=now)
            for work in self._floor.centre.interactions.values()
            for one in work.watchers
            if one.who not in there or there[one.who].interaction != work.id
        ]

    def _come_along(self, interaction: InteractionId) -> None:
        """Of three in one bridge ChanSpy speaks to one alone."""
        for known in self._watches.values():
            if known.interaction == interaction and known.mode is WatchMode.BARGE:
                self._talks.send(actions.watch_so(known.leg, known.mode))

    def _gone(self, event: HungUp) -> list[Event]:
        for watcher, known in self._watches.items():
            if known.leg == event.channel:
                del self._watches[watcher]
                if known.interaction is None:
                    return []
                return [WatchEnded(interaction=known.interaction, watcher=watcher, at=event.at)]
        return []

    def _in_vain(self, known: _Watch) -> bool:
        """Whether it rang until nobody was to be expected any more; a phone that is not there at all ends without a word."""
        return known.interaction is None and self._clock.now() > known.asked_at + RING_S + 5.0
