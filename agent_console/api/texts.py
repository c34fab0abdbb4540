"""Text messages: answers, new ones, what became of them; and what a gateway is opened with."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import scope
from agent_console.access import AsAdministrator, AsAgent, InContext, SignedIn
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.context import Context
from channels.sms import composing
from channels.sms.composing import Draft, Queued
from channels.sms.counting import MOST_PARTS
from channels.sms.gateway_peer import hook_url
from channels.written.dispatcher import TOPIC
from config.errors import Kind, Refused
from crm_core import audit, calls_out, interactions, letters
from crm_core.casework import texts
from crm_core.customers.consent import SERVICE
from crm_core.records import known, lists
from crm_core.records import rows as records
from crm_core.records.change import Acting
from crm_core.sms import gateways, numbers, stops
from crm_core.store import Connection
from crm_core.written import outgoing
from routing.core.events import WorkEnded
from routing.core.facts import Finished
from routing.core.model import AgentId, By, Medium, Phase, QueueId
from routing.core.presence import Work

router = APIRouter(tags=["text messages"])
IdempotencyKey = Annotated[str, Header(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Words = Annotated[str, Field(min_length=1, max_length=5000)]
Id = Annotated[str, Field(min_length=1, max_length=100)]
_SUBJECT = 60


class TextAnswer(Body):
    """An answer; `finish` ends the work with it. `texts`: the templates that it was written with. `confirmed`: the agent has read that the customer would
    rather not be written to."""

    text: Words
    finish: bool = False
    texts: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)
    confirmed: bool = False


class NewText(Body):
    """A message to somebody, on behalf of one of the agent's queues. Without `case_id` a case is opened for it. `purpose`: `receipt` (they asked for it) or
    one of consents."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    text: Words
    queue_id: Id
    party_id: Id | None = None
    case_id: Id | None = None
    purpose: Annotated[str, Field(min_length=1, max_length=60)] = SERVICE
    confirmed: bool = False


class QueuedDocument(TypedDict):
    """It is on its way, at `due_at` at the earliest (the customer's hours)."""

    letter_id: str
    case_id: str | None
    due_at: float
    later: bool


class TextStateDocument(TypedDict):
    """How an answer would go: the number of ours that it is sent from (null: there is none), and whether they have asked for no more."""

    sender: str | None
    number: str
    usable: bool
    stopped: bool
    most_parts: int


class SenderDocument(TypedDict):
    """A queue on whose behalf the agent may write, and the number that is shown."""

    id: str
    name: str
    number: str


class SendersAnswer(TypedDict):
    """By name; none: text messages are not set up."""

    queues: list[SenderDocument]


class WayAnswer(TypedDict):
    """How far a message has come: queued, sending, sent, delivered, failed, and why not farther. `error` is a code of ours or the gateway's words."""

    state: str
    error: str
    parts: int
    due_at: float


class GatewaySecretAnswer(TypedDict):
    """Since when a gateway has its secrets (null: it has none), whether they can be kept at all, and where it is to send to."""

    set_at: float | None
    can_be_kept: bool
    hook: str


class Secrets(Body):
    """What opens the gateway to us, and what its requests are signed with, where that is something else."""

    secret: Annotated[str, Field(min_length=8, max_length=500, pattern=r"^[\x21-\x7e]+$")]
    signing: Annotated[str, Field(max_length=500, pattern=r"^[\x21-\x7e]*$")] = ""


@router.get("/interactions/{interaction}/text-message")
async def read_text_state(interaction: str, user: SignedIn, within: InContext) -> TextStateDocument:
    """How an answer to this message would go."""
    await scope.readable_interaction(within, user, interaction)
    return await within.store.read(lambda conn: _state(conn, interaction))


