import type { TapCard, TapsView } from '@/lib/contract/taps';
import type { Services } from '../services';

/** Every tap's card, the store's state, and whether the collector is there; with the collector gone the last known cards. */
export async function getTaps(services: Services): Promise<TapsView> {
  const { store, live } = services;
  const [cards, ready, size] = await Promise.all([
    freshCards(services),
    store.ready().catch(() => ({ ready: false, detail: 'The store does not answer.' })),
    store.size().catch(() => null),
  ]);
  return {
    taps: cards ?? live.taps(),
    store: {
      state: ready.ready ? 'ready' : 'down',
      kind: store.kind,
      detail: ready.detail,
      events: size?.events ?? null,
      bytes: size?.bytes ?? null,
    },
    collector: { present: live.feed().collector === 'present', since: live.collectorSince() },
  };
}

async function freshCards({ bus, log }: Services): Promise<readonly TapCard[] | null> {
  try {
    return (await bus.ask('tap-cards', {}, { timeoutMs: 2_000 })).taps;
  } catch (error) {
    log.debug({ err: error }, 'the collector gave no cards');
    return null;
  }
}
