import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { Icon } from "../../ui/icon";
import { complain } from "../../ui/toasts";
import { useShortcut } from "../desk/shortcuts";

const SAVE_AFTER_MS = 700;
type Saved = "clean" | "dirty" | "saved" | "failed";

/** The note of the interaction. It saves itself; what is being written is never overwritten from outside. */
export function useNote(item: Item) {
  const [text, setText] = useState(item.note);
  const [saved, setSaved] = useState<Saved>("clean");
  const latest = useRef({ text, sent: item.note });
  latest.current.text = text;
  useEffect(() => {
    if (latest.current.text !== latest.current.sent) return;
    latest.current.sent = item.note;
    setText(item.note);
  }, [item.note]);
  const save = useRef(async (): Promise<void> => undefined);
  save.current = async () => {
    const now = latest.current.text;
    if (now === latest.current.sent) return;
    try {
      await call("PUT", `/interactions/${segment(item.id)}/note`, { text: now });
      latest.current.sent = now;
      setSaved(latest.current.text === now ? "saved" : "dirty");
    } catch (error) {
      setSaved("failed");
      complain(error);
    }
  };
  useEffect(() => {
    if (text === latest.current.sent) return;
    setSaved("dirty");
    const timer = setTimeout(() => void save.current(), SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => () => void save.current(), []);
  /** Another request carries this text: it need not be saved again. False: that request failed after all. */
  const carried = (done: boolean): void => {
    latest.current.sent = done ? text : "";
  };
  return { text, setText, saved, carried };
}

export function NoteField({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { text, setText, saved } = useNote(item);
  const box = useRef<HTMLTextAreaElement>(null);
  useShortcut("note", () => box.current?.focus());
  return (
    <section className="note block">
      <div className="row">
        <label className="label grow" htmlFor={`note-${item.id}`}>{t("note.label")}</label>
        <NoteState saved={saved} />
      </div>
      <textarea ref={box} id={`note-${item.id}`} className="input" rows={4} value={text} placeholder={t("note.hint")} data-testid="note" onChange={(event) => setText(event.target.value)} />
    </section>
  );
}

export function NoteState({ saved }: { saved: Saved }) {
  const { t } = useTranslation();
  if (saved === "clean") return null;
  return (
    <span className="tiny faint row" role="status">
      {saved === "saved" && <Icon name="check" size={14} />}
      {t(`note.${saved}`)}
    </span>
  );
}
