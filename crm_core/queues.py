"""How work is shared out: queues, the numbers and addresses that lead to them, agents' skills, dispositions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import overflow_words
from crm_core.overflow_words import Led
from crm_core.paging import columns
from crm_core.prepared import Prepared
from crm_core.queue_words import GivenUp, Groups, Skills, groups_of, needs_of, said, steps_of
from crm_core.tables import agent_skill, disposition, entry, queue, user_account
from crm_core.users import USER_COLUMNS, User

IDENTIFY = ("never", "unknown", "untrusted")
CAPACITY = ("letters_at_once", "chats_at_once", "load_at_most")
"""What says how much an agent has at once."""
Ends = Mapping[str, float]
"""The first moment at which a skill does not count any more, of those that end; the end of a day in the centre's time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One queue for every medium; see `routing.core.model.QueueRule` for what its numbers mean. `team_id`: its department; `calendar_id`: of
    its opening hours (None: always open)."""

    id: str
    name: str
    language: str
    needs: Skills
    ring_s: float
    wrap_up_s: float
    mail_while_talking: bool
    answer_within_s: float
    mail_address: str | None
    team_id: str | None = None
    relaxation: tuple[GivenUp, ...] = ()
    choice: str = "longest_idle"
    priority_points: int = 0
    missed_at_most: int = 1
    calendar_id: str | None = None
    closed: bool = False
    overflow: tuple[Led, ...] = ()
    call_with_letters: str = "pauses"
    call_with_chats: str = "never"
    letter_with_chats: str = "never"
    chat_with_calls: str = "never"
    chat_with_letters: str = "pauses"
    call_load: int = 100
    letter_load: int = 0
    chat_load: int = 0
    voicemail_offered: bool = False
    voicemail_most_s: int = 180
    voicemail_silence_s: int = 10
    callback_offered: bool = False
    callback_tries: int = 3
    callback_retry_s: float = 900.0
    territory_wait_s: float = 0.0
    record_share: int = 0
    record_out_share: int | None = None
    record_days: int | None = None
    hold_music: str = ""
    hold_prompt_id: str | None = None
    told_every_s: float = 0.0
    told_position: bool = False
    told_wait: bool = False
    told_prompt_id: str | None = None
    caller_id: str | None = None
    auto_answer: bool = False
    receipt_template_id: str | None = None
    receipt_every_h: int = 24
    groups: Groups = ()
    """The names or codes of the departments whose agents may serve it; none: everybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What customers dial or write to: `medium` voice or fax with a number, email with an address in lower case. `fax_detect`: callers are listened to
    for a fax machine first. `identify`: when callers
    are asked who they are: never, unknown (when their number does not tell), untrusted (unless their number is marked as trusted). `flow_id`: of the
    entry flow that callers go through first."""

    medium: str
    address: str
    queue_id: str
    identify: str = "never"
    flow_id: str | None = None
    fax_detect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """What one active agent can take (`routing.core.model.AgentRule`); `skill_ends`: see `skill_ends`. `territories`: whose customers are theirs.
    `record_share`: of a hundred of their calls so many are recorded (None: as the queue says)."""

    user: User
    skills: Skills
    territories: tuple[str, ...]
    letters_at_once: int
    chats_at_once: int
    load_at_most: int
    record_share: int | None
    skill_ends: Ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """How a contact turned out, in the agent's words; `queue_id` None: for every queue."""

    code: str
    label_en: str
    label_zh_tw: str
    label_zh_cn: str
    queue_id: str | None


_READ = {"needs", "relaxation", "groups", "overflow"}
_COLUMNS = [queue.c[name] for name in Queue.__dataclass_fields__ if name not in _READ]
_WORDS = (queue.c.requires, queue.c.relaxation, queue.c.served_by, queue.c.overflow)
_ALL = select(*_COLUMNS, *_WORDS).where(queue.c.deleted_at.is_(None)).order_by(queue.c.name, queue.c.id)
_BY_ID = _ALL.where(queue.c.id == bindparam("of_id"))
_E = [entry.c[name] for name in Entry.__dataclass_fields__]
_ENTRIES = Prepared(select(*_E).where(entry.c.deleted_at.is_(None)).order_by(entry.c.medium, entry.c.address))


def list_queues(conn: Connection) -> list[Queue]:
    """All queues by name."""
    return [_queue(columns(row)) for row in conn.execute(_ALL)]


def tunes(conn: Connection) -> frozenset[str]:
    """The uploaded prompts that callers hear as music."""
    return frozenset(each.hold_prompt_id for each in list_queues(conn) if each.hold_prompt_id)


def saying(conn: Connection, prompt_id: str) -> str | None:
    """The name of a queue whose callers hear this uploaded prompt while they wait."""
    row = queue.c
    uses = or_(row.hold_prompt_id == prompt_id, row.told_prompt_id == prompt_id)
    query = select(row.name).where(uses, row.deleted_at.is_(None)).order_by(row.name).limit(1)
    found: str | None = conn.execute(query).scalar_one_or_none()
    return found


