import { act, useState } from "react";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { useKeyboard } from "../src/features/desk/shortcuts";
import { CallPanel, Keypad } from "../src/features/interaction/call-panel";
import { Recordings } from "../src/features/recordings/recordings";
import { GOES_ON_AFTER_MS, RecordingGuard } from "../src/features/recordings/guard";
import { TapeMark } from "../src/features/recordings/tape-mark";
import { FieldRow } from "../src/features/records/fields";
import type { FieldDoc } from "../src/features/records/entities";
import type { Item, RecordingNow } from "../src/net/types";
import { begin, clear, deskOf, draw, field, itemOf, part, press, serve, settle } from "./house";

const NOW = Date.now() / 1000;
const now = (extra: Partial<RecordingNow> = {}): RecordingNow => ({ pause: null, since: null, until: null, ...extra });
const talk = (recording: RecordingNow | null, extra: Partial<Item> = {}): Item => itemOf("i1", { medium: "voice", state: "connected", connected_at: NOW - 300, recording, ...extra });
const PAUSE = "POST /api/v1/interactions/i1/recording/pause";
const RESUME = "DELETE /api/v1/interactions/i1/recording/pause";
const problem = (status: number, code: string) => () => new Response(JSON.stringify({ code, status, params: {}, errors: [] }), { status, headers: { "Content-Type": "application/problem+json" } });
const state = (): string | undefined => part("taped")?.dataset.state;
const said = (): string => part("taped")?.querySelector("[role=status]")?.textContent ?? "";

function Keys() {
  useKeyboard(() => undefined, () => undefined);
  return null;
}

const label = (name: string) => ({ en: name, "zh-TW": name, "zh-CN": name });
const doc = (name: string, pauses_recording: boolean): FieldDoc => ({
  name, kind: "text", label: label(name), hint: null, required: false, writable: true, default: null, codes: "", choices: [], refers: "", least: null, most: null, listed: false, sortable: false, operators: [], section: "", custom: true, pauses_recording, shown_for: [],
});

function Form() {
  const [shown, show] = useState(true);
  return <>{shown && <FieldRow field={doc("x_card", true)} value={null} named={{}} change={() => undefined} />}<FieldRow field={doc("x_name", false)} value={null} named={{}} change={() => undefined} /><button type="button" data-testid="away" onClick={() => show(false)}>away</button></>;
}

beforeAll(begin);
beforeEach(() => vi.useRealTimers());
afterEach(clear);

describe("In a call", () => {
  test("nothing is said of recording where there is none.", async () => {
    serve();
    await draw(deskOf(), <CallPanel item={talk(null)} />);
    expect(part("taped")).toBeNull();
  });

  test("the recording pauses and goes on by button and by key, and only the server says that it does.", async () => {
    const asked = serve();
    const desk = deskOf();
    const show = (recording: RecordingNow, extra: Partial<Item> = {}) => draw(desk, <><Keys /><CallPanel item={talk(recording, extra)} /></>);
    await show(now());
    await press("tape-turn");
    expect([asked.at(-1)?.line, state(), said()]).toEqual([PAUSE, "on", "Recorded"]);
    await show(now({ pause: "by_hand", since: NOW - 12 }));
    expect([state(), said(), part("taped")?.querySelector(".taped-time")?.textContent]).toEqual(["by_hand", "Not recorded now", "0:12"]);
    await act(async () => void document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, altKey: true, code: "KeyX", key: "x" })));
    expect(asked.at(-1)?.line).toBe(RESUME);
    await show(now({ pause: "by_hand", since: NOW }), { held_since: NOW });
    expect(state(), "on hold as well").toBe("by_hand");
  });

  test("what was ended does not go on.", async () => {
    serve();
    await draw(deskOf(), <CallPanel item={talk(now({ pause: "stopped", since: NOW }))} />);
    expect([said().startsWith("Recording was ended"), part("tape-turn"), document.querySelector(".taped-time")]).toEqual([true, null, null]);
  });

  test("a pause that nobody confirmed is told until it is; one that was refused is not.", async () => {
    serve({ [PAUSE]: problem(503, "peer.unavailable") });
    const desk = deskOf();
    const show = (recording: RecordingNow) => draw(desk, <CallPanel item={talk(recording)} />);
    await show(now());
    await press("tape-turn");
    await settle();
    expect([state(), said().includes("Take no card data")]).toEqual(["unsure", true]);
    await show(now({ pause: "by_hand", since: NOW }));
    await show(now());
    expect(state()).toBe("on");
    serve({ [PAUSE]: problem(409, "recording.not_recorded") });
    await press("tape-turn");
    await settle();
    expect(state()).toBe("on");
  });

  test("it says when it goes on by itself, and reminds after a minute, by a tone and in words.", async () => {
    serve();
    const desk = deskOf();
    const tone = vi.spyOn(desk.phone, "remind");
    const item = talk(now({ pause: "by_hand", since: NOW - 90, until: NOW + 30 }));
    await draw(desk, <><RecordingGuard items={[item]} /><CallPanel item={item} /></>);
    expect(part("taped")?.textContent).toContain("goes on by itself in");
    expect([part("taped-long")?.textContent, part("tape-reminder")?.textContent, tone.mock.calls.length]).toEqual(["Record again as soon as it is done.", "Not recorded for 1 min. Record again as soon as it is done.", 1]);
  });

  test("keys that are pressed meanwhile are not shown.", async () => {
    const pressed: string[] = [];
    await draw(deskOf(), <Keypad disabled={false} secret press={(tone) => pressed.push(tone)} />);
    await act(async () => document.querySelector("button")?.click());
    for (const key of ["4", "2"]) await act(async () => [...document.querySelectorAll<HTMLButtonElement>(".keypad-keys button")].find((each) => each.textContent === key)?.click());
    expect([pressed, document.querySelector(".keypad-typed")?.textContent]).toEqual([["4", "2"], "••"]);
  });
});

