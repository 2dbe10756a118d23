import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../db/scratch-database.fixture';
import { LEASE_MS, ProcessedEvents } from './processed-events';

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
});
