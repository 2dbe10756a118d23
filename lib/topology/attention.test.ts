import { describe, expect, it } from 'vitest';
import { aGroupPoint } from '@/lib/lag/group-point.fixture';
import type { LagRow } from '@/lib/contract/samples';
import type { TapCard } from '@/lib/contract/taps';
import { whatNeedsALook, type AttentionInput } from './attention';

const now = Date.UTC(2026, 10, 21, 12) * 1000;
const calm: AttentionInput = { lag: [], queues: [], deadLetters: [], stuckSagas: [], taps: [], gaps: [], collectorPresent: true, now };
const aRow = (given: Partial<LagRow>): LagRow => ({
  point: aGroupPoint(0, { committed: 1, end: 100 }),
  verdict: 'falling-behind',
  because: 'It grows.',
  behindMs: 38_000,
  behindIsAtLeast: false,
  trend: 3,
  consumeRate: 1,
  produceRate: 4,
  clearInMs: null,
  services: [],
  spark: [],
  ...given,
});
const aTap = {
  tap: 'shop',
  broker: 'shop',
  status: 'retrying',
  problem: { code: 'broker-auth', text: 'Wrong password.', cure: 'Set it.', command: null },
  since: now / 1000 - 65_000,
} as unknown as TapCard;
const plain = (input: Partial<AttentionInput>) =>
  whatNeedsALook({ ...calm, ...input }).map((one) => `${one.level} ${one.text} → ${one.href}`.replaceAll('\u202f', ' '));

describe('what needs a look', () => {
  it('[TP30] is nothing when all is well', () => expect(plain({ lag: [aRow({ verdict: 'caught-up' })] })).toEqual([]));

  it('[TP30] says it with numbers and where to look, the loudest first', () => {
    expect(
      plain({
        lag: [aRow({}), aRow({ verdict: 'stalled', behindMs: null }), aRow({ verdict: 'catching-up' })],
        deadLetters: [{ id: 'a|b', cause: 'CarrierTimeout', count: 3, failedIn: 'billing' }],
        stuckSagas: [
          { definition: 'order', count: 2 },
          { definition: 'return', count: 0 },
        ],
        taps: [aTap],
        gaps: [
          { tap: 'shop', count: 5, reason: 'codec', at: now },
          { tap: 'shop', count: null, reason: 'uncertain', at: now },
        ],
        collectorPresent: false,
      }),
    ).toEqual([
      'bad The collector is gone → /settings',
      'bad Tap shop retries for 1 min 05 s → /settings',
      'bad billing on orders: stalled → /lag/shop-kafka/orders%40billing',
      'bad 2 order stuck → /sagas?definition=order&state=stuck',
      'bad 3 dead letters: CarrierTimeout → /dead-letters?group=a%7Cb',
      'warn billing on orders: falling behind, 38.0 s behind → /lag/shop-kafka/orders%40billing',
      'warn 2 gaps: at least 5 events not seen → /settings',
    ]);
  });

  it('[TP30] leaves other brokers out when one is asked, and stops at twelve', () => {
    expect(plain({ lag: [aRow({})], brokers: new Set(['other']) })).toEqual([]);
    expect(
      plain({ deadLetters: Array.from({ length: 40 }, (_, index) => ({ id: `${index}`, cause: 'x', count: 1, failedIn: null })) }),
    ).toHaveLength(12);
  });
});
