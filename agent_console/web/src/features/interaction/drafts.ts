/** Drafts of answers, kept per interaction for as long as this tab lives; a reload loses nothing. */
const key = (interaction: string): string => `trunkline.draft.${interaction}`;

export interface Draft {
  text: string;
  /** The same for every try to send this text, so that a repeated try is not a second letter. */
  idempotencyKey: string;
}

export function readDraft(interaction: string): Draft {
  const kept = sessionStorage.getItem(key(interaction));
  return kept ? (JSON.parse(kept) as Draft) : { text: "", idempotencyKey: "" };
}

export function keepDraft(interaction: string, draft: Draft): void {
  if (draft.text === "") sessionStorage.removeItem(key(interaction));
  else sessionStorage.setItem(key(interaction), JSON.stringify(draft));
}

/** 128 random bits; `randomUUID` exists only in secure contexts, this everywhere. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
