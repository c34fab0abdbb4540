import { describe, expect, test } from "vitest";
import { added, changes, doubled, placeOf, same, template, TEMPLATES, without } from "../src/features/flows/document";
import { exits, fresh, KINDS, taken, withTarget } from "../src/features/flows/kinds";
import { acted, begun } from "../src/features/flows/history";
import { CARD, HEAD, laidOut, moved, portOf } from "../src/features/flows/layout";
import { asked, digits, litBy, readMoment, waits } from "../src/features/flows/trying";
import { heardBy } from "../src/features/flows/try-panel";
import type { Flow, Kind, Menu, Stage, Way } from "../src/features/flows/types";

const MENU = template("menu", "q1");

/** A flow of many steps, each menu leading on to two of those after it; every fifth leads back. */
function large(count: number): Flow {
  const steps: Flow["steps"] = {};
  for (let n = 0; n < count; n += 1) {
    const on = (by: number): string => (n + by < count ? `s${n + by}` : `s${count - 1}`);
    steps[`s${n}`] = n === count - 1 ? fresh("hangup") : { ...(fresh("menu") as Menu), choices: [{ key: "1", label: "", next: on(1) }, { key: "2", label: "", next: on(3) }], otherwise: n % 5 === 4 ? `s${n - 3}` : on(2) };
  }
  return { start: "s0", steps };
}

describe("A drawn flow", () => {
  test("Every step stands right of all that lead to it, unless they lead back.", () => {
    for (const flow of [MENU, large(3), large(40)]) {
      const { nodes, edges } = laidOut(flow);
      expect(nodes.size).toBe(Object.keys(flow.steps).length);
      for (const { from, to, back } of edges) expect(back || (nodes.get(to)?.x ?? 0) >= (nodes.get(from)?.x ?? 0) + CARD, `${from} to ${to}`).toBe(true);
    }
  });

  test("No two steps touch, and all are within the picture.", () => {
    for (const flow of [MENU, large(40), { start: "", steps: { a: fresh("say"), b: fresh("say"), c: fresh("hangup") } }]) {
      const { nodes, width, height } = laidOut(flow);
      const all = [...nodes.values()];
      for (const one of all) {
        expect(one.x >= 0 && one.y >= 0 && one.x + CARD <= width && one.y + one.height <= height, one.name).toBe(true);
        for (const two of all) if (one !== two && one.x === two.x) expect(one.y + one.height <= two.y || two.y + two.height <= one.y, `${one.name} and ${two.name}`).toBe(true);
      }
    }
  });

  test("Each way begins at its own row and ends at the step that it leads to; one to nowhere is not drawn.", () => {
    const flow = { ...MENU, steps: { ...MENU.steps, say: withTarget(MENU.steps["say"] as Menu, "/next", "") } };
    const { nodes, edges } = laidOut(flow);
    expect(edges.some(({ from }) => from === "say")).toBe(false);
    const hours = nodes.get("hours");
    const closed = edges.find(({ exit }) => exit.slot === "/closed");
    const end = nodes.get("hangup");
    expect(closed?.path.startsWith(`M${(hours?.x ?? 0) + CARD} ${Math.round(((hours?.y ?? 0) + portOf(1)) * 10) / 10}`)).toBe(true);
    expect(closed?.path.endsWith(`${end?.x} ${Math.round(((end?.y ?? 0) + HEAD / 2) * 10) / 10}`)).toBe(true);
  });

  test("A round leads back, and a step that nobody reaches says so.", () => {
    const flow: Flow = { start: "menu", steps: { menu: { ...(fresh("menu") as Menu), choices: [{ key: "1", label: "", next: "menu" }], otherwise: "hangup" }, hangup: fresh("hangup"), alone: fresh("say") } };
    const { nodes, edges } = laidOut(flow);
    expect(edges.map(({ back }) => back)).toEqual([true, false]);
    expect([...nodes.values()].filter(({ reached }) => !reached).map(({ name }) => name)).toEqual(["alone"]);
  });

  test("Arrow keys lead along the ways and within a column, and nowhere at the end.", () => {
    const layout = laidOut(MENU);
    expect(moved(layout, "hours", "ArrowRight")).toBe("say");
    expect(moved(layout, "say", "ArrowLeft")).toBe("hours");
    expect([moved(layout, "say", "ArrowDown"), moved(layout, "hangup", "ArrowUp")]).toContain("hangup");
    expect(moved(layout, "queue", "ArrowRight")).toBeNull();
    expect(moved(layout, "gone", "ArrowRight")).toBeNull();
  });

  test("An empty flow is an empty picture.", () => {
    expect(laidOut({ start: "", steps: {} })).toMatchObject({ edges: [], height: 22 });
  });
});

