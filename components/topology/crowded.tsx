'use client';
import { useMemo } from 'react';
import type { NodeId, TopologyView } from '@/lib/contract/topology';
import type { NodeGroup } from '@/lib/topology/group-picture';
import { formatExact } from '@/lib/time/format';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { Note } from '@/components/ui/states';
import styles from './topology.module.css';

/** Above this, nodes are grouped by the beginning of their names until somebody asks for single ones. */
export const GROUPED_ABOVE = 600;
/** Above this even groups are too many to begin with: a start or a filter comes first, and the table shows everything. */
export const FILTER_ABOVE = 1_500;

/** Too much for a picture: where to begin, busiest first. */
export function TooMany({ view, onFocus }: { readonly view: TopologyView; readonly onFocus: (id: NodeId) => void }) {
  const busiest = useMemo(() => {
    const counts = new Map<string, number>();
    for (const edge of view.edges) if (edge.kind === 'publish') counts.set(edge.from, (counts.get(edge.from) ?? 0) + edge.count);
    return view.nodes
      .filter((node) => node.kind === 'service' && node.unknown === null)
      .toSorted((a, b) => (counts.get(b.id) ?? 0) - (counts.get(a.id) ?? 0))
      .slice(0, 5);
  }, [view]);
  return (
    <Note tone="warn">
      <span className={styles.crowded}>
        <b>{formatExact(view.nodes.length)} nodes: choose where to begin.</b> Too many to read as a picture; here they are as rows. Type a
        name into the filter (F), or see two steps around one of the busiest:
        {busiest.map((node) => (
          <Button key={node.id} onClick={() => onFocus(node.id)}>
            {node.title}
          </Button>
        ))}
      </span>
    </Note>
  );
}

export interface GroupsLineProps {
  readonly nodes: number;
  readonly groups: readonly NodeGroup[];
  readonly opened: ReadonlySet<NodeId>;
  readonly onToggle: (id: NodeId) => void;
}

/** What the grouped picture stands for, and which groups are open. */
export function GroupsLine({ nodes, groups, opened, onToggle }: GroupsLineProps) {
  const open = groups.filter(({ id }) => opened.has(id));
  return (
    <Note>
      <span className={styles.openGroups}>
        <span>
          <b className="num">{formatExact(nodes)}</b> nodes in <b className="num">{formatExact(groups.length)}</b> groups by the beginning
          of their names. Each square is a member; the stronger, the busier. Lines between groups add up. A click opens a group in place.
        </span>
        {open.map((group) => (
          <Chip key={group.id} look="line" onRemove={() => onToggle(group.id)} removeLabel={`Close group ${group.title}`}>
            {group.title}, {group.members.length}
          </Chip>
        ))}
      </span>
    </Note>
  );
}

export interface FocusLineProps {
  readonly title: string;
  readonly steps: number;
  readonly nodes: number;
  readonly of: number;
  readonly onSteps: (steps: number) => void;
  readonly onClose: () => void;
}

/** Only what is near one node is drawn. */
export function FocusLine({ title, steps, nodes, of, onSteps, onClose }: FocusLineProps) {
  return (
    <Note>
      <span className="grow">
        <b>{title}</b> and what is within {steps === 1 ? '1 step' : `${steps} steps`}: <span className="num">{formatExact(nodes)}</span> of{' '}
        <span className="num">{formatExact(of)}</span> nodes.
      </span>
      <Button onClick={() => onSteps(steps - 1)} disabled={steps <= 1}>
        One step less
      </Button>
      <Button onClick={() => onSteps(steps + 1)} disabled={steps >= 6}>
        One step more
      </Button>
      <Button onClick={onClose}>Show all</Button>
    </Note>
  );
}
