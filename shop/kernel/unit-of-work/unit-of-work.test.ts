import { describe, expect, it } from 'vitest';
import { toExchange } from '../channels';
import { scratchDatabase } from '../db/scratch-database.fixture';
import { Counter } from '../domain-events/counter.fixture';
import { DomainEventDispatcher } from '../domain-events/dispatcher';
import { ConflictError, EventStore, type RecordedEvent } from '../event-store/event-store';
import { traceOf } from '../ids';
import { Outbox } from '../outbox/outbox';
import type { Cause } from './cause';
import { UnitOfWork } from './unit-of-work';

const CAUSE: Cause = { by: 'ada', correlationId: 'c-1', causationId: null, traceparent: null };
const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

function given() {
  const database = scratchDatabase()();
  const store = new EventStore(database);
  const outbox = new Outbox(database);
  const heard: string[] = [];
  const dispatcher = new DomainEventDispatcher(() => {});
  const translate = (event: RecordedEvent) => [
    { type: 'counter.added', key: 'a', data: { ...event.data }, channels: [toExchange('ecommerce.events')] },
  ];
  const unit = new UnitOfWork({ source: 'test', database, store, outbox, dispatcher, clock: () => 5, translate });
  dispatcher.on('COUNTER_ADDED', ({ version }) => heard.push(`v${version}, ${outbox.pending()} in the outbox`));
  return { database, store, outbox, unit, heard, events: () => outbox.next('rabbitmq', 9).map(({ event }) => event) };
}

describe('a unit of work', () => {
  it('[SS5] stores the state, what it tells others, and `completed` together; dispatches after the commit', async () => {
    const { unit, events, store, heard } = given();
    let completed = false;
    await unit.run({ ...CAUSE, causationId: 'e-0', traceparent: TRACE, complete: () => void (completed = true) }, (session) =>
      session.load(Counter.type, 'a').add(3),
    );
    expect(store.read('counter-a')[0]).toMatchObject({ data: { by: 3 }, metadata: { by: 'ada', causationId: 'e-0' }, at: 5 });
    expect(events()).toMatchObject([{ type: 'counter.added', data: { by: 3 }, correlationId: 'c-1', causationId: 'e-0', source: 'test' }]);
    expect(traceOf(events()[0]!.traceparent)?.traceId).toBe('a'.repeat(32));
    expect([completed, heard]).toEqual([true, ['v1, 1 in the outbox']]);
  });

  it('[SS5] writes nothing when a part fails', async () => {
    const { unit, store, outbox } = given();
    const failing = unit.run(CAUSE, (session) => {
      session.load(Counter.type, 'a').add(3);
      session.also(() => {
        throw new Error('no');
      });
    });
    await expect(failing).rejects.toThrow('no');
    expect([store.versionOf('counter-a'), outbox.pending()]).toEqual([0, 0]);
  });

  it('[SS6] decides again when it lost a race, and gives up after three retries', async () => {
    const { unit, store, database } = given();
    const race = (times: number) => {
      let left = times;
      return unit.run(CAUSE, (session) => {
        const counter = session.load(Counter.type, 'a');
        counter.add(1);
        if ((left -= 1) < 0) return counter.state.sum;
        const metadata = { by: 'another', correlationId: 'x', causationId: null };
        database.transaction((tx) =>
          store.append(tx, 'counter-a', counter.version, [{ type: 'COUNTER_ADDED', data: { by: 10 }, metadata, at: 1 }]),
        );
        return -1;
      });
    };
    expect(await race(3)).toBe(31);
    await expect(race(4)).rejects.toThrow(ConflictError);
  });

  it('[SS7] gives an event the same id after a crash before the commit', async () => {
    const ids = await Promise.all(
      [given(), given()].map(async ({ unit, events }) => {
        await unit.run(CAUSE, (session) => session.load(Counter.type, 'a').add(1));
        return events()[0]!.id;
      }),
    );
    expect(ids[0]).toBe(ids[1]);
  });
});
