/** What the widget knows of a chat, without a socket and without a page: frames in, lines and state out. */
export interface Line {
  seq: number;
  by: "visitor" | "agent" | "system";
  at: number;
  text: string;
  id?: string;
  name?: string;
  code?: string;
  params?: Record<string, string>;
  file?: { id: string; name: string; type: string; size: number };
}

export interface State {
  phase: "waiting" | "talking" | "ended";
  ended_by: string | null;
  agent: string | null;
  position: number | null;
  wait_s: number | null;
  typing: boolean;
  read: number;
  address: string;
  was_answered: boolean;
}

export interface Pending {
  id: string;
  text: string;
  /** Why it was not taken. */
  problem?: string;
}

export type Frame =
  | { type: "news"; now: number; after: number; lines: Line[]; state?: State }
  | { type: "refused"; id: string; code: string }
  | { type: "beat"; now: number };

const GONE_FOR_GOOD = new Set(["chat.ended", "chat.full", "chat.too_long", "chat.empty"]);

export class Talk {
  lines: Line[] = [];
  state: State | null = null;
  pending: Pending[] = [];

  get seen(): number {
    return this.lines.length;
  }

  /** False: lines are missing before these, so that one has to come back with what one has seen. */
  take(frame: Frame): boolean {
    if (frame.type === "refused") {
      this.pending = this.pending.map((each) => (each.id === frame.id && GONE_FOR_GOOD.has(frame.code) ? { ...each, problem: frame.code } : each));
      return true;
    }
    if (frame.type !== "news") return true;
    if (frame.after > this.seen) return false;
    for (const line of frame.lines) if (line.seq === this.seen + 1) this.lines.push(line);
    if (frame.state) this.state = frame.state;
    const kept = new Set(this.lines.map((line) => line.id));
    this.pending = this.pending.filter((each) => !kept.has(each.id));
    return true;
  }

  /** What has to be sent (again): the server knows each by its id. */
  get unsent(): Pending[] {
    return this.pending.filter((each) => !each.problem);
  }
}
