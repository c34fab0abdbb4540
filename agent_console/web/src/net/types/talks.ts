/** To whom an agent can pass on what they are at. */
import type { Language, Seconds, Status, Work } from "./common";

/** `waiting`: of all media; `ready`: agents who could take something now; `closed`: for an emergency. */
export interface QueueTarget {
  id: string;
  name: string;
  language: Language;
  waiting: number;
  ready: number;
  closed: boolean;
}

/** A colleague who is signed in; `free`: they would be offered something at once; `can_be_called`: they can be asked now. */
export interface AgentTarget {
  id: string;
  name: string;
  extension: string | null;
  status: Status;
  work: Work;
  free: boolean;
  can_be_called: boolean;
}

/** `outside`: numbers outside may be called to ask somebody. */
export interface Targets {
  queues: QueueTarget[];
  agents: AgentTarget[];
  outside: boolean;
}

/** Of a talk that is recorded. `pause`: why it is not now (`stopped`: it does not go on in this talk); `since` when; `until`: it goes on by itself then. */
export interface RecordingNow {
  pause: "by_hand" | "form" | "stopped" | null;
  since: Seconds | null;
  until: Seconds | null;
}

/** `listen`: nobody hears the supervisor; `whisper`: the agent alone does; `barge`: both do. */
export type WatchMode = "listen" | "whisper" | "barge";

/** A supervisor at an agent's talk. */
export interface Watcher {
  id: string;
  name: string;
  mode: WatchMode;
  since: Seconds;
}