describe("A flow's document", () => {
  test("A template leads from its start through all of its steps to an end.", () => {
    for (const name of TEMPLATES.filter((each) => each !== "empty")) {
      const flow = template(name, "q1");
      expect([...laidOut(flow).nodes.values()].every(({ reached }) => reached), name).toBe(true);
      for (const step of Object.values(flow.steps)) for (const { target } of exits(step)) expect(target in flow.steps, `${name}: ${target}`).toBe(true);
    }
  });

  test("A new step is led to by the way that asked for it, under a name of its own; the first begins the flow.", () => {
    const [flow, name] = added(MENU, "queue", { step: "menu", slot: "/choices/1/next" });
    expect([name, (flow.steps["menu"] as Menu).choices[1]?.next]).toEqual(["queue-2", "queue-2"]);
    expect(added(template("empty", ""), "say", null)[0].start).toBe("say");
  });

  test("What led to a step that is taken out leads on to where it led, if that was one place.", () => {
    expect(without(MENU, "say").steps["hours"]).toMatchObject({ open: "menu" });
    expect(without(MENU, "menu").steps["say"]).toMatchObject({ next: "" });
    expect(without(template("greeting", "q"), "say").start).toBe("queue");
  });

  test("A doubled step is like the other and shares nothing with it.", () => {
    const [flow, name] = doubled(MENU, "menu");
    expect(flow.steps[name]).toEqual(MENU.steps["menu"]);
    expect(flow.steps[name]).not.toBe(MENU.steps["menu"]);
  });

  test("What is otherwise is told; the order in which it is written is no change.", () => {
    const turned = { steps: Object.fromEntries(Object.entries(MENU.steps).reverse()), start: MENU.start };
    expect(same(MENU, turned)).toBe(true);
    const [more] = added(without(MENU, "hangup"), "transfer", null);
    expect(changes(MENU, more)).toEqual({ added: ["transfer"], removed: ["hangup"], changed: ["hours"], start: false });
  });

  test("A pointer names the step and the field in it.", () => {
    expect(placeOf("/steps/menu/choices/0/next")).toEqual({ step: "menu", field: "choices/0/next" });
    expect(placeOf("/start")).toBeNull();
  });
});

describe("A kind of step", () => {
  test("Each way out can be led elsewhere, and nothing else changes by it.", () => {
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const step = fresh(kind);
      for (const { slot } of exits(step)) expect(exits(withTarget(step, slot, "there")).filter(({ target }) => target === "there").map((exit) => exit.slot)).toEqual([slot]);
    }
  });

  test("The word that came of a step names the way that was taken.", () => {
    expect(taken(MENU.steps["menu"] as Menu, "2")?.target).toBe("callback");
    expect(taken(MENU.steps["menu"] as Menu, "otherwise")?.target).toBe("queue");
    expect(taken(fresh("language"), "zh-TW")?.slot).toBe("/next");
    expect(taken(fresh("say"), "said")?.slot).toBe("/next");
    expect(taken(fresh("collect"), "collected")?.slot).toBe("/next");
    expect(taken(fresh("callback"), "refused")?.slot).toBe("/declined");
    expect(taken(MENU.steps["menu"] as Menu, "left")).toBeNull();
    expect(taken(MENU.steps["queue"] as Menu, "queue")).toBeNull();
  });
});

describe("A flow that is tried", () => {
  const stage = (step: string, kind: Kind, outcome: string): Stage => ({ step, kind, at: 0, keys: [], outcome });
  const way = (path: Stage[], kind: Way["end"]["kind"] = "left", heard: string[] = []): Way => ({ path, heard: heard.map((step) => ({ step, prompt: `ours:${step}`, language: "en" })), language: "en", collected: {}, end: { kind, queue_id: null, skills: [], priority_points: 0, reason: "" } });

  test("It stops at the open question, until somebody hangs up or it ends by itself.", () => {
    expect([asked([], false), asked(["1"], true)]).toEqual([["hangup"], ["1", "hangup"]]);
    const open = way([stage("hours", "hours", "open"), stage("say", "say", "said"), stage("menu", "menu", "left")]);
    expect([waits(open, false), waits(open, true), waits(way([], "queue"), false)]).toEqual([true, false, false]);
    expect(digits(MENU, open)).toBe(1);
    expect(digits({ start: "c", steps: { c: { ...fresh("collect"), most: 6 } as never } }, way([stage("c", "collect", "left")]))).toBe(6);
  });

  test("The steps and the ways that were taken light up, and no others.", () => {
    const lit = litBy(MENU, way([stage("hours", "hours", "open"), stage("say", "say", "said"), stage("menu", "menu", "left")]));
    expect([[...lit.steps], [...lit.ways], lit.here]).toEqual([["hours", "say", "menu"], ["hours/open", "say/next"], "menu"]);
  });

  test("What is heard stands at the step in which it was said, also where a step is taken twice.", () => {
    const heard = heardBy(way([stage("say", "say", "said"), stage("hours", "hours", "open"), stage("menu", "menu", "1"), stage("menu", "menu", "left")], "left", ["say", "menu", "menu"]));
    expect(heard.map((each) => each.length)).toEqual([1, 0, 1, 1]);
  });

  test("A moment is read where the reader is; nothing is now.", () => {
    expect([readMoment(""), readMoment("what"), readMoment("2026-03-01T09:30")]).toEqual([null, null, new Date(2026, 2, 1, 9, 30).getTime() / 1000]);
  });
});

describe("What is written", () => {
  const flow = (start: string): Flow => ({ start, steps: {} });

  test("Back and forth; typing on in the same step is one change, and what is written anew has no way forth.", () => {
    let past = begun(flow("a"));
    for (const start of ["b", "c"]) past = acted(past, { do: "change", flow: flow(start), about: "step x" });
    past = acted(past, { do: "change", flow: flow("d"), about: "" });
    past = acted(past, { do: "undo" });
    expect(past.now.start).toBe("c");
    expect(acted(past, { do: "redo" }).now.start).toBe("d");
    past = acted(past, { do: "undo" });
    expect([past.now.start, acted(past, { do: "undo" })]).toEqual(["a", past]);
    expect(acted(past, { do: "change", flow: flow("e"), about: "" }).after).toEqual([]);
    expect(acted(past, { do: "begin", flow: flow("f") }).before).toEqual([]);
  });
});
