import type { Collection, Collections } from "./types";

/** What the server says on the socket (docs/contracts.md section 6). */
export type Docs = { [C in Collection]?: Record<string, Collections[C]> };

export interface SnapshotFrame {
  type: "snapshot";
  stream: string;
  seq: number;
  now: number;
  build: string;
  docs: Docs;
}
export interface ResumedFrame {
  type: "resumed";
  stream: string;
  seq: number;
  now: number;
}
export interface DeltaFrame {
  type: "delta";
  seq: number;
  now: number;
  set: [Collection, string, unknown][];
  drop: [Collection, string][];
}
export interface BeatFrame {
  type: "beat";
  seq: number;
  now: number;
}
/** Something of the case whose page is open changed. */
export interface NewsFrame {
  type: "news";
  case: string;
  now: number;
}
export type Frame = SnapshotFrame | ResumedFrame | DeltaFrame | BeatFrame | NewsFrame;

export interface Position {
  stream: string;
  seq: number;
}

/** What a frame asks of the client: apply it, ignore it, or reconnect because something is missing. */
export type Verdict = "apply" | "ignore" | "resync";

/** Judge one frame against the position reached so far; pure, so that a test can hold the rule. */
export function judge(position: Position | null, frame: Frame): Verdict {
  switch (frame.type) {
    case "snapshot":
      return "apply";
    case "resumed":
      return position?.stream === frame.stream ? "apply" : "resync";
    case "delta":
      if (position === null || frame.seq > position.seq + 1) return "resync";
      return frame.seq === position.seq + 1 ? "apply" : "ignore";
    case "news":
      return "ignore";
    case "beat":
      return position !== null && frame.seq > position.seq ? "resync" : "ignore";
  }
}

/** The position after an applied frame. */
export function advance(position: Position | null, frame: Frame): Position | null {
  if (frame.type === "snapshot") return { stream: frame.stream, seq: frame.seq };
  if (frame.type === "delta" && position) return { stream: position.stream, seq: frame.seq };
  return position;
}
