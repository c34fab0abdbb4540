"""The words of the router: ids, media, rules. Configuration comes in as rules; state is in `state`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from routing.core.words import Need

InteractionId = NewType("InteractionId", str)
QueueId = NewType("QueueId", str)
AgentId = NewType("AgentId", str)
OfferId = NewType("OfferId", str)
GroupId = NewType("GroupId", str)
Seconds = float
"""A moment is seconds since 1970-01-01 UTC; a duration is seconds and says so in its name (`ring_s`)."""


class Medium(StrEnum):
    """What the customer used; a further medium is a further word here and a Channel beside it."""

    VOICE = "voice"
    EMAIL = "email"
    CHAT = "chat"
    VOICEMAIL = "voicemail"  # a message that a caller left: work like a letter
    FAX = "fax"
    FORM = "form"  # an inquiry on a page of the centre's or of a company's own site
    SMS = "sms"
    POST = "post"  # paper that was scanned


LETTERS = frozenset(Medium) - {Medium.VOICE, Medium.CHAT}
"""What waits by other measures than people do, takes a letter's room, and may be set aside."""


class Status(StrEnum):
    """Agent status: what the agent chose (or the system chose for them, with a reason)."""

    READY = "ready"
    PAUSED = "paused"
    SIGNED_OUT = "signed_out"


class Device(StrEnum):
    """Device state: what the phone says."""

    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"
    IN_USE = "in_use"


