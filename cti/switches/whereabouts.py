"""At which server an agent's phone is, and in which state, where several say something of it. Pure."""

from collections.abc import Mapping

from routing.core.model import AgentId, Device

_THERE = frozenset({Device.REACHABLE, Device.IN_USE})


class Whereabouts:
    """What each server says of each phone. A phone is where one says that it is there; it is in use when any says so."""

    def __init__(self) -> None:
        self._said: dict[AgentId, dict[str, Device]] = {}

    def hear(self, server: str, agent: AgentId, device: Device) -> Device:
        """Keep what a server says; the state that follows from what all of them say."""
        self._said.setdefault(agent, {})[server] = device
        return self.device_of(agent)

    def forget(self, server: str) -> frozenset[AgentId]:
        """Nothing is known from this server any more; whose phone was seen there and is seen nowhere now."""
        lost = set()
        for agent, said in self._said.items():
            was = said.pop(server, None)
            if was in _THERE and _together(said) is Device.UNREACHABLE:
                lost.add(agent)
        return frozenset(lost)

    def device_of(self, agent: AgentId) -> Device:
        """As the router is to see it."""
        return _together(self._said.get(agent, {}))

    def if_said(self, server: str, agent: AgentId, device: Device) -> Device:
        """What `hear` would tell."""
        return _together({**self._said.get(agent, {}), server: device})

    def server_of(self, agent: AgentId, preferred: str) -> str | None:
        """Where it is; `preferred`, when it is at several. None: nowhere."""
        there = [server for server, device in self._said.get(agent, {}).items() if device in _THERE]
        return preferred if preferred in there else next(iter(sorted(there)), None)


def _together(said: Mapping[str, Device]) -> Device:
    devices = set(said.values())
    if Device.IN_USE in devices:
        return Device.IN_USE
    return Device.REACHABLE if Device.REACHABLE in devices else Device.UNREACHABLE
