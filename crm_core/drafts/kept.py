"""Drafts as they are kept: begun, written on, taken over, held and taken back. One person writes at a time; nobody's words are lost to another's.

Every change names the version that it was made upon, so that two windows never overwrite each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import cases, letters
from crm_core.drafts.model import Content, Draft, DraftFile, from_json, to_json
from crm_core.paging import columns
from crm_core.tables import draft_file, interaction, letter_draft, support_case, user_account

MOST_OF_ONE = 200
"""Drafts that one person may leave lying about."""
_D, _F = letter_draft.c, draft_file.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is written about: a case, an interaction that has none yet, or a customer to whom nothing was written so far."""

    case_id: str | None = None
    interaction_id: str | None = None
    party_id: str | None = None


def begin(conn: Connection, place: Place, owner_id: str, content: Content, now: float) -> Draft:
    """A new one. `Refused` for somebody who has left too many."""
    mine = select(func.count()).select_from(letter_draft).where(_D.owner_id == owner_id)
    if conn.execute(mine).scalar_one() >= MOST_OF_ONE:
        raise Refused("draft.too_many", Kind.TOO_MANY, most=MOST_OF_ONE)
    draft_id = new_id()
    conn.execute(
        insert(letter_draft).values(
            id=draft_id,
            interaction_id=place.interaction_id,
            case_id=place.case_id,
            party_id=place.party_id,
            owner_id=owner_id,
            version=1,
            thread_size=thread_size(conn, place.case_id, place.interaction_id),
            content=to_json(content),
            created_at=now,
            updated_at=now,
        )
    )
    return draft(conn, draft_id)


def draft(conn: Connection, draft_id: str) -> Draft:
    """`Refused` (draft.unknown) also for one that has become a letter."""
    found = _drafts(conn, _D.id == draft_id)
    if not found:
        raise Refused("draft.unknown", Kind.MISSING, id=draft_id[:100])
    return found[0]


def of_case(conn: Connection, case_id: str) -> list[Draft]:
    """All that is being written in a case, also what was begun in one that has been merged into it, or before there was a case."""
    merged = select(support_case.c.id).where(support_case.c.merged_into_id == case_id)
    about = select(interaction.c.id).where(interaction.c.case_id == case_id)
    before = _D.case_id.is_(None) & _D.interaction_id.in_(about)
    return _drafts(conn, or_(_D.case_id == case_id, _D.case_id.in_(merged), before))


def of_interaction(conn: Connection, interaction_id: str) -> list[Draft]:
    return _drafts(conn, _D.interaction_id == interaction_id)


def of_party(conn: Connection, party_id: str) -> list[Draft]:
    """Those that belong to no case yet."""
    return _drafts(conn, (_D.party_id == party_id) & _D.case_id.is_(None))


def held_by(conn: Connection, owner_id: str) -> list[Draft]:
    """What somebody can still take back."""
    return _drafts(conn, (_D.owner_id == owner_id) & _D.send_at.is_not(None))


def held(conn: Connection) -> list[Draft]:
    """All that waits for its time."""
    return _drafts(conn, _D.send_at.is_not(None))


def due(conn: Connection, now: float, limit: int) -> list[str]:
    """What is to become a letter by now, the longest due first."""
    query = select(_D.id).where(_D.send_at <= now).order_by(_D.send_at, _D.id).limit(limit)
    return list(conn.execute(query).scalars())


def next_due(conn: Connection) -> float | None:
    return conn.execute(select(func.min(_D.send_at))).scalar_one_or_none()


def save(conn: Connection, draft_id: str, user_id: str, version: int, content: Content, now: float) -> Draft:  # noqa: PLR0917
    """Write on. `Refused`: draft.taken (a colleague writes on it now), draft.changed (another window did), draft.held."""
    before = _own(conn, draft_id, user_id, version)
    _must_be_open(before)
    _change(conn, before, content=to_json(content), updated_at=now, problem="")
    return draft(conn, draft_id)


def take(conn: Connection, draft_id: str, user_id: str, now: float) -> Draft:
    """Write on where a colleague stopped."""
    before = draft(conn, draft_id)
    _must_be_open(before)
    _change(conn, before, owner_id=user_id, updated_at=now)
    return draft(conn, draft_id)


def drop(conn: Connection, draft_id: str) -> None:
    """Throw it away, with its files."""
    conn.execute(delete(draft_file).where(_F.draft_id == draft_id))
    conn.execute(delete(letter_draft).where(_D.id == draft_id))


def hold(
    conn: Connection, draft_id: str, user_id: str, version: int, send_at: float, *, scheduled: bool
) -> Draft:
    """It becomes a letter then."""
    before = _own(conn, draft_id, user_id, version)
    _must_be_open(before)
    _change(conn, before, send_at=send_at, scheduled=scheduled, problem="")
    return draft(conn, draft_id)


