import type { TraceId } from '@/lib/events/names';
import type { EventRow, TraceSummary } from '@/lib/contract/traces';
import { inOurOrder } from './in-our-order';

const MOST_KEYS = 8;

/** One trace as a row of a list, out of its events; `null` when there are none. */
export function summariseTrace(traceId: TraceId, events: readonly EventRow[]): TraceSummary | null {
  const ordered = events.toSorted(inOurOrder);
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (!first || !last) return null;
  return {
    traceId,
    title: first.type,
    first: first.observedAt,
    last: last.observedAt,
    events: ordered.length,
    errors: ordered.filter((event) => event.deadLetter).length,
    services: [...new Set(ordered.flatMap(({ source }) => (source === null ? [] : [source])))],
    brokers: [...new Map(ordered.map(({ broker, system }) => [broker, { broker, system }])).values()],
    businessKeys: [
      ...new Map(ordered.flatMap(({ businessKeys }) => businessKeys).map((key) => [`${key.name}\n${key.value}`, key])).values(),
    ].slice(0, MOST_KEYS),
  };
}
