"""How an agent's state and an interaction are replaced on the changes of every day: fields that change together stand together, so the others are copied
as slices (`presence`)."""

from typing import Any

from routing.core.model import AgentId, OfferId, Phase, Seconds
from routing.core.presence import AgentState, Work

_new = tuple.__new__
_WORK = AgentState._fields.index("work")
_CAME = Work._fields.index("been")
_STAY = Work._fields.index("phase")
_IN_LINE = tuple(Work._field_defaults[name] for name in Work._fields[_STAY:])
_FRESH = tuple(Work._field_defaults[name] for name in Work._fields[_CAME:])
_NOTHING_BESIDE = _IN_LINE[Work._fields.index("recorded") - _STAY :]


def came(who: tuple[Any, ...], asked: tuple[Any, ...]) -> Work:
    """One that is new: the fields up to `arrival`, and those from `needs` to `queued_at`."""
    return _new(Work, who + asked + _FRESH)


def back_in_line(work: Work) -> Work:
    """Waiting again at the old age: nothing of the last agent is left."""
    return _new(Work, work[:_STAY] + _IN_LINE)


def offered_to(work: Work, agent: AgentId, offer: OfferId, deadline: Seconds) -> Work:
    """Being offered, once more."""
    stay = (work.attempts + 1, Phase.OFFERED, agent, offer, deadline)
    return _new(Work, work[: _STAY - 1] + stay + work[_STAY + 4 :])


def with_agent(work: Work, agent: AgentId, at: Seconds, *, recorded: bool) -> Work:
    """Talking, or the letter is open."""
    ring = work[_STAY + 2 : _STAY + 5]
    stay = (Phase.CONNECTED, agent, *ring, at, None, None, recorded)
    return _new(Work, work[:_STAY] + stay + work[_STAY + 9 :])


def wrapping_up(work: Work, at: Seconds, until: Seconds) -> Work:
    """The talk is over, and with it what went on beside it."""
    ended = (at, until, work.attempts, Phase.WRAP_UP)
    return _new(Work, work[: _STAY - 3] + ended + work[_STAY + 1 : _STAY + 8] + _NOTHING_BESIDE)


def with_work(agent: AgentState, work: tuple[Any, ...]) -> AgentState:
    """With other work: the fields from `work` on."""
    return _new(AgentState, agent[:_WORK] + work)
