"""How a letter begins: to whom, what it is called, what it answers, and the signature below."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.email.sending.written import answer_address, forward_subject, reply_subject
from config.errors import Kind, Refused
from crm_core import cases, interactions, letters, parties, queues
from crm_core.casework.texts import Place as About
from crm_core.drafts import people, signature
from crm_core.drafts.kept import Place
from crm_core.drafts.model import Content, Way
from crm_core.letters import Letter
from crm_core.store import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known where a letter is written. `party_id`: the customer that is shown there."""

    case_id: str | None
    interaction_id: str | None
    party_id: str | None
    queue_id: str | None
    entry_address: str
    subject: str
    address: str
    name: str
    language: str
    thread: tuple[Letter, ...]


def standing(conn: Connection, place: Place) -> Standing:
    """`Refused` for a case or interaction that there is not."""
    about = interactions.interaction(conn, place.interaction_id) if place.interaction_id else None
    if place.interaction_id and about is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=place.interaction_id[:100])
    case_id = place.case_id or (about.case_id if about else None)
    case = cases.leading(conn, case_id) if case_id else None
    if case_id and case is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id[:100])
    thread = (
        letters.thread(conn, case.id) if case else letters.of_interaction(conn, about.id) if about else []
    )
    party_id = (about.party_id if about else None) or (case.party_id if case else None) or place.party_id
    queue_id = (about.queue_id if about else None) or (case.queue_id if case else None)
    queue = queues.queue_by_id(conn, queue_id) if queue_id else None
    party = parties.party(conn, party_id) if party_id else None
    return Standing(
        case_id=case.id if case else None,
        interaction_id=about.id if about else None,
        party_id=party_id,
        queue_id=queue_id,
        entry_address=about.entry_address if about and about.medium == "email" else "",
        subject=(case.subject if case else "") or (about.subject if about else ""),
        address=about.customer_address if about else "",
        name=party.name if party else about.customer_name if about else "",
        language=(party.language if party else None) or (queue.language if queue else "en"),
        thread=tuple(thread),
    )


def begun(  # noqa: PLR0917 - all of them decide
    conn: Connection, at: Standing, way: Way, letter_id: str | None, author_id: str, centre: str, now: float
) -> Content:
    """An empty letter of this kind with what can be known beforehand. An answer without anything to answer is a new letter."""
    about = About(
        case_id=at.case_id,
        interaction_id=at.interaction_id,
        author_id=author_id,
        centre=centre,
        language=at.language,
    )
    below = signature.signature(conn, about, at.queue_id, now)
    text = f"\n\n{below}\n" if below else ""
    other = _other(at.thread, letter_id)
    if way == "forward":
        if other is None:
            raise Refused("letter.nothing_to_answer", id=at.case_id or at.interaction_id or "")
        return Content(way=way, subject=forward_subject(other.subject), answers=other.id, text=text)
    theirs = people.customers(conn, at.party_id, now)
    answered = other if way == "reply" else None
    to = _recipient(conn, at, answered, theirs)
    return Content(
        way="reply" if answered else "new",
        to=(to,) if to else (),
        subject=reply_subject(answered.subject or at.subject) if answered else at.subject,
        answers=answered.id if answered else None,
        quote=answered is not None,
        text=text,
    )


def _other(thread: Sequence[Letter], letter_id: str | None) -> Letter | None:
    """The letter that was named, else the customer's latest."""
    if letter_id is None:
        return next((each for each in reversed(thread) if each.direction == "in"), None)
    found = next((each for each in thread if each.id == letter_id), None)
    if found is None:
        raise Refused("letter.unknown", Kind.MISSING, id=letter_id[:100])
    return found


def _recipient(conn: Connection, at: Standing, answered: Letter | None, theirs: Sequence[str]) -> str | None:
    """The customer that is shown gets it. Where they want answers, as long as it was them who wrote: an agent who says that it is somebody
    else has the letter go to that one. A web form's letter comes from our own address, and its Reply-To is the visitor."""
    first = theirs[0] if theirs else None
    wanted = answer_address(conn, answered) if answered and answered.direction == "in" else None
    if wanted is None:
        return first or (at.address if "@" in at.address else None)
    wrote = answered.from_address.lower() if answered else ""
    if not theirs or wanted[0].lower() in theirs or wrote in theirs:
        return wanted[0]
    return first
