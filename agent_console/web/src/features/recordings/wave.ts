import type { Peaks } from "../../net/types";

export const WIDTH = 400;
export const HALF = 28;

/** Quiet words are seen too: half as loud is not half as high. */
const height = (peak: number): number => Math.max(0.5, Math.sqrt(Math.min(100, Math.max(0, peak)) / 100) * HALF);

/** The outline of one side, as bars of a path: the customer's above the middle, the agent's below. */
export function bars(peaks: readonly number[], up: boolean): string {
  const step = WIDTH / Math.max(1, peaks.length);
  return peaks.map((peak, place) => `M${(place * step + step / 2).toFixed(1)} ${HALF}v${(up ? -height(peak) : height(peak)).toFixed(1)}`).join("");
}

/** Who talked, in percent of the time: louder than a breath. */
export function talked(peaks: Peaks): { customer: number; agent: number } {
  const share = (side: readonly number[]): number => (side.length === 0 ? 0 : Math.round((side.filter((peak) => peak > 4).length / side.length) * 100));
  return { customer: share(peaks.customer), agent: share(peaks.agent) };
}

/** Where a key leads on a slider of so many seconds; null: nowhere. */
export function moved(key: string, at: number, length: number): number | null {
  const step: Record<string, number> = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 30, PageDown: -30 };
  const to = key === "Home" ? 0 : key === "End" ? length : key in step ? at + (step[key] ?? 0) : null;
  return to === null ? null : Math.min(length, Math.max(0, to));
}
