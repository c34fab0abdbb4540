"""What stands in a server beside what the router believes: read after each connect, and now and then."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from config.errors import Unavailable
from config.logs import Transcript
from cti.ami import actions
from cti.ami.actions import Answered
from cti.ami.events import DeviceSaid
from cti.ami.protocol import Message
from cti.arriving.newcomer import newcomer_of
from cti.calls import RTP_TIMEOUT
from cti.resync import (
    VARIABLES,
    Findings,
    Standing,
    Where,
    astray,
    forgotten,
    left_alone,
    left_over,
    missing,
    read_standings,
    reconcile,
)
from cti.switches.common import Common
from cti.switches.leading import Leading
from cti.switches.parting import Parting
from cti.switches.whereabouts import Whereabouts
from cti.talking.pauses import Pauses
from cti.talking.talks import Talks
from cti.talking.watches import Watches
from routing.core.events import DeviceChanged, OfferFailed
from routing.core.model import AgentId, Device, InteractionId, Medium, OfferId, Outcome
from routing.core.presence import Work

PHONE_DIED = int(RTP_TIMEOUT)
_AGAIN_AFTER_S = 0.5
_Unheard = InteractionId | tuple[AgentId, Device]
_log = Transcript("voice")


class Looking:
    """One server's. `owns`: whether a work that is open for the router is this server's to say something about."""

    def __init__(
        self,
        name: str,
        common: Common,
        talks: Talks,
        *,
        leading: Leading,
        parting: Parting,
        watches: Watches,
        pauses: Pauses,
        whereabouts: Whereabouts,
        owns: Callable[[Work], bool],
    ) -> None:
        self._name, self._common, self._talks = name, common, talks
        self._floor, self._clock, self._directory = common.floor, common.clock, common.directory
        self._calls, self._outside, self._entry = talks.calls, common.outside, common.entry
        self._leading, self._parting, self._watches, self._pauses = leading, parting, watches, pauses
        self._whereabouts, self._owns = whereabouts, owns
        self._given_up: set[InteractionId] = set()

    async def status(self) -> Sequence[Message]:
        """Every channel. `Unavailable` while the server cannot say."""
        outcome = await self._talks.link.ask(actions.status(VARIABLES))
        if not isinstance(outcome, Answered):
            raise Unavailable("asterisk", outcome.reason)
        return outcome.items

    async def round(self, resync: Callable[[], Awaitable[None]]) -> None:
        """Find what no event told us about, and `resync` when there is something. Offers wait for that, so it must be so a moment later, too: of what differs
        at one look most is on its way to us."""
        status, found = await self._unheard()
        self._outside.align(status, self._name)
        for leg in left_over(status):
            _log.note("!", leg, "is left over of a consultation")
            self._talks.send(actions.hang_up(leg))
        for caller in left_alone(status):
            _log.note("!", caller, "is left alone of three")
            self._talks.send(actions.goes_on(caller))
        await self._let_go(read_standings(status))
        if not found:
            return
        await asyncio.sleep(_AGAIN_AFTER_S)
        _, again = await self._unheard()
        if found & again:
            await resync()

    async def _unheard(self) -> tuple[Sequence[Message], frozenset[_Unheard]]:
        """Every channel, and the calls and phones of which they tell something else than we know."""
        centre = self._floor.centre
        known = self._calls.interactions | set(centre.interactions)
        before = [work for work in centre.interactions.values() if work.id in known and self._owns(work)]
        status = await self.status()
        seen = read_standings(status)
        calls = astray(seen, known, centre.closed, deciding=self._floor.alive) | missing(seen, before)
        return status, calls | await self._phones_that_differ()

    async def compare(self) -> None:
        """Look, compare and apply, held in the talks' order, while events are held back."""
        before = frozenset(self._floor.centre.interactions) | self._calls.interactions
        await self._entry.followed()
        status = await self.status()
        self._outside.align(status, self._name)
        standings = read_standings(status)
        self._given_up &= {standing.interaction for standing in standings}
        found = await self._apply(standings, before)
        if found.strangers and await self._admit(found.strangers):
            found = await self._apply(standings, before)
        if watched := self._watches.compare(status):
            await self._floor.settle(*watched)
        await self._pauses.assure(standings)
        await self._read_devices()
        await self._act(found)

    async def give_up(self) -> None:
        """It is gone, as far as anybody can tell: what was open there is over. Held in the talks' order."""
        before = frozenset(self._floor.centre.interactions) | self._calls.interactions
        works = [work for work in self._floor.centre.interactions.values() if self._owns(work)]
        found = reconcile((), works, self._directory.agent_of, self._clock.now())
        self._calls.replace((), before)
        self._outside.align((), self._name)
        self._given_up |= {work.id for work in works}
        events = [*found.events, *self._watches.compare(())]
        if events:
            _log.note("!", self._name, f"given up: {', '.join(type(event).__name__ for event in events)}")
            await self._floor.settle(*events)

    async def part_with(self, peer: str) -> None:
        """End what is left here of calls between this server and one that is gone, as a phone that died: whoever still waits is led back."""
        for one in await self.status():
            if one["Channel"].startswith(f"PJSIP/{actions.way_to(peer)}-"):
                self._talks.send(actions.hang_up(one["Uniqueid"], PHONE_DIED))

    def phones_unknown(self) -> None:
        """Nobody is offered a call while no server sees their phone, and whoever is at another server does not wait for a phone here to ring."""
        self._calls.forget_devices()
        lost = self._not_yet_ringing(self._whereabouts.forget(self._name))
        at = self._clock.now()
        self._floor.submit(
            *(
                DeviceChanged(agent=agent, device=self._whereabouts.device_of(agent), at=at)
                for agent in self._directory.phones
            ),
            *(OfferFailed(offer=offer, outcome=Outcome.FAILED, at=at) for offer in lost),
        )

    def _not_yet_ringing(self, lost: frozenset[AgentId]) -> list[OfferId]:
        """Offers to these agents' phones, of callers who are at another server."""
        return [
            work.offer
            for work in self._floor.centre.interactions.values()
            if work.offer is not None
            and work.agent in lost
            and work.medium is Medium.VOICE
            and work.rang_at is None
            and not self._owns(work)
        ]

    def where(self, event: DeviceChanged) -> DeviceChanged:
        """What it means beside what other servers say."""
        device = self._whereabouts.hear(self._name, event.agent, event.device)
        return DeviceChanged(agent=event.agent, device=device, at=event.at)

    async def _phones_that_differ(self) -> frozenset[tuple[AgentId, Device]]:
        agents = self._floor.centre.agents
        now = [self._calls.device_of(one) for one in await self._devices()]
        return frozenset(
            one
            for one in now
            if one is not None
            and one[0] in agents
            and agents[one[0]].device is not self._whereabouts.if_said(self._name, *one)
        )

    async def _apply(self, standings: Sequence[Standing], before: frozenset[InteractionId]) -> Findings:
        open_ones = self._floor.centre.interactions
        here = {standing.interaction for standing in standings}
        works = [
            work for work in open_ones.values() if work.id in here or (work.id in before and self._owns(work))
        ]
        found = reconcile(standings, works, self._directory.agent_of, self._clock.now())
        self._calls.replace(found.calls, before)
        if found.events:
            _log.note("=", "", f"resync: {', '.join(type(event).__name__ for event in found.events)}")
            await self._floor.settle(*found.events)
        return found

    async def _admit(self, strangers: Sequence[Standing]) -> bool:
        asked = []
        await self._let_go(strangers)
        for stranger in strangers:
            name = stranger.interaction
            queue = self._directory.queue_of(stranger.queue, stranger.number)
            if queue is None or self._floor.centre.closed(name):
                continue
            _log.note("<", name, "found waiting")
            if not stranger.queue:  # they came in while nobody could say what they hear
                self._talks.send(self._common.holding.action(name, queue, stranger.language))
            # first: that they are here, not where their name says
            self._calls.arrived(name, recorded=self._directory.is_recorded(name, queue))
            asked.append(self._entry.admit(newcomer_of(stranger, self._clock.now()), queue))
        await asyncio.gather(*asked)  # a thousand are one turn, not a thousand
        return bool(asked)

    async def _let_go(self, seen: Sequence[Standing]) -> None:
        """Who hears music although their call is over for us: they were turned away, or we had given their server up."""
        for one in forgotten(seen, self._floor.centre.closed):
            if one.interaction not in self._given_up:
                await self._parting.let_go(one)
            elif one.where is Where.HOLD:
                _log.note(">", one.interaction, "Redirect to fallback: their server had been given up")
                self._talks.send(actions.redirect_to_fallback(one.channel))

    async def _read_devices(self) -> None:
        self._calls.forget_devices()
        for said in await self._devices():
            news = self._calls.take(said)
            self._floor.submit(*(self.where(one) for one in news if isinstance(one, DeviceChanged)))

    async def _devices(self) -> list[DeviceSaid]:
        outcome = await self._talks.link.ask(actions.device_states())
        items = outcome.items if isinstance(outcome, Answered) else ()
        at = self._clock.now()
        return [DeviceSaid(device=item["Device"], state=item["State"], at=at) for item in items]

    async def _act(self, found: Findings) -> None:
        """Lead callers out of the fallback queue, and carry out offers that were recorded but never were."""
        if found.to_hold:
            await self._talks.link.ask_all([actions.redirect_to_hold(channel) for channel in found.to_hold])
        await self._leading.carry_out_late()
