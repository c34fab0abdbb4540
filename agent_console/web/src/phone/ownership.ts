/** One tab owns the phone: a Web Lock held for as long as the tab lives, which another tab may take over. */

const LOCK = "trunkline-phone";

export class Ownership {
  #release: (() => void) | null = null;

  /**
   * Try to own the phone. `take` takes it from another tab. Resolves with whether it is ours;
   * `onLost` is called when another tab takes it later.
   */
  claim(take: boolean, onLost: () => void): Promise<boolean> {
    if (!("locks" in navigator)) return Promise.resolve(true);
    if (this.#release) return Promise.resolve(true);
    return new Promise((resolve) => {
      const options: LockOptions = take ? { steal: true } : { ifAvailable: true };
      navigator.locks
        .request(LOCK, options, (lock) => (lock ? this.#hold(resolve) : resolve(false)))
        .catch(() => this.#lost(onLost)); // AbortError: stolen by a tab that took over
    });
  }

  /** Resolves when no tab owns the phone any more; rejects when the signal aborts. */
  async vacant(signal: AbortSignal): Promise<void> {
    await navigator.locks.request(LOCK, { signal }, () => undefined);
  }

  release(): void {
    this.#release?.();
    this.#release = null;
  }

  #hold(resolve: (owned: boolean) => void): Promise<void> {
    return new Promise((release) => {
      this.#release = release;
      resolve(true);
    });
  }

  #lost(onLost: () => void): void {
    if (!this.#release) return;
    this.#release = null;
    onLost();
  }
}
