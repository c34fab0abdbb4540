"""One interaction: all about it for whoever may read it, and commands for the agent who holds it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import Field

from agent_console import rows, scope, sight
from agent_console.access import AsAgent, InContext, SignedIn
from agent_console.acting import AtDesk
from agent_console.answers import CallAnswer, CaseAnswer, InteractionAnswer, MessageAnswer, ReplyAnswer
from agent_console.api.bodies import Body, Subject, Text
from agent_console.context import Context
from agent_console.pops import Read, read_pop
from agent_console.views import queue_name
from config.errors import Kind, Refused
from crm_core import cases, corrections, interactions, letters, queues
from crm_core.access.model import Action
from crm_core.cases import Case
from crm_core.casework import texts
from crm_core.customers import redirects
from crm_core.inquiries import submissions
from crm_core.interactions import Segment
from crm_core.knowledge import usefulness
from crm_core.letter_types import Letter
from crm_core.records import known, lists
from crm_core.records import rows as records
from crm_core.records.change import Acting
from crm_core.store import Connection
from crm_core.voicemail import filing
from routing.core.events import Returned, StatusChosen, WorkEnded, WrapUpEnded
from routing.core.facts import Finished, Requeued, WrappedUp
from routing.core.model import AgentId, By, Medium, Phase, QueueId, Status
from routing.core.presence import Work

router = APIRouter(prefix="/interactions/{interaction}", tags=["interactions"])

IdempotencyKey = Annotated[str, Header(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class Note(Body):
    """The whole note, replacing the old one."""

    text: Text


class ChosenParty(Body):
    """Who it is; `remember`: and the number or address is theirs from now on."""

    party_id: Annotated[str, Field(min_length=1, max_length=100)]
    remember: bool = True


class WrongParty(Body):
    """Who it is not, and whose number or address this is not."""

    party_id: Annotated[str, Field(min_length=1, max_length=100)]


class WrapUp(Body):
    """How it turned out. `next_status` is ready, or paused with the reason it names: nothing is offered in between."""

    disposition: Annotated[str, Field(min_length=1, max_length=100)]
    note: Text | None = None
    next_status: Literal["ready", "paused", "break", "lunch", "meeting", "training", "other"] | None = None


class Reply(Body):
    """An answer to the customer; `finish` ends the work on the letter with it. `texts`: the templates that it was written with."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    finish: bool = False
    texts: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=20)] = Field(
        default_factory=list
    )


class NewCase(Body):
    """What it is about, in one line; its type with the form filled in, and other fields as in `/records/cases`."""

    subject: Subject
    type_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    form: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, Any] = Field(default_factory=dict)


@router.get("")
async def read_interaction(interaction: str, user: SignedIn, within: InContext) -> InteractionAnswer:
    """The interaction with its pop, its stays in queues and with agents, and its letters."""
    await scope.readable_interaction(within, user, interaction)
    names = within.hub.world.directory
    rights = names.rights.get(user.id)
    now = within.clock.now()
    read, segments, thread = await within.store.read(lambda c: _whole(c, interaction, now))
    left, left_in = await within.store.read(lambda c: _left(c, interaction))
    row = read.known.interaction
    shown = rows.pop(read.known, read.letters, 0, read.clocks)
    return InteractionAnswer(
        id=row.id,
        medium=row.medium,
        direction=row.direction,
        state=row.state,
        outcome=row.outcome,
        queue=queue_name(names, QueueId(row.queue_id)) if row.queue_id else None,
        agent=names.user_name(row.agent_id),
        enqueued_at=row.enqueued_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        closed_at=row.closed_at,
        disposition=row.disposition,
        segments=[rows.segment(each, names) for each in segments],
        thread=[rows.letter(each) for each in thread],
        messages=left,
        left_in=left_in,
        **(shown if rights is None else sight.of_pop(shown, rights)),
    )


@router.post("/hangup", status_code=204)
async def hang_up(interaction: str, user: AsAgent, within: InContext) -> None:
    """End the call for both sides."""
    work = scope.own_call(within, user, interaction)
    await within.calls.hang_up(work.id)


@router.post("/reattach", status_code=204)
async def reattach(interaction: str, user: AsAgent, within: InContext) -> None:
    """Ring this agent's phone again for a call whose browser leg was lost, in talk or before the answer."""
    work = scope.own_work(within, user, interaction)
    if work.medium is Medium.VOICE and work.phase is Phase.OFFERED:
        await _ring_anew(within, AgentId(user.id))
        return
    await within.calls.reattach(scope.own_call(within, user, interaction).id)


