"""One customer in full: relations, chart, group, consents, level, the time line, and strangers who become customers."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import customers as documents
from agent_console import scope
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.customers import (
    ChartAnswer,
    ConsentVerdict,
    GroupAnswer,
    PartyBrief,
    RelationsAnswer,
    TimelinePage,
)
from agent_console.records import labels
from crm_core import audit
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.customers import consent, grading, groups, identifiers, prospects, reach, relations, timeline
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.search import party_list
from crm_core.store import Connection

router = APIRouter(tags=["customers"])
_MOST_OF_GROUP = 500
PARTY = "party"


class FoundAnswer(TypedDict):
    items: list[PartyBrief]


class GradeAnswer(TypedDict):
    """The level that the rules give now and why: the rule that decides, and the figures it was asked with. `tier` null: none fits."""

    tier: str | None
    figure: str | None
    least: float | None
    figures: dict[str, float | None]


class Stranger(Body):
    """Who it is, as the agent confirms it."""

    name: str = Field(min_length=1, max_length=200)
    kind: Literal["person", "organisation"] = "person"
    fields: dict[str, Any] = Field(default_factory=dict)


class ProspectAnswer(TypedDict):
    party_id: str


class ProposalAnswer(TypedDict):
    """A stranger as a customer might be made of them: a person with this name, reached so. Nothing is made of it by itself."""

    kind: str
    name: str
    contact: dict[str, str] | None


@router.get("/parties/by-identifier")
async def find_by_identifier(
    at: AtDesk,
    value: Annotated[str, Query(min_length=1, max_length=200)],
    scheme: Annotated[str, Query(max_length=60)] = "",
) -> FoundAnswer:
    """Customers with this id of another system, or with it as number of membership or registration."""

    def look(conn: Connection, reader: Reader) -> list[PartyBrief]:
        owner = identifiers.owner_of(conn, scheme, value) if scheme else None
        ids = identifiers.owners(conn, value) if not scheme else [owner] if owner else []
        rows = party_list.of_ids(conn, reader, ids)
        return [documents.brief(rows[each]) for each in ids if each in rows]

    return FoundAnswer(items=await at.read(look))


@router.get("/parties/{party}/timeline")
async def read_timeline(
    at: AtDesk,
    party: str,
    kinds: Annotated[str, Query(max_length=300, description="By comma; none: all")] = "",
    limit: Annotated[int, Query(ge=1, le=timeline.LARGEST_PAGE)] = 30,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    *,
    group: Annotated[bool, Query(description="Of the whole group and its people")] = False,
) -> TimelinePage:
    """All that happened and is to happen, the latest first: what one may read of it."""
    now = at.within.clock.now()
    chosen = [kind for kind in kinds.split(",") if kind]

    def look(conn: Connection, reader: Reader) -> TimelinePage:
        home = _reached(conn, reader, party)
        ids = _whole_group(conn, reader, home, now) if group else [home]
        page = timeline.read(conn, reader, ids, of=chosen, limit=limit, cursor=cursor)
        names = reach.names(conn, {entry.party_id for entry in page.items})
        return TimelinePage(
            items=[documents.entry(entry, names) for entry in page.items],
            next_cursor=page.next_cursor,
            kinds=list(timeline.kinds()),
        )

    answer = await at.read(look)
    if cursor is None:
        await at.write(lambda conn, acting: _tell_read(conn, acting, party, "timeline"))
    return answer


@router.get("/parties/{party}/relations")
async def read_relations(at: AtDesk, party: str) -> RelationsAnswer:
    """Whom a customer belongs to and who belongs to them, today and before; and the relations that there are, read from either end."""
    now = at.within.clock.now()

    def look(conn: Connection, reader: Reader) -> RelationsAnswer:
        found = relations.of_party(conn, _reached(conn, reader, party), now)
        theirs = reach.readable_ids(conn, reader, [each.other_id for each in found])
        types = [
            {"code": each.code, "label": labels(each.label), "inverse": labels(relations.INVERSE[each.code])}
            for each in relations.TYPES
        ]
        return RelationsAnswer(
            items=[documents.relation(each) for each in found if each.other_id in theirs], types=types
        )

    return await at.read(look)


@router.get("/parties/{party}/chart")
async def read_chart(at: AtDesk, party: str) -> ChartAnswer:
    """The people of an organisation, and whom each reports to."""
    now = at.within.clock.now()
    found = await at.read(
        lambda conn, reader: groups.chart(
            conn, _reached(conn, reader, party), now, readable(known.entity(PARTY), reader)
        )
    )
    return ChartAnswer(items=[documents.member(each) for each in found])


@router.get("/parties/{party}/group")
async def read_group(at: AtDesk, party: str) -> GroupAnswer:
    """The group that an organisation belongs to, with the cases and the revenue of all in it that one may read."""
    now = at.within.clock.now()

    def look(conn: Connection, reader: Reader) -> GroupAnswer:
        mine = readable(known.entity(PARTY), reader)
        found = groups.group(conn, _reached(conn, reader, party), now, mine)
        sums = groups.sums(conn, [each.id for each in found], readable(known.entity("case"), reader), mine)
        hidden = "yearly_revenue" in reader.hidden(PARTY)
        return GroupAnswer(
            items=[documents.member(each) for each in found],
            cases=sums.cases,
            revenue="" if hidden else f"{sums.revenue:.4f}",
        )

    return await at.read(look)


@router.get("/parties/{party}/consent")
async def ask_consent(
    at: AtDesk,
    party: str,
    channel: Annotated[str, Query(max_length=60)],
    purpose: Annotated[str, Query(max_length=60)],
    contact_point: Annotated[str | None, Query(max_length=100)] = None,
) -> ConsentVerdict:
    """Whether they may be called or written to for this purpose now, and why (not)."""
    found = await at.read(
        lambda conn, reader: consent.allows(
            conn, _reached(conn, reader, party), channel, purpose, contact_point_id=contact_point
        )
    )
    return ConsentVerdict(allowed=found.allowed, reason=found.reason, consent_id=found.consent_id)


@router.get("/parties/{party}/grade")
async def explain_grade(at: AtDesk, party: str) -> GradeAnswer:
    """Which level the rules give, and from which figure."""

    def look(conn: Connection, reader: Reader) -> GradeAnswer:
        found = grading.explain(conn, _reached(conn, reader, party))
        hidden = reader.hidden(PARTY)
        if found is None:
            return GradeAnswer(tier=None, figure=None, least=None, figures={})
        rule = found.rule
        return GradeAnswer(
            tier=found.tier,
            figure=rule.figure if rule else None,
            least=rule.least if rule else None,
            figures={name: value for name, value in found.figures.items() if name not in hidden},
        )

    return await at.read(look)


@router.get("/interactions/{interaction}/prospect", tags=["interactions"])
async def propose_prospect(at: AtDesk, interaction: str) -> ProposalAnswer:
    """What is known of a stranger."""
    found = await scope.readable_interaction(at.within, at.user, interaction)
    proposal = prospects.proposed(found)
    return ProposalAnswer(kind=proposal["kind"], name=proposal["name"], contact=proposal["contact"])


@router.post("/interactions/{interaction}/prospect", status_code=201, tags=["interactions"])
async def confirm_prospect(at: AtDesk, interaction: str, given: Stranger) -> ProspectAnswer:
    """Make a prospect of a stranger: first contact noted, the number kept, the interaction theirs."""
    await scope.readable_interaction(at.within, at.user, interaction)
    fields = {"name": given.name, "kind": given.kind, **given.fields}
    made = await at.write(lambda conn, acting: prospects.confirm(conn, acting, interaction, fields))
    at.within.bus.publish("interaction", interaction)
    at.within.bus.publish(PARTY, made.id)
    return ProspectAnswer(party_id=made.id)


def _reached(conn: Connection, reader: Reader, party: str) -> str:
    """The customer's id now; `Refused` unless they may read it."""
    entity = known.entity(PARTY)
    home = lists.at_home(conn, entity, party)
    lists.row_of(conn, entity, home)
    lists.must_reach(conn, reader, entity, home, Action.READ)
    return home


def _whole_group(conn: Connection, reader: Reader, party: str, now: float) -> list[str]:
    mine = readable(known.entity(PARTY), reader)
    members = [each.id for each in groups.group(conn, party, now, mine)]
    return [*members, *reach.people_of(conn, members, mine, _MOST_OF_GROUP)]


def _tell_read(conn: Connection, acting: Acting, party: str, what: str) -> None:
    entry = audit.Entry(
        at=acting.now,
        origin=acting.origin,
        action="read",
        entity=PARTY,
        object_id=party,
        detail={"what": what},
    )
    audit.record(conn, entry)
