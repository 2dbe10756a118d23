import { afterEach, describe, expect, it } from 'vitest';
import pino from 'pino';
import { AppError } from '@/lib/errors';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import { aRecord } from '@/lib/events/recognise/raw-record.fixture';
import { aGroup, aPicture } from '@/lib/topology/topology.fixture';
import type { ObservedEvent, RawRecord } from '@/lib/events/observed-event';
import type { StoredBatch } from '../../store/store';
import { MemoryStore } from '../memory-store.fixture';
import { until } from '../until.fixture';
import { BrokerView } from './broker-view';
import { FakeBroker, type FakeTap } from './fake-broker.fixture';
import { LIMIT } from './pace';
import { TapLoop } from './tap-loop';

const noon = Date.UTC(2026, 10, 21, 12) * 1000;
const records = (count: number, over: Partial<RawRecord> = {}): RawRecord[] =>
  Array.from({ length: count }, (_, i) => aRecord([['event-id', `e-${i}`]], { orderId: i }, { observedAt: noon + i, ...over }));

const open: TapLoop[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((loop) => loop.close(200)));
});

function aLoop(broker = new FakeBroker(), store = new MemoryStore(), lease?: { beatMs: number; goneAfterMs: number }) {
  const told: StoredBatch[] = [];
  const read: ObservedEvent[] = [];
  const view = new BrokerView(broker.name, broker.system);
  const loop = new TapLoop({
    broker,
    view,
    store,
    rules: compileRules(),
    settings: {
      tap: 'shop',
      broker: 'shop',
      include: ['*'],
      exclude: [],
      startAt: 'beginning',
      maxBodyBytes: 65_536,
      maxBufferedBytes: 1e7,
      discoverEveryMs: 15_000,
    },
    owner: 'test',
    log: pino({ level: 'silent' }),
    onRead: (events) => read.push(...events),
    onStored: (batch) => told.push(batch),
    onState: () => undefined,
    ...(lease && { lease }),
  });
  open.push(loop);
  loop.start();
  return { broker, store, loop, told, read, view };
}

const tapOf = async (broker: FakeBroker, nth = 0): Promise<FakeTap> => {
  await until(`tap ${nth} is open`, () => broker.taps[nth] !== undefined);
  return broker.taps[nth] as FakeTap;
};