def release(conn: Connection, draft_id: str, now: float) -> Draft:
    """Take it back. `Refused` (draft.unknown, draft.gone) when it went already: from its moment on it is the postman's."""
    before = draft(conn, draft_id)
    if before.send_at is None:
        return before
    if before.send_at <= now:
        raise Refused("draft.gone")
    _change(conn, before, send_at=None, scheduled=False, updated_at=now)
    return draft(conn, draft_id)


def move_time(conn: Connection, draft_id: str, send_at: float, now: float) -> Draft:
    """Another time for one that waits; `Refused` as `release`."""
    before = draft(conn, draft_id)
    if before.send_at is None:
        raise Refused("draft.not_held", id=draft_id)
    if before.send_at <= now:
        raise Refused("draft.gone")
    _change(conn, before, send_at=send_at, scheduled=True)
    return draft(conn, draft_id)


def give_back(conn: Connection, before: Draft, problem: str) -> None:
    """It could not become a letter: its author has it again, with the reason."""
    _change(conn, before, send_at=None, scheduled=False, problem=problem)


def belongs_to(conn: Connection, before: Draft, case_id: str) -> Draft:
    """A case was opened for it."""
    conn.execute(update(draft_file).where(_F.draft_id == before.id).values(case_id=case_id))
    conn.execute(update(letter_draft).where(_D.id == before.id).values(case_id=case_id))
    return replace(before, case_id=case_id)


def crossed(conn: Connection, found: Draft) -> Refused | None:
    """Somebody wrote since this was begun, or a colleague's letter is on its way: whoever sends should look first."""
    if thread_size(conn, found.case_id, found.interaction_id) > found.thread_size:
        return Refused("letter.crossed")
    others = (each for each in _beside(conn, found) if each.held and each.owner_id != found.owner_id)
    for other in others:
        return Refused("letter.crossed_by", name=other.owner)
    return None


def thread_size(conn: Connection, case_id: str | None, interaction_id: str | None) -> int:
    if case_id is not None:
        home = cases.leading(conn, case_id)
        return letters.count_thread(conn, home.id if home else case_id)
    return letters.count_of_interaction(conn, interaction_id) if interaction_id is not None else 0


def _beside(conn: Connection, found: Draft) -> list[Draft]:
    if found.case_id is not None:
        others = of_case(conn, found.case_id)
    else:
        others = of_interaction(conn, found.interaction_id) if found.interaction_id else []
    return [each for each in others if each.id != found.id]


def _own(conn: Connection, draft_id: str, user_id: str, version: int) -> Draft:
    before = draft(conn, draft_id)
    if before.owner_id != user_id:
        raise Refused("draft.taken", name=before.owner)
    if before.version != version:
        raise Refused("draft.changed", version=before.version)
    return before


def _must_be_open(found: Draft) -> None:
    if found.held:
        raise Refused("draft.held", id=found.id)


def _change(conn: Connection, before: Draft, **values: Any) -> None:
    """By version, so that of two who change it at once one is told."""
    same = (_D.id == before.id) & (_D.version == before.version)
    done = conn.execute(update(letter_draft).where(same).values(version=before.version + 1, **values))
    if done.rowcount == 0:
        raise Refused("draft.changed", version=before.version + 1)


def _drafts(conn: Connection, condition: Any) -> list[Draft]:
    query = (
        select(letter_draft, user_account.c.name.label("owner"))
        .join(user_account, user_account.c.id == _D.owner_id)
        .where(condition)
        .order_by(_D.created_at, _D.id)
    )
    rows = conn.execute(query).all()
    files = _files(conn, [row.id for row in rows])
    return [_read(row, files.get(row.id, ())) for row in rows]


def _read(row: Row[Any], files: Sequence[DraftFile]) -> Draft:
    values = columns(row)
    plain = {each.name: values[each.name] for each in fields(Draft) if each.name not in {"content", "files"}}
    return Draft(content=from_json(values["content"] or {}), files=tuple(files), **plain)


def _files(conn: Connection, draft_ids: Sequence[str]) -> dict[str, list[DraftFile]]:
    gathered: dict[str, list[DraftFile]] = {}
    names = [each.name for each in fields(DraftFile)]
    query = select(_F.draft_id, *(_F[name] for name in names)).where(_F.draft_id.in_(draft_ids))
    for row in conn.execute(query.order_by(_F.at, _F.id)):
        values = columns(row)
        gathered.setdefault(row.draft_id, []).append(DraftFile(**{name: values[name] for name in names}))
    return gathered
