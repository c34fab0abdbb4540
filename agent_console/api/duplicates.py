"""Customers who are one: warned of at entry, worked off side by side, merged, and taken apart again."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from agent_console import customers as documents
from agent_console.acting import AtDesk, Desk
from agent_console.api.bodies import Body
from agent_console.customers import (
    AlikeAnswer,
    CandidateDocument,
    CandidatePage,
    MergedAnswer,
    MergesAnswer,
    UndoneAnswer,
)
from crm_core import jobs, parties
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.customers import duplicates, merge, merge_undo
from crm_core.customers.contact_points import NUMBERS
from crm_core.customers.duplicates import Candidate, Entered
from crm_core.customers.merge_undo import ChangedSince, Merge
from crm_core.parties import Party
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.search import party_list
from crm_core.store import Connection

router = APIRouter(tags=["duplicates"])
Text = Annotated[str, Field(max_length=500)]


class Asked(Body):
    """What a form knows so far; `without`: the customer that it edits, whose name and numbers count where none are given."""

    kind: Literal["person", "organisation"] = "person"
    name: Text = ""
    organisation_id: Text | None = None
    birth_date: Text | None = None
    numbers: Annotated[list[Text], Field(max_length=10)] = Field(default_factory=list)
    phones: Annotated[list[Text], Field(max_length=10)] = Field(default_factory=list)
    emails: Annotated[list[Text], Field(max_length=10)] = Field(default_factory=list)
    without: Text = ""


class Merging(Body):
    """`take`: the fields whose value comes from the one that goes."""

    survivor_id: Annotated[str, Field(max_length=100)]
    merged_id: Annotated[str, Field(max_length=100)]
    take: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=200)] = Field(
        default_factory=list
    )


class Decision(Body):
    state: Literal["open", "dismissed"]


@router.post("/parties/duplicates")
async def check_duplicates(at: AtDesk, asked: Asked) -> AlikeAnswer:
    """Who may be the same as somebody who is being entered. It warns, and blocks nothing."""

    def look(conn: Connection, reader: Reader) -> AlikeAnswer:
        lists.must(reader, known.entity("party"), Action.READ)
        mine = _own(conn, reader, asked.without)
        entered = Entered(
            kind=asked.kind,
            name=asked.name or (mine.name if mine else ""),
            organisation_id=asked.organisation_id,
            birth_date=asked.birth_date,
            numbers=tuple(asked.numbers),
            phones=tuple(asked.phones) or _reached(mine, *NUMBERS),
            emails=tuple(asked.emails) or _reached(mine, "email"),
            without=asked.without,
        )
        found = duplicates.alike(conn, reader, entered)
        rows = party_list.of_ids(conn, reader, [each.party_id for each in found])
        return AlikeAnswer(items=documents.alike(found, rows))

    return await at.read(look)


@router.get("/parties/duplicates")
async def list_duplicates(
    at: AtDesk,
    state: Annotated[str, Query(max_length=20)] = "open",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> CandidatePage:
    """Pairs that look alike, the likeliest first."""

    def look(conn: Connection, reader: Reader) -> CandidatePage:
        lists.must(reader, known.entity("party"), Action.READ)
        page = duplicates.listed(conn, reader, state=state, limit=limit, cursor=cursor)
        return CandidatePage(items=_candidates(conn, reader, page.items), next_cursor=page.next_cursor)

    return await at.read(look)


@router.put("/parties/duplicates/{candidate}")
async def decide_duplicate(at: AtDesk, candidate: str, decision: Decision) -> None:
    """They are two, or are to be looked at again."""

    def decide(conn: Connection, acting: Acting) -> None:
        found = duplicates.decide(conn, acting, candidate, decision.state)
        for party in (found.party_a, found.party_b):
            lists.may(conn, acting.reader, known.entity("party"), party, Action.UPDATE)

    await at.write(decide)


@router.post("/parties/merges", status_code=201)
async def merge_parties(at: AtDesk, given: Merging) -> MergedAnswer:
    """Make two customers one; all that refers to the one that goes is the survivor's from then on."""

    def work(conn: Connection, acting: Acting) -> MergedAnswer:
        done = merge.merge(conn, acting, given.survivor_id, given.merged_id, given.take)
        survivor = lists.at_home(conn, known.entity("party"), given.merged_id)
        return MergedAnswer(merge_id=done, survivor_id=survivor)

    answer = await at.write(work)
    await _tell(at, answer["survivor_id"])
    return answer


@router.get("/parties/{party}/merges")
async def list_merges(at: AtDesk, party: str) -> MergesAnswer:
    """What was made one with this customer, and what was taken apart again."""

    def look(conn: Connection, reader: Reader) -> MergesAnswer:
        home = lists.at_home(conn, known.entity("party"), party)
        lists.must_reach(conn, reader, known.entity("party"), home, Action.READ)
        return MergesAnswer(items=[documents.merge(each) for each in merge_undo.of_party(conn, home)])

    return await at.read(look)


@router.post("/parties/merges/{merge_id}/undo")
async def undo_merge(at: AtDesk, merge_id: str) -> UndoneAnswer:
    """Take a merge back: every row as it was. What was changed since stays, and is told."""

    def work(conn: Connection, acting: Acting) -> tuple[Merge, list[ChangedSince]]:
        changed = merge_undo.undo(conn, acting, merge_id)
        return merge_undo.of_id(conn, merge_id), changed

    done, changed = await at.write(work)
    await _tell(at, done.survivor_id, done.merged_id)
    return UndoneAnswer(changed_since=[documents.changed(each) for each in changed])


async def _tell(at: Desk, *parties: str) -> None:
    """Screens that show one of them show what is true now; what is left to be done begins."""
    about = await at.within.store.read(lambda conn: merge.open_interactions(conn, *parties))
    for party in parties:
        at.within.bus.publish("party", party)
    for interaction in about:
        at.within.bus.publish("interaction", interaction)
    at.within.bus.publish(jobs.TOPIC, "")


def _own(conn: Connection, reader: Reader, party: str) -> Party | None:
    """The customer that is edited: its name and numbers count as entered where the form has none."""
    reached = lists.reaches(conn, reader, known.entity("party"), party, Action.READ) if party else False
    return parties.party(conn, party) if reached else None


def _reached(party: Party | None, *kinds: str) -> tuple[str, ...]:
    return tuple(normal for kind in kinds for normal in party.reached_by(kind)) if party else ()


def _candidates(conn: Connection, reader: Reader, found: tuple[Candidate, ...]) -> list[CandidateDocument]:
    rows = party_list.of_ids(
        conn, reader, {party for each in found for party in (each.party_a, each.party_b)}
    )
    return [documents.candidate(each, rows) for each in found if {each.party_a, each.party_b} <= set(rows)]
