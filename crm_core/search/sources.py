"""What of each kind of row is searched: the same for a row just written and for an index that is built anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select

from crm_core.attachments.kinds import kind_of
from crm_core.customers import identifiers, pinyin
from crm_core.records import known
from crm_core.records.declared import Entity, Field
from crm_core.records.shape import custom_fields, declared, named_columns
from crm_core.records.tables import table_of
from crm_core.search.cutting import letter_body
from crm_core.tables import (
    attachment,
    attachment_text,
    contact_point,
    interaction,
    letter,
    party,
    support_case,
)

KINDS = ("party", "case", "letter", "note", "attachment")
"""The kinds that have a source of their own here; every other entity that is searched has a general one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A row as search sees it. With `case_id` it is as readable as that case, with `interaction_id` as that interaction. `heard`: how a
    title is typed by its sound; found, never shown."""

    kind: str
    id: str
    title: str
    body: str
    at: float
    case_id: str | None = None
    interaction_id: str | None = None
    heard: tuple[str, ...] = ()


Hidden = Callable[[str], frozenset[str]]


def nothing(_: str) -> frozenset[str]:
    """No field is hidden."""
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a kind's documents come from, and the row's moment, by which an index is built in order of age."""

    query: Select[Any]
    id: "Column[str]"
    read: Callable[[Connection, Sequence[Any], Hidden], list[Document]]


def read(conn: Connection, kind: str, ids: Sequence[str], hidden: Hidden = nothing) -> list[Document]:
    """The documents of these rows; rows without words, and unknown ones, are not among them. `hidden`: fields by entity whose words
    are left out."""
    source = source_of(kind)
    return source.read(conn, conn.execute(source.query.where(source.id.in_(ids))).all(), hidden)


def after(conn: Connection, kind: str, place: str, limit: int) -> tuple[list[Document], str | None]:
    """Some documents in the order of their ids, and the place to go on from; None after the last.

    Our ids are UUIDv7 and Asterisk's begin with the time, so that this is the order of their making."""
    source = source_of(kind)
    rows = conn.execute(source.query.where(source.id > place).order_by(source.id).limit(limit)).all()
    return source.read(conn, rows, nothing), rows[-1].id if len(rows) == limit else None


def count(conn: Connection, kind: str) -> int:
    """How many rows there are to read."""
    return conn.execute(select(func.count()).select_from(source_of(kind).query.subquery())).scalar_one()


def kinds() -> tuple[str, ...]:
    """All that can be sought; the ones that everybody's search box asks come first."""
    others = [entity for entity in known.every() if entity.searched and entity.name not in KINDS]
    others.sort(key=lambda entity: not entity.everywhere)
    return (*KINDS, *(entity.name for entity in others))


def everywhere() -> tuple[str, ...]:
    """What the search box asks when it names no kinds."""
    return tuple(kind for kind in kinds() if kind in KINDS or known.entity(kind).everywhere)


def source_of(kind: str) -> Source:
    """Where a kind's documents come from."""
    return SOURCES[kind] if kind in SOURCES else _general(known.entity(kind))


def _general(entity: Entity) -> Source:
    table = table_of(entity)
    return Source(
        query=select(table).where(table.c.deleted_at.is_(None)),
        id=table.c.id,
        read=lambda conn, rows, hidden: _records(conn, entity, rows, hidden(entity.name)),
    )


def _records(conn: Connection, entity: Entity, rows: Sequence[Any], hidden: frozenset[str]) -> list[Document]:
    # what its body holds is of fields as well: of which, the entity alone knows
    more = {} if entity.body is None or not rows or hidden else entity.body(conn, rows)
    searched = [field for field in declared(entity) if field.searched and field.name != entity.title]
    custom = searched_custom(conn, entity)
    shown = [field for field in (*searched, *custom) if field.name not in hidden]
    return [
        Document(
            kind=entity.name,
            id=row.id,
            title="" if entity.title in hidden else str(getattr(row, entity.title) or ""),
            body="\n".join([*_words(row, shown), *filter(None, [more.get(row.id)])]),
            at=row.created_at,
        )
        for row in rows
    ]


def searched_custom(conn: Connection, entity: Entity) -> list[Field]:
    """The fields that administrators added and want found."""
    return [field for field in custom_fields(conn, entity.name) if field.searched]


def _words(row: Any, fields: Sequence[Field]) -> list[str]:
    of_row = named_columns(row)
    values = [
        (of_row["custom"] or {}).get(field.name) if field.custom else of_row[field.name] for field in fields
    ]
    return [" ".join(value) if isinstance(value, tuple) else str(value) for value in values if value]


def party_bodies(conn: Connection, rows: Sequence[Any]) -> dict[str, str]:
    """Numbers and addresses of parties, as they are written and as they are compared."""
    reached: dict[str, list[str]] = {}
    points = contact_point.c
    query = select(points.party_id, points.raw, points.normal).where(
        points.party_id.in_([row.id for row in rows]), points.deleted_at.is_(None)
    )
    for point in conn.execute(query.order_by(points.party_id, points.position)):
        same = "".join(point.raw.split()) == point.normal
        reached.setdefault(point.party_id, []).append(point.raw if same else f"{point.raw} {point.normal}")
    return {party_id: "\n".join(found) for party_id, found in reached.items()}


