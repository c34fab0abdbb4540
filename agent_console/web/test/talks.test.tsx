import { act } from "react";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { AgentGrid } from "../src/features/board/agent-grid";
import { HoldReminder, reminders } from "../src/features/desk/hold";
import { useKeyboard } from "../src/features/desk/shortcuts";
import { WorkItems } from "../src/features/desk/work-items";
import { CallPanel } from "../src/features/interaction/call-panel";
import { Interaction } from "../src/features/interaction/interaction";
import { NoteField } from "../src/features/interaction/note-field";
import { OfferPanel } from "../src/features/interaction/offer-panel";
import { OfferStrip } from "../src/features/interaction/offer-strip";
import { PlainCall } from "../src/features/interaction/plain-call";
import { Stays } from "../src/features/interaction/stays";
import { fitting, outside, stateOf, thenKey } from "../src/features/interaction/targets";
import { Transfer } from "../src/features/interaction/transfer";
import type { AgentDoc, AgentTarget, Item, QueueTarget, StayDoc, Targets } from "../src/net/types";
import type { PhoneCall } from "../src/phone/phone";
import type { Desk } from "../src/store/hooks";
import { Toasts } from "../src/ui/toasts";
import { begin, clear, deskOf, draw, field, itemOf, part, press, serve, settle, type } from "./house";

const NOW = Date.now() / 1000;
const talk = (extra: Partial<Item> = {}): Item => itemOf("i1", { medium: "voice", state: "connected", connected_at: NOW - 300, customer: { address: "+886912345678", name: "Lin" }, ...extra });
const agent = (id: string, extra: Partial<AgentTarget> = {}): AgentTarget => ({ id, name: id, extension: null, status: "ready", work: "idle", free: true, can_be_called: false, ...extra });
const queue = (id: string, extra: Partial<QueueTarget> = {}): QueueTarget => ({ id, name: id, language: "en", waiting: 0, ready: 0, closed: false, ...extra });
const TARGETS: Targets = { agents: [agent("bob", { name: "Bob Wang", extension: "1002", can_be_called: true }), agent("cat", { name: "Cat Lee", work: "talking", free: false })], queues: [queue("billing", { name: "Billing", waiting: 3, ready: 2 }), queue("sales", { name: "Sales", closed: true })], outside: true };
const LOOK = "GET /api/v1/interactions/i1/targets";
const PASS = "POST /api/v1/interactions/i1/transfer";

function talking(extra: Partial<PhoneCall> = {}): Desk {
  const desk = deskOf();
  desk.phone.state = { stage: "registered", problem: null, silent: false, call: { interaction: "i1", offer: null, consult: false, watch: false, from: "", state: "talking", muted: false, rangAt: 0, answeredAt: 0, ...extra } };
  return desk;
}

function Keys() {
  useKeyboard(() => undefined, () => undefined);
  return null;
}

const key = async (init: KeyboardEventInit, at: EventTarget = document.body): Promise<void> => act(async () => void at.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...init })));
const refused = (code: string) => () => new Response(JSON.stringify({ code, status: 409, params: {}, errors: [] }), { status: 409, headers: { "Content-Type": "application/problem+json" } });
const said = (): string => document.querySelector(".call [role=status]")?.textContent ?? "";
const disabled = (id: string): boolean => part(id)?.hasAttribute("disabled") ?? false;

beforeAll(async () => {
  await begin();
  Element.prototype.scrollIntoView = () => undefined; // jsdom lays nothing out
});
afterEach(clear);

