"""Flows as they are kept: a draft, versions that never change once they are published, and which of them callers go through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from config.errors import Fault, Kind, Refused, RefusedFields
from config.ids import new_id
from crm_core.flows import document, rows
from crm_core.flows.model import Flow
from crm_core.flows.validation import Known, errors, problems
from crm_core.records.change import Acting
from crm_core.tables import entry, flow, flow_version

_F, _V, _E = flow.c, flow_version.c, entry.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFlow:
    """`published`: the number of the version that callers go through; `changed`: the draft differs from it; `numbers` lead through it."""

    id: str
    name: str
    draft: Flow
    published: int | None
    published_at: float | None
    changed: bool
    numbers: tuple[str, ...]
    updated_at: float
    row_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One that was published once. `published_by`: the user's id."""

    flow_id: str
    number: int
    flow: Flow
    note: str
    published_at: float
    published_by: str | None


def listed(conn: Connection) -> list[KeptFlow]:
    """All, by name."""
    found = conn.execute(select(flow).where(_F.deleted_at.is_(None)).order_by(_F.name, _F.id)).all()
    numbers = _numbers(conn)
    return [_kept(conn, row, numbers.get(row.id, ())) for row in found]


def one(conn: Connection, flow_id: str) -> KeptFlow:
    """`Refused` (flow.unknown)."""
    return _kept(conn, _row(conn, flow_id), _numbers(conn).get(flow_id, ()))


def create(conn: Connection, acting: Acting, name: str, draft: Flow) -> KeptFlow:
    """A new one, not published. `Refused` (flow.name_taken, flow.too_large)."""
    _check_name(conn, name, but="")
    made, written = new_id(), document.written(draft)
    values = {"created_at": acting.now, "updated_at": acting.now}
    conn.execute(insert(flow).values(id=made, name=name, draft=written, **values))
    rows.tell(conn, acting, "created", flow, made, detail={"name": name})
    return one(conn, made)


def save(
    conn: Connection, acting: Acting, flow_id: str, *, name: str, draft: Flow, version: int | None
) -> KeptFlow:
    """Another name and draft; callers go on through what is published. `version`: of the row on which the change is based (None: whatever
    is there); `Refused` (record.stale) when it is another by now."""
    before = _row(conn, flow_id, version)
    _check_name(conn, name, but=flow_id)
    written = document.written(draft)
    if (before.name, before.draft) != (name, written):
        rows.change(conn, acting, flow, flow_id, name=name, draft=written)
        renamed = {} if before.name == name else {"changes": {"name": [before.name, name]}}
        rows.tell(conn, acting, "changed", flow, flow_id, detail={"name": name} | renamed)
    return one(conn, flow_id)


def publish(
    conn: Connection, acting: Acting, flow_id: str, known: Known, *, note: str, version: int | None
) -> KeptFlow:
    """The draft is what callers go through from now on. `RefusedFields` with every error in it; a draft that is published already
    makes no new version."""
    before = _row(conn, flow_id, version)
    wrong = errors(problems(document.read(before.draft), known))
    if wrong:
        raise RefusedFields(
            [Fault(pointer=f"/document{each.pointer}", code=each.code, params=each.params) for each in wrong]
        )
    last = conn.execute(select(func.max(_V.number)).where(_V.flow_id == flow_id)).scalar_one() or 0
    if before.published is not None and _document(conn, flow_id, before.published) == before.draft:
        return one(conn, flow_id)
    number = last + 1
    conn.execute(
        insert(flow_version).values(
            flow_id=flow_id,
            number=number,
            document=before.draft,
            note=note,
            published_at=acting.now,
            published_by=acting.origin.user_id,
        )
    )
    rows.change(conn, acting, flow, flow_id, published=number)
    rows.tell(
        conn,
        acting,
        "published",
        flow,
        flow_id,
        detail={"name": before.name, "version": number, "note": note},
    )
    return one(conn, flow_id)


def restore(conn: Connection, acting: Acting, flow_id: str, number: int, version: int | None) -> KeptFlow:
    """An old version is the draft again; `Refused` (flow.version_unknown)."""
    before = _row(conn, flow_id, version)
    old = document.written(of_version(conn, flow_id, number).flow)
    if before.draft != old:
        rows.change(conn, acting, flow, flow_id, draft=old)
        rows.tell(conn, acting, "restored", flow, flow_id, detail={"name": before.name, "version": number})
    return one(conn, flow_id)


def remove(conn: Connection, acting: Acting, flow_id: str, version: int | None) -> None:
    """`Refused` (flow.in_use) while a number leads through it. Its versions stay for who came through them."""
    before = _row(conn, flow_id, version)
    using = _numbers(conn).get(flow_id, ())
    if using:
        raise Refused("flow.in_use", number=using[0])
    rows.change(conn, acting, flow, flow_id, deleted_at=acting.now)
    rows.tell(conn, acting, "deleted", flow, flow_id, detail={"name": before.name})


