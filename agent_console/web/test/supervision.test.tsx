import { act } from "react";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { AgentGrid } from "../src/features/board/agent-grid";
import { CallPanel } from "../src/features/interaction/call-panel";
import { Questions } from "../src/features/supervision/questions";
import { SupervisionContext, useSupervision } from "../src/features/supervision/use-supervision";
import { WatchBar } from "../src/features/supervision/watch-bar";
import { keepHears, placeOf, talkOf } from "../src/features/supervision/watching";
import type { AgentDoc, Session, Watcher, WatchMode } from "../src/net/types";
import { registered } from "../src/phone/calls";
import type { Phone, PhoneCall, PhoneState } from "../src/phone/phone";
import type { Desk } from "../src/store/hooks";
import { Toasts } from "../src/ui/toasts";
import { begin, clear, deskOf, draw, itemOf, part, press, serve, settle } from "./house";

const NOW = Date.now() / 1000;
const ME = "sue";
const watcher = (mode: WatchMode, id = ME, name = "Sue"): Watcher => ({ id, name, mode, since: NOW - 5 });
const agent = (id: string, watchers: Watcher[] = [], extra: Partial<AgentDoc> = {}): AgentDoc => ({
  id, name: id === "ann" ? "Ann" : "Bob", extension: "1001", status: "ready", reason: "", since: NOW, work: "talking", work_since: NOW - 60, device: "in_use", console: true, conference: null, handled: 0, department: null,
  item: { id: `of-${id}`, medium: "voice", queue: "Support", customer: "Lin", callback: false, held_since: null, watchers }, ...extra,
});
const WATCH = "POST /api/v1/interactions/of-ann/watch";
const CREDENTIAL = { uri: "sip:1090@x", user: "1090", password: "p", ws_url: "wss://x" };


/** A supervisor at the board; `rings` is what happens to this browser's phone. */
function board(extension: string | null = "1090") {
  const desk = deskOf({ user: { id: ME, name: "Sue", role: "supervisor", extension } } as Session);
  const listeners = new Set<() => void>();
  const phone = desk.phone as Phone;
  phone.subscribe = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const rings = (change: Partial<PhoneState>): void => {
    phone.state = { ...phone.state, ...change };
    for (const listener of listeners) listener();
  };
  vi.spyOn(phone, "unlock").mockResolvedValue();
  vi.spyOn(phone, "claim").mockImplementation(async () => (rings({ stage: "starting" }), true));
  vi.spyOn(phone, "start").mockImplementation(async () => rings({ stage: "registered" }));
  return { desk, rings, mute: vi.spyOn(phone, "mute").mockReturnValue(), hangUp: vi.spyOn(phone, "hangUp").mockReturnValue() };
}

function Console() {
  const supervision = useSupervision();
  return <SupervisionContext.Provider value={supervision}><WatchBar /><AgentGrid units={null} /><Questions /><Toasts /></SupervisionContext.Provider>;
}

/** What the server tells of its agents. */
const tells = async (desk: Desk, ...agents: AgentDoc[]): Promise<void> => act(async () => {
  desk.store.apply({ set: agents.map((each) => ["agents", each.id, each]), drop: [] });
});
const open = async (desk: Desk, ...agents: AgentDoc[]): Promise<void> => {
  await draw(desk, <Console />);
  await tells(desk, ...agents);
};
const chooses = async (mode: string, of = "ann"): Promise<void> => {
  await press(`watch-${of}`);
  await press(`watch-${mode}`);
  await settle();
};
const talking = (): PhoneCall => ({ interaction: "of-ann", offer: null, consult: false, watch: true, from: "0", state: "talking", muted: false, rangAt: 0, answeredAt: 1 });
const bar = (): (string | null | undefined)[] => [part("watch-bar")?.dataset["stage"], part("watch-bar")?.dataset["mode"] ?? null];
const toast = (): string => [...document.querySelectorAll(".toast")].map((each) => each.textContent).join();

beforeAll(async () => {
  await begin();
  Element.prototype.scrollIntoView = () => undefined; // jsdom lays nothing out
});
beforeEach(() => localStorage.clear());
afterEach(async () => {
  for (const button of document.querySelectorAll<HTMLElement>(".toast button")) await act(async () => button.click());
  await clear();
});

test.each([[agent("ann"), true], [agent("ann", [], { work: "wrap_up" }), false], [agent("ann", [], { item: null }), false]])("Only a talk can be watched.", (doc, can) => {
  expect(talkOf(doc) !== null).toBe(can);
});

