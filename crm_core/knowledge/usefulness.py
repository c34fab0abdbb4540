"""How much an article helps: votes (one for each voter), and where it was used; counts are folded from the rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.knowledge import texts
from crm_core.knowledge.markdown import plain
from crm_core.tables import article_use, article_vote, inserting, interaction
from crm_core.tables.base import metadata

KINDS = ("source", "linked", "inserted", "replied")
"""source: made of this case; linked: an agent says it fits; inserted: put into a reply; replied: sent with one."""
_TELLING = 12
"""Characters of a line that nobody writes by chance."""
_V, _U = article_vote.c, article_use.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Usefulness:
    """`used`: the replies it was sent with; `linked`: the cases it is kept on."""

    helpful: int = 0
    not_helpful: int = 0
    used: int = 0
    linked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseArticle:
    """An article kept on a case, and why."""

    id: str
    number: str
    title: str
    state: str
    kinds: tuple[str, ...]
    at: float


def vote(conn: Connection, article_id: str, voter: str, *, helpful: bool, language: str, now: float) -> None:
    """`voter` is `user:…`, `party:…` or `guest:…` (a fingerprint); a second vote replaces the first."""
    values = {"helpful": helpful, "language": language, "at": now}
    made = conn.execute(
        inserting(conn, article_vote)
        .values(article_id=article_id, voter=voter, **values)
        .on_conflict_do_nothing()
    )
    if made.rowcount == 0:
        conn.execute(
            update(article_vote).where(_V.article_id == article_id, _V.voter == voter).values(**values)
        )


def case_of(conn: Connection, interaction_id: str) -> str | None:
    """The case that an interaction is about."""
    return conn.execute(select(interaction.c.case_id).where(interaction.c.id == interaction_id)).scalar()


def use(
    conn: Connection,
    article_id: str,
    kind: str,
    *,
    case_id: str | None,
    interaction_id: str | None,
    user_id: str | None,
    now: float,
) -> bool:
    """Keep that an article was used; the same for the same place is kept once, with its last time. Whether it is new."""
    if kind not in KINDS:
        raise Refused("article.use", Kind.INVALID, pointer="/kind", given=kind[:20])
    same = (
        _U.article_id == article_id,
        _U.kind == kind,
        _U.case_id.is_(None) if case_id is None else _U.case_id == case_id,
        _U.interaction_id.is_(None) if interaction_id is None else _U.interaction_id == interaction_id,
    )
    if kind != "replied" and conn.execute(update(article_use).where(*same).values(at=now)).rowcount:
        return False
    conn.execute(
        insert(article_use).values(
            id=new_id(),
            article_id=article_id,
            kind=kind,
            case_id=case_id,
            interaction_id=interaction_id,
            user_id=user_id,
            at=now,
        )
    )
    return True


def sent(conn: Connection, interaction_id: str, words: str, *, user_id: str | None, now: float) -> list[str]:
    """A reply went: articles that were put into it, and are still to be seen in it, were used. Their ids."""
    row = metadata.tables["article"].c
    query = (
        select(row.id, row.slug, _U.case_id)
        .join(article_use, _U.article_id == row.id)
        .where(_U.interaction_id == interaction_id, _U.kind == "inserted", ~_counted())
    )
    put_in = {each.id: each for each in conn.execute(query)}
    known = texts.newest(conn, list(put_in))
    shown = texts.published(conn, list(put_in))
    used = []
    for article_id, each in put_in.items():
        written = [*known.get(article_id, {}).values(), *shown.get(article_id, {}).values()]
        if f"/help/{each.slug}" in words or any(_stands_in(text.body, words) for text in written):
            use(
                conn,
                article_id,
                "replied",
                case_id=each.case_id,
                interaction_id=interaction_id,
                user_id=user_id,
                now=now,
            )
            used.append(article_id)
    return used


def _counted() -> ColumnElement[bool]:
    """A reply with it went since it was put in: the same press of a key told twice."""
    later = article_use.alias("later")
    return exists().where(
        later.c.article_id == _U.article_id,
        later.c.interaction_id == _U.interaction_id,
        later.c.kind == "replied",
        later.c.at >= _U.at,
    )


def _stands_in(body: str, words: str) -> bool:
    """Whether a line that is long enough to tell is in it."""
    lines = (" ".join(line.split()) for line in plain(body).splitlines())
    told = " ".join(words.split())
    return any(len(line) >= _TELLING and line in told for line in lines)


def unlink(conn: Connection, article_id: str, case_id: str) -> None:
    """It does not fit after all; where it was sent stays told."""
    conn.execute(
        delete(article_use).where(
            _U.article_id == article_id, _U.case_id == case_id, _U.kind.in_(("linked", "inserted"))
        )
    )


def of_case(conn: Connection, case_id: str) -> list[CaseArticle]:
    """The articles that are kept on a case, the latest first."""
    row = metadata.tables["article"].c
    query = (
        select(row.id, row.number, row.title, row.state, _U.kind, _U.at)
        .join(article_use, _U.article_id == row.id)
        .where(_U.case_id == case_id, row.deleted_at.is_(None))
        .order_by(_U.at.desc(), _U.id.desc())
    )
    found: dict[str, CaseArticle] = {}
    for each in conn.execute(query):
        known = found.get(each.id)
        kinds = tuple(dict.fromkeys((*(known.kinds if known else ()), each.kind)))
        found[each.id] = CaseArticle(
            id=each.id,
            number=each.number,
            title=each.title,
            state=each.state,
            kinds=kinds,
            at=known.at if known else each.at,
        )
    return list(found.values())


def usefulness(conn: Connection, article_ids: Sequence[str]) -> dict[str, Usefulness]:
    """Of each article that has any."""
    ids = list(article_ids)
    votes: dict[str, list[int]] = {}
    counted = select(_V.article_id, _V.helpful, func.count().label("n")).where(_V.article_id.in_(ids))
    for row in conn.execute(counted.group_by(_V.article_id, _V.helpful)):
        votes.setdefault(row.article_id, [0, 0])[0 if row.helpful else 1] = row.n
    uses: dict[str, list[int]] = {}
    of_uses = select(_U.article_id, _U.kind, func.count().label("n")).where(
        _U.article_id.in_(ids), _U.kind.in_(("replied", "linked"))
    )
    for row in conn.execute(of_uses.group_by(_U.article_id, _U.kind)):
        uses.setdefault(row.article_id, [0, 0])[0 if row.kind == "replied" else 1] = row.n
    nothing = [0, 0]
    return {
        article_id: Usefulness(
            helpful=votes.get(article_id, nothing)[0],
            not_helpful=votes.get(article_id, nothing)[1],
            used=uses.get(article_id, nothing)[0],
            linked=uses.get(article_id, nothing)[1],
        )
        for article_id in {*votes, *uses}
    }