@router.post("/interactions/{interaction}/text-message", status_code=201)
async def answer_text(  # noqa: PLR0917 - a route
    interaction: str,
    given: TextAnswer,
    user: AsAgent,
    within: InContext,
    at: AtDesk,
    idempotency_key: IdempotencyKey,
) -> QueuedDocument:
    """Answer a text message. The same key again answers with the same message and sends nothing twice. 409 `sms.stopped`, `sms.not_allowed`,
    `sms.not_wanted` (`confirmed` outweighs it), `sms.no_number`; 422 `sms.too_long`, `sms.number_unusable`; 429 `sms.too_many`."""
    work = _own_text(scope.own_work(within, user, interaction))
    draft = Draft(
        text=given.text,
        number="",
        queue_id=None,
        key=f"{interaction} {user.id} {idempotency_key}",
        author_id=user.id,
        confirmed=given.confirmed,
    )
    zone = within.settings.centre.time_zone

    def unit(conn: Connection, acting: Acting) -> Queued:
        queued = composing.answer(conn, interaction, draft, within.settings.sms, zone, acting.now)
        texts.used(conn, queued.letter.id, given.texts, user.id, acting.now)
        return queued

    queued = await at.write(unit)
    _tell(within, interaction)
    if given.finish:
        ended = WorkEnded(interaction=work.id, by=By.AGENT, at=within.clock.now())
        facts = await within.floor.settle(ended)
        if not any(isinstance(fact, Finished) and fact.interaction == work.id for fact in facts):
            raise scope.wrong_state(interaction, within.floor.centre.interactions.get(work.id))
    return _document(queued, within)


@router.get("/text-messages/senders")
async def read_text_senders(user: AsAgent, within: InContext) -> SendersAnswer:
    """On whose behalf the agent may write text messages."""
    directory = within.hub.world.directory
    serves = sorted(directory.serves.get(AgentId(user.id), frozenset()))
    shown = await within.store.read(lambda conn: {name: _sender(conn, name) for name in serves})
    named = [
        SenderDocument(id=name, name=directory.queue_name(name) or name, number=number)
        for name, number in shown.items()
        if number is not None
    ]
    return SendersAnswer(queues=sorted(named, key=lambda each: each["name"]))


@router.post("/text-messages", status_code=201)
async def write_text_message(
    given: NewText, user: AsAgent, within: InContext, at: AtDesk, idempotency_key: IdempotencyKey
) -> QueuedDocument:
    """Write to somebody. Outside their hours it waits for the next good one, unless `confirmed`. Refused as answers are."""
    if QueueId(given.queue_id) not in within.hub.world.directory.serves.get(AgentId(user.id), frozenset()):
        raise Refused("queue.not_yours", Kind.FORBIDDEN, pointer="/queue_id")
    key = f"{user.id} {idempotency_key}"
    queued = await at.write(partial(_write, within, given, key))
    _tell(within, queued.letter.interaction_id)
    if queued.letter.case_id:
        within.bus.publish("case", queued.letter.case_id)
    return _document(queued, within)


@router.get("/text-messages/{letter}")
async def read_text_way(letter: str, user: SignedIn, within: InContext) -> WayAnswer:
    """What became of a message of ours."""
    await _readable(within, letter, user)
    way = (await within.store.read(lambda conn: outgoing.ways(conn, [letter]))).get(letter)
    if way is None:
        raise Refused("letter.unknown", Kind.MISSING, id=letter[:100])
    return WayAnswer(state=way.state, error=way.error, parts=way.parts, due_at=way.due_at)


@router.post("/text-messages/{letter}/again", status_code=204)
async def send_text_again(letter: str, user: AsAgent, within: InContext, at: AtDesk) -> None:
    """Send a message that failed once more. 409 `message.not_failed`, `sms.stopped`."""
    found = await _readable(within, letter, user)

    def unit(conn: Connection, acting: Acting) -> None:
        if any(stops.stopped(conn, number) for number in found.to):
            raise Refused("sms.stopped", number=found.to[0])
        outgoing.send_again(conn, letter, acting.now)
        _audited(conn, acting, "sent_again", letter, {})

    await at.write(unit)
    _tell(within, found.interaction_id)


@router.get("/sms-gateways/{gateway}/secret")
async def read_gateway_secret(gateway: str, _: AsAdministrator, within: InContext) -> GatewaySecretAnswer:
    """Whether a gateway has its secrets, never what they are."""
    return await within.store.read(lambda conn: _secret(conn, gateway, within))


@router.put("/sms-gateways/{gateway}/secret")
async def set_gateway_secret(
    gateway: str, given: Secrets, _: AsAdministrator, within: InContext, at: AtDesk
) -> GatewaySecretAnswer:
    """Keep them sealed. 409 `sms.no_key` while the settings have no key for secrets."""
    seal = within.seal
    if seal is None:
        raise Refused("sms.no_key")

    def unit(conn: Connection, acting: Acting) -> GatewaySecretAnswer:
        _secret(conn, gateway, within)
        gateways.set_secrets(conn, gateway, given.secret, given.signing, seal, acting.now)
        entry = audit.Entry(
            at=acting.now, origin=acting.origin, action="secret_set", entity="sms_gateway", object_id=gateway
        )
        audit.record(conn, entry)
        return _secret(conn, gateway, within)

    answer = await at.write(unit)
    within.bus.publish(TOPIC, "")
    return answer


