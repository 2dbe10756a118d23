import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../db/scratch-database.fixture';
import { Counter } from '../domain-events/counter.fixture';
import { ConflictError, EventStore, type NewEvent } from './event-store';
import { load, snapshotWhenDue, stateAt, whatIf } from './repository';

const metadata = { by: 'test', correlationId: 'c', causationId: null };
const added = (by: number, at: number): NewEvent => ({ type: 'COUNTER_ADDED', data: { by }, metadata, at });

function given(...steps: readonly number[]) {
  const database = scratchDatabase()();
  const store = new EventStore(database);
  const append = (expected: number, events: readonly NewEvent[]) =>
    database.transaction((tx) => store.append(tx, 'counter-a', expected, events));
  append(
    0,
    steps.map((by, n) => added(by, (n + 1) * 100)),
  );
  return { database, store, append };
}

describe('the event store', () => {
  it('[SS2] numbers a stream from 1, and refuses to append at a version that is over', () => {
    const { store, append } = given(1, 2);
    expect(store.read('counter-a').map(({ version }) => version)).toEqual([1, 2]);
    expect(() => append(1, [added(9, 300)])).toThrow(ConflictError);
    expect(store.versionOf('counter-a')).toBe(2);
  });

  it('[SS2] forbids to change or remove a row', () => {
    const { database } = given(1);
    expect(() => database.run('UPDATE events SET type = ?', 'x')).toThrow(/immutable/);
    expect(() => database.run('DELETE FROM events')).toThrow(/immutable/);
  });

  it('[SS3] tells what was true at a moment, and what would be true without one event', () => {
    const { store } = given(1, 20, 300);
    expect(stateAt(store, Counter.type, 'a', 200)).toMatchObject({ state: { sum: 21 }, version: 2 });
    expect(whatIf(store, Counter.type, 'a', 2).state).toEqual({ sum: 301 });
  });

  it('[SS3] gives the same aggregate with and without snapshots, which come every 20 events', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 9 }), { maxLength: 12 }), (commits) => {
        const { database, store } = given();
        for (const steps of commits) {
          const counter = load(store, Counter.type, 'a');
          for (const by of steps) counter.add(by);
          database.transaction((tx) => {
            store.append(
              tx,
              'counter-a',
              counter.version,
              counter.pending.map((event) => ({ ...event, metadata, at: 1 })),
            );
            snapshotWhenDue(store, tx, Counter.type, counter);
          });
        }
        const all = commits.flat();
        expect(load(store, Counter.type, 'a')).toMatchObject({ version: all.length, state: { sum: all.reduce((sum, by) => sum + by, 0) } });
        expect(store.snapshot('counter-a', 1) === null).toBe(all.length < 20);
        expect(store.snapshot('counter-a', 2)).toBeNull();
      }),
      { numRuns: 25 },
    );
  });
});
