import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import ArticlePage from "../src/features/knowledge/article-page";
import type { EntityDoc, FieldDoc, FieldKind, RecordAnswer, RecordRow } from "../src/features/records/entities";
import { askEntities, forgetEntities } from "../src/features/records/entities";
import { RecordForm } from "../src/features/records/form";
import RecordPage from "../src/features/records/record-page";
import { HereContext } from "../src/features/shell/here";
import { begin, clear, deskOf, draw, field, part, press, serve, settle, type, type Asked } from "./house";

const label = (en: string) => ({ en, "zh-TW": en, "zh-CN": en });
const fieldOf = (name: string, kind: FieldKind = "text", more: Partial<FieldDoc> = {}): FieldDoc => ({
  name, kind, label: label(name), hint: null, required: false, writable: true, default: null, codes: "", choices: [], refers: "", least: null, most: null, listed: false, sortable: true,
  operators: [], section: "", custom: false, pauses_recording: false, shown_for: [], ...more,
});
const thing = (more: Partial<EntityDoc> = {}): EntityDoc => ({
  name: "thing", collection: "things", label: label("Thing"), plural: label("Things"), title: "name", module: "service", icon: "box", sort: "", searched: true, scoped: false,
  scopes: { read: "all", create: "all", update: "all", delete: "none", export: "none", import: "none" }, sections: [], told_by: "", fields: [fieldOf("name"), fieldOf("note")], ...more,
});
const row = (version: number, values: Record<string, unknown>): RecordRow => ({ id: "r1", row_version: version, deleted_at: null, ...values });
const answer = (record: RecordRow): RecordAnswer => ({ record, named: {} });

/** An answer that comes when the test says so. */
function later<T>(): { comes: (value: T) => void; promise: Promise<T> } {
  let comes: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => { comes = done; });
  return { comes, promise };
}

beforeAll(begin);
afterEach(async () => {
  await clear();
  forgetEntities();
});

describe("A form that is being saved", () => {
  test("keeps what is typed meanwhile, and saves it next.", async () => {
    const first = later<unknown>();
    const asked = serve({ "PATCH /api/v1/records/things/r1": ({ body }: Asked) => (JSON.stringify(body).includes("Pump 2") ? first.promise : answer(row(3, { name: "Pump 2", note: "by hand" }))) });
    let record = row(1, { name: "Pump", note: "" });
    const desk = deskOf();
    const shown = () => <RecordForm entity={thing()} record={record} named={{}} saved={({ record: now }) => { record = now; }} />;
    await draw(desk, shown());
    await type("input-name", "Pump 2");
    await press("record-save");
    await type("input-note", "by hand");
    first.comes(answer(row(2, { name: "Pump 2", note: "" })));
    await settle(20);
    await draw(desk, shown());
    expect([field("input-name").value, field("input-note").value]).toEqual(["Pump 2", "by hand"]);
    await press("record-save");
    await settle(20);
    expect(asked.at(-1)).toMatchObject({ body: { note: "by hand" }, headers: { "If-Match": '"2"' } });
  });

  test("A new record's own page goes on with what was typed while it was made.", async () => {
    const made = later<unknown>();
    serve({ "POST /api/v1/records/things": () => made.promise });
    const saved = vi.fn();
    await draw(deskOf(), <RecordForm entity={thing()} record={null} named={{}} saved={saved} />);
    await type("input-name", "Pump");
    await press("record-save");
    await type("input-note", "by hand");
    made.comes(answer(row(1, { name: "Pump", note: null })));
    await settle(20);
    expect(saved).toHaveBeenCalledOnce();
    await draw(deskOf(), <RecordForm key="own" entity={thing()} record={row(1, { name: "Pump", note: null })} named={{}} saved={saved} />);
    expect([field("input-name").value, field("input-note").value]).toEqual(["Pump", "by hand"]);
  });
});

describe("A record that comes anew under a form", () => {
  async function refreshed(now: Record<string, unknown>) {
    const asked = serve({ "PATCH /api/v1/records/things/r1": answer(row(6, {})) });
    const desk = deskOf();
    await draw(desk, <RecordForm entity={thing()} record={row(4, { name: "Pump", note: "old" })} named={{}} saved={() => undefined} />);
    await type("input-name", "Pump 2");
    await draw(desk, <RecordForm entity={thing()} record={row(5, now)} named={{}} saved={() => undefined} />);
    await press("record-save");
    await settle(20);
    return asked.find(({ line }) => line.startsWith("PATCH"));
  }

  test("does not hide that somebody changed what is being changed: the version that was begun on is sent.", async () => {
    expect(await refreshed({ name: "Valve", note: "old" })).toMatchObject({ body: { name: "Pump 2" }, headers: { "If-Match": '"4"' } });
  });

  test("is built upon when it changed other fields only.", async () => {
    expect(await refreshed({ name: "Pump", note: "new" })).toMatchObject({ body: { name: "Pump 2" }, headers: { "If-Match": '"5"' } });
  });
});

