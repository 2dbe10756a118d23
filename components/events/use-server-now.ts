'use client';

import { useFeedPart } from '@/components/live/live-feed-hooks';
import { useNow } from '@/components/live/use-now';

/** µs since 1970 by the server's clock, renewed every `everyMs`; null before the page runs in a browser. Held still while paused. */
export function useServerNow(everyMs: number): number | null {
  const now = useNow(everyMs);
  const skew = useFeedPart((feed) => feed.clockSkewMs);
  const pausedAt = useFeedPart((feed) => feed.pausedAt);
  return now === 0 ? null : ((pausedAt ?? now) + skew) * 1000;
}
