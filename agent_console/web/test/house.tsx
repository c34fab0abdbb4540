/** What tests that draw a part of the console share: the desk it stands on, the server's side of the line, hands that type and press. */
import { act, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { vi } from "vitest";
import { startLanguages } from "../src/i18n";
import { Feed } from "../src/net/feed";
import type { Item, Session } from "../src/net/types";
import { Phone } from "../src/phone/phone";
import { DeskContext, type Desk } from "../src/store/hooks";
import { Store } from "../src/store/store";

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean;
}

export const itemOf = (id: string, extra: Partial<Item> = {}): Item => ({
  id, medium: "email", state: "offered", queue: { id: "q", name: "Returns", language: "en" }, offer: null, callback: false, dialled: false, unreached: "", held_since: null, recording: null, consult: null, conference: null, watchers: [], passed_by: null, enqueued_at: 0, connected_at: null, finished_at: null, wrap_up_until: null,
  customer: { address: "ada@example.org", name: "Ada" }, entry: "", attestation: null, subject: "", match: { strength: "none", parties: [] }, case: null, contract: null, flow: null, clocks: [], note: "", letters: 0, version: 1, ...extra,
});

export interface Asked {
  /** "POST /api/v1/offers/o1/accept" */
  line: string;
  body: unknown;
  headers: Record<string, string>;
}

type Answer = unknown;
type Answers = Record<string, Answer | ((asked: Asked) => Answer | Promise<Answer>)>;

/** The server's side of the line: what is asked, answered by its line; without an answer there is nothing to say (204). */
export function serve(answers: Answers = {}): Asked[] {
  const heard: Asked[] = [];
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit): Promise<Response> => {
    const asked: Asked = { line: `${init?.method ?? "GET"} ${path}`, body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined, headers: (init?.headers ?? {}) as Record<string, string> };
    heard.push(asked);
    const known = answers[asked.line];
    const answer = typeof known === "function" ? await (known as (asked: Asked) => Answer)(asked) : known;
    if (answer instanceof Response) return answer;
    return answer === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(answer), { status: 200, headers: { "Content-Type": "application/json" } });
  });
  return heard;
}

let root: Root | null = null;

export function deskOf(session: Partial<Session> = {}): Desk {
  const store = new Store();
  return { store, feed: new Feed(store, "agent", () => undefined), phone: new Phone(), session: session as Session, changeUser: async () => undefined, signOut: async () => undefined };
}

/** Draw it, or draw it anew; `desk` stays. */
export async function draw(desk: Desk, what: ReactNode): Promise<void> {
  root ??= createRoot(document.body.appendChild(document.createElement("div")));
  const it = root;
  await act(async () => it.render(<DeskContext.Provider value={desk}>{what}</DeskContext.Provider>));
}

export async function begin(): Promise<void> {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  await startLanguages("en");
}

export async function clear(): Promise<void> {
  const it = root;
  root = null;
  if (it) await act(async () => it.unmount());
  document.body.innerHTML = "";
  sessionStorage.clear();
  vi.unstubAllGlobals();
}

export const part = <E extends HTMLElement = HTMLElement>(id: string): E | null => document.querySelector<E>(`[data-testid="${id}"]`);

export function field(id: string): HTMLInputElement {
  const found = part<HTMLInputElement>(id);
  if (!found) throw new Error(`no ${id} on the screen`);
  return found;
}

export const press = async (id: string): Promise<void> => act(async () => field(id).click());

/** Type into a field as a person does: the caret ends behind what was typed. */
export async function type(id: string, text: string): Promise<void> {
  const box = field(id);
  await act(async () => {
    const kind = box instanceof HTMLTextAreaElement ? HTMLTextAreaElement : box instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(box, text);
    box.dispatchEvent(new Event(box instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }));
  });
}

/** Until what was asked is answered and drawn. */
export const settle = async (ms = 0): Promise<void> => act(async () => new Promise((done) => setTimeout(done, ms)));
