"""Who answers which number and which extension is whose: a copy in memory, so that a caller's way in reads no database."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core import queues
from crm_core.contracts import intake
from crm_core.flows import kept as flows
from crm_core.flows.kept import Version
from crm_core.guard import blocks, plans
from crm_core.guard.plans import Plans
from crm_core.queues import Entry, Queue
from crm_core.store import Connection, Store
from cti.ami.actions import is_extension
from cti.ports import Bus
from cti.recording import is_within
from routing.core.model import AgentId, InteractionId, QueueId
from routing.core.state import Centre

REREAD_EVERY_S = 30.0
ANY_NUMBER = "*"
"""The entry address of the queue that takes every number nobody else has."""

USUAL_MESSAGE = "180/10"
"""How a message is taken for a queue that is not known."""

_WAKING = ("config", "service_contract")

_log = Transcript("voice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What callers of a queue hear while they wait: a class of Asterisk's `music`, or an uploaded `tune`; every so often (0: never) their `position`,
    the expected `wait` and an uploaded `prompt`, where that is said."""

    music: str = ""
    tune: str | None = None
    every_s: float = 0.0
    position: bool = False
    wait: bool = False
    prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    numbers: dict[str, QueueId] = field(default_factory=dict)
    otherwise: QueueId | None = None
    rings: dict[QueueId, float] = field(default_factory=dict)
    languages: dict[QueueId, str] = field(default_factory=dict)
    holds: dict[QueueId, Hold] = field(default_factory=dict)
    record_shares: dict[QueueId, int] = field(default_factory=dict)
    record_out_shares: dict[QueueId, int] = field(default_factory=dict)
    record_shares_of: dict[AgentId, int] = field(default_factory=dict)
    messages: dict[QueueId, str] = field(default_factory=dict)
    taking_messages: frozenset[QueueId] = frozenset()
    calling_back: frozenset[QueueId] = frozenset()
    by_territory: frozenset[QueueId] = frozenset()
    answering: frozenset[QueueId] = frozenset()
    shown: dict[QueueId, str] = field(default_factory=dict)
    identifying: dict[str, str] = field(default_factory=dict)
    faxes: dict[str, QueueId] = field(default_factory=dict)
    fax_shown: dict[QueueId, str] = field(default_factory=dict)
    detecting: frozenset[str] = frozenset()
    flows: dict[str, Version] = field(default_factory=dict)
    limited: bool = False
    plans: Plans = field(default_factory=Plans)
    blocking: bool = False
    agents: dict[str, AgentId] = field(default_factory=dict)
    extensions: dict[AgentId, str] = field(default_factory=dict)


def _read(conn: Connection, now: float) -> _Page:
    every_entry = queues.entries(conn)
    entries = [entry for entry in every_entry if entry.medium == "voice"]
    numbers = {_digits(entry.address): QueueId(entry.queue_id) for entry in entries}
    every = queues.list_queues(conn)
    rings = {QueueId(queue.id): queue.ring_s for queue in every}
    only = next(iter(rings)) if len(rings) == 1 else None
    everybody = queues.agents(conn)
    owners = [(one.user.extension or "", AgentId(one.user.id)) for one in everybody]
    phones = {extension: agent for extension, agent in owners if is_extension(extension)}
    return _Page(
        numbers={number: queue for number, queue in numbers.items() if number != ANY_NUMBER},
        otherwise=numbers.get(ANY_NUMBER, only),
        rings=rings,
        languages={QueueId(queue.id): queue.language for queue in every},
        holds={QueueId(queue.id): _hold(queue) for queue in every},
        record_shares={QueueId(queue.id): queue.record_share for queue in every},
        record_out_shares={
            QueueId(queue.id): queue.record_out_share for queue in every if queue.record_out_share is not None
        },
        record_shares_of={
            AgentId(one.user.id): one.record_share for one in everybody if one.record_share is not None
        },
        messages={QueueId(queue.id): _message(queue) for queue in every},
        taking_messages=frozenset(QueueId(queue.id) for queue in every if queue.voicemail_offered),
        calling_back=frozenset(QueueId(queue.id) for queue in every if queue.callback_offered),
        shown=_shown(every, entries),
        answering=frozenset(QueueId(queue.id) for queue in every if queue.auto_answer),
        by_territory=frozenset(QueueId(queue.id) for queue in every if queue.territory_wait_s > 0),
        identifying={
            _digits(entry.address): entry.identify for entry in entries if entry.identify != "never"
        },
        faxes={
            _digits(entry.address): QueueId(entry.queue_id) for entry in every_entry if entry.medium == "fax"
        },
        fax_shown={
            QueueId(entry.queue_id): entry.address for entry in reversed(every_entry) if entry.medium == "fax"
        },
        detecting=frozenset(_digits(entry.address) for entry in entries if entry.fax_detect),
        flows=_flows(conn, entries),
        limited=intake.any_limited(conn, now),
        plans=plans.read(conn, "UTC"),
        blocking=blocks.any_in_force(conn, now),
        agents=phones,
        extensions={agent: extension for extension, agent in phones.items()},
    )


