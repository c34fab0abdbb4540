import { afterEach, beforeAll, expect, test } from "vitest";
import { CameBy } from "../src/features/flows/visit";
import type { Visit } from "../src/net/types";
import { begin, clear, deskOf, draw, part } from "./house";

const visit = (extra: Partial<Visit> = {}): Visit => ({ flow: "Main line", language: "zh-TW", step: "queue", outcome: "queue", reason: "", path: [], collected: {}, ...extra });
const told = (): string => part("came-by")?.textContent ?? "";

beforeAll(begin);
afterEach(clear);

test("The flow, its language, what was chosen at last, and what was looked up are told; sentences are not.", async () => {
  const path = [
    { step: "hours", kind: "hours", keys: [], outcome: "open", label: "", choice: "" },
    { step: "say", kind: "say", keys: [], outcome: "said", label: "", choice: "" },
    { step: "menu", kind: "menu", keys: ["9", "2"], outcome: "2", label: "", choice: "" },
    { step: "queue", kind: "queue", keys: [], outcome: "queue", label: "", choice: "" },
  ];
  await draw(deskOf(), <CameBy visit={visit({ path })} />);
  expect([...document.querySelectorAll(".came-step")].map((each) => each.textContent)).toEqual(["Hours open", "Menu 2"]);
  expect(told()).toContain("Main line");
  expect(told()).toContain("繁體中文");
});

test("What was collected stands with its name, once; who keyed nothing at a menu is told as that.", async () => {
  const path = [
    { step: "collect", kind: "collect", keys: ["4711"], outcome: "collected", label: "", choice: "" },
    { step: "menu", kind: "menu", keys: [], outcome: "otherwise", label: "", choice: "" },
  ];
  await draw(deskOf(), <CameBy visit={visit({ path, collected: { case_number: "4711" } })} />);
  expect(told().match(/4711/g)).toHaveLength(1);
  expect(told()).toContain("case number4711");
  expect(told()).toContain("Menu no key");
});

test("Steps and keys are told by the names that the flow gives them.", async () => {
  const path = [{ step: "menu", kind: "menu", keys: ["1"], outcome: "1", label: "What for", choice: "State of a case" }];
  await draw(deskOf(), <CameBy visit={visit({ path })} />);
  expect(document.querySelector(".came-step")?.textContent).toBe("What for State of a case");
});

test("A flow that failed, or in which the caller hung up, says so.", async () => {
  await draw(deskOf(), <CameBy visit={visit({ outcome: "failed" })} />);
  expect(told()).toContain("the flow failed");
  await draw(deskOf(), <CameBy visit={visit({ outcome: "left" })} />);
  expect(told()).toContain("hung up in it");
});
