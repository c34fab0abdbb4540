"""Customers, and the words for how a contact turned out."""

from typing import Annotated

from fastapi import APIRouter, Query

from agent_console import rows, scope, sight
from agent_console.access import InContext, SignedIn
from agent_console.answers import DispositionDocument, DispositionsAnswer, PartyAnswer, PartyPage
from config.errors import Kind, Refused
from crm_core import cases, parties, queues
from crm_core.access.model import Action, Rights
from crm_core.access.reader import Reader
from crm_core.cases import Case
from crm_core.customers import relations
from crm_core.paging import Page
from crm_core.parties import Party
from crm_core.pop import PastContact, past_contacts
from crm_core.records import known, lists
from crm_core.search import party_list
from crm_core.search.party_list import PartyRow
from crm_core.store import Connection

router = APIRouter(tags=["customers"])
_SHOWN_CASES = 50
_SHOWN_CONTACTS = 50


@router.get("/parties")
async def find_parties(
    user: SignedIn,
    within: InContext,
    text: Annotated[str, Query(alias="search", max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> PartyPage:
    """Customers by words of a name, the beginning of a number or address, or a case's number; best first."""
    now, held = within.clock.now(), scope.held_by(within, user)

    def find(connection: Connection) -> tuple[Page[PartyRow], Rights]:
        reader = scope.reader(connection, user, held)
        return party_list.search(connection, text, limit, cursor, now=now, reader=reader), reader.rights

    page, rights = await within.store.read(find)
    items = [sight.of_customer(rows.party_row(each), rights) for each in page.items]
    return PartyPage(items=items, next_cursor=page.next_cursor)


@router.get("/parties/{party}")
async def read_party(party: str, user: SignedIn, within: InContext) -> PartyAnswer:
    """One customer with cases and history."""
    held = scope.held_by(within, user)
    now = within.clock.now()
    found = await within.store.read(lambda c: _whole(c, scope.reader(c, user, held), party, now))
    if found is None:
        raise Refused("party.unknown", Kind.MISSING, id=party)
    one, about, contacts, above, rights = found
    return sight.of_customer(rows.party(one, about, contacts, above, relations.today(now)), rights)


@router.get("/dispositions")
async def read_dispositions(
    user: SignedIn, within: InContext, queue: Annotated[str | None, Query(max_length=100)] = None
) -> DispositionsAnswer:
    """What an agent may choose at the end, in their order; with a queue, what fits it."""
    known = await within.store.read(lambda c: queues.dispositions(c, queue))
    items = [
        DispositionDocument(
            code=each.code, labels={"en": each.label_en, "zh-TW": each.label_zh_tw, "zh-CN": each.label_zh_cn}
        )
        for each in known
    ]
    return DispositionsAnswer(items=items)


def _whole(
    connection: Connection, reader: Reader, name: str, now: float
) -> tuple[Party, list[Case], list[PastContact], str | None, Rights] | None:
    found = parties.party(connection, name)
    if found is None:
        return None
    lists.must_reach(connection, reader, known.entity("party"), found.id, Action.READ)
    above = relations.superiors(connection, [found.id], now).get(found.id)
    return (
        found,
        cases.for_party(connection, found.id, _SHOWN_CASES, reader),
        past_contacts(connection, found.id, _SHOWN_CONTACTS, reader=reader),
        above[1] if above else None,
        reader.rights,
    )