def _message(queue: Queue) -> str:
    """How long a message may be, and how much silence ends it, as the dialplan reads it after the language."""
    return f"{queue.voicemail_most_s}/{queue.voicemail_silence_s}"


def _hold(queue: Queue) -> Hold:
    return Hold(
        music=queue.hold_music,
        tune=queue.hold_prompt_id,
        every_s=queue.told_every_s,
        position=queue.told_position,
        wait=queue.told_wait,
        prompt=queue.told_prompt_id,
    )


def _shown(every: Sequence[Queue], entries: Sequence[Entry]) -> dict[QueueId, str]:
    """By queue, the number that calls made on its behalf show: its own word for it, else the first number that its callers dial."""
    found = {
        QueueId(entry.queue_id): entry.address
        for entry in reversed(entries)
        if entry.address.removeprefix("+").isdigit()
    }
    return found | {QueueId(queue.id): queue.caller_id for queue in every if queue.caller_id}


def _flows(conn: Connection, entries: list[Entry]) -> dict[str, Version]:
    """By number, what its callers go through. One that is not there (any more) leaves them the number's queue."""
    found = {}
    for entry in entries:
        if entry.flow_id is not None:
            try:
                found[_digits(entry.address)] = flows.current(conn, entry.flow_id)
            except Refused as refusal:
                _log.note("!", entry.address, f"goes without its flow: {refusal}")
    return found


def _digits(address: str) -> str:
    return "".join(mark for mark in address if mark in "0123456789*#") or address


