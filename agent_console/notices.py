"""What an agent should be told for a minute: an offer they missed, work that went back. Codes with parameters."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent_console.documents import NoticeDocument
from config.errors import Param
from crm_core.notifications import Notification
from routing.core.facts import (
    TRANSFERRED,
    CallbackMissed,
    ConferenceOver,
    DialDropped,
    Fact,
    OfferEnded,
    Requeued,
    Unanswered,
    WrappedUp,
)
from routing.core.model import AgentId, Outcome, Seconds
from routing.core.outgoing import GAVE_UP

KEPT_S = 60.0
_CODE_OF_MILESTONE = {"warned": "sla.warned", "breached": "sla.breached"}
_CODE_OF_OUTCOME = {
    Outcome.NO_ANSWER: "offer.missed",
    Outcome.DECLINED: "offer.declined",
    Outcome.UNREACHABLE: "offer.unreachable",
    Outcome.FAILED: "offer.failed",
    Outcome.CUSTOMER_LEFT: "offer.customer_left",
    Outcome.WITHDRAWN: "offer.withdrawn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`id` is made of what happened, so that the same fact is never told twice."""

    id: str
    agent: AgentId
    code: str
    params: tuple[tuple[str, Param], ...]
    at: Seconds

    def document(self) -> NoticeDocument:
        """As the browser reads it."""
        return NoticeDocument(id=self.id, code=self.code, params=dict(self.params), at=self.at)


class Notices:
    """The notices of the last minute, by agent."""

    def __init__(self) -> None:
        self._of: dict[AgentId, dict[str, Notice]] = {}

    def note(self, fact: Fact) -> None:
        """Keep what this fact is worth telling; most are not."""
        if isinstance(fact, DialDropped):  # the offer was of their own call: nothing was missed or declined
            self._of.get(fact.agent, {}).pop(f"{fact.interaction}/1", None)
        notice = _notice(fact)
        if notice is not None:
            self.keep(notice)

    def keep(self, notice: Notice) -> None:
        """Tell it for a minute."""
        self._of.setdefault(notice.agent, {})[notice.id] = notice

    def of(self, agent: AgentId) -> Iterator[Notice]:
        """Oldest first."""
        return iter(self._of.get(agent, {}).values())

    def expire(self, now: Seconds) -> tuple[AgentId, ...]:
        """Forget what is older than a minute; the agents whose screens change."""
        changed = []
        for agent, notices in list(self._of.items()):
            old = [each.id for each in notices.values() if each.at + KEPT_S <= now]
            if old:
                self._drop(agent, old)
                changed.append(agent)
        return tuple(changed)

    def _drop(self, agent: AgentId, ids: Iterable[str]) -> None:
        for each in ids:
            del self._of[agent][each]
        if not self._of[agent]:
            del self._of[agent]


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneTold:
    """A promise of a case that nears its end or was missed, as the bus carries it (see `agent_console.deadlines`)."""

    number: str
    clock: str
    round: int
    what: str
    interactions: tuple[str, ...]

    @classmethod
    def read(cls, payload: str) -> "MilestoneTold":
        """From the bus."""
        given = json.loads(payload)
        return cls(
            number=given["number"],
            clock=given["clock"],
            round=given["round"],
            what=given["what"],
            interactions=tuple(given["interactions"]),
        )

    def payload(self) -> str:
        """For the bus."""
        return json.dumps(
            {
                "number": self.number,
                "clock": self.clock,
                "round": self.round,
                "what": self.what,
                "interactions": self.interactions,
            }
        )

    def notice(self, agent: AgentId, now: Seconds) -> Notice:
        """For an agent who works on the case."""
        return Notice(
            id=f"{self.number}/{self.clock}/{self.round}/{self.what}",
            agent=agent,
            code=_CODE_OF_MILESTONE[self.what],
            params=(("number", self.number), ("clock", self.clock)),
            at=now,
        )


def of_notification(row: Notification) -> Notice:
    """What was told in the store, for the screen of whom it was told to."""
    params = {name: value for name, value in row.params.items() if isinstance(value, Param)}
    params |= {"record": row.record_id, "entity": row.entity}
    return Notice(
        id=row.id, agent=AgentId(row.user_id), code=row.code, params=tuple(params.items()), at=Seconds(row.at)
    )


def _notice(fact: Fact) -> Notice | None:
    match fact:
        case OfferEnded(outcome=outcome) if outcome in _CODE_OF_OUTCOME:
            return Notice(
                id=str(fact.offer),
                agent=fact.agent,
                code=_CODE_OF_OUTCOME[outcome],
                params=(("interaction", fact.interaction),),
                at=fact.at,
            )
        case Requeued(reason=reason) if reason != TRANSFERRED:
            return Notice(
                id=f"{fact.interaction}/requeued/{fact.at}",
                agent=fact.agent,
                code="work.requeued",
                params=(("interaction", fact.interaction), ("reason", fact.reason)),
                at=fact.at,
            )
        case ConferenceOver(reason="agent_lost", colleague=colleague) if colleague is not None:
            return Notice(
                id=f"{fact.interaction}/conference/{fact.at}",
                agent=fact.agent,
                code="conference.without_you",
                params=(("interaction", fact.interaction),),
                at=fact.at,
            )
        case CallbackMissed() | DialDropped() | Unanswered():
            return _of_own_call(fact)
        case WrappedUp(disposition=""):
            return Notice(
                id=f"{fact.interaction}/wrap-up",
                agent=fact.agent,
                code="wrap_up.expired",
                params=(("interaction", fact.interaction),),
                at=fact.at,
            )
        case _:
            return None


def _of_own_call(fact: CallbackMissed | DialDropped | Unanswered) -> Notice | None:
    """That nobody was reached, unless they called it off themselves."""
    match fact:
        case CallbackMissed():
            kind, code = "missed", "callback.missed"
        case DialDropped():
            kind, code = "dropped", "call.dropped"
        case _:
            kind, code = "unanswered", "call.unanswered"
    if not isinstance(fact, CallbackMissed) and fact.reason in {Outcome.DECLINED, GAVE_UP}:
        return None
    return Notice(
        id=f"{fact.interaction}/{kind}/{fact.at}",
        agent=fact.agent,
        code=code,
        params=(("interaction", fact.interaction), ("reason", fact.reason)),
        at=fact.at,
    )