describe("What is unsaved beside a record", () => {
  const CASE = thing({ name: "case", collection: "cases", title: "name" });
  const WORK = { type: { label: label("Case"), states: [], moves: [], initial: "open", form: [] }, state: { name: "open", class: "open", label: label("Open") }, steps: [], tasks: [], activity: [], links: [], parts: [], watchers: [], approvals: [], macros: [], procedures: [], regroupings: [], merged_into: null, watching: false, form: {} };

  test("stays while another tab is looked at.", async () => {
    serve({ "GET /api/v1/records": { items: [CASE] }, "GET /api/v1/records/cases/r1": answer(row(1, { name: "The pump leaks" })), "GET /api/v1/cases/r1/work": WORK, "GET /api/v1/cases/r1/clocks": { clocks: [] } });
    await askEntities();
    await draw(deskOf({ user: { id: "u1", role: "agent" } } as never), <HereContext.Provider value={{ place: { path: "/records/cases/r1", search: "" }, shown: true }}><RecordPage params={{ collection: "cases", id: "r1" }} /></HereContext.Provider>);
    await vi.waitFor(async () => { await settle(20); expect(part("panel-story")).not.toBeNull(); });
    await press("panel-story");
    await vi.waitFor(async () => { await settle(20); expect(part("case-note")).not.toBeNull(); });
    await type("case-note", "Called back, nobody there");
    await press("panel-tasks");
    await settle(20);
    await press("panel-story");
    await settle(20);
    expect(field("case-note").value).toBe("Called back, nobody there");
    const leaving = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(true);
  });
});

describe("An article that is being written", () => {
  const ARTICLE = thing({ name: "article", collection: "articles", title: "title", fields: [] });
  const text = (language: string, version: number, body: string) => ({ language, state: "draft", version, published: null, published_at: null, submitted_by: null, title: "Pumps", summary: "", body, at: 0 });
  const article = (version: number, ...texts: unknown[]) => ({ record: { id: "a1", row_version: version, deleted_at: null, title: "Pumps", number: "A1", language: "en", state: "draft" }, named: {}, texts, files: [], usefulness: { helpful: 0, not_helpful: 0, used: 0, linked: 0 }, editable: true, publishable: false });

  async function open(answers: Record<string, unknown>): Promise<Asked[]> {
    const asked = serve({ "GET /api/v1/records": { items: [ARTICLE] }, "GET /api/v1/knowledge/articles/a1": article(1, text("en", 1, "Old"), text("zh-TW", 1, "舊")), ...answers });
    await askEntities();
    await draw(deskOf({ user: { id: "u1", role: "agent" } } as never), <HereContext.Provider value={{ place: { path: "/records/articles/a1", search: "" }, shown: true }}><ArticlePage params={{ id: "a1" }} /></HereContext.Provider>);
    await settle(20);
    return asked;
  }

  test("keeps a language's text while another language is looked at.", async () => {
    await open({});
    await type("article-body", "New");
    await press("language-zh-TW");
    expect(field("article-body").value).toBe("舊");
    await press("language-en");
    expect(field("article-body").value).toBe("New");
  });

  test("keeps what is typed while it is saved, and saves it on top of what was saved.", async () => {
    const put = later<unknown>();
    const asked = await open({ "PUT /api/v1/knowledge/articles/a1/texts/en": ({ body }: Asked) => ((body as { base: number }).base === 1 ? put.promise : article(3, text("en", 3, "New and more"))) });
    await type("article-body", "New");
    await press("article-save");
    await type("article-body", "New and more");
    put.comes(article(2, text("en", 2, "New"), text("zh-TW", 1, "舊")));
    await settle(20);
    expect(field("article-body").value).toBe("New and more");
    await press("article-save");
    await settle(20);
    // what is shown beside it may be asked for after it
    expect(asked.findLast(({ line }) => line.startsWith("PUT "))?.body).toMatchObject({ body: "New and more", base: 2 });
    expect(part("article-save")).toBeNull();
  });
});

describe("A field with an editor of its own", () => {
  const QUEUES = { id: "q1", name: "Returns" } as never;

  test("is named by its label, says that it must be filled in, and what is wrong with it.", async () => {
    const template = thing({ name: "template", collection: "templates", fields: [fieldOf("queue_id", "text", { label: label("Queue"), hint: label("Where it is offered."), required: true })] });
    const refused = new Response(JSON.stringify({ code: "record.invalid", errors: [{ pointer: "/queue_id", code: "field.required" }] }), { status: 422, headers: { "Content-Type": "application/problem+json" } });
    serve({ "POST /api/v1/records/templates": refused });
    const desk = deskOf();
    desk.store.apply({ set: [["queues", "q1", QUEUES]], drop: [] });
    await draw(desk, <RecordForm entity={template} record={null} named={{}} saved={() => undefined} />);
    await vi.waitFor(async () => { await settle(20); expect(part("input-queue_id")).not.toBeNull(); });
    await press("record-save");
    await settle(20);
    const input = field("input-queue_id");
    expect(input.labels?.[0]?.textContent).toMatch(/^Queue.*required/i);
    expect([input.getAttribute("aria-required"), input.getAttribute("aria-invalid")]).toEqual(["true", "true"]);
    const told = (input.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "");
    expect(told).toHaveLength(2);
    expect(told[1]).toBe("Where it is offered.");
    expect(told[0]).not.toBe("");
  });

  test("Where the same field stands in two conditions, each has its own input and label.", async () => {
    serve({ "GET /api/v1/records": { items: [thing({ name: "case", collection: "cases", fields: [fieldOf("name", "text", { operators: ["eq"] })] })] } });
    await askEntities();
    const rule = thing({ name: "rule", collection: "rules", fields: [fieldOf("condition", "json", { label: label("Condition") })] });
    await draw(deskOf(), <RecordForm entity={rule} record={row(1, { condition: { all: [{ field: "name", is: "eq", value: "a" }, { field: "name", is: "eq", value: "b" }] } })} named={{}} saved={() => undefined} />);
    await vi.waitFor(async () => { await settle(20); expect(document.querySelectorAll("[data-testid=input-name]")).toHaveLength(2); });
    const inputs = [...document.querySelectorAll<HTMLInputElement>("[data-testid=input-name]")];
    expect(new Set(inputs.map(({ id }) => id)).size).toBe(2);
    expect(inputs.map(({ labels }) => labels?.length)).toEqual([1, 1]);
    expect(part("field-condition")?.getAttribute("role")).toBe("group");
  });
});