describe("On hold", () => {
  test("an agent puts the customer on hold and brings them back, by button and by key; nothing is said before the server says it.", async () => {
    const asked = serve();
    const desk = talking();
    await draw(desk, <><Keys /><CallPanel item={talk()} /></>);
    await press("hold");
    expect([asked.at(-1)?.line, said(), part("hold")?.textContent]).toEqual(["POST /api/v1/interactions/i1/hold", "You are heard", "Hold"]);
    await draw(desk, <><Keys /><CallPanel item={talk({ held_since: NOW - 5 })} /></>);
    expect([said(), part("hold")?.textContent, document.querySelector(".call-held-time")?.textContent]).toEqual(["The customer is on hold", "Resume", "0:05"]);
    await key({ key: "o", code: "KeyO", altKey: true });
    expect(asked.at(-1)?.line).toBe("DELETE /api/v1/interactions/i1/hold");
  });

  test("nobody can mute or send digits, by key neither; whoever was muted still is afterwards.", async () => {
    serve();
    const desk = talking({ muted: true });
    const mute = vi.spyOn(desk.phone, "mute");
    await draw(desk, <><Keys /><CallPanel item={talk({ held_since: NOW })} /></>);
    expect([disabled("mute"), said()]).toEqual([true, "The customer is on hold"]);
    await key({ key: "m", code: "KeyM", altKey: true });
    expect(mute).not.toHaveBeenCalled();
    await draw(desk, <><Keys /><CallPanel item={talk()} /></>);
    expect([disabled("mute"), said()]).toEqual([false, "You are muted"]);
  });

  test("it is told why it cannot be ended here when the telephone itself holds.", async () => {
    serve({ "DELETE /api/v1/interactions/i1/hold": refused("call.held_by_phone") });
    await draw(talking(), <><CallPanel item={talk({ held_since: NOW })} /><Toasts /></>);
    await press("hold");
    await settle();
    expect(document.querySelector(".toast")?.textContent).toContain("The telephone itself holds the caller");
  });

  test("there is nobody to be held or passed on while the customer is yet to be called back.", async () => {
    const asked = serve();
    await draw(talking(), <><Keys /><CallPanel item={talk({ callback: true })} /></>);
    await key({ key: "o", code: "KeyO", altKey: true });
    await key({ key: "t", code: "KeyT", altKey: true });
    expect([disabled("hold"), disabled("transfer"), asked.length, part("transfer-dialog")]).toEqual([true, true, 0, null]);
  });

  test.each([[null, 0, 0], [100, 100, 0], [100, 159.9, 0], [100, 160, 1], [100, 225, 2], [100, 90, 0]])("held since %s, at %s an agent should have been reminded %s times.", (since, now, times) => {
    expect(reminders(since, now)).toBe(times);
  });

  test("after a minute the panel asks to be looked at, and the agent is reminded in words and by a tone, once a minute, wherever they look.", async () => {
    serve();
    const desk = talking();
    const tone = vi.spyOn(desk.phone, "remind");
    const show = (since: number | null) => draw(desk, <><HoldReminder items={[talk({ held_since: since })]} /><CallPanel item={talk({ held_since: since })} /></>);
    await show(NOW - 30);
    expect([part("held-long"), part("hold-reminder")?.textContent, tone.mock.calls.length]).toEqual([null, "", 0]);
    await show(NOW - 90);
    expect([part("held-long")?.textContent, part("hold-reminder")?.textContent]).toEqual(["Say that you are still there.", "On hold for 1 min. Tell the customer that you are still there."]);
    expect([document.querySelector(".call .held.long") !== null, tone.mock.calls.length]).toEqual([true, 1]);
    await show(NOW - 100);
    expect(tone).toHaveBeenCalledTimes(1);
    await show(NOW - 150);
    expect([tone.mock.calls.length, part("hold-reminder")?.textContent]).toEqual([2, "On hold for 2 min. Tell the customer that you are still there."]);
    await show(null);
    expect([tone.mock.calls.length, part("hold-reminder")?.textContent]).toEqual([2, ""]);
  });

  test("the list of work and the board say it in words, the board with the time since; wrap-up is wrap-up.", async () => {
    serve({ "GET /api/v1/me/letters": { items: [] } });
    const pill = async (item: Item): Promise<string> => {
      await draw(deskOf(), <WorkItems items={[item]} selected="i1" select={() => undefined} />);
      return part("item-i1")?.querySelector(".pill")?.textContent ?? "";
    };
    expect([await pill(talk({ held_since: NOW })), await pill(talk({ state: "wrap_up", held_since: NOW }))]).toEqual(["On hold", "Wrap-up"]);
    const desk = deskOf();
    const row = (id: string, held: number | null): AgentDoc => ({ id, name: id, extension: null, status: "ready", reason: "", since: 0, work: "talking", work_since: NOW - 400, device: "in_use", console: true, conference: null, item: { id: `of-${id}`, medium: "voice", queue: "Support", customer: "Lin", callback: false, held_since: held, watchers: [] }, handled: 0, department: null });
    await draw(desk, <AgentGrid units={null} />);
    await act(async () => desk.store.apply({ set: [["agents", "ann", row("ann", NOW - 42)], ["agents", "bob", row("bob", null)]], drop: [] }));
    const cells = (id: string) => [...(part(`board-agent-${id}`)?.querySelectorAll("td") ?? [])].slice(1, 3).map((cell) => cell.textContent);
    expect([cells("ann"), cells("bob")]).toEqual([["On hold", "0:42"], ["Talking", "6:40"]]);
  });
});

