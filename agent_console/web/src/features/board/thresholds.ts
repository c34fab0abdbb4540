import type { QueueDoc } from "../../net/types";
import type { IconName } from "../../ui/icon";

/** How pressing a figure is; shown as colour, icon and word together. */
export type Level = "calm" | "busy" | "alarm";

export const LEVELS: Record<Level, { tone: "go" | "ring" | "stop"; icon: IconName }> = {
  calm: { tone: "go", icon: "check" },
  busy: { tone: "ring", icon: "clock" },
  alarm: { tone: "stop", icon: "warn" },
};

const ORDER: Level[] = ["calm", "busy", "alarm"];
export const worst = (levels: Level[]): Level => ORDER[Math.max(0, ...levels.map((level) => ORDER.indexOf(level)))] ?? "calm";

// Common practice: 80 % in time is the target, under 60 % or two minutes of waiting is an alarm.
const TARGET = 0.8;
const ALARM_BELOW = 0.6;
const ALARM_WAIT_S = 120;
const LETTER_BUSY_S = 4 * 3600;
const LETTER_ALARM_S = 24 * 3600;

export function waitLevel(queue: QueueDoc, now: number): Level {
  const { voice, email, chat } = queue.longest_since;
  return worst([
    level(voice === null ? 0 : now - voice, queue.answer_within_s, ALARM_WAIT_S),
    level(chat === null ? 0 : now - chat, queue.answer_within_s, ALARM_WAIT_S),
    level(email === null ? 0 : now - email, LETTER_BUSY_S, LETTER_ALARM_S),
  ]);
}

const level = (value: number, busy: number, alarm: number): Level => (value > alarm ? "alarm" : value > busy ? "busy" : "calm");

export function serviceLevel(queue: QueueDoc): Level {
  if (queue.service_level === null || queue.service_level >= TARGET) return "calm";
  return queue.service_level < ALARM_BELOW ? "alarm" : "busy";
}

/** Nobody ready is pressing only while somebody waits. */
export function staffLevel(queue: QueueDoc): Level {
  if (queue.agents_ready > 0) return "calm";
  const { voice, email, chat } = queue.waiting;
  return queue.agents_busy === 0 && voice + email + chat > 0 ? "alarm" : voice + chat > 0 ? "busy" : "calm";
}

/** Work that lasts longer than this is marked, so that a supervisor sees who may need help. */
export const LONG_S = { offered: 30, talking: 15 * 60, wrap_up: 3 * 60, chats: 30 * 60, letters: 30 * 60, idle: Infinity } as const;
