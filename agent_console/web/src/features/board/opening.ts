/** Whether a queue takes anybody in (pure). */
import type { QueueDoc } from "../../net/types";

export type Door = { open: true } | { open: false; emergency: boolean; opensAt: number | null };

/** The door at this moment; `opensAt` null: nobody knows when. */
export function door(queue: Pick<QueueDoc, "closed" | "opening">, now: number): Door {
  if (queue.closed) return { open: false, emergency: true, opensAt: null };
  if (queue.opening === null || queue.opening.some(([from, until]) => from <= now && now < until)) return { open: true };
  return { open: false, emergency: false, opensAt: queue.opening.find(([from]) => from > now)?.[0] ?? null };
}
