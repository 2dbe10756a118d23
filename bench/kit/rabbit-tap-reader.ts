import pino from 'pino';
import { openRabbitBroker } from '@/server/brokers/rabbitmq/rabbit-broker';

/** Our tap without a store, in a process of its own. Arguments: url, api, tap, exchange, batch and size where it stands, count (0 = only make its queue). */
const [url = '', apiUrl = '', tap = '', exchange = '', batch = '0', batchSize = '0', count = '0'] = process.argv.slice(2);
const broker = openRabbitBroker({ name: tap, url, apiUrl }, { log: pino({ level: 'silent' }) });
const reader = await broker.openTap({
  tap,
  epoch: 1,
  include: [exchange],
  exclude: [],
  resume: { batch: Number(batch), batchSize: Number(batchSize), offsets: new Map() },
  maxBodyBytes: 65_536,
  maxBufferedBytes: 16_777_216,
  startAt: 'beginning',
  discoverEveryMs: 1_000,
});
while (!reader.state().channels.includes(exchange)) await new Promise((resolve) => setTimeout(resolve, 20));

let [seen, number, size, bytes, begin] = [0, Number(batch), Number(batchSize), 0, 0];
let before = process.cpuUsage();
while (seen < Number(count)) {
  const next = await reader.next({ records: 20_000, bytes: 8 * 1024 * 1024 });
  if (next === null) throw new Error('the tap ended');
  if (seen === 0) [begin, before] = [performance.now(), process.cpuUsage()];
  for (const { body } of next.records) bytes += body?.length ?? 0;
  await reader.settle(next);
  seen += next.records.length;
  number = next.number;
  size = next.records.length;
}
const { user, system } = process.cpuUsage(before);
const took = { seconds: (performance.now() - begin) / 1_000, cpu: (user + system) / 1e6 };
await reader.close();
await broker.close();
console.log(JSON.stringify({ ...took, seen, bytes, batch: number, batchSize: size }));
