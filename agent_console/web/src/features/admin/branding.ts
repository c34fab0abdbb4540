/** The organisation's looks as the API has them. */
import { Problem } from "../../net/api";

export interface Shades {
  accent: string;
  strong: string;
  soft: string;
  on: string;
}

export type Themes = Record<"light" | "dark", Shades>;

/** What is written on the page. */
export interface Draft {
  name: string;
  address: string;
  phone: string;
  accent: string | null;
  accent_dark: string | null;
}

export interface BrandingDoc extends Draft {
  /** What counts without a name. */
  settings_name: string;
  logo: string | null;
  shades: Themes | null;
}

export const written = ({ name, address, phone, accent, accent_dark }: BrandingDoc): Draft => ({ name, address, phone, accent, accent_dark });

export const isColour = (text: string | null): text is string => text !== null && /^#[0-9a-f]{6}$/i.test(text);

/** A logo's bytes are the body itself. */
export async function sendLogo(file: File): Promise<BrandingDoc> {
  let answer: Response;
  try {
    answer = await fetch("/api/v1/branding/logo", { method: "PUT", headers: { "X-Trunkline": "1", "Content-Type": file.type || "application/octet-stream" }, body: file, credentials: "same-origin" });
  } catch {
    throw new Problem("network.lost", 0);
  }
  if (answer.ok) return (await answer.json()) as BrandingDoc;
  const told = (await answer.json().catch(() => ({}))) as { code?: string; params?: Record<string, unknown> };
  throw new Problem(told.code ?? `http.${answer.status}`, answer.status, told.params);
}