test("What happened to an interaction is told with its holds and its transfers, in words and with how long each took.", async () => {
  const stay = (kind: StayDoc["kind"], began: number, ended: number | null, outcome: string | null): StayDoc => ({ kind, queue: "Support", agent: "Ann", started_at: began, answered_at: null, ended_at: ended, outcome });
  await draw(deskOf(), <Stays stays={[stay("queue", 1000, 1020, "answered"), stay("agent", 1020, 1200, "transferred"), stay("hold", 1100, 1165, "resumed"), stay("hold", 1180, 1200, "ended"), stay("agent", 1300, NOW, "of a later version")]} />);
  const lines = [...(part("stays")?.querySelectorAll("li") ?? [])].map((line) => [line.querySelector(".grow")?.textContent, line.querySelector(".small.num")?.textContent]);
  expect(lines.slice(0, 4)).toEqual([["Waited: Support · answered", "0:20"], ["With Ann · passed on", "3:00"], ["On hold · resumed", "1:05"], ["On hold · ended on hold", "0:20"]]);
  expect(lines[4]?.[0]).toBe("With Ann · of a later version");
});

describe("To whom it can be passed on", () => {
  test("colleagues come before queues, as the server put them; name and extension are sought in any case.", () => {
    const found = (sought: string) => fitting(TARGETS, sought).map(({ id }) => id);
    expect([found(""), found(" BOB"), found("1002"), found("al"), found("x")]).toEqual([["bob", "cat", "billing", "sales"], ["bob"], ["bob"], ["sales"], []]);
  });

  test("a colleague's state is told, also why one who is ready is not free.", () => {
    expect([agent("a"), agent("a", { work: "talking", free: false }), agent("a", { free: false }), agent("a", { status: "paused", free: false })].map((each) => stateOf(each).key)).toEqual(["transfer.free", "state.talking", "transfer.no_console", "pause.other"]);
  });

  test("what becomes of it is told of each.", () => {
    expect(fitting(TARGETS, "").map(thenKey)).toEqual(["transfer.to_free", "transfer.to_busy", "transfer.to_queue", "transfer.to_closed"]);
  });
});