describe('TapLoop', () => {
  it('[I4] [I6] stores each batch under its number, tells it, then settles it, in order', async () => {
    const { broker, store, told } = aLoop();
    const tap = await tapOf(broker);
    const order: string[] = [];
    store.beforeAppend = ({ number }) => void order.push(`append ${number}`);
    tap.beforeSettle = ({ number }) => void order.push(`settle ${number} of ${told.length}`);
    for (let n = 1; n <= 3; n++) {
      tap.arrive(records(2));
      await until(`batch ${n}`, () => tap.settled.length === n);
    }
    expect(order).toEqual(['append 1', 'settle 1 of 1', 'append 2', 'settle 2 of 2', 'append 3', 'settle 3 of 3']);
    expect(
      store.events.map(({ id, messageId, batch, index, tap: name, epoch }) => [id, messageId, batch, index, name, epoch]).slice(2, 4),
    ).toEqual([
      ['r:shop:shop:2:0', 'e-0', 2, 0, 'shop', 1],
      ['r:shop:shop:2:1', 'e-1', 2, 1, 'shop', 1],
    ]);
  });

  it('[I6] while the store is slow one batch grows, told as it comes and stored as one', async () => {
    const { broker, store, read } = aLoop();
    const tap = await tapOf(broker);
    let release = (): void => undefined;
    store.beforeAppend = ({ number }) => (number === 1 ? new Promise<void>((done) => (release = done)) : undefined);
    for (let n = 1; n <= 2; n++) {
      tap.arrive(records(1));
      await until(`batch ${n} is taken`, () => tap.given === n);
    }
    for (let n = 1; n <= 2; n++) {
      tap.arrive(records(1));
      await until(`the open batch grew ${n} times`, () => tap.grown === n);
    }
    await until('all are told', () => read.length === 4);
    expect(tap.given).toBe(2);
    expect(store.batches).toHaveLength(0);
    release();
    await until('all are stored', () => store.events.length === 4);
    expect(store.batches.map(({ number, events }) => [number, events.length])).toEqual([
      [1, 1],
      [2, 3],
    ]);
    // What was shown before it was stored is what was stored.
    expect(read.map(({ id }) => id)).toEqual(store.events.map(({ id }) => id));
    expect(store.events.slice(1).map(({ id, index }) => [id, index])).toEqual([
      ['r:shop:shop:2:0', 0],
      ['r:shop:shop:2:1', 1],
      ['r:shop:shop:2:2', 2],
    ]);
    await until('all are settled', () => tap.settled.length === 2);
  });

  it('[I6] an open batch grows to its limit and takes no more', async () => {
    const { broker, store } = aLoop();
    const tap = await tapOf(broker);
    let release = (): void => undefined;
    store.beforeAppend = ({ number }) => (number === 1 ? new Promise<void>((done) => (release = done)) : undefined);
    tap.arrive(records(1));
    await until('the store works', () => tap.given === 1);
    tap.arrive(records(1, { body: new Uint8Array(LIMIT.bytes) }));
    await until('a full batch is taken', () => tap.given === 2);
    tap.arrive(records(5));
    release();
    await until('all are stored', () => store.batches.length === 3);
    expect(store.batches.map(({ events }) => events.length)).toEqual([1, 1, 5]);
  });

  it('[I5] a batch over midnight is one batch of one day', async () => {
    const { broker, store } = aLoop();
    const midnight = Date.UTC(2026, 10, 22) * 1000;
    (await tapOf(broker)).arrive([...records(1, { observedAt: midnight - 5 }), ...records(1, { observedAt: midnight + 7 })]);
    await until('it is stored', () => store.batches.length === 1);
    expect(store.events.map(({ observedAt }) => observedAt)).toEqual([midnight, midnight + 7]);
  });

  it('[I5] nor does a batch that grows over midnight have two days', async () => {
    const { broker, store } = aLoop();
    const tap = await tapOf(broker);
    const midnight = Date.UTC(2026, 10, 22) * 1000;
    let release = (): void => undefined;
    store.beforeAppend = ({ number }) => (number === 1 ? new Promise<void>((done) => (release = done)) : undefined);
    tap.arrive(records(1));
    await until('the store works', () => tap.given === 1);
    tap.arrive(records(1, { observedAt: midnight - 5 }));
    await until('the next batch is open', () => tap.given === 2);
    tap.arrive(records(1, { observedAt: midnight + 7 }));
    await until('it grew', () => tap.grown === 1);
    release();
    await until('it is stored', () => store.batches.length === 2);
    expect(store.batches[1]?.events.map(({ observedAt }) => observedAt)).toEqual([midnight, midnight + 7]);
  });

  it('[I7] tries a batch again until the store takes it, says so meanwhile, and loses nothing', async () => {
    const { broker, store, loop } = aLoop();
    const tap = await tapOf(broker);
    let failures = 3;
    const states: string[] = [];
    store.beforeAppend = () => {
      states.push(loop.state().status);
      if (failures-- > 0) throw new AppError('store-unreachable', 'The store does not answer.', { retryable: true, cure: 'Wait.' });
    };
    tap.arrive(records(3));
    await until('it is stored', () => tap.settled.length === 1);
    expect(states).toEqual(['live', 'paused', 'paused', 'paused']);
    expect(store.events).toHaveLength(3);
    expect(loop.state()).toMatchObject({ status: 'live', problem: null });
  });

  it('[I9] a tap lost in settling starts over from the store with a new lease', async () => {
    const { broker, store } = aLoop();
    const first = await tapOf(broker);
    first.beforeSettle = () => {
      throw new AppError('tap-lost', 'the connection went', { retryable: true });
    };
    first.arrive(records(4));
    const second = await tapOf(broker, 1);
    expect(first.closed).toBe(true);
    expect(second.options).toMatchObject({ epoch: 2, resume: { batch: 1, batchSize: 4 } });
    // What a group's rebalance asks again is the store's position of that moment.
    expect(await second.options.resumeAgain?.()).toMatchObject({ batch: 1, batchSize: 4 });
    second.arrive(records(1));
    await until('it goes on', () => store.batches.length === 2);
    expect(store.batches.map(({ number, epoch }) => [number, epoch])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('[I9] drops a batch that was decoded ahead of the loss', async () => {
    const { broker, store } = aLoop();
    const first = await tapOf(broker);
    first.beforeSettle = async () => {
      await until('the next one is decoded', () => first.given === 2);
      throw new AppError('tap-lost', 'the connection went', { retryable: true });
    };
    first.arrive(records(1));
    await until('the first is stored', () => store.batches.length === 1);
    first.arrive(records(9));
    await tapOf(broker, 1);
    expect(store.batches.map(({ events }) => events.length)).toEqual([1]);
  });

  it('[I9] a new generation, or a loss while nothing comes, starts over too', async () => {
    const { broker, store } = aLoop();
    const first = await tapOf(broker);
    first.arrive(records(1));
    await until('stored', () => store.batches.length === 1);
    first.reconnect();
    first.arrive(records(5));
    const second = await tapOf(broker, 1);
    expect(store.batches).toHaveLength(1);
    second.lose();
    await tapOf(broker, 2);
  });

  it('[I12] fenced by another collector it waits, and goes on when a person says so', async () => {
    const { broker, store, loop } = aLoop();
    const first = await tapOf(broker);
    await store.acquireLease('shop');
    first.arrive(records(1));
    await until('it says so', () => loop.state().problem?.code === 'store-fenced');
    await until('it waits', () => loop.state().status === 'retrying');
    expect(broker.taps).toHaveLength(1);
    loop.retry();
    (await tapOf(broker, 1)).arrive(records(1));
    await until('it goes on', () => store.batches.length === 1);
  });

  it('[I12] a quiet tap learns that it was taken over, lets go, and takes it again once the other one is silent', async () => {
    const { broker, store, loop } = aLoop(new FakeBroker(), new MemoryStore(), { beatMs: 5, goneAfterMs: 1_000 });
    const first = await tapOf(broker);
    let looks = 0;
    store.leaseSilence = async () => {
      looks++;
      return store.silence;
    };
    await store.acquireLease('shop');
    await until('it lets go', () => first.closed && loop.state().problem?.code === 'store-fenced');
    await until('it has looked at the other one', () => looks > 3);
    expect(broker.taps).toHaveLength(1);
    store.silence = 1_001;
    const second = await tapOf(broker, 1);
    expect(second.options.epoch).toBe(3);
    second.arrive(records(1));
    await until('it goes on', () => store.batches.length === 1);
    expect(loop.state()).toMatchObject({ status: 'live', problem: null });
  });

  it('[I13] a broker that refuses the tap is tried again, and the card says why', async () => {
    const broker = new FakeBroker();
    let refusals = 1;
    broker.beforeOpen = () => {
      if (refusals-- > 0) throw new AppError('broker-auth', 'Wrong password.', { cure: 'Check the user.' });
    };
    const { loop } = aLoop(broker);
    await until('it says so', () => loop.state().status === 'retrying');
    expect(loop.state()).toMatchObject({ problem: { code: 'broker-auth', text: 'Wrong password.', cure: 'Check the user.' } });
    loop.retry();
    await tapOf(broker);
    expect(loop.state()).toMatchObject({ status: 'live', problem: null });
  });

  it('[I14] a stop finishes the batch that is under way', async () => {
    const { broker, store, loop } = aLoop();
    const tap = await tapOf(broker);
    let release: (() => void) | null = null;
    store.beforeAppend = () => new Promise<void>((done) => (release = done));
    tap.arrive(records(2));
    await until('it is being stored', () => release !== null);
    const closed = loop.close(10_000);
    (release as unknown as () => void)();
    await closed;
    expect(tap.settled).toEqual([1]);
    expect(tap.closed).toBe(true);
    expect(loop.state().status).toBe('closed');
  });

  it('[I7] a batch of gaps only is stored as well', async () => {
    const { broker, store } = aLoop(new FakeBroker('kafka'));
    (await tapOf(broker)).arrive(
      [],
      [{ channel: 'orders', partition: 0, fromOffset: 5, toOffset: 9, count: 4, reason: 'undecodable', detail: 'torn', at: noon }],
    );
    await until('stored', () => store.batches.length === 1);
    expect(store.batches[0]).toMatchObject({ events: [], gaps: [{ tap: 'shop', reason: 'undecodable', count: 4 }] });
  });

  it('[I10] a Kafka event has its offset as identity and the groups of the newest picture as inboxes', async () => {
    const { broker, store, view } = aLoop(new FakeBroker('kafka'));
    view.learn(
      aPicture({
        system: 'kafka',
        inboxes: [aGroup('orders', 'billing'), aGroup('other', 'x'), aGroup('orders', 'eventyard', { ours: true })],
      }),
    );
    (await tapOf(broker)).arrive([aRecord([], { orderId: 'o' }, { partition: 3, offset: 17 })]);
    await until('stored', () => store.batches.length === 1);
    expect(store.events[0]).toMatchObject({ id: 'k:shop:orders:3:17', inboxes: [{ inbox: 'orders@billing', evidence: 'declared' }] });
    expect(store.batches[0]?.offsets.get('orders')?.get(3)).toBe(18);
  });
});
