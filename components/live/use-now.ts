'use client';
import { useSyncExternalStore } from 'react';

/**
 * One ticking clock per rhythm for the whole page, stopped while nobody looks or listens. `0` on the server: a page that
 * is made there must not hold a time that differs in the browser.
 */
interface Ticker {
  now: number;
  timer: ReturnType<typeof setInterval> | null;
  readonly listeners: Set<() => void>;
}

const tickers = new Map<number, Ticker>();

function tickerOf(everyMs: number): Ticker {
  let ticker = tickers.get(everyMs);
  if (!ticker) {
    ticker = { now: Date.now(), timer: null, listeners: new Set() };
    tickers.set(everyMs, ticker);
  }
  return ticker;
}

/** ms since 1970 by this machine's clock, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const ticker = tickerOf(everyMs);
  return useSyncExternalStore(
    (listener) => {
      ticker.listeners.add(listener);
      ticker.timer ??= setInterval(() => {
        if (document.visibilityState === 'hidden') return;
        ticker.now = Date.now();
        for (const each of ticker.listeners) each();
      }, everyMs);
      return () => {
        ticker.listeners.delete(listener);
        if (ticker.listeners.size === 0 && ticker.timer) {
          clearInterval(ticker.timer);
          ticker.timer = null;
        }
      };
    },
    () => {
      if (ticker.timer === null && Date.now() - ticker.now >= everyMs) ticker.now = Date.now();
      return ticker.now;
    },
    () => 0,
  );
}
