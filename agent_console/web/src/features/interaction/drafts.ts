/** What is typed beside a letter, kept for as long as this tab lives; a reload loses nothing. */
const noteKey = (interaction: string): string => `trunkline.note.${interaction}`;

/** A note that the server does not have yet; null when it has all of it. */
export const readNote = (interaction: string): string | null => sessionStorage.getItem(noteKey(interaction));

export const keepNote = (interaction: string, text: string): void => sessionStorage.setItem(noteKey(interaction), text);

/** The server has this text; what was written since stays. */
export function noteArrived(interaction: string, text: string): void {
  if (readNote(interaction) === text) sessionStorage.removeItem(noteKey(interaction));
}

/** A case that is being written and not opened yet: the end of the call must not take it away. */
export interface CaseDraft {
  subject: string;
  /** The id of its type; empty: the first one. */
  type: string;
  form: Record<string, unknown>;
}

const caseKey = (interaction: string): string => `trunkline.case.${interaction}`;

export function readCase(interaction: string): CaseDraft {
  const kept = sessionStorage.getItem(caseKey(interaction));
  return kept ? (JSON.parse(kept) as CaseDraft) : { subject: "", type: "", form: {} };
}

export function keepCase(interaction: string, draft: CaseDraft): void {
  if (draft.subject === "" && draft.type === "" && Object.keys(draft.form).length === 0) sessionStorage.removeItem(caseKey(interaction));
  else sessionStorage.setItem(caseKey(interaction), JSON.stringify(draft));
}

export const caseOpened = (interaction: string): void => sessionStorage.removeItem(caseKey(interaction));

/** 128 random bits; `randomUUID` exists only in secure contexts, this everywhere. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
