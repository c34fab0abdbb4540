import { beforeEach, describe, expect, test } from "vitest";
import { apiFilter, dayOf, fromAuditSearch, midnight, nextMidnight, toAuditSearch } from "../src/features/admin/audit-filter";
import { changedOf, scopesFor, withWord } from "../src/features/admin/rights";
import { grown, idsOf, lineOf, pruned, type Unit } from "../src/features/admin/tree";
import { moved, positions, type Word } from "../src/features/admin/words";
import { beginning, changed, clashes, faults, sectionsOf, settled } from "../src/features/records/draft";
import type { EntityDoc, FieldDoc, FieldKind, RecordRow } from "../src/features/records/entities";
import { countOf, firstOperator, fromFilter, isWhole, toFilter, withOperator, type Group } from "../src/features/records/filters";
import { apiQuery, columnsOf, firstSort, fromSearch, PLAIN, rememberColumns, resolved, toSearch } from "../src/features/records/list-state";
import { amount, day, fromLocalInput, labelOf, localInput, textOf } from "../src/features/records/values";
import { Problem } from "../src/net/api";
import { match } from "../src/route";

const label = (en: string) => ({ en, "zh-TW": en, "zh-CN": en });
const field = (name: string, kind: FieldKind = "text", more: Partial<FieldDoc> = {}): FieldDoc => ({
  name, kind, label: label(name), hint: null, required: false, writable: true, default: null, codes: "", choices: [], refers: "", least: null, most: null, listed: false, sortable: true,
  operators: ["eq", "ne", "in", "has", "begins", "empty", "filled"], section: "", custom: false, pauses_recording: false, shown_for: [], ...more,
});
const entity = (fields: FieldDoc[], more: Partial<EntityDoc> = {}): EntityDoc => ({
  name: "thing", collection: "things", label: label("Thing"), plural: label("Things"), title: "name", module: "service", icon: "box", sort: "-updated_at", searched: true, scoped: true,
  scopes: { read: "all", create: "all", update: "all", delete: "all", export: "all", import: "all" }, sections: [], told_by: "", fields, ...more,
});
const t = ((key: string) => key) as never;
const row = (values: Record<string, unknown>): RecordRow => ({ id: "r", row_version: 1, deleted_at: null, ...values });

describe("filters", () => {
  const nested: Group = { mode: "all", parts: [{ field: "a", is: "in", value: ["x", "y"] }, { mode: "any", parts: [{ field: "b", is: "has", value: "燈" }, { field: "c", is: "empty" }] }, { mode: "none", parts: [{ field: "d", is: "eq", value: 1 }, { field: "e", is: "filled" }] }] };

  test("What the builder shows and what the API is asked say the same.", () => {
    const asked = toFilter(nested);
    expect(asked).toEqual({ all: [{ field: "a", is: "in", value: ["x", "y"] }, { any: [{ field: "b", is: "has", value: "燈" }, { field: "c", is: "empty" }] }, { not: { any: [{ field: "d", is: "eq", value: 1 }, { field: "e", is: "filled" }] } }] });
    expect(toFilter(fromFilter(asked) ?? { mode: "all", parts: [] })).toEqual(asked);
  });

  test("One condition needs no group, and none at all is no filter.", () => {
    expect(toFilter({ mode: "any", parts: [{ field: "a", is: "eq", value: 0 }] })).toEqual({ field: "a", is: "eq", value: 0 });
    expect(toFilter({ mode: "none", parts: [{ field: "a", is: "empty" }] })).toEqual({ not: { field: "a", is: "empty" } });
    expect(toFilter({ mode: "all", parts: [{ mode: "any", parts: [] }] })).toBeNull();
  });

  test("Half of a condition asks nothing.", () => {
    expect([isWhole({ field: "a", is: "eq" }), isWhole({ field: "a", is: "in", value: [] }), isWhole({ field: "a", is: "empty" }), isWhole({ field: "a", is: "eq", value: false })]).toEqual([false, false, true, true]);
    expect(countOf({ mode: "all", parts: [{ field: "a", is: "eq", value: "" }, { field: "b", is: "filled" }] })).toBe(1);
  });

  test("`not` of all is shown as none of a group of all.", () => {
    const given = { not: { all: [{ field: "a", is: "empty" }, { field: "b", is: "empty" }] } };
    expect(toFilter(fromFilter(given) ?? { mode: "all", parts: [] })).toEqual(given);
  });

  test.each([[5], ["x"], [{ all: 3 }], [{ any: [{ field: 1, is: "eq" }] }], [{ not: null }]])("%j is no filter.", (given) => {
    expect(fromFilter(given)).toBeNull();
  });

  test("Another operator keeps the value where it still makes sense.", () => {
    expect(withOperator({ field: "a", is: "eq", value: "x" }, "in")).toEqual({ field: "a", is: "in", value: ["x"] });
    expect(withOperator({ field: "a", is: "in", value: ["x", "y"] }, "ne")).toEqual({ field: "a", is: "ne", value: "x" });
    expect(withOperator({ field: "a", is: "eq", value: "x" }, "empty")).toEqual({ field: "a", is: "empty" });
    expect(firstOperator(field("a", "code"))).toBe("in");
    expect(firstOperator(field("a", "moment", { operators: ["eq", "lt", "ge", "empty"] }))).toBe("ge");
    expect(firstOperator(field("a", "integer", { operators: ["eq", "lt", "empty"] }))).toBe("eq");
  });
});

