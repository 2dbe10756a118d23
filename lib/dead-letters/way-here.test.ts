import { describe, expect, it } from 'vitest';
import type { DeadLetterDetail, ReplayRecord } from '@/lib/contract/dead-letters';
import { aFailure, noOrigin } from '@/lib/events/event.fixture';
import { anEventRow, start } from '@/lib/traces/trace-node.fixture';
import { headersThatSaySo, replayWords, wayHere } from './way-here';

const aReplay = (outcome: ReplayRecord['outcome']): ReplayRecord => ({
  replayId: 'rp-1',
  letter: 'died',
  by: 'local',
  reason: 'r',
  intendedAt: start,
  outcome,
  outcomeAt: null,
  replayedAs: null,
});

const aLetter = (given: Partial<DeadLetterDetail['letter']>, original: DeadLetterDetail['original'] = null): DeadLetterDetail =>
  ({
    letter: {
      event: anEventRow({ id: 'died', channel: 'shop.dlx', deadLetter: true, after: 9 }),
      failure: aFailure({ reason: 'rejected', count: 3, lastOrigin: { ...noOrigin, inbox: 'shipping.orders' } }),
      state: 'waiting',
      replays: [],
      ...given,
    },
    original,
    newer: [],
  }) as unknown as DeadLetterDetail;

describe('the way of a letter', () => {
  it('[D20] goes from its publish over the inbox it died in to where it is', () => {
    const steps = wayHere(aLetter({}, anEventRow({ id: 'paid', channel: 'shop.events' })));
    expect(steps.map((step) => step.text)).toEqual(['published to shop.events', 'shipping.orders, 3 times', 'rejected, seen on shop.dlx']);
    expect(steps[0]?.at).toBe(start);
  });

  it('[D20] leaves out what nobody said', () => {
    expect(wayHere(aLetter({ failure: null })).map((step) => step.text)).toEqual(['dead letter, seen on shop.dlx']);
  });

  it('says of an open intent that it is uncertain', () => {
    expect(replayWords(aReplay(null))).toContain('uncertain');
    expect(wayHere(aLetter({ replays: [aReplay('sent-and-taken')] })).at(-1)?.text).toBe('replayed by local, taken out of its queue');
  });
});

it('knows the headers that tell of a death', () => {
  const names = ['x-death', 'traceparent', 'kafka_dlt-original-topic', '__connect.errors.topic', 'retry-count', 'content-type'];
  expect(headersThatSaySo(names.map((name) => ({ name, wire: 'S', text: '', size: 0, isText: true }))).map(({ name }) => name)).toEqual([
    'x-death',
    'kafka_dlt-original-topic',
    '__connect.errors.topic',
    'retry-count',
  ]);
});
