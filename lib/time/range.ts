import type { Micros } from '@/lib/events/names';

/**
 * A time range as a link carries it: each end is a moment ago (`-15m`, moves with the clock) or an instant (ISO 8601 with zone, or µs since
 * 1970). `readRange` and `writeRange` are each other's inverse (docs/spec/traces.md [TI1]); the API and the pages use the same pair.
 */
export type Moment = { readonly kind: 'ago'; readonly ms: number } | { readonly kind: 'at'; readonly at: Micros };

export interface AskedRange {
  readonly from: Moment;
  readonly to: Moment;
}

export const LAST_15_MINUTES: AskedRange = { from: { kind: 'ago', ms: 15 * 60_000 }, to: { kind: 'ago', ms: 0 } };

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Year 2255 in µs: beyond it a double no longer holds each microsecond. */
const LATEST = Number.MAX_SAFE_INTEGER;
const DAY_OF_1973 = 1e14;

function readMoment(text: string): Moment | 'not-a-moment' {
  if (text === 'now' || text === '-0') return { kind: 'ago', ms: 0 };
  const ago = /^-(\d{1,6})([smhd])$/.exec(text);
  if (ago) return { kind: 'ago', ms: Number(ago[1]) * (UNIT_MS[ago[2] ?? ''] ?? 0) };
  if (/^\d{15,16}$/.test(text)) {
    const at = Number(text);
    return at >= DAY_OF_1973 && at <= LATEST ? { kind: 'at', at } : 'not-a-moment';
  }
  if (!/^\d{4}-\d{2}-\d{2}(T|$)/.test(text)) return 'not-a-moment';
  const ms = Date.parse(text);
  return Number.isFinite(ms) && ms >= 0 ? { kind: 'at', at: ms * 1000 } : 'not-a-moment';
}

function writeMoment(moment: Moment): string {
  if (moment.kind === 'at') return moment.at % 1000 === 0 ? new Date(moment.at / 1000).toISOString() : String(moment.at);
  if (moment.ms === 0) return 'now';
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => moment.ms % (UNIT_MS[name] ?? 1) === 0) ?? 's';
  return `-${Math.round(moment.ms / (UNIT_MS[unit] ?? 1000))}${unit}`;
}

/** `from` and `to` as they stand in a URL; an absent one is the fallback's. `'not-a-range'` for what can't be understood. */
export function readRange(
  asked: { readonly from?: string | null; readonly to?: string | null },
  fallback: AskedRange = LAST_15_MINUTES,
): AskedRange | 'not-a-range' {
  const from = asked.from ? readMoment(asked.from) : fallback.from;
  const to = asked.to ? readMoment(asked.to) : asked.from ? ({ kind: 'ago', ms: 0 } as const) : fallback.to;
  return from === 'not-a-moment' || to === 'not-a-moment' ? 'not-a-range' : { from, to };
}

/** What a URL carries; `to` is left out when it is now. */
export function writeRange(range: AskedRange): { readonly from: string; readonly to?: string } {
  const to = writeMoment(range.to);
  return to === 'now' ? { from: writeMoment(range.from) } : { from: writeMoment(range.from), to };
}

/** The instants of a range at `now`, µs. The ends come in order, whichever way they were written. */
export function resolveRange(range: AskedRange, now: Micros): { readonly from: Micros; readonly to: Micros } {
  const at = (moment: Moment) => (moment.kind === 'at' ? moment.at : Math.max(0, now - moment.ms * 1000));
  const [a, b] = [at(range.from), at(range.to)];
  return a <= b ? { from: a, to: b } : { from: b, to: a };
}

/** True while the range's end moves with the clock, so that live frames belong to it. */
export const endsNow = (range: AskedRange): boolean => range.to.kind === 'ago' && range.to.ms === 0;
