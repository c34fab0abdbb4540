/** The form before a chat; outside of the hours, the way to write instead. */
import { h } from "./dom";
import { Problem, type Door } from "./server";
import { told, type Say } from "./words";

export interface Asked {
  name: string;
  email: string;
  question: string;
  consent: boolean;
}

export function closed(door: Door, say: Say): HTMLElement {
  const to = door.form || (door.mail ? `mailto:${door.mail}` : "");
  return h("form", { class: "ask" }, h("p", { role: "status" }, say("closed")), to ? h("a", { class: "go", href: to, target: "_blank", rel: "noopener", part: "to-form" }, say("to_form")) : null);
}

export function ask(door: Door, say: Say, begin: (asked: Asked) => Promise<void>): HTMLFormElement {
  const wrong = h("p", { class: "wrong", role: "alert" });
  const name = h("input", { id: "name", autocomplete: "name", maxlength: 200, required: door.ask_name === "required" });
  const email = h("input", { id: "email", type: "email", autocomplete: "email", maxlength: 254, required: door.ask_email === "required", "aria-describedby": "email-hint" });
  const question = h("textarea", { id: "question", rows: 3, maxlength: door.message_chars, required: true });
  const consent = h("input", { id: "consent", type: "checkbox", required: true });
  const button = h("button", { class: "go", type: "submit", part: "begin" }, say("begin"));
  const label = (of: string, words: string, optional: boolean): HTMLElement => h("label", { for: of }, words, optional ? h("span", { class: "opt" }, ` (${say("optional")})`) : null);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    wrong.textContent = "";
    button.disabled = true;
    button.textContent = say("beginning");
    try {
      await begin({ name: name.value, email: email.value, question: question.value, consent: consent.checked });
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem("other");
      wrong.textContent = told(say, problem.code, problem.values);
      ({ "chat.name": name, "chat.email": email, "chat.question": question, "chat.consent": consent } as Record<string, HTMLElement>)[problem.code]?.focus();
    } finally {
      button.disabled = false;
      button.textContent = say("begin");
    }
  };
  return h("form", { class: "ask", novalidate: true, onsubmit: (event) => void send(event) },
    h("p", {}, door.greeting || say("greeting")),
    door.ask_name === "no" ? null : h("div", { class: "field" }, label("name", say("name"), door.ask_name === "optional"), name),
    door.ask_email === "no" ? null : h("div", { class: "field" }, label("email", say("email"), door.ask_email === "optional"), email, h("span", { class: "hint", id: "email-hint" }, say("email_hint"))),
    h("div", { class: "field" }, label("question", say("question"), false), question),
    door.consent ? h("label", { class: "agree" }, consent, h("span", {}, door.consent)) : null,
    wrong, button);
}
