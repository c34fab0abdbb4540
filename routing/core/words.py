"""Words that others read by their types and descriptions, snapshots and the API: compiled classes forget these, so this stays interpreted
(`routing.compiled`)."""

from dataclasses import dataclass
from enum import StrEnum


class WatchMode(StrEnum):
    """How a supervisor is at an agent's talk."""

    LISTEN = "listen"  # nobody hears them
    WHISPER = "whisper"  # the agent alone hears them
    BARGE = "barge"  # both do


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A skill that an interaction requires, at this level (1 to 10) or better."""

    skill: str
    level: int = 1
