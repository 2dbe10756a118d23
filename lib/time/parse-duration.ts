import type { Millis } from '@/lib/events/names';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `5 min`, `1h30m`, `250ms` → milliseconds. `null` for anything else, so that the caller can name the place. */
export function parseDuration(text: string): Millis | null {
  const trimmed = text.trim();
  if (!/^(\d+(?:\.\d+)?\s*(?:ms|min|s|m|h|d)\s*)+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)/g))
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return Math.round(total);
}
