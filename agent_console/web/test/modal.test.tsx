import { act } from "react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { OfferStrip } from "../src/features/interaction/offer-strip";
import type { Item } from "../src/net/types";
import type { Desk } from "../src/store/hooks";
import { AboveDialogs, Modal } from "../src/ui/modal";
import { begin, clear, deskOf, draw, field, itemOf, part, press, serve } from "./house";

const offered = (extra: Partial<Item> = {}): Item => itemOf("i1", { offer: { id: "o1", deadline: Date.now() / 1000 + 20, rang_at: null, ring_s: 20 }, ...extra });

async function show(light: boolean, close: () => void = () => undefined): Promise<Desk> {
  const desk = deskOf();
  await draw(desk, <AboveDialogs.Provider value={OfferStrip}><Modal title="Merge" close={close} light={light} testid="dialog"><p>Two customers</p></Modal></AboveDialogs.Provider>);
  return desk;
}

const put = (desk: Desk, item: Item): void => act(() => desk.store.apply({ set: [["items", item.id, item]], drop: [] }));

beforeAll(begin);
afterEach(clear);

test("What is offered while a dialog is open stands on top of it, with who it is, and goes when it is over.", async () => {
  const desk = await show(false);
  expect(part("offer-strip")).toBeNull();
  put(desk, offered());
  expect(part("dialog")?.contains(part("offer-strip"))).toBe(true);
  expect(part("offer-strip")?.textContent).toMatch(/Returns.*Ada/);
  put(desk, offered({ state: "connected", offer: null }));
  expect(part("offer-strip")).toBeNull();
});

test("It is taken and left from the dialog; taking it closes a dialog in which nothing can be lost.", async () => {
  const asked = serve();
  const close = vi.fn();
  put(await show(true, close), offered());
  await press("strip-decline");
  expect([asked.at(-1)?.line, close.mock.calls.length]).toEqual(["POST /api/v1/offers/o1/decline", 0]);
  await press("strip-answer");
  expect([asked.at(-1)?.line, close.mock.calls.length]).toEqual(["POST /api/v1/offers/o1/accept", 1]);
});

test("A dialog in which something is being decided stays open when an offer is taken.", async () => {
  const asked = serve();
  const close = vi.fn();
  put(await show(false, close), offered());
  await press("strip-answer");
  expect([asked.at(-1)?.line, close.mock.calls.length]).toEqual(["POST /api/v1/offers/o1/accept", 0]);
});

test("A call that does not ring on this tab's phone cannot be taken here, but can be declined.", async () => {
  const asked = serve();
  put(await show(false), offered({ medium: "voice", customer: { address: "+886912345678", name: "" } }));
  expect(field("strip-answer").disabled).toBe(true);
  await press("strip-decline");
  expect(asked.at(-1)?.line).toBe("POST /api/v1/offers/o1/decline");
});

test("Nothing covers the console but the one dialog that shows what rings.", () => {
  const sources = import.meta.glob<string>("../src/**/*.tsx", { query: "?raw", import: "default", eager: true });
  const own = Object.entries(sources).filter(([path, text]) => text.includes("ModalOverlay") && !path.endsWith("/ui/modal.tsx")).map(([path]) => path);
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  expect(own).toEqual([]);
});
