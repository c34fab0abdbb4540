/** Where things are on the drawing, and when things are in the audio. Pure. */
import type { CallRecord, LaneDoc, MarkDoc, SpanDoc } from "./types";

/** One thing on a lane that can be chosen. */
export interface Piece {
  key: string;
  lane: number;
  begin: number;
  end: number;
  span: SpanDoc | null;
  mark: MarkDoc | null;
}

export const ZOOMS = [1, 2, 4, 8, 16, 32] as const;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const TICK_PX = 84;

/** The place of a moment, in pixels. */
export function placeOf(record: Pick<CallRecord, "begin" | "end">, at: number, width: number): number {
  const whole = record.end - record.begin;
  return whole <= 0 ? 0 : (Math.min(Math.max(at - record.begin, 0), whole) / whole) * width;
}

/** The moments, in seconds from the beginning, at which the axis has a number: so far apart that they can be read. */
export function ticks(seconds: number, width: number): number[] {
  if (seconds <= 0 || width <= 0) return [0];
  const step = STEPS_S.find((each) => (each / seconds) * width >= TICK_PX) ?? Math.ceil(seconds);
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, place) => place * step);
}

/** All that is on a lane, by time. */
export function piecesOf(lane: LaneDoc, row: number, end: number): Piece[] {
  const spans = lane.spans.map((span, place): Piece => ({ key: `${row} s${place}`, lane: row, begin: span.begin, end: span.end ?? end, span, mark: null }));
  const marks = lane.marks.map((mark, place): Piece => ({ key: `${row} m${place}`, lane: row, begin: mark.at, end: mark.at, span: null, mark }));
  return [...spans, ...marks].sort((one, two) => one.begin - two.begin);
}

/** Which piece a key leads to: along the lane, or to what was at the same time on the lane above or below. */
export function next(pieces: readonly Piece[], from: Piece, key: string): Piece | null {
  const lane = pieces.filter((each) => each.lane === from.lane);
  const place = lane.findIndex((each) => each.key === from.key);
  switch (key) {
    case "ArrowRight":
      return lane[place + 1] ?? null;
    case "ArrowLeft":
      return lane[place - 1] ?? null;
    case "Home":
      return lane[0] ?? null;
    case "End":
      return lane.at(-1) ?? null;
    case "ArrowDown":
    case "ArrowUp":
      return beside(pieces, from, key === "ArrowDown" ? 1 : -1);
    default:
      return null;
  }
}

function beside(pieces: readonly Piece[], from: Piece, way: 1 | -1): Piece | null {
  const lanes = [...new Set(pieces.map(({ lane }) => lane))].sort((one, two) => one - two);
  const lane = lanes[lanes.indexOf(from.lane) + way];
  const there = pieces.filter((each) => each.lane === lane);
  const middle = (from.begin + from.end) / 2;
  const far = (each: Piece): number => Math.max(each.begin - middle, middle - each.end, 0);
  return there.reduce<Piece | null>((best, each) => (best === null || far(each) < far(best) ? each : best), null);
}

/** When what is heard at these seconds of a recording was said: while the customer is on hold nothing is recorded, and the audio goes on after it. */
export function saidAt(record: CallRecord, startedAt: number, seconds: number): number {
  let at = startedAt;
  let left = seconds;
  const holds = (record.lanes.find(({ kind }) => kind === "customer")?.spans ?? []).filter(({ kind }) => kind === "hold");
  for (const hold of holds) {
    const end = hold.end ?? record.end;
    if (end <= at) continue;
    if (left < hold.begin - at) break;
    left -= Math.max(0, hold.begin - at);
    at = end;
  }
  return at + left;
}
