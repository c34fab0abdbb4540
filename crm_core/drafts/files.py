"""Files of a draft: uploaded, or taken from the case's letters and from articles."""

import re
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.drafts.model import PICTURES, Draft, DraftFile, FullFile
from crm_core.paging import columns
from crm_core.tables import draft_file

MOST_FILES = 50
LARGEST_PICTURE_BYTES = 5_000_000
_SIGNS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+\-]{0,60}/[a-z0-9][a-z0-9.+\-]{0,80}")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff/\\]+")
_F = draft_file.c


def add(  # noqa: PLR0917 - a file's parts
    conn: Connection,
    to: Draft,
    name: str,
    claimed: str,
    content: bytes,
    now: float,
    *,
    most_bytes: int,
    inline: bool = False,
) -> DraftFile:
    """Keep it with the draft. A picture's type is what its first bytes say, never what was claimed. `Refused`: draft.file_size (empty, or all
    files together over the limit), draft.files, draft.picture (within the words stand pictures alone)."""
    if to.held:
        raise Refused("draft.held", id=to.id)
    if not content or len(content) + sum(each.size for each in to.files) > most_bytes:
        raise Refused("draft.file_size", Kind.INVALID, pointer="/file", most=most_bytes)
    if len(to.files) >= MOST_FILES:
        raise Refused("draft.files", most=MOST_FILES)
    kind = type_of(claimed, content)
    if inline and (kind not in PICTURES or len(content) > LARGEST_PICTURE_BYTES):
        raise Refused("draft.picture", Kind.INVALID, pointer="/file", most=LARGEST_PICTURE_BYTES)
    shown = _ODD.sub("_", name).strip(" .")[-200:] or "file"
    made = DraftFile(id=new_id(), name=shown, content_type=kind, size=len(content), inline=inline)
    values = {field: getattr(made, field) for field in DraftFile.__dataclass_fields__}
    whose = {"interaction_id": to.interaction_id, "case_id": to.case_id, "party_id": to.party_id}
    conn.execute(insert(draft_file).values(draft_id=to.id, content=content, at=now, **whose, **values))
    return made


def remove(conn: Connection, to: Draft, file_id: str) -> None:
    if to.held:
        raise Refused("draft.held", id=to.id)
    conn.execute(delete(draft_file).where(_F.id == file_id, _F.draft_id == to.id))


def one(conn: Connection, draft_id: str, file_id: str) -> FullFile:
    found = next(iter(_full(conn, draft_id, (file_id,))), None)
    if found is None:
        raise Refused("draft.file_unknown", Kind.MISSING, id=file_id[:100])
    return found


def all_of(conn: Connection, found: Draft) -> list[FullFile]:
    """In their order."""
    by_id = {each.id: each for each in _full(conn, found.id, [each.id for each in found.files])}
    return [by_id[each.id] for each in found.files]


def type_of(claimed: str, content: bytes) -> str:
    """What its first bytes say, where they say anything; else what was claimed, if that is a type and no picture."""
    for sign, kind in _SIGNS.items():
        if content.startswith(sign):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    kind = claimed.partition(";")[0].strip().lower()
    # a container that is no part of ours would be read as one by the recipient's mail program
    known = _TYPE.fullmatch(kind) and kind not in PICTURES and not kind.startswith(("multipart/", "message/"))
    return kind if known else "application/octet-stream"


def _full(conn: Connection, draft_id: str, ids: Iterable[str]) -> list[FullFile]:
    names = list(FullFile.__dataclass_fields__)
    query = select(*(_F[name] for name in names)).where(_F.draft_id == draft_id, _F.id.in_(list(ids)))
    return [FullFile(**columns(row)) for row in conn.execute(query)]