def _parties(conn: Connection, rows: Sequence[Any], hidden: Hidden) -> list[Document]:
    entity = known.entity("party")
    ids = [row.id for row in rows]
    unseen = hidden("party")
    reached = {} if hidden("contact_point") & {"raw", "normal"} else party_bodies(conn, rows)
    numbers = {} if "value" in hidden("party_identifier") else identifiers.words_of(conn, ids)
    fields = [field for field in entity.fields if field.searched and field.name not in ("name", "note")]
    named = "name" not in unseen
    before = [field for field in fields if field.name not in unseen]
    after = [field for field in searched_custom(conn, entity) if field.name not in unseen]
    return [
        Document(
            kind="party",
            id=row.id,
            title=row.name if named else "",
            body="\n".join(
                filter(
                    None,
                    [
                        row.organisation if named and "organisation_id" not in unseen else None,
                        *_words(row, before),
                        reached.get(row.id),
                        *numbers.get(row.id, ()),
                        row.note if "note" not in unseen else None,
                        *_words(row, after),
                    ],
                )
            ),
            at=row.created_at,
            heard=pinyin.spelt(row.name) if named else (),
        )
        for row in rows
    ]


def _cases(conn: Connection, rows: Sequence[Any], hidden: Hidden) -> list[Document]:
    unseen = hidden("case")
    title = [name for name in ("number", "subject") if name not in unseen]
    custom = [field for field in searched_custom(conn, known.entity("case")) if field.name not in unseen]
    return [
        Document(
            kind="case",
            id=row.id,
            title=" ".join(getattr(row, name) for name in title),
            body="\n".join(_words(row, custom)),
            at=row.created_at,
            case_id=row.id,
        )
        for row in rows
    ]


def case_document(case_id: str, number: str, subject: str, at: float) -> Document:
    """Of a case that was just written: nobody has filled in a field of it yet."""
    return Document(kind="case", id=case_id, title=f"{number} {subject}", body="", at=at, case_id=case_id)


def _letters(_: Connection, rows: Sequence[Any], __: Hidden) -> list[Document]:
    return [found for row in rows if (found := letter_document(row)) is not None]


def letter_document(row: Any) -> Document | None:
    """Of a letter with the columns of its table; None of what belongs to no work (a mailed link): that is nobody's to read."""
    if not (row.case_id or row.interaction_id):
        return None
    return Document(
        kind="letter",
        id=row.id,
        title=row.subject,
        body=letter_body(row.text, row.from_name, row.from_address, row.to, row.cc),
        at=row.received_at,
        case_id=row.case_id,
        interaction_id=None if row.case_id else row.interaction_id,
    )


def _attachments(_: Connection, rows: Sequence[Any], __: Hidden) -> list[Document]:
    return [
        Document(
            kind="attachment",
            id=row.id,
            title=row.name,
            # what it says comes first: an excerpt is cut from the first that fits
            body="\n".join(
                filter(
                    None,
                    [
                        row.text,
                        f"{row.from_name} {row.from_address}".strip(),
                        row.number,
                        row.subject,
                        f"{row.content_type} {kind_of(row.name, row.content_type)}",
                    ],
                )
            ),
            at=row.received_at,
            case_id=row.case_id,
            interaction_id=None if row.case_id else row.interaction_id,
        )
        for row in rows
        if row.case_id or row.interaction_id
    ]


def _notes(_: Connection, rows: Sequence[Any], __: Hidden) -> list[Document]:
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
_P, _C, _L, _I, _A = party.c, support_case.c, letter.c, interaction.c, attachment.c
SOURCES = {
    "party": Source(
        query=select(party, _organisation.c.name.label("organisation"))
        .outerjoin(_organisation, _organisation.c.id == _P.organisation_id)
        .where(_P.deleted_at.is_(None)),
        id=_P.id,
        read=_parties,
    ),
    "case": Source(
        query=select(_C.id, _C.number, _C.subject, _C.created_at, _C.custom).where(_C.deleted_at.is_(None)),
        id=_C.id,
        read=_cases,
    ),
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
    # those that were read; a name without its words is not worth a second look for each letter
    "attachment": Source(
        query=select(
            _A.id,
            _A.name,
            _A.content_type,
            attachment_text.c.text,
            _L.subject,
            _L.from_name,
            _L.from_address,
            _L.received_at,
            _L.case_id,
            _L.interaction_id,
            _C.number,
        )
        .join(attachment_text, attachment_text.c.attachment_id == _A.id)
        .join(letter, _L.id == _A.letter_id)
        .outerjoin(support_case, _C.id == _L.case_id),
        id=_A.id,
        read=_attachments,
    ),
    "note": Source(
        query=select(_I.id, _I.subject, _I.customer_name, _I.note, _I.enqueued_at).where(_I.note != ""),
        id=_I.id,
        read=_notes,
    ),
}
