import type { NodeId } from '@/lib/contract/topology';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import type { Micros } from '@/lib/events/names';
import { judgeLag, levelOfLag } from '@/lib/lag/verdict';
import { judgeQueue, levelOfQueue } from '@/lib/queues/verdict';
import { inboxNode } from '@/lib/topology/node-ids';
import type { InboxNow } from '@/lib/topology/rates';

/** As far back as a verdict looks. */
const KEEP: Micros = 900e6;
/** Watched inboxes are sampled every second: older than half a minute one sample in five seconds is enough to judge by. */
const DENSE: Micros = 30e6;
const SPARSE_STEP: Micros = 5e6;
/** Partitions are kept for the newest points only where there are many: the total then stands for them. */
const MOST_PARTITIONS = 64;

type Point = GroupPoint | QueuePoint;
const isGroup = (point: Point): point is GroupPoint => 'group' in point;
const isQueue = (point: Point): point is QueuePoint => !isGroup(point);

/**
 * The samples of the last 15 minutes of each inbox, for verdicts on the live frames. Bounded: at most about 200 points an inbox, and an
 * inbox that is no longer sampled leaves after those 15 minutes.
 */
export class InboxHistory {
  private readonly points = new Map<NodeId, Point[]>();

  add(point: Point): NodeId {
    const id = inboxNode(point.broker, point.inbox);
    const held = this.points.get(id) ?? [];
    const newest = held.at(-1);
    if (newest && newest.at >= point.at) return id;
    this.points.set(id, [...thin(held, point.at), withoutManyPartitions(point)]);
    return id;
  }

  /** What each inbox says now. `deadLetter` tells inboxes that hold dead letters by design, `waits` the steps of retry ladders. */
  now(now: Micros, deadLetter: ReadonlySet<NodeId>, waits: ReadonlySet<NodeId> = new Set()): Map<NodeId, InboxNow> {
    const found = new Map<NodeId, InboxNow>();
    for (const [id, points] of this.points) {
      const latest = points.at(-1);
      if (!latest || latest.at < now - KEEP) this.points.delete(id);
      else
        found.set(
          id,
          isGroup(latest)
            ? groupNow(points.filter(isGroup), latest, now)
            : queueNow(points.filter(isQueue), latest, deadLetter.has(id), waits.has(id), now),
        );
    }
    return found;
  }
}

function thin(points: readonly Point[], now: Micros): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    if (point.at < now - KEEP) continue;
    const before = kept.at(-1);
    if (before && point.at < now - DENSE && point.at - before.at < SPARSE_STEP) continue;
    kept.push(point);
  }
  return kept;
}

const withoutManyPartitions = (point: Point): Point =>
  isGroup(point) && point.partitions.length > MOST_PARTITIONS ? { ...point, partitions: [] } : point;

function groupNow(points: readonly GroupPoint[], latest: GroupPoint, now: Micros): InboxNow {
  const { verdict, because, consumeRate } = judgeLag(points, now);
  return { waiting: latest.lag, verdict, text: because, level: levelOfLag(verdict, latest.lag), takenPerSecond: consumeRate };
}

function queueNow(points: readonly QueuePoint[], latest: QueuePoint, deadLetter: boolean, waits: boolean, now: Micros): InboxNow {
  const { verdict, because } = judgeQueue(points, now, waits);
  return {
    waiting: latest.ready,
    verdict,
    text: because,
    level: levelOfQueue(verdict, deadLetter, latest.ready),
    takenPerSecond: latest.ackRate,
  };
}
