import type { Cut } from '@/lib/contract/common';
import type { TracesPage, TraceSummary } from '@/lib/contract/traces';
import type { BrokerName } from '@/lib/events/names';
import { parseQuery } from '@/lib/search/parse-query';
import type { SearchNode } from '@/lib/search/query';
import { pastedWord, pastedWords, term } from '@/lib/search/write-query';
import { flowOf } from '@/lib/traces/flow-ref';
import { orderTraces, type TracesOrder } from '@/lib/traces/traces-order';
import { summariseTrace } from '@/lib/traces/summarise-trace';
import type { TimeRange } from '../range';
import type { Services } from '../services';

export interface TracesQuestion {
  readonly range: TimeRange;
  readonly limit: number;
  readonly after?: string;
  /** A line of the search (docs/search.md), or any id that a person pasted. */
  readonly q?: string;
  readonly service?: string;
  readonly channel?: string;
  readonly inbox?: string;
  readonly brokers?: ReadonlySet<BrokerName>;
  readonly errors?: boolean;
  /** Without one: by the newest event that was found. */
  readonly order?: TracesOrder | null;
}

const HISTOGRAM_STEPS = 120;
const MOST_HITS = 200;
const MOST_TRACES = 50;
const MOST_EVENTS = 2_000;

/** What a search found in a range, in the asked order; or, for one word that is an id, everything that carries it, whenever that was. */
export async function getTraces(services: Services, question: TracesQuestion): Promise<TracesPage> {
  const { store } = services;
  const { range, limit, after, q = '', brokers, order = null } = question;
  const pasted = after === undefined ? pastedWord(q) : null;
  const perhapsAnId = pasted ?? (after === undefined ? pastedWords(q) : null);
  if (perhapsAnId !== null) {
    const only = brokers?.size === 1 ? [...brokers][0] : undefined;
    const [found, histogram] = await Promise.all([tracesOfId(services, perhapsAnId), store.volume(range, HISTOGRAM_STEPS, only)]);
    if (found.foundBy !== null)
      return { ...found, traces: orderTraces(found.traces, order), next: null, histogram, searched: null, problem: null };
  }
  const parsed = parseQuery(q);
  const read = parsed.ok ? parsed.query : pasted === null ? null : term('any', pasted);
  if (!parsed.ok && read === null)
    return { traces: [], next: null, cut: null, histogram: [], foundBy: null, searched: null, problem: parsed.problem };
  const node = narrowed(read, question);
  const query = { range, node, ...(brokers && { brokers: [...brokers] }) };
  const [page, histogram] = await Promise.all([
    store.search({ ...query, limit, ...(order !== null && { order }), ...(after !== undefined && { after }) }),
    after === undefined ? volumeOf(services, query) : [],
  ]);
  return { traces: page.rows, next: page.next, cut: page.cut, histogram, foundBy: null, searched: page.searched, problem: null };
}

/** Everything of at most one broker is in the rollups. */
const volumeOf = ({ store }: Services, query: Parameters<Services['store']['searchVolume']>[0]) =>
  query.node === null && (query.brokers?.length ?? 0) < 2
    ? store.volume(query.range, HISTOGRAM_STEPS, query.brokers?.[0])
    : store.searchVolume(query, HISTOGRAM_STEPS);

function narrowed(node: SearchNode | null, { service, channel, inbox, errors }: TracesQuestion): SearchNode | null {
  const parts = [
    node,
    service === undefined ? null : term('service', service),
    channel === undefined ? null : term('channel', channel),
    inbox === undefined ? null : term('inbox', inbox),
    errors === true ? term('status', 'dead-lettered') : null,
  ].filter((part) => part !== null);
  return parts.length < 2 ? (parts[0] ?? null) : { kind: 'and', parts };
}

async function tracesOfId(
  { store }: Services,
  id: string,
): Promise<{ readonly traces: readonly TraceSummary[]; readonly cut: Cut | null; readonly foundBy: TracesPage['foundBy'] }> {
  const hits = await store.findId(id, MOST_HITS);
  const ids = [...new Set(hits.flatMap(({ event }) => (event.traceId === null ? [] : [event.traceId])))];
  const loose = hits.flatMap(({ event }) => (event.traceId === null ? [event] : []));
  const traces = await Promise.all(
    ids.slice(0, MOST_TRACES).map(async (traceId) => summariseTrace(traceId, (await store.eventsOfTrace(traceId, MOST_EVENTS)).events)),
  );
  // One trace names the whole flow; with none the id itself does.
  const flow = ids.length === 1 ? null : summariseTrace(flowOf(id), loose);
  const cut: Cut | null =
    hits.length >= MOST_HITS || ids.length > MOST_TRACES ? { shown: Math.min(ids.length, MOST_TRACES), of: null, why: 'row-limit' } : null;
  const field = hits[0]?.field;
  return {
    traces: [...traces, flow === null ? null : { ...flow, inferred: true }]
      .filter((trace) => trace !== null)
      .toSorted((a, b) => b.last - a.last),
    cut,
    foundBy: field === undefined ? null : { field, value: id },
  };
}