class Directory:
    """Numbers to queues, extensions to agents; read again when the configuration changes and every 30 s."""

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock
        self._page = _Page()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Keep the copy fresh until cancelled."""
        unsubscribe = [self._bus.subscribe(topic, lambda _: self._changed.set()) for topic in _WAKING]
        try:
            while True:
                try:
                    async with asyncio.timeout(REREAD_EVERY_S):
                        await self._changed.wait()
                except TimeoutError:
                    pass  # time to look anyway
                self._changed.clear()
                try:
                    await self.refresh()
                except Unavailable as problem:  # what was read last is good until then
                    _log.note("!", "directory", f"not re-read: {problem}")
        finally:
            for stop in unsubscribe:
                stop()

    async def refresh(self) -> None:
        """Read everything again."""
        now = self._clock.now()
        self._page = await self._store.read(lambda conn: _read(conn, now))

    def queue_for(self, number: str) -> QueueId | None:
        """The queue of a dialled number, with or without `+`; else the one for any number, or the only one there is."""
        return self._page.numbers.get(_digits(number), self._page.otherwise)

    def queue_of(self, led_to: str, number: str) -> QueueId | None:
        """Where somebody was led on their way in, as long as that queue is there; else the dialled number's."""
        return QueueId(led_to) if self.is_queue(QueueId(led_to)) else self.queue_for(number)

    def language(self, queue: QueueId) -> str:
        """In which callers of this queue are spoken to."""
        return self._page.languages.get(queue, "en")

    def hold(self, queue: QueueId) -> Hold:
        """What callers of this queue hear while they wait."""
        return self._page.holds.get(queue, Hold())

    def is_recorded(
        self, interaction: InteractionId, queue: QueueId, agent: AgentId | None = None, *, out: bool = False
    ) -> bool:
        """Whether this call's talk for the queue is recorded: by the agent's share, where they have one of their own, else by the queue's (of calls
        that go `out`, its share of those)."""
        share = self._page.record_shares.get(queue, 0)
        if out:
            share = self._page.record_out_shares.get(queue, share)
        if agent is not None:
            share = self._page.record_shares_of.get(agent, share)
        return is_within(interaction, share)

    def is_recorded_with(
        self, centre: Centre, interaction: InteractionId, colleague: AgentId | None, *, out: bool
    ) -> bool:
        """Whether the talk is recorded that a caller has with the colleague to whom they are handed over; with somebody outside it never is."""
        work = centre.interactions.get(interaction)
        if work is None or colleague is None:
            return False
        return self.is_recorded(interaction, work.queue, colleague, out=out)

    def message_rules(self, queue: QueueId, language: str) -> str:
        """What the dialplan goes by when a caller leaves a message for this queue: language, most seconds, silence (`zh-TW/180/10`)."""
        return f"{language}/{self._page.messages.get(queue, USUAL_MESSAGE)}"

    def takes_messages(self, queue: QueueId) -> bool:
        """Whether who waits there may leave a message instead."""
        return queue in self._page.taking_messages

    def calls_back(self, queue: QueueId) -> bool:
        """Whether who waits there may ask to be called back."""
        return queue in self._page.calling_back

    def by_territory(self, queue: QueueId) -> bool:
        """Whether who calls there is for their territory's people at first, so that it must be known who they are before anybody is asked."""
        return queue in self._page.by_territory

    def shown_by(self, queue: QueueId) -> str:
        """The number that customers see when an agent calls them on its behalf; empty: whatever the provider shows."""
        return self._page.shown.get(queue, "")

    def answers_itself(self, queue: QueueId) -> bool:
        """Whether agents' phones answer its calls by themselves, after a tone."""
        return queue in self._page.answering

    def is_queue(self, queue: QueueId) -> bool:
        return queue in self._page.rings

    def identifies(self, number: str) -> str:
        """When callers of this number are asked who they are: never, unknown, untrusted."""
        page, digits = self._page, _digits(number)
        if digits in page.numbers:
            return page.identifying.get(digits, "never")
        return page.identifying.get(ANY_NUMBER, "never")

    def fax_queue(self, number: str) -> QueueId | None:
        """The queue for which this number takes faxes, and nothing else."""
        return self._page.faxes.get(_digits(number))

    def fax_shown_by(self, queue: QueueId) -> str:
        """The number that faxes on its behalf come from: one that takes their answers, else the one of its calls."""
        return self._page.fax_shown.get(queue) or self.shown_by(queue)

    @property
    def fax_numbers(self) -> frozenset[str]:
        """All of those, in digits."""
        return frozenset(self._page.faxes)

    def detects_fax(self, number: str) -> bool:
        """Whether callers of this number are listened to for a fax machine first."""
        page, digits = self._page, _digits(number)
        return (digits if digits in page.numbers else ANY_NUMBER) in page.detecting

    def flow_for(self, number: str) -> Version | None:
        """What callers of this number go through before they wait."""
        page, digits = self._page, _digits(number)
        return page.flows.get(digits if digits in page.numbers else ANY_NUMBER)

    @property
    def limited(self) -> bool:
        """Whether any contract in force has a limit: only then is a caller's contract looked up before they wait."""
        return self._page.limited

    @property
    def plans(self) -> Plans:
        """Which prefixes may be dialled for whom; at which hours and how much is asked when something is dialled."""
        return self._page.plans

    @property
    def blocking(self) -> bool:
        """Whether any caller is blocked: only then callers are looked up in the block list."""
        return self._page.blocking

    def ring_s(self, queue: QueueId) -> float:
        """How long a phone rings for it."""
        return self._page.rings.get(queue, 20.0)

    def agent_of(self, extension: str) -> AgentId | None:
        """Whose phone this is."""
        return self._page.agents.get(extension)

    def extension_of(self, agent: AgentId) -> str | None:
        """The agent's phone; None for agents without one."""
        return self._page.extensions.get(agent)

    @property
    def phones(self) -> dict[AgentId, str]:
        """Every agent with a phone."""
        return dict(self._page.extensions)
