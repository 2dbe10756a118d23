'use client';
import type { Micros } from '@/lib/events/names';
import { formatAge, formatAxisTime, formatIso, formatTime } from '@/lib/time/format';
import { useZone } from '@/components/live/preferences';
import { useNow } from '@/components/live/use-now';
import styles from './text.module.css';

export interface TimeProps {
  /** µs since 1970; `null` is "unknown". */
  readonly at: Micros | null | undefined;
  /** `minutes` as on axes. */
  readonly precision?: 'minutes' | 'seconds' | 'millis' | 'micros';
  /** Whose clock stamped it, for the hover: "broker", "producer". */
  readonly by?: string | null;
}

/** 02:14:36.912, on another day "19 Nov, 22:03:10"; UTC or local as the person chose; the exact moment on hover. */
export function Time({ at, precision = 'seconds', by }: TimeProps) {
  const zone = useZone();
  const nowMs = useNow(60_000);
  if (at === null || at === undefined) return <span className="quiet">unknown</span>;
  const now = nowMs === 0 ? undefined : nowMs * 1000;
  return (
    <time className={styles.time} dateTime={formatIso(at)} title={momentTitle(at, by)} suppressHydrationWarning>
      {precision === 'minutes' ? formatAxisTime(at, { zone, now }) : formatTime(at, { zone, precision, now })}
    </time>
  );
}

/** The exact moment in both zones, and whose clock it is. */
const momentTitle = (at: Micros, by?: string | null): string =>
  `${formatIso(at)}, here ${formatTime(at, { zone: 'local' })}${by ? `, clock of the ${by}` : ''}`;

/** "21 s ago", where age is the point; the moment on hover. Ticks once a second. */
export function Age({ at }: { readonly at: Micros | null | undefined }) {
  const now = useNow(1000);
  if (at === null || at === undefined) return <span className="quiet">unknown</span>;
  return (
    <time className={styles.time} dateTime={formatIso(at)} title={momentTitle(at)} suppressHydrationWarning>
      {formatAge(now === 0 ? 0 : Math.max(0, now - at / 1000))}
    </time>
  );
}
