import { phoneNumber } from "../format";
import type { CallUsGrant, Language } from "../net/types";

export interface View {
  language: Language;
  name: string;
  grant: CallUsGrant | null;
  number: string;
  stage: "loading" | "idle" | "calling" | "ringing" | "talking" | "ended" | "closed";
  problem: string;
  since: number;
  muted: boolean;
}

export interface Acts {
  language: (language: Language) => void;
  name: (name: string) => void;
  choose: (number: string) => void;
  dial: () => void;
  mute: () => void;
  hangUp: () => void;
  again: () => void;
}

type Words = (key: string) => string;
type Child = Node | string | false;

const LANGUAGES: [Language, string][] = [["zh-TW", "繁體中文"], ["zh-CN", "简体中文"], ["en", "English"]];
const PHONE = "M4.2 3.5h2.6l1.3 3.4-1.7 1.3a10.5 10.5 0 0 0 5.4 5.4l1.3-1.7 3.4 1.3v2.6c0 .7-.6 1.2-1.3 1.2A13 13 0 0 1 3 4.8c0-.7.5-1.3 1.2-1.3Z";

/** An element with its properties and children; text is always text. */
function el<K extends keyof HTMLElementTagNameMap>(tag: K, props: Record<string, unknown>, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value as EventListener);
    else if (typeof value === "boolean") node.toggleAttribute(key, value);
    else if (value !== undefined) node.setAttribute(key, String(value));
  }
  node.append(...children.filter((child) => child !== false));
  return node;
}

/** Draw the whole page anew; the name being typed and the focus stay. */
export function draw(root: HTMLElement, view: View, words: Words, acts: Acts): void {
  const focused = document.activeElement?.id;
  root.replaceChildren(head(view, words), card(view, words, acts), foot(view, words, acts));
  if (focused) document.getElementById(focused)?.focus();
}

function head(view: View, words: Words): HTMLElement {
  const talking = view.stage === "talking" || view.stage === "ringing";
  return el("header", {}, el("div", { class: `bell ${talking ? view.stage : ""}`, "aria-hidden": "true" }, icon()), el("h1", {}, words("title")), el("p", { class: "soft" }, words("intro")));
}

function icon(): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PHONE);
  svg.append(path);
  return svg;
}

function card(view: View, words: Words, acts: Acts): HTMLElement {
  if (view.stage === "loading") return el("section", { class: "callus-card", role: "status" }, words("loading"));
  if (view.stage === "closed") return closed(view, words, acts);
  if (view.stage === "idle") return form(view, words, acts);
  return live(view, words, acts);
}

function closed(view: View, words: Words, acts: Acts): HTMLElement {
  return el("section", { class: "callus-card" }, problem(view, words), el("button", { id: "again", class: "main", type: "button", onclick: acts.again }, words("retry")));
}

function problem(view: View, words: Words): Child {
  if (!view.problem) return false;
  const key = `problem_${view.problem.replaceAll(".", "_")}`;
  const text = words(key);
  return el("p", { class: "trouble", role: "alert" }, text === key ? words("problem_other") : text);
}

function form(view: View, words: Words, acts: Acts): HTMLElement {
  const submit = (event: Event): void => {
    event.preventDefault();
    acts.dial();
  };
  return el("form", { class: "callus-card", onsubmit: submit },
    el("label", { for: "name" }, words("name")),
    el("input", { id: "name", value: view.name, autocomplete: "name", maxlength: "60", "data-testid": "callus-name", oninput: (event: Event) => acts.name((event.target as HTMLInputElement).value) }),
    el("fieldset", {}, el("legend", {}, words("line")), ...(view.grant?.lines ?? []).map((line) => lineChoice(view, line, acts))),
    problem(view, words),
    el("button", { id: "dial", class: "main", type: "submit", "data-testid": "callus-call" }, words("call")));
}

function lineChoice(view: View, line: CallUsGrant["lines"][number], acts: Acts): HTMLElement {
  const id = `line-${line.number}`;
  return el("label", { class: "line-choice", for: id, lang: line.language },
    el("input", { type: "radio", name: "line", id, value: line.number, checked: line.number === view.number, onchange: () => acts.choose(line.number), "data-testid": `callus-line-${line.number}` }),
    el("span", {}, line.queue), el("span", { class: "faint num" }, phoneNumber(line.number)));
}

function live(view: View, words: Words, acts: Acts): HTMLElement {
  const ended = view.stage === "ended";
  const talking = view.stage === "talking";
  return el("section", { class: "callus-card live" },
    el("p", { class: "stage", role: "status", "data-testid": "callus-state", "data-state": view.stage }, words(view.stage)),
    talking && el("p", { class: "time num", id: "call-time" }, "0:00"),
    problem(view, words),
    talking && el("button", { id: "mute", type: "button", "aria-pressed": String(view.muted), onclick: acts.mute, "data-testid": "callus-mute" }, words(view.muted ? "unmute" : "mute")),
    ended
      ? el("button", { id: "again", class: "main", type: "button", onclick: acts.again, "data-testid": "callus-again" }, words("again"))
      : el("button", { id: "hangup", class: "main end", type: "button", onclick: acts.hangUp, "data-testid": "callus-hangup" }, words("hang_up")));
}

function foot(view: View, words: Words, acts: Acts): HTMLElement {
  return el("nav", { "aria-label": words("language") }, ...LANGUAGES.map(([code, name]) =>
    el("button", { id: `language-${code}`, type: "button", lang: code, "aria-pressed": String(code === view.language), onclick: () => acts.language(code) }, name)));
}
