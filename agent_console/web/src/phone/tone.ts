/** Ringing, made with WebAudio: no asset to load, nothing to fail on a slow morning. */

const NOTES_HZ: [number, number, number][] = [
  // [frequency, start s, length s]: two soft rising pairs, then quiet until the bar repeats
  [587.33, 0, 0.22],
  [880, 0.24, 0.36],
  [587.33, 0.8, 0.22],
  [880, 1.04, 0.36],
];
const BAR_MS = 3_000;
const LOUDNESS = 0.16;

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
    this.#bar();
    this.#timer = setInterval(() => this.#bar(), BAR_MS);
  }

  quiet(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #bar(): void {
    const context = this.#context;
    if (context?.state !== "running") return;
    for (const [frequency, start, length] of NOTES_HZ) this.#note(context, frequency, start, length);
  }

  #note(context: AudioContext, frequency: number, start: number, length: number): void {
    const at = context.currentTime + start;
    const oscillator = new OscillatorNode(context, { type: "sine", frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
    gain.gain.setTargetAtTime(0, at + length * 0.5, length * 0.25);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + length * 2);
  }
}