describe("a list's address", () => {
  test("It says what is shown, and is read back the same.", () => {
    const said = { filter: { field: "name", is: "has", value: "a&b=c 燈" }, sort: "-name", words: "王", deleted: true, view: "v1" };
    expect(fromSearch(toSearch(said))).toEqual(said);
    expect(toSearch({ ...PLAIN, filter: undefined, sort: undefined })).toBe("");
  });

  test("What it leaves unsaid is as the view says; a filter taken away stays away.", () => {
    const view = { filter: { field: "a", is: "empty" }, sort: "name" };
    expect(resolved(fromSearch("?view=v"), view)).toMatchObject({ filter: view.filter, sort: "name" });
    const cleared = toSearch({ ...fromSearch("?view=v"), filter: null });
    expect(resolved(fromSearch(cleared), view).filter).toBeNull();
  });

  test.each(["?filter=%7Bbroken", "?filter=5", "?filter="])("%s shows the list without a filter.", (search) => {
    expect(fromSearch(search).filter).toBeNull();
  });

  test("The API is asked for all of it, and counts once.", () => {
    const first = new URLSearchParams(apiQuery({ ...PLAIN, filter: { field: "a", is: "empty" }, words: " x " }, { field: "b", is: "filled" }, null));
    expect(JSON.parse(first.get("filter") ?? "")).toEqual({ all: [{ field: "b", is: "filled" }, { field: "a", is: "empty" }] });
    expect([first.get("q"), first.get("count"), first.get("cursor")]).toEqual(["x", "true", null]);
    expect(new URLSearchParams(apiQuery(PLAIN, null, "c1")).get("count")).toBeNull();
  });

  test("The heading shows the first key of the order.", () => {
    expect(firstSort({ ...PLAIN, sort: "name,-x" }, entity([]))).toEqual({ field: "name", falling: false });
    expect(firstSort(PLAIN, entity([]))).toEqual({ field: "updated_at", falling: true });
  });
});

describe("columns", () => {
  const of = entity([field("kind"), field("name", "text", { listed: true }), field("tier", "code", { listed: true }), field("note")]);
  beforeEach(() => localStorage.clear());

  test("The title stands first, chosen ones are remembered in their order, and those that there are no more are left away.", () => {
    expect(columnsOf(of, null)).toEqual(["name", "tier"]);
    rememberColumns(of, ["note", "gone", "name"]);
    expect(columnsOf(of, null)).toEqual(["note", "name"]);
    expect(columnsOf(of, ["kind"])).toEqual(["kind"]);
    rememberColumns(of, null);
    expect(columnsOf(of, ["gone"])).toEqual(["name", "tier"]);
  });
});

