import { describe, expect, test } from "vitest";
import { conditions, fresh, freshChoice, moved, placeOf, renamed, said, template, without, written } from "../src/features/inquiries/document";
import { keyed } from "../src/features/inquiries/forms-page";

const form = template("care", () => ({ en: "x" }));

describe("A form while it is written", () => {
  test("A new question has a name of its own, and is the visitor's address only where no other one is.", () => {
    const more = { ...form, fields: [...form.fields, fresh(form, "email")] };
    expect(more.fields.map(({ name }) => name)).toEqual(["name", "email", "message", "files", "email_2"]);
    expect(more.fields.map(({ role }) => role)).toEqual(["name", "email", "", "", ""]);
    expect(freshChoice([{ ...freshChoice([]), code: "c2" }]).code).toBe("c3");
  });

  test("Under another name, what names it goes along.", () => {
    const topic = { ...fresh(form, "choice"), name: "topic" };
    const more = { ...fresh(form, "text"), name: "why", when: { field: "topic", values: ["c1"] } };
    const before = { ...form, fields: [topic, more], subject: "{topic}: {why}" };
    const after = renamed(before, 0, "matter");
    expect(after.subject).toBe("{matter}: {why}");
    expect(after.fields[1]?.when?.field).toBe("matter");
    expect(conditions(after, 1).map(({ name }) => name)).toEqual(["matter"]);
    expect(conditions(after, 0)).toEqual([]);
    expect(without(after, 0).fields).toHaveLength(1);
  });

  test("Things are moved within the list and no further.", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b"], 0, 2)).toEqual(["a", "b"]);
  });

  test("Words are said in the nearest language, and what is empty is not there.", () => {
    expect(said({ en: "Name", "zh-TW": "姓名" }, "zh-CN")).toBe("姓名");
    expect(said({ "zh-CN": "姓名" }, "en")).toBe("姓名");
    expect(written({ en: "Name" }, "en", "")).toEqual({});
  });

  test("A place leads to its question; a name becomes a word for the address.", () => {
    expect(placeOf("/fields/3/choices/0/code")).toEqual({ place: 3, at: "/choices/0/code" });
    expect(placeOf("/title/en")).toBeNull();
    expect(keyed("2 Returns & Repairs")).toBe("returns-repairs");
  });
});
