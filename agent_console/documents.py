"""The JSON documents that browsers read, over the socket and the API alike (docs/contracts.md, sections 5 and 6).

Typed dictionaries, because they are JSON from their birth: made by `views`, diffed by `sessions`, never read back.
Moments are seconds since 1970-01-01 UTC by the server's clock; the browser shows durations as `now - since`.
"""

from collections.abc import Mapping
from typing import Any, Literal

from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from agent_console.flow_documents import VisitDocument

Document = Mapping[str, Any]
Collection = Literal[
    "me", "items", "queues", "agents", "waiting", "departments", "link", "notices", "chats", "chat_lines"
]
MatchStrength = Literal["pending", "none", "one", "many"]
"""`pending` until the store has been asked; then none, one, or many: three different screens."""
Documents = dict[tuple[Collection, str], Document]
"""A screen: every document by its collection and id."""


class Customer(TypedDict):
    address: str
    name: str


class QueueName(TypedDict):
    id: str
    name: str
    language: str


class OfferDocument(TypedDict):
    id: str
    deadline: float
    rang_at: float | None
    ring_s: float


class CaseBrief(TypedDict):
    id: str
    number: str
    subject: str
    status: str
    updated_at: float


class InteractionBrief(TypedDict):
    id: str
    medium: str
    queue: str | None
    at: float
    agent: str | None
    disposition: str | None
    outcome: str | None
    subject: str


class LimitDocument(TypedDict):
    """What a contract includes in its period, and what was left before this contact."""

    max: int
    used: int
    left: int


class ContractCard(TypedDict):
    """A service contract in force. `over`: the limit (calls, minutes) that one more contact goes over; `over_by`: contacts beyond the
    limit, this one included; `told`: what the caller heard of it (a prompt's name)."""

    id: str
    number: str
    name: str | None
    level: str | None
    state: str
    ends_on: str
    when_over: str
    calls: LimitDocument | None
    minutes: LimitDocument | None
    over: str | None
    over_by: int
    told: str | None


class AssetCard(TypedDict):
    id: str
    serial_number: str
    product: str
    warranty_until: str | None
    status: str


class DepartmentCard(TypedDict):
    """How often somebody bought there, and for how much in each currency."""

    name: str
    times: int
    amounts: dict[str, str]
    last_at: float


class BoughtCard(TypedDict):
    what: str
    department: str
    quantity: float | None
    amount: str | None
    currency: str | None
    at: float


class PurchasesCard(TypedDict):
    count: int
    departments: list[DepartmentCard]
    bought: list[BoughtCard]


class LastInquiryCard(TypedDict):
    """`ended`: open, solved, came_back; `missed`: a promise was broken."""

    case_id: str
    number: str
    subject: str
    at: float
    ended: str
    missed: bool


class VerdictDocument(TypedDict):
    """What somebody said of the number: `confirmed` or `denied`; `trusted`: callers need not identify themselves."""

    id: str
    kind: str
    number: str
    verdict: str
    trusted: bool
    by: str
    at: float


class PointDocument(TypedDict):
    """A number or address and whether it may be used: `current` is false for one that is wrong or out of its dates."""

    id: str
    kind: str
    raw: str
    normal: str
    label: str
    primary: bool
    current: bool
    valid_from: str | None
    valid_until: str | None
    verified_at: float | None
    invalid_since: float | None
    invalid_reason: str | None
    opted_out_at: float | None


class ScriptDocument(TypedDict):
    name: str
    text: str


class MembershipDocument(TypedDict):
    number: str | None
    tier: str | None
    until: str | None


class PartyCard(TypedDict):
    """A customer as the pop shows them. `strength`: how well they fit (confirmed, identified, keyed, exact, national, tail, former, chosen);
    `superior`: whom they report to; `script`: what is said to them."""

    id: str
    kind: str
    name: str
    organisation: str | None
    title: str | None
    department: str | None
    tier: str | None
    language: str | None
    note: str
    phones: list[str]
    emails: list[str]
    points: list[PointDocument]
    superior: str | None
    traits: list[str]
    lifecycle: str | None
    membership: MembershipDocument | None
    preferred_channel: str | None
    contact_times: dict[str, Any] | None
    do_not_contact: bool
    script: ScriptDocument | None
    cases: list[CaseBrief]
    interactions: list[InteractionBrief]
    strength: str
    remembered: VerdictDocument | None
    contracts: list[ContractCard]
    assets: list[AssetCard]
    purchases: PurchasesCard
    open_cases: int
    last_inquiry: LastInquiryCard | None


class MatchDocument(TypedDict):
    strength: MatchStrength
    parties: list[PartyCard]


class ClockDocument(TypedDict):
    """A promise to the customer: `kind` first_response, next_response, resolution; `state` running, paused, met, breached.

    `due` and `warn_at` (a quarter is left) are null while it is paused; `left_s` is the business time that is left while it
    stands still, and null while it runs: then the browser shows the time until `due`.
    """

    kind: str
    round: int
    state: str
    due: float | None
    warn_at: float | None
    met_at: float | None
    breached_at: float | None
    target_s: float
    left_s: float | None


class PopDocument(TypedDict):
    """The part of an item that the store knows."""

    customer: Customer
    entry: str
    # what the telephone network says of the caller's number: passed (_a, _b, _c), failed, none; null: nothing
    attestation: str | None
    subject: str
    match: MatchDocument
    case: CaseBrief | None
    contract: ContractCard | None
    flow: VisitDocument | None
    clocks: list[ClockDocument]
    note: str
    letters: int
    version: int


