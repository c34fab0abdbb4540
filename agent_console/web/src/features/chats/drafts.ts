/** What is typed in a chat and not sent yet, kept for as long as this tab lives: a line is too short-lived to be kept by the server. */
const key = (interaction: string): string => `trunkline.draft.${interaction}`;

export interface Draft {
  text: string;
  /** The same for every try to send this text, so that a repeated try is not a second line. */
  idempotencyKey: string;
  /** The templates that it was written with. */
  texts?: string[];
}

export function readDraft(interaction: string): Draft {
  const kept = sessionStorage.getItem(key(interaction));
  return kept ? (JSON.parse(kept) as Draft) : { text: "", idempotencyKey: "" };
}

export function keepDraft(interaction: string, draft: Draft): void {
  if (draft.text === "") sessionStorage.removeItem(key(interaction));
  else sessionStorage.setItem(key(interaction), JSON.stringify(draft));
}
