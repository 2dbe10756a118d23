import { describe, expect, it } from 'vitest';
import { amqpHeader, amqpProperty } from '@/lib/events/amqp-values';
import { aRecord, recognised } from '../raw-record.fixture';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('house envelopes', () => {
  it('[G20] reads { id, type, source, data, timestamp, version, metadata }', () => {
    const meaning = recognised(
      aRecord([], {
        id: 'e-1',
        type: 'order.created',
        source: 'order-service',
        data: { orderId: 17 },
        timestamp: '2026-11-21T12:00:00.123Z',
        version: '1.0',
        metadata: { correlationId: 'c-1', causationId: 'e-0', traceId: TRACE },
      }),
    );
    expect(meaning).toMatchObject({
      framework: 'envelope-data',
      messageId: 'e-1',
      type: 'order.created',
      source: 'order-service',
      sourceEvidence: 'seen',
      version: '1.0',
      correlationId: 'c-1',
      causationId: 'e-0',
      traceId: TRACE,
      businessKeys: [{ name: 'order', value: '17' }],
      publishedAt: Date.UTC(2026, 10, 21, 12) * 1000 + 123_000,
      publishedAtBy: 'body',
    });
    expect(meaning.why).toContainEqual({ field: 'correlationId', from: 'body metadata.correlationId (envelope id/type/data)' });
  });

  it('[G20] reads it flat, with `data` null or missing', () => {
    const flat = { id: 4, type: 'user.created', timestamp: 1_795_000_000, userId: 'u-1' };
    for (const body of [flat, { ...flat, data: null }])
      expect(recognised(aRecord([], body))).toMatchObject({
        framework: 'envelope-data',
        messageId: '4',
        businessKeys: [{ name: 'user', value: 'u-1' }],
      });
  });

  it.each(['type', 'eventType'])('[G21] reads { eventId, %s, occurredAt, version, payload }', (name) => {
    expect(
      recognised(
        aRecord([], {
          eventId: 'e-2',
          [name]: 'order.placed',
          occurredAt: '2026-11-21T12:00:00Z',
          version: 2,
          payload: { order_id: 'o-2', customerID: 'c' },
        }),
      ),
    ).toMatchObject({
      framework: 'envelope-payload',
      messageId: 'e-2',
      type: 'order.placed',
      version: '2',
      businessKeys: [
        { name: 'order', value: 'o-2' },
        { name: 'customer', value: 'c' },
      ],
    });
  });

  it('[G22] reads the headers beside them, before the envelope', () => {
    const headers = [
      ['Event-Type', 'order.placed'],
      ['event-id', 'h-1'],
      ['source', 'order-service'],
      ['version', '1.1'],
      ['published-at', '1795262400123'],
      ['trace-id', TRACE],
      ['span-id', '00f067aa0ba902b7'],
      ['retry-count', '2'],
      ['correlation-id', 'c'],
      ['causation-id', 'k'],
      ['saga-id', 's'],
    ] as const;
    expect(recognised(aRecord(headers, { eventId: 'b-1', type: 'other', payload: {} }))).toMatchObject({
      framework: 'event-headers',
      type: 'order.placed',
      messageId: 'h-1',
      source: 'order-service',
      version: '1.1',
      traceId: TRACE,
      attempt: 3,
      correlationId: 'c',
      causationId: 'k',
      sagaId: 's',
      publishedAt: 1795262400123000,
      publishedAtBy: 'producer',
    });
  });

  it('[G22] does not take `source` and `version` for ours without one of our headers', () => {
    expect(
      recognised(
        aRecord([
          ['source', 'somebody'],
          ['version', '9'],
        ]),
      ),
    ).toMatchObject({ source: null, version: null, framework: null });
  });

  it('[G22] reads an int32 retry-count of AMQP', () => {
    expect(recognised(aRecord([amqpHeader('retry-count', 3)]), 'rabbitmq').attempt).toBe(4);
  });
});

