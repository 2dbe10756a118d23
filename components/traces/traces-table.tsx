'use client';

import { useEffect, useMemo, useState } from 'react';
import type { TraceSummary } from '@/lib/contract/traces';
import { formatCount, formatDuration, formatExact } from '@/lib/time/format';
import { tracesOrders, type TracesOrder } from '@/lib/traces/traces-order';
import { flowRef } from '@/lib/traces/flow-ref';
import { readStored, writeStored } from '@/components/live/preferences';
import { LinkRows, RowLink } from '@/components/events/row-link';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { Popover } from '@/components/ui/popover';
import { DataTable, type Column } from '@/components/ui/table';
import { toneOf } from '@/components/ui/tags';
import { Time } from '@/components/ui/time';
import styles from './traces.module.css';

/** All columns but the first event, which names the row, can be left out. */
const CHOICES = [
  { id: 'started', title: 'Started' },
  { id: 'trace', title: 'Trace' },
  { id: 'keys', title: 'Business keys' },
  { id: 'path', title: 'Services' },
  { id: 'events', title: 'Events' },
  { id: 'duration', title: 'Duration' },
  { id: 'share', title: 'Duration as a bar' },
  { id: 'outcome', title: 'Outcome' },
] as const;
const USUAL: readonly string[] = CHOICES.map(({ id }) => id).filter((id) => id !== 'keys');
const STORED = 'eventyard.traces.columns';

/** Which columns this person wants; kept in the browser. */
export function useChosenColumns(): readonly [readonly string[], (columns: readonly string[]) => void] {
  const [chosen, setChosen] = useState<readonly string[]>(USUAL);
  useEffect(() => {
    const stored = readStored<readonly string[]>(STORED);
    if (Array.isArray(stored)) setChosen(stored.filter((id) => CHOICES.some((choice) => choice.id === id)));
  }, []);
  return [
    chosen,
    (columns) => {
      setChosen(columns);
      writeStored(STORED, columns);
    },
  ];
}

export function ColumnChoice({
  chosen,
  onChoose,
}: {
  readonly chosen: readonly string[];
  readonly onChoose: (columns: readonly string[]) => void;
}) {
  return (
    <Popover label="Columns" align="end" button={<>Columns</>}>
      {() => (
        <div className={styles.columns}>
          {CHOICES.map(({ id, title }) => (
            <label key={id}>
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                onChange={() => onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])}
              />
              {title}
            </label>
          ))}
        </div>
      )}
    </Popover>
  );
}

export interface TracesTableProps {
  readonly columns: readonly string[];
  readonly traces: readonly TraceSummary[];
  readonly selected: string | null;
  readonly order: TracesOrder | null;
  /** A click at a head: most first, then least first, then no order any more. */
  readonly onOrder: (order: TracesOrder | null) => void;
  readonly hrefOf: (trace: TraceSummary) => string;
  readonly onSelect: (traceId: string | null) => void;
  readonly onOpen: (trace: TraceSummary) => void;
}

/** One line a trace. The link in it covers the row, so that a click opens and a middle click opens a tab; `J K Enter` work too. */
export function TracesTable({ traces, columns: chosen, selected, order, onOrder, hrefOf, onSelect, onOpen }: TracesTableProps) {
  const longest = useMemo(() => Math.max(1, ...traces.map((trace) => trace.last - trace.first)), [traces]);
  const columns: readonly Column<TraceSummary>[] = [
    { id: 'started', title: 'Started', width: 116, sortable: true, cell: (trace) => <Time at={trace.first} precision="millis" /> },
    { id: 'trace', title: 'Trace', width: 112, wideOnly: true, cell: (trace) => <Named trace={trace} /> },
    {
      id: 'first',
      title: 'First event',
      width: 208,
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
    {
      id: 'keys',
      title: 'Business keys',
      width: 180,
      cell: ({ businessKeys }) => (
        <span className="mono muted">{businessKeys.map(({ name, value }) => `${name} ${value}`).join(', ')}</span>
      ),
    },
    { id: 'path', title: 'Services', cell: (trace) => <Path services={trace.services} /> },
    {
      id: 'events',
      title: 'Events',
      width: 76,
      align: 'end',
      sortable: true,
      cell: (trace) => <span title={formatExact(trace.events)}>{formatCount(trace.events)}</span>,
    },
    {
      id: 'duration',
      title: 'Duration',
      width: 92,
      align: 'end',
      sortable: true,
      cell: (trace) => formatDuration((trace.last - trace.first) / 1000),
    },
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
      id: 'errors',
      title: 'Outcome',
      width: 138,
      sortable: true,
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
        label="Traces"
        columns={columns.filter(({ id }) => id === 'first' || chosen.includes(id === 'errors' ? 'outcome' : id))}
        rows={traces}
        rowKey={(trace) => trace.traceId}
        selected={selected}
        {...(order !== null && { sort: { column: order.by, down: order.down } })}
        onSort={({ column, down }) => {
          const by = tracesOrders.find((one) => one === column);
          onOrder(by === undefined || (down && by === order?.by) ? null : { by, down });
        }}
        onSelect={onSelect}
        onOpen={onOpen}
      />
    </LinkRows>
  );
}

/** A flow has no trace id of its own; it goes by the id that its events share. */
function Named({ trace: { traceId, inferred } }: { readonly trace: TraceSummary }) {
  const id = flowRef(traceId) ?? traceId;
  return (
    <span className="row mono muted" title={inferred ? `joined by ${id}, inferred` : id}>
      {inferred && <Icon name="inferred" size={12} label="inferred flow" />}
      <span className="truncate">{short(id)}</span>
    </span>
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
