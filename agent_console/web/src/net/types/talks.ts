/** To whom an agent can pass on what they are at. */
import type { Language, Status, Work } from "./common";

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
