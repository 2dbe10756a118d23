import type { Store } from '@/server/store/store';

const nothing = { rows: [], next: null, cut: null } as const;

/** A store that knows nothing: questions answer empty, writes fail (the web half never writes). Give what the test needs. */
export function aStore(given: Partial<Store> = {}): Store {
  const empty: Partial<Store> = {
    kind: 'embedded',
    ready: async () => ({ ready: true, detail: 'ready' }),
    search: async ({ range }) => ({ ...nothing, searched: range }),
    searchVolume: async () => [],
    searchFacet: async () => [],
    eventsOfTrace: async () => ({ events: [], cut: null }),
    eventsCarrying: async () => ({ events: [], cut: null }),
    samplesOf: async () => ({ groups: [], queues: [] }),
    event: async () => null,
    eventRows: async () => [],
    findId: async () => [],
    recentEvents: async () => nothing,
    edges: async () => [],
    edgeSeries: async () => ({ name: 'events', unit: '/s', points: [] }),
    volume: async () => [],
    typesOf: async () => [],
    formsOf: async () => [],
    pictures: async () => [],
    latestSamples: async () => ({ groups: [], queues: [] }),
    groupSeries: async () => [],
    queueSeries: async () => [],
    allGroupSeries: async () => new Map(),
    allQueueSeries: async () => new Map(),
    sagas: async () => ({ instances: [], cut: null }),
    saga: async () => null,
    sagaCounts: async () => [],
    deadLetterGroups: async () => ({ groups: [], total: 0, cut: null }),
    deadLetters: async () => nothing,
    replaysOf: async () => [],
    gaps: async () => [],
    names: async () => ({ services: [], channels: [] }),
    size: async () => ({ events: 0, bytes: 0 }),
    close: async () => undefined,
    ...given,
  };
  return new Proxy(empty as Store, {
    get(store, name) {
      const value: unknown = Reflect.get(store, name);
      if (value !== undefined || name === 'then') return value;
      throw new Error(`the web half must not use store.${String(name)}`);
    },
  });
}
