"""Three at a talk: a caller, their agent, and whom the agent had asked. The dialplan keeps them together, and goes on with two when one leaves."""

from config.clock import Clock
from config.errors import Refused
from cti.ami import actions
from cti.ami.events import CallEvent, ConferenceSaid
from cti.calls import RTP_TIMEOUT, Call, Place, channel_of, interaction_of
from cti.directory import Directory
from cti.ports import Floor
from cti.talking.talks import Talks, talking
from routing.core.events import ConferenceBegan, ConferenceEnded, Event, HandedOver, WorkEnded
from routing.core.model import AgentId, By, InteractionId
from routing.core.presence import Work


class Conferences:
    """One server's. What Asterisk says comes by `take`."""

    def __init__(self, talks: Talks, floor: Floor, clock: Clock, directory: Directory) -> None:
        self._talks, self._floor, self._clock, self._directory = talks, floor, clock, directory

    async def join(self, interaction: InteractionId) -> None:
        """Caller, agent and whom the agent has called talk, all three. That it is so comes as a fact, from Asterisk. `Refused`: call.not_connected,
        call.in_conference (they do already), consult.not_reached; `Unavailable` when Asterisk cannot be told."""
        talking(self._floor.centre, interaction)
        async with self._talks.order:
            call = self._talks.call_of(interaction)
            if call.three or call.joining:
                raise Refused("call.in_conference", interaction=interaction)
            if not call.other:
                raise Refused("consult.not_reached", interaction=interaction)
            caller = channel_of(interaction)
            recorded = self._is_recorded(call, self._asked(interaction))
            await self._talks.must(interaction, actions.set_third(caller, call.other, recorded=recorded))
            call.joining = True  # before the dialplan can say that it is so
            try:
                await self._talks.must(interaction, actions.conference(caller))
            except BaseException:
                call.joining = False
                raise

    async def release(self, interaction: InteractionId) -> None:
        """The third is hung up; caller and agent talk on. `Refused`: call.not_connected, conference.none."""
        talking(self._floor.centre, interaction)
        async with self._talks.order:
            call = self._in_conference(interaction)
            await self._talks.must(interaction, actions.hang_up(call.other))
            self._talks.calls.two_again(call)
            ended = ConferenceEnded(interaction=interaction, reason="released", at=self._clock.now())
            await self._floor.settle(ended)

    async def step_out(self, interaction: InteractionId) -> None:
        """The agent leaves; the two others talk on. A colleague's it is then; of somebody outside nobody here has to do with it any more. Errors as of
        `release`."""
        talking(self._floor.centre, interaction)
        async with self._talks.order:
            self._in_conference(interaction)
            await self._leave(interaction, "agent_left")

    async def goes_on_without(self, interaction: InteractionId) -> bool:
        """The agent's phone is not there: a colleague who is has it then. False where there is none. Held in `order`."""
        call = self._talks.calls.talk(interaction)
        if call is None or not call.three or self._colleague(interaction) is None:
            return False
        await self._leave(interaction, "agent_lost")
        return True

    def take(self, event: CallEvent) -> list[Event]:
        """The router's events that follow."""
        if not isinstance(event, ConferenceSaid):
            return []
        call = self._talks.calls.get(interaction_of(event.caller))
        if call is None or call.place is not Place.CONNECTED or call.three is not bool(event.gone):
            return []
        if not event.gone:
            return [self._began(call, event.at)]
        if event.gone != "agent":
            self._talks.calls.two_again(call)
            return [ConferenceEnded(interaction=call.interaction, reason="left", at=event.at)]
        colleague = self._colleague(call.interaction)
        recorded = self._is_recorded(call, colleague)
        self._talks.calls.handed_over(call, call.other, to_agent=colleague is not None, recorded=recorded)
        reason = "agent_lost" if event.cause == RTP_TIMEOUT else "agent_left"
        return self._without_agent(call.interaction, reason, event.at, recorded=recorded)

    def _began(self, call: Call, at: float) -> Event:
        self._talks.calls.three_now(call)
        whom, colleague = self._whom(call.interaction), self._asked(call.interaction)
        return ConferenceBegan(interaction=call.interaction, whom=whom, colleague=colleague, at=at)

    async def _leave(self, interaction: InteractionId, reason: str) -> None:
        call = self._talks.call_of(interaction)
        colleague = self._colleague(interaction)
        recorded, to_agent = self._is_recorded(call, colleague), colleague is not None
        await self._talks.lead_to(interaction, call.other, to_agent=to_agent, recorded=recorded)
        await self._floor.settle(
            *self._without_agent(interaction, reason, self._clock.now(), recorded=recorded)
        )

    def _without_agent(
        self, interaction: InteractionId, reason: str, at: float, *, recorded: bool
    ) -> list[Event]:
        work, colleague = self._work(interaction), self._colleague(interaction)
        over = ConferenceEnded(interaction=interaction, reason=reason, at=at)
        if work is None or work.agent is None or colleague is None:
            return [over, WorkEnded(interaction=interaction, by=By.AGENT, at=at)]
        handed = HandedOver(interaction=interaction, agent=work.agent, to=colleague, at=at, recorded=recorded)
        return [over, handed]

    def _in_conference(self, interaction: InteractionId) -> Call:
        call = self._talks.call_of(interaction)
        if not call.three:
            raise Refused("conference.none", interaction=interaction)
        return call

    def _is_recorded(self, call: Call, colleague: AgentId | None) -> bool:
        """Once the agent has left."""
        centre = self._floor.centre
        return self._directory.is_recorded_with(centre, call.interaction, colleague, out=call.out)

    def _whom(self, interaction: InteractionId) -> str:
        work = self._work(interaction)
        return "" if work is None or work.consult is None else work.consult.whom

    def _asked(self, interaction: InteractionId) -> AgentId | None:
        return self._directory.agent_of(self._whom(interaction))

    def _work(self, interaction: InteractionId) -> Work | None:
        return self._floor.centre.interactions.get(interaction)

    def _colleague(self, interaction: InteractionId) -> AgentId | None:
        work = self._work(interaction)
        if work is None or work.conference is None:
            return None
        return work.conference.colleague
