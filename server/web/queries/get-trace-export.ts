import type { EventDetail, TraceExport } from '@/lib/contract/traces';
import type { TraceId } from '@/lib/events/names';
import type { Services } from '../services';
import { eventDetail } from './get-event';
import { getTrace } from './get-trace';

/** Whole events in one file, at most: each is up to a tap's body limit. */
const MOST_DETAILS = 200;
const AT_ONCE = 8;

/** One trace to be kept as a file: its tree, and its first events whole. */
export async function getTraceExport(services: Services, traceId: TraceId): Promise<TraceExport | 'not-found'> {
  const trace = await getTrace(services, traceId);
  if (trace === 'not-found') return 'not-found';
  const ids = trace.nodes.slice(0, MOST_DETAILS).map(({ event }) => event.id);
  const details: EventDetail[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const events = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => services.store.event(id)));
    const whole = await Promise.all(events.map((event) => (event === null ? null : eventDetail(services, event))));
    details.push(...whole.filter((detail) => detail !== null));
  }
  return { trace, details, exportedAt: services.clock() };
}
