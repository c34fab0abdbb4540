import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { useLink } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import { complain } from "../../ui/toasts";
import { useDeskKey } from "../desk/shortcuts";
import { appended, typing, usePlace } from "../knowledge/typing";
import { keepNote, noteArrived, readNote } from "./drafts";
import { useWriting } from "./writing";

const SAVE_AFTER_MS = 700;
type Saved = "clean" | "dirty" | "saved" | "failed";

const bringing = new Map<string, () => Promise<boolean>>();

/** Have the server get what it lacks of an interaction's note; whether it has all of it then. */
export const bringNote = (interaction: string): Promise<boolean> => bringing.get(interaction)?.() ?? Promise.resolve(true);

/** A note's field: writing goes on in the next one of the same interaction. */
function useField(interaction: string) {
  const box = useWriting<HTMLTextAreaElement>(interaction, "note");
  useDeskKey("note", () => box.current?.focus());
  return box;
}

/**
 * The note of the interaction. It saves itself, one save at a time; what is being written is never overwritten from
 * outside, and this tab keeps it until the server has it: over a reload, and over a server that is away.
 */
export function useNote(item: Item) {
  const [text, setText] = useState(() => readNote(item.id) ?? item.note);
  const [saved, setSaved] = useState<Saved>("clean");
  const link = useLink();
  const box = useField(item.id);
  const latest = useRef({ text, sent: item.note, saving: null as Promise<void> | null });
  latest.current.text = text;
  const write = (next: string): void => {
    keepNote(item.id, next);
    setText(next);
  };
  useEffect(() => {
    if (latest.current.text !== latest.current.sent) return;
    latest.current.sent = item.note;
    setText(item.note);
  }, [item.note]);
  const save = useRef(async (): Promise<void> => undefined);
  save.current = async () => {
    const now = latest.current.text;
    if (now === latest.current.sent || latest.current.saving) return;
    latest.current.saving = call<void>("PUT", `/interactions/${segment(item.id)}/note`, { text: now });
    try {
      await latest.current.saving;
      latest.current.sent = now;
      noteArrived(item.id, now);
      setSaved(latest.current.text === now ? "saved" : "dirty");
    } catch (error) {
      setSaved("failed");
      complain(error);
      return;
    } finally {
      latest.current.saving = null;
    }
    await save.current();
  };
  useEffect(() => {
    if (link === "live") void save.current(); // what could not be saved while the server was away
  }, [link]);
  useEffect(() => {
    if (text === latest.current.sent) return;
    setSaved("dirty");
    const timer = setTimeout(() => void save.current(), SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => () => void save.current(), []);
  useEffect(() => {
    const bring = async (): Promise<boolean> => {
      await save.current();
      while (latest.current.saving) await latest.current.saving.catch(() => undefined); // what was on its way already
      return latest.current.text === latest.current.sent;
    };
    bringing.set(item.id, bring);
    return () => {
      if (bringing.get(item.id) === bring) bringing.delete(item.id);
    };
  }, [item.id]);
  /** Another request carries this text: it need not be saved again. False: that request failed after all. */
  const carried = (done: boolean): void => {
    latest.current.sent = done ? text : "";
  };
  return { text, write, saved, carried, box };
}

export function NoteField({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { text, write, saved, box } = useNote(item);
  useEffect(() => typing(item.id, text), [item.id, text]);
  usePlace(item.id, (more) => write(appended(text, more)));
  return (
    <section className="note block">
      <div className="row">
        <label className="label grow" htmlFor={`note-${item.id}`}>{t("note.label")}</label>
        <NoteState saved={saved} />
      </div>
      <textarea ref={box} id={`note-${item.id}`} className="input" rows={4} value={text} placeholder={t("note.hint")} data-testid="note" onChange={(event) => write(event.target.value)} />
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
