"""Prompts that people upload: a sound in each language, kept in the database, so that every server and every backup has them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import queues
from crm_core.flows import kept, rows
from crm_core.flows.sound import RATE
from crm_core.paging import columns
from crm_core.records.change import Acting
from crm_core.tables import prompt, prompt_sound

MOST_PROMPTS = 1000
_P, _S = prompt.c, prompt_sound.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One in a language: u-law, 8,000 samples a second. `sha256` is of its bytes."""

    prompt_id: str
    language: str
    seconds: float
    sha256: str
    uploaded_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPrompt:
    """`text`: what is said; `used_by`: the names of the flows that say it."""

    id: str
    name: str
    text: str
    sounds: tuple[Sound, ...]
    used_by: tuple[str, ...]
    updated_at: float
    row_version: int


def listed(conn: Connection) -> list[KeptPrompt]:
    """All, by name."""
    found = conn.execute(select(prompt).where(_P.deleted_at.is_(None)).order_by(_P.name, _P.id)).all()
    by_prompt: dict[str, list[Sound]] = {}
    for each in sounds(conn):
        by_prompt.setdefault(each.prompt_id, []).append(each)
    uses = kept.prompt_uses(conn)
    return [_kept(row, by_prompt.get(row.id, ()), uses.get(f"prompt:{row.id}", ())) for row in found]


def one(conn: Connection, prompt_id: str) -> KeptPrompt:
    """`Refused` (prompt.unknown)."""
    row = _row(conn, prompt_id)
    theirs = [each for each in sounds(conn) if each.prompt_id == prompt_id]
    return _kept(row, theirs, kept.prompt_uses(conn).get(f"prompt:{prompt_id}", ()))


def sounds(conn: Connection) -> list[Sound]:
    """Those of every prompt that is there, without their bytes."""
    query = (
        select(*(_S[name] for name in Sound.__dataclass_fields__))
        .join(prompt, _P.id == _S.prompt_id)
        .where(_P.deleted_at.is_(None))
        .order_by(_S.prompt_id, _S.language)
    )
    return [Sound(**columns(row)) for row in conn.execute(query)]


def languages(conn: Connection) -> dict[str, frozenset[str]]:
    """In which each prompt can be heard; none for one that has no sound yet."""
    query = (
        select(_P.id, _S.language)
        .outerjoin(prompt_sound, _S.prompt_id == _P.id)
        .where(_P.deleted_at.is_(None))
    )
    found: dict[str, frozenset[str]] = {}
    for row in conn.execute(query):
        found[row.id] = found.get(row.id, frozenset()) | ({row.language} - {None})
    return found


def sound(conn: Connection, prompt_id: str, language: str) -> bytes:
    """Its bytes; `Refused` (prompt.no_sound)."""
    query = select(_S.sound).where(_S.prompt_id == prompt_id, _S.language == language)
    found = conn.execute(query).scalar_one_or_none()
    if found is None:
        raise Refused("prompt.no_sound", Kind.MISSING, id=prompt_id[:100], language=language)
    return bytes(found)


def create(conn: Connection, acting: Acting, name: str, text: str) -> KeptPrompt:
    """One without a sound yet. `Refused` (prompt.name_taken, prompt.too_many)."""
    _check_name(conn, name, but="")
    if len(conn.execute(select(_P.id).where(_P.deleted_at.is_(None))).all()) >= MOST_PROMPTS:
        raise Refused("prompt.too_many", most=MOST_PROMPTS)
    made = new_id()
    stamps = {"created_at": acting.now, "updated_at": acting.now}
    conn.execute(insert(prompt).values(id=made, name=name, text=text, **stamps))
    rows.tell(conn, acting, "created", prompt, made, detail={"name": name})
    return one(conn, made)