describe("values", () => {
  test("A day is that day everywhere.", () => {
    expect([day("2026-03-01", "zh-TW"), day("2026-03-01", "en")]).toEqual(["2026/03/01", "03/01/2026"]);
  });

  test.each([["12.5000", "12.50"], ["1234567.8900", "1,234,567.89"], ["0.1234", "0.1234"], ["-5.0000", "−5.00"], ["999999999999.9999", "999,999,999,999.9999"]])("The amount %s reads %s.", (given, text) => {
    expect(amount(given, "en")).toBe(text);
  });

  test("A moment goes into an input and comes back to the minute.", () => {
    const at = new Date(2026, 10, 23, 9, 5).getTime() / 1000;
    expect(localInput(at)).toBe("2026-11-23T09:05");
    expect(fromLocalInput(localInput(at))).toBe(at);
    expect([localInput(null), fromLocalInput(""), fromLocalInput("x")]).toEqual(["", null, null]);
  });

  test("Codes read by their labels, retired ones too, and what the list has no more as it is.", () => {
    const tier = field("tier", "code", { choices: [{ code: "g", label: label("Gold"), retired: true }] });
    expect([labelOf(tier, "g", "en"), labelOf(tier, "old", "en")]).toEqual(["Gold", "old"]);
  });

  test("References read by their names; what one may not know has none.", () => {
    const owner = field("owner_id", "user", { refers: "user" });
    expect(textOf(owner, "u1", { user: { u1: "王小明" } }, { t, language: "zh-TW" })).toBe("王小明");
    expect(textOf(owner, "u2", {}, { t, language: "en" })).toBe("records.not_named");
    expect(textOf(field("x", "boolean"), false, {}, { t, language: "en" })).toBe("records.no");
    expect(textOf(field("x", "tags"), ["a", "b"], {}, { t, language: "en" })).toBe("arecords.commab");
  });
});

describe("a form's draft", () => {
  test("Only what differs is a change, and what is put back is none.", () => {
    const base = { name: "a", tags: ["x"], note: null };
    let draft = changed({}, base, "name", "b");
    draft = changed(draft, base, "tags", ["x"]);
    draft = changed(draft, base, "note", null);
    expect(draft).toEqual({ name: "b" });
    expect(changed(draft, base, "name", "a")).toEqual({});
  });

  test("A new record begins with defaults and with what its link gives.", () => {
    expect(beginning(entity([field("kind", "choice", { default: "goods" }), field("no", "text", { default: "x", writable: false })]), { party: "p" })).toEqual({ kind: "goods", party: "p" });
  });

  test("Faults stand at their fields, the first of each.", () => {
    const problem = new Problem("request.invalid", 422, {}, [{ pointer: "/name", code: "field.required" }, { pointer: "/name", code: "field.text" }, { pointer: "/price", code: "field.amount" }]);
    expect([...faults(problem, t)]).toEqual([["name", "problem.field_required"], ["price", "problem.field_amount"]]);
  });

  test("Where two changed the same it is told apart from what only one changed, and what is decided is kept.", () => {
    const of = entity([field("name"), field("note"), field("tier"), field("updated_at")]);
    const [base, theirs] = [row({ name: "a", note: "n", tier: "1", updated_at: 1 }), row({ name: "b", note: "m", tier: "1", updated_at: 2 })];
    const draft = { name: "c", tier: "2" };
    expect(clashes(of, base, theirs, draft).map(({ field: { name }, both }) => [name, both])).toEqual([["name", true], ["note", false]]);
    expect(settled(draft, theirs, {})).toEqual({ name: "c", tier: "2" });
    expect(settled(draft, theirs, { name: "theirs" })).toEqual({ tier: "2" });
    expect(settled({ name: "b" }, theirs, {})).toEqual({});
  });

  test("The form's parts: without a heading first, then the entity's, what was added, whose it is; stamps are no fields of it.", () => {
    const of = entity([field("name"), field("care", "text", { section: "s" }), field("x_more", "text", { custom: true }), field("owner_id", "user"), field("created_at", "moment", { writable: false }), field("number", "text", { writable: false })], { sections: [{ name: "s", label: label("Care") }] });
    expect(sectionsOf(of, false).map(({ name, fields }) => [name, fields.map((each) => each.name)])).toEqual([["main", ["name", "number"]], ["s", ["care"]], ["further", ["x_more"]], ["keeping", ["owner_id"]]]);
    expect(sectionsOf(of, true)[0]?.fields.map((each) => each.name)).toEqual(["name"]);
    expect(sectionsOf(of, false, ["care"]).map(({ name }) => name)).toEqual(["s"]);
  });
});