async def _ring_anew(within: Context, agent: AgentId) -> None:
    """The old offer rings at a phone that is no more: take it back without blame, and the next one rings at the new
    phone, or at a colleague's who has been idle for longer."""
    now = within.clock.now()
    gone = StatusChosen(agent=agent, status=Status.PAUSED, at=now, reason="reload")
    await within.floor.settle(gone, StatusChosen(agent=agent, status=Status.READY, at=now))


@router.post("/finish", status_code=204)
async def finish(interaction: str, user: AsAgent, within: InContext) -> None:
    """Done with this letter; after-contact work begins if the queue has any."""
    work = _own_letter(scope.own_work(within, user, interaction))
    await _settle(within, Finished, WorkEnded(interaction=work.id, by=By.AGENT, at=within.clock.now()))


@router.post("/return", status_code=204)
async def give_back(interaction: str, user: AsAgent, within: InContext) -> None:
    """Put a letter back into its queue, at its old age."""
    work = _own_letter(scope.own_work(within, user, interaction))
    back = Returned(interaction=work.id, at=within.clock.now(), reason="returned")
    await _settle(within, Requeued, back)


@router.post("/call-back", status_code=201)
async def call_back(interaction: str, user: AsAgent, within: InContext, at: AtDesk) -> CallAnswer:
    """Call whoever left this message: the agent's phone rings first, then theirs. 409 `callback.number`: such numbers are not called;
    `callback.waits`: they are to be called already; `callback.closed`: the queue takes nobody in now."""
    work = scope.own_work(within, user, interaction)
    if work.medium is not Medium.VOICEMAIL or work.phase is not Phase.CONNECTED:
        raise scope.wrong_state(interaction, work)
    call = await within.calls.call_back(work.id, AgentId(user.id))
    within.bus.publish("interaction", call)
    await at.tell("called_back", "interaction", interaction, {"call": call})
    return CallAnswer(interaction=call)


@router.put("/note", status_code=204)
async def write_note(interaction: str, given: Note, user: AsAgent, within: InContext) -> None:
    """Replace the note; also just after the work was closed, so that nothing typed is lost."""
    await scope.own_note(within, user, interaction)
    await within.store.write(lambda c: interactions.set_note(c, interaction, given.text))
    within.bus.publish("interaction", interaction)


@router.put("/party", status_code=204)
async def choose_party(interaction: str, given: ChosenParty, at: AtDesk) -> None:
    """The agent says which customer it is; its case, when it has one without a customer, becomes theirs too."""
    scope.own_work(at.within, at.user, interaction)
    name = at.user.name
    await at.write(lambda c, acting: _set_party(c, acting, interaction, given, _word(acting, name)))
    at.within.bus.publish("interaction", interaction)


@router.post("/wrong-party", status_code=204)
async def wrong_party(interaction: str, given: WrongParty, at: AtDesk) -> None:
    """The agent says which customer it is not: no match for this number or address any more."""
    scope.own_work(at.within, at.user, interaction)
    name = at.user.name
    await at.write(lambda c, acting: _not_them(c, acting, interaction, given, _word(acting, name)))
    at.within.bus.publish("interaction", interaction)


@router.post("/wrapup", status_code=204)
async def wrap_up(interaction: str, given: WrapUp, user: AsAgent, within: InContext) -> None:
    """Close the after-contact work with a disposition."""
    work = scope.own_work(within, user, interaction)
    if work.phase is not Phase.WRAP_UP:
        raise scope.wrong_state(interaction, work)
    await _check_disposition(within, work, given.disposition)
    if given.note is not None:
        note = given.note
        await within.store.write(lambda c: interactions.set_note(c, interaction, note))
    now, agent = within.clock.now(), AgentId(user.id)
    ended = WrapUpEnded(interaction=work.id, agent=agent, disposition=given.disposition, at=now)
    # The status first: a pause must be there before the end of the work makes the agent free.
    chosen = (_status(agent, given.next_status, now),) if given.next_status else ()
    await _settle(within, WrappedUp, ended, *chosen)
    within.bus.publish("interaction", interaction)


@router.post("/replies", status_code=201)
async def reply(
    interaction: str, given: Reply, user: AsAgent, within: InContext, idempotency_key: IdempotencyKey
) -> ReplyAnswer:
    """Answer the customer. The same key again answers with the same letter and sends nothing twice."""
    work = _own_letter(scope.own_work(within, user, interaction))
    letter = await within.letters.reply(
        interaction=work.id, author=user, text=given.text, idempotency_key=idempotency_key
    )
    if given.texts:
        await within.store.write(lambda c: texts.used(c, letter, given.texts, user.id, within.clock.now()))
    now = within.clock.now()
    await within.store.write(lambda c: usefulness.sent(c, interaction, given.text, user_id=user.id, now=now))
    within.bus.publish("interaction", interaction)
    if given.finish:
        await _settle(within, Finished, WorkEnded(interaction=work.id, by=By.AGENT, at=within.clock.now()))
    return ReplyAnswer(letter_id=letter)