def change(
    conn: Connection, acting: Acting, prompt_id: str, *, name: str, text: str, version: int | None
) -> KeptPrompt:
    """Another name and text. `Refused` (record.stale, prompt.name_taken)."""
    before = _row(conn, prompt_id, version)
    _check_name(conn, name, but=prompt_id)
    changes = {
        field: [was, now]
        for field, was, now in (("name", before.name, name), ("text", before.text, text))
        if was != now
    }
    if changes:
        rows.change(conn, acting, prompt, prompt_id, name=name, text=text)
        rows.tell(conn, acting, "changed", prompt, prompt_id, detail={"changes": changes})
    return one(conn, prompt_id)


def remove(conn: Connection, acting: Acting, prompt_id: str, version: int | None) -> None:
    """Its sounds go with it. `Refused` (prompt.in_use) while a flow says it, or (prompt.in_use_by_queue) a queue."""
    before = _row(conn, prompt_id, version)
    _check_queues(conn, prompt_id)
    using = kept.with_prompt(conn, prompt_id)
    if using is not None:
        raise Refused("prompt.in_use", flow=using)
    conn.execute(delete(prompt_sound).where(_S.prompt_id == prompt_id))
    rows.change(conn, acting, prompt, prompt_id, deleted_at=acting.now)
    rows.tell(conn, acting, "deleted", prompt, prompt_id, detail={"name": before.name})


def set_sound(conn: Connection, acting: Acting, prompt_id: str, language: str, ulaw: bytes) -> KeptPrompt:
    """Its sound in a language, in place of the one that was there."""
    before = _row(conn, prompt_id)
    digest = hashlib.sha256(ulaw).hexdigest()
    conn.execute(delete(prompt_sound).where(_S.prompt_id == prompt_id, _S.language == language))
    conn.execute(
        insert(prompt_sound).values(
            prompt_id=prompt_id,
            language=language,
            seconds=len(ulaw) / RATE,
            sha256=digest,
            sound=ulaw,
            uploaded_at=acting.now,
        )
    )
    rows.change(conn, acting, prompt, prompt_id)
    told = {"name": before.name, "language": language, "sha256": digest}
    rows.tell(conn, acting, "uploaded", prompt, prompt_id, detail=told)
    return one(conn, prompt_id)


def remove_sound(conn: Connection, acting: Acting, prompt_id: str, language: str) -> KeptPrompt:
    """Callers hear it in another language then. `Refused` (prompt.in_use) for the last one of a prompt that a flow says."""
    before = one(conn, prompt_id)
    if language not in {each.language for each in before.sounds}:
        raise Refused("prompt.no_sound", Kind.MISSING, id=prompt_id, language=language)
    if len(before.sounds) == 1 and before.used_by:
        raise Refused("prompt.in_use", flow=before.used_by[0])
    if len(before.sounds) == 1:
        _check_queues(conn, prompt_id)
    conn.execute(delete(prompt_sound).where(_S.prompt_id == prompt_id, _S.language == language))
    rows.change(conn, acting, prompt, prompt_id)
    rows.tell(
        conn, acting, "sound_removed", prompt, prompt_id, detail={"name": before.name, "language": language}
    )
    return one(conn, prompt_id)


def _row(conn: Connection, prompt_id: str, version: int | None = None) -> Any:
    row = rows.living(conn, prompt, prompt_id, version)
    if row is None:
        raise Refused("prompt.unknown", Kind.MISSING, id=prompt_id[:100])
    return row


def _check_queues(conn: Connection, prompt_id: str) -> None:
    name = queues.saying(conn, prompt_id)
    if name is not None:
        raise Refused("prompt.in_use_by_queue", queue=name)


def _check_name(conn: Connection, name: str, *, but: str) -> None:
    query = select(_P.id).where(_P.name == name, _P.id != but, _P.deleted_at.is_(None))
    if conn.execute(query).first() is not None:
        raise Refused("prompt.name_taken", pointer="/name", name=name)


def _kept(row: Any, of: Sequence[Sound], used_by: Sequence[str]) -> KeptPrompt:
    return KeptPrompt(
        id=row.id,
        name=row.name,
        text=row.text,
        sounds=tuple(of),
        used_by=tuple(used_by),
        updated_at=row.updated_at,
        row_version=row.row_version,
    )
