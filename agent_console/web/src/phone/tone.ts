/** Ringing, made with WebAudio: no asset to load, nothing to fail on a slow morning. */

const NOTES_HZ: [number, number, number][] = [
  // [frequency, start s, length s]: two soft rising pairs, then quiet until the bar repeats
  [587.33, 0, 0.22],
  [880, 0.24, 0.36],
  [587.33, 0.8, 0.22],
  [880, 1.04, 0.36],
];
// a customer is on hold: two soft falling notes, once
const REMINDER_HZ: typeof NOTES_HZ = [
  [659.25, 0, 0.2],
  [523.25, 0.26, 0.34],
];
// a call answers itself: two quick high notes, once
const ANNOUNCED_HZ: typeof NOTES_HZ = [
  [880, 0, 0.14],
  [1174.66, 0.18, 0.2],
];
// somebody wrote in a chat: one soft short note
const WROTE_HZ: typeof NOTES_HZ = [[783.99, 0, 0.12]];
const BAR_MS = 3_000;
const LOUDNESS = 0.16;
const SOFT = 0.06;

export class Tone {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Whether the browser lets us make sound now. */
  get unlocked(): boolean {
    return this.#context?.state === "running";
  }

  /** Call from a click or a key: browsers allow sound only after one. */
  async unlock(): Promise<void> {
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running") await this.#context.resume();
  }

  ring(): void {
    if (this.#timer) return;
    this.#play(NOTES_HZ, LOUDNESS);
    this.#timer = setInterval(() => this.#play(NOTES_HZ, LOUDNESS), BAR_MS);
  }

  /** Say that a call is there that is answered by itself. */
  announce(): void {
    this.#play(ANNOUNCED_HZ, LOUDNESS);
  }

  /** Say once that somebody is on hold. */
  remind(): void {
    this.#play(REMINDER_HZ, SOFT);
  }

  /** Say that somebody wrote in a chat. */
  wrote(): void {
    this.#play(WROTE_HZ, SOFT);
  }

  quiet(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #play(notes: typeof NOTES_HZ, loudness: number): void {
    const context = this.#context;
    if (context?.state !== "running") return;
    for (const [frequency, start, length] of notes) this.#note(context, frequency, start, length, loudness);
  }

  #note(context: AudioContext, frequency: number, start: number, length: number, loudness: number): void {
    const at = context.currentTime + start;
    const oscillator = new OscillatorNode(context, { type: "sine", frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.linearRampToValueAtTime(loudness, at + 0.02);
    gain.gain.setTargetAtTime(0, at + length * 0.5, length * 0.25);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + length * 2);
  }
}