describe("A field that asks for what nobody may keep", () => {
  const show = async (desk: ReturnType<typeof deskOf>, recording: RecordingNow | null): Promise<void> => draw(desk, <><RecordingGuard items={[talk(recording)]} /><Form /></>);
  const focus = (id: string): Promise<void> => act(async () => field(id).focus());
  const blur = (): Promise<void> => act(async () => (document.activeElement as HTMLElement).blur());
  const wait = (ms: number): Promise<void> => act(async () => void vi.advanceTimersByTime(ms));

  test("pauses while it has the focus, and two seconds afterwards recording goes on.", async () => {
    vi.useFakeTimers();
    const asked = serve();
    const lines = () => asked.map(({ line }) => line);
    const desk = deskOf();
    await show(desk, now());
    expect(part("field-x_card")?.textContent).toContain("Recording pauses here");
    await focus("input-x_name");
    expect(lines()).toEqual([]);
    await focus("input-x_card");
    expect(lines()).toEqual([`${PAUSE}?by=form`]);
    await show(desk, now({ pause: "form", since: NOW }));
    expect(part("field-x_card")?.textContent).toContain("Not recorded now");
    await blur();
    await wait(GOES_ON_AFTER_MS - 100);
    await focus("input-x_card");
    await wait(GOES_ON_AFTER_MS);
    expect(lines().length, "back in time").toBe(1);
    await focus("input-x_name");
    await wait(GOES_ON_AFTER_MS);
    expect(lines()).toEqual([`${PAUSE}?by=form`, `${RESUME}?by=form`]);
  });

  test("ends no pause that is not its own, asks for none where nothing is recorded, and lets go when it is taken down.", async () => {
    vi.useFakeTimers();
    const asked = serve();
    const desk = deskOf();
    await show(desk, null);
    await focus("input-x_card");
    await show(desk, now({ pause: "by_hand", since: NOW }));
    await blur();
    await wait(GOES_ON_AFTER_MS);
    expect(asked).toEqual([]);
    await focus("input-x_card");
    await show(desk, now());
    expect(asked.length, "a talk that begins meanwhile").toBe(1);
    await press("away");
    await wait(GOES_ON_AFTER_MS);
    expect(asked.at(-1)?.line).toBe(`${RESUME}?by=form`);
  });
});

test("Wherever one is the bar says that nothing is recorded now.", async () => {
  const desk = deskOf();
  await draw(desk, <TapeMark />);
  const show = (recording: RecordingNow) => act(async () => desk.store.apply({ set: [["items", "i1", talk(recording)]], drop: [] }));
  await show(now());
  expect(part("tape-mark")).toBeNull();
  await show(now({ pause: "form", since: NOW - 12 }));
  expect(part("tape-mark")?.textContent).toBe("Not recorded0:12");
});

test("In a recording the stretches that were not recorded are marked, and told in words.", async () => {
  serve({ "GET /api/v1/interactions/i1/recordings": { items: [{ id: "r", agent: "Ann", started_at: 1, seconds: 100, state: "kept", audible: true, may_listen: true, may_download: false, peaks: null, pauses: [[5, 25], [50, 60]] }] } });
  await draw(deskOf(), <Recordings interaction="i1" around={(talks) => <section>{talks}</section>} />);
  await settle();
  const marks = [...document.querySelectorAll<HTMLElement>("[data-testid=player-pause]")].map(({ style }) => [style.insetInlineStart, style.inlineSize]);
  expect(marks).toEqual([["5%", "20%"], ["50%", "10%"]]);
  expect(part("player-pauses")?.textContent).toBe("Not recorded: 0:05–0:25, 0:50–1:00");
});
