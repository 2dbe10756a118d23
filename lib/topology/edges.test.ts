import { describe, expect, it } from 'vitest';
import { countEdges, edgeKey, type EdgeEvent } from './edges';

const event = (over: Partial<EdgeEvent> = {}): EdgeEvent => ({
  channel: 'orders',
  source: 'order-service',
  inboxes: [],
  deadLetter: false,
  failure: null,
  ...over,
});
const origin = { channel: null, inbox: 'payment-queue', partition: null, offset: null, routingKey: null };

describe('countEdges', () => {
  it('[E1] counts a publish per source and channel, unknown producers apart', () => {
    expect(countEdges([event(), event(), event({ source: null })])).toEqual([
      { kind: 'publish', source: 'order-service', channel: 'orders', inbox: null, count: 2, failed: 0 },
      { kind: 'publish', source: null, channel: 'orders', inbox: null, count: 1, failed: 0 },
    ]);
  });

  it('[E1] counts a dead letter from the inbox it died in, and not as a publish of its maker', () => {
    const edges = countEdges([event({ channel: 'dlx', deadLetter: true, failure: { lastOrigin: origin } })]);
    expect(edges).toEqual([{ kind: 'dead-letter', source: null, channel: 'dlx', inbox: 'payment-queue', count: 1, failed: 1 }]);
  });

  it('[E2] [E3] counts a route for each inbox, and which of them were dead letters', () => {
    const inboxes = [
      { inbox: 'a', evidence: 'declared' as const },
      { inbox: 'b', evidence: 'declared' as const },
    ];
    const routes = countEdges([event({ inboxes }), event({ inboxes, deadLetter: true })]).filter(({ kind }) => kind === 'route');
    expect(routes).toEqual([
      { kind: 'route', source: null, channel: 'orders', inbox: 'a', count: 2, failed: 1 },
      { kind: 'route', source: null, channel: 'orders', inbox: 'b', count: 2, failed: 1 },
    ]);
  });

  it('keeps two brokers and an unknown source apart in the key', () => {
    expect(edgeKey('k', 'publish', null, 'orders', null)).not.toBe(edgeKey('r', 'publish', null, 'orders', null));
    expect(edgeKey('k', 'publish', 'orders', 'x', null)).not.toBe(edgeKey('k', 'publish', null, 'orders', 'x'));
  });
});