@router.post("/case", status_code=201)
async def open_case(
    interaction: str, given: NewCase, user: AsAgent, within: InContext, at: AtDesk
) -> CaseAnswer:
    """Open a case for this interaction; it is the agent's own."""
    scope.own_work(within, user, interaction)
    made = await at.write(lambda c, acting: _open_case(c, acting, interaction, given))
    within.bus.publish("interaction", interaction)
    within.bus.publish("case", made.id)
    return CaseAnswer(case=rows.case(made, within.hub.world.directory))


def _status(agent: AgentId, wish: str, now: float) -> StatusChosen:
    if wish == "ready":
        return StatusChosen(agent=agent, status=Status.READY, at=now)
    return StatusChosen(agent=agent, status=Status.PAUSED, at=now, reason="" if wish == "paused" else wish)


def _own_letter(work: Work) -> Work:
    if work.medium is Medium.VOICE or work.phase is not Phase.CONNECTED:
        raise scope.wrong_state(work.id, work)
    return work


async def _settle(
    within: Context,
    wanted: type[Finished | Requeued | WrappedUp],
    event: Returned | WorkEnded | WrapUpEnded,
    *before: StatusChosen,
) -> None:
    """Submit, wait until it is durable, and tell the truth: the router may have judged otherwise meanwhile."""
    interaction = event.interaction
    facts = await within.floor.settle(*before, event)
    if not any(isinstance(fact, wanted) and fact.interaction == interaction for fact in facts):
        raise scope.wrong_state(interaction, within.floor.centre.interactions.get(interaction))


async def _check_disposition(within: Context, work: Work, code: str) -> None:
    known = await within.store.read(lambda c: queues.dispositions(c, work.queue))
    if code not in {each.code for each in known}:
        raise Refused("disposition.unknown", Kind.INVALID, pointer="/disposition", given=code)


def _whole(connection: Connection, name: str, now: float) -> tuple[Read, list[Segment], list[Letter]]:
    read = read_pop(connection, name, now)
    case_id = read.known.interaction.case_id
    thread = letters.thread(connection, case_id) if case_id else letters.of_interaction(connection, name)
    return read, interactions.segments(connection, name), thread


def _left(connection: Connection, name: str) -> tuple[list[MessageAnswer], str | None]:
    left = [
        MessageAnswer(
            left_at=each.left_at, seconds=each.seconds, sound_s=each.sound_s, interaction=each.interaction_id
        )
        for each in filing.of_call(connection, name)
    ]
    return left, filing.call_of(connection, name)


def _word(acting: Acting, name: str) -> corrections.Word:
    return corrections.Word(origin=acting.origin, name=name, now=acting.now)


def _set_party(
    connection: Connection, acting: Acting, interaction: str, given: ChosenParty, word: corrections.Word
) -> None:
    home = _seen(connection, acting, given.party_id)
    corrections.this_is(connection, interaction, home, word, remember=given.remember)
    row = interactions.interaction(connection, interaction)
    case = cases.case(connection, row.case_id) if row and row.case_id else None
    if case is not None and case.party_id is None and row is not None and row.party_id is not None:
        cases.set_party(connection, case.id, row.party_id, word.now)
    if row is not None and row.medium == Medium.FORM and row.party_id is not None:
        submissions.settle_consents(connection, row.id, row.party_id, word.origin, word.now)


def _not_them(
    connection: Connection, acting: Acting, interaction: str, given: WrongParty, word: corrections.Word
) -> None:
    home = _seen(connection, acting, given.party_id)
    corrections.this_is_not(connection, interaction, home, word)


def _seen(connection: Connection, acting: Acting, party_id: str) -> str:
    """The customer, by the id that is theirs now. Nobody says of one whom they may not read that it is, or is not, them."""
    home = redirects.living(connection, party_id)
    lists.must_reach(connection, acting.reader, known.entity("party"), home, Action.READ)
    return home


def _open_case(connection: Connection, acting: Acting, interaction: str, given: NewCase) -> Case:
    row = interactions.interaction(connection, interaction)
    if row is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction)
    own: dict[str, Any] = {
        "subject": given.subject,
        "party_id": row.party_id,
        "queue_id": row.queue_id,
        "channel": "voice" if row.medium == "voicemail" else row.medium,
    }
    own |= {"type_id": given.type_id} if given.type_id else {}
    made = records.create(connection, acting, known.entity("case"), given.fields | own | {"form": given.form})
    cases.link(connection, interaction, made.id)
    opened = cases.case(connection, made.id)
    if opened is None:
        raise RuntimeError("a case was written and is not there")
    return opened
