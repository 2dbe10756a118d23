import type { BrokerName, InboxName } from '@/lib/events/names';
import type { NodeId } from '@/lib/contract/topology';
import { inboxNode } from '@/lib/topology/node-ids';

/** Series by the node of their inbox, whatever key the store gave them. */
export function byInbox<T extends { readonly broker: BrokerName; readonly inbox: InboxName }>(
  all: Iterable<readonly T[]>,
): ReadonlyMap<NodeId, readonly T[]> {
  const series = new Map<NodeId, readonly T[]>();
  for (const points of all) if (points[0]) series.set(inboxNode(points[0].broker, points[0].inbox), points);
  return series;
}
