import { beforeEach, describe, expect, test } from "vitest";
import { agentsOf, inTree, keepChosen, queuesOf, readChosen, waitingOf, within } from "../src/features/board/narrowed";
import type { AgentDoc, DepartmentDoc, QueueDoc, WaitingDoc } from "../src/net/types";

const unit = (id: string, parent: string | null = null): DepartmentDoc => ({ id, name: id.toUpperCase(), parent });
const UNITS = [unit("night", "desk"), unit("south", "top"), unit("desk", "north"), unit("north", "top"), unit("top"), unit("other")];
const queue = (id: string, department: string | null): QueueDoc => ({ id, department }) as QueueDoc;
const QUEUES = [queue("q1", "night"), queue("q2", "south"), queue("q3", null)];
const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

describe("the board of a department", () => {
  test("Departments are shown as a tree, names in their order.", () => {
    expect(inTree(UNITS).map(({ id, depth }) => [id, depth])).toEqual([["other", 0], ["top", 0], ["north", 1], ["desk", 2], ["night", 3], ["south", 1]]);
  });

  test("One whose parent is not there stands at the top, and a circle takes nobody's time.", () => {
    expect(ids(inTree([unit("a", "gone"), unit("b", "c"), unit("c", "b")]))).toEqual(["a"]);
  });

  test.each([
    ["top", ["q1", "q2"]], ["north", ["q1"]], ["night", ["q1"]], ["south", ["q2"]], ["other", []],
    [null, ["q1", "q2", "q3"]], ["removed meanwhile", ["q1", "q2", "q3"]],
  ])("Of %s, its queues and those of all below it are shown.", (chosen, shown) => {
    expect(ids(queuesOf(QUEUES, within(UNITS, chosen)))).toEqual(shown);
  });

  test("Agents who belong there are shown, and whoever waits in a queue that is shown.", () => {
    const units = within(UNITS, "north");
    const agents = [{ id: "a1", department: "desk" }, { id: "a2", department: "south" }, { id: "a3", department: null }] as AgentDoc[];
    expect(ids(agentsOf(agents, units))).toEqual(["a1"]);
    const waiting = [{ id: "w1", queue: "q1" }, { id: "w2", queue: "q2" }] as WaitingDoc[];
    expect(ids(waitingOf(waiting, queuesOf(QUEUES, units)))).toEqual(["w1"]);
  });

  test("A department that is moved takes its queues along.", () => {
    const moved = UNITS.map((each) => (each.id === "desk" ? unit("desk", "south") : each));
    expect(ids(queuesOf(QUEUES, within(moved, "south")))).toEqual(["q1", "q2"]);
    expect(ids(queuesOf(QUEUES, within(moved, "north")))).toEqual([]);
  });
});

describe("what was chosen", () => {
  beforeEach(() => localStorage.clear());

  test("Each user has a choice of their own, until they take it back.", () => {
    keepChosen("sue", "north");
    expect([readChosen("sue"), readChosen("cyd")]).toEqual(["north", null]);
    keepChosen("sue", null);
    expect(readChosen("sue")).toBeNull();
  });
});
