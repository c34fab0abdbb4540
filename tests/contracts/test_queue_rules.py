"""Queues as records on both databases, and as the router's rules."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from config.errors import Refused
from crm_core import queues
from crm_core.records import known, lists, rows
from crm_core.records.change import system
from crm_core.tables import audit_event
from routing.core.model import Choice, Need, Step
from routing.rules import read_rules

NOW = 1_790_000_000.0


def make(conn: Connection, **given: Any) -> str:
    return rows.create(conn, system(NOW), known.entity("queue"), given).id


def test_what_is_typed_is_what_the_router_does(conn: Connection) -> None:
    made = make(
        conn,
        name="Service",
        language="zh-TW",
        requires="zh>=5, billing",
        relaxation="60: -billing\n30: zh >= 3",
        choice="best_level",
        priority_points=40,
        missed_at_most=3,
        ring_s=15,
    )
    rule = next(one for one in read_rules(conn)[0] if one.id == made)
    assert rule.needs == {Need(skill="zh", level=5), Need(skill="billing", level=1)}
    assert rule.relaxation == (
        Step(after_s=30, lower=frozenset({Need(skill="zh", level=3)})),
        Step(after_s=60, drop=frozenset({"billing"})),
    )
    assert (rule.choice, rule.priority_points, rule.missed_at_most) == (Choice.BEST_LEVEL, 40, 3)
    assert (rule.ring_s, rule.wrap_up_s, rule.answer_within_s, rule.mail_while_talking) == (15, 30, 20, False)
    kept = lists.read(conn, system(NOW).reader, known.entity("queue"), made)
    assert kept.values["requires"] == "billing, zh >= 5"
    assert queues.known_skills(conn) == ["billing", "zh"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"requires": "zh >> 5"}, "queue.need_unknown"),
        ({"requires": "zh >= 50"}, "skill.level_unknown"),
        ({"relaxation": "soon: -zh"}, "queue.step_unknown"),
        ({"requires": "zh", "relaxation": "30: -vip"}, "queue.step_useless"),
    ],
)
def test_what_says_nothing_changes_nothing(conn: Connection, given: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        make(conn, name="Service", language="en", **given)
    assert refused.value.code == code
    assert queues.list_queues(conn) == []


def test_a_queue_keeps_its_name_for_itself_and_is_not_removed(conn: Connection) -> None:
    first, second = make(conn, name="Service", language="en"), make(conn, name="Sales", language="en")
    with pytest.raises(Refused):
        rows.patch(conn, system(NOW), known.entity("queue"), second, {"name": "Service"})
    rows.patch(conn, system(NOW), known.entity("queue"), first, {"requires": "vip"})
    changed = conn.execute(
        select(audit_event.c.action).where(audit_event.c.entity == "queue", audit_event.c.object_id == first)
    ).scalars()
    assert list(changed) == ["created", "changed"]


def test_every_choice_of_the_form_is_one_of_the_router() -> None:
    choices = next(field for field in known.entity("queue").fields if field.name == "choice").choices
    assert [one.code for one in choices] == [one.value for one in Choice]