describe('CloudEvents', () => {
  const attributes = {
    specversion: '1.0',
    id: 'ce-1',
    type: 'com.shop.order',
    source: '/orders',
    time: '2026-11-21T12:00:00Z',
    traceparent: PARENT,
  };

  it.each(['ce_', 'cloudEvents:', 'cloudEvents_', 'ce-'])(
    '[G23] reads binary mode with %s, and its traceparent as the origin',
    (prefix) => {
      const headers = Object.entries(attributes).map(([name, value]) => amqpHeader(prefix + name, value));
      const meaning = recognised(aRecord(headers, { orderId: 'o-1' }), prefix.startsWith('cloud') ? 'rabbitmq' : 'kafka');
      expect(meaning).toMatchObject({
        framework: 'cloudevents-binary',
        messageId: 'ce-1',
        type: 'com.shop.order',
        source: '/orders',
        traceId: TRACE,
        businessKeys: [{ name: 'order', value: 'o-1' }],
      });
      expect(meaning.contexts).toMatchObject([{ origin: true, traceId: TRACE }]);
    },
  );

  it('[G23] keeps the origin apart from the hop', () => {
    const hop = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const meaning = recognised(
      aRecord([
        ['ce_specversion', '1.0'],
        ['ce_traceparent', PARENT],
        ['traceparent', hop],
      ]),
    );
    expect(meaning.traceId).toBe('a'.repeat(32));
    expect(meaning.contexts.map(({ origin }) => origin)).toEqual([false, true]);
  });

  it('[G29] a batch is one event that says how many it holds, and is found by the ids of the first 21', () => {
    const one = (id: unknown) => ({ specversion: '1.0', id, source: '/orders', type: 'order.placed' });
    const headers = [['content-type', 'application/cloudevents-batch+json']] as const;
    const ids = Array.from({ length: 40 }, (_, n) => `ce-${n + 1}`);
    const { messageId, businessKeys, why } = recognised(aRecord(headers, ids.map(one)));
    expect(messageId).toBe('ce-1');
    expect(businessKeys).toEqual(ids.slice(1, 21).map((value, n) => ({ name: `item${n + 2}`, value })));
    expect(why).toContainEqual({ field: 'batch', from: '40 CloudEvents in one message: the fields are those of the first' });
    expect(recognised(aRecord(headers, [])).messageId).toBeNull();
    const odd = recognised(aRecord(headers, [one('a'), null, 7, one({ x: 1 }), one('x'.repeat(500)), one('b')]));
    expect(odd).toMatchObject({ messageId: 'a', businessKeys: [{ name: 'item6', value: 'b' }] });
  });

  it('[G24] reads structured mode', () => {
    expect(
      recognised(aRecord([['content-type', 'application/cloudevents+json; charset=utf-8']], { ...attributes, data: { order_id: 'o-9' } })),
    ).toMatchObject({
      framework: 'cloudevents-structured',
      messageId: 'ce-1',
      type: 'com.shop.order',
      source: '/orders',
      traceId: TRACE,
      contentType: 'application/cloudevents+json; charset=utf-8',
      businessKeys: [{ name: 'order', value: 'o-9' }],
    });
  });
});

describe('AMQP properties', () => {
  it('[G25] reads what the protocol has room for, after headers and envelopes', () => {
    const properties = [
      amqpProperty('message-id', 'm-1'),
      amqpProperty('correlation-id', 'c-1'),
      amqpProperty('type', 'order.placed'),
      amqpProperty('app-id', 'order-service'),
      amqpProperty('reply-to', 'answers'),
      amqpProperty('content-type', 'application/json'),
    ];
    expect(recognised(aRecord(properties, null), 'rabbitmq')).toMatchObject({
      messageId: 'm-1',
      correlationId: 'c-1',
      type: 'order.placed',
      source: 'order-service',
      replyTo: 'answers',
      contentType: 'application/json',
    });
    expect(
      recognised(
        aRecord([...properties, amqpHeader('event-type', 'order.moved')], { id: 'e', type: 'z', source: 'y', data: {} }),
        'rabbitmq',
      ),
    ).toMatchObject({ messageId: 'e', type: 'order.moved', source: 'y' });
  });

  it('[G25] does not take a header named like a property for one', () => {
    expect(recognised(aRecord([amqpHeader('app-id', 'not-a-property')]), 'rabbitmq').source).toBeNull();
  });

  it('[G26] takes a finer clock of the message for the whole seconds of AMQP, and only near them', () => {
    const at = Date.UTC(2026, 10, 21, 12) * 1000;
    const of = (text: string) =>
      recognised(aRecord([], { id: 1, type: 't', timestamp: text }, { publishedAt: at, publishedAtBy: 'producer' }), 'rabbitmq');
    expect(of('2026-11-21T12:00:00.250Z').publishedAt).toBe(at + 250_000);
    expect(of('1970-01-01T00:00:01Z')).toMatchObject({ publishedAt: at, publishedAtBy: 'producer' });
  });
});

describe('own replays', () => {
  it('[G27] reads which replay it is, and of what', () => {
    expect(
      recognised(
        aRecord([
          ['x-eventyard-replay-id', 'r-1'],
          ['x-eventyard-replay-of', 'k:b:t:0:1'],
        ]),
      ),
    ).toMatchObject({ replayId: 'r-1', replayOf: 'k:b:t:0:1' });
  });
});

describe('JSON bodies', () => {
  it('[G28] reads the names that can hardly mean anything else', () => {
    expect(recognised(aRecord([], { eventType: 'x', correlation_id: 'c', orderId: 'o' }))).toMatchObject({
      type: 'x',
      correlationId: 'c',
      framework: null,
    });
  });
});

describe('JSON within a text', () => {
  const keys = (body: string) => recognised(aRecord([], body, { partition: 0 })).businessKeys;

  it('[G38] is read, with its digits; what is none is a text', () => {
    const inner = '{"orderId":12345678901234567890}';
    expect(keys(JSON.stringify(inner))).toEqual([{ name: 'order', value: '12345678901234567890' }]);
    expect(keys(JSON.stringify({ schema: { type: 'string' }, payload: '{"orderId":"o-1"}' }))).toEqual([{ name: 'order', value: 'o-1' }]);
    for (const body of [
      '"{"',
      '"{orderId}"',
      '"{\\"orderId\\":',
      '"text"',
      JSON.stringify({ schema: { type: 'string' }, payload: '{gone' }),
    ])
      expect(keys(body)).toEqual([]);
    expect(recognised(aRecord([], '"{"', { partition: 0 })).bodyProblem).toBeNull();
  });
});
