import { describe, expect, it } from 'vitest';
import { fromTopic } from '../bindings';
import type { IncomingEvent } from '../events';
import { OutboxFull } from '../outbox/outbox';
import { chainOf } from './chain';

const event = { id: 'e', type: 'order.placed', traceparent: null } as IncomingEvent;
const context = { attempt: 1, signal: new AbortController().signal, complete: () => {} };

function chain() {
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
});
