import type { EventParent } from '@/lib/contract/trace-story';
import type { TraceNode } from '@/lib/contract/traces';

/** The cause of each event of a tree that has or names one, with how it is known. */
export const parentsOf = (nodes: readonly TraceNode[]): readonly EventParent[] => nodes.flatMap(parentOf);

function parentOf({ event, parent, joinedBy, orphan, named }: TraceNode): readonly EventParent[] {
  if (orphan)
    return [{ event: event.id, parent: null, evidence: 'seen', rule: joinedBy === 'root' ? 'time' : joinedBy, named: named ?? null }];
  if (joinedBy === 'root') return [];
  return [
    {
      event: event.id,
      parent,
      evidence: joinedBy === 'time' || joinedBy === 'key' ? 'inferred' : 'seen',
      rule: joinedBy,
      named: named ?? null,
    },
  ];
}