class Outcome(StrEnum):
    """How an offer ended. Every offer ends in exactly one of these."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"  # RONA: it rang until its deadline; a caller's hang-up is not one
    UNREACHABLE = "unreachable"  # the phone could not be rung
    FAILED = "failed"  # Asterisk or we could not carry it out
    CUSTOMER_LEFT = "customer_left"
    WITHDRAWN = "withdrawn"  # the agent paused, signed out or stayed away from the console meanwhile


class Phase(StrEnum):
    """Where an interaction is; a closed one is no longer in the centre."""

    WAITING = "waiting"
    PARKED = "parked"  # a letter that whoever had it set aside until later; a customer who could not be called back yet
    OFFERED = "offered"
    CONNECTED = "connected"
    WRAP_UP = "wrap_up"


class WorkState(StrEnum):
    """What work does to an agent; of several that hold at once the one named first here is shown."""

    TALKING = "talking"
    WRAP_UP = "wrap_up"
    OFFERED = "offered"
    CHATS = "chats"
    LETTERS = "letters"
    IDLE = "idle"


class PauseKind(StrEnum):
    """Why a talk is not recorded now, although its calls are."""

    BY_HAND = "by_hand"  # its agent paused it
    FORM = "form"  # a field of a form has the focus
    STOPPED = "stopped"  # pausing could not be made sure of: nothing more is recorded of this talk


class By(StrEnum):
    """Who ended the work on an interaction."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class Choice(StrEnum):
    """Which of several free agents is asked first; what is equal is decided by the longest idle, then by the id."""

    LONGEST_IDLE = "longest_idle"  # of those with the least work at hand, whoever has waited longest for some
    LEAST_OCCUPIED = "least_occupied"  # the least work lately: what was an hour ago counts half
    BEST_LEVEL = "best_level"  # the highest levels of the skills that are asked for, all together
    FEWEST_SKILLS = "fewest_skills"  # specialists before those who can serve others too
    ROUND_ROBIN = "round_robin"  # whoever was last offered something the longest time ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of relaxation: what is no longer asked after a wait.

    `after_s` counts from the beginning of the interaction's age. `lower` asks for a skill at this level at most, `drop` does not ask for it at
    all; `groups` may serve from then on as well, `anybody` opens it to all groups. Steps add up in the order of their times.
    """

    after_s: float
    lower: frozenset[Need] = frozenset()
    drop: frozenset[str] = frozenset()
    groups: frozenset[GroupId] = frozenset()
    anybody: bool = False


class Why(StrEnum):
    """Why an interaction leaves a queue for another one, or is turned away."""

    CLOSED = "closed"  # outside of the opening hours, or closed for an emergency
    NOBODY = "nobody"  # nobody is signed in who could serve it, now or after any relaxation
    WAITED = "waited"  # it has waited so long in this queue
    LENGTH = "length"  # so many waited here already when it came
    EXPECTED = "expected"  # it would have had to wait so long, as far as one could tell when it came
    ASKED = "asked"  # somebody moved it by hand, or the caller would rather leave a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """What becomes of somebody whom a queue does not serve, or not in time.

    `limit` goes with `why`: seconds for WAITED and EXPECTED, a number for LENGTH. `queue` takes them over at their age; None: they are told and
    the contact ends, which only callers and visitors in a chat can be; `voicemail`: callers leave a message before it does. `letters`: it is for letters, which wait by
    other measures than people do.
    """

    why: Why
    limit: float = 0.0
    queue: QueueId | None = None
    letters: bool = False
    voicemail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When a queue is open: spans of time (from, until before), in order, as far ahead as they are known."""

    spans: tuple[tuple[Seconds, Seconds], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What an item of this medium takes of an agent.

    It may join an agent who is at work on nothing but media in `beside` and `pauses`. What it stands beside goes on, so that its `load` is
    added to that; what it pauses rests meanwhile and does not count. `load` is a part of `AgentRule.load_at_most` (0: its number alone counts).
    """

    medium: Medium
    load: int = 0
    beside: frozenset[Medium] = frozenset()
    pauses: frozenset[Medium] = frozenset()

    def joins(self, medium: Medium) -> bool:
        """Whether it may be offered to who is at work on this medium."""
        return medium in self.beside or medium in self.pauses


_LETTER = Room(medium=Medium.EMAIL, beside=frozenset({Medium.EMAIL}))
USUAL_ROOMS: Mapping[Medium, Room] = {
    **dict.fromkeys(sorted(LETTERS), _LETTER),
    Medium.VOICE: Room(medium=Medium.VOICE, load=100, pauses=frozenset({Medium.EMAIL})),
    Medium.CHAT: Room(medium=Medium.CHAT, beside=frozenset({Medium.CHAT}), pauses=frozenset({Medium.EMAIL})),
}
"""A call interrupts letters and nothing else, a chat stands beside chats and interrupts letters, a letter waits until there is neither; whatever is no talk is a letter here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRule:
    """How one queue routes.

    `needs` and `groups` (any of them; none named: everybody) say who may serve, `relaxation` what of that is given up in time.
    `choice` says who of them comes first. `priority_points` put the whole queue forward (`order.SECONDS_PER_POINT`).
    `ring_s` is the time an agent has to accept; `missed_at_most` so many offers in a row that rang and were not answered pause the
    agent; `wrap_up_s` the longest after-contact work (0: none, the agent is ready at once); `rooms` say what its items take of an agent
    where that is not as usual; `answer_within_s` is the threshold of the service level.

    `opening` (None: always open) and `closed` (for an emergency, whatever the hours) say when it takes anybody in, `overflow` what becomes of
    whom it does not serve: of several rules that hold the first. Whoever waits when the doors close is still served, but not in an emergency.

    A customer who is to be called back and does not answer is tried `callback_tries` times in all, `callback_retry_s` apart.
    """

    id: QueueId
    needs: frozenset[Need] = frozenset()
    groups: frozenset[GroupId] = frozenset()
    relaxation: tuple[Step, ...] = ()
    choice: Choice = Choice.LONGEST_IDLE
    priority_points: int = 0
    ring_s: float = 20.0
    missed_at_most: int = 1
    wrap_up_s: float = 30.0
    rooms: frozenset[Room] = frozenset()
    answer_within_s: float = 20.0
    opening: Opening | None = None
    closed: bool = False
    overflow: tuple[Overflow, ...] = ()
    callback_tries: int = 3
    callback_retry_s: float = 900.0

    def room(self, medium: Medium) -> Room:
        """What an item of this medium takes of an agent."""
        takes = USUAL_ROOMS[medium].medium
        return next((room for room in self.rooms if room.medium is takes), USUAL_ROOMS[medium])


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRule:
    """What one agent can take: skills with levels, the groups they belong to, how many letters and chats at a time (a call is always one), and how
    much load all together (`Room`). `skill_ends` are the skills that end (a certificate), each with the first moment at which it does not count
    any more."""

    id: AgentId
    skills: frozenset[Need] = frozenset()
    groups: frozenset[GroupId] = frozenset()
    letters_at_once: int = 1
    chats_at_once: int = 3
    load_at_most: int = 100
    queues: frozenset[QueueId] = field(default_factory=frozenset)
    """The queues this agent serves; empty means every queue whose requirement they meet."""
    skill_ends: frozenset[tuple[str, Seconds]] = frozenset()
