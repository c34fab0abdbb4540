/** `<trunkline-chat>`: a chat on any page. Attributes: `door`, `lang`, `theme` (light, dark), `open`, `server` (where it does not come from there). */
import { ask, closed, type Asked } from "./ask";
import { h, icon } from "./dom";
import { Link } from "./link";
import { Pane, save } from "./pane";
import { Problem, Server, type Door } from "./server";
import { STYLE } from "./style";
import { Talk, type Pending } from "./talk";
import { languageOf, told, wordsOf, type Say } from "./words";
import { solve } from "./work";

interface Kept {
  token: string;
  pending: Pending[];
  longest: number;
  files: boolean;
}

const key = (bytes: number): string => [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

class TrunklineChat extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #server = new Server(new URL(import.meta.url).origin);
  #say: Say = wordsOf("en");
  #language = "en";
  #launch = h("button", { class: "launch", type: "button", part: "launch", "aria-haspopup": "dialog", onclick: () => this.#show(true) }, icon("chat"));
  #panel = h("section", { class: "panel", role: "dialog", hidden: true, part: "panel" });
  #title = h("h2", { id: "title" });
  #end = h("button", { type: "button", hidden: true, part: "end", onclick: () => this.#pane?.sure() }, icon("close"));
  #down = h("button", { type: "button", part: "minimise", onclick: () => this.#show(false) }, icon("down"));
  #body = h("div", { class: "body" });
  #kept: Kept | null = null;
  #talk = new Talk();
  #link: Link | null = null;
  #pane: Pane | null = null;
  #seen = 0;

  connectedCallback(): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    this.#language = languageOf(this.getAttribute("lang"), document.documentElement.lang, ...navigator.languages);
    this.lang = this.#language;
    this.#say = wordsOf(this.#language);
    const server = this.getAttribute("server");
    if (server) this.#server = new Server(server.replace(/\/$/, ""));
    this.#title.textContent = this.#say("title");
    for (const [button, words] of [[this.#end, "end"], [this.#down, "minimise"]] as const) {
      button.setAttribute("aria-label", this.#say(words));
      button.title = this.#say(words);
    }
    this.#panel.setAttribute("aria-labelledby", "title");
    this.#panel.append(h("div", { class: "top" }, this.#title, this.#end, this.#down), this.#body);
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.#show(false);
    });
    this.#root.append(this.#launch, this.#panel);
    visualViewport?.addEventListener("resize", this.#fit);
    visualViewport?.addEventListener("scroll", this.#fit);
    document.addEventListener("visibilitychange", this.#looked);
    this.#fit();
    this.#kept = this.#recall();
    if (this.#kept) this.#goOn(this.#kept);
    this.#draw();
    if (this.hasAttribute("open")) this.#show(true, false);
  }

  disconnectedCallback(): void {
    this.#link?.close();
    visualViewport?.removeEventListener("resize", this.#fit);
    visualViewport?.removeEventListener("scroll", this.#fit);
    document.removeEventListener("visibilitychange", this.#looked);
  }

  get #shown(): boolean {
    return !this.#panel.hidden;
  }

  get #place(): string {
    return `trunkline-chat/${this.#server.origin}/${this.#door}`;
  }

  get #door(): string {
    return this.getAttribute("door") ?? "main";
  }

  /** On a telephone the panel is as large as what the keyboard leaves. */
  readonly #fit = (): void => {
    const seen = visualViewport;
    if (!seen) return;
    this.style.setProperty("--seen-height", `${seen.height}px`);
    this.style.setProperty("--seen-top", `${seen.offsetTop}px`);
  };

  readonly #looked = (): void => this.#draw();

  #show(shown: boolean, focus = true): void {
    this.#panel.hidden = !shown;
    this.#launch.hidden = shown;
    this.toggleAttribute("data-open", shown);
    if (shown && !this.#pane && !this.#body.hasChildNodes()) void this.#ask();
    this.#draw();
    if (focus) shown ? this.#focus() : this.#launch.focus();
  }

  #focus(): void {
    if (this.#pane) this.#pane.focus();
    else (this.#body.querySelector("input, textarea, a, button") as HTMLElement | null ?? this.#down).focus();
  }

  async #ask(): Promise<void> {
    this.#body.replaceChildren(h("p", { class: "state", role: "status" }, this.#say("loading")));
    try {
      const door = await this.#server.door(this.#door, this.#language);
      this.#body.replaceChildren(door.open ? ask(door, this.#say, (asked) => this.#begin(door, asked)) : closed(door, this.#say));
      if (this.#shown && this.#root.activeElement) this.#focus();
    } catch {
      const again = h("button", { class: "plain", type: "button", onclick: () => void this.#ask() }, this.#say("again"));
      this.#body.replaceChildren(h("form", { class: "ask" }, h("p", { role: "alert" }, this.#say("unavailable")), again));
    }
  }

  async #begin(door: Door, asked: Asked): Promise<void> {
    // the key stays the same when the answer is lost and it is tried again: one chat, not two
    const kept = this.#kept ?? { token: key(32), pending: [], longest: door.message_chars, files: door.files };
    this.#kept = kept;
    let work = door;
    const given = { ...asked, door: this.#door, token: kept.token, language: this.#language };
    try {
      await this.#server.begin({ ...given, puzzle: work.puzzle, nonce: await solve(work.puzzle, work.bits) });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "chat.puzzle_old") throw error;
      work = await this.#server.door(this.#door, this.#language);
      await this.#server.begin({ ...given, puzzle: work.puzzle, nonce: await solve(work.puzzle, work.bits) });
    }
    this.#keep();
    this.#goOn(kept);
    this.#draw();
    this.#pane?.focus();
  }

  #goOn(kept: Kept): void {
    this.#talk = new Talk();
    this.#talk.pending = kept.pending;
    const { token } = kept;
    const asked = (): void => this.#draw();
    this.#pane = new Pane(this.#talk, this.#say, {
      send: (text) => {
        const message = { id: key(8), text };
        this.#talk.pending.push(message);
        this.#keep();
        this.#link?.say({ type: "send", ...message });
        this.#draw();
      },
      typing: (on) => this.#link?.say({ type: "typing", on }),
      attach: kept.files ? (file) => this.#server.upload(token, key(8), file) : null,
      file: (id) => this.#server.file(token, id),
      end: () => this.#link?.say({ type: "end" }),
      save: async () => save(await this.#server.transcript(token), "chat.txt"),
      mail: () => this.#server.mail(token),
      anew: () => this.#anew(),
      failed: (error) => (error instanceof Problem ? told(this.#say, error.code, error.values) : this.#say("problem_other")),
    }, kept.longest);
    this.#body.replaceChildren(this.#pane.element);
    this.#link = new Link(this.#server.socket, token, this.#talk, asked, () => this.#anew());
  }

  /** Nothing of the old chat is kept in this browser. */
  #anew(): void {
    this.#link?.close();
    this.#link = null;
    this.#pane = null;
    this.#kept = null;
    this.#seen = 0;
    sessionStorage.removeItem(this.#place);
    this.#body.replaceChildren();
    this.#draw();
    if (this.#shown) void this.#ask();
  }

  #draw(): void {
    const { state, lines } = this.#talk;
    const over = state?.phase === "ended";
    if (this.#pane) {
      this.#pane.draw(over || Boolean(this.#link?.up) || !state);
      this.#keep();
    }
    this.#end.hidden = !this.#pane || over || !state;
    const last = lines.at(-1)?.seq ?? 0;
    if (this.#shown && !document.hidden && last > this.#seen) {
      this.#seen = last;
      this.#link?.say({ type: "read", seq: last });
    }
    const news = this.#pane && !this.#shown ? lines.filter((line) => line.by === "agent" && line.seq > this.#seen).length : 0;
    this.#launch.setAttribute("aria-label", news ? this.#say("open_unread", { count: news }) : this.#say("open"));
    this.#launch.replaceChildren(icon("chat"), ...(news ? [h("span", { class: "badge", "aria-hidden": "true" }, String(news))] : []));
    if (over) this.#link?.close();
  }

  /** In this tab alone, so that whoever sits here next finds nothing. */
  #keep(): void {
    if (!this.#kept) return;
    try {
      sessionStorage.setItem(this.#place, JSON.stringify({ ...this.#kept, pending: this.#talk.pending }));
    } catch {
      // a browser that keeps nothing: the chat lives as long as the page
    }
  }

  #recall(): Kept | null {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#place) ?? "null") as Kept | null;
      return kept?.token ? kept : null;
    } catch {
      return null;
    }
  }
}

if (!customElements.get("trunkline-chat")) customElements.define("trunkline-chat", TrunklineChat);
