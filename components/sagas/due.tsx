'use client';

import type { Micros } from '@/lib/events/names';
import { formatCountdown, formatDuration } from '@/lib/time/format';
import { useServerNow } from '@/components/events/use-server-now';
import styles from './sagas.module.css';

/** The bar is full from ten minutes on; the number goes on. */
const FULL_BAR_MS = 600_000;

/** "due in 00:42" or how long overdue, with a bar that grows; counts by the second. */
export function Due({ at }: { readonly at: Micros | null }) {
  const now = useServerNow(1000);
  if (at === null) return <span className="quiet">no limit</span>;
  if (now === null) return null;
  const over = (now - at) / 1000;
  if (over <= 0) return <span className="num muted">due in {formatCountdown(Math.ceil(-over / 1000) * 1000)}</span>;
  return (
    <span className={styles.over}>
      <i aria-hidden="true" style={{ width: `${Math.max(4, Math.min(90, (over / FULL_BAR_MS) * 90))}px` }} />
      <span className="num tone-bad">
        {over < 60_000 ? formatDuration(Math.floor(over / 1000) * 1000).replace(/\.\d+/, '') : formatDuration(over)}
      </span>
    </span>
  );
}
