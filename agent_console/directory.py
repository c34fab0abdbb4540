"""Names and rules as the console shows them: read from the store, held in memory, read again now and then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crm_core import departments, queues, users
from crm_core.access import roles
from crm_core.access.model import Rights
from crm_core.branding import kept
from crm_core.branding.kept import Branding
from crm_core.departments import Department, Tree
from crm_core.queues import AgentConfig, Queue
from crm_core.store import Store
from crm_core.users import User
from routing.core.model import AgentId, AgentRule, Opening, QueueId, QueueRule, Seconds
from routing.core.skills import mismatch, profile, requirement
from routing.rules import read_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Who and what there is; `serves` says which queues an agent's skills and department open, `belongs` to which department a queue or agent
    belongs (by id), `opening` are the hours of queues that have any, `departments` are those that have any at or below them, `rights` say what of
    a customer somebody sees,
    `branding` is how the organisation shows itself."""

    users: Mapping[str, User] = field(default_factory=dict)
    queues: Mapping[QueueId, Queue] = field(default_factory=dict)
    opening: Mapping[QueueId, Opening] = field(default_factory=dict)
    serves: Mapping[AgentId, frozenset[QueueId]] = field(default_factory=dict)
    rights: Mapping[str, Rights] = field(default_factory=dict)
    belongs: Mapping[str, str] = field(default_factory=dict)
    departments: tuple[Department, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    branding: Branding = field(default_factory=Branding)

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


async def load(store: Store, now: Seconds) -> Directory:
    """Read it all anew; skills that ended by now open nothing."""
    people, queue_list, agents, tree, teams, rights, brand, rules = await store.read(
        lambda connection: (
            users.list_users(connection),
            queues.list_queues(connection),
            queues.agents(connection),
            departments.tree(connection),
            departments.of_users(connection),
            roles.rights_of_all(connection),
            kept.read(connection),
            read_rules(connection, now),
        )
    )
    belongs = _belongs(tree, queue_list, agents, teams)
    return Directory(
        users={user.id: user for user in people},
        queues={QueueId(queue.id): queue for queue in queue_list},
        opening={rule.id: rule.opening for rule in rules[0] if rule.opening is not None},
        serves=_served(*rules, now),
        rights=rights,
        belongs=belongs,
        departments=tuple(tree.leading_to(belongs.values())),
        groups={unit.id: unit.name for unit in tree.all.values()},
        branding=brand,
    )


def _belongs(
    tree: Tree, queue_list: Iterable[Queue], agents: Iterable[AgentConfig], teams: Mapping[str, str]
) -> dict[str, str]:
    units = {queue.id: queue.team_id for queue in queue_list}
    units |= {agent.user.id: teams.get(agent.user.id) for agent in agents}
    homes = {each: tree.home(unit) for each, unit in units.items()}
    return {each: home for each, home in homes.items() if home is not None}


def _served(
    queue_rules: Iterable[QueueRule], agent_rules: Iterable[AgentRule], now: Seconds
) -> dict[AgentId, frozenset[QueueId]]:
    asked = [requirement(rule, (), 0) for rule in queue_rules]
    return {
        rule.id: frozenset(each.queue for each in asked if not mismatch(profile(rule, now), each))
        for rule in agent_rules
    }
