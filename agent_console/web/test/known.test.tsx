import { act } from "react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import PointsPanel from "../src/features/customers/points-panel";
import RelationsPanel from "../src/features/customers/relations-panel";
import WorkPage from "../src/features/casework/work-page";
import StepsEditor from "../src/features/casework/steps-editor";
import { Brief } from "../src/features/interaction/brief";
import { askEntities, forgetEntities, type EntityDoc, type FieldDoc } from "../src/features/records/entities";
import type { Party } from "../src/net/types";
import { begin, clear, deskOf, draw, serve, settle } from "./house";

const words = (en: string) => ({ en, "zh-TW": en, "zh-CN": en });
const fieldOf = (name: string): FieldDoc => ({
  name, kind: "text", label: words(name), hint: null, required: false, writable: true, default: null, codes: "", choices: [], refers: "", least: null, most: null, listed: false, sortable: true, operators: [], section: "", custom: false, pauses_recording: false, shown_for: [],
});
const entityOf = (name: string, collection: string, title = "name"): EntityDoc => ({
  name, collection, label: words(name), plural: words(collection), title, module: "service", icon: "box", sort: "", searched: true, scoped: false,
  scopes: { read: "all", create: "none", update: "all", delete: "none", export: "none", import: "none" }, sections: [], told_by: "", fields: [fieldOf(title)],
});
const ORGANISATION = { id: "p1", row_version: 1, deleted_at: null, kind: "organisation" };

beforeAll(begin);
afterEach(async () => {
  vi.useRealTimers();
  process.env.TZ = "UTC";
  await clear();
  forgetEntities();
});

/** Half past midnight of the fifth of January in Taipei: the fourth in Greenwich. */
function midnight(): void {
  process.env.TZ = "Asia/Taipei";
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-04T16:30:00Z") });
}

test("A relation that is ended ends today where one is, also just after midnight; money of a group is exact.", async () => {
  midnight();
  const relation = { id: "r1", row_version: 3, type: "employee", label: words("works for"), outward: true, other: { id: "p2", name: "Ada", kind: "person" }, role: null, department: null, primary: false, valid_from: "2025-12-31", valid_until: null, open: true };
  const asked = serve({
    "GET /api/v1/records": { items: [entityOf("relationship", "relationships")] }, "GET /api/v1/parties/p1/relations": { items: [relation], types: [] }, "GET /api/v1/parties/p1/chart": { items: [] },
    "GET /api/v1/parties/p1/group": { items: [], cases: {}, revenue: "90071992547409931.1200" },
  });
  await askEntities();
  await draw(deskOf(), <RelationsPanel record={ORGANISATION} entity={entityOf("party", "parties")} refresh={() => undefined} />);
  await settle(20);
  expect(document.body.textContent).toContain("12/31/2025");
  expect(document.body.textContent).toContain("90,071,992,547,409,931.12");
  await act(async () => document.querySelector<HTMLButtonElement>("[data-testid=relation] button")?.click());
  await settle(20);
  expect(asked.find(({ line }) => line === "PATCH /api/v1/records/relationships/r1")?.body).toEqual({ valid_until: "2026-01-05" });
});

test("A number that held until yesterday has expired, also just after midnight.", async () => {
  midnight();
  const point = (id: string, until: string) => ({ id, row_version: 1, deleted_at: null, kind: "phone", raw: id, normal: id, label: null, is_primary: false, valid_from: null, valid_until: until, verified_at: null, invalid_since: null, invalid_reason: null, opted_out_at: null });
  const list = `GET /api/v1/records/points?limit=200&sort=kind&filter=${encodeURIComponent(JSON.stringify({ field: "party_id", is: "eq", value: "p1" }))}`;
  serve({ "GET /api/v1/records": { items: [entityOf("contact_point", "points")] }, [list]: { items: [point("yesterday", "2026-01-04"), point("today", "2026-01-05")], named: {}, next_cursor: null, count: 2 } });
  await askEntities();
  await draw(deskOf(), <PointsPanel record={ORGANISATION} entity={entityOf("party", "parties")} refresh={() => undefined} />);
  await settle(20);
  expect([...document.querySelectorAll("[data-testid=contact_point-row]")].map((row) => row.textContent?.includes("Expired"))).toEqual([true, false]);
});

test("No day is read from a moment in Greenwich.", () => {
  const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
  expect(Object.entries(sources).filter(([, text]) => text.includes("toISOString")).map(([path]) => path)).toEqual([]);
});

test("Only what is open or pending is an open case: what is solved or closed is neither.", async () => {
  const cases = (["open", "pending", "solved", "closed"] as const).map((status) => ({ id: status, number: `C-${status}`, subject: `It is ${status}`, status, at: 0 }));
  const party = { id: "p1", kind: "person", name: "Ada", language: "en", organisation: "", title: "", department: "", tier: "", note: "", phones: [], emails: [], cases, interactions: [], contracts: [], assets: [], purchases: { count: 0, lines: [] }, last_inquiry: null } as unknown as Party;
  await draw(deskOf(), <Brief party={party} />);
  await settle();
  expect([...document.querySelectorAll(".line .clip")].map((line) => line.textContent)).toEqual(["It is open", "It is pending"]);
});

test("A piece of news leads to the page of what it is about, whatever its plural; what has no page leads nowhere.", async () => {
  const news = (id: string, entity: string) => ({ id, entity, record_id: "x1", code: "told", params: {}, at: 0, seen_at: null });
  serve({ "GET /api/v1/records": { items: [entityOf("party", "parties")] }, "GET /api/v1/work": { tasks: [], cases: [], approvals: [], notices: [news("n1", "party"), news("n2", "lost_kind")] } });
  await askEntities();
  await draw(deskOf(), <WorkPage />);
  await settle(20);
  expect([...document.querySelectorAll("[data-testid=notices] li")].map((line) => line.querySelector("a")?.getAttribute("href") ?? null)).toEqual(["/records/parties/x1", null]);
});

test("Whoever a procedure names is shown by name, as kept and as chosen.", async () => {
  serve({ "GET /api/v1/users/names?ids=u7": { items: [{ id: "u7", name: "Grace Hopper" }] } });
  await draw(deskOf(), <StepsEditor value={[{ kind: "notify", to: [{ kind: "user", who: "u7" }] }]} change={() => undefined} field={fieldOf("steps")} read={() => null} writable wrong={new Map()} id="it" describedBy={undefined} invalid={false} />);
  await settle(20);
  expect(document.querySelector<HTMLInputElement>(".target-user input")?.value).toBe("Grace Hopper");
});
