'use client';

import { useMemo } from 'react';
import type { EventMark } from '@/lib/contract/trace-story';
import type { TraceNode } from '@/lib/contract/traces';
import type { Micros } from '@/lib/events/names';
import { formatBytes, formatDuration, formatExact } from '@/lib/time/format';
import { momentOf } from '@/lib/traces/moment-of';
import type { StoryLookup } from '@/lib/traces/read-story';
import { sortNodes, traceColumns, traceCsv, traceJson, type TraceColumn, type TraceColumnId } from '@/lib/traces/trace-columns';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { Strip } from '@/components/ui/page';
import { Popover } from '@/components/ui/popover';
import { DataTable, type Column, type Sort } from '@/components/ui/table';
import { ChannelTag } from '@/components/ui/tags';
import { Time } from '@/components/ui/time';
import { saveFile } from './save-file';
import styles from './traces.module.css';

export interface TraceEventsTableProps {
  readonly nodes: readonly TraceNode[];
  readonly story: StoryLookup;
  readonly first: Micros;
  readonly selected: string | null;
  readonly onSelect: (eventId: string | null) => void;
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort | null) => void;
  /** Chosen columns; `null` are the usual ones. */
  readonly chosen: readonly string[] | null;
  readonly onChosen: (columns: readonly string[] | null) => void;
  /** What an exported file is called, without its ending. */
  readonly fileName: string;
}

/** The same events as rows: causes before effects, or by a column. */
export function TraceEventsTable(props: TraceEventsTableProps) {
  const { nodes, story, first, selected, onSelect, sort, onSort, chosen, onChosen, fileName } = props;
  const all = useMemo(() => traceColumns(first), [first]);
  const shown = all.filter(({ id, usual }) => (chosen === null ? usual : chosen.includes(id)));
  const by = sort === null ? undefined : all.find(({ id }) => id === sort.column);
  const rows = useMemo(() => (by && sort ? sortNodes(nodes, by, sort.down) : nodes), [nodes, by, sort]);
  const columns = shown.map((column): Column<TraceNode> => ({
    ...layouts[column.id],
    id: column.id,
    title: column.title,
    sortable: true,
    cell: cellOf(column, first, story),
  }));
  return (
    <>
      <Strip label="The table">
        <span className="muted">{by === undefined ? 'Causes before effects' : `Sorted by ${by.title.toLowerCase()}`}</span>
        {by !== undefined && <Button onClick={() => onSort(null)}>Causes first</Button>}
        <span className="grow" />
        <Popover
          label="Choose columns"
          align="end"
          button={
            <span className="row">
              Columns <span className="num">{shown.length}</span>
            </span>
          }
        >
          {() => (
            <fieldset className={styles.columns}>
              <legend className="visually-hidden">Columns</legend>
              {all.map(({ id, title }) => (
                <label key={id}>
                  <input
                    type="checkbox"
                    checked={shown.some((column) => column.id === id)}
                    onChange={(event) => {
                      const next = all
                        .filter((column) => (column.id === id ? event.target.checked : shown.includes(column)))
                        .map((column) => column.id);
                      onChosen(next.length === 0 ? null : next);
                    }}
                  />
                  {title}
                </label>
              ))}
              <Button onClick={() => onChosen(null)}>Usual columns</Button>
            </fieldset>
          )}
        </Popover>
        <Button icon="download" onClick={() => saveFile(`${fileName}.csv`, 'text/csv', traceCsv(rows, shown))}>
          CSV
        </Button>
        <Button icon="download" onClick={() => saveFile(`${fileName}.rows.json`, 'application/json', traceJson(rows, shown))}>
          JSON
        </Button>
      </Strip>
      <DataTable
        label="Events of this trace"
        columns={columns}
        rows={rows}
        rowKey={({ event }) => event.id}
        selected={selected}
        onSelect={onSelect}
        {...(sort !== null && { sort })}
        onSort={onSort}
      />
    </>
  );
}

const layouts: Record<TraceColumnId, Pick<Column<TraceNode>, 'width' | 'align' | 'wideOnly'>> = {
  time: { width: 116 },
  after: { width: 72, align: 'end' },
  type: {},
  source: { width: 140 },
  broker: { width: 120 },
  channel: { width: 164 },
  place: { width: 150, wideOnly: true },
  key: { width: 140 },
  inboxes: { width: 190 },
  attempt: { width: 78, align: 'end' },
  joined: { width: 132 },
  message: { width: 170 },
  correlation: { width: 170 },
  causation: { width: 170 },
  span: { width: 150 },
  business: { width: 190 },
  size: { width: 84, align: 'end' },
  failure: { width: 160 },
  replay: { width: 120 },
};

function cellOf(column: TraceColumn, first: Micros, story: StoryLookup): Column<TraceNode>['cell'] {
  switch (column.id) {
    case 'time':
      return function TimeCell({ event }) {
        const { at, by } = momentOf(event);
        return <Time at={at} precision="millis" by={by === 'observed' ? 'tap' : event.publishedAtBy} />;
      };
    case 'after':
      return ({ event }) => {
        const { at } = momentOf(event);
        return at === first ? <span className="quiet">start</span> : formatDuration((at - first) / 1000);
      };
    case 'type':
      return function TypeCell({ event, depth }) {
        return (
          <span className="row" style={{ paddingLeft: Math.min(depth, 8) * 4 }}>
            <Icon
              name={event.deadLetter ? 'dead-letter-inbox' : event.replayId !== null ? 'replay' : 'event'}
              size={13}
              className={event.deadLetter ? 'tone-bad' : `tone-${event.system}`}
            />
            <span className="mono truncate">{event.type ?? 'type not said'}</span>
            <Marks marks={story.marksOf(event.id)} />
          </span>
        );
      };
    case 'source':
      return ({ event }) => event.source ?? <span className="quiet">unknown producer</span>;
    case 'channel':
      return function ChannelCell({ event }) {
        return <ChannelTag system={event.system}>{event.channel === '' ? 'default exchange' : event.channel}</ChannelTag>;
      };
    case 'joined':
      return function JoinedCell(node) {
        return <JoinedBy node={node} story={story} />;
      };
    case 'size':
      return ({ event }) => formatBytes(event.bodySize);
    case 'attempt':
      return ({ event }) => (event.attempt === null ? <span className="quiet">not said</span> : formatExact(event.attempt));
    case 'failure':
      return ({ event }) =>
        event.deadLetter ? <Lamp kind="bad">{event.failureCause ?? 'dead letter'}</Lamp> : <span className="quiet">none</span>;
    default:
      return function TextCell(node) {
        const value = column.value(node);
        return value === null || value === '' ? (
          <span className="quiet">not said</span>
        ) : (
          <span className="mono muted truncate">{value}</span>
        );
      };
  }
}

/** What deserves a word, as one lamp. */
function Marks({ marks }: { readonly marks: readonly EventMark[] }) {
  return marks.length === 0 ? null : (
    <span title={marks.map(({ text }) => text).join('\n')}>
      <Lamp kind="warn" size={9} label={marks.map(({ text }) => text).join('; ')} />
    </span>
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

function JoinedBy({ node, story }: { readonly node: TraceNode; readonly story: StoryLookup }) {
  const known = story.parentOf(node.event.id);
  const named = known?.named ?? node.named ?? undefined;
  if (node.orphan) {
    return (
      <span title={named}>
        <Lamp kind="off">cause not seen</Lamp>
      </span>
    );
  }
  return (
    <span className="muted" title={named}>
      {words[node.joinedBy]}
    </span>
  );
}
