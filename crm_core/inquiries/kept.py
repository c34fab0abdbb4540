"""Forms as they are kept: a draft, versions that never change once they are published, and which of them visitors see."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from config.errors import Fault, Kind, Refused, RefusedFields
from config.ids import new_id
from crm_core.flows import rows
from crm_core.inquiries import document
from crm_core.inquiries.model import RESERVED, Form
from crm_core.inquiries.validation import Known, errors, problems
from crm_core.records.change import Acting
from crm_core.tables import inquiry_form, inquiry_form_version

_F, _V = inquiry_form.c, inquiry_form_version.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """`published`: the number of the version that visitors see; `changed`: the draft differs from it."""

    id: str
    key: str
    name: str
    draft: Form
    published: int | None
    published_at: float | None
    changed: bool
    updated_at: float
    row_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One that was published once. `published_by`: the user's id."""

    form_id: str
    number: int
    form: Form
    note: str
    published_at: float
    published_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What visitors see."""

    id: str
    key: str
    name: str
    version: int
    form: Form


def listed(conn: Connection) -> list[KeptForm]:
    """All, by name."""
    query = select(inquiry_form).where(_F.deleted_at.is_(None)).order_by(_F.name, _F.id)
    return [_kept(conn, row) for row in conn.execute(query).all()]


def one(conn: Connection, form_id: str) -> KeptForm:
    """`Refused` (inquiry.unknown)."""
    return _kept(conn, _row(conn, form_id))


def shown(conn: Connection, key: str) -> Shown | None:
    """The published form with this key."""
    query = (
        select(_F.id, _F.key, _F.name, _V.number, _V.document)
        .join(inquiry_form_version, (_V.form_id == _F.id) & (_V.number == _F.published))
        .where(_F.key == key, _F.deleted_at.is_(None))
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    return Shown(id=row.id, key=row.key, name=row.name, version=row.number, form=document.read(row.document))


def create(conn: Connection, acting: Acting, *, key: str, name: str, draft: Form) -> KeptForm:
    """A new one, not published. `Refused` (inquiry.key_taken, inquiry.too_large)."""
    _check_key(conn, key, but="")
    made, written = new_id(), document.written(draft)
    values = {"created_at": acting.now, "updated_at": acting.now}
    conn.execute(insert(inquiry_form).values(id=made, key=key, name=name, draft=written, **values))
    rows.tell(conn, acting, "created", inquiry_form, made, detail={"name": name, "key": key})
    return one(conn, made)


def save(
    conn: Connection, acting: Acting, form_id: str, *, key: str, name: str, draft: Form, version: int | None
) -> KeptForm:
    """Another key, name and draft; visitors go on with what is published. `version`: of the row on which the change is based (None: whatever is
    there); `Refused` (record.stale) when it is another by now."""
    before = _row(conn, form_id, version)
    _check_key(conn, key, but=form_id)
    written = document.written(draft)
    if (before.key, before.name, before.draft) != (key, name, written):
        rows.change(conn, acting, inquiry_form, form_id, key=key, name=name, draft=written)
        changes = {
            field: [was, now]
            for field, was, now in (("key", before.key, key), ("name", before.name, name))
            if was != now
        }
        rows.tell(
            conn,
            acting,
            "changed",
            inquiry_form,
            form_id,
            detail={"name": name} | ({"changes": changes} if changes else {}),
        )
    return one(conn, form_id)


def publish(
    conn: Connection, acting: Acting, form_id: str, known: Known, *, note: str, version: int | None
) -> KeptForm:
    """The draft is what visitors see from now on. `RefusedFields` with every error in it; a draft that is published already makes no new
    version."""
    before = _row(conn, form_id, version)
    wrong = errors(problems(document.read(before.draft), known))
    if wrong:
        raise RefusedFields(
            [Fault(pointer=f"/document{each.pointer}", code=each.code, params=each.params) for each in wrong]
        )
    if before.published is not None and _document(conn, form_id, before.published) == before.draft:
        return one(conn, form_id)
    number = (conn.execute(select(func.max(_V.number)).where(_V.form_id == form_id)).scalar_one() or 0) + 1
    conn.execute(
        insert(inquiry_form_version).values(
            form_id=form_id,
            number=number,
            document=before.draft,
            note=note,
            published_at=acting.now,
            published_by=acting.origin.user_id,
        )
    )
    rows.change(conn, acting, inquiry_form, form_id, published=number)
    detail = {"name": before.name, "version": number, "note": note}
    rows.tell(conn, acting, "published", inquiry_form, form_id, detail=detail)
    return one(conn, form_id)


def withdraw(conn: Connection, acting: Acting, form_id: str, version: int | None) -> KeptForm:
    """Visitors see it no more; what they sent stays. Harmless for one that nobody sees."""
    before = _row(conn, form_id, version)
    if before.published is not None:
        rows.change(conn, acting, inquiry_form, form_id, published=None)
        detail = {"name": before.name, "version": before.published}
        rows.tell(conn, acting, "withdrawn", inquiry_form, form_id, detail=detail)
    return one(conn, form_id)


def restore(conn: Connection, acting: Acting, form_id: str, number: int, version: int | None) -> KeptForm:
    """An old version is the draft again; `Refused` (inquiry.version_unknown)."""
    before = _row(conn, form_id, version)
    old = document.written(of_version(conn, form_id, number).form)
    if before.draft != old:
        rows.change(conn, acting, inquiry_form, form_id, draft=old)
        rows.tell(
            conn, acting, "restored", inquiry_form, form_id, detail={"name": before.name, "version": number}
        )
    return one(conn, form_id)


def remove(conn: Connection, acting: Acting, form_id: str, version: int | None) -> None:
    """`Refused` (inquiry.published) while visitors see it. Its versions stay for what was sent by them."""
    before = _row(conn, form_id, version)
    if before.published is not None:
        raise Refused("inquiry.published", name=before.name)
    rows.change(conn, acting, inquiry_form, form_id, deleted_at=acting.now)
    rows.tell(conn, acting, "deleted", inquiry_form, form_id, detail={"name": before.name})


def versions(conn: Connection, form_id: str) -> list[Version]:
    """The newest first."""
    _row(conn, form_id)
    query = select(inquiry_form_version).where(_V.form_id == form_id).order_by(_V.number.desc())
    return [_version(row) for row in conn.execute(query)]


def of_version(conn: Connection, form_id: str, number: int) -> Version:
    """`Refused` (inquiry.version_unknown)."""
    query = select(inquiry_form_version).where(_V.form_id == form_id, _V.number == number)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refused("inquiry.version_unknown", Kind.MISSING, version=number)
    return _version(row)


def form_of(conn: Connection, form_id: str, number: int) -> Form:
    """As it was when something was sent by it, also of a form that was removed since."""
    return document.read(_document(conn, form_id, number))


def _row(conn: Connection, form_id: str, version: int | None = None) -> Any:
    row = rows.living(conn, inquiry_form, form_id, version)
    if row is None:
        raise Refused("inquiry.unknown", Kind.MISSING, id=form_id[:100])
    return row


def _check_key(conn: Connection, key: str, *, but: str) -> None:
    if key in RESERVED:
        raise Refused("inquiry.key_reserved", Kind.INVALID, pointer="/key", key=key)
    query = select(_F.id).where(_F.key == key, _F.id != but, _F.deleted_at.is_(None))
    if conn.execute(query).first() is not None:
        raise Refused("inquiry.key_taken", pointer="/key", key=key)


def _document(conn: Connection, form_id: str, number: int) -> Any:
    query = select(_V.document).where(_V.form_id == form_id, _V.number == number)
    return conn.execute(query).scalar_one_or_none()


def _kept(conn: Connection, row: Any) -> KeptForm:
    query = select(_V.document, _V.published_at).where(_V.form_id == row.id, _V.number == row.published)
    last = conn.execute(query).one_or_none()
    return KeptForm(
        id=row.id,
        key=row.key,
        name=row.name,
        draft=document.read(row.draft),
        published=row.published,
        published_at=last.published_at if last else None,
        changed=last is None or last.document != row.draft,
        updated_at=row.updated_at,
        row_version=row.row_version,
    )


def _version(row: Any) -> Version:
    return Version(
        form_id=row.form_id,
        number=row.number,
        form=document.read(row.document),
        note=row.note,
        published_at=row.published_at,
        published_by=row.published_by,
    )
