"""Solved cases become drafts: what was asked and what solved it, once for each case, with people taken out."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, select
from sqlalchemy.exc import IntegrityError

from config.errors import Kind, Refused
from crm_core import letters, parties
from crm_core.access.reader import SYSTEM
from crm_core.knowledge import publishing, usefulness
from crm_core.knowledge.masking import masked
from crm_core.knowledge.texts import LANGUAGES, Words
from crm_core.letter_types import Letter
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting
from crm_core.records.tables import table_of
from crm_core.search import index
from crm_core.tables import (
    article_use,
    inserting,
    queue,
    support_case,
)

BATCH = 20
_SOLVED = ("solved", "closed")
_QUESTION = {"en": "Question", "zh-TW": "問題", "zh-CN": "问题"}
_SOLUTION = {"en": "Solution", "zh-TW": "解決方式", "zh-CN": "解决方法"}
_MOST_PART = 20_000
_C, _U = support_case.c, article_use.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A case as a draft needs it."""

    case_id: str
    subject: str
    question: str
    solution: str
    language: str


def due(conn: Connection, since: float = 0.0, limit: int = BATCH) -> list[str]:
    """Solved cases of which no draft was made and that were touched since then, the oldest first; what was merged away is told where
    it lives on."""
    made = exists().where(_U.case_id == _C.id, _U.kind.in_(("source", "looked")))
    query = select(_C.id).where(
        _C.status.in_(_SOLVED),
        _C.updated_at >= since,
        _C.deleted_at.is_(None),
        _C.merged_into_id.is_(None),
        ~made,
    )
    return list(conn.execute(query.order_by(_C.updated_at, _C.id).limit(limit)).scalars())


def collect(conn: Connection, acting: Acting, case_id: str) -> str | None:
    """Make the draft of a solved case, once; its id. A case without a solution is remembered as looked at (None)."""
    before = made_of(conn, case_id)
    if before is not None:
        return before
    matter = _matter(conn, case_id)
    if not matter.solution:
        _remember(conn, acting, case_id)
        return None
    try:
        with conn.begin_nested():
            return _draft(conn, acting, matter)
    except (Refused, IntegrityError):
        # an article that the centre's own rules refuse is not tried again and again; an agent may still ask for it, and is told why
        _remember(conn, acting, case_id)
        return None


def draft_of(conn: Connection, acting: Acting, case_id: str) -> str:
    """The same at an agent's wish, solved or not; what was made before is given again."""
    found = made_of(conn, case_id)
    if found is not None:
        return found
    matter = _matter(conn, case_id)
    if not matter.solution:
        raise Refused("article.no_solution", case=case_id)
    return _draft(conn, acting, matter)


def made_of(conn: Connection, case_id: str) -> str | None:
    """The article that was made of a case."""
    query = select(_U.article_id).where(_U.case_id == case_id, _U.kind == "source").limit(1)
    found = conn.execute(query).scalar()
    return None if found is None else str(found)


def _draft(conn: Connection, acting: Acting, matter: Matter) -> str:
    language = matter.language
    body = (
        f"## {_QUESTION[language]}\n\n{matter.question}\n\n## {_SOLUTION[language]}\n\n{matter.solution}\n"
        if matter.question
        else f"{matter.solution}\n"
    )
    words = Words(title=matter.subject or matter.case_id, summary="", body=body, note="")
    made = publishing.create(conn, acting, {"language": language, "audience": "internal"}, words)
    table = table_of(known.entity("article"))
    conn.execute(table.update().where(table.c.id == made).values(source_case_id=matter.case_id))
    usefulness.use(
        conn,
        made,
        "source",
        case_id=matter.case_id,
        interaction_id=None,
        user_id=acting.reader.user_id or None,
        now=acting.now,
    )
    _tell_case(conn, acting, matter.case_id, made)
    index.refresh(conn, "article", made)
    return made


def _tell_case(conn: Connection, acting: Acting, case_id: str, article_id: str) -> None:
    """The case names its article, unless somebody has named another one."""
    entity = known.entity("case")
    if lists.read(conn, SYSTEM, entity, case_id).values["article_id"] is None:
        system = Acting(reader=SYSTEM, origin=acting.origin, now=acting.now)
        rows.patch(conn, system, entity, case_id, {"article_id": article_id})


def _remember(conn: Connection, acting: Acting, case_id: str) -> None:
    """There is nothing to learn from it: it is not asked for again until somebody wants a draft."""
    made = inserting(conn, article_use).values(
        id=f"looked-{case_id}", article_id="", kind="looked", case_id=case_id, at=acting.now
    )
    # another server may have looked in the same instant
    conn.execute(made.on_conflict_do_nothing())


def _matter(conn: Connection, case_id: str) -> Matter:
    row = conn.execute(select(support_case).where(_C.id == case_id)).one_or_none()
    if row is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id[:100])
    thread = letters.thread(conn, case_id)
    asked = next(
        (
            letter.reply or letter.text
            for letter in thread
            if letter.direction == "in" and letter.text.strip()
        ),
        "",
    )
    answered = next(
        (letter.text for letter in reversed(thread) if letter.direction == "out" and letter.text.strip()), ""
    )
    told = row.resolution or ""
    language = _language(conn, row)
    names, reached = _people(conn, row, thread)

    def clean(text: str) -> str:
        return masked(text.strip()[:_MOST_PART], names=names, known=reached, language=language)

    return Matter(
        case_id=case_id,
        subject=" ".join(clean(row.subject).split())[:200],
        question=clean(asked),
        solution=clean(told or answered),
        language=language,
    )


def _people(conn: Connection, row: Any, thread: list[Letter]) -> tuple[set[str], set[str]]:
    """Everybody who takes part: the customer, whoever wrote, the agents who answered."""
    names = {letter.from_name for letter in thread if letter.direction == "in"}
    names |= {letter.author for letter in thread if letter.author}
    reached = {letter.from_address for letter in thread if letter.direction == "in"}
    party = parties.party(conn, row.party_id) if row.party_id else None
    if party is not None:
        names |= {party.name, party.organisation or ""}
        reached |= {point.raw for point in party.contact_points} | {
            point.normal for point in party.contact_points
        }
    return names, reached


def _language(conn: Connection, row: Any) -> str:
    party = parties.party(conn, row.party_id) if row.party_id else None
    of_queue = conn.execute(select(queue.c.language).where(queue.c.id == row.queue_id)).scalar()
    wanted = (party.language if party else None) or of_queue or "en"
    return wanted if wanted in LANGUAGES else "en"
