"""The record of an interaction as the API tells it, to each what is theirs to know."""

from collections.abc import Iterable

from typing_extensions import TypedDict

from agent_console.directory import Directory
from crm_core.callrecord.model import Lane, LaneKind, Mark, Span
from crm_core.callrecord.read import Found


class SpanDocument(TypedDict):
    """What somebody did. `kind`: of the customer flow, waiting, talking, hold, conference, calling (they are called back), callback (they are to be),
    set_aside, at_work (of a letter); of a queue waiting, callback, set_aside; of an agent offered, ringing, talking, hold, consult (they ask somebody),
    called and asked (by a colleague), conference, calling, wrap_up, at_work; of somebody outside called, asked, conference; of a supervisor listen,
    whisper, barge; of the recording recorded, paused, stopped; of a flow the kind of each step. `end`: null while it goes on. `outcome`: how it
    ended, if by more than by what follows. `offer`: the id of the offer by which they were asked (`GET /interactions/{id}/routing`). `about`: of a step
    its name, of a supervisor the agent at whose talk they were."""

    kind: str
    begin: float
    end: float | None
    outcome: str | None
    offer: str | None
    about: str


class MarkDocument(TypedDict):
    """A moment. `kind`: key (`about`: which), led_on (to which queue), transfer, returned, callback, hang_up (`about`: the Q.850 number of its cause)."""

    kind: str
    at: float
    about: str


class LaneDocument(TypedDict):
    """Who took part: customer, flow, queue, agent, outside, supervisor, recording. `id` is that of the flow, queue or user; `name` what people call
    them. Spans are in order and never overlap."""

    kind: LaneKind
    id: str
    name: str
    spans: list[SpanDocument]
    marks: list[MarkDocument]


def lanes(
    found: Found,
    names: Directory,
    *,
    customer: str,
    numbers: bool,
    reader: str,
    supervises: bool,
    listeners: bool,
) -> list[LaneDocument]:
    """`customer`: as whom they are shown. `numbers`: numbers outside and keys are for this reader; `listeners`: so is who only listened. Agents get to
    know of supervisors at their own talks alone."""
    told = found.record.lanes
    if not supervises:
        told = tuple(_seen(lane, reader, listeners=listeners) for lane in told)
    return [
        _lane(lane, names, found.flow, customer, numbers=numbers)
        for lane in told
        if lane.spans or lane.marks or lane.kind is LaneKind.CUSTOMER
    ]


def _seen(lane: Lane, reader: str, *, listeners: bool) -> Lane:
    if lane.kind is not LaneKind.SUPERVISOR:
        return lane
    spans = tuple(
        span for span in lane.spans if span.about == reader and (listeners or span.kind != "listen")
    )
    return Lane(kind=lane.kind, of=lane.of, spans=spans, marks=())


def _lane(lane: Lane, names: Directory, flow: str | None, customer: str, *, numbers: bool) -> LaneDocument:
    return LaneDocument(
        kind=lane.kind,
        id="" if lane.kind is LaneKind.OUTSIDE else lane.of,
        name=_name(lane, names, flow, customer, numbers=numbers),
        spans=[_span(span, lane.kind, names) for span in lane.spans],
        marks=list(_marks(lane.marks, names, numbers=numbers)),
    )


def _name(lane: Lane, names: Directory, flow: str | None, customer: str, *, numbers: bool) -> str:
    match lane.kind:
        case LaneKind.CUSTOMER:
            return customer
        case LaneKind.FLOW:
            return flow or ""
        case LaneKind.QUEUE:
            return names.queue_name(lane.of) or ""
        case LaneKind.AGENT | LaneKind.SUPERVISOR:
            return names.user_name(lane.of) or ""
        case LaneKind.OUTSIDE:
            return lane.of if numbers else ""
        case LaneKind.RECORDING:
            return ""


def _span(span: Span, kind: LaneKind, names: Directory) -> SpanDocument:
    about = names.user_name(span.about) if kind is LaneKind.SUPERVISOR else span.about
    return SpanDocument(
        kind=span.kind,
        begin=span.begin,
        end=None if span.going_on else span.end,
        outcome=span.outcome,
        offer=span.offer,
        about=about or "",
    )


def _marks(marks: Iterable[Mark], names: Directory, *, numbers: bool) -> Iterable[MarkDocument]:
    for mark in marks:
        about = mark.about
        if mark.kind == "led_on":
            about = names.queue_name(about) or ""
        elif mark.kind == "key" and not numbers:
            about = ""
        yield MarkDocument(kind=mark.kind, at=mark.at, about=about)