def queue_by_id(conn: Connection, queue_id: str) -> Queue | None:
    row = conn.execute(_BY_ID, {"of_id": queue_id}).one_or_none()
    return None if row is None else _queue(columns(row))


def entries(conn: Connection) -> list[Entry]:
    """All numbers and addresses."""
    return [
        Entry(
            medium=each.medium,
            address=each.address,
            queue_id=each.queue_id,
            identify=each.identify or "never",
            flow_id=each.flow_id,
            fax_detect=bool(each.fax_detect),
        )
        for each in _ENTRIES.run(conn, {})
    ]


def close(conn: Connection, queue_id: str, *, closed: bool, now: float) -> Queue:
    """Close a queue for an emergency, or open it again; `Refused` for an unknown one."""
    row = queue.c
    done = conn.execute(
        update(queue)
        .where(row.id == queue_id, row.deleted_at.is_(None))
        .values(closed=closed, updated_at=now, row_version=row.row_version + 1)
    )
    found = queue_by_id(conn, queue_id) if done.rowcount else None
    if found is None:
        raise Refused("queue.unknown", Kind.MISSING, id=queue_id[:60])
    return found


def queue_for(conn: Connection, medium: str, address: str) -> Queue | None:
    """The queue to which this number or address leads."""
    row = entry.c
    query = select(row.queue_id).where(
        row.medium == medium, row.address == folded(address), row.deleted_at.is_(None)
    )
    found = conn.execute(query).scalar_one_or_none()
    return None if found is None else queue_by_id(conn, found)


def agents(conn: Connection) -> list[AgentConfig]:
    """All active users with the role agent, by login."""
    skills, ends = skills_by_user(conn), skill_ends(conn)
    more = (*CAPACITY, "record_share", "territories")
    query = select(*USER_COLUMNS, *(user_account.c[name] for name in more)).where(
        user_account.c.role == "agent", user_account.c.active, ~user_account.c.service
    )
    rows = conn.execute(query.order_by(user_account.c.login))
    return [_agent(row, skills[row.id], ends.get(row.id, {})) for row in rows]


def dispositions(conn: Connection, queue_id: str | None = None) -> list[Disposition]:
    """All dispositions in their order; with a queue only those that fit it."""
    query = select(
        disposition.c.code,
        disposition.c.label_en,
        disposition.c.label_zh_tw,
        disposition.c.label_zh_cn,
        disposition.c.queue_id,
    ).order_by(disposition.c.position, disposition.c.code)
    if queue_id is not None:
        query = query.where(or_(disposition.c.queue_id.is_(None), disposition.c.queue_id == queue_id))
    return [Disposition(**columns(row)) for row in conn.execute(query)]


def add_queue(
    conn: Connection,
    *,
    name: str,
    language: str,
    needs: Sequence[tuple[str, int]] = (),
    relaxation: str = "",
    ring_s: float = 20.0,
    wrap_up_s: float = 30.0,
    mail_while_talking: bool = False,
    answer_within_s: float = 20.0,
    mail_address: str | None = None,
    record_share: int = 0,
    now: float = 0.0,
) -> Queue:
    """Make a queue; `Refused` for a name that is taken, and for words that say nothing (`crm_core.queue_words`)."""
    if conn.execute(select(queue.c.id).where(queue.c.name == name)).first() is not None:
        raise Refused("queue.name_taken", pointer="/name", name=name)
    made = Queue(
        id=new_id(),
        name=name,
        language=language,
        needs=tuple(sorted((skill, _level(level)) for skill, level in needs)),
        relaxation=steps_of(relaxation),
        ring_s=ring_s,
        wrap_up_s=wrap_up_s,
        mail_while_talking=mail_while_talking,
        answer_within_s=answer_within_s,
        mail_address=mail_address,
        record_share=record_share,
    )
    values = {column.name: getattr(made, column.name) for column in _COLUMNS}
    words = {"requires": said(made.needs), "relaxation": relaxation}
    conn.execute(insert(queue).values(created_at=now, updated_at=now, **words, **values))
    return made


def add_entry(conn: Connection, medium: str, address: str, queue_id: str, *, now: float = 0.0) -> Entry:
    """Let a number or address lead to a queue; `Refused` when it leads somewhere already."""
    made = Entry(medium=medium, address=folded(address), queue_id=queue_id)
    taken = select(entry.c.id).where(entry.c.address == made.address, entry.c.deleted_at.is_(None))
    if conn.execute(taken).first() is not None:
        raise Refused("entry.taken", pointer="/address", address=made.address)
    conn.execute(
        insert(entry).values(
            id=new_id(),
            medium=medium,
            address=made.address,
            queue_id=queue_id,
            identify=made.identify if medium == "voice" else None,
            created_at=now,
            updated_at=now,
        )
    )
    return made


def dialled_alike(conn: Connection, number: str, *, but: str) -> bool:
    """Whether another record has this number, once with and once without `+`: who dials it cannot tell them apart."""
    row = entry.c
    other = number.removeprefix("+") if number.startswith("+") else f"+{number}"
    query = select(row.id).where(row.address == other, row.id != but, row.deleted_at.is_(None))
    return conn.execute(query).first() is not None


