"""What routes about drafts share: who may see and write them, and who is told of a change."""

from collections.abc import Callable
from typing import TypeVar

from agent_console import writing_documents as documents
from agent_console.acting import Desk
from agent_console.writing_documents import DraftDocument
from channels.email.sending import beginning
from channels.email.sending.beginning import Standing
from channels.email.sending.dispatch import TOPIC
from config.errors import Kind, Refused
from crm_core import cases
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.drafts import kept, people, sent
from crm_core.drafts.kept import Place
from crm_core.drafts.model import Draft
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.rights import may_read_interaction
from crm_core.store import Connection

T = TypeVar("T")


def must_see(conn: Connection, reader: Reader, place: Place) -> None:
    """Whoever may read what is written about may see what is being written."""
    if place.case_id is not None:
        lists.read(conn, reader, known.entity("case"), place.case_id, deleted=True)
    elif place.interaction_id is not None:
        if not may_read_interaction(conn, reader, place.interaction_id):
            raise Refused("interaction.not_yours", Kind.FORBIDDEN)
    elif place.party_id is not None:
        lists.must_reach(conn, reader, known.entity("party"), place.party_id, Action.READ)
    else:
        raise Refused("draft.nowhere", Kind.INVALID, pointer="/case_id")


def must_write(conn: Connection, reader: Reader, place: Place) -> None:
    """Whoever may change the case may write in it; where there is none yet, whoever may read."""
    must_see(conn, reader, place)
    if place.case_id is not None:
        lists.may(conn, reader, known.entity("case"), place.case_id, Action.UPDATE)


def place_of(found: Draft) -> Place:
    return Place(case_id=found.case_id, interaction_id=found.interaction_id, party_id=found.party_id)


def seen(conn: Connection, reader: Reader, draft_id: str) -> Draft:
    found = kept.draft(conn, draft_id)
    must_see(conn, reader, place_of(found))
    return found


def writable(conn: Connection, reader: Reader, draft_id: str) -> Draft:
    """Their own stays theirs to finish also when the work is out of their hands. 409 `draft.gone` for one that is a letter by now."""
    if sent.letter_of(conn, draft_id) is not None:
        raise Refused("draft.gone")
    found = kept.draft(conn, draft_id)
    if found.owner_id == reader.user_id:
        must_see(conn, reader, place_of(found))
    else:
        must_write(conn, reader, place_of(found))
    return found


def full_place(conn: Connection, place: Place) -> tuple[Place, Standing]:
    """With the case that an interaction is about."""
    at = beginning.standing(conn, place)
    return Place(case_id=at.case_id, interaction_id=at.interaction_id, party_id=at.party_id), at


def here(conn: Connection, place: Place) -> list[Draft]:
    if place.case_id is not None:
        return kept.of_case(conn, place.case_id)
    if place.interaction_id is not None:
        return kept.of_interaction(conn, place.interaction_id)
    return kept.of_party(conn, place.party_id) if place.party_id is not None else []


def shown(conn: Connection, found: Draft, now: float) -> DraftDocument:
    """With a warning of addresses that are not the customer's."""
    at = beginning.standing(conn, place_of(found))
    theirs = people.customers(conn, at.party_id, now)
    return documents.draft(found, people.strangers(found.content.to, theirs))


async def change(at: Desk, work: Callable[[Connection, Acting], T]) -> T:
    """The same as `Desk.write`, with the room of letters told at once."""
    made = await at.write(work)
    at.within.bus.publish(TOPIC, "")
    return made


async def tell(at: Desk, found: DraftDocument) -> None:
    """Whoever shows its case or interaction looks again: a colleague writes, or does so no longer."""
    case_id, about = found["case_id"], {found["interaction_id"]} - {None}
    if case_id is not None:
        at.within.bus.publish("case", case_id)
        about |= set(await at.within.store.read(lambda c: cases.interactions_of(c, case_id)))
    for each in about:
        at.within.bus.publish("interaction", str(each))
