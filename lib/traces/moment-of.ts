import type { EventRow } from '@/lib/contract/traces';
import type { Micros } from '@/lib/events/names';

/**
 * Where an event stands on the axis, µs. A broker's or producer's stamp in whole seconds (AMQP) would draw effects before their causes: then
 * our own clock is nearer, unless the event was read much later than it was published.
 */
export function momentOf(event: EventRow): { at: Micros; by: 'published' | 'observed' } {
  const { publishedAt, observedAt } = event;
  if (publishedAt === null || publishedAt <= 0) return { at: observedAt, by: 'observed' };
  const coarse = publishedAt % 1_000_000 === 0;
  return coarse && Math.abs(observedAt - publishedAt) < 5_000_000
    ? { at: observedAt, by: 'observed' }
    : { at: publishedAt, by: 'published' };
}
