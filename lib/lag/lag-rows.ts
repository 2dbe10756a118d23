import type { Micros, ServiceName } from '@/lib/events/names';
import type { GroupPoint, LagRow } from '@/lib/contract/samples';
import type { NodeId } from '@/lib/contract/topology';
import { sparkOf } from '@/lib/charts/thin-series';
import { inboxNode } from '@/lib/topology/node-ids';
import { judgeLag, levelOfLag } from './verdict';

export interface RowParts {
  readonly now: Micros;
  readonly range: { readonly from: Micros; readonly to: Micros };
  readonly servicesOf: (inbox: NodeId) => readonly ServiceName[];
}

/** The order of rows. */
export const LOUDNESS = { bad: 0, warn: 1, ok: 2, off: 3 } as const;

/** One row of the list of groups; `points` oldest first, the newest of all is the row's. */
export function lagRow(points: readonly GroupPoint[], latest: GroupPoint, { now, range, servicesOf }: RowParts): LagRow {
  return {
    point: latest,
    ...judgeLag(upTo(points, latest), now),
    services: servicesOf(inboxNode(latest.broker, latest.inbox)),
    spark: sparkOf(
      points.map((point) => ({ at: point.at, value: point.lag })),
      range,
    ),
  };
}

/** The newest sample may be newer than the thinned series. */
export const upTo = <T extends { readonly at: Micros }>(points: readonly T[], latest: T): readonly T[] => [
  ...points.filter((point) => point.at < latest.at),
  latest,
];

/** Who is behind comes first: by how loud, then by how long, then by how much. */
export const byNeedInLag = (a: LagRow, b: LagRow): number =>
  LOUDNESS[levelOfLag(a.verdict, a.point.lag)] - LOUDNESS[levelOfLag(b.verdict, b.point.lag)] ||
  (b.behindMs ?? 0) - (a.behindMs ?? 0) ||
  (b.point.lag ?? 0) - (a.point.lag ?? 0) ||
  compare(a.point.inbox, b.point.inbox);

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
