"""All servers, and which of them a call is at."""

from collections.abc import Iterator

from cti.calls import channel_of
from cti.switches.switch import Switch
from cti.switches.whereabouts import Whereabouts
from routing.core.model import AgentId, InteractionId
from routing.core.presence import Work


class Switches:
    """In the order of the settings: the first is where what has no server of its own is. Filled once, before anything runs."""

    def __init__(self, whereabouts: Whereabouts) -> None:
        self._all: list[Switch] = []
        self._whereabouts = whereabouts

    def __iter__(self) -> Iterator[Switch]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, switch: Switch) -> None:
        """While the room is being built."""
        self._all.append(switch)

    @property
    def first(self) -> Switch:
        """The one of the settings' own section."""
        return self._all[0]

    def of(self, interaction: InteractionId) -> Switch:
        """Where the call is: where its channel is known to be; else whose name its channel's id begins with; else the first."""
        return self._tracking(interaction) or self._named(interaction) or self.first

    def owns(self, switch: Switch, work: Work) -> bool:
        """Whether it is this server's to say that the call is gone. Who is called back, or called, may stand in any, whatever the name: then it is
        the server's that knows it, and while nobody does, only one's that can say so for all."""
        if len(self._all) == 1:
            return True
        tracking = self._tracking(work.id)
        if tracking is not None:
            return tracking is switch
        if work.callback or self._named(work.id) is None:
            others = (other for other in self._all if other is not switch)
            return all(other.given_up or not other.blind for other in others)
        return self._named(work.id) is switch

    def calls_for(self, switch: Switch, work: Work) -> bool:
        """Whether nobody calls for it yet, and this is the server that would."""
        return self._tracking(work.id) is None and self.to_call(work.agent) is switch

    def to_call(self, agent: AgentId | None) -> Switch:
        """From where an agent and a customer are called: where the agent's phone is, which spares a way between two servers."""
        if len(self._all) == 1:
            return self.first
        up = [switch for switch in self._all if not switch.blind]
        if agent is not None:
            where = self._whereabouts.server_of(agent, self.first.name)
            up.sort(key=lambda switch: switch.name != where)
        return up[0] if up else self.first

    def arrived(self, interaction: InteractionId, *, recorded: bool = False) -> None:
        """As of `Calls`, at its server."""
        self.of(interaction).calls.arrived(interaction, recorded=recorded)

    def forget(self, interaction: InteractionId) -> None:
        """As of `Calls`, at its server."""
        self.of(interaction).calls.forget(interaction)

    def _tracking(self, interaction: InteractionId) -> Switch | None:
        return next((one for one in self._all if one.calls.get(interaction) is not None), None)

    def _named(self, interaction: InteractionId) -> Switch | None:
        name, dash, _ = channel_of(interaction).partition("-")
        return next((one for one in self._all if dash and one.name == name), None)
