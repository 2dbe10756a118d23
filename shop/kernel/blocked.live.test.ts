import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RunningRabbit, startRabbit } from '../../scripts/brokers/rabbit';
import type { LogTransport, QueueTransport } from '../transport/port';
import { connectRabbit } from '../transport/rabbitmq';
import { toExchange } from './channels';
import { anEvent, jsonOnly } from './host.fixture';
import { createPublisher } from './publisher';
import { queueTopology } from './topology';

const SOON = { timeout: 120_000, interval: 50 };
const quiet = (): void => {};
/** Its own node: an alarm is for everybody who publishes there. */
let node: RunningRabbit;
beforeAll(async () => {
  node = await startRabbit();
});
afterAll(() => node.remove());

const connect = (instance: number): Promise<QueueTransport> =>
  connectRabbit(node.amqpUrl, { service: 'traffic', instance }, { time: (ms) => ms / 50 });

it('[SM4] [SM24] while RabbitMQ blocks, messages wait and whoever stops is not kept; afterwards each message is there once', async () => {
  const rabbitmq = await connect(1);
  await rabbitmq.declare(queueTopology());
  const publisher = createPublisher({
    who: { service: 'traffic', instance: 1 },
    transports: { rabbitmq, kafka: {} as LogTransport },
    converters: jsonOnly,
    config: { time: (ms) => ms, trace: 'full' },
    metrics: { published: quiet, returned: quiet, refused: quiet },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    limits: { confirmMs: 600_000 },
  });
  const other = await connect(2);
  const consumer = await other.consume('order-processing', { prefetch: 1 }, quiet);
  const unrouted = { id: 'unrouted', type: '', key: 'nobody', body: new Uint8Array(), contentType: '', headers: {} };
  node.control('set_vm_memory_high_watermark', '0.0000001');
  // Who publishes is told.
  await vi.waitFor(() => {
    other.publish('shop.commands', unrouted).catch(quiet);
    expect(other.state()).toBe('blocked');
  }, SOON);

  const reports = Array.from({ length: 20 }, (_, n) => anEvent(n, { type: 'report.build', channels: [toExchange('shop.commands')] }));
  let confirmed = 0;
  const publishing = Promise.all(reports.map((report) => publisher.publish(report).finally(() => (confirmed += 1))));
  await vi.waitFor(() => expect(publisher.ready('rabbitmq')).toBe(false), SOON);
  await consumer.stop();
  await other.close();
  expect(confirmed).toBeLessThan(reports.length);

  node.control('set_vm_memory_high_watermark', '0.4');
  expect(new Set(await publishing)).toEqual(new Set(['confirmed']));
  const ids: string[] = [];
  for (let got = await rabbitmq.get('reports-work'); got !== null; got = await rabbitmq.get('reports-work')) ids.push(got.id);
  expect(ids.toSorted()).toEqual(reports.map(({ id }) => id).toSorted());
  await rabbitmq.close();
});
