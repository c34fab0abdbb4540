import { act } from "react";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CallNumber } from "../src/features/dialling/call-number";
import { Dialling } from "../src/features/dialling/dialling";
import { wantNoCall } from "../src/features/dialling/wanted";
import type { User } from "../src/net/types";
import type { Contact } from "../src/features/wishes/wishes";
import { begin, clear, deskOf, draw, part, press, serve, settle } from "./house";

beforeAll(begin);
beforeEach(() => localStorage.removeItem("trunkline.dial-queue"));
afterEach(async () => {
  await act(async () => wantNoCall());
  await clear();
});

const LINES = { queues: [{ id: "care", name: "Care", shown: "0223334444" }, { id: "sales", name: "Sales", shown: "" }], allowed: true };
const CONTACT: Contact = { outcome: "go", reason: "not_needed", until: null, instead: null, channel: null, language: null, times: null, time_zone: "Asia/Taipei", do_not_contact: false, good_now: true, good_from: 0 };
const PARTY = { id: "p1", kind: "person", name: "Lin", organisation: null, title: null, department: null, tier: null, language: null, note: null, cases: [], interactions: [], contracts: [], assets: [], purchases: { items: [], total: 0 }, open_cases: 0, last_inquiry: null };
const asks = (purpose: string): string => `GET /api/v1/parties/p1/contact?medium=phone&purpose=${purpose}&address=%2B886912345678`;

async function opened(contact: Contact): Promise<ReturnType<typeof serve>> {
  const heard = serve({
    "GET /api/v1/calls/lines": LINES,
    "GET /api/v1/parties/p1/brief": PARTY,
    [asks("service")]: contact,
    "GET /api/v1/parties/p1/contact?medium=phone&purpose=service": contact,
    "POST /api/v1/calls": { interaction: "tl-out-1" },
  });
  await draw(deskOf({ user: { role: "agent" } as User }), <><CallNumber number="+886912345678" party="p1" caseId="c1" /><Dialling /></>);
  await press("call-number");
  await settle();
  return heard;
}

const dials = (heard: ReturnType<typeof serve>): unknown[] => heard.filter(({ line }) => line === "POST /api/v1/calls").map(({ body }) => body);

describe("A number on the screen", () => {
  test("opens the brief before anybody is called, and then calls on behalf of the queue, with customer and case.", async () => {
    const heard = await opened(CONTACT);
    expect(part("dial-brief")?.textContent).toContain("Lin");
    expect(part("dial-dialog")?.textContent).toContain("02 2333 4444");
    expect(dials(heard)).toEqual([]);
    await press("dial-go");
    await settle();
    expect(dials(heard)).toEqual([{ number: "+886912345678", queue_id: "care", purpose: "service", confirmed: false, party_id: "p1", case_id: "c1" }]);
    expect(part("dial-dialog")).toBeNull();
  });

  test("is not called against the customer's wish before the agent says that they have read it.", async () => {
    const heard = await opened({ ...CONTACT, outcome: "no", reason: "do_not_contact", do_not_contact: true });
    expect(part("dial-against")).not.toBeNull();
    await press("dial-go");
    expect(dials(heard)).toEqual([]);
    await press("dial-confirm");
    await press("dial-go");
    await settle();
    expect(dials(heard)).toMatchObject([{ confirmed: true }]);
  });

  test("is not called at all when the customer has forbidden it.", async () => {
    await opened({ ...CONTACT, outcome: "no", reason: "withdrawn" });
    expect(part("dial-confirm")).toBeNull();
    expect(part("dial-go")?.hasAttribute("disabled")).toBe(true);
  });
});