@router.get("/text-messages/stopped/{number}")
async def read_stopped(
    number: Annotated[str, Field(max_length=40)], _: AsAgent, within: InContext
) -> dict[str, bool]:
    """Whether this number has asked for no more messages."""
    return await within.store.read(lambda conn: {"stopped": stops.stopped(conn, numbers.theirs(number))})


def _own_text(work: Work) -> Work:
    if work.medium is not Medium.SMS or work.phase is not Phase.CONNECTED:
        raise scope.wrong_state(work.id, work)
    return work


def _state(conn: Connection, interaction: str) -> TextStateDocument:
    about = interactions.interaction(conn, interaction)
    if about is None or about.medium != Medium.SMS:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction[:100])
    try:
        sender: str | None = gateways.sender(conn, about.queue_id, about.entry_address).number
    except Refused:
        sender = None
    number = numbers.can_be_written_to(about.customer_address)
    return TextStateDocument(
        sender=sender,
        number=number or about.customer_address,
        usable=number is not None,
        stopped=stops.stopped(conn, numbers.theirs(about.customer_address)),
        most_parts=MOST_PARTS,
    )


def _sender(conn: Connection, queue_id: str) -> str | None:
    try:
        return gateways.sender(conn, queue_id).number
    except Refused:
        return None


def _write(within: Context, given: NewText, key: str, conn: Connection, acting: Acting) -> Queued:
    party_id = _party(conn, acting, given)
    before = outgoing.by_key(conn, Medium.SMS, key)
    if before is not None:
        return Queued(letter=before, due_at=acting.now)
    case_id = given.case_id or _case(conn, acting, given, party_id)
    draft = Draft(
        text=given.text,
        number=given.number,
        queue_id=given.queue_id,
        key=key,
        author_id=acting.reader.user_id,
        party_id=party_id,
        case_id=case_id,
        purpose=given.purpose,
        confirmed=given.confirmed,
    )
    queued = composing.send(conn, draft, within.settings.sms, within.settings.centre.time_zone, acting.now)
    detail = {"queue": given.queue_id, "party": party_id, "case": case_id, "purpose": given.purpose}
    _audited(conn, acting, "written", queued.letter.id, detail)
    return queued


def _party(conn: Connection, acting: Acting, given: NewText) -> str | None:
    """Whom it is to: named, or the case's, or whose number it is."""
    return calls_out.party_of(
        conn, acting, party_id=given.party_id, case_id=given.case_id, number=given.number
    )


def _case(conn: Connection, acting: Acting, given: NewText, party_id: str | None) -> str:
    words = " ".join(given.text.split())
    own = {
        "subject": words if len(words) <= _SUBJECT else f"{words[: _SUBJECT - 1].rstrip()}…",
        "party_id": party_id,
        "queue_id": given.queue_id,
        "channel": "sms",
    }
    return records.create(conn, acting, known.entity("case"), own).id


async def _readable(within: Context, name: str, user: SignedIn) -> letters.Letter:
    found = await within.store.read(lambda conn: letters.letter(conn, name))
    if found is None:
        raise Refused("letter.unknown", Kind.MISSING, id=name[:100])
    await scope.check_letter(within, user, found)
    return found


def _secret(conn: Connection, gateway: str, within: Context) -> GatewaySecretAnswer:
    lists.row_of(conn, known.entity("sms_gateway"), gateway)
    http = within.settings.http
    origin = http.public_origin.rstrip("/") or f"http://{http.host}:{http.port}"
    return GatewaySecretAnswer(
        set_at=gateways.secret_set_at(conn, gateway),
        can_be_kept=within.seal is not None,
        hook=hook_url(origin, gateway),
    )


def _audited(
    conn: Connection, acting: Acting, action: str, letter: str, detail: dict[str, str | None]
) -> None:
    entry = audit.Entry(
        at=acting.now, origin=acting.origin, action=action, entity="letter", object_id=letter, detail=detail
    )
    audit.record(conn, entry)


def _tell(within: Context, interaction: str | None) -> None:
    within.bus.publish(TOPIC, "")
    if interaction:
        within.bus.publish("interaction", interaction)


def _document(queued: Queued, within: Context) -> QueuedDocument:
    return QueuedDocument(
        letter_id=queued.letter.id,
        case_id=queued.letter.case_id,
        due_at=queued.due_at,
        later=queued.due_at > within.clock.now() + 1,
    )
