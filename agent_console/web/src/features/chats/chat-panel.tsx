import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { ChatDoc, Item } from "../../net/types";
import { useDoc, useList } from "../../store/hooks";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Banner, Pill, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { ContractLine } from "../contracts/contract-marks";
import { useDeskKey } from "../desk/shortcuts";
import { CaseStatusChoice } from "../interaction/case-box";
import { newKey } from "../interaction/drafts";
import { NoteField } from "../interaction/note-field";
import { Transfer } from "../interaction/transfer";
import { WhoIsIt } from "../interaction/who-is-it";
import { given } from "../knowledge/typing";
import { Promises } from "../sla/sla-mark";
import { ChatComposer } from "./chat-composer";
import { ChatLog } from "./chat-log";

/** A chat that one is at: what was said, what one says, and how it ends. */
export function ChatPanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const chat = useDoc("chats", item.id);
  const [busy, problem, run] = useBusy();
  const [mails, setMails] = useState(false);
  const end = (): void => run(() => call("POST", `/interactions/${segment(item.id)}/finish`));
  useDeskKey("finish", end);
  useSeen(item.id, chat);
  useWords(item);
  return (
    <div className="letters chat-panel" data-testid="chat-panel">
      <section className="letters-head">
        <div className="letters-subject">
          <h2 className="subject" dir="auto" title={item.subject}>{item.subject}</h2>
          <p className="tiny faint chat-facts">{item.case && <span className="num">{item.case.number}</span>}{chat?.address && <Pill tone="ring" icon="warn">{t("chat.unverified")}</Pill>}</p>
        </div>
        <div className="letters-acts">
          <CaseStatusChoice item={item} />
          <Transfer item={item} />
          <Button small icon="check" isDisabled={busy} onPress={end} data-testid="finish">{t("chat.end")}</Button>
        </div>
      </section>
      <Wrong problem={problem} />
      {item.match.strength === "one" ? null : <WhoIsIt item={item} folded />}
      <ContractLine item={item} />
      <Promises item={item} />
      <ChatLog chat={item.id} />
      {chat?.away && <Left chat={chat} open={() => setMails(true)} mails={mails} />}
      {chat?.away && mails ? <ByMail item={item} close={() => setMails(false)} /> : <ChatComposer item={item} chat={chat} />}
      <details className="chat-note"><summary>{t("chat.note")}</summary><NoteField item={item} /></details>
    </div>
  );
}

/** What is on the screen of somebody who looks is read. */
function useSeen(id: string, chat: ChatDoc | undefined): void {
  const unread = chat?.unread ?? 0;
  const lines = useList("chat_lines");
  const last = Math.max(0, ...lines.filter((line) => line.chat === id).map((line) => line.seq));
  useEffect(() => {
    if (unread === 0) return;
    const look = (): void => {
      if (document.visibilityState === "visible") call("POST", `/interactions/${segment(id)}/chat/read`, { seq: last }).catch(() => undefined);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [id, last, unread]);
}

/** What the visitor wrote is what suggestions are sought for. */
function useWords(item: Item): void {
  const lines = useList("chat_lines");
  const words = lines.filter((line) => line.chat === item.id && line.author === "visitor").sort((a, b) => a.seq - b.seq).slice(-3).map((line) => line.text).join("\n");
  useEffect(() => given(item.id, words), [item.id, words]);
}

function Left({ chat, open, mails }: { chat: ChatDoc; open: () => void; mails: boolean }) {
  const { t } = useTranslation();
  return (
    <Banner tone="ring" icon="unlink">
      <span className="grow">{t(chat.address ? "chat.left_address" : "chat.left", { address: chat.address })}</span>
      {chat.address && !mails && <Button small icon="mail" onPress={open} data-testid="chat-by-mail">{t("chat.by_mail")}</Button>}
    </Banner>
  );
}

function ByMail({ item, close }: { item: Item; close: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [key] = useState(newKey);
  const [busy, problem, run] = useBusy();
  const send = (): void => run(async () => {
    await call("POST", `/interactions/${segment(item.id)}/chat/mail`, { text }, { "Idempotency-Key": key });
    tell("chat.mailed");
  });
  return (
    <section className="composer" aria-label={t("chat.by_mail")}>
      <label className="label" htmlFor={`mail-${item.id}`}>{t("chat.mail_to", { address: item.customer.address })}</label>
      <textarea id={`mail-${item.id}`} className="input" rows={4} autoFocus value={text} lang={item.queue.language} onChange={(event) => setText(event.target.value)} data-testid="chat-mail-text" />
      <div className="row">
        <span className="grow"><Wrong problem={problem} /></span>
        <Button look="quiet" isDisabled={busy} onPress={close}>{t("chat.cancel")}</Button>
        <Button look="primary" icon="mail" isDisabled={busy || !text.trim()} onPress={send} data-testid="chat-mail-send">{t("chat.mail_send")}</Button>
      </div>
    </section>
  );
}