describe("Passing on", () => {
  const option = (id: string): HTMLElement | null => part(`transfer-${id}`);

  test("by keys alone: sought, arrows, Enter, Enter; then it says to whom.", async () => {
    const asked = serve({ [LOOK]: TARGETS });
    await draw(talking(), <><Keys /><CallPanel item={talk({ note: "Wants a refund" })} /><Toasts /></>);
    await key({ key: "t", code: "KeyT", altKey: true });
    await settle();
    expect([document.activeElement, disabled("transfer-go")]).toEqual([part("transfer-search"), true]);
    expect(part("transfer-dialog")?.querySelector(".along")?.textContent).toContain("Wants a refund");
    await key({ key: "ArrowDown" }, field("transfer-search"));
    expect([option("agent-cat")?.dataset["active"], field("transfer-search").getAttribute("aria-activedescendant")]).toEqual(["true", option("agent-cat")?.id]);
    await key({ key: "ArrowUp" }, field("transfer-search"));
    await key({ key: "ArrowUp" }, field("transfer-search"));
    expect(option("queue-sales")?.dataset["active"]).toBe("true");
    await type("transfer-search", "cat");
    await key({ key: "Enter" }, field("transfer-search"));
    expect([option("agent-cat")?.getAttribute("aria-selected"), document.activeElement]).toEqual(["true", part("transfer-go")]);
    expect(part("transfer-dialog")?.textContent).toContain("Cat Lee is not free now. For a minute it waits for them alone, then for whoever is next in Returns.");
    await press("transfer-go");
    await settle();
    expect(asked.at(-1)).toMatchObject({ line: PASS, body: { agent_id: "cat" } });
    expect([part("transfer-dialog"), [...document.querySelectorAll(".toast")].at(-1)?.textContent]).toEqual([null, "Passed on to Cat Lee."]);
  });

  test("an input method's Enter chooses nobody, and another word takes the choice back.", async () => {
    serve({ [LOOK]: TARGETS });
    await draw(talking(), <Transfer item={talk()} />);
    await press("transfer");
    await settle();
    await key({ key: "Enter", keyCode: 229 } as KeyboardEventInit, field("transfer-search"));
    expect(disabled("transfer-go")).toBe(true);
    await act(async () => option("queue-billing")?.click());
    expect([disabled("transfer-go"), option("queue-billing")?.textContent]).toEqual([false, "Billing3 waiting · 2 ready"]);
    await type("transfer-search", "b");
    expect(disabled("transfer-go")).toBe(true);
  });

  test("whoever presses Enter before the list is there has the first who fits chosen when it comes.", async () => {
    let come: (told: Targets) => void = () => undefined;
    serve({ [LOOK]: () => new Promise((done) => { come = done; }) });
    await draw(talking(), <Transfer item={talk()} />);
    await press("transfer");
    await type("transfer-search", "cat");
    await key({ key: "Enter" }, field("transfer-search"));
    expect(disabled("transfer-go")).toBe(true);
    await act(async () => come(TARGETS));
    await settle();
    expect([option("agent-cat")?.getAttribute("aria-selected"), document.activeElement]).toEqual(["true", part("transfer-go")]);
  });

  test("to a queue; a refusal is told and the dialog stays.", async () => {
    const asked = serve({ [LOOK]: TARGETS, [PASS]: refused("transfer.same_queue") });
    await draw(talking(), <Transfer item={talk()} />);
    await press("transfer");
    await settle();
    await act(async () => option("queue-sales")?.click());
    expect(part("transfer-dialog")?.textContent).toContain("Sales is closed for an emergency");
    await press("transfer-go");
    await settle();
    expect([asked.at(-1)?.body, part("transfer-dialog")?.querySelector("[role=alert]")?.textContent]).toEqual([{ queue_id: "sales" }, "It is in this queue already."]);
  });

  test("what is written of the note is with the server before it is passed on, and not sent again after it.", async () => {
    const asked = serve({ [LOOK]: TARGETS });
    const desk = talking();
    await draw(desk, <><NoteField item={talk()} /><CallPanel item={talk()} /></>);
    await type("note", "Wants a refund");
    await press("transfer");
    await settle();
    await act(async () => option("agent-bob")?.click());
    await press("transfer-go");
    await settle();
    await draw(desk, <p>nothing any more</p>);
    await settle(800);
    expect(asked.filter(({ line }) => line !== LOOK).map(({ line, body }) => [line, body])).toEqual([["PUT /api/v1/interactions/i1/note", { text: "Wants a refund" }], [PASS, { agent_id: "bob" }]]);
  });

  test("nothing is passed on without its note.", async () => {
    const asked = serve({ [LOOK]: TARGETS, "PUT /api/v1/interactions/i1/note": refused("peer.unavailable") });
    await draw(talking(), <><NoteField item={talk()} /><CallPanel item={talk()} /></>);
    await type("note", "Wants a refund");
    await press("transfer");
    await settle();
    await act(async () => option("agent-bob")?.click());
    await press("transfer-go");
    await settle();
    expect([asked.some(({ line }) => line === PASS), part("transfer-dialog") !== null]).toEqual([false, true]);
  });

  test("who passed it on is told before the answer, with the note, and after it.", async () => {
    serve({ "GET /api/v1/me/letters": { items: [] } });
    const offered = talk({ state: "offered", passed_by: "Bob Wang", note: "Wants a refund", offer: { id: "i1/1", deadline: NOW + 20, rang_at: null, ring_s: 20 } });
    await draw(deskOf(), <OfferPanel item={offered} />);
    expect(document.querySelector(".passed-on")?.textContent).toBe("Transferred by Bob WangWants a refund");
    await draw(deskOf(), <WorkItems items={[offered]} selected="i1" select={() => undefined} />);
    expect(part("item-i1")?.textContent).toContain("Transferred by Bob Wang");
    await draw(deskOf(), <Interaction item={talk({ passed_by: "Bob Wang" })} />);
    expect(document.querySelector(".head")?.textContent).toContain("Transferred by Bob Wang");
    await draw(deskOf(), <Interaction item={talk()} />);
    expect(part("passed-by")).toBe(null);
  });
});

