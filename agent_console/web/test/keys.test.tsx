import { act } from "react";
import { afterEach, beforeAll, expect, test } from "vitest";
import { useKeyboard } from "../src/features/desk/shortcuts";
import { WrapUp } from "../src/features/interaction/wrap-up";
import { HereContext } from "../src/features/shell/here";
import type { Desk } from "../src/store/hooks";
import { Modal } from "../src/ui/modal";
import { begin, clear, deskOf, draw, itemOf, part, serve, settle, type Asked } from "./house";

const CODES = { items: [{ code: "resolved", labels: { en: "Resolved" } }, { code: "callback", labels: { en: "Call back" } }] };
const nothing = (): void => undefined;

function Keys() {
  useKeyboard(nothing, nothing);
  return null;
}

async function show(desk: Desk, shown: boolean, dialog = false): Promise<void> {
  const item = itemOf("i1", { medium: "voice", state: "wrap_up", finished_at: 0 });
  await draw(desk, (
    <>
      <Keys />
      <HereContext.Provider value={{ place: { path: "/", search: "" }, shown }}><WrapUp item={item} /></HereContext.Provider>
      {dialog && <Modal title="Merge" close={nothing}><p>Two customers</p></Modal>}
    </>
  ));
  await settle(20);
}

const key = async (init: KeyboardEventInit): Promise<void> => act(async () => void document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...init })));
const chosen = (code: string): boolean => part(`wrapup-${code}`)?.dataset["chosen"] === "true";
const finished = (asked: Asked[]): boolean => asked.some(({ line }) => line.endsWith("/i1/wrapup"));

beforeAll(begin);
afterEach(clear);

test.each([["a page is shown in place of the desk", false, false], ["a dialog covers the desk", true, true]])("While %s, its keys choose and finish nothing.", async (_, shown, dialog) => {
  const asked = serve({ "GET /api/v1/dispositions?queue=q": CODES });
  const desk = deskOf();
  await show(desk, true);
  await key({ key: "1" });
  expect([chosen("resolved"), chosen("callback")]).toEqual([true, false]);
  await show(desk, shown, dialog);
  await key({ key: "2" });
  await key({ key: "e", code: "KeyE", altKey: true });
  expect([chosen("resolved"), chosen("callback"), finished(asked)]).toEqual([true, false, false]);
  await show(desk, true);
  await key({ key: "e", code: "KeyE", altKey: true });
  expect(finished(asked)).toBe(true);
});
