import type { SagaView } from '@/lib/contract/sagas';
import { inOurOrder } from '@/lib/traces/in-our-order';
import type { Services } from '../services';

const MOST_HITS = 200;

/** One instance with the events that counted for it and the letters on its way. */
export async function getSaga({ store, settings }: Services, name: string, key: string): Promise<SagaView | 'not-found'> {
  const definition = settings.sagas.find((one) => one.name === name);
  const instance = definition && (await store.saga(name, key));
  if (!definition || !instance) return 'not-found';
  const [events, hits] = await Promise.all([store.eventRows(instance.facts.map((fact) => fact.eventId)), store.findId(key, MOST_HITS)]);
  const letters = new Map(
    [...hits.map((hit) => hit.event), ...events].filter((event) => event.deadLetter).map((event) => [event.id, event]),
  );
  return {
    definition,
    instance,
    events: events.toSorted(inOurOrder),
    traces: instance.traceIds,
    deadLetters: [...letters.values()].toSorted(inOurOrder),
  };
}
