import { act } from "react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { Recordings } from "../src/features/recordings/recordings";
import { bars, moved, talked } from "../src/features/recordings/wave";
import type { Recording } from "../src/net/types";
import { begin, clear, deskOf, draw, part, press, serve, settle } from "./house";

const LOOK = "GET /api/v1/interactions/i1/recordings";
const recording = (extra: Partial<Recording> = {}): Recording => ({ id: "tl-1.17", agent: "Ann", started_at: 1_700_000_000, seconds: 60, state: "kept", audible: true, may_listen: true, may_download: true, peaks: { customer: [0, 50, 100, 0], agent: [100, 0, 0, 0] }, pauses: [], ...extra });
const heard = vi.fn();

async function drawn(...items: Recording[]): Promise<void> {
  serve({ [LOOK]: { items } });
  await draw(deskOf(), <Recordings interaction="i1" around={(talks) => <section>{talks}</section>} />);
  await settle();
}

const audio = (): HTMLAudioElement => document.querySelector("audio") as HTMLAudioElement;
const told = async (name: string): Promise<void> => act(async () => void audio().dispatchEvent(new Event(name)));

beforeAll(async () => {
  await begin();
  HTMLMediaElement.prototype.play = async () => heard("play"); // jsdom plays nothing
  HTMLMediaElement.prototype.pause = () => heard("pause");
});
afterEach(clear);

test("A talk is played, and paused; nothing is fetched before.", async () => {
  await drawn(recording());
  expect([audio().getAttribute("src"), audio().preload]).toEqual(["/api/v1/recordings/tl-1.17/audio", "none"]);
  await press("player-toggle");
  await told("play");
  expect([heard.mock.lastCall, part("player-toggle")?.getAttribute("aria-label")]).toEqual([["play"], "Pause"]);
  await press("player-toggle");
  await told("pause");
  expect([heard.mock.lastCall, part("player-toggle")?.getAttribute("aria-label")]).toEqual([["pause"], "Play"]);
});

test("Keys lead to and fro, and the speed goes round.", async () => {
  await drawn(recording());
  const slider = part("player-slider");
  for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "x"]) await act(async () => void slider?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
  expect([slider?.getAttribute("aria-valuetext"), audio().currentTime, part("player-time")?.textContent]).toEqual(["0:05", 5, "0:05 / 1:00"]);
  const speeds: (string | null | undefined)[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await act(async () => part("player-speed")?.click());
    speeds.push(part("player-speed")?.textContent);
  }
  expect(speeds).toEqual(["1.25×", "1.5×", "2×", "1×"]);
});

test("What may not be heard has no player, and what is wrong is said.", async () => {
  await drawn(recording({ id: "a", may_listen: false, may_download: false, peaks: null }), recording({ id: "b", state: "missing", audible: false, may_listen: false, may_download: false, peaks: null }), recording({ id: "c", state: "truncated", may_download: false }));
  const rows = [...document.querySelectorAll("[data-testid=recording]")];
  expect(rows.map((row) => row.querySelector("audio") !== null)).toEqual([false, false, true]);
  expect(rows.map((row) => row.textContent?.includes("Recorded. You may not hear it."))).toEqual([true, false, false]);
  expect(rows[1]?.textContent).toContain("nothing is there");
  expect(rows[2]?.textContent).toContain("part of it is missing");
  expect(part("player-download")).toBeNull();
});

test("A recording that cannot be played says so.", async () => {
  await drawn(recording());
  await told("error");
  expect(document.querySelector("[role=alert]")?.textContent).toContain("cannot be played");
});

test("Without recordings there is nothing to be seen.", async () => {
  await drawn();
  expect(document.querySelector("section")).toBeNull();
});

test("The wave shows who talked: the customer above, the agent below.", () => {
  expect(bars([100, 0], true)).toBe("M100.0 28v-28.0M300.0 28v-0.5");
  expect(bars([25], false)).toBe("M200.0 28v14.0");
  expect(talked({ customer: [0, 50, 100, 0], agent: [100, 0, 0, 0] })).toEqual({ customer: 50, agent: 25 });
  expect([moved("Home", 30, 60), moved("End", 30, 60), moved("ArrowLeft", 3, 60), moved("PageUp", 50, 60), moved("a", 3, 60)]).toEqual([0, 60, 0, 60, null]);
});
