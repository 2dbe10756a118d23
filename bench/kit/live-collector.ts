import { appendFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { eventIdOfLog } from '@/lib/events/names';
import type { EventHeader } from '@/lib/events/observed-event';
import { createInProcessEngine } from '@/server/brokers/in-process/engine';
import { openInProcessBroker } from '@/server/brokers/in-process/in-process-broker';
import { runCollectorChild } from '@/server/collector-child';
import { systemOf } from '@/server/config/schema';
import { shopMessage, shopMessages, type ShopMessage } from './shop-messages';

/**
 * A collector's process as the demo's: it brings the in-process broker, and a publisher of 1,000 events a second. What it published when goes
 * to the file BENCH_LOG names, a line each: `event <id> <ms>` for the events of the watched trace, `depth <n> <ms>` and `lag <n> <ms>` for a
 * queue that nobody reads and a group that stands still.
 */
const { BENCH_LOG: logFile = '', BENCH_TRACE: trace = '' } = process.env;
const A_TICK_MS = 10;
const A_TICK = 10;
const PROBE_EVERY_TICKS = 70;
const GROW_EVERY_TICKS = 5;
const text = new TextEncoder();
const now = (): number => performance.timeOrigin + performance.now();
const bytes = (headers: ShopMessage['headers'], wire: string): EventHeader[] =>
  Object.entries(headers).map(([name, value]) => ({ name, wire, value: text.encode(value) }));

runCollectorChild(async (config) => {
  const engine = createInProcessEngine({ firstOffset: Date.now() });
  const client = engine.client('bench/1');
  client.declareTopic('orders', { partitions: 6 });
  client.declareTopic('slow', { partitions: 1 });
  client.declareExchange('bench.events', { type: 'topic' });
  client.declareQueue('bench.waiting');
  client.bindQueue('bench.waiting', 'bench.events', '#');
  let timer: NodeJS.Timeout | null = null;
  return {
    brokers: config.brokers.map((broker) => openInProcessBroker(engine, { name: broker.name, system: systemOf(broker) })),
    async onStarted() {
      const next = shopMessages();
      const record = (topic: string, { key, headers, body }: ShopMessage) => ({
        topic,
        key: text.encode(key),
        headers: bytes(headers, 'kafka'),
        body,
      });
      const [first] = await client.produce([record('slow', next())]);
      client.alterOffsets('standing', [{ topic: 'slow', partition: 0, offset: (first?.offset ?? 0) + 1 }]);
      let lag = 0;
      let depth = 0;
      let ticks = 0;
      let due = performance.now();
      const tick = async (): Promise<void> => {
        due += A_TICK_MS;
        timer = setTimeout(() => void tick(), Math.max(0, due - performance.now()));
        ticks++;
        await client.produce(Array.from({ length: A_TICK }, () => record('orders', next())));
        if (ticks % PROBE_EVERY_TICKS === 0) await probe();
        if (ticks % GROW_EVERY_TICKS === 0) {
          await client.produce([record('slow', next())]);
          const { headers, body } = next();
          await client.publish({ exchange: 'bench.events', routingKey: 'order.placed', headers: bytes(headers, 'longstr'), body });
          appendFileSync(logFile, `lag ${++lag} ${now()}\ndepth ${++depth} ${now()}\n`);
        }
      };
      const probe = async (): Promise<void> => {
        const message = shopMessage({ type: 'bench.probe', source: 'bench', order: 'o-probe', trace, id: randomUUID() });
        const at = now();
        const [place] = await client.produce([record('orders', message)]);
        if (place !== undefined) appendFileSync(logFile, `event ${eventIdOfLog('kafka', 'orders', place.partition, place.offset)} ${at}\n`);
      };
      void tick();
    },
    close: async () => void (timer !== null && clearTimeout(timer)),
  };
});
