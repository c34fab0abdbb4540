"""Finding attachments by name, text, type, sender and case, as far as one may read their letters."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from config.errors import Kind, Refused
from crm_core.access.reader import Reader
from crm_core.attachments import kinds
from crm_core.paging import Page, from_cursor, to_cursor
from crm_core.records import filters
from crm_core.search import asked as asking
from crm_core.search import find
from crm_core.search.reach import reach
from crm_core.search.shown import SNIPPET, Excerpt, excerpt
from crm_core.tables import attachment, attachment_text, letter, search_document, support_case

KIND = "attachment"
_A, _L, _C, _T, _D = attachment.c, letter.c, support_case.c, attachment_text.c, search_document.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`words` as search reads them, empty: all. `type` of `kinds.KINDS`; `sender`: part of an address or a name; `case`: part of a number or an id."""

    words: str = ""
    type: str = ""
    sender: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An attachment with what tells it apart; `verdict`: whether its words are known. `from_name` may be empty."""

    id: str
    name: str
    content_type: str
    type: str
    size: int
    letter_id: str
    direction: str
    subject: str
    from_name: str
    from_address: str
    at: float
    case_id: str | None
    case_number: str | None
    interaction_id: str | None
    verdict: str | None
    pages: int | None
    title: Excerpt
    snippet: Excerpt


def search(
    conn: Connection, reader: Reader, wanted: Wanted, *, now: float, limit: int, cursor: str | None
) -> Page[Found]:
    """With words the best first, without the newest. `Refused`: attachment.type_unknown, and as `find.find`."""
    if wanted.type and wanted.type not in kinds.KINDS:
        raise Refused("attachment.type_unknown", Kind.INVALID, pointer="/query/type", given=wanted.type[:40])
    narrow = _narrowed(wanted)
    if not wanted.words.strip():
        return _newest(conn, reader, narrow, limit, cursor)
    page = find.find(
        conn,
        reader,
        wanted.words,
        now=now,
        kinds=(KIND,),
        limit=limit,
        cursor=cursor,
        narrow=None if narrow is None else {KIND: narrow},
    )
    ids = [hit.id for hit in page.items]
    return Page(items=tuple(_shown(conn, ids, wanted.words)), next_cursor=page.next_cursor)


def _newest(
    conn: Connection, reader: Reader, narrow: ColumnElement[bool] | None, limit: int, cursor: str | None
) -> Page[Found]:
    within = reach(conn, reader, (KIND,))
    if KIND not in within:
        return Page(items=(), next_cursor=None)
    conditions = [_D.kind == KIND, *(each for each in (within[KIND], narrow) if each is not None)]
    query = select(_D.id, _D.source_id).where(*conditions).order_by(_D.id.desc()).limit(limit + 1)
    if cursor is not None:
        (place,) = from_cursor(cursor, 1)
        if not place.isdecimal():
            raise Refused("cursor.unknown", Kind.INVALID, pointer="/cursor")
        query = query.where(_D.id < int(place))
    rows = conn.execute(query).all()
    shown = rows[:limit]
    more = to_cursor(str(shown[-1].id)) if len(rows) > limit else None
    return Page(items=tuple(_shown(conn, [row.source_id for row in shown], "")), next_cursor=more)


def _narrowed(wanted: Wanted) -> ColumnElement[bool] | None:
    """On `search_document`; None where nothing is asked."""
    asked = [*_of_type(wanted.type), *_of_sender(wanted.sender), *_of_case(wanted.case)]
    if not asked:
        return None
    query = (
        select(_A.id)
        .join(letter, _L.id == _A.letter_id)
        .outerjoin(support_case, _C.id == _L.case_id)
        .where(_A.id == _D.source_id, *asked)
    )
    return query.exists()


def _of_type(kind: str) -> Sequence[ColumnElement[bool]]:
    if not kind:
        return ()
    if kind == kinds.OTHER:
        return (and_(true(), *(~_is(each) for each in kinds.KINDS if each != kinds.OTHER)),)
    return (_is(kind),)


def _is(kind: str) -> ColumnElement[bool]:
    name, said = func.lower(_A.name), func.lower(_A.content_type)
    every = [ending for each in kinds.KINDS for ending in kinds.endings(each)]
    by_name = or_(*(name.like(f"%.{ending}") for ending in kinds.endings(kind)))
    if not kinds.types(kind):
        return by_name
    # a name that says what it is counts for more than the type that was said
    unnamed = ~or_(*(name.like(f"%.{ending}") for ending in every))
    return or_(by_name, and_(unnamed, or_(*(said.like(f"{start}%") for start in kinds.types(kind)))))


def _of_sender(words: str) -> Sequence[ColumnElement[bool]]:
    if not words.strip():
        return ()
    pattern = f"%{filters.escaped(words.strip().replace(chr(0), ''))}%"
    return (or_(_L.from_address.ilike(pattern, escape="\\"), _L.from_name.ilike(pattern, escape="\\")),)


def _of_case(words: str) -> Sequence[ColumnElement[bool]]:
    given = words.strip().replace(chr(0), "")
    if not given:
        return ()
    pattern = f"%{filters.escaped(given)}%"
    return (or_(_C.id == given, _C.number.ilike(pattern, escape="\\")),)


def _shown(conn: Connection, ids: Sequence[str], words: str) -> list[Found]:
    query = (
        select(
            _A.id,
            _A.name,
            _A.content_type,
            _A.size,
            _A.letter_id,
            _L.direction,
            _L.subject,
            _L.from_name,
            _L.from_address,
            _L.received_at.label("at"),
            _L.case_id,
            _C.number.label("case_number"),
            _L.interaction_id,
            _T.verdict,
            _T.pages,
            _T.text,
        )
        .join(letter, _L.id == _A.letter_id)
        .outerjoin(support_case, _C.id == _L.case_id)
        .outerjoin(attachment_text, _T.attachment_id == _A.id)
        .where(_A.id.in_(list(ids)))
    )
    rows = {row.id: row._asdict() for row in conn.execute(query)}
    # what the file says alone: search also knows its name, its type and its case, which stand beside it anyway
    texts = {each: row.pop("text") or "" for each, row in rows.items()}
    question = asking.read(words) if words.strip() else None

    def cut(text: str, most: int) -> Excerpt:
        return Excerpt(text=text[:most], marks=()) if question is None else excerpt(question, text, most)

    return [
        Found(
            **rows[each],
            type=kinds.kind_of(rows[each]["name"], rows[each]["content_type"]),
            title=cut(rows[each]["name"], len(rows[each]["name"])),
            snippet=cut(texts[each], SNIPPET),
        )
        for each in ids
        if each in rows
    ]
