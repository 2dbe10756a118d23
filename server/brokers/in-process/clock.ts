/** Time as the engine sees it; tests hand in their own. */
export interface EngineClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after so many milliseconds; the answer cancels. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: EngineClock = {
  now: () => Date.now(),
  after(ms, call) {
    // Timers of Node end at 2^31 ms; a queue that expires in a month simply looks again.
    const timer = setTimeout(call, Math.min(ms, 2_000_000_000));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that stands until it is moved. */
export interface ManualClock extends EngineClock {
  /** Moves on and calls what has become due, in order. */
  advance(ms: number): void;
}

export function createManualClock(start: number): ManualClock {
  let time = start;
  let timers: { readonly at: number; readonly call: () => void }[] = [];
  return {
    now: () => time,
    after(ms, call) {
      const timer = { at: time + ms, call };
      timers.push(timer);
      return () => (timers = timers.filter((one) => one !== timer));
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const due = timers.filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((one) => one !== due);
        time = due.at;
        due.call();
      }
      time = end;
    },
  };
}
