"""The words of the router: ids, media, rules. Configuration comes in as rules; state is in `state`."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

InteractionId = NewType("InteractionId", str)
QueueId = NewType("QueueId", str)
AgentId = NewType("AgentId", str)
OfferId = NewType("OfferId", str)
Seconds = float
"""A moment is seconds since 1970-01-01 UTC; a duration is seconds and says so in its name (`ring_s`)."""


class Medium(StrEnum):
    """What the customer used; a further medium is a further word here and a Channel beside it."""

    VOICE = "voice"
    EMAIL = "email"


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


class By(StrEnum):
    """Who ended the work on an interaction."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A skill that an interaction requires, at this level (1 to 10) or better."""

    skill: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRule:
    """How one queue routes.

    `ring_s` is the time an agent has to accept; `wrap_up_s` the longest after-contact work (0: none, the agent is
    ready at once); `mail_while_talking` lets mail of this queue be offered to an agent who talks; `answer_within_s` is
    the threshold of the service level.
    """

    id: QueueId
    needs: frozenset[Need] = frozenset()
    ring_s: float = 20.0
    wrap_up_s: float = 30.0
    mail_while_talking: bool = False
    answer_within_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRule:
    """What one agent can take: skills with levels, and how many letters at a time (a call is always one)."""

    id: AgentId
    skills: frozenset[Need] = frozenset()
    letters_at_once: int = 1
    queues: frozenset[QueueId] = field(default_factory=frozenset)
    """The queues this agent serves; empty means every queue whose needs the skills meet."""
