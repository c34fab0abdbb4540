"""How many agents meet what a queue asks, and which queues nobody can serve."""

from hypothesis import given
from hypothesis import strategies as st

from routing.core.coverage import Reach, coverage, resting_on, unreachable
from routing.core.model import AgentId, AgentRule, Medium, QueueRule, Status
from routing.core.presence import AgentState, Work
from tests.routing.scan import Sight
from tests.routing.scene import START, Scene, agent, queue, step

STAFF = (
    agent("ann", skills=[("zh", 8), ("billing", 2)], groups=["taipei"]),
    agent("bob", skills=[("zh", 3)], groups=["taipei"]),
    agent("cat", skills=[("zh", 9)], groups=["tainan"], ends=[("zh", START + 10)]),
    agent("dan"),
)


def told(rule: QueueRule, now: float = START) -> list[tuple[float, int]]:
    return [(each.after_s, each.agents) for each in coverage(rule, STAFF, now)]


def test_each_step_lets_more_in() -> None:
    rule = queue(
        needs=[("zh", 5), ("billing", 1)],
        groups=["taipei"],
        relaxation=(
            step(30, drop=["billing"]),
            step(60, groups=["tainan"]),
            step(90, lower=[("zh", 2)]),
            step(120, drop=["zh"], anybody=True),
        ),
    )
    assert told(rule) == [(0, 1), (30, 1), (60, 2), (90, 3), (120, 4)]
    assert told(rule, START + 10) == [(0, 1), (30, 1), (60, 1), (90, 2), (120, 4)], "a certificate has ended"
    assert coverage(queue(), (), START) == (Reach(after_s=0.0, agents=0),)


def test_a_queue_is_out_of_reach_when_no_step_helps() -> None:
    vip = queue("vip", needs=[("vip", 1)])
    late = queue("late", needs=[("vip", 1)], relaxation=(step(600, drop=["vip"]),))
    crane = queue("crane", needs=[("zh", 9)])
    queues = (vip, late, crane)
    assert unreachable(queues, STAFF, START) == {"vip"}
    assert unreachable(queues, STAFF, START + 10) == {"vip", "crane"}
    assert unreachable(queues, (), START) == {"vip", "late", "crane"}


def test_what_rests_on_one_agent() -> None:
    """Nobody else can serve it. What nobody can serve anyway rests on nobody."""
    queues = (queue("zh", needs=[("zh", 9)]), queue("any"), queue("vip", needs=[("vip", 1)]))
    assert resting_on(AgentId("cat"), queues, STAFF, START) == {"zh"}
    assert resting_on(AgentId("ann"), queues, STAFF, START) == frozenset()
    assert resting_on(AgentId("cat"), queues, STAFF, START + 10) == frozenset()


skills = st.lists(
    st.tuples(st.sampled_from(["zh", "en"]), st.integers(1, 3)), unique_by=lambda pair: pair[0], max_size=2
)
groups = st.lists(st.sampled_from(["a", "b"]), max_size=2)
staff = st.lists(
    st.builds(
        lambda given, of, ends: (given, of, ends), skills, groups, st.sampled_from([(), (("zh", START),)])
    ),
    max_size=4,
)
steps = st.builds(
    lambda lower, drop, of, anybody: step(10, lower=lower, drop=drop, groups=of, anybody=anybody),
    skills,
    st.lists(st.sampled_from(["zh", "en"]), max_size=1),
    groups,
    st.booleans(),
)


@given(people=staff, needs=skills, of=groups, step_=steps)
def test_it_counts_whom_the_router_would_ask(people: list, needs: list, of: list, step_: object) -> None:  # type: ignore[type-arg]
    """The same agents as those whom a look at everybody finds for something that waits there."""
    rule = queue(needs=needs, groups=of, relaxation=(step_,))  # type: ignore[arg-type]
    rules: list[AgentRule] = [
        agent(f"a{number}", skills=has, groups=at, ends=ends) for number, (has, at, ends) in enumerate(people)
    ]
    states = {each.id: AgentState(id=each.id, status=Status.READY) for each in rules}
    for reach in coverage(rule, rules, START):
        work = Work(
            id=Scene().arrival("c").interaction,
            medium=Medium.VOICE,
            queue=rule.id,
            enqueued_at=START - reach.after_s,
            priority_points=0,
            arrival=1,
        )
        sight = Sight(START, {each.id: each for each in rules}, states)
        assert reach.agents == sum(sight.may_serve(each, work, rule) for each in rules)
