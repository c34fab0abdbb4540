/** What is written in an article's text and not saved yet (pure). */
import type { TextDoc } from "./documents";

export interface Words {
  title: string;
  summary: string;
  body: string;
  note: string;
}

export interface TextDraft {
  words: Words;
  /** The text that it was begun on: saving says so, that nobody who was quicker is overwritten unseen. */
  base: TextDoc | null;
}

export const wordsOf = (text: TextDoc | null): Words => ({ title: text?.title ?? "", summary: text?.summary ?? "", body: text?.body ?? "", note: "" });

const alike = (one: Words, two: Words): boolean => one.title === two.title && one.summary === two.summary && one.body === two.body;

/** The draft with a part of it written anew; null once it says what the text says anyway. */
export function drafted(draft: TextDraft | null, text: TextDoc | null, part: Partial<Words>): TextDraft | null {
  const base = draft ? draft.base : text;
  const words = { ...(draft?.words ?? wordsOf(text)), ...part };
  return alike(words, wordsOf(base)) ? null : { words, base };
}

/** What is left of a draft once `sent` is saved as `saved`: what was written meanwhile. */
export function leftOf(draft: TextDraft | null, sent: TextDraft, saved: TextDoc | null): TextDraft | null {
  if (!draft || alike(draft.words, sent.words)) return null;
  const note = draft.words.note === sent.words.note ? "" : draft.words.note;
  return { words: { ...draft.words, note }, base: saved };
}
