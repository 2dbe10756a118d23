import type { NodeId } from '@/lib/contract/topology';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import { inboxNode } from './node-ids';

/** A pause between two samples longer than this is not counted through: nobody looked. */
const LONGEST_STEP_S = 120;

/**
 * How many events each inbox's consumers took, by our samples: the committed offset's way forward (a reset back is not one), and
 * acknowledgements per second times the seconds. An inbox without such samples is absent: unknown is not 0.
 */
export function takenInWindow(groups: Iterable<readonly GroupPoint[]>, queues: Iterable<readonly QueuePoint[]>): Map<NodeId, number> {
  const taken = new Map<NodeId, number>();
  for (const points of groups) {
    const known = points.flatMap((point) => (point.committed === null ? [] : [point.committed]));
    if (points[0] && known.length > 1)
      taken.set(
        inboxNode(points[0].broker, points[0].inbox),
        known.reduce((sum, value, index) => sum + Math.max(0, value - (known[index - 1] ?? value)), 0),
      );
  }
  for (const points of queues) {
    const known = points.filter((point) => point.ackRate !== null);
    if (!points[0] || known.length < 2) continue;
    const sum = known.reduce((total, point, index) => {
      const before = known[index - 1];
      const seconds = before ? (point.at - before.at) / 1e6 : 0;
      return total + (seconds <= LONGEST_STEP_S ? (point.ackRate ?? 0) * seconds : 0);
    }, 0);
    taken.set(inboxNode(points[0].broker, points[0].inbox), Math.round(sum));
  }
  return taken;
}
