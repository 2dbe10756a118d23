'use client';

import { useMemo } from 'react';
import type { TraceSummary } from '@/lib/contract/traces';
import { formatDuration, formatExact } from '@/lib/time/format';
import { LinkRows, RowLink } from '@/components/events/row-link';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { DataTable, type Column } from '@/components/ui/table';
import { toneOf } from '@/components/ui/tags';
import { Time } from '@/components/ui/time';
import styles from './traces.module.css';

export interface TracesTableProps {
  readonly traces: readonly TraceSummary[];
  readonly selected: string | null;
  readonly hrefOf: (trace: TraceSummary) => string;
  readonly onSelect: (traceId: string | null) => void;
  readonly onOpen: (trace: TraceSummary) => void;
}

/** One line a trace. The link in it covers the row, so that a click opens and a middle click opens a tab; `J K Enter` work too. */
export function TracesTable({ traces, selected, hrefOf, onSelect, onOpen }: TracesTableProps) {
  const longest = useMemo(() => Math.max(1, ...traces.map((trace) => trace.last - trace.first)), [traces]);
  const columns: readonly Column<TraceSummary>[] = [
    { id: 'started', title: 'Started', width: 128, cell: (trace) => <Time at={trace.first} precision="millis" /> },
    { id: 'trace', title: 'Trace', width: 92, cell: (trace) => <span className="mono muted">{short(trace.traceId)}</span> },
    {
      id: 'first',
      title: 'First event',
      width: 232,
      cell: (trace) => (
        <RowLink href={hrefOf(trace)}>
          {trace.brokers.map((broker) => (
            <Icon
              key={broker.broker}
              name={broker.system}
              size={13}
              className={toneOf(broker.system)}
              label={broker.system === 'kafka' ? 'Kafka' : 'RabbitMQ'}
            />
          ))}
          <span className="mono truncate">{trace.title ?? 'type not said'}</span>
        </RowLink>
      ),
    },
    { id: 'path', title: 'Services', cell: (trace) => <Path services={trace.services} /> },
    { id: 'events', title: 'Events', width: 68, align: 'end', cell: (trace) => formatExact(trace.events) },
    { id: 'duration', title: 'Duration', width: 92, align: 'end', cell: (trace) => formatDuration((trace.last - trace.first) / 1000) },
    {
      id: 'share',
      title: <span className="visually-hidden">Duration as a bar</span>,
      width: 126,
      wideOnly: true,
      cell: (trace) => (
        <i className={styles.duration} aria-hidden="true">
          <b data-bad={trace.errors > 0 || undefined} style={{ width: `${Math.max(1, ((trace.last - trace.first) / longest) * 100)}%` }} />
        </i>
      ),
    },
    {
      id: 'outcome',
      title: 'Outcome',
      width: 138,
      cell: (trace) =>
        trace.errors > 0 ? (
          <Lamp kind="bad">{trace.errors === 1 ? 'dead letter' : `${formatExact(trace.errors)} dead letters`}</Lamp>
        ) : (
          <Lamp kind="ok" ink>
            no failure seen
          </Lamp>
        ),
    },
  ];
  return (
    <LinkRows>
      <DataTable
        label="Traces, newest first"
        columns={columns}
        rows={traces}
        rowKey={(trace) => trace.traceId}
        selected={selected}
        onSelect={onSelect}
        onOpen={onOpen}
      />
    </LinkRows>
  );
}

const short = (id: string): string => (id.length > 10 ? `${id.slice(0, 8)}…` : id);

/** In the order in which they were first seen; the rest on hover where the column is too narrow. */
function Path({ services }: { readonly services: readonly string[] }) {
  if (services.length === 0) return <span className="quiet">unknown producers</span>;
  return (
    <span className="muted" title={services.join(', ')}>
      {services.join(' › ')}
    </span>
  );
}