class WatcherDocument(TypedDict):
    """A supervisor at an agent's talk; `mode`: listen (nobody hears them), whisper (the agent alone does) or barge (both do)."""

    id: str
    name: str
    mode: str
    since: float


class ConsultDocument(TypedDict):
    """Whom the agent calls while the customer is on hold: a colleague's name, or a number. `reached_at`: since when they talk."""

    whom: str
    since: float
    reached_at: float | None


class RecordingDocument(TypedDict):
    """Of a talk that is recorded. `pause`: why it is not now (`by_hand`, `form`: a field that has the focus; `stopped`: it does not go on in this
    talk), or null; `since` when; `until`: it goes on by itself then."""

    pause: str | None
    since: float | None
    until: float | None


class ConferenceDocument(TypedDict):
    """Who talks with customer and agent, all three: a colleague's name, or a number; for that colleague, whose call it is."""

    whom: str
    since: float


class Me(TypedDict):
    """`conference`: the colleague's call in which one talks with both."""

    id: str
    name: str
    role: str
    extension: str | None
    status: str
    reason: str
    since: float
    work: str
    work_since: float
    device: str
    console: bool
    conference: ConferenceDocument | None


class Item(TypedDict):
    """One interaction that is offered to, connected to or wrapped up by the agent who sees it. `callback`: nobody is on the line, the customer
    is called once the agent has answered; false again when they were reached. `held_since`: on hold since then. `passed_by`: who transferred it.
    `consult`: whom they call meanwhile; `conference`: who talks with both. `watchers`: supervisors at the talk, as far as the agent is to know of them.
    `recording`: null, the talk is not recorded. `dialled`: the agent calls the customer by themselves; `unreached` says why they did not answer (busy, no_answer,
    refused, wrong_number, congestion, failed, gave_up)."""

    id: str
    medium: str
    state: str
    queue: QueueName
    offer: OfferDocument | None
    callback: bool
    dialled: bool
    unreached: str
    held_since: float | None
    passed_by: str | None
    recording: RecordingDocument | None
    consult: ConsultDocument | None
    conference: ConferenceDocument | None
    watchers: list[WatcherDocument]
    enqueued_at: float
    connected_at: float | None
    finished_at: float | None
    wrap_up_until: float | None
    customer: Customer
    entry: str
    attestation: str | None
    subject: str
    match: MatchDocument
    case: CaseBrief | None
    contract: ContractCard | None
    flow: VisitDocument | None
    clocks: list[ClockDocument]
    note: str
    letters: int
    version: int


PerMedium = dict[str, int]
"""For each medium how many."""
SincePerMedium = dict[str, float | None]
"""For each medium since when."""


class QueueDocument(TypedDict):
    """Today's figures of one queue.

    `service_level` (its formula: `routing.core.figures`) and `answered_in_time` are those of calls alone: the queue's
    threshold is meant in seconds, and a letter answered within the hour is not late.

    `closed`: for an emergency. `opening`: when it is open, spans of seconds since 1970 UTC from yesterday to the next eight days (None: always).
    `turned_away`: callers who were told that nobody serves them; `led_on`: whom another queue took over. `dialled`: calls that agents made on its behalf,
    `reached`: those that customers answered; the other figures do not know of them.
    """

    id: str
    name: str
    language: str
    waiting: PerMedium
    longest_since: SincePerMedium
    offered: int
    answered: int
    abandoned: int
    answered_in_time: int
    service_level: float | None
    answer_within_s: float
    agents_ready: int
    agents_busy: int
    department: str | None
    closed: bool
    opening: list[tuple[float, float]] | None
    turned_away: int
    led_on: int
    dialled: int
    reached: int


class AgentItem(TypedDict):
    """What an agent works on, in words: the queue's name, and the customer's name or address. `callback`: the customer is yet to be called;
    `held_since`: on hold since then; `watchers`: supervisors at the talk."""

    id: str
    medium: str
    queue: str
    customer: str
    callback: bool
    held_since: float | None
    watchers: list[WatcherDocument]


class AgentDocument(TypedDict):
    """`conference`: they talk with a customer and a third, in their own call or a colleague's."""

    id: str
    name: str
    extension: str | None
    status: str
    reason: str
    since: float
    work: str
    work_since: float
    device: str
    console: bool
    conference: ConferenceDocument | None
    item: AgentItem | None
    handled: int
    department: str | None


class DepartmentDocument(TypedDict):
    """One to which queues or agents of the board belong, themselves or by one below it; `parent` null: at the top."""

    id: str
    name: str
    parent: str | None


class WaitingDocument(TypedDict):
    """Who waits: `queue` is an id (the queues are on the same screen), `customer` the name or the address. `callback`: not on the line, they
    want to be called back; `until`: nobody calls them before (null: they wait for an agent now)."""

    id: str
    medium: str
    queue: str
    customer: str
    enqueued_at: float
    position: int
    phase: str
    callback: bool
    until: float | None


class LinkDocument(TypedDict):
    """`server`: of which of several Asterisk servers; empty for every other link."""

    up: bool
    since: float
    reason: str
    server: str


class NoticeDocument(TypedDict):
    """Something the agent should know for a minute; `code` and `params` are translated by the console."""

    id: str
    code: str
    params: dict[str, str | int | float | bool | None]
    at: float