describe("Asking first", () => {
  const ASK = "POST /api/v1/interactions/i1/consult";
  const option = (id: string): HTMLElement | null => part(`transfer-${id}`);
  const asking = (reached: number | null, extra: Partial<Item> = {}): Item => talk({ held_since: NOW - 630, consult: { whom: "Bob Wang", since: NOW - 570, reached_at: reached }, ...extra });
  const minutes = (at: string): string | undefined => document.querySelector(at)?.textContent?.split(":")[0];
  const toast = (): string => [...document.querySelectorAll(".toast")].at(-1)?.textContent ?? "";

  async function open(item: Item, sought = "", told: Targets = TARGETS) {
    const asked = serve({ [LOOK]: told });
    await draw(talking(), <Transfer item={item} />);
    await press("transfer");
    await settle();
    if (sought) await type("transfer-search", sought);
    return asked;
  }

  test("a colleague who can be called is asked; one who cannot be, and a queue, are not.", async () => {
    const asked = await open(talk());
    expect(disabled("consult-go")).toBe(true);
    for (const other of ["agent-cat", "queue-billing"]) {
      await act(async () => option(other)?.click());
      expect([disabled("consult-go"), disabled("transfer-go")]).toEqual([true, false]);
    }
    await act(async () => option("agent-bob")?.click());
    await press("consult-go");
    await settle();
    expect([asked.at(-1), part("transfer-dialog")]).toMatchObject([{ line: ASK, body: { agent_id: "bob" } }, null]);
  });

  test("a number outside is typed, chosen by Enter and asked, and never passed on to unasked.", async () => {
    const asked = await open(talk(), "02 1234-5678");
    expect(option("number-0212345678")?.textContent).toBe("Call 02 1234 5678");
    await key({ key: "Enter" }, field("transfer-search"));
    expect([document.activeElement, disabled("transfer-go"), document.querySelector(".along")]).toEqual([part("consult-go"), true, null]); // no note goes outside
    await press("consult-go");
    await settle();
    expect(asked.at(-1)).toMatchObject({ line: ASK, body: { number: "0212345678" } });
  });

  test("a refusal is told and the dialog stays.", async () => {
    serve({ [LOOK]: TARGETS, [ASK]: refused("agent.busy") });
    await draw(talking(), <Transfer item={talk()} />);
    await press("transfer");
    await settle();
    await act(async () => option("agent-bob")?.click());
    await press("consult-go");
    await settle();
    expect(part("transfer-dialog")?.querySelector("[role=alert]")?.textContent).toBe("They are at a call, or their phone is not there.");
  });

  test.each([["12", []], ["123", ["123"]], ["０２ 1234", ["021234"]], ["+886 2 1234", ["+88621234"]], ["12a4", []], ["bob", []]])("what is typed as %s is the number %s.", (sought, found) => {
    expect([outside(TARGETS, sought).map(({ id }) => id), outside({ ...TARGETS, outside: false }, sought)]).toEqual([found, []]);
  });

  test("of a letter nobody is asked, and no number is called.", async () => {
    await open(talk({ medium: "email" }), "0212345678");
    expect([part("consult-go"), option("number-0212345678")]).toEqual([null, null]);
  });

  test("while it rings the panel says whom, and nobody is handed over; the keys of hold and transfer come back and hand over.", async () => {
    const asked = serve();
    const desk = talking();
    await draw(desk, <><Keys /><CallPanel item={asking(null)} /></>);
    expect([said(), minutes(".call-held-time"), minutes("[data-testid=asked-held] .num"), part("asked-held")?.textContent]).toEqual(["Calling Bob Wang", "9", "10", expect.stringContaining("The customer is on hold")]);
    expect([disabled("handover"), disabled("mute"), part("hold"), part("transfer"), part("hangup")]).toEqual([true, false, null, null, null]);
    await key({ key: "t", code: "KeyT", altKey: true });
    await key({ key: "h", code: "KeyH", altKey: true });
    expect(asked).toEqual([]);
    await key({ key: "o", code: "KeyO", altKey: true });
    expect(asked.at(-1)?.line).toBe("DELETE /api/v1/interactions/i1/hold");
  });

  test("once they talk the agent mutes, and hands over with the note.", async () => {
    const asked = serve();
    const desk = talking();
    const mute = vi.spyOn(desk.phone, "mute");
    await draw(desk, <><NoteField item={asking(NOW - 200)} /><CallPanel item={asking(NOW - 200)} /><Toasts /></>);
    expect([said(), minutes(".call-held-time")]).toEqual(["Talking with Bob Wang", "3"]);
    await press("mute");
    expect(mute).toHaveBeenCalledWith(true);
    await type("note", "Wants a refund");
    await press("handover");
    await settle();
    expect(asked.map(({ line }) => line)).toEqual(["PUT /api/v1/interactions/i1/note", "POST /api/v1/interactions/i1/consult/handover"]);
    expect(toast()).toBe("Bob Wang talks with the customer now.");
  });

  test("whoever comes back presses one button.", async () => {
    const asked = serve();
    await draw(talking(), <CallPanel item={asking(NOW - 3)} />);
    await press("back");
    expect(asked.at(-1)?.line).toBe("DELETE /api/v1/interactions/i1/hold");
  });

  test.each([[null, "Bob Wang was not reached. The customer is still on hold."], [NOW - 3, "Bob Wang is gone. The customer is still on hold."]])("one that ended by itself is told, and the customer is on hold as ever.", async (reached, words) => {
    serve();
    const desk = talking();
    await draw(desk, <><CallPanel item={asking(reached)} /><Toasts /></>);
    await draw(desk, <><CallPanel item={talk({ held_since: NOW - 20 })} /><Toasts /></>);
    expect([toast(), said(), part("hold")?.textContent, part("back")]).toEqual([words, "The customer is on hold", "Resume", null]);
  });

  test("nobody is reminded of the customer in the middle of it, but sees how long they wait; afterwards at once.", async () => {
    const desk = talking();
    const tone = vi.spyOn(desk.phone, "remind");
    const show = (item: Item) => draw(desk, <><HoldReminder items={[item]} /><CallPanel item={item} /></>);
    await show(asking(NOW - 3, { held_since: NOW - 90 }));
    expect([tone.mock.calls.length, part("asked-held")?.classList.contains("long")]).toEqual([0, true]);
    await show(talk({ held_since: NOW - 90 }));
    expect(tone).toHaveBeenCalledTimes(1);
  });

  test("the colleague sees who asks, on the desk and over a dialog, before and after the answer.", async () => {
    const desk = talking({ state: "ringing", consult: true, from: "1001" });
    const asks = desk.phone.state.call;
    if (!asks) throw new Error("nobody calls");
    await draw(desk, <><PlainCall call={asks} /><OfferStrip taken={() => undefined} /></>);
    expect(part("plain-call")?.querySelector(".grow")?.textContent).toBe("1001A colleague asks you");
    await draw(desk, <PlainCall call={{ ...asks, state: "talking" }} />);
    expect([part("plain-call")?.querySelector(".grow")?.textContent, part("hangup") !== null]).toEqual(["1001A colleague asks you; the customer does not hear it", true]);
  });

  test("what became of it is told in words of its own.", async () => {
    const asked = (outcome: string, at: number): StayDoc => ({ kind: "consult", queue: null, agent: "Ann", started_at: at, answered_at: null, ended_at: at + 10, outcome });
    await draw(deskOf(), <Stays stays={["ended", "busy", "no_answer", "failed"].map((outcome, place) => asked(outcome, 1000 + place))} />);
    const lines = [...(part("stays")?.querySelectorAll("li .grow") ?? [])].map((line) => line.textContent);
    expect(lines).toEqual(["Asked somebody · ended", "Asked somebody · busy", "Asked somebody · did not answer", "Asked somebody · could not be put through"]);
  });
});

