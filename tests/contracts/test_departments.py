"""Departments on both databases: what belongs to one counts in it and in all above it, and goes along when it is moved."""

import json

import pytest
from sqlalchemy import Connection, update

from config.errors import Refused
from crm_core import audit, cases, departments, queues, users
from crm_core.access.model import Rights, Role, allowed
from crm_core.access.reader import SYSTEM, Reader
from crm_core.access.roles import built_in, standing_of
from crm_core.audit import Origin
from crm_core.casework import figures
from crm_core.records import known, rows
from crm_core.records.change import Acting, system
from crm_core.tables import audit_detail, audit_event, queue, support_case, user_account

NOW = 1_790_000_000.0
UNIT = "org_unit"


def unit(conn: Connection, name: str, parent: str | None = None) -> str:
    return rows.create(conn, system(NOW), known.entity(UNIT), {"name": name, "parent_id": parent}).id


def move(conn: Connection, unit_id: str, parent: str | None) -> None:
    rows.patch(conn, system(NOW), known.entity(UNIT), unit_id, {"parent_id": parent})


def acting(role: Role) -> Acting:
    reader = Reader(user_id="u", everything=True, rights=Rights(roles=(role,)), teams=())
    return Acting(reader=reader, origin=Origin(user_id="u", name="u", via="api"), now=NOW)


ADMIN = acting(built_in("admin"))


def new_queue(conn: Connection, name: str, unit_id: str | None = None) -> str:
    made = queues.add_queue(conn, name=name, language="en").id
    departments.set_of_queue(conn, ADMIN, made, unit_id)
    return made


def opened(conn: Connection, queue_id: str | None, team_id: str | None = None) -> str:
    case = cases.open_case(conn, subject="s", party_id=None, queue_id=queue_id, now=NOW, channel="email").id
    conn.execute(update(support_case).where(support_case.c.id == case).values(team_id=team_id))
    return case


def told(conn: Connection) -> list[tuple[str, int, int, int]]:
    """Name, depth, opened, backlog."""
    found = figures.figures(conn, SYSTEM, NOW - 1, NOW + 3600).by_department
    return [(each.name, each.depth, each.figure.opened, each.figure.backlog) for each in found]


def test_case_figures_count_in_a_department_and_in_all_above_it(conn: Connection) -> None:
    """A case counts where it belongs, without a department of its own where its queue belongs, and what belongs nowhere comes last."""
    top = unit(conn, "Service")
    north, south = unit(conn, "North", top), unit(conn, "South", top)
    calls = new_queue(conn, "Calls", north)
    opened(conn, calls)
    opened(conn, calls, south)
    opened(conn, new_queue(conn, "Mail"))
    done = opened(conn, None, south)
    cases.set_status(conn, done, "solved", NOW + 60)
    assert told(conn) == [("Service", 0, 3, 2), ("North", 1, 1, 1), ("South", 1, 2, 1), ("", 0, 1, 1)]


def test_a_moved_department_moves_its_figures_at_once(conn: Connection) -> None:
    """Nothing is copied: after a department is put under another, the same cases count there, those of the ones below it too."""
    east, west = unit(conn, "East"), unit(conn, "West")
    desk = unit(conn, "Desk", east)
    opened(conn, new_queue(conn, "Calls", unit(conn, "Night", desk)))
    assert told(conn) == [("East", 0, 1, 1), ("Desk", 1, 1, 1), ("Night", 2, 1, 1)]
    move(conn, desk, west)
    assert told(conn) == [("West", 0, 1, 1), ("Desk", 1, 1, 1), ("Night", 2, 1, 1)]


def test_what_belongs_to_a_removed_department_counts_above_it(conn: Connection) -> None:
    """Its queues and cases are not lost: they count in the next department above that there still is."""
    top = unit(conn, "Top")
    desk = unit(conn, "Desk", top)
    calls = new_queue(conn, "Calls", desk)
    opened(conn, calls)
    rows.remove(conn, system(NOW), known.entity(UNIT), desk)
    assert told(conn) == [("Top", 0, 1, 1)]
    assert departments.tree(conn).home(desk) == top
    rows.remove(conn, system(NOW), known.entity(UNIT), top)
    assert departments.tree(conn).home(desk) is None
    assert told(conn) == []


def test_the_tree_names_those_that_lead_to_what_is_sought(conn: Connection) -> None:
    """Parents come first, names in their order; branches that lead nowhere are left out."""
    top = unit(conn, "Top")
    b, a = unit(conn, "B", top), unit(conn, "A", top)
    leaf = unit(conn, "Leaf", b)
    unit(conn, "Elsewhere")
    tree = departments.tree(conn)
    assert [each.name for each in tree.all.values()] == ["Elsewhere", "Top", "A", "B", "Leaf"]
    led = [(each.name, each.parent, each.depth) for each in tree.leading_to([leaf, a])]
    assert led == [("Top", None, 0), ("A", top, 1), ("B", top, 1), ("Leaf", b, 2)]


def test_users_follow_the_tree(conn: Connection) -> None:
    """Whoever stands in a department reaches what is below it, by the tree as it is now."""
    top, other = unit(conn, "Top"), unit(conn, "Other")
    desk = unit(conn, "Desk", top)
    ann = users.add_user(conn, login="ann", name="Ann", password_hash="x", role="agent", language="en").id
    conn.execute(update(user_account).where(user_account.c.id == ann).values(team_id=top))
    assert set(standing_of(conn, ann, "agent").teams) == {top, desk}
    assert departments.of_users(conn) == {ann: top}
    move(conn, desk, other)
    assert set(standing_of(conn, ann, "agent").teams) == {top}


def test_a_queue_is_moved_by_those_who_may_change_departments(conn: Connection) -> None:
    """Others are refused and change nothing; unknown queues and departments are refused; the change is in the log, once."""
    desk, calls = unit(conn, "Desk"), new_queue(conn, "Calls")
    for role in (built_in("supervisor"), Role(scopes={UNIT: allowed(read="all", update="own")})):
        with pytest.raises(Refused):
            departments.set_of_queue(conn, acting(role), calls, desk)
    for queue_id, unit_id, code in ((calls, "none", "team.unknown"), ("none", desk, "queue.unknown")):
        with pytest.raises(Refused, match=code):
            departments.set_of_queue(conn, ADMIN, queue_id, unit_id)
    assert departments.of_queues(conn) == {}
    departments.set_of_queue(conn, ADMIN, calls, desk)
    departments.set_of_queue(conn, ADMIN, calls, desk)
    assert departments.of_queues(conn) == {calls: desk}
    events = conn.execute(
        audit_detail.select()
        .join(audit_event, audit_event.c.seq == audit_detail.c.seq)
        .where(audit_event.c.entity == "queue", audit_event.c.object_id == calls)
    ).all()
    assert [json.loads(each.body) for each in events] == [{"changes": {"team_id": [None, desk]}}]
    assert audit.verify(conn).broken_at is None
    with pytest.raises(Refused):
        departments.set_of_queue(conn, acting(built_in("agent")), calls, None)
    departments.set_of_queue(conn, ADMIN, calls, None)
    assert departments.of_queues(conn) == {}
    assert conn.execute(queue.select()).one().team_id is None
