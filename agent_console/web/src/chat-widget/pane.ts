/** The conversation itself. Lines are added and never drawn anew, so that a screen reader says each once. */
import { h, icon } from "./dom";
import type { Line, Pending, State, Talk } from "./talk";
import { told, type Key, type Say } from "./words";

const TYPING_EVERY_MS = 3000;
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export interface Acts {
  send(text: string): void;
  typing(on: boolean): void;
  attach: ((file: File) => Promise<void>) | null;
  file(id: string): Promise<Blob>;
  end(): void;
  save(): Promise<void>;
  mail(): Promise<void>;
  anew(): void;
  failed(error: unknown): string;
}

export class Pane {
  readonly element: HTMLElement;
  #log: HTMLElement;
  #state = h("p", { class: "state", role: "status", part: "state" });
  #types = h("p", { class: "types", part: "typing" });
  #write: HTMLElement;
  #after = h("div", { class: "after", hidden: true });
  #input: HTMLTextAreaElement;
  #drawn = 0;
  #marked: HTMLElement | null = null;
  #waiting = new Map<string, HTMLElement>();
  #typedAt = 0;
  #endShown = false;

  constructor(private readonly talk: Talk, private readonly say: Say, private readonly acts: Acts, longest: number) {
    this.#log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": say("log"), tabindex: 0 });
    this.#input = h("textarea", { rows: 1, maxlength: longest, "aria-label": say("message"), placeholder: say("message"), part: "message", oninput: () => this.#typed(), onkeydown: (event) => this.#key(event as KeyboardEvent) });
    const picker = h("input", { type: "file", hidden: true, onchange: () => void this.#upload(picker) });
    const clip = h("button", { class: "tool", type: "button", "aria-label": say("attach"), title: say("attach"), onclick: () => picker.click() }, icon("clip"));
    const send = h("button", { class: "tool send", type: "button", "aria-label": say("send"), title: say("send"), part: "send", onclick: () => this.#send() }, icon("send"));
    this.#write = h("div", { class: "write" }, ...(acts.attach ? [clip, picker] : []), this.#input, send);
    this.element = h("div", { class: "body" }, this.#state, this.#log, this.#types, this.#write, this.#after);
  }

  focus(): void {
    (this.#write.hidden ? this.#after.querySelector("button") : this.#input)?.focus();
  }

  draw(up: boolean): void {
    const { state } = this.talk;
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 80;
    const before = this.#drawn;
    for (const line of this.talk.lines.slice(this.#drawn)) this.#add(line);
    this.#drawn = this.talk.lines.length;
    this.#drawPending();
    this.#drawMark(state);
    const words = up ? this.#stateWords(state) : this.say("offline");
    if (this.#state.textContent !== words) this.#state.textContent = words;
    this.#state.classList.toggle("off", !up);
    this.#types.textContent = up && state?.typing ? this.say("typing", { agent: state.agent ?? "" }) : "";
    if (state?.phase === "ended") this.#drawEnd(state);
    if (atEnd || before === 0) this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Asks whether the visitor means it. */
  sure(): void {
    if (this.#endShown) return;
    this.#write.hidden = true;
    this.#after.hidden = false;
    const back = (): void => {
      this.#after.hidden = true;
      this.#write.hidden = false;
      this.#input.focus();
    };
    this.#after.replaceChildren(h("p", {}, this.say("end_sure")), h("div", { class: "two" },
      h("button", { class: "plain", type: "button", onclick: back }, this.say("no_stay")),
      h("button", { class: "go", type: "button", part: "yes-end", onclick: () => { back(); this.acts.end(); } }, this.say("yes_end"))));
    this.#after.querySelector("button")?.focus();
  }

  #stateWords(state: State | null): string {
    if (!state) return this.say("loading");
    if (state.phase === "ended") return this.say("ended_state");
    if (state.phase === "talking") return this.say("talking", { agent: state.agent ?? "" });
    const place = state.position === null ? this.say("waiting") : state.position === 1 ? this.say("next") : this.say("position", { position: state.position });
    if (state.wait_s === null || state.position === 1 && state.wait_s < 1) return place;
    return `${place} ${state.wait_s < 60 ? this.say("wait_short") : this.say("wait_minutes", { minutes: Math.round(state.wait_s / 60) })}`;
  }

  #add(line: Line): void {
    if (line.id) this.#waiting.get(line.id)?.remove();
    if (line.by === "system") {
      const words = this.#systemWords(line);
      if (words) this.#log.append(h("p", { class: "sys", "data-code": line.code }, words));
      return;
    }
    const at = new Date(line.at * 1000).toLocaleTimeString(this.element.closest("[lang]")?.getAttribute("lang") ?? undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const who = line.by === "agent" ? (line.name ?? "") : this.say("you");
    const body = h("div", { class: "say" }, ...(line.text ? [line.text] : []));
    if (line.file) this.#addFile(body, line.file);
    this.#log.append(h("div", { class: `msg ${line.by}`, "data-seq": line.seq }, h("span", { class: "who" }, `${who} · ${at}`), body));
  }

  #systemWords(line: Line): string {
    if (line.code === "ended" && line.params?.["mailed"]) return this.say("line_ended_mailed");
    if (line.code === "ended") return this.say(line.params?.["by"] === "turned_away" ? "line_ended_turned_away" : "line_ended");
    const known: Record<string, Key> = { joined: "line_joined", requeued: "line_requeued", visitor_left: "line_visitor_left", visitor_back: "line_visitor_back", idle_warning: "line_idle_warning" };
    const key = known[line.code ?? ""];
    return key ? this.say(key, { name: line.name ?? "" }) : "";
  }

  #addFile(body: HTMLElement, file: NonNullable<Line["file"]>): void {
    const keep = async (): Promise<void> => save(await this.acts.file(file.id), file.name);
    const button = h("button", { class: "plain", type: "button", onclick: () => void keep().catch(() => undefined) }, this.say("download_file", { name: file.name }));
    if (PICTURES.has(file.type)) {
      void this.acts.file(file.id).then((blob) => {
        const shown = h("img", { alt: this.say("picture", { name: file.name }), src: URL.createObjectURL(new Blob([blob], { type: file.type })) });
        shown.addEventListener("load", () => { this.#log.scrollTop = this.#log.scrollHeight; }, { once: true });
        body.prepend(shown);
      }).catch(() => undefined);
    }
    body.append(button);
  }

  #drawPending(): void {
    const ids = new Set(this.talk.pending.map((each) => each.id));
    for (const [id, element] of this.#waiting) if (!ids.has(id)) { element.remove(); this.#waiting.delete(id); }
    for (const each of this.talk.pending) this.#drawOne(each);
  }

  #drawOne(each: Pending): void {
    let element = this.#waiting.get(each.id);
    if (!element) {
      element = h("div", { class: "msg visitor", "aria-live": "off" }, h("div", { class: "say" }, each.text), h("span", { class: "mark" }));
      this.#waiting.set(each.id, element);
    }
    const mark = element.lastElementChild as HTMLElement;
    mark.textContent = each.problem ? `${this.say("not_sent")}: ${told(this.say, each.problem)}` : this.say("sending");
    mark.classList.toggle("wrong", Boolean(each.problem));
    if (element !== this.#log.lastElementChild) this.#log.append(element);
  }

  /** Under the visitor's last line: that it is there, or that it was read. */
  #drawMark(state: State | null): void {
    const last = this.talk.lines.findLast((line) => line.by === "visitor");
    if (!last || !state) return;
    const words = this.say(state.read >= last.seq ? "read" : "delivered");
    const under = this.#log.querySelector(`[data-seq="${last.seq}"]`);
    if (!this.#marked) this.#marked = h("span", { class: "mark", "aria-live": "off", part: "mark" });
    if (this.#marked.parentElement !== under) under?.append(this.#marked);
    if (this.#marked.textContent !== words) this.#marked.textContent = words;
  }

  #drawEnd(state: State): void {
    if (this.#endShown) return;
    this.#endShown = true;
    this.#write.hidden = true;
    this.#after.hidden = false;
    const told = h("p", { role: "status" });
    const run = (act: () => Promise<void>, done = "") => (): void => void act().then(() => { told.textContent = done; }, (error: unknown) => { told.textContent = this.acts.failed(error); });
    this.#after.replaceChildren(
      h("button", { class: "plain", type: "button", onclick: run(() => this.acts.save()) }, this.say("save")),
      ...(state.address && state.was_answered ? [h("button", { class: "plain", type: "button", onclick: run(() => this.acts.mail(), this.say("mailed", { address: state.address })) }, this.say("mail", { address: state.address }))] : []),
      h("button", { class: "go", type: "button", part: "anew", onclick: () => this.acts.anew() }, this.say("new_chat")), told);
  }

  #key(event: KeyboardEvent): void {
    // Enter that ends an input method's composition sends nothing; 229 is what older engines say then
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#send();
  }

  #send(): void {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = "";
    this.#typedAt = 0;
    this.acts.send(text);
    this.#input.focus();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #typed(): void {
    const now = Date.now();
    const on = this.#input.value !== "";
    if (on && now - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = on ? now : 0;
    this.acts.typing(on);
  }

  async #upload(picker: HTMLInputElement): Promise<void> {
    const file = picker.files?.[0];
    picker.value = "";
    if (!file || !this.acts.attach) return;
    const note = h("p", { class: "sys" }, this.say("uploading", { name: file.name }));
    this.#log.append(note);
    try {
      await this.acts.attach(file);
      note.remove();
    } catch (error) {
      note.textContent = this.acts.failed(error);
      note.classList.add("wrong");
    }
  }
}

export function save(blob: Blob, name: string): void {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
