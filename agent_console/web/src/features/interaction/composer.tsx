import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { useBusy } from "../../ui/busy";
import { sends } from "../../ui/ime";
import { tell } from "../../ui/toasts";
import { useDeskKey } from "../desk/shortcuts";
import { appended, putIn, typing, usePlace } from "../knowledge/typing";
import type { Filled } from "../casework/types";
import { Texts } from "../casework/texts";
import { WishLine } from "../wishes/lines";
import { keepDraft, newKey, readDraft, restAfter } from "./drafts";

/** The answer to a letter. Ctrl+Enter sends, Enter never does; the draft survives a reload. */
export function Composer({ item, sent }: { item: Item; sent: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => readDraft(item.id));
  const latest = useRef(draft); // what a text that comes later is put into: writing goes on meanwhile
  const [busy, problem, run] = useBusy();
  const box = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);
  useDeskKey("reply", () => box.current?.focus());
  const typed = /(?:^|\s)(\/[^\s/]{0,40})$/.exec(draft.text)?.[1] ?? "";
  const write = (text: string, texts: readonly string[] = latest.current.texts ?? []): void => {
    latest.current = { text, idempotencyKey: newKey(), texts: text === "" ? [] : [...new Set(texts)] };
    keepDraft(item.id, latest.current);
    setDraft(latest.current);
  };
  useEffect(() => typing(item.id, draft.text), [item.id, draft.text]);
  usePlace(item.id, (text) => write(appended(latest.current.text, text)));
  useLayoutEffect(() => {
    if (caret.current === null) return;
    box.current?.focus();
    box.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [draft.text]);
  const send = (finish: boolean): void => {
    if (!draft.text.trim()) return;
    run(async () => {
      const sending = latest.current;
      const headers = { "Idempotency-Key": sending.idempotencyKey };
      await call("POST", `/interactions/${segment(item.id)}/replies`, { text: sending.text, finish, texts: sending.texts ?? [] }, headers);
      write(restAfter(sending.text, latest.current.text), (latest.current.texts ?? []).filter((each) => !sending.texts?.includes(each)));
      tell(finish ? "letter.sent_finished" : "letter.sent_on_its_way");
      if (!finish) sent();
    });
  };
  /** The text takes the place of the shortcut that was typed, or stands where the caret is. */
  const insert = (filled: Filled, shortcut: string): void => {
    const now = latest.current;
    const next = putIn(now.text, box.current?.selectionEnd ?? now.text.length, filled.body, shortcut);
    caret.current = next.at;
    write(next.text, [...(now.texts ?? []), filled.template_id]);
  };
  const party = item.match.strength === "one" ? item.match.parties[0] : undefined;
  const idle = busy || !draft.text.trim();
  return (
    <section className="composer" aria-label={t("letter.reply")}>
      <label className="label" htmlFor={`reply-${item.id}`}>{t("letter.reply_to", { address: item.customer.name || item.customer.address })}</label>
      {party && <WishLine party={party.id} name={party.name} language={item.queue.language} version={String(item.version)} />}
      <textarea ref={box} id={`reply-${item.id}`} className="input" rows={4} value={draft.text} lang={item.queue.language} placeholder={t("letter.reply_hint")}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (!sends(event)) return;
          event.preventDefault();
          send(false);
        }}
        data-testid="composer" />
      <Texts item={item} typed={typed} insert={insert} />
      <div className="row">
        <Wrong problem={problem} />
        <span className="grow faint tiny">{draft.text && !problem ? t("letter.draft_kept") : ""}</span>
        <Button isDisabled={idle} onPress={() => send(true)} data-testid="send-finish">{t("letter.send_finish")}</Button>
        <Button look="primary" icon="send" isDisabled={idle} onPress={() => send(false)} data-testid="send">{t("letter.send")}</Button>
      </div>
    </section>
  );
}
