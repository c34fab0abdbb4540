"""A chat to which nobody came goes on as e-mail: what was asked waits at its age, in its case, for whoever answers letters."""

from dataclasses import dataclass

from channels.email.sending import writing
from config.ids import new_id
from crm_core import cases, interactions, queues
from crm_core.chat import kept
from crm_core.chat.model import VISITOR, Chat
from crm_core.preferring import Wish, of_interaction
from crm_core.store import Connection
from routing.core.events import Arrived
from routing.core.model import Medium
from routing.core.state import Centre
from routing.wishes import arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The e-mail that the chat became: `since` is when the chat began."""

    interaction: str
    queue: str
    since: float
    wish: Wish

    def event(self, centre: Centre, at: float) -> Arrived:
        """For the floor."""
        return arrival(self.interaction, Medium.EMAIL, self.queue, self.since, self.wish, centre, at)


def may_go_on(conn: Connection, chat: Chat) -> bool:
    """Nobody came, something was asked, and there is where to answer."""
    if not writing.is_address(chat.address):
        return False
    lines = kept.lines(conn, chat.id)
    return any(line.author == VISITOR for line in lines) and not any(line.code == "joined" for line in lines)


def as_mail(conn: Connection, chat: Chat, now: float) -> Waits | None:
    """Have it wait; None where somebody is about to answer in that case already. The chat's transcript is the letter to answer."""
    row = interactions.interaction(conn, chat.id)
    if row is None or row.case_id is None or row.queue_id is None:
        return None
    if interactions.open_about(conn, row.case_id, Medium.EMAIL.value) is not None:
        return None
    queue = queues.queue_by_id(conn, row.queue_id)
    name = new_id()
    interactions.ensure(
        conn,
        id=name,
        medium=Medium.EMAIL.value,
        direction="in",
        queue_id=row.queue_id,
        customer_address=chat.address.lower(),
        customer_name=chat.name,
        entry_address=queue.mail_address or "" if queue else "",
        subject=row.subject,
        enqueued_at=chat.started_at,
    )
    cases.link(conn, name, row.case_id)
    if row.party_id is not None:
        interactions.set_party(conn, name, row.party_id)
    wish = of_interaction(conn, name, now)
    return Waits(interaction=name, queue=row.queue_id, since=chat.started_at, wish=wish)
