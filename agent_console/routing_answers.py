"""What the API says of why somebody was offered something and why something still waits."""

from typing import Literal

from typing_extensions import TypedDict

Reason = Literal[
    "skill",
    "skill_expired",
    "group",
    "queue",
    "paused",
    "signed_out",
    "no_console",
    "live_offer",
    "wrap_up",
    "busy_call",
    "phone_in_use",
    "phone_unreachable",
    "busy_chat",
    "busy_letters",
    "letters_full",
    "chats_full",
    "load_full",
    "less_busy",
    "less_occupied",
    "longer_idle",
    "better_level",
    "fewer_skills",
    "their_turn",
    "next",
]
"""Why an agent was not offered it. They cannot: skill, group, queue (the requirement), skill_expired (what they had would do, and has ended),
paused, signed_out, no_console (their status), live_offer, wrap_up, busy_call, busy_chat, busy_letters, phone_in_use, phone_unreachable,
letters_full, chats_full, load_full (what they do). They could, and another came first who: less_busy had less at hand, less_occupied has
worked less lately, longer_idle was idle longer, better_level knows it better, fewer_skills is a specialist, their_turn was next in turn.
next: free, and others are before it."""


class AskedSkill(TypedDict):
    """A skill at this level (1 to 10) or better."""

    skill: str
    level: int


class NotOffered(TypedDict):
    """An agent and why not they."""

    agent_id: str
    name: str
    reason: Reason


class LeadsOn(TypedDict):
    """When it will have waited too long in this queue (seconds since 1970 UTC), and which queue takes it over then (None: callers are told
    that nobody can take their call)."""

    at: float
    queue: str | None


class StillWaiting(TypedDict):
    """Why it still waits: what it asks for now after `steps` of relaxation, and the departments whose agents may serve it (none: all); when (seconds since 1970 UTC) it will ask for something else;
    whom it is kept for at first; its place among all of its queue (1: next); how many seconds it will still wait by what is known of staff,
    handling times and who is ahead (None: nobody is at work who could serve it); where it is led on to if it waits too long; and why each agent
    who is signed in has not been offered it."""

    asks: list[AskedSkill]
    departments: list[str]
    steps: int
    changes_at: float | None
    kept_for: str | None
    position: int
    expected_wait_s: float | None
    leads_on: LeadsOn | None
    not_offered: list[NotOffered]


class OfferTold(TypedDict):
    """One offer: to whom, when (seconds since 1970 UTC), how it ended (None: it is live), and who was passed over, at most 20."""

    id: str
    agent_id: str
    name: str
    offered_at: float
    rang_at: float | None
    ended_at: float | None
    outcome: str | None
    steps: int
    preferred: bool
    passed_over: list[NotOffered]


class RoutingAnswer(TypedDict):
    """Each offer that was made of it, and why it waits; `waiting` is None when it does not."""

    waiting: StillWaiting | None
    offers: list[OfferTold]
