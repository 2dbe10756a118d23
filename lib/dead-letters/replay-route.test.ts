import { describe, expect, it } from 'vitest';
import type { ReplayPlanItem } from '@/lib/contract/dead-letters';
import { replayRoute, routeWords } from './replay-route';

const anItem = (given: Partial<ReplayPlanItem>): ReplayPlanItem => ({
  letter: 'x',
  broker: 'b',
  way: 'inbox',
  ways: ['inbox'],
  target: { kind: 'queue', queue: 'shipping.orders' },
  receivers: [{ inbox: 'shipping.orders', intended: true }],
  afterwards: 'taken',
  takenFrom: 'shipping.dlq',
  warnings: [],
  droppedHeaders: [],
  addedHeaders: [],
  ...given,
});

describe('the route of a replay', () => {
  it('goes straight to the queue that failed', () => {
    expect(replayRoute(anItem({}), 'dlx')).toEqual({
      from: 'shipping.dlq',
      through: null,
      receivers: [{ inbox: 'shipping.orders', title: 'shipping.orders', intended: true }],
      more: 0,
    });
    expect(routeWords(anItem({}))).toBe('Straight to the queue shipping.orders; nobody else gets it.');
  });

  it('names every group that a topic would give it to, the intended one first', () => {
    const item = anItem({
      way: 'channel',
      target: { kind: 'channel', channel: 'orders', routingKey: null },
      takenFrom: null,
      receivers: [
        { inbox: 'orders@audit', intended: false },
        { inbox: 'orders@payment', intended: true },
      ],
    });
    expect(replayRoute(item, 'orders.dlt')).toMatchObject({ from: 'orders.dlt', through: { channel: 'orders' } });
    expect(replayRoute(item, 'orders.dlt').receivers.map((one) => one.title)).toEqual(['payment', 'audit']);
    expect(routeWords(item)).toBe('Published to orders again; audit gets it too.');
  });

  it('says so when no receiver is known to be the one that failed', () => {
    expect(
      routeWords(
        anItem({
          receivers: [
            { inbox: 'a', intended: false },
            { inbox: 'b', intended: false },
          ],
        }),
      ),
    ).toContain('all 2 of them get it: a, b');
  });

  it('says how many it does not draw', () => {
    const receivers = Array.from({ length: 9 }, (_, i) => ({ inbox: `q${i}`, intended: i === 0 }));
    expect(replayRoute(anItem({ receivers }), '').more).toBe(3);
  });
});
