"""Pausing the recording of a talk, while something is said or typed that nobody may keep. It fails towards not recording: what cannot be made sure of
is stopped, and what could not be stopped either is told as such and tried again until it is.

Asterisk goes on writing the same two files, with silence in both. No recording begins meanwhile, so what a telephone that is rung again would have
begun is begun when the pause ends.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from cti.ami import actions
from cti.ami.actions import NOT_RECORDING, Answered, Outcome, RefusedByAsterisk
from cti.calls import Call, channel_of
from cti.ports import Floor
from cti.resync import Standing
from cti.talking.talks import Talks, talking
from routing.core.events import RecordingPauseBegan, RecordingPauseEnded
from routing.core.facts import Connected, Fact, Finished, RecordingPaused, Requeued
from routing.core.model import InteractionId, PauseKind
from routing.core.presence import Work

AGAIN_AFTER_S = 2.0
"""What Asterisk did not confirm is asked for again after so long."""
_log = Transcript("voice")


class Pauses:
    """One server's. `ends_after_s`: a pause ends by itself after so long; 0: with the talk."""

    def __init__(self, talks: Talks, floor: Floor, clock: Clock, ends_after_s: float) -> None:
        self._talks, self._floor, self._clock, self._ends_after_s = talks, floor, clock, ends_after_s
        self._unsure: dict[InteractionId, PauseKind] = {}
        self._wanted = asyncio.Event()

    async def pause(self, interaction: InteractionId, kind: PauseKind = PauseKind.BY_HAND) -> None:
        """Record nothing of this talk until `resume`. Already so: nothing. When Asterisk does not confirm it, recording is stopped for the rest of the
        talk. `Refused`: call.not_connected, recording.not_recorded; `Unavailable` when it cannot be told either: then it may go on being recorded."""
        async with self._talks.order:
            self._recorded(interaction)
            call = self._talks.call_of(interaction)
            await self._paused(call, kind)

    async def resume(self, interaction: InteractionId, kind: PauseKind = PauseKind.BY_HAND) -> None:
        """Record again. Not paused: nothing; and a form ends no pause that was made by hand. Errors as of `pause`, and recording.stopped,
        call.held_by_phone."""
        async with self._talks.order:
            pause = self._recorded(interaction).recording_pause
            if pause is None and interaction not in self._unsure:
                return
            if pause is not None and pause.kind is PauseKind.STOPPED:
                raise Refused("recording.stopped", interaction=interaction)
            if pause is not None and kind is PauseKind.FORM and pause.kind is not kind:
                return
            await self._goes_on(self._talks.call_of(interaction))
            await self._floor.settle(RecordingPauseEnded(interaction=interaction, at=self._clock.now()))

    async def assure(self, standings: Iterable[Standing]) -> None:
        """After a gap, held in the talks' order: what is paused by our books or by the channel is so in Asterisk and in our books."""
        for seen in standings:
            work = self._floor.centre.interactions.get(seen.interaction)
            call = self._talks.calls.talk(seen.interaction)
            if work is None or call is None or not work.recorded:
                continue
            kind = self._unsure.get(work.id)
            if work.recording_pause is not None:
                kind = work.recording_pause.kind
            elif seen.paused in set(PauseKind):
                kind = PauseKind(seen.paused)
            if kind is not None:
                with suppress(Unavailable):  # it is tried again
                    await self._paused(call, kind)

    async def run(self) -> None:
        """Until cancelled: end what has lasted its time, and ask again for what was not confirmed."""
        unlisten = self._floor.listen(self._on_facts)
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._sleeps_s()):
                        await self._wanted.wait()
                self._wanted.clear()
                await self._end_the_old()
                await self._try_again()
        finally:
            unlisten()

    # -- what Asterisk is asked --------------------------------------------------------------------------------------

    async def _paused(self, call: Call, kind: PauseKind) -> None:
        name = call.interaction
        try:
            made = await self._silenced(call, kind)
        except Unavailable:
            self._unsure[name] = kind
            self._wanted.set()
            raise
        self._unsure.pop(name, None)
        await self._floor.settle(RecordingPauseBegan(interaction=name, pause=made, at=self._clock.now()))

    async def _silenced(self, call: Call, kind: PauseKind) -> PauseKind:
        """What the pause has become."""
        name, caller = call.interaction, channel_of(call.interaction)
        _log.note(">", name, f"pause the recording: {kind}")
        if kind is not PauseKind.STOPPED:
            marked, muted = await self._talks.ask(
                actions.set_paused(caller, kind), actions.mute_recording(caller, muted=True)
            )
            if isinstance(marked, Answered) and (isinstance(muted, Answered) or _nothing_runs(muted)):
                return kind
        _, stopped = await self._talks.ask(actions.record_no_more(caller), actions.stop_recording(caller))
        if isinstance(stopped, Answered) or _nothing_runs(stopped):
            _log.note("!", name, "recording stopped: it could not be made sure that it is paused")
            return PauseKind.STOPPED
        _log.note("!", name, "it is not known whether recording is paused")
        raise Unavailable("asterisk", stopped.reason)

    async def _goes_on(self, call: Call) -> None:
        """In an order in which whatever fails leaves less recorded, not more."""
        caller = channel_of(call.interaction)
        _log.note(">", call.interaction, "go on recording")
        if call.held and not call.aside:
            raise Refused("call.held_by_phone", interaction=call.interaction)
        asked: list[Outcome] = [*await self._talks.ask(actions.set_paused(caller, None))]
        if isinstance(asked[-1], Answered):
            asked += await self._talks.ask(actions.mute_recording(caller, muted=False))
        if _nothing_runs(asked[-1]):  # a phone was rung again meanwhile
            together = not (call.held or call.three or call.joining)  # else it begins when they are again
            asked = [*await self._talks.ask(actions.record_again(caller, call.leg))] if together else []
        failed = next((one for one in asked if not isinstance(one, Answered)), None)
        if failed is not None:
            self._unsure[call.interaction] = PauseKind.BY_HAND
            self._wanted.set()
            raise Unavailable("asterisk", failed.reason)
        self._unsure.pop(call.interaction, None)

    def _recorded(self, interaction: InteractionId) -> Work:
        work = talking(self._floor.centre, interaction)
        if not work.recorded:
            raise Refused("recording.not_recorded", interaction=interaction)
        return work

    # -- what nobody asks for ------------------------------------------------------------------------------------------

    def _on_facts(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, RecordingPaused):
                self._wanted.set()
            elif isinstance(fact, Connected | Requeued | Finished):  # the next talk is another agent's
                self._unsure.pop(fact.interaction, None)

    def _lasting(self) -> list[tuple[float, InteractionId]]:
        """The pauses that end by themselves, with when they do."""
        if not self._ends_after_s:
            return []
        pauses = [(work.id, work.recording_pause) for work in self._floor.centre.interactions.values()]
        return [
            (pause.since + self._ends_after_s, name)
            for name, pause in pauses
            if pause is not None and pause.kind is not PauseKind.STOPPED
        ]

    def _sleeps_s(self) -> float | None:
        left_s = [at - self._clock.now() for at, _ in self._lasting()]
        waits = [each if each > 0 else AGAIN_AFTER_S for each in left_s]
        return min(waits + [AGAIN_AFTER_S] * bool(self._unsure), default=None)

    async def _end_the_old(self) -> None:
        for at, name in self._lasting():
            if at <= self._clock.now():
                _log.note("=", name, "has been paused for as long as it may")
                with suppress(Refused, Unavailable):  # it stays paused, and is tried again
                    await self.resume(name)

    async def _try_again(self) -> None:
        for name, kind in list(self._unsure.items()):
            try:
                await self.pause(name, kind)
            except Refused:  # the talk is over
                self._unsure.pop(name, None)
            except Unavailable:
                await asyncio.sleep(AGAIN_AFTER_S)


def _nothing_runs(outcome: Outcome) -> bool:
    return isinstance(outcome, RefusedByAsterisk) and outcome.reason in NOT_RECORDING
