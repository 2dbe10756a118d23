import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createInProcessEngine } from '../server/brokers/in-process/engine';
import { readConfig } from './config';
import { checkInvariants } from './kernel/invariants';
import { openCollector, type Span } from './kernel/otlp/collector.fixture';
import { openLocalWorld, type LocalWorld } from './local-world';
import { planOf } from './traffic/plan';
import { inProcessConnect } from './transport/in-process';
import type { Connect, Message, Transaction } from './transport/port';

const PATIENCE = { timeout: 120_000, interval: 100 };

/** A shop in one process, and every message that its services have sent. */
async function shop(): Promise<{
  world: LocalWorld;
  sent: readonly Message[];
  spans: () => readonly Span[];
  ask: (path: string, body: unknown) => Promise<Response>;
}> {
  const data = mkdtempSync(join(tmpdir(), 'shop-'));
  const { url: otlp, spans } = await openCollector();
  const config = {
    ...readConfig({ flags: { otlp, timeFactor: 2, http: { basePort: 0 }, instances: 'inventory=1,payment=1,saga-orchestrator=1' } }),
    data,
  };
  const sent: Message[] = [];
  const world = await openLocalWorld({
    config,
    plan: planOf(1, { orders: 2, mix: 'web' }),
    connect: noting(inProcessConnect(createInProcessEngine()), sent),
    restartBroker: async () => {},
  });
  onTestFinished(async () => {
    await world.close();
    rmSync(data, { recursive: true, force: true });
  });
  const headers = { 'content-type': 'application/json' };
  const ask = (path: string, body: unknown): Promise<Response> =>
    fetch(`${world.urlOf('api-gateway')}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { world, sent, spans, ask };
}

function noting(connect: Connect, sent: Message[]): Connect {
  return async (who) => {
    const { rabbitmq, kafka } = await connect(who);
    const note = (messages: readonly Message[]): void => void sent.push(...messages);
    const notedSend = (transaction: Transaction): Transaction =>
      instead(transaction, {
        send: (records) => (note(records.map(({ message }) => message)), transaction.send(records)),
      });
    return {
      rabbitmq: instead(rabbitmq, {
        publish: (exchange, message, options) => (note([message]), rabbitmq.publish(exchange, message, options)),
      }),
      kafka: instead(kafka, {
        produce: (records, options) => (note(records.map(({ message }) => message)), kafka.produce(records, options)),
        transaction: (id, work) => kafka.transaction(id, (transaction) => work(notedSend(transaction))),
      }),
    };
  };
}

/** The same object but for some methods. */
const instead = <T extends object>(object: T, methods: Partial<T>): T =>
  new Proxy(object, {
    get: (target, name) => {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

const traceOf = ({ headers }: Message): string => String(headers.traceparent).split('-')[1] ?? '';
const order = (orderId: string, fulfilment: string) => ({
  orderId,
  userId: 'usr-1-0001',
  fulfilment,
  items: [{ productId: 'lamp', quantity: 2, unitPrice: 2_900 }],
});

const LOG = ['ORDER_CREATED', 'ORDER_PLACED', 'PAYMENT_CONFIRMED', 'ORDER_SHIPPED', 'ORDER_COMPLETED'];
const CHAIN = [
  'order.created',
  'order.process',
  'order.placed',
  'inventory.reserved',
  'payment.completed',
  'shipment.dispatched',
  'order.completed',
  'inventory.commit',
  'inventory.committed',
  'customer.notification.requested',
  'loyalty.points.awarded',
];

describe('the life of one order', () => {
  it('[SS19] [SH14] by choreography: one trace of 10 messages, its points, 5 lines of its log and 2 of the ledger; each has a cause in it', async () => {
    const { world, sent, spans, ask } = await shop();
    expect((await ask('/orders', order('one', 'choreography'))).status).toBe(202);
    const trace = await vi.waitFor(() => {
      const mine = sent.filter(({ type }) => type === 'inventory.committed' || type === 'loyalty.points.awarded');
      expect(mine).toHaveLength(2);
      return sent.filter((message) => traceOf(message) === traceOf(mine[0]!) && message.type !== 'order.summary');
    }, PATIENCE);
    await vi.waitFor(() => expect(checkInvariants((service) => world.databaseOf(service))).toEqual({ violations: [], open: [] }), PATIENCE);

    const expected = [...CHAIN, ...LOG, 'ledger.entry.posted', 'ledger.entry.posted'];
    expect(trace.map(({ type }) => type).sort()).toEqual(expected.sort());
    const withoutCause = trace.filter(({ headers }) => headers['causation-id'] === undefined);
    expect(withoutCause.map(({ type }) => type).sort()).toEqual(['ORDER_CREATED', 'order.created']);
    const [created, process] = ['order.created', 'order.process'].map((type) => trace.find((message) => message.type === type));
    expect(process?.headers['causation-id']).toBe(created?.id);

    const spanIds = trace.map(({ headers }) => String(headers.traceparent).split('-')[2]);
    await vi.waitFor(() => expect(spans().map(({ spanId }) => spanId)).toEqual(expect.arrayContaining(spanIds)), PATIENCE);
  });

  it('[SS19] by orchestration: the same events, commands and answers of one saga, and nothing is done twice', async () => {
    const { world, sent, ask } = await shop();
    expect((await ask('/orders', order('two', 'orchestration'))).status).toBe(202);
    await vi.waitFor(() => {
      for (const type of [...CHAIN, ...LOG]) expect(sent.filter((message) => message.type === type).length, type).toBeGreaterThan(0);
    }, PATIENCE);
    await vi.waitFor(() => expect(checkInvariants((service) => world.databaseOf(service))).toEqual({ violations: [], open: [] }), PATIENCE);

    const once = (type: string): number => new Set(sent.filter((message) => message.type === type).map(({ id }) => id)).size;
    const steps = ['inventory.reserve', 'payment.charge', 'shipping.dispatch', 'order.complete'];
    for (const type of [...CHAIN, ...LOG, ...steps, ...steps.map((step) => `${step}.ok`)]) expect(once(type), type).toBe(1);
    const sagas = sent.filter(({ type }) => steps.includes(type)).map(({ headers }) => headers['saga-id']);
    expect(new Set(sagas)).toEqual(new Set(['saga-two']));
    expect(new Set(sent.filter(({ type }) => [...CHAIN, ...steps].includes(type)).map(traceOf)).size).toBe(1);
  });
});