def versions(conn: Connection, flow_id: str) -> list[Version]:
    """The newest first."""
    _row(conn, flow_id)
    found = conn.execute(select(flow_version).where(_V.flow_id == flow_id).order_by(_V.number.desc()))
    return [_version(row) for row in found]


def of_version(conn: Connection, flow_id: str, number: int) -> Version:
    """`Refused` (flow.version_unknown)."""
    query = select(flow_version).where(_V.flow_id == flow_id, _V.number == number)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refused("flow.version_unknown", Kind.MISSING, version=number)
    return _version(row)


def current(conn: Connection, flow_id: str) -> Version:
    """What callers go through; `Refused` (flow.unknown, flow.version_unknown) when there is nothing."""
    return of_version(conn, flow_id, _row(conn, flow_id).published or 0)


def names(conn: Connection) -> list[tuple[str, str]]:
    """The ids and names of those that are published, by name: what a number may lead through."""
    query = select(_F.id, _F.name).where(_F.deleted_at.is_(None), _F.published.is_not(None))
    return [(row.id, row.name) for row in conn.execute(query.order_by(_F.name, _F.id))]


def name_of(conn: Connection, flow_id: str) -> str:
    """Also of one that was removed."""
    return conn.execute(select(_F.name).where(_F.id == flow_id)).scalar_one_or_none() or ""


def with_prompt(conn: Connection, prompt_id: str) -> str | None:
    """The name of a flow whose draft or published version says it."""
    return next(iter(_using(conn, f"prompt:{prompt_id}", "prompt", "invalid", "announce")), None)


def with_calendar(conn: Connection, calendar_id: str) -> str | None:
    """The name of a flow whose draft or published version opens by it."""
    return next(iter(_using(conn, calendar_id, "calendar_id")), None)


def prompt_uses(conn: Connection) -> dict[str, list[str]]:
    """The names of the flows that say each uploaded prompt, by `prompt:<id>`."""
    uses: dict[str, list[str]] = {}
    for name, documents in _documents(conn).items():
        for said in {value for each in documents for value in _values(each, "prompt", "invalid", "announce")}:
            uses.setdefault(said, []).append(name)
    return uses


def _using(conn: Connection, value: str, *keys: str) -> list[str]:
    return [
        name
        for name, documents in _documents(conn).items()
        if any(value in _values(each, *keys) for each in documents)
    ]


def _documents(conn: Connection) -> dict[str, list[Mapping[str, Any]]]:
    query = (
        select(_F.name, _F.draft, _V.document)
        .outerjoin(flow_version, (_F.id == _V.flow_id) & (_F.published == _V.number))
        .where(_F.deleted_at.is_(None))
        .order_by(_F.name)
    )
    return {row.name: [each for each in (row.draft, row.document) if each] for row in conn.execute(query)}


def _values(of: Mapping[str, Any], *keys: str) -> set[str]:
    return {step[key] for step in of.get("steps", {}).values() for key in keys if step.get(key)}


def _row(conn: Connection, flow_id: str, version: int | None = None) -> Any:
    row = rows.living(conn, flow, flow_id, version)
    if row is None:
        raise Refused("flow.unknown", Kind.MISSING, id=flow_id[:100])
    return row


def _check_name(conn: Connection, name: str, *, but: str) -> None:
    query = select(_F.id).where(_F.name == name, _F.id != but, _F.deleted_at.is_(None))
    if conn.execute(query).first() is not None:
        raise Refused("flow.name_taken", pointer="/name", name=name)


def _numbers(conn: Connection) -> dict[str, tuple[str, ...]]:
    query = select(_E.flow_id, _E.address).where(_E.flow_id.is_not(None), _E.deleted_at.is_(None))
    found: dict[str, tuple[str, ...]] = {}
    for row in conn.execute(query.order_by(_E.address)):
        found[row.flow_id] = (*found.get(row.flow_id, ()), row.address)
    return found


def _document(conn: Connection, flow_id: str, number: int) -> Any:
    query = select(_V.document).where(_V.flow_id == flow_id, _V.number == number)
    return conn.execute(query).scalar_one_or_none()


def _kept(conn: Connection, row: Any, numbers: tuple[str, ...]) -> KeptFlow:
    query = select(_V.document, _V.published_at).where(_V.flow_id == row.id, _V.number == row.published)
    last = conn.execute(query).one_or_none()
    return KeptFlow(
        id=row.id,
        name=row.name,
        draft=document.read(row.draft),
        published=row.published,
        published_at=last.published_at if last else None,
        changed=last is None or last.document != row.draft,
        numbers=numbers,
        updated_at=row.updated_at,
        row_version=row.row_version,
    )


def _version(row: Any) -> Version:
    return Version(
        flow_id=row.flow_id,
        number=row.number,
        flow=document.read(row.document),
        note=row.note,
        published_at=row.published_at,
        published_by=row.published_by,
    )
