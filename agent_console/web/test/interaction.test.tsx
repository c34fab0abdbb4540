import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { Composer } from "../src/features/interaction/composer";
import { CaseBox } from "../src/features/interaction/case-box";
import { readCase } from "../src/features/interaction/drafts";
import { begin, clear, deskOf, draw, field, itemOf, part, press, serve, settle, type } from "./house";

const words = (en: string) => ({ en, "zh-TW": en, "zh-CN": en });
const TYPES = { items: ["inquiry", "repair"].map((id) => ({ id, label: words(id), kind: id, initial: "open", states: [], moves: [], on_customer: "open", on_reply: null, form: id === "repair" ? [{ name: "serial", kind: "text", label: words("Serial"), hint: null, required: false, required_at: [], choices: [], least: null, most: null }] : [] })) };

beforeAll(async () => {
  await begin();
  await import("../src/features/writing/writing"); // what the composer loads when it is drawn first
});
afterEach(clear);

describe("A canned reply", () => {
  const letter = itemOf("l1", { state: "connected" });
  const TEXTS = { items: [{ id: "t1", name: "Refund", shortcut: "refund", language: "en", body: "Dear {{name}}" }] };
  const LIST = "GET /api/v1/texts?channel=email&language=en&interaction=l1";

  const content = { way: "reply", to: ["ada@example.org"], cc: [], bcc: [], subject: "Re: x", rich: false, html: "", text: "", quote: true, answers: "m1", texts: [], receipt: false, queue_id: null };
  const WRITING = { items: [], blank: content, suggested: [], customers: [], zone: "UTC", undo_s: 10, most_bytes: 1000 };
  const draft = { id: "d1", version: 1, owner_id: "u", owner: "Ann", case_id: null, interaction_id: "l1", party_id: null, content, files: [], strangers: [], updated_at: 0, send_at: null, scheduled: false, problem: "" };
  const DRAFTS = { "GET /api/v1/drafts?interaction=l1": WRITING, "POST /api/v1/drafts": { draft }, "PUT /api/v1/drafts/d1": { draft }, "POST /api/v1/drafts/d1/send": { draft: { ...draft, send_at: 10 } } };
  const Answer = () => <Composer item={letter} sent={() => undefined} finish={async () => undefined} />;

  async function written(fill: () => Promise<unknown>): Promise<void> {
    serve({ ...DRAFTS, [LIST]: TEXTS, "POST /api/v1/texts/t1/fill": fill });
    await draw(deskOf(), <Answer />);
    await settle(20);
  }

  test("stands where the caret is and takes nothing away that was typed while it came.", async () => {
    let come: (filled: unknown) => void = () => undefined;
    await written(() => new Promise((done) => { come = done; }));
    await type("composer", "Hello Ada, kind regards");
    field("composer").setSelectionRange(10, 10);
    await press("texts");
    await settle();
    await press("text-refund");
    await type("composer", "Hello Ada, very kind regards");
    field("composer").setSelectionRange(10, 10);
    come({ template_id: "t1", subject: "", body: " the refund is on its way,", lacking: [] });
    await settle(20);
    expect(field("composer").value).toBe("Hello Ada, the refund is on its way, very kind regards");
    expect([document.activeElement, field("composer").selectionStart]).toEqual([part("composer"), 36]);
  });

  test("takes the place of the shortcut that was typed for it.", async () => {
    await written(async () => ({ template_id: "t1", subject: "", body: "It is on its way.", lacking: [] }));
    await type("composer", "Hello Ada, /ref");
    await settle();
    await press("text-refund");
    await settle(20);
    expect(field("composer").value).toBe("Hello Ada, It is on its way.");
  });

  test("goes with the letter that it was put into, and not with the next one.", async () => {
    const asked = serve({ ...DRAFTS, [LIST]: TEXTS, "POST /api/v1/texts/t1/fill": { template_id: "t1", subject: "", body: "It is on its way.", lacking: [] } });
    await draw(deskOf(), <Answer />);
    await settle(20);
    await type("composer", "/refund");
    await settle();
    await press("text-refund");
    await settle(20);
    await press("send");
    await settle(20);
    await type("composer", "And thank you.");
    await press("send");
    await settle(20);
    const sentTexts = asked.filter(({ line }) => line.startsWith("PUT")).map(({ body }) => body as { text: string; texts: string[] });
    expect(sentTexts.map(({ text, texts }) => [text, texts])).toEqual([["It is on its way.", ["t1"]], ["And thank you.", []]]);
    expect(asked.filter(({ line }) => line.endsWith("/send")).length).toBe(2);
  });
});

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
