import type { Micros } from '@/lib/events/names';

/** An asked range, resolved against the clock. */
export interface TimeRange {
  readonly from: Micros;
  readonly to: Micros;
}

export const lastMinutes = (now: Micros, minutes: number): TimeRange => ({ from: now - minutes * 60e6, to: now });
