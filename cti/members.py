"""The fallback queue's members: the signed-in agents' phones, so that callers reach someone while we are away."""

from collections.abc import Mapping

from cti.ami import actions
from cti.ami.actions import Action, Answered
from cti.ami.link import Link
from cti.calls import extension_in
from cti.directory import Directory
from routing.core.model import AgentId, Status
from routing.core.presence import AgentState

READY_PENALTY, PAUSED_PENALTY = 0, 5
"""app_queue rings a paused agent's phone only while no ready agent's can be rung."""


class Members:
    """Keeps Asterisk's list equal to ours: at once on a change, wholly after each connect."""

    def __init__(self, link: Link, directory: Directory) -> None:
        self._link, self._directory = link, directory

    def follow(self, agent: AgentId, status: Status) -> list[Action]:
        """What a new status asks for; sent together and in order."""
        extension = self._directory.extension_of(agent)
        if extension is None:
            return []
        penalty = _penalty(status)
        added = [] if penalty is None else [actions.queue_add(extension, penalty)]
        return [actions.queue_remove(extension), *added]

    async def align(self, agents: Mapping[AgentId, AgentState]) -> None:
        """Read the list and change what differs. An unknown outcome is seen at the next connect."""
        outcome = await self._link.ask(actions.queue_status())
        if not isinstance(outcome, Answered):
            return
        members = {
            extension_in(item["Location"]): int(item["Penalty"] or 0)
            for item in outcome.items
            if item.event == "QueueMember"
        }
        wanted = self._wanted(agents)
        gone = [extension for extension in members if members[extension] != wanted.get(extension)]
        new = [extension for extension in wanted if members.get(extension) != wanted[extension]]
        changes = [actions.queue_remove(one) for one in gone if actions.is_extension(one)]
        changes += [actions.queue_add(one, wanted[one]) for one in new]
        if changes:
            await self._link.ask_all(changes)

    def _wanted(self, agents: Mapping[AgentId, AgentState]) -> dict[str, int]:
        phones = self._directory.phones
        penalties = {
            phones[agent.id]: _penalty(agent.status) for agent in agents.values() if agent.id in phones
        }
        return {extension: penalty for extension, penalty in penalties.items() if penalty is not None}


def _penalty(status: Status) -> int | None:
    match status:
        case Status.READY:
            return READY_PENALTY
        case Status.PAUSED:
            return PAUSED_PENALTY
        case Status.SIGNED_OUT:
            return None
