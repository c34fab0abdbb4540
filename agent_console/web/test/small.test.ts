import { beforeEach, describe, expect, test } from "vitest";
import { countdown, duration, moment, percent, phoneNumber, size } from "../src/format";
import { customerName, focus, inOrder } from "../src/features/desk/items";
import { shown } from "../src/features/desk/states";
import { initials } from "../src/features/desk/user-menu";
import { serviceLevel, staffLevel, waitLevel } from "../src/features/board/thresholds";
import { keepNote, noteArrived, readNote } from "../src/features/interaction/drafts";
import { parted } from "../src/features/interaction/quoted";
import { firstLanguage } from "../src/i18n";
import { afterTalk, plainCall } from "../src/phone/calls";
import { grouped, pieces } from "../src/features/search/found";
import type { Found, FoundKind, Item, QueueDoc } from "../src/net/types";
import type { PhoneState } from "../src/phone/phone";
import { sends } from "../src/ui/ime";

const item = (id: string, extra: Partial<Item> = {}): Item => ({
  id, medium: "voice", state: "connected", queue: { id: "q", name: "Q", language: "en" }, offer: null, callback: false, dialled: false, unreached: "", held_since: null, recording: null, consult: null, conference: null, watchers: [], passed_by: null, enqueued_at: 0, connected_at: 0, finished_at: null, wrap_up_until: null,
  customer: { address: "+886912345678", name: "" }, entry: "", attestation: null, subject: "", match: { strength: "none", parties: [] }, case: null, contract: null, flow: null, clocks: [], note: "", letters: 0, version: 1, ...extra,
});

