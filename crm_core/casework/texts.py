"""Canned replies and contact templates for the case at hand: offered by channel, language, queue and type; filled in; their use counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from config.errors import Kind, Refused
from crm_core.branding import kept
from crm_core.casework import filling, types
from crm_core.records import filters, known
from crm_core.records.declared import Label
from crm_core.records.tables import table_of
from crm_core.tables import inserting, interaction, party, queue, support_case, template_use, user_account

MOST_OFFERED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A template as it is offered."""

    id: str
    name: str
    shortcut: str | None
    channel: str
    language: str
    subject: str | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text with what is known put in; `lacking`: placeholders that were left empty."""

    template_id: str
    subject: str
    body: str
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a text is written about, and by whom."""

    case_id: str | None = None
    interaction_id: str | None = None
    author_id: str | None = None
    centre: str = ""
    language: str = "en"


def offered(
    conn: Connection,
    *,
    channel: str,
    language: str,
    queue_id: str | None,
    type_id: str | None,
    words: str = "",
) -> list[Text]:
    """Those for this channel, queue and type (or for any), the language asked for first; `words` narrow by name, shortcut and text."""
    table = table_of(known.entity("template"))
    row = table.c
    query = select(table).where(
        row.deleted_at.is_(None),
        row.active,
        row.channel.in_([channel, "any"]),
        or_(row.queue_id.is_(None), row.queue_id == queue_id),
        or_(row.case_type_id.is_(None), row.case_type_id == type_id),
    )
    words = words.replace("\0", "")
    if words.strip():
        pattern = f"%{filters.escaped(words.strip())}%"
        query = query.where(
            or_(*(each.ilike(pattern, escape="\\") for each in (row.name, row.shortcut, row.body)))
        )
    found = conn.execute(query.order_by(row.name, row.language).limit(MOST_OFFERED)).all()
    found = sorted(found, key=lambda each: (each.language != language, each.name))
    return [_text(each) for each in found]


def for_letters(conn: Connection) -> list[tuple[str, str]]:
    """Those that an e-mail may be made of, (id, name with its language)."""
    row = table_of(known.entity("template")).c
    query = select(row.id, row.name, row.language).where(
        row.deleted_at.is_(None), row.active, row.channel.in_(["email", "any"])
    )
    found = conn.execute(query.order_by(row.name, row.language))
    return [(each.id, f"{each.name} ({each.language})") for each in found]


def in_language(conn: Connection, template_id: str, language: str | None) -> str:
    """The same text in this language, where there is one: of the same shortcut (without one: of the same name), channel, queue and type."""
    table = table_of(known.entity("template"))
    row = table.c
    found = conn.execute(select(table).where(row.id == template_id)).one_or_none()
    if found is None or not language or found.language == language:
        return template_id
    same = (
        row.shortcut == found.shortcut
        if found.shortcut
        else (row.shortcut.is_(None)) & (row.name == found.name)
    )
    query = select(row.id).where(
        same,
        row.channel == found.channel,
        row.language == language,
        row.queue_id.is_not_distinct_from(found.queue_id),
        row.case_type_id.is_not_distinct_from(found.case_type_id),
        row.active,
        row.deleted_at.is_(None),
    )
    other: str | None = conn.execute(query.order_by(row.id).limit(1)).scalar_one_or_none()
    return other or template_id


def name_of(conn: Connection, template_id: str) -> str:
    row = table_of(known.entity("template")).c
    return conn.execute(select(row.name).where(row.id == template_id)).scalar_one_or_none() or ""


def fill(conn: Connection, template_id: str, place: Place, now: float) -> Filled:
    """The text with its placeholders filled in; `Refused` for an unknown one."""
    table = table_of(known.entity("template"))
    found = conn.execute(
        select(table).where(table.c.id == template_id, table.c.deleted_at.is_(None))
    ).one_or_none()
    if found is None:
        raise Refused("template.unknown", Kind.MISSING, id=template_id[:100])
    values = known_of(conn, place, found.language, now)
    subject = filling.filled(found.subject or "", values)
    return Filled(
        template_id=found.id,
        subject=" ".join(subject.split()),
        body=filling.filled(found.body, values),
        lacking=tuple(filling.lacking(f"{found.subject or ''}\n{found.body}", values)),
    )


def used(
    conn: Connection, letter_id: str, template_ids: Iterable[str], user_id: str | None, now: float
) -> None:
    """A reply was written with these; counted once however often it is said. Unknown ones are nobody's use."""
    table = table_of(known.entity("template"))
    wanted = list(dict.fromkeys(template_ids))[:20]
    for each in conn.execute(select(table.c.id).where(table.c.id.in_(wanted))).scalars().all():
        made = inserting(conn, template_use).values(
            letter_id=letter_id, template_id=each, user_id=user_id, at=now
        )
        conn.execute(made.on_conflict_do_nothing())


def known_of(conn: Connection, place: Place, language: str, now: float) -> dict[str, str]:
    """Every placeholder for which there is a value here."""
    case = _row(conn, support_case, place.case_id)
    about = _row(conn, interaction, place.interaction_id)
    party_id = (case.party_id if case else None) or (about.party_id if about else None)
    queue_id = (case.queue_id if case else None) or (about.queue_id if about else None)
    values = {
        "centre.name": kept.centre_name(conn, place.centre),
        "today": datetime.fromtimestamp(now, UTC).date().isoformat(),
    }
    values |= _of_party(conn, party_id, about)
    values |= _of_case(conn, case, language)
    of_queue = _row(conn, queue, queue_id)
    author = _row(conn, user_account, place.author_id)
    if of_queue:
        values["queue.name"] = of_queue.name
    if author:
        values |= {"agent.name": author.name, "agent.first_name": author.name.split()[0]}
    return {name: value for name, value in values.items() if value}


def _of_party(conn: Connection, party_id: str | None, about: Row[Any] | None) -> Mapping[str, str]:
    found = _row(conn, party, party_id)
    if found is None:
        return {"party.name": about.customer_name if about else ""}
    firm = _row(conn, party, found.organisation_id)
    return {
        "party.name": found.name,
        "party.title": found.title or "",
        "party.organisation": firm.name if firm else "",
    }


def _of_case(conn: Connection, case: Row[Any] | None, language: str) -> Mapping[str, str]:
    if case is None:
        return {}
    kind = types.of(conn, case.type_id)
    state = kind.lifecycle.standing(case.state, case.status)
    products = table_of(known.entity("product"))
    product = _row(conn, products, case.product_id)
    due = datetime.fromtimestamp(case.due_at, UTC).strftime("%Y-%m-%d %H:%M UTC") if case.due_at else ""
    return {
        "case.number": case.number,
        "case.subject": case.subject,
        "case.type": _in(kind.label, language),
        "case.status": _in(state.label, language),
        "case.product": product.name if product else "",
        "case.resolution": case.resolution or "",
        "case.due": due,
    }


def _in(words: Label, language: str) -> str:
    return {"zh-TW": words.zh_tw, "zh-CN": words.zh_cn}.get(language, words.en)


def _row(conn: Connection, table: Any, row_id: str | None) -> Row[Any] | None:
    return conn.execute(select(table).where(table.c.id == row_id)).one_or_none() if row_id else None


def _text(row: Row[Any]) -> Text:
    return Text(
        id=row.id,
        name=row.name,
        shortcut=row.shortcut,
        channel=row.channel,
        language=row.language,
        subject=row.subject,
        body=row.body,
    )
