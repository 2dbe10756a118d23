import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { anEvent, fixtureNoon } from '@/lib/events/event.fixture';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { SagaDefinition, SagaInstance } from '@/lib/sagas/saga';
import type { Announcements } from '@/lib/contract/bus-messages';
import { MemoryStore } from '../memory-store.fixture';
import { until } from '../until.fixture';
import { SagaEngine, type SagaEngineParts } from './saga-engine';

const definition: SagaDefinition = {
  name: 'order',
  identifiedBy: 'business-key:order',
  start: ['placed'],
  steps: [
    { name: 'reserve', success: ['reserved'], failure: [], compensation: [], timeoutMs: 10_000 },
    { name: 'pay', success: ['paid'], failure: [], compensation: [], timeoutMs: 10_000 },
  ],
  end: [],
  timeoutMs: null,
};

let offset = 0;
const event = (type: string, order: string, over: Partial<ObservedEvent> = {}): ObservedEvent =>
  anEvent({ type, offset: offset++, messageId: `${type}-${order}`, businessKeys: [{ name: 'order', value: order }], ...over });

const engines: SagaEngine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

function anEngine(store = new MemoryStore(), over: Partial<SagaEngineParts> = {}) {
  const told: SagaInstance[] = [];
  const clock = { now: fixtureNoon };
  const engine = new SagaEngine([definition], {
    store,
    bus: { announce: (topic, payload) => void (topic === 'sagas' && told.push(...(payload as Announcements['sagas']).changed)) },
    log: pino({ level: 'silent' }),
    clock: () => clock.now,
    ...over,
  });
  engines.push(engine);
  engine.start();
  return { engine, store, told, clock };
}

const last = (told: readonly SagaInstance[], key = 'o-1') => told.findLast((instance) => instance.key === key);
const stored = (store: MemoryStore, events: readonly ObservedEvent[]) =>
  store.batches.push({ tap: 't', broker: 'b', epoch: 1, number: store.batches.length + 1, events, gaps: [], offsets: new Map() });

describe('SagaEngine', () => {
  it('[A23] folds what comes, saves and tells changes only', async () => {
    const { engine, store, told } = anEngine();
    engine.onEvents([event('placed', 'o-1'), event('other', 'o-1')]);
    await engine.settled();
    expect(last(told)).toMatchObject({ state: 'running', waitingFor: 'reserve' });
    engine.onEvents([event('placed', 'o-1'), event('reserved', 'o-1')]);
    engine.onEvents([event('paid', 'o-1')]);
    await engine.settled();
    expect(last(told)).toMatchObject({ state: 'completed' });
    const before = told.length;
    engine.onEvents([event('paid', 'o-1')]);
    await engine.settled();
    expect(told).toHaveLength(before);
    expect(store.sagasSaved).toEqual(told);
  });

  it('[A24] time makes a step overdue without any event, and a late one makes it right', async () => {
    const { engine, told, clock } = anEngine();
    engine.onEvents([event('placed', 'o-1')]);
    await engine.settled();
    clock.now += 20e6;
    await until('it is stuck', () => last(told)?.state === 'stuck');
    expect(last(told)).toMatchObject({ waitingFor: 'reserve', dueAt: fixtureNoon - 1000 + 10e6 });
    engine.onEvents([event('reserved', 'o-1', { publishedAt: clock.now, observedAt: clock.now })]);
    await engine.settled();
    expect(last(told)).toMatchObject({ state: 'running', waitingFor: 'pay' });
  });

  it('[A20] [A21] an ended instance leaves the memory; its late event is folded onto what the store has', async () => {
    const { engine, told, store } = anEngine(new MemoryStore(), { keepEndedMs: 0 });
    engine.onEvents([event('placed', 'o-1'), event('paid', 'o-1')]);
    await engine.settled();
    expect(last(told)).toMatchObject({ state: 'completed', because: expect.stringContaining('nothing of reserve') });
    await until('it left', () => engine.size === 0);
    engine.onEvents([event('placed', 'o-1', { messageId: 'again' }), event('reserved', 'o-1')]);
    await engine.settled();
    expect(last(told)?.steps.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(
      store.sagasSaved
        .at(-1)
        ?.facts.map(({ type }) => type)
        .sort(),
    ).toEqual(['paid', 'placed', 'placed', 'reserved']);
  });

  it('[A21] without a start the store is asked for what came before, and nothing stored is overwritten meanwhile', async () => {
    const store = new MemoryStore();
    const before = anEngine(store, { lookBack: 0 });
    before.engine.onEvents([event('placed', 'o-1'), event('paid', 'o-1')]);
    await before.engine.settled();
    await before.engine.close();
    const after = anEngine(store, { lookBack: 0 });
    after.engine.onEvents([event('reserved', 'o-1'), event('reserved', 'o-9'), event('placed', 'o-9')]);
    await after.engine.settled();
    expect(last(after.told)).toMatchObject({ state: 'completed', because: 'paid was seen.' });
    expect(last(after.told, 'o-9')).toMatchObject({ state: 'running', waitingFor: 'pay' });
    expect(after.told.filter(({ key }) => key === 'o-1')).toHaveLength(1);
  });

  it('[A20] memory is bounded: the open ones that changed longest ago go first', async () => {
    const { engine, store } = anEngine(new MemoryStore(), { maxInstances: 3 });
    for (let i = 0; i < 6; i++) engine.onEvents([event('placed', `o-${i}`)]);
    await engine.settled();
    await until('there is room', () => engine.size <= 3);
    expect(new Set(store.sagasSaved.map(({ key }) => key)).size).toBe(6);
  });

  it('[A22] a new start loads the open ones and folds again what was stored and not folded', async () => {
    const store = new MemoryStore();
    const first = anEngine(store);
    const placed = event('placed', 'o-1');
    stored(store, [placed]);
    first.engine.onEvents([placed]);
    await first.engine.settled();
    await first.engine.close();
    stored(store, [event('reserved', 'o-1'), event('placed', 'o-2')]);
    const second = anEngine(store);
    await second.engine.settled();
    expect(last(second.told)).toMatchObject({ waitingFor: 'pay' });
    expect(last(second.told, 'o-2')).toMatchObject({ waitingFor: 'reserve' });
    expect(second.engine.size).toBe(2);
  });

  it('[A23] a store that is gone delays, and loses no fact', async () => {
    const store = new MemoryStore();
    let failures = 2;
    const save = store.saveSagas;
    store.saveSagas = async (instances) => {
      if (failures-- > 0) throw new Error('gone');
      return save(instances);
    };
    const { engine, told } = anEngine(store);
    engine.onEvents([event('placed', 'o-1')]);
    await until('it is saved', () => told.length > 0);
    expect(last(told)).toMatchObject({ state: 'running' });
  });
});