describe("figures", () => {
  test.each([[0, "0:00"], [65.9, "1:05"], [3725, "1:02:05"], [-3, "0:00"], [86_400, "24:00:00"]])("%s seconds read %s.", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test.each(["en", "zh-TW", "zh-CN"] as const)("Five past midnight is 00:05, never 24:05 (%s).", (language) => {
    const at = new Date(2026, 10, 23, 0, 5).getTime() / 1000;
    expect(moment(at, at + 60, language)).toBe("00:05");
    expect(moment(at, at + 3 * 86_400, language)).toContain("00:05");
  });

  test("A countdown shows 1 until it is over.", () => {
    expect([countdown(0.2), countdown(0), countdown(-2), countdown(19.01)]).toEqual(["1", "0", "0", "20"]);
  });

  test.each([
    ["+886912345678", "+886 912 345 678"], ["+886223456789", "+886 2 2345 6789"], ["+8613912345678", "+86 139 1234 5678"], ["+85291234567", "+852 9123 4567"],
    ["+14155552671", "+1 415 555 2671"], ["0912345678", "0912 345 678"], ["0212345678", "02 1234 5678"], ["anonymous", "anonymous"], ["<script>", "<script>"],
  ])("The number %s reads %s.", (raw, text) => {
    expect(phoneNumber(raw)).toBe(text);
  });

  test("Grouping a number never loses or adds a digit.", () => {
    for (let length = 5; length <= 12; length += 1) {
      const raw = `+49${"1234567890123".slice(0, length)}`;
      expect(phoneNumber(raw).replaceAll(" ", "")).toBe(raw);
    }
  });

  test("Sizes and shares are rounded for the eye.", () => {
    expect([size(900), size(1536), size(1_402_880), percent(0.873)]).toEqual(["900 B", "1.5 KB", "1.3 MB", "87 %"]);
  });
});

describe("sending", () => {
  const enter = { key: "Enter", keyCode: 13, ctrlKey: true, metaKey: false, isComposing: false };
  test("Ctrl+Enter and Cmd+Enter send; Enter alone never does.", () => {
    expect(sends(enter)).toBe(true);
    expect(sends({ ...enter, ctrlKey: false, metaKey: true })).toBe(true);
    expect(sends({ ...enter, ctrlKey: false })).toBe(false);
  });

  test("Nothing is sent while an input method composes, in either way that browsers say it.", () => {
    expect(sends({ ...enter, isComposing: true })).toBe(false);
    expect(sends({ ...enter, keyCode: 229 })).toBe(false);
    expect(sends({ ...enter, nativeEvent: { isComposing: true } })).toBe(false);
  });
});

describe("desk", () => {
  const ringing = item("r", { state: "offered", offer: { id: "r/1", deadline: 9, rang_at: 0, ring_s: 9 } });
  test("A ringing call comes up once; afterwards what one chose stays.", () => {
    const reading = item("l", { medium: "email" });
    expect(focus([ringing, reading], "l", new Set())).toBe("r");
    expect(focus([ringing, reading], "l", new Set(["r/1"]))).toBe("l");
    expect(focus([reading], "gone", new Set())).toBe("l");
    expect(focus([], "gone", new Set())).toBeNull();
  });

  test("An offered letter does not take away what one reads.", () => {
    const offered = item("m", { medium: "email", state: "offered", offer: { id: "m/1", deadline: 9, rang_at: 0, ring_s: 9 } });
    expect(focus([offered, item("c")], "c", new Set())).toBe("c");
  });

  test("Offers stand first, calls before letters.", () => {
    const mail = item("m", { medium: "email" });
    expect(inOrder([mail, item("c"), ringing]).map(({ id }) => id)).toEqual(["r", "c", "m"]);
  });

  test("Several possible parties give no name away: the number is shown.", () => {
    expect(customerName(item("a", { match: { strength: "many", parties: [] } }))).toBe("+886 912 345 678");
  });

  test("Work is shown before the status, and a missed offer as a warning.", () => {
    const doing = { status: "paused", reason: "no_answer", since: 5, work: "idle", work_since: 1 } as const;
    expect(shown(doing)).toMatchObject({ key: "pause.no_answer", icon: "warn", since: 5 });
    expect(shown({ ...doing, work: "talking" })).toMatchObject({ key: "state.talking", since: 1 });
    expect(shown({ ...doing, reason: "something new" }).key).toBe("pause.other");
  });

  test("A call without an item is a plain call: at once when the server knows nothing of it or is away.", () => {
    const call = { interaction: "x", offer: null, consult: false, watch: false, from: "1", state: "ringing", muted: false, rangAt: Date.now(), answeredAt: null } as const;
    const phone = { stage: "registered", problem: null, call, silent: false } as const;
    expect(plainCall([], phone, true)).toBeNull();
    expect(plainCall([], phone, false)).toBe(call);
    expect(plainCall([], { ...phone, call: { ...call, interaction: null } }, true)).not.toBeNull();
    expect(plainCall([], { ...phone, call: { ...call, consult: true } }, true)).not.toBeNull(); // a colleague asks: it is their item
    expect(plainCall([item("x")], { ...phone, call: { ...call, consult: true } }, true)).toBeNull(); // and was handed over
    expect(plainCall([item("x")], phone, false)).toBeNull();
  });

  test("Initials are the given name of a Chinese name and the letters of a Latin one.", () => {
    expect([initials("林美玲"), initials("Anna Keller"), initials("Cher"), initials("")]).toEqual(["美玲", "AK", "C", ""]);
  });
});

describe("search", () => {
  test("Marks cut the text by code points, so that what stands outside the basic plane does not shift them.", () => {
    expect(pieces({ text: "😀𠮷退款了", marks: [[2, 4]] })).toEqual([{ text: "😀𠮷", fits: false }, { text: "退款", fits: true }, { text: "了", fits: false }]);
    expect(pieces({ text: "", marks: [] })).toEqual([]);
    expect(pieces({ text: "<b>", marks: [[0, 3]] })).toEqual([{ text: "<b>", fits: true }]);
  });

  test("Hits are grouped by kind, the kind of the best first, and keep their order.", () => {
    const hit = (kind: FoundKind, id: string): Found => ({ kind, id, title: { text: "", marks: [] }, snippet: { text: "", marks: [] }, party: null, case_id: null, interaction_id: null, at: 0, rank: 0 });
    const groups = grouped([hit("letter", "a"), hit("party", "b"), hit("letter", "c")]);
    expect(groups.map(({ kind, hits }) => [kind, ...hits.map(({ id }) => id)])).toEqual([["letter", "a", "c"], ["party", "b"]]);
  });
});

describe("board", () => {
  const queue: QueueDoc = { id: "q", name: "Q", language: "en", waiting: { voice: 0, email: 0, chat: 0, voicemail: 0, fax: 0, form: 0, sms: 0, post: 0 }, longest_since: { voice: null, email: null, chat: null, voicemail: null, fax: null, form: null, sms: null, post: null }, offered: 0, answered: 0, abandoned: 0, answered_in_time: 0, service_level: null, answer_within_s: 20, agents_ready: 1, agents_busy: 0, department: null, closed: false, opening: null, turned_away: 0, led_on: 0, dialled: 0, reached: 0 };
  test("Waiting longer than promised is busy, longer than two minutes is an alarm.", () => {
    const waiting = (seconds: number) => waitLevel({ ...queue, longest_since: { voice: 1000 - seconds, email: null, chat: null, voicemail: null, fax: null, form: null, sms: null, post: null } }, 1000);
    expect([waiting(5), waiting(21), waiting(121)]).toEqual(["calm", "busy", "alarm"]);
  });

  test("Figures that do not exist yet are calm.", () => {
    expect([serviceLevel(queue), waitLevel(queue, 1e9), staffLevel(queue)]).toEqual(["calm", "calm", "calm"]);
  });

  test("Nobody at work while somebody waits is an alarm; nobody there and nobody waiting is not.", () => {
    const empty = { ...queue, agents_ready: 0 };
    expect([staffLevel(empty), staffLevel({ ...empty, waiting: { voice: 1, email: 0, chat: 0, voicemail: 0, fax: 0, form: 0, sms: 0, post: 0 } })]).toEqual(["calm", "alarm"]);
  });
});

describe("words", () => {
  beforeEach(() => localStorage.clear());
  test.each([[["zh-HK", "en"], "zh-TW"], [["zh"], "zh-CN"], [["zh-Hant-CN"], "zh-TW"], [["de-DE", "en-GB"], "en"], [["ja"], "en"]])("%s reads %s.", (wanted, language) => {
    expect(firstLanguage(wanted)).toBe(language);
  });

  test("The quoted end of a letter is folded away with the line that introduces it; other quotes stay.", () => {
    expect(parted("Hello\n\nOn Monday Ann wrote:\n> old\n>\n> older\n")).toEqual({ own: "Hello", quoted: "On Monday Ann wrote:\n> old\n>\n> older" });
    expect(parted("> question\nanswer")).toEqual({ own: "> question\nanswer", quoted: "" });
    expect(parted("您好\r\n\r\n林美玲 寫道：\r\n> 舊信").quoted).toBe("林美玲 寫道：\n> 舊信");
    expect(parted("")).toEqual({ own: "", quoted: "" });
  });
});

describe("what is being written", () => {
  beforeEach(() => sessionStorage.clear());

  test("A note is kept until the server has this very text.", () => {
    keepNote("i", "half a sen");
    keepNote("i", "half a sentence");
    noteArrived("i", "half a sen");
    expect(readNote("i")).toBe("half a sentence");
    noteArrived("i", "half a sentence");
    expect(readNote("i")).toBeNull();
  });
});

describe("leaving", () => {
  const call = { interaction: "i", offer: null, consult: false, watch: false, from: "x", muted: false, rangAt: 0, answeredAt: 0 };
  const idle: PhoneState = { stage: "registered", problem: null, call: null, silent: false };
  const phone = (state: PhoneState) => {
    const listeners = new Set<() => void>();
    return { state, subscribe: (on: () => void) => { listeners.add(on); return () => listeners.delete(on); }, becomes(next: PhoneState) { this.state = next; for (const on of listeners) on(); } };
  };

  test("A session that ends waits for the call that talks, and for no other.", async () => {
    const device = phone({ ...idle, call: { ...call, state: "talking" } });
    let left = false;
    const leaving = afterTalk(device as never).then(() => (left = true));
    device.becomes({ ...device.state, silent: true });
    await Promise.resolve();
    expect(left).toBe(false);
    device.becomes(idle);
    await leaving;
    await afterTalk(phone(idle) as never);
    await afterTalk(phone({ ...idle, call: { ...call, state: "ringing" } }) as never);
  });
});
