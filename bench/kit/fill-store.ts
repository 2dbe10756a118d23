import { compileRules } from '@/lib/events/recognise/compile-rules';
import type { RawRecord } from '@/lib/events/observed-event';
import { BrokerView } from '@/server/collector/ingest/broker-view';
import { prepareBatch } from '@/server/collector/ingest/prepare-batch';
import type { Store } from '@/server/store/store';
import { shopMessages, type ShopMessage } from './shop-messages';

const BATCH = 10_000;
const EVENTS_A_SECOND = 1_000;
const DAY_MS = 86_400_000;

/**
 * Puts so many events of a shop into a store by the product's own way behind the tap: recognised, appended batch by batch. They end now and
 * lie back a thousand a second.
 */
export async function fillStore(store: Store, events: number, next: () => ShopMessage = shopMessages()): Promise<void> {
  const view = new BrokerView('bench', 'kafka');
  const rules = compileRules({ own: [], serviceNames: {}, inflate: () => null });
  const { epoch } = await store.acquireLease('bench', 'bench');
  await store.tapPosition('bench');
  const text = new TextEncoder();
  const begin = Date.now() - (events / EVENTS_A_SECOND) * 1_000;
  for (let number = 1, done = 0; done < events; number++) {
    const size = Math.min(BATCH, events - done);
    const from = begin + (done / EVENTS_A_SECOND) * 1_000;
    // A batch is of one day.
    const midnight = Math.floor((from + (size / EVENTS_A_SECOND) * 1_000) / DAY_MS) * DAY_MS;
    const records = Array.from({ length: size }, (_, i): RawRecord => {
      const { key, headers, body } = next();
      const at = Math.max(from, midnight) * 1_000 + (i * 1e6) / EVENTS_A_SECOND;
      return {
        channel: 'bench',
        partition: (done + i) % 6,
        offset: done + i,
        routingKey: null,
        key: text.encode(key),
        headers: Object.entries(headers).map(([name, value]) => ({ name, wire: 'kafka', value: text.encode(value) })),
        body,
        bodySize: body.length,
        publishedAt: Math.trunc(at),
        publishedAtBy: 'producer',
        observedAt: Math.trunc(at),
        inboxes: [],
      };
    });
    const batch = { number, generation: 1, records, gaps: [], offsets: new Map([['bench', new Map([[0, done + size]])]]) };
    await store.append(await prepareBatch(batch, { tap: 'bench', epoch }, view, rules));
    done += size;
  }
}
