"""A talk that is recorded, and is not for a while: by its agent's word, or because a field asks for what nobody may keep."""

from routing.core.events import RecordingPauseBegan, RecordingPauseEnded
from routing.core.facts import RecordingPaused, RecordingResumed
from routing.core.model import PauseKind, Phase
from routing.core.presence import Work
from routing.core.verdict import NOTHING, Verdict, holder

RecordingEvent = RecordingPauseBegan | RecordingPauseEnded
_WEIGHT = {PauseKind.FORM: 1, PauseKind.BY_HAND: 2, PauseKind.STOPPED: 3}
"""Who pauses by hand means it, whatever a form does then; what was stopped does not go on."""


def judge_recording(work: Work, event: RecordingEvent) -> Verdict:
    """What follows: of a talk that is recorded, and nothing twice."""
    if work.phase is not Phase.CONNECTED or work.callback or not work.recorded:
        return NOTHING
    pause = work.recording_pause
    if isinstance(event, RecordingPauseBegan):
        if pause is not None and _WEIGHT[event.pause] <= _WEIGHT[pause.kind]:
            return NOTHING
        paused = RecordingPaused(interaction=work.id, agent=holder(work), pause=event.pause, at=event.at)
        return Verdict((paused,))
    if pause is None or pause.kind is PauseKind.STOPPED:
        return NOTHING
    return Verdict((RecordingResumed(interaction=work.id, agent=holder(work), at=event.at),))
