/** Words of a letter, plain and with looks (pure), and addresses as people type them. */

const ADDRESS = /^[^\s<>()[\]:;,\\"@]{1,64}@[^\s<>()[\]:;,\\"@]{1,255}$/;

export const isAddress = (text: string): boolean => ADDRESS.test(text);

/** What was typed or pasted, taken apart at commas, semicolons and line breaks; a name before `<…>` is left out. */
export function addressesIn(text: string): string[] {
  return text.split(/[,;\n，；、]+/).map((each) => (/<([^<>]+)>/.exec(each)?.[1] ?? each).trim()).filter(Boolean);
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Plain words as the editor shows them: a paragraph where a line is empty. */
export function toHtml(text: string): string {
  return text.split(/\n{2,}/).map((part) => `<p>${escaped(part).replaceAll("\n", "<br>") || "<br>"}</p>`).join("");
}

/** A picture of a draft: in the letter it is `cid:<id>`, in the editor the file's address. */
const fileAddress = (draft: string, file: string): string => `/api/v1/drafts/${draft}/files/${file}`;
const CID = /src="cid:([0-9a-f-]{36})"/g;
const SHOWN = /src="\/api\/v1\/drafts\/[0-9a-f-]{36}\/files\/([0-9a-f-]{36})"/g;

export const shownIn = (draft: string, html: string): string => html.replace(CID, (_, file: string) => `src="${fileAddress(draft, file)}"`);

export const keptFrom = (html: string): string => html.replace(SHOWN, 'src="cid:$1"');

export const pictureHtml = (draft: string, file: string, name: string): string => `<img src="${fileAddress(draft, file)}" alt="${escaped(name).replaceAll('"', "&quot;")}">`;

/** Whether somebody has written anything: an empty editor holds a line break. */
export const isBlank = (html: string): boolean => !/<img\b/.test(html) && html.replace(/<[^>]*>|&nbsp;/g, "").trim() === "";

/** A link as it is typed: without a scheme it is the web's. Null for what is none. */
export function linkOf(typed: string): string | null {
  const text = typed.trim();
  if (/^(https?:\/\/|mailto:|tel:)\S+$/i.test(text)) return text;
  if (isAddress(text)) return `mailto:${text}`;
  return /^[^\s/]+\.[^\s]{2,}$/.test(text) ? `https://${text}` : null;
}
