import { expect, it } from 'vitest';
import type { ReplayRecord } from '@/lib/contract/dead-letters';
import { anEventRow } from '@/lib/traces/trace-node.fixture';
import { letterRow, originalOf } from './letter-row';

const letter = anEventRow({ id: 'd', messageId: 'm', deadLetter: true, after: 10 });
const record = (given: Partial<ReplayRecord>): ReplayRecord => ({
  replayId: 'r',
  letter: 'd',
  by: 'local',
  reason: 'fixed',
  intendedAt: 1,
  outcome: 'sent-and-taken',
  outcomeAt: 2,
  replayedAs: null,
  ...given,
});

it.each([
  [[], 'waiting'],
  [[record({})], 'replayed'],
  [[record({ outcome: 'sent-and-marked' })], 'replayed'],
  [[record({ outcome: null })], 'uncertain'],
  [[record({ outcome: 'uncertain' })], 'uncertain'],
  [[record({ outcome: 'not-sent' })], 'waiting'],
  [[record({}), record({ intendedAt: 5, outcome: 'not-sent' })], 'waiting'],
  [[record({ letter: 'another' })], 'waiting'],
] as const)('the newest replay of a letter decides its state (%#)', (records, state) =>
  expect(letterRow(letter, null, records).state).toBe(state),
);

it('a replay that died again is back again', () => expect(letterRow({ ...letter, replayId: 'r0' }, null, []).state).toBe('back-again'));

it('the original is the oldest living event of the message, never a later one', () => {
  const first = anEventRow({ id: 'a', messageId: 'm' });
  const retry = anEventRow({ id: 'b', messageId: 'm', after: 5 });
  const replay = anEventRow({ id: 'c', messageId: 'm', after: 50 });
  expect(originalOf(letter, [letter, replay, retry, first])).toBe(first);
  expect(originalOf(letter, [letter, replay])).toBeNull();
});
