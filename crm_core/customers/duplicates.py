"""Duplicates: looked for when somebody is entered, kept as candidates when they were found in the whole base, worked off one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import audit
from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.customers import contact_points, duplicate_keys, identifiers
from crm_core.customers.duplicate_keys import (
    EMAIL,
    IDENTIFIER,
    NAME_BIRTH,
    NAME_ORGANISATION,
    PHONE,
    Rule,
    Rules,
    Subject,
)
from crm_core.names import folded
from crm_core.paging import Page, from_cursor, to_cursor
from crm_core.records import known
from crm_core.records.change import Acting
from crm_core.tables import contact_point, duplicate_candidate, party
from crm_core.tables.base import by_code_point, metadata, storable

MOST_SHOWN = 10
_MOST_COLLEAGUES = 2000
_P, _D = party.c, duplicate_candidate.c
STATES = ("open", "dismissed", "merged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What is known so far of somebody who is being entered; `without` is the customer itself when it is edited."""

    kind: str = "person"
    name: str = ""
    organisation_id: str | None = None
    birth_date: str | None = None
    numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    without: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A customer who may be the same: points by rule, and their sum."""

    party_id: str
    score: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    id: str
    party_a: str
    party_b: str
    score: int
    reasons: Mapping[str, int]
    state: str
    found_at: float


def rules(conn: Connection) -> dict[str, Rule]:
    """Those in use, by key."""
    row = metadata.tables["duplicate_rule"].c
    query = select(row.key, row.score, row.most_alike).where(row.active.is_(True), row.deleted_at.is_(None))
    return {
        each.key: Rule(key=each.key, score=each.score, most_alike=each.most_alike)
        for each in conn.execute(query)
    }


def alike(conn: Connection, reader: Reader, entered: Entered) -> list[Alike]:
    """Who may be the same, the likeliest first: every look-up is one of an index, so a form may ask while somebody types."""
    of = rules(conn)
    entered = replace(
        entered,
        **{name: storable(value) for name, value in asdict(entered).items() if isinstance(value, str)},
    )
    mine = Subject(
        id="",
        kind=entered.kind,
        name=entered.name,
        organisation_id=entered.organisation_id,
        birth_date=entered.birth_date,
    )
    found: dict[str, dict[str, int]] = {}
    for key, ids in _sharing(conn, of, entered):
        subjects = _subjects(conn, reader, set(ids) - {entered.without})
        if len(subjects) > of[key].most_alike:
            continue
        for subject in subjects:
            score = duplicate_keys.points(of[key], mine, subject) if mine.name else of[key].score
            if score:
                found[subject.id] = duplicate_keys.added(found.get(subject.id, {}), key, score)
    scored = [
        Alike(party_id=name, score=duplicate_keys.total(why), reasons=why) for name, why in found.items()
    ]
    return sorted(scored, key=lambda each: (-each.score, each.party_id))[:MOST_SHOWN]


def _sharing(conn: Connection, of: Rules, entered: Entered) -> Iterable[tuple[str, list[str]]]:
    for key, kinds, given in (
        (PHONE, contact_points.NUMBERS, entered.phones),
        (EMAIL, ("email",), entered.emails),
    ):
        if key in of:
            for raw in given:
                yield key, _with_point(conn, kinds, raw, of[key].most_alike)
    if IDENTIFIER in of:
        for number in entered.numbers:
            yield IDENTIFIER, identifiers.owners(conn, number)
    if NAME_ORGANISATION in of and entered.name:
        yield NAME_ORGANISATION, _with_name(conn, entered)
    if NAME_BIRTH in of and entered.name and entered.birth_date:
        same = _named(entered.name)
        query = (
            select(_P.id).where(same, _P.birth_date == entered.birth_date, _P.deleted_at.is_(None)).limit(50)
        )
        yield NAME_BIRTH, list(conn.execute(query).scalars())


def _with_point(conn: Connection, kinds: Sequence[str], raw: str, most: int) -> list[str]:
    if contact_points.wrong(kinds[0], raw) is not None:
        return []
    row = contact_point.c
    normal = contact_points.normalised(kinds[0], raw)["normal"]
    query = select(row.party_id).where(row.normal == normal, row.kind.in_(kinds), row.deleted_at.is_(None))
    return list(conn.execute(query.limit(most * 3 + 3)).scalars())


def _with_name(conn: Connection, entered: Entered) -> list[str]:
    """People of the same organisation whose names are alike; organisations of the same name."""
    if entered.kind == "organisation":
        query = select(_P.id).where(_named(entered.name), _P.kind == "organisation", _P.deleted_at.is_(None))
        return list(conn.execute(query.limit(100)).scalars())
    if entered.organisation_id is None:
        return []
    there = _P.organisation_id == entered.organisation_id
    rows = conn.execute(select(_P.id, _P.name).where(there, _P.deleted_at.is_(None)).limit(_MOST_COLLEAGUES))
    return [row.id for row in rows if duplicate_keys.same_name(row.name, entered.name)]


def _named(name: str) -> Any:
    """By the index of names: as it is, and with its first word last (`Smith John`)."""
    first, _, rest = folded(name).partition(" ")
    return _P.sought.in_({folded(name), f"{rest} {first}".strip()})


def _subjects(conn: Connection, reader: Reader, ids: Iterable[str]) -> list[Subject]:
    query = select(_P.id, _P.kind, _P.name, _P.organisation_id, _P.birth_date).where(
        _P.id.in_(list(ids)), readable(known.entity("party"), reader)
    )
    return [Subject(**row._asdict()) for row in conn.execute(query)]


def subjects(conn: Connection, ids: Iterable[str]) -> dict[str, Subject]:
    """Those of these that are there."""
    query = select(_P.id, _P.kind, _P.name, _P.organisation_id, _P.birth_date).where(
        _P.id.in_(list(ids)), _P.deleted_at.is_(None)
    )
    return {row.id: Subject(**row._asdict()) for row in conn.execute(query)}


def keep(conn: Connection, one: str, other: str, reasons: Mapping[str, int], now: float) -> bool:
    """Keep that these two look alike; whether that is new. What somebody has decided about them stands."""
    a, b = sorted((one, other))
    known_row = conn.execute(
        select(duplicate_candidate).where(_D.party_a == a, _D.party_b == b)
    ).one_or_none()
    if known_row is None:
        values = {
            "reasons": dict(reasons),
            "score": duplicate_keys.total(reasons),
            "state": "open",
            "found_at": now,
        }
        conn.execute(insert(duplicate_candidate).values(id=new_id(), party_a=a, party_b=b, **values))
        return True
    both = dict(known_row.reasons)
    for rule, score in reasons.items():
        both = duplicate_keys.added(both, rule, score)
    if both != known_row.reasons:
        changed = {"reasons": both, "score": duplicate_keys.total(both)}
        conn.execute(update(duplicate_candidate).where(_D.id == known_row.id).values(**changed))
    return False


def listed(
    conn: Connection, reader: Reader, *, state: str = "open", limit: int = 25, cursor: str | None = None
) -> Page[Candidate]:
    """The candidates of whom both are there and theirs to read; the likeliest first."""
    if state not in STATES:
        raise Refused("duplicate.state_unknown", Kind.INVALID, pointer="/query/state", given=state[:20])
    theirs = select(_P.id).where(readable(known.entity("party"), reader))
    query = select(duplicate_candidate).where(_D.state == state)
    if state != "merged":
        query = query.where(_D.party_a.in_(theirs), _D.party_b.in_(theirs))
    if cursor is not None:
        score, last = _place(cursor)
        query = query.where(or_(_D.score < score, (_D.score == score) & (by_code_point(_D.id) > last)))
    rows = conn.execute(query.order_by(_D.score.desc(), by_code_point(_D.id)).limit(limit + 1)).all()
    last_row = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=tuple(_candidate(row) for row in rows[:limit]),
        next_cursor=to_cursor(str(last_row.score), last_row.id) if last_row else None,
    )


def _place(cursor: str) -> tuple[int, str]:
    score, last = from_cursor(cursor, 2)
    if not score.isascii() or not score.isdigit() or len(score) > 9:
        raise Refused("cursor.unknown", Kind.INVALID, pointer="/cursor")
    return int(score), last


def of_pair(conn: Connection, one: str, other: str) -> Candidate | None:
    a, b = sorted((one, other))
    row = conn.execute(select(duplicate_candidate).where(_D.party_a == a, _D.party_b == b)).one_or_none()
    return None if row is None else _candidate(row)


def decide(conn: Connection, acting: Acting, candidate_id: str, state: str) -> Candidate:
    """They are two (dismissed), or it is open again. `Refused` for an unknown one, or one that was merged."""
    row = conn.execute(select(duplicate_candidate).where(_D.id == candidate_id)).one_or_none()
    if row is None:
        raise Refused("duplicate.unknown", Kind.MISSING, id=candidate_id[:100])
    if row.state == "merged":
        raise Refused("duplicate.merged")
    decided = {"state": state, "decided_at": acting.now, "decided_by": acting.reader.user_id or None}
    conn.execute(update(duplicate_candidate).where(_D.id == candidate_id).values(**decided))
    detail = {"party_a": row.party_a, "party_b": row.party_b}
    entry = audit.Entry(
        at=acting.now,
        origin=acting.origin,
        action=f"duplicate_{state}",
        entity="party",
        object_id=row.party_a,
        detail=detail,
    )
    audit.record(conn, entry)
    return _candidate(conn.execute(select(duplicate_candidate).where(_D.id == candidate_id)).one())


def _candidate(row: Any) -> Candidate:
    return Candidate(
        id=row.id,
        party_a=row.party_a,
        party_b=row.party_b,
        score=row.score,
        reasons=row.reasons,
        state=row.state,
        found_at=row.found_at,
    )
