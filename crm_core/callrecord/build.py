"""Draws the record of an interaction from what the ledger and its flow's visit say of it. Pure.

Facts come in the order in which they were decided; their times are those of two clocks (Asterisk's and ours), so that one may lie a little before
the one ahead of it. Such a time is taken for the same moment: nothing ends before it began.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crm_core.callrecord.model import LaneKind, Record
from crm_core.callrecord.tracks import Track, Tracks
from crm_core.flows.visits import Visit
from crm_core.interactions import Interaction
from crm_core.ledger_entry import LedgerEntry

_BESIDE = (LaneKind.OUTSIDE, LaneKind.SUPERVISOR)


def build(
    interaction: Interaction,
    facts: Sequence[LedgerEntry],
    visit: Visit | None,
    owners: Mapping[str, str],
    now: float,
) -> Record:
    """`owners`: whose extension is whose, for who was asked first. `now` counts where the interaction is not over."""
    story = _Story(interaction, owners)
    begin = story.enter(visit)
    for fact in facts:
        story.take(fact)
    going_on = interaction.state != "closed"
    end = max(story.at, now) if going_on else story.close()
    return Record(begin=begin, end=end, going_on=going_on, lanes=story.tracks.lanes(end))


class _Story:
    """What was told so far. `at` is the latest moment of it."""

    def __init__(self, interaction: Interaction, owners: Mapping[str, str]) -> None:
        self.tracks = Tracks()
        self.at = interaction.enqueued_at
        self._row, self._owners = interaction, owners
        self._talking = "talking" if interaction.medium == "voice" else "at_work"
        self._queue, self._calls_back, self._asked = interaction.queue_id or "", False, ""
        self._unreached = ""

    # -- how it begins and ends ------------------------------------------------------------------------------------------

    def enter(self, visit: Visit | None) -> float:
        """Until they wait; the first moment of all. Somebody who calls again has a place older than their call."""
        if visit is None:
            self.tracks.customer.go("waiting", self.at)
            return self.at
        # of whom the server lost in a flow without knowing since when it says 0
        begin = self.at = visit.started_at or self.at
        self.tracks.customer.go("flow", begin)
        lane = self.tracks.of(LaneKind.FLOW, visit.flow_id)
        for stage in visit.path or ():
            self.at = max(self.at, stage.at)
            lane.stop(self.at, None)
            lane.go(stage.kind, self.at, about=stage.label)
            if keys := "".join(stage.keys):
                lane.mark("key", self.at, keys)
        if not visit.path:
            lane.go("flow", begin)
        if visit.ended_at is not None:
            self.at = max(self.at, visit.ended_at)
            lane.stop(self.at, visit.outcome)
        return begin

    def close(self) -> float:
        """It is over: what no fact has ended did with it. The last moment."""
        row = self._row
        self.at = max(self.at, row.ended_at or 0.0, row.closed_at or 0.0)
        over = self.at if row.ended_at is None else max(row.ended_at, self.tracks.customer.since)
        self.tracks.customer.stop(over, row.outcome or row.ended_by)
        for kind in LaneKind:
            self._stop_all(kind, self.at)
        self.tracks.recording.stop(self.at)
        return self.at

    # -- facts -----------------------------------------------------------------------------------------------------------

    def take(self, fact: LedgerEntry) -> None:
        """One more; of a kind that says nothing about who did what, nothing follows."""
        told = _TOLD.get(fact.kind)
        if told is not None:
            self.at = max(self.at, fact.at)
            told(self, fact, self.at)

    def _agent(self, fact: LedgerEntry) -> Track:
        return self.tracks.of(LaneKind.AGENT, fact.agent or "")

    def _line(self, queue: str | None = None) -> Track:
        return self.tracks.of(LaneKind.QUEUE, queue or self._queue)

    def _both(self, fact: LedgerEntry, kind: str, at: float) -> None:
        self.tracks.customer.go(kind, at)
        self._agent(fact).go(kind, at)

    def _stop_all(self, kind: LaneKind, at: float, outcome: str | None = None) -> None:
        for track in self.tracks.each(kind):
            track.stop(at, outcome)

    def _other(self, whom: str, colleague: str | None = None) -> Track:
        """Whom the agent asked: a colleague, by their extension, or somebody outside."""
        agent = colleague or self._owners.get(whom)
        return self.tracks.of(LaneKind.AGENT, agent) if agent else self.tracks.of(LaneKind.OUTSIDE, whom)

    def _alone(self, at: float, outcome: str | None = None) -> None:
        """The talk is over, and with it all that was beside it."""
        if self._asked:
            self._other(self._asked).stop(at, outcome)
            self._asked = ""
        for kind in _BESIDE:
            self._stop_all(kind, at)
        self.tracks.recording.stop(at)

    def enqueued(self, fact: LedgerEntry, at: float) -> None:
        self._queue = fact.queue or ""
        self._stop_all(LaneKind.FLOW, at)
        self._wait(at)

    def _wait(self, at: float, kind: str = "waiting") -> None:
        self.tracks.customer.go(kind, at)
        self._line().go(kind, at)

    def led_on(self, fact: LedgerEntry, at: float) -> None:
        why = str(fact.data.get("why", ""))
        self._line().stop(at, "moved" if why == "asked" else "led_on")
        self._queue = fact.queue or ""
        self.tracks.customer.mark("led_on", at, self._queue)
        self._wait(at, "callback" if self._calls_back else "waiting")

    def offered(self, fact: LedgerEntry, at: float) -> None:
        self._agent(fact).go("offered", at, offer=fact.offer)

    def offer_rang(self, fact: LedgerEntry, at: float) -> None:
        self._agent(fact).go("ringing", at, offer=fact.offer)

    def offer_ended(self, fact: LedgerEntry, at: float) -> None:
        self._agent(fact).stop(at, str(fact.data.get("outcome", "")) or None)

    def connected(self, fact: LedgerEntry, at: float) -> None:
        self._line(fact.queue).stop(at, "answered")
        self._both(fact, "calling" if self._calls_back else self._talking, at)
        if fact.data.get("recorded"):
            self.tracks.recording.go("recorded", at)

    def recording_paused(self, fact: LedgerEntry, at: float) -> None:
        self.tracks.recording.go("stopped" if fact.data.get("pause") == "stopped" else "paused", at)

    def recording_resumed(self, _: LedgerEntry, at: float) -> None:
        self.tracks.recording.go("recorded", at)

    def held(self, fact: LedgerEntry, at: float) -> None:
        """Of whom the agent asks it may be told first that they are called."""
        self.tracks.customer.go("hold", at)
        if not self._asked:
            self._agent(fact).go("hold", at)

    def resumed(self, fact: LedgerEntry, at: float) -> None:
        self._both(fact, self._talking, at)

    def consulting(self, fact: LedgerEntry, at: float) -> None:
        self._asked = str(fact.data.get("whom", ""))
        self._agent(fact).go("consult", at)
        self._other(self._asked).go("called", at)

    def consulted(self, _: LedgerEntry, at: float) -> None:
        if self._asked:
            self._other(self._asked).go("asked", at)

    def consult_over(self, fact: LedgerEntry, at: float) -> None:
        reason = str(fact.data.get("reason", ""))
        if self._asked and reason != "conference":
            self._other(self._asked).stop(at, reason or None)
            self._asked = ""
        self._agent(fact).go("hold", at)

    def conferring(self, fact: LedgerEntry, at: float) -> None:
        self._both(fact, "conference", at)
        whom, colleague = str(fact.data.get("whom", "")), fact.data.get("colleague")
        third = self._other(whom, str(colleague) if colleague else None)
        if self._asked and self._other(self._asked) is not third:
            self._other(self._asked).stop(at)
        self._asked = ""
        third.go("conference", at)

    def conference_over(self, fact: LedgerEntry, at: float) -> None:
        reason = str(fact.data.get("reason", ""))
        for track in (*self.tracks.each(LaneKind.AGENT), *self.tracks.each(LaneKind.OUTSIDE)):
            if track.doing == "conference" and track.of != fact.agent:
                track.stop(at, reason or None)
        if reason in {"left", "released"}:
            self._both(fact, self._talking, at)

    def watched(self, fact: LedgerEntry, at: float) -> None:
        watcher = self.tracks.of(LaneKind.SUPERVISOR, str(fact.data.get("watcher", "")))
        watcher.go(str(fact.data.get("mode", "")), at, about=fact.agent or "")

    def watch_over(self, fact: LedgerEntry, at: float) -> None:
        self.tracks.of(LaneKind.SUPERVISOR, str(fact.data.get("watcher", ""))).stop(at)

    def requeued(self, fact: LedgerEntry, at: float) -> None:
        passed_on = fact.data.get("reason") == "transferred"
        self._agent(fact).stop(at, "transferred" if passed_on else "returned")
        self.tracks.customer.mark("transfer" if passed_on else "returned", at)
        self._alone(at, "transferred" if passed_on else None)
        self._wait(at)

    def parked(self, fact: LedgerEntry, at: float) -> None:
        self._agent(fact).stop(at, "parked")
        self._alone(at)
        self._wait(at, "set_aside")

    def unparked(self, _: LedgerEntry, at: float) -> None:
        self._wait(at)

    def callback_kept(self, _: LedgerEntry, at: float) -> None:
        self._calls_back = True
        self.tracks.customer.mark("callback", at)
        self._wait(at, "callback")

    def customer_reached(self, fact: LedgerEntry, at: float) -> None:
        self._calls_back = False
        self._both(fact, self._talking, at)

    def callback_missed(self, fact: LedgerEntry, at: float) -> None:
        self._agent(fact).stop(at, str(fact.data.get("reason", "")) or None)
        self._alone(at)
        self._wait(at, "callback")

    def dialled(self, fact: LedgerEntry, at: float) -> None:
        """An agent calls them: nobody else is asked, and they wait nowhere."""
        self._queue, self._calls_back = fact.queue or "", True
        self.tracks.customer.go("dialled", at)

    def unanswered(self, fact: LedgerEntry, _: float) -> None:
        """The end follows at once."""
        self._unreached = f"unreached_{fact.data.get('reason', '')}"

    def dial_dropped(self, fact: LedgerEntry, at: float) -> None:
        self.tracks.customer.stop(at, "not_called")
        self._stop_all(LaneKind.AGENT, at)

    def gone(self, fact: LedgerEntry, at: float) -> None:
        """Nobody has served them, and nobody will."""
        how = "voicemail" if fact.data.get("voicemail") else fact.kind
        self.tracks.customer.stop(at, how)
        self._line().stop(at, how)
        self._hung_up(self.tracks.customer, fact, at)

    def finished(self, fact: LedgerEntry, at: float) -> None:
        by = str(fact.data.get("by", ""))
        self.tracks.customer.stop(at, self._unreached or (f"ended_{by}" if by else None))
        self._hung_up(self._agent(fact) if by == "agent" else self.tracks.customer, fact, at)
        self._alone(at)
        if fact.data.get("wrap_up_until") is None:
            self._agent(fact).stop(at, "handled")
        else:
            self._agent(fact).go("wrap_up", at)

    def _hung_up(self, who: Track, fact: LedgerEntry, at: float) -> None:
        cause = fact.data.get("cause")
        if self._row.medium == "voice":
            who.mark("hang_up", at, "" if cause is None else str(cause))

    def wrapped_up(self, fact: LedgerEntry, at: float) -> None:
        self._agent(fact).stop(at, "handled")


_Telling = Callable[[_Story, LedgerEntry, float], Any]
_TOLD: Mapping[str, _Telling] = {
    "enqueued": _Story.enqueued,
    "led_on": _Story.led_on,
    "offered": _Story.offered,
    "offer_rang": _Story.offer_rang,
    "offer_ended": _Story.offer_ended,
    "connected": _Story.connected,
    "recording_paused": _Story.recording_paused,
    "recording_resumed": _Story.recording_resumed,
    "held": _Story.held,
    "resumed": _Story.resumed,
    "consulting": _Story.consulting,
    "consulted": _Story.consulted,
    "consult_over": _Story.consult_over,
    "conferring": _Story.conferring,
    "conference_over": _Story.conference_over,
    "watched": _Story.watched,
    "watch_over": _Story.watch_over,
    "requeued": _Story.requeued,
    "parked": _Story.parked,
    "unparked": _Story.unparked,
    "callback_kept": _Story.callback_kept,
    "customer_reached": _Story.customer_reached,
    "callback_missed": _Story.callback_missed,
    "callback_dropped": _Story.gone,
    "abandoned": _Story.gone,
    "turned_away": _Story.gone,
    "dialled": _Story.dialled,
    "unanswered": _Story.unanswered,
    "dial_dropped": _Story.dial_dropped,
    "finished": _Story.finished,
    "wrapped_up": _Story.wrapped_up,
}
