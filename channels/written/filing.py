"""A message into the store: its customer, its case, its interaction, in one unit, each once by its account and key."""

import hashlib
from dataclasses import dataclass

from channels.written.contract import Incoming
from config.errors import Unavailable
from config.ids import new_id
from crm_core import cases, interactions, letters, queues, remembered
from crm_core.contracts import intake
from crm_core.customers.relations import today
from crm_core.letter_types import Letter, NewLetter, ParsedFields
from crm_core.preferring import NOTHING, Wish, of_interaction
from crm_core.recognition import Match, identify, verdict
from crm_core.store import Connection
from crm_core.written import conversations, media
from routing.core.events import Arrived
from routing.core.model import Medium
from routing.core.state import Centre
from routing.wishes import arrival

_DAY_S = 86_400.0
_SUBJECT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Where it went. `new`: it was not there before; `arrived`: its interaction is new and has to be offered."""

    letter_id: str
    case_id: str
    interaction_id: str
    medium: Medium
    queue_id: str
    at: float
    new: bool
    arrived: bool
    party_id: str | None = None
    wish: Wish = NOTHING

    def event(self, centre: Centre, now: float) -> Arrived:
        """For the floor."""
        return arrival(self.interaction_id, self.medium, self.queue_id, self.at, self.wish, centre, now)


def spool_id(medium: Medium, account_id: str, key: str) -> str:
    """The name under which a message is stored at most once."""
    digest = hashlib.sha256(f"{account_id}\x00{key}".encode()).hexdigest()
    return f"{medium}:{digest}"


def known(conn: Connection, incoming: Incoming) -> Letter | None:
    """The same message, if it came before."""
    return letters.by_spool_id(conn, spool_id(incoming.medium, incoming.account_id, incoming.key))


def who(conn: Connection, incoming: Incoming, now: float) -> list[Match]:
    """Whose address it came from."""
    match incoming.kind:
        case "phone":
            return remembered.by_phone(conn, incoming.theirs, day=today(now))
        case "email":
            return remembered.by_email(conn, incoming.theirs, day=today(now))
        case _:
            return []


def file_message(conn: Connection, incoming: Incoming, now: float) -> Taken:
    """File it; a second time changes nothing."""
    before = known(conn, incoming)
    if before is not None:
        return _again(incoming, before)
    matches = who(conn, incoming, now)
    party_id = verdict([(match.party_id, match.strength) for match in matches])[1]
    case_id = _case(conn, incoming, party_id, now)
    working = interactions.open_about(conn, case_id, incoming.medium)
    queue_id = incoming.queue_id or _first_queue(conn)
    interaction_id = working or _open(conn, incoming, queue_id, case_id, matches)
    stored = letters.store_letter(
        conn, _letter(incoming), case_id=case_id, interaction_id=interaction_id, party_id=party_id
    )
    media.put(conn, stored.id, incoming.account_id, incoming.media, now)
    if incoming.theirs:
        pair = (incoming.medium, incoming.theirs, incoming.ours)
        conversations.goes_on(conn, *pair, case_id, now)
    return Taken(
        letter_id=stored.id,
        case_id=case_id,
        interaction_id=interaction_id,
        medium=incoming.medium,
        queue_id=queue_id,
        at=incoming.at,
        new=True,
        arrived=working is None,
        party_id=party_id,
        wish=of_interaction(conn, interaction_id, now) if working is None else NOTHING,
    )


def _again(incoming: Incoming, before: Letter) -> Taken:
    return Taken(
        letter_id=before.id,
        case_id=before.case_id or "",
        interaction_id=before.interaction_id or "",
        medium=incoming.medium,
        queue_id="",
        at=before.received_at,
        new=False,
        arrived=False,
        party_id=before.party_id,
    )


def _case(conn: Connection, incoming: Incoming, party_id: str | None, now: float) -> str:
    """The one it names, the one that the two talk about, or a new one."""
    found = cases.leading(conn, incoming.case_id) if incoming.case_id else None
    goes_on = found.id if found else None
    if goes_on is None and incoming.thread_days > 0 and incoming.theirs:
        since = now - incoming.thread_days * _DAY_S
        goes_on = conversations.of(conn, incoming.medium, incoming.theirs, incoming.ours, since)
    if goes_on is not None:
        cases.customer_wrote(conn, goes_on, now)
        return goes_on
    return cases.open_case(
        conn,
        subject=subject(incoming),
        party_id=party_id,
        queue_id=incoming.queue_id,
        now=now,
        asked_at=incoming.at,
        channel=incoming.channel or incoming.medium.value,
    ).id


def subject(incoming: Incoming) -> str:
    """What a list shows of it: its own, or how it begins."""
    words = " ".join((incoming.subject or incoming.text).split())
    shown = words if len(words) <= _SUBJECT else f"{words[: _SUBJECT - 1].rstrip()}…"
    return shown or incoming.theirs


def _open(conn: Connection, incoming: Incoming, queue_id: str, case_id: str, matches: list[Match]) -> str:
    interaction_id = new_id()
    interactions.ensure(
        conn,
        id=interaction_id,
        medium=incoming.medium,
        direction="in",
        queue_id=queue_id,
        customer_address=incoming.theirs,
        customer_name=incoming.sender_name,
        entry_address=incoming.ours,
        subject=subject(incoming),
        enqueued_at=incoming.at,
    )
    cases.link(conn, interaction_id, case_id)
    identify(conn, interaction_id, matches)
    intake.attach(conn, interaction_id)
    return interaction_id


def _first_queue(conn: Connection) -> str:
    for queue in queues.list_queues(conn):
        return queue.id
    raise Unavailable("queues", "there is no queue that could take messages yet")


def _letter(incoming: Incoming) -> NewLetter:
    name = spool_id(incoming.medium, incoming.account_id, incoming.key)
    return NewLetter(
        spool_id=name,
        raw=incoming.raw,
        sha256=hashlib.sha256(incoming.raw).hexdigest(),
        envelope_from=incoming.theirs,
        envelope_to=(incoming.ours,),
        received_at=incoming.at,
        parsed=ParsedFields(
            message_id=f"<{name.partition(':')[2][:40]}@{incoming.medium}>",
            from_address=incoming.theirs,
            from_name=incoming.sender_name,
            to=(incoming.ours,) if incoming.ours else (),
            subject=incoming.subject,
            date=incoming.at,
            text=incoming.text,
            marks=(incoming.medium.value, *incoming.marks),
            attachments=incoming.attachments,
        ),
    )