test("Neither a letter nor a customer who is yet to be reached can be watched.", () => {
  const item = agent("ann").item;
  if (!item) throw new Error();
  expect([talkOf(agent("ann", [], { item: { ...item, medium: "email" } })), talkOf(agent("ann", [], { item: { ...item, callback: true } }))]).toEqual([null, null]);
});

test("The documents tell where one is.", () => {
  const agents = [agent("bob", [watcher("barge", "cyd", "Cyd")]), agent("ann", [watcher("listen")])];
  expect([placeOf(agents, ME)?.agent.id, placeOf(agents, "cyd")?.watcher.mode, placeOf(agents, "dan")]).toEqual(["ann", "barge", null]);
});

describe("A phone that is to ring", () => {
  const phoneAt = (stage: PhoneState["stage"]) => {
    let heard = (): void => undefined;
    const phone = { state: { stage } as PhoneState, subscribe: (on: () => void) => ((heard = on), () => undefined) };
    return { phone, becomes: (next: PhoneState["stage"]) => ((phone.state = { ...phone.state, stage: next }), heard()) };
  };

  test.each([["registered", true], ["failed", false], ["elsewhere", false]] as const)("is waited for until it is %s.", async (stage, can) => {
    const { phone, becomes } = phoneAt("starting");
    const told = registered(phone, 1000);
    becomes("offline");
    becomes(stage);
    expect(await told).toBe(can);
  });

  test("is not waited for any longer than a while.", async () => {
    expect(await registered(phoneAt("starting").phone, 5)).toBe(false);
  });
});