def set_identify(conn: Connection, address: str, when: str, *, now: float = 0.0) -> tuple[str, str]:
    """Say when callers of a number are asked who they are; returns its record and what was said before. `Refused` for unknown numbers
    and words."""
    if when not in IDENTIFY:
        raise Refused("entry.identify", Kind.INVALID, pointer="/identify", given=when)
    row = entry.c
    query = select(row.id, row.identify).where(
        row.medium == "voice", row.address == folded(address), row.deleted_at.is_(None)
    )
    found = conn.execute(query).first()
    if found is None:
        raise Refused("entry.unknown", Kind.MISSING, address=address[:100])
    before = found.identify or "never"
    if before != when:
        stamps = {"updated_at": now, "row_version": row.row_version + 1}
        conn.execute(update(entry).where(row.id == found.id).values(identify=when, **stamps))
    return found.id, before


def add_skill_of(
    conn: Connection, user_id: str, skill: str, level: int, valid_until: float | None = None
) -> None:
    """Give an agent a skill, or another level of it; from `valid_until` on it does not count."""
    conn.execute(delete(agent_skill).where(agent_skill.c.user_id == user_id, agent_skill.c.skill == skill))
    conn.execute(
        insert(agent_skill).values(user_id=user_id, skill=skill, level=_level(level), valid_until=valid_until)
    )


def set_skills(
    conn: Connection, user_id: str, skills: Sequence[tuple[str, int]], ends: Ends | None = None
) -> None:
    """These are an agent's skills from now on, and no others."""
    conn.execute(delete(agent_skill).where(agent_skill.c.user_id == user_id))
    for skill, level in skills:
        add_skill_of(conn, user_id, skill, level, (ends or {}).get(skill))


def skills_by_user(conn: Connection) -> dict[str, Skills]:
    """Everybody's skills by user, those that do not count any more included (`skill_ends`)."""
    query = select(agent_skill.c.user_id, agent_skill.c.skill, agent_skill.c.level)
    return _skills_by(conn.execute(query.order_by(agent_skill.c.skill)).all())


def skill_ends(conn: Connection) -> dict[str, dict[str, float]]:
    """When skills end that do, by user and skill."""
    gathered: dict[str, dict[str, float]] = {}
    query = select(agent_skill).where(agent_skill.c.valid_until.is_not(None))
    for row in conn.execute(query):
        gathered.setdefault(row.user_id, {})[row.skill] = row.valid_until
    return gathered


def known_skills(conn: Connection) -> list[str]:
    """Every skill that a queue asks for or an agent has."""
    asked = {skill for each in list_queues(conn) for skill, _ in each.needs}
    return sorted(asked.union(conn.execute(select(agent_skill.c.skill)).scalars()))


def add_disposition(
    conn: Connection,
    *,
    code: str,
    label_en: str,
    label_zh_tw: str,
    label_zh_cn: str,
    queue_id: str | None = None,
) -> Disposition:
    """Make a disposition after all others; `Refused` for a code that is taken."""
    if conn.execute(select(disposition.c.code).where(disposition.c.code == code)).first() is not None:
        raise Refused("disposition.taken", pointer="/code", given=code)
    made = Disposition(
        code=code, label_en=label_en, label_zh_tw=label_zh_tw, label_zh_cn=label_zh_cn, queue_id=queue_id
    )
    position = conn.execute(select(func.count()).select_from(disposition)).scalar_one()
    values = {field: getattr(made, field) for field in Disposition.__dataclass_fields__}
    conn.execute(insert(disposition).values(position=position, **values))
    return made


def _queue(row: dict[str, Any]) -> Queue:
    words = ("requires", "relaxation", "served_by", "overflow")
    requires, relaxation, served_by, overflow = (row.pop(name) for name in words)
    return Queue(
        needs=needs_of(requires),
        relaxation=steps_of(relaxation),
        groups=groups_of(served_by),
        overflow=overflow_words.rules_of(overflow),
        **row,
    )


def _level(level: int) -> int:
    if not 1 <= level <= 10:
        raise Refused("skill.level_unknown", Kind.INVALID, pointer="/level", given=level)
    return level


def folded(address: str) -> str:
    """A number or address as it is kept and compared."""
    return address.strip().lower()


def _skills_by(rows: Sequence[Any]) -> dict[str, Skills]:
    """Rows of (owner, skill, level), gathered by owner."""
    gathered: defaultdict[str, Skills] = defaultdict(tuple)
    for owner, skill, level in rows:
        gathered[owner] += ((skill, level),)
    return gathered


def _agent(row: Any, skills: Skills, ends: Ends) -> AgentConfig:
    fields = columns(row)
    capacity = {name: fields.pop(name) for name in (*CAPACITY, "record_share", "territories")}
    return AgentConfig(user=User(**fields), skills=skills, skill_ends=ends, **capacity)