describe("departments", () => {
  const unit = (id: string, parent_id: string | null, name = id): Unit => ({ id, parent_id, name, code: null });
  const units = [unit("hq", null, "總公司"), unit("n", "hq", "北區"), unit("n1", "n", "一組"), unit("s", "hq", "南區"), unit("lost", "gone")];

  test("They grow from the top, each knows how many are below; an orphan stands at the top.", () => {
    const [hq, lost] = grown(units);
    expect([hq?.unit.id, hq?.below, hq?.children.map(({ unit: { id } }) => id), lost?.unit.id]).toEqual(["hq", 3, ["n", "s"], "lost"]);
    expect(lineOf(units, "n1")).toEqual(["n1", "n", "hq"]);
  });

  test("A search keeps what fits with all above it, and what is below a fit.", () => {
    expect(idsOf(pruned(grown(units), "一組"))).toEqual(["hq", "n", "n1"]);
    expect(idsOf(pruned(grown(units), "北區"))).toEqual(["hq", "n", "n1"]);
    expect(pruned(grown(units), "nothing")).toEqual([]);
  });
});

describe("code lists and roles", () => {
  const word = (id: string, position: number): Word => ({ id, list: "l", code: id, label_en: id, label_zh_tw: null, label_zh_cn: null, position, retired_at: null });

  test("A moved word changes as few positions as needed.", () => {
    const words = [word("a", 0), word("b", 1), word("c", 2), word("d", 3)];
    const next = moved(words, "b", 2);
    expect(next.map(({ id }) => id)).toEqual(["a", "c", "b", "d"]);
    expect(positions(words, next)).toEqual([["c", 1], ["b", 2]]);
  });

  test("A right that is taken back leaves nothing behind.", () => {
    const one = withWord(changedOf("nonsense"), "party", "read", "team");
    expect(one).toEqual({ party: { read: "team" } });
    expect(withWord(one, "party", "read", null)).toEqual({});
    expect(scopesFor(entity([], { scoped: false }), "read")).toEqual(["none", "all"]);
    expect(scopesFor(entity([]), "create")).toEqual(["none", "all"]);
    expect(scopesFor(entity([]), "update")).toContain("team");
  });
});

describe("addresses", () => {
  test("Patterns take whole segments, decoded; anything else does not fit.", () => {
    expect(match("/records/:collection/:id", "/records/parties/a%2Fb")).toEqual({ collection: "parties", id: "a/b" });
    expect(match("/records/:collection", "/records/parties/")).toEqual({ collection: "parties" });
    expect([match("/records/:collection", "/records"), match("/records/:collection", "/records/a/b"), match("/sla", "/slalom")]).toEqual([null, null, null]);
    expect(match("/records/:collection", "/records/%zz")).toEqual({ collection: "%zz" });
  });

  test("The audit log's filter is in its address; a day means all of it.", () => {
    const filter = { user: "u", action: "changed", entity: "party", object: "x y", since: midnight("2026-03-29"), until: nextMidnight("2026-03-29") };
    expect(fromAuditSearch(toAuditSearch(filter))).toEqual(filter);
    expect(dayOf((filter.until ?? 0) - 1)).toBe("2026-03-29");
    expect([apiFilter(fromAuditSearch("?since=x")), midnight(""), dayOf(null)]).toEqual(["", null, ""]);
  });
});
