import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, Problem, segment } from "../../net/api";
import type { ChatDoc, Item } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { composing } from "../../ui/ime";
import { Wrong } from "../../ui/panes";
import { Timer } from "../../ui/ring";
import type { Filled } from "../casework/types";
import { Texts, textsOf } from "../casework/texts";
import { useDeskKey } from "../desk/shortcuts";
import { newKey } from "../interaction/drafts";
import { keepDraft, readDraft } from "../interaction/typed";
import { appended, putIn, typing as told, usePlace } from "../knowledge/typing";

const TYPING_EVERY_MS = 3_000;

/** Enter sends, Shift+Enter begins a line; Enter that ends an input method's composition does neither. What is not sent yet survives a reload. */
export function ChatComposer({ item, chat }: { item: Item; chat: ChatDoc | undefined }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => readDraft(item.id));
  const latest = useRef(draft);
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const caret = useRef<number | null>(null);
  const typedAt = useRef(0);
  const entered = useRef("");
  const [busy, problem, run] = useBusy();
  const path = `/interactions/${segment(item.id)}/chat`;
  useDeskKey("reply", () => box.current?.focus());
  const shortcut = /(?:^|\s)(\/[^\s/]{0,40})$/.exec(draft.text)?.[1] ?? "";
  const types = (on: boolean): void => {
    const now = Date.now();
    if (on && now - typedAt.current < TYPING_EVERY_MS) return;
    typedAt.current = on ? now : 0;
    call("POST", `${path}/typing`, { on }).catch(() => undefined); // who types is not worth a message
  };
  const write = (text: string, texts: readonly string[] = latest.current.texts ?? []): void => {
    latest.current = { text, idempotencyKey: newKey(), texts: text === "" ? [] : [...new Set(texts)] };
    keepDraft(item.id, latest.current);
    setDraft(latest.current);
  };
  useEffect(() => told(item.id, draft.text), [item.id, draft.text]);
  usePlace(item.id, (text) => write(appended(latest.current.text, text)));
  useLayoutEffect(() => {
    if (caret.current === null) return;
    box.current?.focus();
    box.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [draft.text]);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  const sendAll = async (first: string): Promise<void> => {
    for (let text = first; text.trim(); ) {
      entered.current = "";
      // the same id again is the same message, so that a repeated try is no second one
      const { idempotencyKey, texts = [] } = latest.current.text === text ? latest.current : { ...latest.current, idempotencyKey: newKey() };
      await call("POST", `${path}/messages`, { id: idempotencyKey, text, texts });
      typedAt.current = 0;
      const next = without(text, entered.current);
      write(without(text, latest.current.text));
      text = next;
    }
  };
  const send = (): void => {
    entered.current = latest.current.text; // whoever writes faster than the line carries has it sent after what is on its way
    run(() => sendAll(latest.current.text));
  };
  const insert = (filled: Filled, typed: string): void => {
    const now = latest.current;
    const next = putIn(now.text, box.current?.selectionEnd ?? now.text.length, filled.body, typed);
    caret.current = next.at;
    write(next.text, [...(now.texts ?? []), filled.template_id]);
  };
  const attach = (file: File | undefined): void => {
    if (!file) return;
    entered.current = "";
    run(async () => {
      await upload(path, file);
      await sendAll(entered.current);
    });
  };
  return (
    <section className="composer chat-composer" aria-label={t("chat.write")}>
      <div className="row tiny faint chat-types">
        <p className="grow" role="status">{chat?.typing ? t("chat.types") : chat && !chat.here && !chat.away ? t("chat.not_here") : ""}</p>
        {chat && chat.unanswered_since !== null && <p>{t("chat.waits")} <Timer since={chat.unanswered_since} className="num" /></p>}
      </div>
      <textarea ref={box} className="input" rows={2} value={draft.text} lang={chat?.language ?? item.queue.language} aria-label={t("chat.write")} placeholder={t("chat.write_hint")}
        onChange={(event) => {
          write(event.target.value);
          types(event.target.value !== "");
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || composing(event)) return;
          event.preventDefault();
          send();
        }}
        data-testid="chat-composer" />
      <Wrong problem={problem} />
      <div className="row chat-acts">
        <input ref={picker} type="file" hidden onChange={(event) => { attach(event.target.files?.[0]); event.target.value = ""; }} data-testid="chat-file" />
        <IconButton icon="clip" label={t("chat.attach")} isDisabled={busy} onPress={() => picker.current?.click()} />
        <Texts {...textsOf(item, "chat")} typed={shortcut} insert={insert} />
        <Button look="primary" icon="send" isDisabled={busy || !draft.text.trim()} onPress={send} data-testid="chat-send">{t("chat.send")}</Button>
      </div>
    </section>
  );
}

/** What was written behind it, if it was. */
const without = (sent: string, written: string): string => (written.startsWith(sent) ? written.slice(sent.length).trimStart() : written);

async function upload(path: string, file: File): Promise<void> {
  const headers = { "X-Trunkline": "1", "Content-Type": file.type || "application/octet-stream", "Idempotency-Key": newKey() };
  const answer = await fetch(`/api/v1${path}/files?name=${encodeURIComponent(file.name)}`, { method: "POST", headers, body: file }).catch(() => null);
  if (answer?.ok) return;
  const said = ((await answer?.json().catch(() => null)) ?? {}) as { code?: string; params?: Record<string, unknown> };
  throw new Problem(said.code ?? "network", answer?.status ?? 0, said.params);
}
