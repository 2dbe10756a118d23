import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../db/scratch-database.fixture';
import { KEPT_MS, LEASE_MS, ProcessedEvents } from './processed-events';

function given() {
  const open = scratchDatabase();
  const world = { now: 1_000 };
  const database = open();
  const consumer = (): ProcessedEvents =>
    new ProcessedEvents(
      open(),
      (ms) => ms,
      () => world.now,
    );
  return { world, database, first: consumer(), second: consumer() };
}

describe('an idempotent consumer', () => {
  it('[SS10] skips only what is completed', async () => {
    const { first, second } = given();
    expect(await first.begin('c', 'e')).toBe('mine');
    first.complete('c', 'e');
    expect([await second.begin('c', 'e'), await first.begin('c', 'e')]).toEqual(['completed', 'completed']);
    expect(await second.begin('another consumer', 'e')).toBe('mine');
  });

  it('[SS10] tries again after a failure, and after the lease of one that crashed', () => {
    const { first, second, world } = given();
    first.claim('c', 'e');
    expect(second.claim('c', 'e')).toBe('busy');
    first.fail('c', 'e');
    expect(second.claim('c', 'e')).toBe('mine');
    world.now += LEASE_MS;
    expect(first.claim('c', 'e')).toBe('mine');
  });

  it('[SS10] has the effect and `completed`, or neither', () => {
    const { first, database } = given();
    database.script('CREATE TABLE effects (n INTEGER)');
    const consumer = new ProcessedEvents(
      database,
      (ms) => ms,
      () => 1,
    );
    consumer.claim('c', 'e');
    expect(() =>
      database.transaction((tx) => {
        tx.run('INSERT INTO effects VALUES (1)');
        consumer.complete('c', 'e', tx);
        throw new Error('crash before the commit');
      }),
    ).toThrow();
    expect([database.all('SELECT * FROM effects'), first.stateOf('c', 'e')]).toEqual([[], 'processing']);
  });

  it('[SS21] forgets what was completed 8 days ago, never what is not completed, and at most 1,000 at a time', () => {
    const { database, world } = given();
    const consumer = new ProcessedEvents(
      database,
      (ms) => ms,
      () => world.now,
    );
    const completed = (id: string): void => {
      consumer.claim('c', id);
      consumer.complete('c', id);
    };
    database.transaction(() => Array.from({ length: 1_200 }, (_, n) => completed(`old-${n}`)));
    consumer.claim('c', 'under way');
    consumer.claim('c', 'failed');
    consumer.fail('c', 'failed');
    world.now += KEPT_MS;
    expect(consumer.prune()).toBe(0);
    completed('young');
    world.now += 1;
    expect([consumer.prune(), consumer.prune(), consumer.prune()]).toEqual([1_000, 200, 0]);
    expect(database.all('SELECT event_id AS id FROM processed_events ORDER BY id')).toEqual(
      ['failed', 'under way', 'young'].map((id) => ({ id })),
    );
  });

  it('[SS21] is tidied by who uses it', async () => {
    const { first, database, world } = given();
    await first.begin('c', 'old');
    first.complete('c', 'old');
    world.now += KEPT_MS + 1;
    for (let n = 0; n < 500; n += 1) {
      await first.begin('c', `${n}`);
      first.complete('c', `${n}`);
    }
    expect([first.stateOf('c', 'old'), database.get('SELECT COUNT(*) AS kept FROM processed_events')]).toEqual([null, { kept: 500 }]);
  });
});
