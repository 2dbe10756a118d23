import type { QueuePoint, QueueRow } from '@/lib/contract/samples';
import { sparkOf } from '@/lib/charts/thin-series';
import { compare, LOUDNESS, upTo, type RowParts } from '@/lib/lag/lag-rows';
import { inboxNode } from '@/lib/topology/node-ids';
import { judgeQueue, levelOfQueue } from './verdict';

/** One row of the list of queues; `points` oldest first. */
export function queueRow(
  points: readonly QueuePoint[],
  latest: QueuePoint,
  kind: string,
  deadLetter: boolean,
  { now, range, servicesOf, waits }: RowParts & { readonly waits: boolean },
): QueueRow {
  return {
    point: latest,
    kind,
    deadLetter,
    ...judgeQueue(upTo(points, latest), now, waits),
    services: servicesOf(inboxNode(latest.broker, latest.inbox)),
    spark: sparkOf(
      points.map((point) => ({ at: point.at, value: point.ready })),
      range,
    ),
  };
}

/** The loudest first, then the deepest. */
export const byNeedInQueues = (a: QueueRow, b: QueueRow): number =>
  LOUDNESS[levelOfQueue(a.verdict, a.deadLetter, a.point.ready)] - LOUDNESS[levelOfQueue(b.verdict, b.deadLetter, b.point.ready)] ||
  (b.point.ready ?? 0) - (a.point.ready ?? 0) ||
  compare(a.point.inbox, b.point.inbox);
