import { act } from "react";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { AgentGrid } from "../src/features/board/agent-grid";
import { WaitingList } from "../src/features/board/waiting-list";
import { WorkItems } from "../src/features/desk/work-items";
import { CallPanel } from "../src/features/interaction/call-panel";
import { OfferPanel } from "../src/features/interaction/offer-panel";
import type { AgentDoc, Item, QueueDoc, RoutingTold, WaitingDoc } from "../src/net/types";
import type { Desk } from "../src/store/hooks";
import { begin, clear, deskOf, draw, itemOf, part, press, serve, settle } from "./house";

beforeAll(begin);
afterEach(clear);

describe("The desk", () => {
  const callback = (extra: Partial<Item> = {}): Item => itemOf("i1", { medium: "voice", callback: true, customer: { address: "+886912345678", name: "Lin" }, ...extra });
  const ringing: Partial<Item> = { offer: { id: "i1/1", deadline: Date.now() / 1000 + 20, rang_at: null, ring_s: 20 } };
  const card = async (item: Item): Promise<string> => {
    await draw(deskOf(), <WorkItems items={[item]} selected="i1" select={() => undefined} />);
    return part("item-i1")?.querySelector(".pill")?.textContent ?? "";
  };

  test("says of a callback that it is one, until the customer was reached or the attempt is over.", async () => {
    serve({ "GET /api/v1/me/letters": { items: [] } });
    expect(await card(callback(ringing))).toBe("Callback");
    expect(await card(callback({ state: "connected" }))).toBe("Calling the customer…");
    expect(await card(callback({ state: "connected", callback: false }))).toBe("Talking");
    expect(await card(callback({ state: "wrap_up" }))).toBe("Wrap-up");
  });

  test("tells before the answer that the customer is called after it; an ordinary call is announced as before.", async () => {
    const told = async (item: Item): Promise<string> => {
      await draw(deskOf(), <OfferPanel item={item} />);
      return document.querySelector(".offer")?.getAttribute("aria-label") ?? "";
    };
    expect(await told(callback(ringing))).toBe("Callback: answer, then we call the customer");
    expect(document.querySelector(".offer .strong")?.textContent).toBe("Callback: answer, then we call the customer");
    expect(await told(callback({ ...ringing, callback: false }))).toBe("Incoming call");
  });

  test("does not say that the agent is heard while the customer is being called.", async () => {
    const desk = deskOf();
    desk.phone.state = { stage: "registered", problem: null, silent: false, call: { interaction: "i1", offer: null, consult: false, watch: false, from: "", state: "talking", muted: false, rangAt: 0, answeredAt: 0 } };
    await draw(desk, <CallPanel item={callback({ state: "connected" })} />);
    expect(document.querySelector(".call [role=status]")?.textContent).toBe("Calling the customer…");
    await draw(desk, <CallPanel item={callback({ state: "connected", callback: false })} />);
    expect(document.querySelector(".call [role=status]")?.textContent).toBe("You are heard");
  });
});

describe("The board", () => {
  const QUEUE = { id: "q", name: "Support", language: "en" } as QueueDoc;
  const row = (id: string, callback: boolean): WaitingDoc => ({ id, medium: "voice", queue: "q", customer: "Lin", enqueued_at: 0, position: 1, phase: "waiting", callback, until: null });
  const TOLD: RoutingTold = { waiting: null, offers: [] };
  const PLACE = "DELETE /api/v1/interactions/w1/callback";

  async function board(): Promise<Desk> {
    const desk = deskOf();
    await draw(desk, <WaitingList queues={[QUEUE]} />);
    await act(async () => desk.store.apply({ set: [["waiting", "w1", row("w1", true)], ["waiting", "w2", row("w2", false)]], drop: [] }));
    return desk;
  }

  test("marks who wants to be called back, in words too, among those who wait and beside the agent.", async () => {
    const desk = await board();
    expect([part("callback-w1")?.getAttribute("aria-label"), part("callback-w2")]).toEqual(["Wants to be called back", null]);
    const agent = (id: string, callback: boolean): AgentDoc => ({ id, name: id, extension: null, status: "ready", reason: "", since: 0, work: "offered", work_since: 0, device: "reachable", console: true, conference: null, item: { id: `of-${id}`, medium: "voice", queue: "Support", customer: "Lin", callback, held_since: null, watchers: [] }, handled: 0, department: null });
    await act(async () => desk.store.apply({ set: [["agents", "ann", agent("ann", true)], ["agents", "bob", agent("bob", false)]], drop: [] }));
    await draw(desk, <AgentGrid units={null} />);
    expect([part("callback-of-ann")?.getAttribute("aria-label"), part("callback-of-bob")]).toEqual(["Wants to be called back", null]);
  });

  test("lets a callback be cancelled where it explains why somebody waits, and closes; nothing is to be cancelled of who is on the line.", async () => {
    const asked = serve({ "GET /api/v1/interactions/w1/routing": TOLD, "GET /api/v1/interactions/w2/routing": TOLD });
    await board();
    await press("why-w2");
    await settle();
    expect([part("why") !== null, part("why-cancel-callback")]).toEqual([true, null]);
    await press("why-close");
    await press("why-w1");
    await settle();
    await press("why-cancel-callback");
    await settle();
    expect([asked.at(-1)?.line, part("why")]).toEqual([PLACE, null]);
  });

  test("says why a callback could not be cancelled, and stays open.", async () => {
    const refused = () => new Response(JSON.stringify({ code: "interaction.state", status: 409, params: {}, errors: [] }), { status: 409, headers: { "Content-Type": "application/problem+json" } });
    serve({ "GET /api/v1/interactions/w1/routing": TOLD, [PLACE]: refused });
    await board();
    await press("why-w1");
    await settle();
    await press("why-cancel-callback");
    await settle();
    expect(part("why")?.querySelector("[role=alert]")?.textContent).toBe("This is not possible in the present state.");
  });
});
