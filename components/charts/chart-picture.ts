import type { NamedSeries } from '@/lib/contract/samples';
import type { Micros } from '@/lib/events/names';

/** One step of all series: `v0`, `v1`, … are values, `b0` the range seen within the step. */
export interface ChartStep {
  readonly at: Micros;
  readonly [value: `v${number}`]: number | null;
  readonly [band: `b${number}`]: readonly [number, number] | null;
}

type StepInTheMaking = { -readonly [Field in keyof ChartStep]: ChartStep[Field] };

export interface ChartPicture {
  readonly steps: readonly ChartStep[];
  /** Stretches in which nobody measured. */
  readonly holes: readonly { readonly from: Micros; readonly to: Micros }[];
  /** How many values are known at all. */
  readonly known: number;
  /** For somebody who does not see it: newest, lowest and highest of the first series. */
  words(format: (value: number) => string): string;
}

/** Puts the series on one axis. A `null` stays a hole: it is neither 0 nor a line across. */
export function chartPicture(series: readonly NamedSeries[]): ChartPicture {
  const steps = new Map<Micros, StepInTheMaking>();
  series.forEach((one, index) => {
    for (const point of one.points) {
      const step: StepInTheMaking = steps.get(point.at) ?? { at: point.at };
      step[`v${index}`] = point.value;
      step[`b${index}`] = point.min !== null && point.max !== null && point.max > point.min ? [point.min, point.max] : null;
      steps.set(point.at, step);
    }
  });
  const ordered: ChartStep[] = [...steps.values()].sort((a, b) => a.at - b.at);
  const values = (series[0]?.points ?? []).flatMap((point) => (point.value === null ? [] : [point.value]));
  return {
    steps: ordered,
    holes: holesOf(series[0]),
    known: series.reduce((sum, one) => sum + one.points.filter((point) => point.value !== null).length, 0),
    words: (format) => {
      const newest = values.at(-1);
      if (newest === undefined) return 'no samples';
      return `newest ${format(newest)}, lowest ${format(Math.min(...values))}, highest ${format(Math.max(...values))}`;
    },
  };
}

function holesOf(series: NamedSeries | undefined): { from: Micros; to: Micros }[] {
  const points = series?.points ?? [];
  const holes: { from: Micros; to: Micros }[] = [];
  let start: number | null = null;
  points.forEach((point, index) => {
    if (point.value === null) start ??= index;
    const ended = point.value !== null || index === points.length - 1;
    if (start === null || !ended) return;
    const before = points[Math.max(0, start - 1)];
    if (before && point.at > before.at) holes.push({ from: before.at, to: point.at });
    start = null;
  });
  return holes;
}
