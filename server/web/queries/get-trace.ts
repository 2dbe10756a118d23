import type { TraceView } from '@/lib/contract/traces';
import type { TraceId } from '@/lib/events/names';
import { assembleTrace } from '@/lib/traces/assemble-trace';
import type { Services } from '../services';

const MOST_EVENTS = 10_000;

/** The tree of one trace. */
export async function getTrace({ store }: Services, traceId: TraceId): Promise<TraceView | 'not-found'> {
  const { events, cut } = await store.eventsOfTrace(traceId, MOST_EVENTS);
  return events.length === 0 ? 'not-found' : assembleTrace(traceId, events, cut);
}
