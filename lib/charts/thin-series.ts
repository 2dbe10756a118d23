import type { Micros } from '@/lib/events/names';
import type { SeriesPoint } from '@/lib/contract/samples';

export interface RawPoint {
  readonly at: Micros;
  readonly value: number | null;
}

/**
 * Thins a series to at most `most` points over equal steps of [from, to], each with the step's least and greatest value, so that a peak of
 * one sample is still drawn. [CH1] never more than `most`; [CH2] the series' least and greatest value survive; [CH3] a step without any sample
 * is `null`, never 0, when it is wider than `gapAfter` (µs), else it is left out and the line goes on; [CH4] in order of time.
 * The value of a step is its last sample's: numbers are absolute, so the newest is the truest.
 */
export function thinSeries(
  points: readonly RawPoint[],
  range: { readonly from: Micros; readonly to: Micros },
  options: { readonly most?: number; readonly gapAfter?: Micros } = {},
): SeriesPoint[] {
  const most = options.most ?? 300;
  const inside = points.filter((point) => point.at >= range.from && point.at <= range.to).toSorted((a, b) => a.at - b.at);
  if (inside.length === 0) return [];
  // Half of the points are kept for the gaps: each thinned point may be followed by one gap.
  const steps = inside.length * 2 <= most ? null : stepsOf(inside, range, Math.max(1, Math.floor(most / 2)));
  const thinned = steps ?? inside.map((point) => ({ at: point.at, value: point.value, min: point.value, max: point.value }));
  return withGaps(
    thinned,
    options.gapAfter ?? Number.POSITIVE_INFINITY,
    steps === null ? 0 : (range.to - range.from) / Math.max(1, Math.floor(most / 2)),
  );
}

function stepsOf(points: readonly RawPoint[], { from, to }: { readonly from: Micros; readonly to: Micros }, count: number): SeriesPoint[] {
  const width = Math.max(1, (to - from) / count);
  const steps: { at: Micros; value: number | null; min: number | null; max: number | null }[] = [];
  let current = -1;
  for (const { at, value } of points) {
    const step = Math.min(count - 1, Math.floor((at - from) / width));
    const last = steps.at(-1);
    if (step !== current || !last) steps.push({ at, value, min: value, max: value });
    else {
      last.at = at;
      if (value !== null) {
        last.value = value;
        last.min = last.min === null ? value : Math.min(last.min, value);
        last.max = last.max === null ? value : Math.max(last.max, value);
      }
    }
    current = step;
  }
  return steps;
}

function withGaps(points: readonly SeriesPoint[], gapAfter: Micros, step: Micros): SeriesPoint[] {
  const limit = Math.max(gapAfter, step * 2);
  return points.flatMap((point, index) => {
    const next = points[index + 1];
    const gap = next && point.value !== null && next.at - point.at > limit;
    return gap ? [point, { at: point.at + Math.min(limit, (next.at - point.at) / 2), value: null, min: null, max: null }] : [point];
  });
}

/** At most `most` values for a spark line: the last of each equal step, `null` where a step has none. */
export function sparkOf(points: readonly RawPoint[], range: { readonly from: Micros; readonly to: Micros }, most = 60): (number | null)[] {
  const inside = points.filter((point) => point.at >= range.from && point.at <= range.to);
  const count = Math.min(most, Math.max(1, inside.length));
  if (inside.length === 0) return [];
  const width = Math.max(1, (range.to - range.from) / count);
  const steps: (number | null)[] = Array.from({ length: count }, () => null);
  for (const { at, value } of inside) steps[Math.min(count - 1, Math.floor((at - range.from) / width))] = value;
  return steps;
}
