import { describe, expect, test } from "vitest";
import { next, piecesOf, placeOf, saidAt, ticks, type Piece } from "../src/features/callrecord/scale";
import type { CallRecord, LaneDoc, SpanDoc } from "../src/features/callrecord/types";
import { lasted } from "../src/features/callrecord/words";

const span = (kind: string, begin: number, end: number | null): SpanDoc => ({ kind, begin, end, outcome: null, offer: null, about: "" });
const CUSTOMER: LaneDoc = { kind: "customer", id: "", name: "Lin", spans: [span("waiting", 100, 110), span("talking", 110, 120), span("hold", 120, 150), span("talking", 150, null)], marks: [{ kind: "transfer", at: 115, about: "" }] };
const AGENT: LaneDoc = { kind: "agent", id: "a", name: "Ann", spans: [span("ringing", 105, 110), span("talking", 110, 120), span("hold", 120, 150)], marks: [] };
const RECORD: CallRecord = {
  id: "tl-1", medium: "voice", direction: "in", begin: 100, end: 200, going_on: true, ended_at: null, ended_by: null, outcome: null, cause: null, explained: true, lanes: [CUSTOMER, AGENT], recordings: [],
};
const PIECES = RECORD.lanes.flatMap((lane, row) => piecesOf(lane, row, RECORD.end));
const piece = (lane: number, begin: number): Piece => PIECES.find((each) => each.lane === lane && each.begin === begin)!;

describe("The drawing of a call's record", () => {
  test("has every moment where it belongs, and nothing outside", () => {
    expect([50, 100, 150, 200, 300].map((at) => placeOf(RECORD, at, 1000))).toEqual([0, 0, 500, 1000, 1000]);
    expect(placeOf({ begin: 5, end: 5 }, 5, 1000)).toBe(0);
  });

  test("has numbers on its axis that are far enough apart to be read", () => {
    for (const [seconds, width] of [[3, 900], [100, 900], [7200, 900], [7200, 28_800], [400_000, 700]] as const) {
      const found = ticks(seconds, width);
      expect(found[0]).toBe(0);
      expect(found.at(-1)!).toBeLessThanOrEqual(seconds);
      expect(((found[1] ?? seconds * 10) / seconds) * width).toBeGreaterThanOrEqual(84);
    }
  });

  test("is walked along by arrows: on a lane by time, to the next lane to what was then", () => {
    expect(next(PIECES, piece(0, 100), "ArrowRight")).toBe(piece(0, 110));
    expect(next(PIECES, piece(0, 110), "ArrowRight")).toBe(piece(0, 115));
    expect(next(PIECES, piece(0, 100), "ArrowLeft")).toBeNull();
    expect(next(PIECES, piece(0, 120), "ArrowDown")).toBe(piece(1, 120));
    expect(next(PIECES, piece(1, 120), "ArrowUp")).toBe(piece(0, 120));
    expect(next(PIECES, piece(0, 100), "End")).toBe(piece(0, 150));
    expect(next(PIECES, piece(1, 105), "ArrowDown")).toBeNull();
  });

  test("has what goes on up to now", () => {
    expect(piece(0, 150).end).toBe(200);
  });
});

test("What is heard of a recording was said after the holds before it: these are not in the audio.", () => {
  expect([0, 4, 9.5, 10, 15].map((seconds) => saidAt(RECORD, 110, seconds))).toEqual([110, 114, 119.5, 150, 155]);
  expect(saidAt(RECORD, 160, 5)).toBe(165);
});

test("What is short is told in tenths of a second.", () => {
  expect([0.24, 9.94, 75].map(lasted)).toEqual(["0.2 s", "9.9 s", "1:15"]);
});
