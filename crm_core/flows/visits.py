"""Who came through a flow: the way they took, what they keyed, and where they left. Figures are counted from these rows."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from crm_core.flows import kept
from crm_core.flows.machine import LONGEST_S, End, EndKind, Stage, State
from crm_core.flows.model import LONGEST_RING_S
from crm_core.prepared import Prepared
from crm_core.tables import flow_visit, inserting, interaction

LONGEST_SPAN_S = 366 * 86_400.0
_V = flow_visit.c
_OF_CALL = select(flow_visit).where(_V.interaction_id == bindparam("of_call"))
_CAME = Prepared(select(_V.interaction_id).where(_V.interaction_id == bindparam("of_call")))
"""Asked for every call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`step`: where they were last; `outcome`: see `machine.EndKind`. `path` and `collected` are None once they have been forgotten."""

    interaction_id: str
    flow_id: str
    version: int
    started_at: float
    ended_at: float | None
    language: str
    step: str
    outcome: str
    reason: str
    path: tuple[Stage, ...] | None
    collected: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigures:
    """Of one step: how many came by, and how many hung up in it or fell out of the flow there."""

    step: str
    visits: int
    left: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of all who came between two moments."""

    visits: int
    outcomes: Mapping[str, int]
    languages: Mapping[str, int]
    steps: tuple[StepFigures, ...]


def visit(
    interaction_id: str, flow_id: str, version: int, state: State, end: End, *, ended_at: float | None
) -> Visit:
    """What is kept of a caller's way."""
    return Visit(
        interaction_id=interaction_id,
        flow_id=flow_id,
        version=version,
        started_at=state.started_at,
        ended_at=ended_at,
        language=state.language,
        step=state.step,
        outcome=end.kind.value,
        reason=end.reason[:200],
        path=state.path,
        collected=state.shown,
    )


def keep(conn: Connection, one: Visit) -> None:
    """In place of what was kept of the same call."""
    values = {name: getattr(one, name) for name in Visit.__dataclass_fields__}
    path = one.path or ()
    values |= {
        "path": [asdict(stage) for stage in path],
        "collected": dict(one.collected or {}),
        "steps": ",".join(stage.step for stage in path),
    }
    statement = inserting(conn, flow_visit).values(**values)
    told = {name: value for name, value in values.items() if name != "interaction_id"}
    conn.execute(statement.on_conflict_do_update(index_elements=[_V.interaction_id], set_=told))


def of_interaction(conn: Connection, interaction_id: str) -> tuple[Visit, str] | None:
    """With the flow's name."""
    if _CAME.run(conn, {"of_call": interaction_id}).first() is None:
        return None
    row = conn.execute(_OF_CALL, {"of_call": interaction_id}).one_or_none()
    return None if row is None else (_read(row), kept.name_of(conn, row.flow_id))


def end_transferred(conn: Connection, now: float, going_on: Collection[str] = ()) -> int:
    """Close the calls that were put through to somebody outside, whose end nobody saw (a restart). Those that came so lately that it may still ring
    there, after which they would wait in a queue, stay open, and so do those in `going_on`."""
    since = now - LONGEST_S - LONGEST_RING_S
    lost = (_V.outcome == EndKind.TRANSFER.value, _V.ended_at.is_(None), _V.started_at < since)
    query = select(_V.interaction_id).where(*lost, _V.interaction_id.not_in(list(going_on)))
    ids = list(conn.execute(query).scalars())
    if ids:
        conn.execute(update(flow_visit).where(_V.interaction_id.in_(ids)).values(ended_at=now))
        ended = {"state": "closed", "ended_at": now, "closed_at": now, "ended_by": "system"}
        row = interaction.c
        conn.execute(update(interaction).where(row.id.in_(ids), row.state == "new").values(**ended))
    return len(ids)


def forget(conn: Connection, interaction_ids: Collection[str]) -> None:
    """Take what was keyed; by which steps they came, and how it ended, is still counted."""
    gone = update(flow_visit).where(_V.interaction_id.in_(list(interaction_ids)))
    conn.execute(gone.values(path=None, collected=None))


def figures(conn: Connection, flow_id: str, since: float, until: float) -> Figures:
    """Of those who came in from `since` until before `until`. Calls take few ways through a flow, so that the database groups by way."""
    came = (_V.flow_id == flow_id, _V.started_at >= since, _V.started_at < until)
    query = select(_V.steps, _V.step, _V.outcome, _V.language, func.count().label("calls"))
    rows = conn.execute(query.where(*came).group_by(_V.steps, _V.step, _V.outcome, _V.language)).all()
    outcomes: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    by_step: dict[str, StepFigures] = {}
    for row in rows:
        outcomes[row.outcome] += row.calls
        languages[row.language] += row.calls
        for name in dict.fromkeys(filter(None, row.steps.split(","))):
            before = by_step.get(name, StepFigures(step=name, visits=0, left=0, failed=0))
            ended = row.calls if name == row.step else 0
            by_step[name] = replace(
                before,
                visits=before.visits + row.calls,
                left=before.left + (ended if row.outcome == EndKind.LEFT.value else 0),
                failed=before.failed + (ended if row.outcome == EndKind.FAILED.value else 0),
            )
    steps = sorted(by_step.values(), key=lambda each: (-each.visits, each.step))
    return Figures(
        visits=outcomes.total(), outcomes=dict(outcomes), languages=dict(languages), steps=tuple(steps)
    )


def _read(row: Any) -> Visit:
    values = {name: getattr(row, name) for name in Visit.__dataclass_fields__}
    path = None if row.path is None else tuple(_stage(each) for each in row.path)
    return Visit(**(values | {"path": path}))


def _stage(kept_one: Mapping[str, Any]) -> Stage:
    return Stage(**(dict(kept_one) | {"keys": tuple(kept_one["keys"])}))
