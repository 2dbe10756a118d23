/** Waiting times of a thing that is tried again: doubled from `first` to `most` ms, with a third of jitter so that nobody returns in step. */
export class Backoff {
  private tries = 0;

  constructor(
    private readonly first: number,
    private readonly most: number,
    private readonly random: () => number = Math.random,
  ) {}

  next(): number {
    const wait = Math.min(this.most, this.first * 2 ** Math.min(this.tries++, 20));
    return Math.round(wait * (1 - this.random() / 3));
  }

  reset(): void {
    this.tries = 0;
  }
}

/** Resolves after `ms`, or at once when `signal` is or becomes aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true || ms <= 0) return Promise.resolve();
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}
