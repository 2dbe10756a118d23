import { describe, expect, it } from 'vitest';
import { fromTopic } from '../bindings';
import { scratchDatabase } from '../db/scratch-database.fixture';
import type { IncomingEvent } from '../events';
import { ProcessedEvents } from '../idempotency/processed-events';
import { OutboxFull } from '../outbox/outbox';
import { chainOf, type ChainParts } from './chain';

const event = { id: 'e', type: 'order.placed', traceparent: null } as IncomingEvent;
const context = { attempt: 1, signal: new AbortController().signal, complete: () => {} };

function chain(more: Partial<ChainParts> = {}) {
  const outcomes: string[] = [];
  const quiet = () => {};
  const metrics = {
    published: quiet,
    deadLetter: quiet,
    duplicateSkipped: quiet,
    ignored: quiet,
    returned: quiet,
    lag: quiet,
    refused: quiet,
    members: quiet,
  };
  const wrap = chainOf({
    binding: fromTopic('order-events', 'inventory-service', ['order.placed']),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    metrics: { ...metrics, processed: (_, status) => void outcomes.push(status) },
    ...more,
  });
  return { wrap, outcomes };
}

describe('a handler that can’t write', () => {
  it('[SS11] is called again until it can, and has not failed', async () => {
    const { wrap, outcomes } = chain();
    const locked = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    const troubles = [locked, new OutboxFull('full')];
    const work = wrap(async () => {
      const trouble = troubles.shift();
      if (trouble !== undefined) throw trouble;
    });
    await work(event, context);
    expect([troubles, outcomes]).toEqual([[], ['success']]);
  });

  it('[SS11] fails for any other reason at once', async () => {
    const { wrap, outcomes } = chain();
    const work = wrap(async () => {
      throw new Error('no');
    });
    await expect(work(event, context)).rejects.toThrow('no');
    expect(outcomes).toEqual(['failed']);
  });

  it('[SS11] [SS1] waits 5 s for whoever holds the file, then for the file, also to claim the event: no attempt is lost', async () => {
    const open = scratchDatabase();
    const [database, other] = [open(), open()];
    const idempotency = new ProcessedEvents(database, (ms) => ms, Date.now);
    other.run('BEGIN IMMEDIATE');
    const paused: object[] = [];
    const warn = (fields: object): void => {
      paused.push(fields);
      other.run('COMMIT');
    };
    const { wrap, outcomes } = chain({
      binding: fromTopic('order-events', 'inventory-service', ['order.placed'], { guarantee: 'effectively-once' }),
      idempotency,
      log: { debug: () => {}, info: () => {}, warn, error: () => {} },
    });
    let handled = 0;
    const began = Date.now();
    await wrap(async () => void (handled += 1))(event, context);
    expect(Date.now() - began).toBeGreaterThanOrEqual(4_900);
    expect([handled, outcomes, paused.length]).toEqual([1, ['success'], 1]);
    expect(idempotency.stateOf('inventory-service', 'e')).toBe('completed');
  });
});
