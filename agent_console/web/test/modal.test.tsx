import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { OfferStrip } from "../src/features/interaction/offer-strip";
import { startLanguages } from "../src/i18n";
import { Feed } from "../src/net/feed";
import type { Item, Session } from "../src/net/types";
import { Phone } from "../src/phone/phone";
import { DeskContext, type Desk } from "../src/store/hooks";
import { Store } from "../src/store/store";
import { AboveDialogs, Modal } from "../src/ui/modal";

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean;
}

const item = (id: string, extra: Partial<Item> = {}): Item => ({
  id, medium: "email", state: "offered", queue: { id: "q", name: "Returns", language: "en" }, offer: { id: "o1", deadline: Date.now() / 1000 + 20, rang_at: null, ring_s: 20 }, enqueued_at: 0, connected_at: null, finished_at: null, wrap_up_until: null,
  customer: { address: "ada@example.org", name: "Ada" }, entry: "", subject: "", match: { strength: "none", parties: [] }, case: null, contract: null, clocks: [], note: "", letters: 0, version: 1, ...extra,
});

let root: Root;
let store: Store;
let asked: string[];

function desk(): Desk {
  store = new Store();
  return { store, feed: new Feed(store, "agent", () => undefined), phone: new Phone(), session: {} as Session, changeUser: async () => undefined, signOut: async () => undefined };
}

function show(light: boolean, close: () => void): void {
  root = createRoot(document.body.appendChild(document.createElement("div")));
  const whole = <DeskContext.Provider value={desk()}><AboveDialogs.Provider value={OfferStrip}><Modal title="Merge" close={close} light={light}><p>Two customers</p></Modal></AboveDialogs.Provider></DeskContext.Provider>;
  act(() => root.render(whole));
}

const part = (id: string): HTMLElement | null => document.querySelector(`[role=dialog] [data-testid=${id}]`);
const put = (next: Item): void => act(() => store.apply({ set: [["items", next.id, next]], drop: [] }));
const press = async (id: string): Promise<void> => act(async () => part(id)?.click());

beforeAll(async () => {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  await startLanguages("en");
});

beforeEach(() => {
  asked = [];
  // the server's side of the line
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    asked.push(`${init?.method ?? "GET"} ${path}`);
    return new Response(null, { status: 204 });
  });
});

afterEach(() => {
  act(() => root.unmount());
  document.body.innerHTML = "";
  vi.unstubAllGlobals();
});

test("What is offered while a dialog is open stands on top of it, with who it is, and goes when it is over.", () => {
  show(false, () => undefined);
  expect(part("offer-strip")).toBeNull();
  put(item("i1"));
  expect(part("offer-strip")?.textContent).toContain("Ada");
  expect(part("offer-strip")?.textContent).toContain("Returns");
  put(item("i1", { state: "connected", offer: null }));
  expect(part("offer-strip")).toBeNull();
});

test("It is taken and left from the dialog; taking it closes a dialog in which nothing can be lost.", async () => {
  const close = vi.fn();
  show(true, close);
  put(item("i1"));
  await press("strip-decline");
  expect([asked, close.mock.calls.length]).toEqual([["POST /api/v1/offers/o1/decline"], 0]);
  await press("strip-answer");
  expect([asked.at(-1), close.mock.calls.length]).toEqual(["POST /api/v1/offers/o1/accept", 1]);
});

test("A dialog in which something is being decided stays open when an offer is taken.", async () => {
  const close = vi.fn();
  show(false, close);
  put(item("i1"));
  await press("strip-answer");
  expect([asked, close.mock.calls.length]).toEqual([["POST /api/v1/offers/o1/accept"], 0]);
});

test("A call that does not ring on this tab's phone cannot be taken here, but can be declined.", async () => {
  show(false, () => undefined);
  put(item("i1", { medium: "voice", customer: { address: "+886912345678", name: "" } }));
  expect((part("strip-answer") as HTMLButtonElement).disabled).toBe(true);
  await press("strip-decline");
  expect(asked).toEqual(["POST /api/v1/offers/o1/decline"]);
});

test("Nothing covers the console but the one dialog that shows what rings.", () => {
  const sources = import.meta.glob<string>("../src/**/*.tsx", { query: "?raw", import: "default", eager: true });
  const own = Object.entries(sources).filter(([path, text]) => text.includes("ModalOverlay") && !path.endsWith("/ui/modal.tsx")).map(([path]) => path);
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  expect(own).toEqual([]);
});
