import { useState, type ReactNode } from "react";
import { afterEach, beforeAll, expect, test } from "vitest";
import FormEditor from "../src/features/casework/form-editor";
import LifecycleEditor from "../src/features/casework/lifecycle-editor";
import { DetailEditor } from "../src/features/casework/rule-editors";
import type { FieldDoc, FieldKind } from "../src/features/records/entities";
import { FieldRow } from "../src/features/records/fields";
import { fromLocalInput, localInput } from "../src/features/records/values";
import { begin, clear, deskOf, draw, field, type } from "./house";

const words = (en: string) => ({ en, "zh-TW": en, "zh-CN": en });
const fieldOf = (kind: FieldKind): FieldDoc => ({
  name: "it", kind, label: words("It"), hint: null, required: false, writable: true, default: null, codes: "", choices: [], refers: "", least: null, most: null, listed: false, sortable: true,
  operators: [], section: "", custom: false, pauses_recording: false, shown_for: [],
});

const GIVEN = { field: fieldOf("json"), read: (): unknown => null, writable: true, wrong: new Map<string, string>(), id: "it", describedBy: undefined, invalid: false };

let value: unknown;

function Holder({ start, children }: { start: unknown; children: (value: unknown, change: (value: unknown) => void) => ReactNode }) {
  const [held, hold] = useState(start);
  value = held;
  return children(held, hold);
}

/** Letter by letter: each stands in the field as it was typed. */
async function typed(id: string, text: string): Promise<void> {
  for (let end = 1; end <= text.length; end += 1) {
    await type(id, text.slice(0, end));
    expect(field(id).value).toBe(text.slice(0, end));
  }
}

beforeAll(begin);
afterEach(clear);

test.each([["amount", "1,250.1050", "1250.1050"], ["amount", "3.00", "3.00"], ["number", "-0.50", -0.5], ["integer", "1,000", 1000], ["number", "1e", "1e"]] as const)("A field of kind %s shows %s as it is typed.", async (kind, text, read) => {
  await draw(deskOf(), <Holder start={null}>{(held, hold) => <FieldRow field={fieldOf(kind)} value={held} named={{}} change={hold} />}</Holder>);
  await typed("input-it", text);
  expect(value).toBe(read);
});

test("A value that comes from elsewhere is shown, whatever was typed before.", async () => {
  const shown = (held: string) => <FieldRow field={fieldOf("amount")} value={held} named={{}} change={() => undefined} />;
  await draw(deskOf(), shown("1.2500"));
  expect(field("input-it").value).toBe("1.25");
  await draw(deskOf(), shown("3.0000"));
  expect(field("input-it").value).toBe("3.00");
});

test("Choices with their names in three languages can be typed.", async () => {
  const start = [{ name: "size", kind: "choice", label: {} }];
  await draw(deskOf(), <Holder start={start}>{(held, hold) => <FormEditor value={held} change={hold} {...GIVEN} />}</Holder>);
  await typed("choices-size", "s=Small/小/小, l");
  expect(value).toEqual([{ name: "size", kind: "choice", label: {}, choices: [{ code: "s", label: { en: "Small", "zh-TW": "小", "zh-CN": "小" } }, { code: "l" }] }]);
});

test("Approvers can be typed.", async () => {
  const start = { initial: "open", states: [{ name: "open", class: "open" }], moves: [{ from: "open", to: "open" }] };
  await draw(deskOf(), <Holder start={start}>{(held, hold) => <LifecycleEditor value={held} change={hold} {...GIVEN} />}</Holder>);
  await typed("approvers", "head+1, role:admin");
  expect(value).toMatchObject({ moves: [{ needs: { approvers: [{ kind: "head", levels: 1 }, { kind: "role", who: "admin" }] } }] });
});

test.each([["7", 0.07], ["29", 0.29], ["12.5", 0.125], ["58", 0.58]])("%s per cent is shown as it is typed, and as it was kept.", async (text, share) => {
  const start = { jump: { field: "score", up_by: share } };
  await draw(deskOf(), <Holder start={start}>{(held, hold) => <DetailEditor value={held} change={hold} {...GIVEN} read={(name) => (name === "trigger" ? "changed" : "case")} />}</Holder>);
  expect(field("up-by").value).toBe(text);
  await typed("up-by", text);
  expect(value).toMatchObject({ jump: { up_by: share } });
});

test("A year that is still being typed is a year of four digits to the input.", () => {
  const at = fromLocalInput("0202-03-01T09:30");
  expect(localInput(at)).toMatch(/^0202-03-01T/);
});
