// Waiting for something to happen, without polling. Knows promises and time limits; not what is waited for.

/** Long enough for a slow machine, short enough for a test to fail with a sentence of ours and not the runner's. */
export const DEFAULT_PATIENCE_MS = 20_000;

export class Watch {
  readonly #looks = new Set<() => void>();

  /** To be called whenever what is watched may have changed. */
  changed(): void {
    for (const look of this.#looks) look();
  }

  /** The first thing `look` finds, now or later; an error that names it when nothing is found in time. */
  until<T>(
    look: () => T | undefined,
    describe: () => string,
    timeoutMs: number = DEFAULT_PATIENCE_MS,
  ): Promise<NonNullable<T>> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.#looks.delete(check);
        finish();
      };
      const check = () => {
        try {
          const found = look();
          if (found !== undefined && found !== null) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`waited ${timeoutMs} ms for ${describe()}`))),
        timeoutMs,
      );
      this.#looks.add(check);
      check();
    });
  }
}
