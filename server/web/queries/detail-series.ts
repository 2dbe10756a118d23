import { thinSeries } from '@/lib/charts/thin-series';
import type { NamedSeries } from '@/lib/contract/samples';
import type { Micros } from '@/lib/events/names';
import type { TimeRange } from '../range';

/** Points of a chart in a panel. */
export const DETAIL_POINTS = 300;
/** Beyond this between two samples nobody looked. */
export const NOT_LOOKED_AT: Micros = 90e6;

/** One line of a panel's chart, thinned to what can be seen. */
export function detailSeries(
  name: string,
  unit: string,
  points: readonly { readonly at: Micros; readonly value: number | null }[],
  range: TimeRange,
): NamedSeries {
  return { name, unit, points: thinSeries(points, range, { most: DETAIL_POINTS, gapAfter: NOT_LOOKED_AT }) };
}
