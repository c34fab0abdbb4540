/** The customer's page: choose a line, call from the browser. No framework; the SIP stack loads with the first call. */
import "../styles/tokens.css";
import "../styles/base.css";
import "./callus.css";
import { duration } from "../format";
import en from "../i18n/callus.en.json";
import zhCN from "../i18n/callus.zh-CN.json";
import zhTW from "../i18n/callus.zh-TW.json";
import { call, Problem } from "../net/api";
import type { CallUsGrant, Language } from "../net/types";
import { microphoneProblem } from "../phone/phone";
import type { SipLine } from "../phone/sip";
import { draw, type View } from "./view";

const WORDS: Record<Language, Record<string, string>> = { en, "zh-TW": zhTW, "zh-CN": zhCN };

const state: View = { language: firstLanguage(), name: "", grant: null, number: "", stage: "loading", problem: "", since: 0, muted: false };
let line: SipLine | null = null;
let timer: ReturnType<typeof setInterval> | undefined;

function firstLanguage(): Language {
  for (const tag of navigator.languages) {
    if (/^zh\b.*(TW|HK|MO|Hant)/i.test(tag)) return "zh-TW";
    if (/^zh\b/i.test(tag)) return "zh-CN";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

const words = (key: string): string => WORDS[state.language][key] ?? key;

function show(change: Partial<View>): void {
  Object.assign(state, change);
  document.documentElement.lang = state.language;
  document.title = words("title");
  const root = document.getElementById("call");
  if (root) draw(root, state, words, acts);
}

const acts = {
  language: (language: Language) => show({ language }),
  name: (name: string) => void (state.name = name),
  choose: (number: string) => show({ number }),
  dial: () => void dial(),
  mute: () => {
    line?.mute(!state.muted);
    show({ muted: !state.muted });
  },
  hangUp: () => line?.hangUp(),
  again: () => void prepare(),
};

/** Ask for a guest's phone; it also says which lines there are. */
async function prepare(): Promise<void> {
  show({ stage: "loading", problem: "" });
  try {
    const grant = await call<CallUsGrant>("POST", "/callus");
    grant.lines.sort((a, b) => Number(b.language === state.language) - Number(a.language === state.language));
    const known = grant.lines.some((each) => each.number === state.number);
    show({ grant, number: known ? state.number : (grant.lines[0]?.number ?? ""), stage: "idle" });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    show({ stage: "closed", problem: error.code });
  }
}

async function dial(): Promise<void> {
  const { grant, number } = state;
  if (!grant || state.stage !== "idle") return;
  show({ stage: "calling", problem: "", muted: false });
  const problem = await microphoneProblem();
  if (problem) return show({ stage: "idle", problem });
  const { SipLine } = await import("../phone/sip");
  line = new SipLine(
    grant,
    {
      stage: (stage, trouble) => {
        if (stage === "registered" && state.stage === "calling") line?.call(targetOf(grant, number), []);
        else if (trouble && state.stage === "calling") finish("unreachable");
      },
      rings: () => undefined, // a guest's phone is never called
      rung: () => state.stage === "calling" && show({ stage: "ringing" }),
      talks: () => talk(),
      ended: () => finish(""),
    },
    { register: false, displayName: state.name },
  );
}

/** The line's number at the centre's own domain, which the first line's target names. */
function targetOf(grant: CallUsGrant, number: string): string {
  return `sip:${number}@${grant.target.replace(/^.*@/, "")}`;
}

function talk(): void {
  show({ stage: "talking", since: Date.now() });
  timer = setInterval(() => {
    const clock = document.getElementById("call-time");
    if (clock) clock.textContent = duration((Date.now() - state.since) / 1000);
  }, 250);
}

function finish(problem: string): void {
  clearInterval(timer);
  line?.close();
  line = null;
  show({ stage: "ended", problem });
}

void prepare();
