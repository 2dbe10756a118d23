import { describe, expect, it } from 'vitest';
import type { EdgeCount } from '@/lib/contract/bus-messages';
import { buildTopology } from './build-topology';
import { createEdgeRates, topologyRates } from './rates';
import { aConsumer, aGroup, aPicture, aTopic } from './topology.fixture';

const noon = Date.UTC(2026, 10, 21, 12) * 1000;
const at = (second: number) => noon + second * 1e6;
const anEdge = (given: Partial<EdgeCount>): EdgeCount => ({
  kind: 'publish',
  source: 'web',
  channel: 'orders',
  inbox: null,
  count: 1,
  failed: 0,
  ...given,
});
const batch = (...edges: EdgeCount[]) => ({ broker: 'kafka', edges });

describe('live rates', () => {
  it('[TP20] are events per second over the last ten seconds, and fall back to nothing', () => {
    const rates = createEdgeRates(noon);
    for (let second = 0; second < 30; second++) rates.add(batch(anEdge({ count: 7 })), at(second));
    expect(rates.read(at(29.5))).toEqual([
      { broker: 'kafka', edge: { kind: 'publish', source: 'web', channel: 'orders', inbox: null }, rate: 7, failedRate: 0 },
    ]);
    expect(rates.read(at(34.5))[0]?.rate).toBe(3.5);
    expect(rates.read(at(45))).toEqual([]);
  });

  it('[TP20] of a web half that has just started are over what it has counted', () => {
    const rates = createEdgeRates(noon);
    rates.add(batch(anEdge({ count: 10 })), at(1));
    expect(rates.read(at(2))[0]?.rate).toBe(5);
  });

  it("[TP22] take the error share from dead letters ÷ (taken + dead letters), and a topic's rate for each group", () => {
    const { edges } = buildTopology({
      brokers: [],
      pictures: [
        aPicture({
          broker: 'kafka',
          system: 'kafka',
          channels: [aTopic('orders'), aTopic('orders.dlt')],
          inboxes: [aGroup('orders', 'g', { consumers: [aConsumer('billing')] })],
        }),
      ],
      seen: [],
      serviceNames: {},
      taken: new Map(),
    });
    const counted = createEdgeRates(noon);
    counted.add(
      batch(
        anEdge({ count: 40 }),
        anEdge({ kind: 'dead-letter', source: null, channel: 'orders.dlt', inbox: 'orders@g', count: 10, failed: 10 }),
      ),
      at(10),
    );
    const inbox = { waiting: 4, verdict: 'falling-behind', text: 'because', level: 'warn', takenPerSecond: 3 } as const;
    const rates = topologyRates(edges, counted.read(at(10)), new Map([['inbox:kafka/orders@g', inbox]]));
    expect(rates.edges).toEqual({
      'publish:service:web→channel:kafka/orders': { rate: 4, errorShare: 0 },
      'route:channel:kafka/orders→inbox:kafka/orders@g': { rate: 4, errorShare: 0 },
      'consume:inbox:kafka/orders@g→service:billing': { rate: 3, errorShare: 0.25 },
      'dead-letter:inbox:kafka/orders@g→channel:kafka/orders.dlt': { rate: 1, errorShare: 1 },
    });
    expect(rates.inboxes).toEqual({ 'inbox:kafka/orders@g': { waiting: 4, verdict: 'falling-behind', text: 'because', level: 'warn' } });
  });

  it('[TP22] a consume edge whose inbox nobody counts has no rate, not zero', () => {
    const edge = {
      id: 'consume:inbox:a/q→service:s',
      kind: 'consume',
      from: 'inbox:a/q',
      to: 'service:s',
      broker: 'a',
      system: 'rabbitmq',
      evidence: [],
      count: 0,
    } as const;
    expect(topologyRates([edge], [], new Map()).edges).toEqual({});
  });

  it('[TP21] keep no more than the routes of the last ten seconds', () => {
    const rates = createEdgeRates(noon);
    for (let index = 0; index < 1000; index++) rates.add(batch(anEdge({ channel: `c${index}` })), at(index / 10));
    expect(rates.read(at(100)).length).toBeLessThanOrEqual(110);
  });
});
