import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { merged } from "../src/i18n";
import callusEn from "../src/i18n/callus.en.json";
import callusZhCN from "../src/i18n/callus.zh-CN.json";
import callusZhTW from "../src/i18n/callus.zh-TW.json";
import widgetEn from "../src/i18n/widget.en.json";
import widgetZhCN from "../src/i18n/widget.zh-CN.json";
import widgetZhTW from "../src/i18n/widget.zh-TW.json";

type Tree = { [key: string]: string | Tree };

/** A language's common words with those of every feature. */
function catalogue(language: string): Tree {
  const folder = join("src", "i18n");
  const features = readdirSync(join(folder, language)).map((name) => join(folder, language, name));
  const parts = [join(folder, `${language}.json`), ...features].map((path) => JSON.parse(readFileSync(path, "utf8")) as Tree);
  return parts.reduce((tree, part) => merged(tree, part));
}

function flat(tree: Tree, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [rest, text] of flat(value, `${prefix}${key}.`)) found.set(rest, text);
  }
  return found;
}

const holes = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((hole) => hole[1] ?? "").sort();
const [en, zhTW, zhCN] = [catalogue("en"), catalogue("zh-TW"), catalogue("zh-CN")];
const english = flat(en);

function sources(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending) && !name.includes("node_modules")).map((name) => readFileSync(join(folder, name), "utf8"));
}

describe.each([["zh-TW", zhTW, callusZhTW, widgetZhTW], ["zh-CN", zhCN, callusZhCN, widgetZhCN]] as const)("%s", (_, words, callus, widget) => {
  test("It has the same keys as English, none empty, with the same holes.", () => {
    const other = flat(words);
    expect([...other.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of other) {
      expect(text, key).not.toBe("");
      expect(holes(text), key).toEqual(holes(english.get(key) ?? ""));
    }
  });

  test("The customers' page and the chat widget have the same keys as English.", () => {
    expect(Object.keys(callus).sort()).toEqual(Object.keys(callusEn).sort());
    expect(Object.keys(widget).sort()).toEqual(Object.keys(widgetEn).sort());
  });
});

test("Simplified characters do not slip into the traditional catalogue, nor the other way round.", () => {
  expect([...flat(zhTW).values(), ...Object.values(callusZhTW), ...Object.values(widgetZhTW)].join("")).not.toMatch(/[电话户设进发时为这个队邮离线态录请关闭应连续]/u);
  expect([...flat(zhCN).values(), ...Object.values(callusZhCN), ...Object.values(widgetZhCN)].join("")).not.toMatch(/[電話戶設進發時為這個隊郵離線態錄請關閉應連續]/u);
});

test("Every key that the code names exists.", () => {
  const named = new Set<string>();
  for (const source of sources("src", ".tsx").concat(sources("src", ".ts"))) {
    for (const [, key] of source.matchAll(/\bt\("([\w.]+)"/g)) if (key) named.add(key);
    for (const [, one, two] of source.matchAll(/\bt\([^()]*\? "([\w.]+)" : "([\w.]+)"/g)) named.add(one ?? "").add(two ?? "");
  }
  expect(named.size).toBeGreaterThan(100);
  expect([...named].filter((key) => !english.has(key))).toEqual([]);
});

test("Every error code that the server can refuse with has words.", () => {
  const rooms = ["agent_console", "crm_core", "cti", "channels", "routing", "config"].map((room) => join("..", "..", room));
  const codes = new Set<string>();
  for (const source of rooms.flatMap((room) => sources(room, ".py"))) {
    for (const [, code] of source.matchAll(/\b(?:Refused|Wrong)\(\s*"([a-z_]+\.[a-z_]+)"/g)) if (code) codes.add(code);
    for (const [, code] of source.matchAll(/\brefuse\(\s*"\w+",\s*"([a-z_]+\.[a-z_]+)"/g)) if (code) codes.add(code);
  }
  expect(codes.size).toBeGreaterThan(0);
  // What a socket refuses closes it with a code of its own and is never shown as words; what visitors are refused with the widget says, or a page of theirs.
  const toVisitors = (code: string): boolean => code.startsWith("unsubscribe.") || (code.startsWith("chat.") && `problem_${code.slice(5)}` in widgetEn);
  expect([...codes].filter((code) => !code.startsWith("socket.") && !toVisitors(code) && !english.has(`problem.${code.replaceAll(".", "_")}`))).toEqual([]);
});

test("Every notice that the server sends has words.", () => {
  const codes = [...readFileSync(join("..", "notices.py"), "utf8").matchAll(/"((?:offer|work|wrap_up|sla)\.[a-z_]+)"/g)].map((found) => found[1] ?? "");
  expect(codes.length).toBeGreaterThan(3);
  expect(codes.filter((code) => !english.has(`notice.${code.replaceAll(".", "_")}`))).toEqual([]);
});

test("Every mark of a letter has words.", () => {
  const marks = [...readFileSync(join("..", "..", "channels", "email", "reading", "parsed.py"), "utf8").matchAll(/^ {4}[A-Z_]+ = "([a-z_]+)"/gm)].map((found) => found[1] ?? "");
  expect(marks.length).toBeGreaterThan(5);
  expect(marks.filter((mark) => !english.has(`mark.${mark}`))).toEqual([]);
});
