import type { IconName } from "../../ui/icon";
import type { Tone } from "../../ui/panes";

export type FaxState = "received" | "failed" | "waiting" | "sending" | "sent" | "unknown" | "cancelled";

export interface Fax {
  id: string;
  direction: "in" | "out";
  state: FaxState;
  code: string;
  mark: string;
  interaction_id: string | null;
  case_id: string | null;
  queue: string | null;
  author: string | null;
  number: string;
  our_number: string;
  station: string;
  subject: string;
  words: string;
  pages: number;
  /** Pages of which there is a picture. */
  shown: number;
  confirmed: number;
  resolution: string;
  at: number;
  due_at: number | null;
  tried_at: number | null;
  attempts: number;
  has_pdf: boolean;
  has_tiff: boolean;
}

export interface Faxes {
  items: Fax[];
  numbers: string[];
  name: string;
  tries: number;
}

export const LOOKS: Record<FaxState, { tone: Tone; icon: IconName }> = {
  received: { tone: "go", icon: "check" },
  failed: { tone: "stop", icon: "warn" },
  waiting: { tone: "mute", icon: "clock" },
  sending: { tone: "talk", icon: "send" },
  sent: { tone: "go", icon: "check" },
  unknown: { tone: "ring", icon: "question" },
  cancelled: { tone: "mute", icon: "cross" },
};

/** It may look different in a moment, and nobody presses anything for it. */
export const isMoving = ({ state }: Fax): boolean => state === "waiting" || state === "sending";

/** What may be done with it by hand. */
export function acts({ direction, state }: Fax): { again: boolean; cancel: boolean } {
  if (direction === "in") return { again: false, cancel: false };
  return { again: state === "failed" || state === "unknown" || state === "cancelled" || state === "waiting", cancel: state === "waiting" };
}

/** The code of a reason as the catalogue names it: `outside.night` has its words with the guard's. */
export const reason = (code: string): string => code.replace(".", "_");

export const ZOOMS = [40, 60, 80, 100, 150, 200] as const;

/** The next step of the zoom; at either end it stays. */
export function zoomed(now: number, by: 1 | -1): number {
  const steps: readonly number[] = ZOOMS;
  const place = steps.indexOf(now);
  return steps[Math.min(steps.length - 1, Math.max(0, place + by))] ?? now;
}

export async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}
