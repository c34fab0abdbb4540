import type { PhoneCredential } from "../net/types";
import { Ownership } from "./ownership";
import type { Line, LineEvents } from "./sip";
import { Tone } from "./tone";

/**
 * off: no phone wanted (letters only, or not started); elsewhere: another tab owns it; starting: registering;
 * registered: can ring; offline: lost its connection and retries; failed: see `problem`.
 */
export type PhoneStage = "off" | "elsewhere" | "starting" | "registered" | "offline" | "failed";

/** Codes of what is wrong, translated under `phone.problem`. */
export type PhoneProblem = "insecure" | "mic_denied" | "mic_missing" | "mic_busy" | "rejected" | "unreachable";

export interface PhoneCall {
  /** The interaction it belongs to; null for a call that came past the server (fallback queue). */
  interaction: string | null;
  offer: string | null;
  /** A colleague asks about the interaction: it is theirs still. */
  consult: boolean;
  /** A supervisor's, who asked to be at an agent's talk. */
  watch: boolean;
  from: string;
  state: "ringing" | "answering" | "talking";
  muted: boolean;
  /** When it rang and when it was answered, in ms of this browser's clock. */
  rangAt: number;
  answeredAt: number | null;
}

export interface PhoneState {
  stage: PhoneStage;
  problem: PhoneProblem | null;
  call: PhoneCall | null;
  /** The browser still waits for a click before it lets us ring. */
  silent: boolean;
}

const ANNOUNCED_MS = 500;
const OFF: PhoneState = { stage: "off", problem: null, call: null, silent: false };

/** The agent's or the supervisor's phone in this tab: registers, answers, mutes, sends digits, hangs up; nothing else. */
export class Phone {
  state: PhoneState = OFF;
  #line: Line | null = null;
  #tone = new Tone();
  #ownership = new Ownership();
  #listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Call from a click: unlocks sound. */
  async unlock(): Promise<void> {
    await this.#tone.unlock();
    this.#set({ silent: !this.#tone.unlocked });
  }

  /** Become the tab that rings. False when another tab is it (state `elsewhere`). */
  async claim(take: boolean): Promise<boolean> {
    const ours = await this.#ownership.claim(take, () => this.#handOver());
    this.#set(ours ? { stage: "starting", problem: null } : { stage: "elsewhere", problem: null });
    return ours;
  }

  /** Wait for the tab that owns the phone to close, and own it then. A tab that only reloads has `graceMs` to return. */
  async inherit(signal: AbortSignal, graceMs: number): Promise<void> {
    do {
      await this.#ownership.vacant(signal);
      await new Promise((resolve) => setTimeout(resolve, graceMs));
      signal.throwIfAborted();
    } while (!(await this.claim(false)));
  }

  /** Ask for the microphone, then register. Every failure becomes `problem`; nothing is thrown. */
  async start(credential: PhoneCredential): Promise<void> {
    this.#set({ stage: "starting", problem: null, silent: !this.#tone.unlocked });
    const problem = await microphoneProblem();
    if (problem) return this.#set({ stage: "failed", problem });
    try {
      const { SipLine } = await import("./sip");
      this.#line?.close();
      this.#line = new SipLine(credential, this.#events());
    } catch {
      this.#set({ stage: "failed", problem: "unreachable" });
    }
  }

  /** The server has no phone to give now (Asterisk is away). */
  unavailable(): void {
    this.#set({ stage: "failed", problem: "unreachable" });
  }

  stop(): void {
    this.#line?.close();
    this.#line = null;
    this.#tone.quiet();
    this.#ownership.release();
    this.#set(OFF);
  }

  answer(): void {
    if (this.state.call?.state !== "ringing") return;
    this.#tone.quiet();
    this.#change({ state: "answering" });
    void this.unlock();
    this.#line?.answer();
  }

  hangUp(): void {
    this.#line?.hangUp();
  }

  mute(muted: boolean): void {
    this.#line?.mute(muted);
    this.#change({ muted });
  }

  /** A soft note for somebody who wrote in a chat. */
  wrote(): void {
    if (this.state.stage !== "elsewhere") this.#tone.wrote();
  }

  dtmf(tone: string): void {
    this.#line?.dtmf(tone);
  }

  /** A soft tone for somebody on hold; in the tab that has the phone. */
  remind(): void {
    if (this.state.stage !== "elsewhere") this.#tone.remind();
  }

  /** The media figures of the current call, as the browser has them; empty without a call. */
  async getStats(): Promise<Record<string, unknown>[]> {
    return (await this.#line?.getStats()) ?? [];
  }

  /** Another tab took over: let its registration win; a call of ours ends when the server moves it. */
  #handOver(): void {
    this.#line?.retire();
    this.#tone.quiet();
    this.#set({ stage: "elsewhere", call: null });
  }

  #events(): LineEvents {
    return {
      stage: (stage, problem) => this.#stage(stage, problem),
      rings: (call, answersItself) => {
        this.#set({ call: { ...call, state: "ringing", muted: false, rangAt: Date.now(), answeredAt: null } });
        if (answersItself === "now") this.answer();
        else if (answersItself === "after_tone") this.#answerAfterTone();
        else this.#tone.ring();
      },
      talks: () => {
        this.#tone.quiet();
        this.#change({ state: "talking", answeredAt: Date.now() });
      },
      ended: () => {
        this.#tone.quiet();
        this.#set({ call: null });
      },
    };
  }

  /** The queue wants it so, or it is a call of their own: they hear that it comes, and are there. */
  #answerAfterTone(): void {
    const rangAt = this.state.call?.rangAt;
    this.#tone.announce();
    setTimeout(() => this.state.call?.rangAt === rangAt && this.answer(), ANNOUNCED_MS);
  }

  #stage(stage: PhoneStage, problem: PhoneProblem | null): void {
    if (this.state.stage !== "elsewhere") this.#set({ stage, problem });
  }

  #change(change: Partial<PhoneCall>): void {
    if (this.state.call) this.#set({ call: { ...this.state.call, ...change } });
  }

  #set(change: Partial<PhoneState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Ask for the microphone once, and say what is wrong in a code; null when all is well. */
export async function microphoneProblem(): Promise<PhoneProblem | null> {
  if (!window.isSecureContext || !("mediaDevices" in navigator)) return "insecure";
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return null;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotFoundError" || name === "OverconstrainedError") return "mic_missing";
    return name === "NotReadableError" ? "mic_busy" : "mic_denied";
  }
}