describe("Three at a call", () => {
  const PLACE = "/api/v1/interactions/i1/conference";
  const three = (extra: Partial<Item> = {}): Item => talk({ conference: { whom: "Bob Wang", since: NOW - 190 }, ...extra });
  const asking = (reached: number | null): Item => talk({ held_since: NOW - 20, consult: { whom: "Bob Wang", since: NOW - 15, reached_at: reached } });
  const toast = (): string => [...document.querySelectorAll(".toast")].at(-1)?.textContent ?? "";

  test("once whoever is asked has answered, all three talk: by button and by key; before that neither.", async () => {
    const asked = serve();
    const desk = talking();
    await draw(desk, <><Keys /><CallPanel item={asking(null)} /></>);
    expect(disabled("conference")).toBe(true);
    await key({ key: "j", code: "KeyJ", altKey: true });
    expect(asked).toEqual([]);
    await draw(desk, <><Keys /><CallPanel item={asking(NOW - 3)} /></>);
    await press("conference");
    await key({ key: "j", code: "KeyJ", altKey: true });
    await settle();
    expect(asked.map(({ line }) => line)).toEqual([`POST ${PLACE}`, `POST ${PLACE}`]);
  });

  test("the panel says with whom and since when; the agent is heard, mutes, and cannot hang up on all by a slip.", async () => {
    const asked = serve();
    const desk = talking();
    const mute = vi.spyOn(desk.phone, "mute");
    await draw(desk, <><Keys /><CallPanel item={three()} /></>);
    expect([said(), document.querySelector(".call-held-time")?.textContent?.split(":")[0]]).toEqual(["You, the customer and Bob Wang", "3"]);
    expect([disabled("mute"), part("hold"), part("transfer"), part("hangup"), part("handover")]).toEqual([false, null, null, null, null]);
    await press("mute");
    expect(mute).toHaveBeenCalledWith(true);
    await key({ key: "h", code: "KeyH", altKey: true });
    expect(asked).toEqual([]);
  });

  test("back to two by the key of hold, out of the call by the key of transfer, with the note.", async () => {
    const asked = serve();
    const desk = talking();
    await draw(desk, <><Keys /><NoteField item={three()} /><CallPanel item={three()} /><Toasts /></>);
    await key({ key: "o", code: "KeyO", altKey: true });
    await settle();
    expect(asked.at(-1)?.line).toBe(`DELETE ${PLACE}`);
    await type("note", "Wants a refund");
    await key({ key: "t", code: "KeyT", altKey: true });
    await settle();
    expect(asked.slice(1).map(({ line }) => line)).toEqual(["PUT /api/v1/interactions/i1/note", `POST ${PLACE}/leave`]);
    expect(toast()).toBe("Bob Wang talks with the customer now.");
  });

  test("whoever was the third and is gone is told; a call that is over is not.", async () => {
    serve();
    const desk = talking();
    await draw(desk, <><CallPanel item={three()} /><Toasts /></>);
    await draw(desk, <><CallPanel item={talk()} /><Toasts /></>);
    expect([toast(), said(), part("hold")?.textContent]).toEqual(["Bob Wang is gone. You talk with the customer alone.", "You are heard", "Hold"]);
  });

  test("the colleague reads that the customer hears them, and with whose customer.", async () => {
    const desk = talking({ consult: true, from: "1001" });
    const own = desk.phone.state.call;
    if (!own) throw new Error("nobody calls");
    await draw(desk, <PlainCall call={own} />);
    const me = { id: "bob", name: "Bob", role: "agent", extension: "1002", status: "ready", reason: "", since: 0, work: "talking", work_since: 0, device: "in_use", console: true, conference: { whom: "Ann", since: NOW } } as const;
    await act(async () => desk.store.apply({ set: [["me", "me", me]], drop: [] }));
    expect(part("plain-call")?.querySelector(".grow")?.textContent).toBe("1001You, the customer and Ann: the customer hears you");
    await draw(desk, <PlainCall call={{ ...own, consult: false }} />);
    expect(part("plain-call")?.textContent).not.toContain("Ann");
  });

  test("the list of work and the board say it of both agents, with the time since; a hold goes before it.", async () => {
    serve({ "GET /api/v1/me/letters": { items: [] } });
    await draw(deskOf(), <WorkItems items={[three()]} selected="i1" select={() => undefined} />);
    expect(part("item-i1")?.querySelector(".pill")?.textContent).toBe("Conference");
    const desk = deskOf();
    const item = (held: number | null): AgentDoc["item"] => ({ id: "i1", medium: "voice", queue: "Support", customer: "Lin", callback: false, held_since: held, watchers: [] });
    const row = (id: string, whom: string, extra: Partial<AgentDoc>): AgentDoc => ({ id, name: id, extension: null, status: "ready", reason: "", since: 0, work: "talking", work_since: NOW - 900, device: "in_use", console: true, conference: { whom, since: NOW - 630 }, item: null, handled: 0, department: null, ...extra });
    await draw(desk, <AgentGrid units={null} />);
    await act(async () => desk.store.apply({ set: [["agents", "ann", row("ann", "Bob", { item: item(null) })], ["agents", "bob", row("bob", "Ann", {})], ["agents", "cat", row("cat", "+886212345678", { item: item(NOW - 5) })]], drop: [] }));
    const cells = (id: string) => [...(part(`board-agent-${id}`)?.querySelectorAll("td") ?? [])].slice(1, 4).map((cell) => cell.textContent?.replace(/:\d\d$/, " min"));
    expect([cells("ann"), cells("bob"), cells("cat")[0]]).toEqual([["Conference", "10 min", "LinSupportwith Bob"], ["Conference", "10 min", "with Ann"], "On hold"]);
  });

  test("what became of it is told in words of its own.", async () => {
    const stay = (kind: StayDoc["kind"], outcome: string | null, at: number): StayDoc => ({ kind, queue: null, agent: "Ann", started_at: at, answered_at: at, ended_at: at + 10, outcome });
    await draw(deskOf(), <Stays stays={[stay("consult", "conference", 1), ...["left", "released", "agent_left", "agent_lost", "ended"].map((outcome, place) => stay("conference", outcome, 10 + place))]} />);
    const lines = [...(part("stays")?.querySelectorAll("li .grow") ?? [])].map((line) => line.textContent);
    expect(lines).toEqual(["Asked somebody · became a conference", "Conference · the third hung up", "Conference · agent and customer alone again", "Conference · the agent left", "Conference · the agent’s phone was lost", "Conference · ended"]);
  });
});
