import type { Cut } from '@/lib/contract/common';
import type { TracesPage, TraceSummary } from '@/lib/contract/traces';
import type { BrokerName } from '@/lib/events/names';
import { summariseTrace } from '@/lib/traces/summarise-trace';
import type { TimeRange } from '../range';
import type { Services } from '../services';

export interface TracesQuestion {
  readonly range: TimeRange;
  readonly limit: number;
  readonly after?: string;
  /** Any id that a person pasted. */
  readonly q?: string;
  readonly service?: string;
  readonly channel?: string;
  readonly brokers?: ReadonlySet<BrokerName>;
  readonly errors?: boolean;
}

const HISTOGRAM_STEPS = 120;
const MOST_HITS = 200;
const MOST_TRACES = 50;
const MOST_EVENTS = 2_000;

/** Newest traces of a range, or the traces in which an id was found, whenever they were. */
export async function getTraces(services: Services, question: TracesQuestion): Promise<TracesPage> {
  const { store } = services;
  const { range, limit, after, service, channel, brokers, errors, q } = question;
  const only = brokers?.size === 1 ? [...brokers][0] : undefined;
  const volume = store.volume(range, HISTOGRAM_STEPS, only);
  if (q !== undefined) {
    const [found, histogram] = await Promise.all([tracesOfId(services, q), volume]);
    return { ...found, next: null, histogram };
  }
  const [page, histogram] = await Promise.all([
    store.latestTraces({
      range,
      limit,
      ...(after !== undefined && { after }),
      ...(service !== undefined && { service }),
      ...(channel !== undefined && { channel }),
      ...(brokers && { brokers: [...brokers] }),
      ...(errors && { onlyErrors: true }),
    }),
    volume,
  ]);
  return { traces: page.rows, next: page.next, cut: page.cut, histogram, foundBy: null };
}

async function tracesOfId(
  { store }: Services,
  id: string,
): Promise<{ readonly traces: readonly TraceSummary[]; readonly cut: Cut | null; readonly foundBy: TracesPage['foundBy'] }> {
  const hits = await store.findId(id, MOST_HITS);
  const ids = [...new Set(hits.flatMap(({ event }) => (event.traceId === null ? [] : [event.traceId])))];
  const traces = await Promise.all(
    ids.slice(0, MOST_TRACES).map(async (traceId) => summariseTrace(traceId, (await store.eventsOfTrace(traceId, MOST_EVENTS)).events)),
  );
  const cut: Cut | null =
    hits.length >= MOST_HITS || ids.length > MOST_TRACES ? { shown: Math.min(ids.length, MOST_TRACES), of: null, why: 'row-limit' } : null;
  const field = hits[0]?.field;
  return {
    traces: traces.filter((trace) => trace !== null).toSorted((a, b) => b.last - a.last),
    cut,
    foundBy: field === undefined ? null : { field, value: id },
  };
}
