"""Lanes while they are being drawn: whoever begins something ends what they did before."""

from dataclasses import dataclass, field, replace

from crm_core.callrecord.model import Lane, LaneKind, Mark, Span

_FLEETING = frozenset({"waiting", "offered", "talking", "hold", "set_aside", "callback"})
"""What lasted no time is not told, unless it ended in a way of its own: who was handed over has not waited in between."""


@dataclass(slots=True)
class Track:
    """One lane."""

    kind: LaneKind
    of: str
    spans: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    _now: Span | None = None

    @property
    def doing(self) -> str:
        """The kind of what goes on; empty when nothing does."""
        return "" if self._now is None else self._now.kind

    @property
    def since(self) -> float:
        """When what goes on began; 0 when nothing does."""
        return 0.0 if self._now is None else self._now.begin

    def go(self, kind: str, at: float, *, offer: str | None = None, about: str = "") -> None:
        """This from now on."""
        if self._now is not None and (self._now.kind, self._now.offer, self._now.about) == (
            kind,
            offer,
            about,
        ):
            return
        self.stop(at)
        self._now = Span(kind=kind, begin=at, end=at, offer=offer, about=about)

    def stop(self, at: float, outcome: str | None = None) -> None:
        """No more."""
        ended, self._now = self._now, None
        if ended is None:
            return
        if at > ended.begin or outcome not in {None, "answered"} or ended.kind not in _FLEETING:
            self.spans.append(replace(ended, end=at, outcome=outcome))

    def mark(self, kind: str, at: float, about: str = "") -> None:
        self.marks.append(Mark(kind=kind, at=at, about=about))

    def lane(self, now: float) -> Lane:
        """As it is; what has not ended goes on."""
        last = () if self._now is None else (replace(self._now, end=now, going_on=True),)
        return Lane(kind=self.kind, of=self.of, spans=(*self.spans, *last), marks=tuple(self.marks))


class Tracks:
    """All lanes, in the order in which they began; the customer's is the first and the recording's the last."""

    def __init__(self) -> None:
        self.customer = Track(LaneKind.CUSTOMER, "")
        self.recording = Track(LaneKind.RECORDING, "")
        self._others: dict[tuple[LaneKind, str], Track] = {}

    def of(self, kind: LaneKind, whose: str) -> Track:
        """The lane of this one, which begins with it."""
        return self._others.setdefault((kind, whose), Track(kind, whose))

    def each(self, kind: LaneKind) -> list[Track]:
        return [track for track in self._others.values() if track.kind is kind]

    def lanes(self, now: float) -> tuple[Lane, ...]:
        """Those in which anything is."""
        drawn = [track.lane(now) for track in (*self._others.values(), self.recording)]
        return (self.customer.lane(now), *(lane for lane in drawn if lane.spans or lane.marks))