describe("A supervisor", () => {
  test("is asked once with which phone they listen; this browser becomes it, and only then the server is asked.", async () => {
    const asked = serve({ "POST /api/v1/me/phone": CREDENTIAL });
    const { desk, rings } = board();
    await open(desk, agent("ann"));
    await chooses("listen");
    expect(asked).toEqual([]);
    await press("watch-phone-browser");
    await settle();
    expect(asked.map(({ line, body }) => [line, body])).toEqual([["POST /api/v1/me/phone", undefined], [WATCH, { mode: "listen" }]]);
    expect(bar()).toEqual(["rings", null]);
    await act(async () => rings({ call: talking() }));
    await tells(desk, agent("ann", [watcher("listen")]));
    expect(bar()).toEqual(["at", "listen"]);
    await chooses("whisper");
    expect([part("watch-phone"), asked.at(-1)?.body]).toEqual([null, { mode: "whisper" }]);
  });

  test("may answer on their desk phone, which rings meanwhile; this browser becomes no phone.", async () => {
    const asked = serve();
    const { desk } = board();
    await open(desk, agent("ann"));
    await chooses("barge");
    await press("watch-phone-desk");
    await settle();
    expect(asked.map(({ line }) => line)).toEqual([WATCH]);
    expect(part("watch-bar")?.textContent).toContain("desk phone rings");
    await press("watch-leave");
    expect([asked.at(-1)?.line, part("watch-bar")]).toEqual(["DELETE /api/v1/me/watch", null]);
  });

  test("is not heard while they only listen, and is as soon as they speak up.", async () => {
    serve({ "POST /api/v1/me/phone": CREDENTIAL });
    keepHears(ME, "browser");
    const { desk, rings, mute } = board();
    await open(desk, agent("ann"));
    await chooses("listen");
    await act(async () => rings({ call: talking() }));
    await tells(desk, agent("ann", [watcher("listen")]));
    expect(mute.mock.calls).toEqual([[true]]);
    await press("watch-as-whisper");
    await settle();
    expect(mute.mock.calls).toEqual([[true]]);
    await tells(desk, agent("ann", [watcher("whisper")]));
    expect(mute.mock.calls).toEqual([[true], [false]]);
  });

  test("reads why their browser cannot be the phone, and takes the desk phone instead.", async () => {
    const asked = serve({ "POST /api/v1/me/phone": CREDENTIAL });
    keepHears(ME, "browser");
    const { desk, rings } = board();
    vi.spyOn(desk.phone, "start").mockImplementation(async () => rings({ stage: "failed", problem: "mic_denied" }));
    await open(desk, agent("ann"));
    await chooses("listen");
    expect(bar()).toEqual(["failed", null]);
    expect(part("watch-bar")?.textContent).toContain("The microphone is blocked");
    expect(asked.map(({ line }) => line)).toEqual(["POST /api/v1/me/phone"]);
  });

  test("without an extension reads that they have none.", async () => {
    const asked = serve();
    await open(board(null).desk, agent("ann"));
    await chooses("listen");
    expect([asked, part("watch-bar"), toast().includes("Your account has no extension")]).toEqual([[], null, true]);
  });

  test("takes a call over from the board in one go, once they are sure and there; then they talk with the customer until they hang up.", async () => {
    const asked = serve();
    keepHears(ME, "browser");
    const { desk, rings, mute, hangUp } = board();
    rings({ stage: "registered" });
    await open(desk, agent("ann"));
    await chooses("over");
    expect(asked).toEqual([]);
    await press("watch-sure-over");
    await settle();
    expect(asked.map(({ line, body }) => [line, body])).toEqual([[WATCH, { mode: "barge" }]]);
    await act(async () => rings({ call: talking() }));
    await tells(desk, agent("ann", [watcher("barge")]));
    await settle();
    expect([asked.at(-1)?.line, bar()[0]]).toEqual(["POST /api/v1/interactions/of-ann/takeover", "alone"]);
    await tells(desk, agent("ann", [], { work: "wrap_up" }));
    expect([bar()[0], toast()]).toEqual(["alone", ""]);
    expect(mute.mock.calls.at(-1)).toEqual([false]);
    await press("watch-leave");
    expect(hangUp).toHaveBeenCalled();
    await act(async () => rings({ call: null }));
    expect(part("watch-bar")).toBeNull();
  });

  test("is told that the talk is over, but not that they left it.", async () => {
    const asked = serve();
    const { desk } = board();
    await open(desk, agent("ann", [watcher("listen")]));
    await press("watch-leave");
    await tells(desk, agent("ann"));
    expect([asked.at(-1)?.line, toast()]).toEqual(["DELETE /api/v1/me/watch", ""]);
    await tells(desk, agent("ann", [watcher("listen")]));
    await tells(desk, agent("ann", [], { work: "wrap_up" }));
    expect([part("watch-bar"), toast()]).toEqual([null, "You are no longer in the call of Ann."]);
  });

  test("is not called any more when the talk is over before they answered.", async () => {
    const asked = serve();
    keepHears(ME, "desk");
    const { desk } = board();
    await open(desk, agent("ann"));
    await chooses("listen");
    await tells(desk, agent("ann", [], { work: "wrap_up" }));
    expect([asked.map(({ line }) => line), part("watch-bar"), toast().includes("no longer")]).toEqual([[WATCH, "DELETE /api/v1/me/watch"], null, true]);
  });

  test("who reloaded the page is there again with this browser's phone, after the one that is lost is gone.", async () => {
    const asked = serve({ "POST /api/v1/me/phone": CREDENTIAL });
    keepHears(ME, "browser");
    const { desk } = board();
    await open(desk, agent("ann", [watcher("listen")]));
    await press("watch-as-whisper");
    await settle();
    expect(asked.map(({ line }) => line)).toEqual(["DELETE /api/v1/me/watch"]);
    await tells(desk, agent("ann"));
    await settle();
    expect(asked.map(({ line }) => line).slice(1)).toEqual(["POST /api/v1/me/phone", WATCH]);
  });
});

describe("On the board", () => {
  test("each talk can be watched, who else is there is shown, and nothing else can.", async () => {
    serve();
    await open(board().desk, agent("ann", [watcher("whisper", "cyd", "Cyd"), watcher("listen")]), agent("bob", [], { work: "wrap_up" }));
    expect(part("watch-bob")).toBeNull();
    expect(part("watch-ann")?.dataset["mode"]).toBe("listen");
    expect([...document.querySelectorAll(".watch-mark")].map((each) => each.getAttribute("aria-label"))).toEqual(["Cyd whispers"]);
  });
});

describe("An agent", () => {
  test.each([["listen", "Sue listens"], ["whisper", "Sue whispers to you; the customer does not hear it"], ["barge", "Sue is in the call; you both hear it"]] as const)("sees who is in their call: %s.", async (mode, words) => {
    serve();
    await draw(deskOf(), <CallPanel item={itemOf("i1", { medium: "voice", state: "connected", watchers: [watcher(mode)] })} />);
    expect(part("overheard-sue")?.textContent).toBe(words);
  });
});
