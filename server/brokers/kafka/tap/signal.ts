/** Lets loops sleep until something happened or a time has passed, whichever is first. */
export class Signal {
  private readonly waiting = new Set<() => void>();

  /** Resolves after `ms`, or at the next `wake`. */
  wait(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      if (ms !== null) timer = setTimeout(done, ms);
      this.waiting.add(done);
    });
  }

  wake(): void {
    for (const done of this.waiting) done();
  }
}

/** Doubling from a quarter of a second to ten seconds, each between half and whole so that many taps don't return at the same moment. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  return Math.min(10_000, 250 * 2 ** Math.min(failures - 1, 10)) * (0.5 + random() / 2);
}
