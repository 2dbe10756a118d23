import type { TraceNode } from '@/lib/contract/traces';
import { formatIso } from '@/lib/time/format';
import { momentOf } from './moment-of';

/** A column of the table of one trace: what it is called, and its value as it is sorted and exported. */
export interface TraceColumn {
  readonly id: TraceColumnId;
  readonly title: string;
  /** Shown until a person chooses. */
  readonly usual: boolean;
  readonly value: (node: TraceNode) => string | number | null;
}

export const traceColumnIds = [
  'time',
  'after',
  'type',
  'source',
  'broker',
  'channel',
  'place',
  'key',
  'inboxes',
  'attempt',
  'joined',
  'message',
  'correlation',
  'causation',
  'span',
  'business',
  'size',
  'failure',
  'replay',
] as const;
export type TraceColumnId = (typeof traceColumnIds)[number];

/** `first` is the trace's first moment, µs: `after` counts from it, in µs. */
export function traceColumns(first: number): readonly TraceColumn[] {
  const columns: Record<TraceColumnId, Omit<TraceColumn, 'id'>> = {
    time: { title: 'Time', usual: true, value: ({ event }) => momentOf(event).at },
    after: { title: 'After', usual: true, value: ({ event }) => momentOf(event).at - first },
    type: { title: 'Event', usual: true, value: ({ event }) => event.type },
    source: { title: 'From', usual: true, value: ({ event }) => event.source },
    broker: { title: 'Broker', usual: false, value: ({ event }) => event.broker },
    channel: { title: 'Published to', usual: true, value: ({ event }) => event.channel },
    place: {
      title: 'Place',
      usual: true,
      value: ({ event }) => (event.system === 'kafka' ? `${event.partition ?? '?'} @ ${event.offset ?? '?'}` : event.routingKey),
    },
    key: { title: 'Key', usual: false, value: ({ event }) => event.key },
    inboxes: { title: 'Went to', usual: false, value: ({ event }) => event.inboxes.map(({ inbox }) => inbox).join(', ') || null },
    attempt: { title: 'Attempt', usual: false, value: ({ event }) => event.attempt },
    joined: { title: 'Joined by', usual: true, value: ({ joinedBy, orphan }) => (orphan ? 'cause not seen' : joinedBy) },
    message: { title: 'Message id', usual: false, value: ({ event }) => event.messageId },
    correlation: { title: 'Correlation id', usual: false, value: ({ event }) => event.correlationId },
    causation: { title: 'Causation id', usual: false, value: ({ event }) => event.causationId },
    span: { title: 'Span', usual: false, value: ({ event }) => event.spanId },
    business: {
      title: 'Business keys',
      usual: false,
      value: ({ event }) => event.businessKeys.map(({ name, value }) => `${name} ${value}`).join(', ') || null,
    },
    size: { title: 'Bytes', usual: false, value: ({ event }) => event.bodySize },
    failure: { title: 'Failure', usual: false, value: ({ event }) => event.failureCause ?? (event.deadLetter ? 'dead letter' : null) },
    replay: { title: 'Replay', usual: false, value: ({ event }) => event.replayId },
  };
  return traceColumnIds.map((id) => ({ id, ...columns[id] }));
}

/** Sorted by one column; `null` stands last either way, and what is equal keeps its order. */
export function sortNodes(nodes: readonly TraceNode[], { value }: TraceColumn, down: boolean): TraceNode[] {
  return nodes.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === y) return 0;
    if (x === null) return 1;
    if (y === null) return -1;
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x) < String(y) ? -1 : 1;
    return down ? -order : order;
  });
}

/**
 * The rows as CSV (RFC 4180, CRLF). [EX1] Every value comes back out of a CSV reader as it was, [EX2] but for a text that a spreadsheet would
 * run as a formula (it begins with `=`, `+`, `-`, `@`, tab or return): that one gets an apostrophe in front.
 */
export function traceCsv(nodes: readonly TraceNode[], columns: readonly TraceColumn[]): string {
  const lines = [
    columns.map(({ title }) => cell(title)),
    ...nodes.map((node) => columns.map(({ id, value }) => cell(id === 'time' ? formatIso(value(node) as number) : value(node)))),
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The same rows as JSON, one object each; times are µs since 1970. */
export const traceJson = (nodes: readonly TraceNode[], columns: readonly TraceColumn[]): string =>
  `${JSON.stringify(
    nodes.map((node) => Object.fromEntries(columns.map(({ id, value }) => [id, value(node)]))),
    null,
    2,
  )}\n`;
