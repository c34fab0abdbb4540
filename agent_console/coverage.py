"""Which queues nobody can serve, and how many agents meet what each asks: told to whoever changes a queue or an agent."""

from typing_extensions import TypedDict

from crm_core import queues
from crm_core.store import Connection
from routing.core.coverage import Reach, coverage, resting_on
from routing.core.model import AgentId, QueueId, Seconds
from routing.rules import read_rules

UNREACHABLE = "queue.unreachable"
Unserved = dict[str, str]
"""The names of the queues that nobody can serve, by id."""


class WarningDocument(TypedDict):
    """What was done, and is hardly what was meant: a code with what it says. `queue.unreachable`: no active agent can serve `queue`, now or
    after any wait."""

    code: str
    params: dict[str, str]


class ReachDocument(TypedDict):
    """So many agents meet what is asked from so much waiting on."""

    after_s: float
    agents: int


class QueueCoverage(TypedDict):
    """`steps`: at once, then after each step of relaxation; `agents`: how many active agents there are at all."""

    id: str
    name: str
    agents: int
    unreachable: bool
    steps: list[ReachDocument]


class CoverageAnswer(TypedDict):
    items: list[QueueCoverage]


def of_queues(conn: Connection, now: Seconds) -> list[QueueCoverage]:
    """Every queue by its name, with the skills and departments that agents have now."""
    rules, agents = read_rules(conn, now)
    names = {QueueId(each.id): each.name for each in queues.list_queues(conn)}
    return [
        _covered(rule.id, names[rule.id], coverage(rule, agents, now), len(agents))
        for rule in rules
        if rule.id in names
    ]


def unserved(conn: Connection, now: Seconds) -> Unserved:
    """They, with the skills and departments that agents have now."""
    return {each["id"]: each["name"] for each in of_queues(conn, now) if each["unreachable"]}


def only_by(conn: Connection, user: str, now: Seconds) -> list[str]:
    """The names of the queues that nobody but this agent can serve."""
    rules, agents = read_rules(conn, now)
    theirs = resting_on(AgentId(user), rules, agents, now)
    return [each.name for each in queues.list_queues(conn) if each.id in theirs]


def warnings_of(conn: Connection, entity: str, row_id: str, now: Seconds) -> list[WarningDocument]:
    """What is to be said of a record that is kept as it was given."""
    if entity != "queue":
        return []
    name = unserved(conn, now).get(row_id)
    return [] if name is None else [_warning(name)]


def warnings_since(before: Unserved, conn: Connection, now: Seconds) -> list[WarningDocument]:
    """Of queues that nobody can serve any more, and somebody could before."""
    return [_warning(name) for queue, name in unserved(conn, now).items() if queue not in before]


def _warning(queue: str) -> WarningDocument:
    return WarningDocument(code=UNREACHABLE, params={"queue": queue})


def _covered(queue: QueueId, name: str, reaches: tuple[Reach, ...], agents: int) -> QueueCoverage:
    return QueueCoverage(
        id=queue,
        name=name,
        agents=agents,
        unreachable=not any(each.agents for each in reaches),
        steps=[ReachDocument(after_s=each.after_s, agents=each.agents) for each in reaches],
    )
