/** The planner's figures as typed, and what is asked with them (pure). */
export interface Figures {
  perHour: string;
  handling: string;
  patience: string;
  /** In percent. */
  share: string;
  within: string;
  /** In percent. */
  occupancy: string;
}

export interface PlanRow {
  agents: number;
  waits: number;
  service_level: number;
  abandoned: number;
  asa_s: number | null;
  occupancy: number;
}

export interface Plan {
  erlangs: number;
  least: number;
  rows: PlanRow[];
}

export interface UsualWork {
  queue_id: string;
  name: string;
  handling_s: number;
  patience_s: number | null;
}

export const START: Figures = { perHour: "120", handling: "240", patience: "", share: "80", within: "20", occupancy: "90" };

const figure = (text: string): number => Number(text.trim().replace(",", "."));

/** The query; null where something is missing or no number within its limits. */
export function asked({ perHour, handling, patience, share, within, occupancy }: Figures): string | null {
  const limits: [string, string, number, number, number][] = [
    ["per_hour", perHour, 1, 0, 1_000_000],
    ["handling_s", handling, 1, 1, 86_400],
    ["within_s", within, 1, 0, 86_400],
    ["service_level", share, 100, 0, 0.999],
    ["occupancy", occupancy, 100, 0.1, 1],
  ];
  if (patience.trim()) limits.push(["patience_s", patience, 1, 1, 86_400]);
  const query = new URLSearchParams();
  for (const [name, text, by, least, most] of limits) {
    const value = figure(text) / by;
    if (!text.trim() || !Number.isFinite(value) || value < least || value > most) return null;
    query.set(name, String(value));
  }
  return query.toString();
}
