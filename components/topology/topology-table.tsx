'use client';
import { useMemo, useState, useSyncExternalStore } from 'react';
import type { TopologyEdge, TopologyNode, TopologyView } from '@/lib/contract/topology';
import { formatCount, formatExact, formatRate, formatShare } from '@/lib/time/format';
import { DataTable, type Column, type Sort } from '@/components/ui/table';
import { ChannelTag, InboxTag, ServiceTag } from '@/components/ui/tags';
import { hueOf, lookOf } from './flow-edges';
import { LineSample } from './line-sample';
import type { RatesStore } from './rates-store';

interface Row {
  readonly edge: TopologyEdge;
  readonly from: TopologyNode;
  readonly to: TopologyNode;
}

export interface TopologyTableProps {
  readonly view: TopologyView;
  readonly store: RatesStore;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
}

const kindWords: Record<TopologyEdge['kind'], string> = {
  publish: 'publishes to',
  route: 'goes to',
  consume: 'is read by',
  'dead-letter': 'dead-letters to',
};

/** The same picture as rows: every edge with its ends, how it is known, and its numbers. */
export function TopologyTable({ view, store, selected, onSelect }: TopologyTableProps) {
  const rates = useSyncExternalStore(store.subscribe, store.shown, store.shown);
  const [sort, setSort] = useState<Sort>({ column: 'count', down: true });
  const rows = useMemo(() => {
    const nodes = new Map(view.nodes.map((node) => [node.id, node]));
    return view.edges.flatMap((edge): Row[] => {
      const from = nodes.get(edge.from);
      const to = nodes.get(edge.to);
      return from && to ? [{ edge, from, to }] : [];
    });
  }, [view]);
  // Live numbers change in place; the order changes only with the snapshot or a sort (nothing jumps).
  const sorted = useMemo(() => {
    const value = (row: Row): string | number =>
      sort.column === 'count'
        ? row.edge.count
        : sort.column === 'from'
          ? row.from.title
          : sort.column === 'to'
            ? row.to.title
            : row.edge.kind;
    return [...rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const order = x < y ? -1 : x > y ? 1 : a.edge.id < b.edge.id ? -1 : 1;
      return sort.down ? -order : order;
    });
  }, [rows, sort]);
  const columns: readonly Column<Row>[] = [
    { id: 'from', title: 'From', sortable: true, cell: (row) => <NodeTag node={row.from} /> },
    {
      id: 'kind',
      title: 'Way',
      width: 130,
      sortable: true,
      cell: (row) => <span className={row.edge.kind === 'dead-letter' ? 'tone-bad' : 'muted'}>{kindWords[row.edge.kind]}</span>,
    },
    { id: 'to', title: 'To', sortable: true, cell: (row) => <NodeTag node={row.to} /> },
    { id: 'broker', title: 'Broker', width: 130, wideOnly: true, cell: (row) => <span className="muted">{row.edge.broker}</span> },
    {
      id: 'evidence',
      title: 'How we know',
      width: 130,
      cell: (row) => (
        <span className="row" title={row.edge.evidence.map((each) => each.text).join('\n')}>
          <LineSample look={lookOf({ edge: row.edge, from: '', to: '' })} hue={hueOf({ edge: row.edge, from: '', to: '' })} />
          {row.edge.evidence[0]?.kind ?? 'unknown'}
        </span>
      ),
    },
    { id: 'rate', title: 'Rate', width: 90, align: 'end', cell: (row) => formatRate(rates.edges[row.edge.id]?.rate ?? 0) },
    {
      id: 'errors',
      title: 'Dead',
      width: 80,
      align: 'end',
      cell: (row) => {
        const share = rates.edges[row.edge.id]?.errorShare ?? 0;
        return share > 0 ? <span className="tone-bad">{formatShare(share)}</span> : <span className="quiet">none</span>;
      },
    },
    {
      id: 'count',
      title: 'Events',
      width: 96,
      align: 'end',
      sortable: true,
      cell: (row) => <span title={formatExact(row.edge.count)}>{formatCount(row.edge.count)}</span>,
    },
  ];
  return (
    <DataTable
      label="Who talks to whom"
      columns={columns}
      rows={sorted}
      rowKey={(row) => row.edge.id}
      selected={selected}
      onSelect={onSelect}
      sort={sort}
      onSort={setSort}
    />
  );
}

export function NodeTag({ node }: { readonly node: TopologyNode }) {
  if (node.kind === 'service')
    return <ServiceTag name={node.unknown === null ? node.title : null} bothWays={node.publishes && node.consumes} />;
  if (node.kind === 'channel') {
    return (
      <ChannelTag system={node.system} kind={node.channelKind}>
        {node.title}
      </ChannelTag>
    );
  }
  return (
    <InboxTag system={node.system} deadLetter={node.deadLetter}>
      {node.title}
    </InboxTag>
  );
}
