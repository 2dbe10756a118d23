'use client';

import { useCallback, useEffect, useRef } from 'react';

/** Runs `action` at once, then at most every `everyMs`; calls in between end in one more run. Nothing runs after the part is gone. */
export function useAtMost(action: () => void, everyMs: number): () => void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  const state = useRef<{ timer: ReturnType<typeof setTimeout> | null; again: boolean }>({ timer: null, again: false });
  useEffect(() => {
    const { current } = state;
    return () => {
      if (current.timer) clearTimeout(current.timer);
      current.timer = null;
    };
  }, []);
  return useCallback(() => {
    const { current } = state;
    if (current.timer) {
      current.again = true;
      return;
    }
    const run = (): void => {
      current.again = false;
      latest.current();
      current.timer = setTimeout(() => {
        current.timer = null;
        if (current.again) run();
      }, everyMs);
    };
    run();
  }, [everyMs]);
}
