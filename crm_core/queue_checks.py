"""What a queue's words must agree with: other queues, departments, customers' levels, each other."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from crm_core import audit, departments, overflow_words, queue_words
from crm_core.queue_words import GivenUp
from crm_core.records import codes
from crm_core.records.change import Acting, Change
from crm_core.tables import queue, user_account

TOLD_AT_MOST_EVERY_S = 15
_MUSIC = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9]{3,16}", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[ ().\-/]")
WISHES = ("preferred", "preferred_second", "preferred_third")


def prepare(conn: Connection, change: Change) -> None:
    """Check all of it, and keep words as they are written best."""
    after = change.after
    needs = queue_words.needs_of(after.get("requires") or "")
    steps = queue_words.steps_of(after.get("relaxation") or "")
    useless = queue_words.without_effect(needs, steps)
    if useless:
        raise change.refuse("relaxation", "queue.step_useless", skill=useless)
    after["requires"] = queue_words.said(needs)
    after["relaxation"] = after.get("relaxation") or ""
    _check_hold(change)
    _check_groups(conn, change, steps)
    _check_wishes(conn, change)
    _check_overflow(conn, change)
    _check_caller_id(conn, change)


def follow_name(conn: Connection, change: Change) -> None:
    """Rules of other queues name this one."""
    before = None if change.before is None else change.before["name"]
    after = change.after["name"]
    if before in {None, after}:
        return
    row = queue.c
    query = select(row.id, row.overflow).where(row.id != change.id, row.deleted_at.is_(None))
    for each in conn.execute(query).all():
        told = overflow_words.renamed(each.overflow, before, after)
        rewrite(conn, change.acting, each.id, {"overflow": (each.overflow, told)})


def rewrite(conn: Connection, acting: Acting, queue_id: str, words: Mapping[str, tuple[str, str]]) -> None:
    """What a queue says, before and after, because something that it names is called otherwise: a change like any other."""
    changes = {name: list(each) for name, each in words.items() if each[0] != each[1]}
    if not changes:
        return
    row = queue.c
    told: dict[str, Any] = {name: after for name, (_, after) in changes.items()}
    stamps = {"row_version": row.row_version + 1, "updated_at": acting.now}
    conn.execute(update(queue).where(row.id == queue_id).values(**told, **stamps))
    entry = audit.Entry(
        at=acting.now,
        origin=acting.origin,
        action="changed",
        entity="queue",
        object_id=queue_id,
        detail={"changes": changes},
    )
    audit.record(conn, entry)


def _check_hold(change: Change) -> None:
    """A class of music is a word that Asterisk knows by; nobody is told something all the time."""
    music = (change.after.get("hold_music") or "").strip()
    if music and not _MUSIC.fullmatch(music):
        raise change.refuse("hold_music", "queue.music")
    change.after["hold_music"] = music
    if 0 < (change.after.get("told_every_s") or 0) < TOLD_AT_MOST_EVERY_S:
        raise change.refuse("told_every_s", "queue.told_too_often", least=TOLD_AT_MOST_EVERY_S)


def _check_groups(conn: Connection, change: Change, steps: Iterable[GivenUp]) -> None:
    groups = queue_words.groups_of(change.after.get("served_by") or "")
    useless = queue_words.widens_nothing(groups, steps)
    if useless:
        raise change.refuse("relaxation", "queue.step_widens_nothing", group=useless)
    change.after["served_by"] = queue_words.said_groups(groups)
    named = {"served_by": groups, "relaxation": tuple(group for step in steps for group in step.groups)}
    for field, words in named.items():
        if words and (change.before is None or change.changed(field)):
            tree = departments.tree(conn)
            for word in words:
                if not tree.called(word):
                    raise change.refuse(field, "queue.group_unknown", group=word[:60])


def _check_wishes(conn: Connection, change: Change) -> None:
    wishes = [change.after.get(name) for name in WISHES]
    named = [wish for wish in wishes if wish not in {None, "nobody"}]
    if len(set(named)) < len(named):
        raise change.refuse("preferred", "queue.preferred_twice")
    tiers = change.after.get("tiers") or ""
    for tier, _ in queue_words.points_of(tiers):
        if change.changed("tiers") and not codes.offered(conn, "party_tier", tier):
            raise change.refuse("tiers", "queue.tier_unknown", tier=tier)
    change.after["tiers"] = tiers


def _check_caller_id(conn: Connection, change: Change) -> None:
    """A number that a provider can show, and no agent's extension: customers would call it back."""
    shown = _BETWEEN_DIGITS.sub("", change.after.get("caller_id") or "")
    change.after["caller_id"] = shown or None
    if not shown or not change.changed("caller_id"):
        return
    if not _NUMBER.fullmatch(shown):
        raise change.refuse("caller_id", "queue.caller_id")
    taken = select(user_account.c.id).where(user_account.c.extension == shown)
    if conn.execute(taken.limit(1)).first() is not None:
        raise change.refuse("caller_id", "queue.caller_id_extension")


def _check_overflow(conn: Connection, change: Change) -> None:
    """Every queue that takes over is there, and none leads back to where somebody came from."""
    rules = overflow_words.rules_of(change.after.get("overflow") or "")
    change.after["overflow"] = overflow_words.said(rules)
    others = _others(conn, change.id)
    name = str(change.after.get("name") or "").strip()
    for rule in rules:
        if rule.queue is not None and rule.queue != name and rule.queue not in others:
            raise change.refuse("overflow", "queue.overflow_queue", queue=rule.queue)
    leads = {other: overflow_words.rules_of(words) for other, words in others.items()}
    if round_ := overflow_words.circle(leads | {name: rules}):
        raise change.refuse("overflow", "queue.overflow_circle", path=" → ".join(round_))


def _others(conn: Connection, queue_id: str) -> dict[str, str]:
    """What every other queue does with whom it does not serve, by name."""
    row = queue.c
    query = select(row.name, row.overflow).where(row.id != queue_id, row.deleted_at.is_(None))
    return {each.name: each.overflow for each in conn.execute(query)}
