/** What is typed in a chat, a text message or on a cover page and not sent yet, kept for as long as this tab lives; letters are kept by the server. */
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

/** What is left to write after `sent` is on its way: typing goes on while it is being sent. */
export function restAfter(sent: string, text: string): string {
  return text.startsWith(sent) ? text.slice(sent.length).trimStart() : text;
}
