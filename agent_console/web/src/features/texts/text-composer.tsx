import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon } from "../../ui/icon";
import { sends } from "../../ui/ime";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Texts, textsOf } from "../casework/texts";
import type { Filled } from "../casework/types";
import { useDeskKey } from "../desk/shortcuts";
import { newKey } from "../interaction/drafts";
import { keepDraft, readDraft, restAfter } from "../interaction/typed";
import { appended, putIn, typing, usePlace } from "../knowledge/typing";
import { count } from "./count";
import { Counter } from "./counter";

interface State {
  sender: string | null;
  number: string;
  usable: boolean;
  stopped: boolean;
  most_parts: number;
}

/** The answer to a text message: what it takes is counted as one writes. Ctrl+Enter sends; the draft survives a reload. */
export function TextComposer({ item, sent }: { item: Item; sent: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => readDraft(item.id));
  const latest = useRef(draft);
  const box = useRef<HTMLTextAreaElement>(null);
  const [busy, problem, run] = useBusy();
  const address = `/interactions/${segment(item.id)}/text-message`;
  const { data } = useResource(address, () => call<State>("GET", address), `${item.version}/${item.letters}/${problem?.code ?? ""}`);
  useDeskKey("reply", () => box.current?.focus());
  const write = (text: string, texts: readonly string[] = latest.current.texts ?? []): void => {
    latest.current = { text, idempotencyKey: newKey(), texts: text === "" ? [] : [...new Set(texts)] };
    keepDraft(item.id, latest.current);
    setDraft(latest.current);
  };
  useEffect(() => typing(item.id, draft.text), [item.id, draft.text]);
  usePlace(item.id, (text) => write(appended(latest.current.text, text)));
  const insert = (filled: Filled, shortcut: string): void => {
    const now = latest.current;
    const next = putIn(now.text, box.current?.selectionEnd ?? now.text.length, filled.body, shortcut);
    write(next.text, [...(now.texts ?? []), filled.template_id]);
    box.current?.focus();
  };
  const most = data?.most_parts ?? 10;
  const blocked = data !== null && (data.stopped || !data.usable || data.sender === null);
  const idle = busy || blocked || !draft.text.trim() || count(draft.text.trim()).parts > most;
  const send = (finish: boolean): void => {
    if (idle) return;
    run(async () => {
      const sending = latest.current;
      await call("POST", address, { text: sending.text, finish, texts: sending.texts ?? [] }, { "Idempotency-Key": sending.idempotencyKey });
      write(restAfter(sending.text, latest.current.text), []);
      tell(finish ? "texts.sent_finished" : "texts.on_its_way");
      if (!finish) sent();
    });
  };
  const typed = /(?:^|\s)(\/[^\s/]{0,40})$/.exec(draft.text)?.[1] ?? "";
  return (
    <section className="composer" aria-label={t("texts.answer")}>
      <label className="label" htmlFor={`text-${item.id}`}>{t("letter.reply_to", { address: item.customer.name || phoneNumber(item.customer.address) })}</label>
      {data?.stopped && <Blocked words={t("texts.stopped")} />}
      {data && !data.stopped && !data.usable && <Blocked words={t("texts.unusable", { number: data.number })} />}
      {data && data.sender === null && <Blocked words={t("texts.no_number")} />}
      <textarea ref={box} id={`text-${item.id}`} className="input" rows={3} value={draft.text} lang={item.queue.language} placeholder={t("texts.hint")}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (!sends(event)) return;
          event.preventDefault();
          send(false);
        }}
        data-testid="text-composer" />
      <Texts {...textsOf(item, "sms")} typed={typed} insert={insert} />
      <Wrong problem={problem} />
      <div className="row">
        <span className="grow row wrap text-facts"><Counter text={draft.text} most={most} />{data?.sender && <span className="tiny faint">{t("texts.from", { number: phoneNumber(data.sender) })}</span>}</span>
        <Button isDisabled={idle} onPress={() => send(true)} data-testid="text-send-finish">{t("letter.send_finish")}</Button>
        <Button look="primary" icon="send" isDisabled={idle} onPress={() => send(false)} data-testid="text-send">{t("letter.send")}</Button>
      </div>
    </section>
  );
}

function Blocked({ words }: { words: string }) {
  return <p className="text-blocked" role="alert" data-testid="text-blocked"><Icon name="off" size={16} />{words}</p>;
}
