"""A message into the store: its recording, its interaction and its case in one unit, once; or the note that it was silent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select

from config.errors import Kind, Refused
from crm_core import cases, interactions, recognition, remembered
from crm_core.customers.relations import today
from crm_core.interactions import Interaction
from crm_core.paging import columns
from crm_core.preferring import Wish, of_interaction
from crm_core.recognition import Match
from crm_core.recordings import kept
from crm_core.recordings.kept import Recording
from crm_core.tables import interaction_match, queue, segment, voicemail

MEDIUM = "voicemail"
_SUBJECTS: Mapping[str, tuple[str, str]] = {
    "en": ("Voice message from {number}", "Voice message"),
    "zh-TW": ("{number} 的語音留言", "語音留言"),
    "zh-CN": ("{number} 的语音留言", "语音留言"),
}
_V = voicemail.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message as it was taken over: `id` is its file's name. `recording` has its sound; None: it is silent, and nobody's work."""

    id: str
    call_id: str
    left_at: float
    seconds: float
    sound_s: float
    recording: Recording | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What became of one: the interaction that is to be offered; None: it was silent."""

    id: str
    call_id: str
    interaction_id: str | None
    left_at: float
    seconds: float
    sound_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A message that is work, as the router is to be told of it."""

    interaction_id: str
    queue_id: str
    enqueued_at: float
    wish: Wish


def interaction_id_of(name: str) -> str:
    """The interaction of a message by its file's name: the same one however often it is filed."""
    return f"vm-{name.removeprefix('tl-')}"


def file(conn: Connection, heard: Heard, days: int, now: float) -> None:
    """Keep it, once. `Refused` (interaction.unknown) when nobody knows the call."""
    if one(conn, heard.id) is not None:
        return
    call = interactions.interaction(conn, heard.call_id)
    work = None if heard.recording is None or call is None else _open(conn, heard, call, now)
    conn.execute(
        insert(voicemail).values(
            id=heard.id,
            call_id=heard.call_id,
            interaction_id=work,
            left_at=heard.left_at,
            seconds=heard.seconds,
            sound_s=heard.sound_s,
        )
    )
    if work is not None and heard.recording is not None and call is not None:
        until = kept.keep_until(conn, call.queue_id, heard.left_at, days)
        kept.add(
            conn, replace(heard.recording, interaction_id=work, queue_id=call.queue_id, keep_until=until)
        )


def filed(conn: Connection, name: str, now: float) -> Filed | None:
    """The work that a message has become; None: none, or it is closed."""
    row = one(conn, name)
    if row is None or row.interaction_id is None:
        return None
    work = interactions.interaction(conn, row.interaction_id)
    if work is None or work.queue_id is None or work.state != "new":
        return None
    return Filed(
        interaction_id=work.id,
        queue_id=work.queue_id,
        enqueued_at=work.enqueued_at,
        wish=of_interaction(conn, work.id, now),
    )


def one(conn: Connection, name: str) -> Message | None:
    row = conn.execute(select(voicemail).where(_V.id == name)).one_or_none()
    return None if row is None else Message(**columns(row))


def of_call(conn: Connection, interaction_id: str) -> list[Message]:
    """What a caller has left, in the order of time."""
    query = select(voicemail).where(_V.call_id == interaction_id).order_by(_V.left_at)
    return [Message(**columns(row)) for row in conn.execute(query)]


def call_for(conn: Connection, name: str, message_id: str) -> None:
    """The call with which a message is answered, before the router hears of it: to the same customer, about the same case."""
    message = interactions.interaction(conn, message_id)
    if message is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=message_id)
    interactions.ensure(
        conn,
        id=name,
        medium="voice",
        direction="out",
        queue_id=message.queue_id,
        customer_address=message.customer_address,
        customer_name=message.customer_name,
        entry_address=message.entry_address,
        subject=message.subject,
        enqueued_at=message.enqueued_at,
    )
    recognition.identify(conn, name, _who(conn, message))
    if message.case_id is not None:
        cases.link(conn, name, message.case_id)


def is_asked(conn: Connection, interaction_id: str) -> bool:
    """Whether this call left its queue to leave a message."""
    row = segment.c
    query = select(row.id).where(row.interaction_id == interaction_id, row.outcome == MEDIUM)
    return conn.execute(query).first() is not None


def call_of(conn: Connection, interaction_id: str) -> str | None:
    """The call in which this message was left."""
    found: str | None = conn.execute(
        select(_V.call_id).where(_V.interaction_id == interaction_id)
    ).scalar_one_or_none()
    return found


def _open(conn: Connection, heard: Heard, call: Interaction, now: float) -> str:
    """At the caller's age, as who they are, about the case that the call was about; else about one of its own, as a letter is."""
    name, subject = interaction_id_of(heard.id), _subject(conn, call)
    interactions.ensure(
        conn,
        id=name,
        medium=MEDIUM,
        direction="in",
        queue_id=call.queue_id,
        customer_address=call.customer_address,
        customer_name=call.customer_name,
        entry_address=call.entry_address,
        subject=subject,
        enqueued_at=call.enqueued_at,
    )
    recognition.identify(conn, name, _who(conn, call))
    cases.link(conn, name, _case(conn, heard, call, subject, now))
    return name


def _subject(conn: Connection, call: Interaction) -> str:
    language = conn.execute(select(queue.c.language).where(queue.c.id == call.queue_id)).scalar_one_or_none()
    named, nameless = _SUBJECTS.get(language or "en", _SUBJECTS["en"])
    return named.format(number=call.customer_address) if call.customer_address else nameless


def _who(conn: Connection, call: Interaction) -> list[Match]:
    """As the call was recognised; a server that died in between has not come to that."""
    row = interaction_match.c
    query = select(row.party_id, row.strength).where(row.interaction_id == call.id).order_by(row.position)
    matches = [Match(party_id=each.party_id, name="", strength=each.strength) for each in conn.execute(query)]
    return matches or remembered.by_phone(conn, call.customer_address, day=today(call.enqueued_at))


def _case(conn: Connection, heard: Heard, call: Interaction, subject: str, now: float) -> str:
    known = cases.leading(conn, call.case_id) if call.case_id else None
    if known is not None:
        cases.customer_wrote(conn, known.id, now)
        return known.id
    party = interactions.interaction(conn, interaction_id_of(heard.id))
    return cases.open_case(
        conn,
        subject=subject,
        party_id=party.party_id if party else None,
        queue_id=call.queue_id,
        now=now,
        asked_at=call.enqueued_at,
        channel="voice",
    ).id
