"""What of each kind of row is searched: the same for a row just written and for an index that is built anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select

from crm_core.tables import contact_point, interaction, letter, party, support_case

KINDS = ("party", "case", "letter", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A row as search sees it. With `case_id` it is as readable as that case, with `interaction_id` as that interaction."""

    kind: str
    id: str
    title: str
    body: str
    at: float
    case_id: str | None = None
    interaction_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a kind's documents come from, and the row's moment, by which an index is built in order of age."""

    query: Select[Any]
    id: "Column[str]"
    read: Callable[[Connection, Sequence[Any]], list[Document]]


def read(conn: Connection, kind: str, ids: Sequence[str]) -> list[Document]:
    """The documents of these rows; rows without words, and unknown ones, are not among them."""
    source = SOURCES[kind]
    return source.read(conn, conn.execute(source.query.where(source.id.in_(ids))).all())


def after(conn: Connection, kind: str, place: str, limit: int) -> tuple[list[Document], str | None]:
    """Some documents in the order of their ids, and the place to go on from; None after the last.

    Our ids are UUIDv7 and Asterisk's begin with the time, so that this is the order of their making."""
    source = SOURCES[kind]
    rows = conn.execute(source.query.where(source.id > place).order_by(source.id).limit(limit)).all()
    return source.read(conn, rows), rows[-1].id if len(rows) == limit else None


def count(conn: Connection, kind: str) -> int:
    """How many rows there are to read."""
    return conn.execute(select(func.count()).select_from(SOURCES[kind].query.subquery())).scalar_one()


def _parties(conn: Connection, rows: Sequence[Any]) -> list[Document]:
    reached: dict[str, list[str]] = {}
    points = contact_point.c
    query = select(points.party_id, points.raw, points.normal).where(
        points.party_id.in_([row.id for row in rows])
    )
    for point in conn.execute(query.order_by(points.party_id, points.position)):
        same = "".join(point.raw.split()) == point.normal
        reached.setdefault(point.party_id, []).append(point.raw if same else f"{point.raw} {point.normal}")
    return [
        Document(
            kind="party",
            id=row.id,
            title=row.name,
            body="\n".join(
                filter(
                    None, [row.organisation, row.title, row.department, *reached.get(row.id, ()), row.note]
                )
            ),
            at=row.created_at,
        )
        for row in rows
    ]


def _cases(_: Connection, rows: Sequence[Any]) -> list[Document]:
    return [
        Document(
            kind="case",
            id=row.id,
            title=f"{row.number} {row.subject}",
            body="",
            at=row.created_at,
            case_id=row.id,
        )
        for row in rows
    ]


def _letters(_: Connection, rows: Sequence[Any]) -> list[Document]:
    return [
        Document(
            kind="letter",
            id=row.id,
            title=row.subject,
            body="\n".join([row.text, f"{row.from_name} {row.from_address}", *row.to, *row.cc]),
            at=row.received_at,
            case_id=row.case_id,
            interaction_id=None if row.case_id else row.interaction_id,
        )
        for row in rows
    ]


def _notes(_: Connection, rows: Sequence[Any]) -> list[Document]:
    return [
        Document(
            kind="note",
            id=row.id,
            title=row.subject or row.customer_name,
            body=row.note,
            at=row.enqueued_at,
            interaction_id=row.id,
        )
        for row in rows
        if row.note
    ]


_organisation = party.alias("search_organisation")
_P, _C, _L, _I = party.c, support_case.c, letter.c, interaction.c
SOURCES = {
    "party": Source(
        query=select(
            _P.id,
            _P.name,
            _P.title,
            _P.department,
            _P.note,
            _P.created_at,
            _organisation.c.name.label("organisation"),
        ).outerjoin(_organisation, _organisation.c.id == _P.organisation_id),
        id=_P.id,
        read=_parties,
    ),
    "case": Source(query=select(_C.id, _C.number, _C.subject, _C.created_at), id=_C.id, read=_cases),
    "letter": Source(
        query=select(
            _L.id,
            _L.subject,
            _L.text,
            _L.from_name,
            _L.from_address,
            _L.to,
            _L.cc,
            _L.received_at,
            _L.case_id,
            _L.interaction_id,
        ),
        id=_L.id,
        read=_letters,
    ),
    "note": Source(
        query=select(_I.id, _I.subject, _I.customer_name, _I.note, _I.enqueued_at).where(_I.note != ""),
        id=_I.id,
        read=_notes,
    ),
}
