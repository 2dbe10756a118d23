import { countEdges } from '@/lib/topology/edges';
import type { BrokerName, BrokerSystem, TapName } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { WireColumn } from './wire-codec';
import { array, column, i32, i64, text, tuple, u32, u64, word } from './wire-codec';

/** What a summary needs of an event: the whole one that is being stored, or the row of one that is stored already. */
export type SummaryEvent = Pick<
  ObservedEvent,
  'id' | 'observedAt' | 'system' | 'channel' | 'type' | 'source' | 'traceId' | 'businessKeys' | 'inboxes' | 'deadLetter' | 'failure'
>;

export interface SummaryHead {
  readonly tap: TapName;
  readonly broker: BrokerName;
  readonly epoch: number;
  readonly number: number;
  readonly offsets: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** When the batch has no events: when it was. */
  readonly at: number;
  /** µs; of two summaries of one batch the later one stands. */
  readonly storedAt: number;
}

interface Edge {
  readonly kind: string;
  readonly bucket: number;
  readonly source: string;
  readonly channel: string;
  readonly inbox: string;
  readonly count: number;
  readonly failed: number;
  readonly last: number;
}

/** A row of `batch_summaries`: of one trace, or, with an empty trace id, of the whole batch. */
export interface SummaryRow {
  readonly traceId: string;
  readonly first: number;
  readonly last: number;
  readonly events: number;
  readonly errors: number;
  readonly title: string;
  readonly services: readonly string[];
  readonly systems: readonly { readonly broker: string; readonly system: string }[];
  readonly businessKeys: ObservedEvent['businessKeys'];
  readonly edges: readonly Edge[];
  readonly offsets: readonly { readonly channel: string; readonly partition: number; readonly next: number }[];
}

const MAX_SERVICES = 50;
const MAX_KEYS = 10;

/** The account of a batch, then its traces. Pure: the same batch gives the same rows, whoever computes them [S2, S4]. */
export function summarizeBatch(events: readonly SummaryEvent[], head: SummaryHead): readonly SummaryRow[] {
  return [accountOf(events, head), ...traceRows(events, head)];
}

function accountOf(events: readonly SummaryEvent[], head: SummaryHead): SummaryRow {
  const bySecond = new Map<number, { events: SummaryEvent[]; last: number }>();
  let first = Infinity;
  let last = -Infinity;
  let errors = 0;
  for (const event of events) {
    const at = event.observedAt;
    if (at < first) first = at;
    if (at > last) last = at;
    if (event.deadLetter) errors++;
    const second = Math.floor(at / 1_000_000);
    const slice = bySecond.get(second);
    if (slice === undefined) bySecond.set(second, { events: [event], last: at });
    else {
      slice.events.push(event);
      if (at > slice.last) slice.last = at;
    }
  }
  const edges: Edge[] = [];
  for (const [bucket, slice] of bySecond) {
    for (const edge of countEdges(slice.events))
      edges.push({ ...edge, bucket, source: edge.source ?? '', inbox: edge.inbox ?? '', last: slice.last });
  }
  return {
    traceId: '',
    first: events.length === 0 ? head.at : first,
    last: events.length === 0 ? head.at : last,
    events: events.length,
    errors,
    title: '',
    services: [],
    systems: [{ broker: head.broker, system: events[0]?.system ?? '' }],
    businessKeys: [],
    edges,
    offsets: [...head.offsets].flatMap(([channel, partitions]) =>
      [...partitions].map(([partition, next]) => ({ channel, partition, next })),
    ),
  };
}

interface TraceCount {
  first: number;
  last: number;
  events: number;
  errors: number;
  title: string;
  readonly services: Set<string>;
  readonly systems: Set<BrokerSystem>;
  readonly keys: Map<string, ObservedEvent['businessKeys'][number]>;
}

function traceRows(events: readonly SummaryEvent[], { broker }: SummaryHead): SummaryRow[] {
  const traces = new Map<string, TraceCount>();
  for (const event of events) {
    if (event.traceId === null || event.traceId === '') continue;
    let trace = traces.get(event.traceId);
    if (trace === undefined) {
      trace = {
        first: Infinity,
        last: -Infinity,
        events: 0,
        errors: 0,
        title: '',
        services: new Set(),
        systems: new Set(),
        keys: new Map(),
      };
      traces.set(event.traceId, trace);
    }
    if (event.observedAt < trace.first) {
      trace.first = event.observedAt;
      trace.title = event.type ?? '';
    }
    if (event.observedAt > trace.last) trace.last = event.observedAt;
    trace.events++;
    if (event.deadLetter) trace.errors++;
    if (event.source !== null && trace.services.size < MAX_SERVICES) trace.services.add(event.source);
    trace.systems.add(event.system);
    for (const key of event.businessKeys) if (trace.keys.size < MAX_KEYS) trace.keys.set(`${key.name}\n${key.value}`, key);
  }
  return Array.from(traces, ([traceId, trace]) => ({
    traceId,
    first: trace.first,
    last: trace.last,
    events: trace.events,
    errors: trace.errors,
    title: trace.title,
    services: [...trace.services],
    systems: Array.from(trace.systems, (system) => ({ broker, system })),
    businessKeys: [...trace.keys.values()],
    edges: [],
    offsets: [],
  }));
}

export const summaryColumns = (head: SummaryHead): readonly WireColumn<SummaryRow>[] => [
  column('traceId', text, (row) => row.traceId),
  column('tap', word, () => head.tap),
  column('batch', u64, () => head.number),
  column('epoch', u32, () => head.epoch),
  column('storedAt', i64, () => head.storedAt),
  column('first', i64, (row) => Math.trunc(row.first)),
  column('last', i64, (row) => Math.trunc(row.last)),
  column('events', u32, (row) => row.events),
  column('errors', u32, (row) => row.errors),
  column('title', word, (row) => row.title),
  column('services', array(word), (row) => row.services),
  column(
    'systems',
    array(
      tuple(
        column('broker', word, (s: SummaryRow['systems'][number]) => s.broker),
        column('system', word, (s) => s.system),
      ),
    ),
    (row) => row.systems,
  ),
  column(
    'businessKeys',
    array(
      tuple(
        column('name', word, (k: SummaryRow['businessKeys'][number]) => k.name),
        column('value', text, (k) => k.value),
      ),
    ),
    (row) => row.businessKeys,
  ),
  column(
    'edges',
    array(
      tuple(
        column('kind', word, (e: Edge) => e.kind),
        column('bucket', u32, (e) => e.bucket),
        column('source', word, (e) => e.source),
        column('channel', word, (e) => e.channel),
        column('inbox', word, (e) => e.inbox),
        column('count', u32, (e) => e.count),
        column('failed', u32, (e) => e.failed),
        column('last', i64, (e) => Math.trunc(e.last)),
      ),
    ),
    (row) => row.edges,
  ),
  column(
    'offsets',
    array(
      tuple(
        column('channel', word, (o: SummaryRow['offsets'][number]) => o.channel),
        column('partition', i32, (o) => o.partition),
        column('next', i64, (o) => o.next),
      ),
    ),
    (row) => row.offsets,
  ),
];
