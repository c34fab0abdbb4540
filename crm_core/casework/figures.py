"""Figures of cases, folded from what happened in them: volume, first response, handling time, backlog; by channel, by queue and by department.

Formulas, in words that docs/cases.md repeats: *opened*: cases whose opening lies in the period (merged ones count in their survivor).
*solved*: cases whose last solving lies in it. *first response*: business-blind seconds from the opening to the first answer of an agent.
*handling time*: seconds from the opening to the last solving, less the time it was solved in between. *backlog*: open or pending at the
end of the period. A case counts in the department that it belongs to (without one: its queue's) and in all above it, as the tree stands
when one asks. *canned share*: replies of agents that used a text template, of all their replies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select

from crm_core import departments
from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.casework.overview import RUNNING
from crm_core.records import known
from crm_core.tables import case_event, letter, support_case, template_use

_C, _E = support_case.c, case_event.c
_HELD = ("opened", "agent_answered", "solved", "reopened")


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One case as the figures need it."""

    case_id: str
    channel: str
    queue: str
    team: str
    complaint: bool
    opened_at: float
    answered_at: float | None
    solved_at: float | None
    handled_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A row of figures. Means are over the cases that have the value; None: none has."""

    key: str
    opened: int
    complaints: int
    answered: int
    first_response_mean_s: float | None
    first_response_median_s: float | None
    solved: int
    handling_mean_s: float | None
    backlog: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFigure:
    """Of a department with all below it; `depth` is how far down it stands. No `name`: of what belongs to none."""

    name: str
    depth: int
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`replies` and `canned`: letters of agents in the period, and those that used a template."""

    whole: Figure
    by_channel: tuple[Figure, ...]
    by_queue: tuple[Figure, ...]
    by_department: tuple[DepartmentFigure, ...]
    replies: int
    canned: int

    @property
    def canned_share(self) -> float | None:
        return self.canned / self.replies if self.replies else None


def figures(conn: Connection, reader: Reader, since: float, until: float) -> Figures:
    """Of the cases that this person may read; `[since, until)`."""
    told = list(lives(conn, reader, since, until))
    replies, canned = _replies(conn, reader, since, until)
    return Figures(
        whole=_figure("", told, since, until),
        by_channel=_by(told, "channel", since, until),
        by_queue=_by(told, "queue", since, until),
        by_department=_by_department(conn, told, since, until),
        replies=replies,
        canned=canned,
    )


def fold(
    events: Iterable[tuple[str, float]],
) -> tuple[float | None, float | None, float | None, float | None]:
    """From a case's events in their order: opened, first answered, last solved (None while it is open), handled seconds."""
    opened = answered = solved = since = None
    handled_s = 0.0
    for kind, at in events:
        match kind:
            case "opened":
                opened = since = at
            case "agent_answered" if answered is None:
                answered = at
            case "solved":
                handled_s += 0.0 if since is None else max(0.0, at - since)
                solved, since = at, None
            case "reopened":
                solved, since = None, at
            case _:
                pass
    return opened, answered, solved, handled_s if solved is not None else None


def lives(conn: Connection, reader: Reader, since: float, until: float) -> Iterable[Life]:
    """Those that a figure of the period can depend on: of what was over before it, and stayed so, nothing is read."""
    mine = readable(known.entity("case"), reader)
    stirred = select(_E.case_id).where(_E.kind.in_(_HELD), _E.at >= since)
    query = (
        select(_C.id, _C.channel, _C.queue_id, _C.team_id, _C.is_complaint, _E.kind, _E.at)
        .join(case_event, _E.case_id == _C.id)
        .where(
            mine,
            _C.merged_into_id.is_(None),
            or_(_C.status.in_(RUNNING), _C.id.in_(stirred)),
            _E.kind.in_(_HELD),
            _E.at < until,
        )
        .order_by(_C.id, _E.at, _E.seq)
    )
    held: list[tuple[str, float]] = []
    head = None
    for row in conn.execute(query):
        if head is not None and row.id != head.id:
            yield from _life(head, held)
            held = []
        head = row
        held.append((row.kind, row.at))
    if head is not None:
        yield from _life(head, held)


def _life(row: Any, held: list[tuple[str, float]]) -> Iterable[Life]:
    opened, answered, solved, handled_s = fold(held)
    if opened is not None:
        yield Life(
            case_id=row.id,
            channel=row.channel or "",
            queue=row.queue_id or "",
            team=row.team_id or "",
            complaint=bool(row.is_complaint),
            opened_at=opened,
            answered_at=answered,
            solved_at=solved,
            handled_s=handled_s,
        )


def _by(lives: list[Life], name: str, since: float, until: float) -> tuple[Figure, ...]:
    groups: dict[str, list[Life]] = {}
    for each in lives:
        groups.setdefault(getattr(each, name), []).append(each)
    return tuple(_figure(key, groups[key], since, until) for key in sorted(groups))


def _by_department(
    conn: Connection, lives: list[Life], since: float, until: float
) -> tuple[DepartmentFigure, ...]:
    tree, of_queue = departments.tree(conn), departments.of_queues(conn)
    held: dict[str, list[Life]] = {}
    for each in lives:
        for unit in tree.line(each.team or of_queue.get(each.queue)) or ("",):
            held.setdefault(unit, []).append(each)
    told = [(each.id, each.name, each.depth) for each in tree.all.values() if each.id in held]
    if told and "" in held:
        told.append(("", "", 0))
    return tuple(
        DepartmentFigure(name=name, depth=depth, figure=_figure(key, held[key], since, until))
        for key, name, depth in told
    )


def _figure(key: str, lives: list[Life], since: float, until: float) -> Figure:
    opened = [each for each in lives if since <= each.opened_at < until]
    answers = sorted(each.answered_at - each.opened_at for each in opened if each.answered_at is not None)
    solved = [each for each in lives if each.solved_at is not None and since <= each.solved_at < until]
    handled = [each.handled_s for each in solved if each.handled_s is not None]
    return Figure(
        key=key,
        opened=len(opened),
        complaints=sum(each.complaint for each in opened),
        answered=len(answers),
        first_response_mean_s=_mean(answers),
        first_response_median_s=answers[len(answers) // 2] if answers else None,
        solved=len(solved),
        handling_mean_s=_mean(handled),
        backlog=sum(each.solved_at is None for each in lives),
    )


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _replies(conn: Connection, reader: Reader, since: float, until: float) -> tuple[int, int]:
    row = letter.c
    period = (
        row.direction == "out",
        row.author_id.is_not(None),
        row.received_at >= since,
        row.received_at < until,
    )
    theirs = () if reader.everything else (row.author_id == reader.user_id,)
    written = select(func.count()).select_from(letter).where(*period, *theirs)
    with_text = written.where(row.id.in_(select(template_use.c.letter_id)))
    return conn.execute(written).scalar_one(), conn.execute(with_text).scalar_one()
