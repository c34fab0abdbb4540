/** Supervisors at agents' talks: who can be heard, and where somebody is (pure); and which phone they want to hear it on. */
import type { AgentDoc, AgentItem, Watcher, WatchMode } from "../../net/types";
import type { IconName } from "../../ui/icon";

export const MODES: readonly WatchMode[] = ["listen", "whisper", "barge"];
export const MODE_ICONS: Record<WatchMode, IconName> = { listen: "ear", whisper: "mouth", barge: "horn" };

/** At which talk somebody wants to be, and how; `over`: to have the customer alone as soon as they are there. */
export interface Wish {
  interaction: string;
  agent: string;
  name: string;
  customer: string;
  mode: WatchMode;
  over: boolean;
}

/** Where a supervisor is. */
export interface Place {
  agent: AgentDoc;
  item: AgentItem;
  watcher: Watcher;
}

/** The talk of an agent; null while nobody is on the line with them. */
export function talkOf(agent: AgentDoc): AgentItem | null {
  return agent.work === "talking" && agent.item?.medium === "voice" && !agent.item.callback ? agent.item : null;
}

export function placeOf(agents: readonly AgentDoc[], me: string): Place | null {
  for (const agent of agents) {
    const watcher = agent.item?.watchers.find(({ id }) => id === me);
    if (agent.item && watcher) return { agent, item: agent.item, watcher };
  }
  return null;
}

export const wish = (agent: AgentDoc, item: AgentItem, mode: WatchMode, over = false): Wish => ({ interaction: item.id, agent: agent.id, name: agent.name, customer: item.customer, mode, over });

/** This browser, or a telephone that is registered at their extension. */
export type Hears = "browser" | "desk";

const key = (user: string): string => `trunkline.watch.${user}`;

export function readHears(user: string): Hears | null {
  const known = localStorage.getItem(key(user));
  return known === "browser" || known === "desk" ? known : null;
}

export const keepHears = (user: string, by: Hears): void => localStorage.setItem(key(user), by);
