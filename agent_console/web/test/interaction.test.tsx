import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { CaseBox } from "../src/features/interaction/case-box";
import { readCase } from "../src/features/interaction/drafts";
import { begin, clear, deskOf, draw, field, itemOf, part, press, serve, settle, type } from "./house";

const words = (en: string) => ({ en, "zh-TW": en, "zh-CN": en });
const TYPES = { items: ["inquiry", "repair"].map((id) => ({ id, label: words(id), kind: id, initial: "open", states: [], moves: [], on_customer: "open", on_reply: null, form: id === "repair" ? [{ name: "serial", kind: "text", label: words("Serial"), hint: null, required: false, required_at: [], choices: [], least: null, most: null }] : [] })) };

beforeAll(begin);
afterEach(clear);

describe("A case that is being written", () => {
  const talk = itemOf("i1", { medium: "voice", state: "connected" });

  test("outlives the end of the call: subject, type, form and caret are there in the wrap-up, and gone once it is open.", async () => {
    const asked = serve({ "GET /api/v1/cases/types": TYPES });
    const desk = deskOf();
    await draw(desk, <div key="talking"><CaseBox item={talk} /></div>);
    await settle();
    await type("case-type", "repair");
    await type("case-subject", "The pump leaks");
    await type("input-serial", "PX-7");
    field("case-subject").focus();
    field("case-subject").setSelectionRange(4, 4);
    await draw(desk, <div key="wrap-up"><CaseBox item={{ ...talk, state: "wrap_up" }} /></div>);
    await settle();
    expect([field("case-type").value, field("case-subject").value, field("input-serial").value]).toEqual(["repair", "The pump leaks", "PX-7"]);
    expect([document.activeElement, field("case-subject").selectionStart]).toEqual([part("case-subject"), 4]);
    await press("case-open");
    await settle();
    expect(asked.at(-1)).toMatchObject({ line: "POST /api/v1/interactions/i1/case", body: { subject: "The pump leaks", type_id: "repair", form: { serial: "PX-7" } } });
    expect(readCase("i1")).toEqual({ subject: "", type: "", form: {} });
  });

  test("belongs to its own call.", async () => {
    serve({ "GET /api/v1/cases/types": TYPES });
    const desk = deskOf();
    await draw(desk, <CaseBox key="i1" item={talk} />);
    await type("case-subject", "The pump leaks");
    await draw(desk, <CaseBox key="i2" item={itemOf("i2", { medium: "voice", state: "connected" })} />);
    expect(field("case-subject").value).toBe("");
  });
});
