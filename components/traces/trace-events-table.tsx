'use client';

import type { TraceNode } from '@/lib/contract/traces';
import type { Micros } from '@/lib/events/names';
import { formatDuration } from '@/lib/time/format';
import { momentOf } from '@/lib/traces/moment-of';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { DataTable, type Column } from '@/components/ui/table';
import { ChannelTag } from '@/components/ui/tags';
import { Time } from '@/components/ui/time';

export interface TraceEventsTableProps {
  readonly nodes: readonly TraceNode[];
  readonly first: Micros;
  readonly selected: string | null;
  readonly onSelect: (eventId: string | null) => void;
}

/** The same events as rows, causes before effects. */
export function TraceEventsTable({ nodes, first, selected, onSelect }: TraceEventsTableProps) {
  const columns: readonly Column<TraceNode>[] = [
    {
      id: 'at',
      title: 'Time',
      width: 128,
      cell: ({ event }) => (
        <Time at={momentOf(event).at} precision="millis" by={momentOf(event).by === 'observed' ? 'tap' : event.publishedAtBy} />
      ),
    },
    {
      id: 'after',
      title: 'After',
      width: 84,
      align: 'end',
      cell: ({ event }) =>
        momentOf(event).at === first ? <span className="quiet">start</span> : formatDuration((momentOf(event).at - first) / 1000),
    },
    {
      id: 'type',
      title: 'Event',
      cell: ({ event, depth }) => (
        <span className="row" style={{ paddingLeft: Math.min(depth, 12) * 10 }}>
          <Icon
            name={event.deadLetter ? 'dead-letter-inbox' : event.replayId !== null ? 'replay' : 'event'}
            size={13}
            className={event.deadLetter ? 'tone-bad' : `tone-${event.system}`}
          />
          <span className="mono truncate">{event.type ?? 'type not said'}</span>
        </span>
      ),
    },
    { id: 'source', title: 'From', width: 140, cell: ({ event }) => event.source ?? <span className="quiet">unknown producer</span> },
    {
      id: 'channel',
      title: 'Published to',
      width: 190,
      cell: ({ event }) => <ChannelTag system={event.system}>{event.channel === '' ? 'default exchange' : event.channel}</ChannelTag>,
    },
    {
      id: 'place',
      title: 'Place',
      width: 150,
      wideOnly: true,
      cell: ({ event }) => (
        <span className="mono muted">
          {event.system === 'kafka'
            ? `${event.partition ?? '?'} @ ${event.offset ?? '?'}`
            : event.routingKey || <span className="quiet">no key</span>}
        </span>
      ),
    },
    { id: 'joined', title: 'Joined by', width: 150, cell: (node) => <JoinedBy node={node} /> },
  ];
  return (
    <DataTable
      label="Events of this trace"
      columns={columns}
      rows={nodes}
      rowKey={({ event }) => event.id}
      selected={selected}
      onSelect={onSelect}
    />
  );
}

const words: Record<TraceNode['joinedBy'], string> = {
  root: 'root',
  causation: 'causation id',
  span: 'span',
  'dead-letter': 'dead letter',
  replay: 'replay',
  reply: 'reply',
  retry: 'same message, tried again',
  key: 'business key, inferred',
  time: 'time, inferred',
};

function JoinedBy({ node }: { readonly node: TraceNode }) {
  if (node.orphan) return <Lamp kind="off">cause not seen</Lamp>;
  if (node.event.deadLetter) return <Lamp kind="bad">{node.event.failureCause ?? 'dead letter'}</Lamp>;
  return <span className="muted">{words[node.joinedBy]}</span>;
}
