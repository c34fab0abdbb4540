"""Rules at work: what happened, and what time has passed, becomes runs of procedures, each once, in the unit that takes the event out.

Nothing of a rule or a procedure ends the work of the others: what is refused is a run that failed, and is kept as one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.exc import IntegrityError

from config.errors import Refused
from crm_core import notifications
from crm_core.casework import hierarchy, telling
from crm_core.casework.post import Post
from crm_core.records import known
from crm_core.rules import events, judging, passing, procedures, waiting
from crm_core.rules.model import Trigger
from crm_core.rules.procedures import Run, Started
from crm_core.rules.waiting import Broken, Rule
from crm_core.tables import rule_event, rule_watch

BATCH = 10
"""Events or moments of one unit: while it runs, calls that write wait."""
_WRITTEN = (Trigger.CREATED, Trigger.CHANGED, Trigger.CUSTOMER_WROTE)
"""After these a moment of the record may lie in the past."""


@dataclass(slots=True, kw_only=True)
class Worked:
    """What one look has done: `taken` events and moments; `failed`: why an event came to nothing. `more`: there is more to do at once."""

    runs: list[Run] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    taken: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    now: float
    post: Post | None
    worked: Worked
    off: Collection[str]


def work(conn: Connection, now: float, post: Post | None, off: Collection[str] = frozenset()) -> Worked:
    """One batch: events first, in their order, then what has come to pass by time. No rule runs in a module that is switched off (`off`);
    what happens there meanwhile is taken out all the same, so that none makes up for it later."""
    look = _Look(now=now, post=post, worked=Worked(), off=off)
    worked = look.worked
    row = rule_event.c
    happened = conn.execute(select(rule_event).order_by(row.seq).limit(BATCH)).all()
    for each in happened:
        taken = conn.execute(delete(rule_event).where(row.seq == each.seq)).rowcount
        if taken:  # else another server has it
            worked.taken += 1
            if not _is_off(each.entity, off):
                _guarded(conn, look, each)
    worked.more = len(happened) == BATCH
    if not worked.more:
        _time(conn, look)
    return worked


def sleep(conn: Connection, off: Collection[str]) -> None:
    """Forget until when the rules of these modules have looked: switched on again, they begin with what comes then."""
    found, _ = waiting.rules(conn, trigger=Trigger.TIME_PASSED)
    asleep = [rule.id for rule in found if rule.entity.module in off]
    conn.execute(delete(rule_watch).where(rule_watch.c.rule_id.in_(asleep)))


def next_at(conn: Connection, now: float, off: Collection[str] = frozenset()) -> float | None:
    """When there is something to look at: now, when events wait; else when the next moment of a rule comes."""
    if conn.execute(select(rule_event.c.seq).limit(1)).first() is not None:
        return now
    found, _ = waiting.rules(conn, trigger=Trigger.TIME_PASSED)
    moments = [passing.next_of(conn, rule) for rule in found if rule.entity.module not in off]
    return min((each for each in moments if each is not None), default=None)


def _guarded(conn: Connection, look: _Look, event: Row[Any]) -> None:
    """One event in a unit of its own: it was taken out, and whatever is refused about it is told and not tried for ever."""
    so_far = len(look.worked.runs)
    try:
        with conn.begin_nested():
            _event(conn, look, event)
    except (Refused, IntegrityError) as problem:
        del look.worked.runs[so_far:]
        look.worked.failed.append(f"{event.trigger} of {event.entity} {event.record_id}: {problem}")


def _event(conn: Connection, look: _Look, event: Row[Any]) -> None:
    trigger = Trigger(event.trigger)
    if trigger is Trigger.TOLD_WATCHERS:
        telling.write(conn, event, look.post, look.now)
        return
    # all are judged before the first one changes anything: what they do is another event's matter
    fitting = [
        rule
        for rule in _rules(conn, look, trigger, event.entity)
        if rule.detail.fits(trigger, event.data or {}) and judging.holds(conn, rule, event.record_id)
    ]
    for rule in fitting:
        _start(conn, look, rule, event.record_id, f"event/{event.seq}", event.depth)
    if trigger in _WRITTEN:
        for rule in _rules(conn, look, Trigger.TIME_PASSED, event.entity):
            moment = passing.passed(conn, rule, event.record_id, look.now)
            if moment is not None and judging.holds(conn, rule, event.record_id):
                _start(conn, look, rule, event.record_id, f"at/{moment}", event.depth)


def _time(conn: Connection, look: _Look) -> None:
    """What has come to pass since the last look, until the batch is full."""
    worked = look.worked
    for rule in _rules(conn, look, Trigger.TIME_PASSED):
        found = passing.page(conn, rule, look.now, BATCH)
        worked.taken += len(found.found)
        for record_id, moment in found.found:
            depth = events.depth_of(conn, rule.entity.name, record_id)
            # what procedures made by itself would start others for ever, a little later each time
            if depth < events.DEEPEST and judging.holds(conn, rule, record_id):
                _start(conn, look, rule, record_id, f"at/{moment}", depth)
        worked.more = worked.more or found.more
        if worked.taken >= BATCH:
            worked.more = True
            return


def _start(  # noqa: PLR0917 - which rule, on what, why
    conn: Connection, look: _Look, rule: Rule, record_id: str, occasion: str, depth: int
) -> None:
    key = judging.key(conn, rule, record_id, occasion, look.now)
    started = Started(key=key, trigger=rule.trigger, rule_id=rule.id, depth=depth)
    done = procedures.run(conn, rule.procedure_id, rule.entity.name, record_id, started, look.now, look.post)
    if done is not None:
        look.worked.runs.append(done)


def _rules(conn: Connection, look: _Look, trigger: Trigger, entity: str | None = None) -> list[Rule]:
    found, broken = waiting.rules(conn, trigger=trigger, entity=entity)
    _report(conn, look, broken)
    return [rule for rule in found if rule.entity.module not in look.off]


def _is_off(entity: str, off: Collection[str]) -> bool:
    of = known.named(entity)
    return of is not None and of.module in off


def _report(conn: Connection, look: _Look, broken: Iterable[Broken]) -> None:
    """A rule that cannot work is a failed run of its own, and administrators learn of it; once, until somebody changes the rule."""
    for each in broken:
        started = Started(key=f"{each.id}/broken/{each.version}", trigger=each.trigger, rule_id=each.id)
        run = procedures.refuse(conn, each.procedure_id, "rule", each.id, started, look.now, each.code)
        if run is not None:
            look.worked.runs.append(run)
            people = hierarchy.of_role(conn, "admin")
            notifications.tell(conn, people, look.now, "rule.broken", "rule", each.id, name=each.name)
