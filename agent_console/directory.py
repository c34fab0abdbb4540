"""Names and rules as the console shows them: read from the store, held in memory, read again now and then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crm_core import queues, users
from crm_core.access import roles
from crm_core.access.model import Rights
from crm_core.queues import AgentConfig, Queue
from crm_core.store import Store
from crm_core.users import User
from routing.core.model import AgentId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Who and what there is; `serves` says which queues an agent's skills open, `rights` what of a customer they see."""

    users: Mapping[str, User] = field(default_factory=dict)
    queues: Mapping[QueueId, Queue] = field(default_factory=dict)
    serves: Mapping[AgentId, frozenset[QueueId]] = field(default_factory=dict)
    rights: Mapping[str, Rights] = field(default_factory=dict)

    def serving(self, queue: QueueId) -> Iterable[AgentId]:
        """The agents who may be offered this queue's work."""
        return (agent for agent, served in self.serves.items() if queue in served)

    def user_name(self, user: str | None) -> str | None:
        """What people call them; the id when the account is gone."""
        known = self.users.get(user) if user else None
        return known.name if known else user

    def queue_name(self, queue: str | None) -> str | None:
        """What people call it; the id when it is gone from the configuration."""
        known = self.queues.get(QueueId(queue)) if queue else None
        return known.name if known else queue


async def load(store: Store) -> Directory:
    """Read it all anew."""
    people, queue_list, agents, rights = await store.read(
        lambda connection: (
            users.list_users(connection),
            queues.list_queues(connection),
            queues.agents(connection),
            roles.rights_of_all(connection),
        )
    )
    return Directory(
        users={user.id: user for user in people},
        queues={QueueId(queue.id): queue for queue in queue_list},
        serves={AgentId(agent.user.id): _served(agent, queue_list) for agent in agents},
        rights=rights,
    )


def _served(agent: AgentConfig, queue_list: Iterable[Queue]) -> frozenset[QueueId]:
    levels = dict(agent.skills)
    return frozenset(
        QueueId(queue.id)
        for queue in queue_list
        if all(levels.get(skill, 0) >= level for skill, level in queue.needs)
    )
