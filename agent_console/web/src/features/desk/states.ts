import type { Me, Status, Work } from "../../net/types";
import type { IconName } from "../../ui/icon";
import type { Tone } from "../../ui/panes";

/** How one agent's state is shown: the work first, because it is what happens; the status otherwise. */
export interface Shown {
  key: string;
  tone: Tone;
  icon: IconName;
  since: number;
}

export const PAUSES = ["break", "lunch", "meeting", "training", "other"] as const;
export type Pause = (typeof PAUSES)[number];
export const PAUSE_ICONS: Record<Pause, IconName> = { break: "coffee", lunch: "clock", meeting: "users", training: "note", other: "pause" };

/** Pauses that the system chose: the agent did nothing wrong or missed something, and one click leads back. */
export const SYSTEM_PAUSES = ["shift_start", "no_answer", "declined", "phone_failed", "console_lost"] as const;

const WORK: Record<Exclude<Work, "idle">, { tone: Tone; icon: IconName }> = {
  offered: { tone: "ring", icon: "bell" },
  talking: { tone: "talk", icon: "phone" },
  wrap_up: { tone: "rest", icon: "pen" },
  chats: { tone: "accent", icon: "chat" },
  letters: { tone: "accent", icon: "mail" },
};
const STATUS: Record<Status, { tone: Tone; icon: IconName }> = {
  ready: { tone: "go", icon: "check" },
  paused: { tone: "mute", icon: "pause" },
  signed_out: { tone: "mute", icon: "off" },
};

type Doing = Pick<Me, "status" | "reason" | "since" | "work" | "work_since">;

export function shown(doing: Doing): Shown {
  if (doing.work !== "idle") return { ...WORK[doing.work], key: `state.${doing.work}`, since: doing.work_since };
  return statusShown(doing);
}

export function statusShown(doing: Doing): Shown {
  const known = [...PAUSES, ...SYSTEM_PAUSES] as readonly string[];
  const reason = known.includes(doing.reason) ? doing.reason : "other";
  const key = doing.status === "paused" ? `pause.${reason}` : `state.${doing.status}`;
  const alarming = doing.status === "paused" && ["no_answer", "phone_failed", "console_lost"].includes(doing.reason);
  return { ...STATUS[doing.status], ...(alarming ? { tone: "ring", icon: "warn" } : {}), key, since: doing.since };
}
