import type { Micros } from '@/lib/events/names';

/**
 * Numbers and times as every screen writes them. Nothing here reads a clock or a zone: both are given.
 * Unknown (`null`) is said as "unknown", never as 0.
 */

/** Between a number and its unit: thin, and no line break. */
export const THIN = '\u202f';
const UNKNOWN = 'unknown';

const grouped = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** 1,204; from a million on "1.2 M", "3.4 G" (exact on hover by `formatExact`). */
export function formatCount(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 999_950_000) return `${(value / 1e9).toFixed(1)}${THIN}G`;
  if (size >= 1_000_000) return `${(value / 1e6).toFixed(1)}${THIN}M`;
  return grouped(value);
}

export const formatExact = (value: number | null): string => (value === null ? UNKNOWN : grouped(value));

/** Three figures and `/s`: 112/s, 14.2/s, 1.82/s, 0.22/s. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null || !Number.isFinite(perSecond)) return UNKNOWN;
  const size = Math.abs(perSecond);
  if (size === 0) return '0/s';
  if (size < 0.005) return '< 0.01/s';
  if (size >= 1_000_000) return `${formatCount(perSecond)}/s`;
  if (size >= 99.95) return `${grouped(perSecond)}/s`;
  return `${perSecond.toFixed(size >= 9.995 ? 1 : 2)}/s`;
}

/** `share` is 0…1: 12.4 %, "< 0.1 %", 0 %, 100 %. */
export function formatShare(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return UNKNOWN;
  const percent = share * 100;
  if (percent === 0) return `0${THIN}%`;
  if (percent < 0.1) return `< 0.1${THIN}%`;
  if (percent > 99.9 && percent < 100) return `> 99.9${THIN}%`;
  return `${percent === 100 ? '100' : percent.toFixed(1)}${THIN}%`;
}

/** 612 B, 48.4 kB, 1.2 MB (powers of 1,000). */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return UNKNOWN;
  const steps: readonly (readonly [number, string])[] = [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ];
  for (const [size, unit] of steps) if (bytes >= size) return `${(bytes / size).toFixed(1)}${THIN}${unit}`;
  return `${Math.round(bytes)}${THIN}B`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * A duration, given in ms: 412 ms, 2.41 s, 37.6 s, 1 m 27 s, 2 h 04 min, 3 d 2 h. In a sentence minutes are "min".
 */
export function formatDuration(ms: number | null, style: 'table' | 'sentence' = 'table'): string {
  if (ms === null || !Number.isFinite(ms)) return UNKNOWN;
  if (ms < 0) return `−${formatDuration(-ms, style)}`;
  const minute = style === 'table' ? 'm' : 'min';
  if (ms === 0) return `0${THIN}ms`;
  if (ms < 1) return `< 1${THIN}ms`;
  if (ms < 999.5) return `${Math.round(ms)}${THIN}ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)}${THIN}s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}${THIN}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${THIN}${minute} ${two(seconds % 60)}${THIN}s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}${THIN}h ${two(minutes % 60)}${THIN}min`;
  const hours = Math.round(ms / 3_600_000);
  return `${Math.floor(hours / 24)}${THIN}d ${hours % 24}${THIN}h`;
}

/** What is left until a due time, mm:ss (h:mm:ss from an hour on); once due `+` counts what it is over. */
export function formatCountdown(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const text = seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${clock}` : clock;
  return ms < 0 ? `+${text}` : text;
}

/** "21 s ago": only where the age is the point. */
export function formatAge(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 1000) return 'now';
  return `${ms < 60_000 ? `${Math.floor(ms / 1000)}${THIN}s` : formatDuration(ms, 'sentence')} ago`;
}

export type TimeZone = 'utc' | 'local';

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function partsOf(at: Micros, zone: TimeZone): Parts {
  const date = new Date(at / 1000);
  if (zone === 'utc') {
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth(),
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
    };
  }
  return {
    year: date.getFullYear(),
    month: date.getMonth(),
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  };
}

const millisOf = (at: Micros): number => Math.floor((((at % 1_000_000) + 1_000_000) % 1_000_000) / 1000);

/** 02:14:36.912; on another day than `now` with the date in front: "19 Nov, 22:03:11.004". */
export function formatTime(
  at: Micros | null,
  options: { readonly zone: TimeZone; readonly now?: Micros; readonly precision?: 'seconds' | 'millis' | 'micros' },
): string {
  if (at === null) return UNKNOWN;
  const { hour, minute, second } = partsOf(at, options.zone);
  const precision = options.precision ?? 'millis';
  const fraction =
    precision === 'seconds'
      ? ''
      : precision === 'millis'
        ? `.${String(millisOf(at)).padStart(3, '0')}`
        : `.${String(((at % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0')}`;
  const clock = `${two(hour)}:${two(minute)}:${two(second)}${fraction}`;
  return options.now === undefined || sameDay(at, options.now, options.zone)
    ? clock
    : `${formatDay(at, options.zone, options.now)}, ${clock}`;
}

/** 02:14 on axes; on another day than `now` "19 Nov, 22:03". */
export function formatAxisTime(at: Micros, options: { readonly zone: TimeZone; readonly now?: Micros }): string {
  const { hour, minute } = partsOf(at, options.zone);
  const clock = `${two(hour)}:${two(minute)}`;
  return options.now === undefined || sameDay(at, options.now, options.zone)
    ? clock
    : `${formatDay(at, options.zone, options.now)}, ${clock}`;
}

function formatDay(at: Micros, zone: TimeZone, now: Micros): string {
  const { year, month, day } = partsOf(at, zone);
  return `${day} ${MONTHS[month] ?? ''}${year === partsOf(now, zone).year ? '' : ` ${year}`}`;
}

function sameDay(a: Micros, b: Micros, zone: TimeZone): boolean {
  const [one, other] = [partsOf(a, zone), partsOf(b, zone)];
  return one.day === other.day && one.month === other.month && one.year === other.year;
}

/** What a copy gives: ISO 8601 with zone, microseconds kept. */
export function formatIso(at: Micros): string {
  const iso = new Date(Math.floor(at / 1000)).toISOString();
  const rest = Math.round(((at % 1000) + 1000) % 1000);
  return rest === 0 ? iso : iso.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
