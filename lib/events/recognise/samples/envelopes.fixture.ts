import { amqp, kafka, NOON, order, orderKeys, SPAN, TRACE, TRACEPARENT, type Sample } from './sample.fixture';

const ce = {
  specversion: '1.0',
  id: 'ce-1',
  type: 'com.shop.order.placed',
  source: '/orders',
  time: '2026-11-21T12:00:00.25Z',
  correlationid: 'c-1',
  causationid: 'k-1',
};
const ceMeans = { messageId: 'ce-1', type: 'com.shop.order.placed', source: '/orders', correlationId: 'c-1', causationId: 'k-1' };
const prefixed = (prefix: string) => Object.fromEntries(Object.entries(ce).map(([name, text]) => [prefix + name, text]));

export const envelopeSamples: readonly Sample[] = [
  kafka(
    'cloudevents-binary',
    'Kafka, ce_',
    { ...prefixed('ce_'), ce_traceparent: TRACEPARENT, 'content-type': 'application/json' },
    order,
    {
      ...ceMeans,
      framework: 'cloudevents-binary',
      traceId: TRACE,
      publishedAt: NOON + 250_000,
      businessKeys: orderKeys,
    },
  ),
  ...['cloudEvents:', 'cloudEvents_', 'ce-'].map((prefix) =>
    amqp('cloudevents-binary', `AMQP, ${prefix}`, { 'content-type': 'application/json' }, prefixed(prefix), order, {
      ...ceMeans,
      framework: 'cloudevents-binary',
    }),
  ),
  kafka(
    'cloudevents-structured',
    'the body is the envelope',
    { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    { ...ce, datacontenttype: 'application/json', data: order },
    { ...ceMeans, framework: 'cloudevents-structured', businessKeys: orderKeys },
  ),
  kafka(
    'cloudevents-batch',
    'a list of envelopes: fields of the first',
    { 'content-type': 'application/cloudevents-batch+json' },
    [
      { ...ce, data: order },
      { ...ce, id: 'ce-2' },
    ],
    { ...ceMeans, framework: 'cloudevents-batch', businessKeys: [...orderKeys, { name: 'item2', value: 'ce-2' }] },
  ),
  kafka(
    'dapr',
    'its CloudEvent',
    {},
    {
      ...ce,
      pubsubname: 'pubsub',
      topic: 'orders',
      traceid: TRACEPARENT,
      traceparent: TRACEPARENT,
      datacontenttype: 'application/json',
      data: order,
    },
    { messageId: 'ce-1', type: 'com.shop.order.placed', framework: 'dapr', traceId: TRACE, businessKeys: orderKeys },
  ),
  kafka(
    'event-headers',
    'headers beside a body',
    {
      'event-id': 'e-1',
      'event-type': 'order.placed',
      source: 'order-service',
      version: '2',
      'published-at': '1795262400123',
      'retry-count': '1',
      'trace-id': TRACE,
    },
    { orderId: 'o-17' },
    {
      messageId: 'e-1',
      type: 'order.placed',
      source: 'order-service',
      version: '2',
      attempt: 2,
      traceId: TRACE,
      framework: 'event-headers',
    },
  ),
  kafka(
    'envelope-data',
    '{ id, type, source, data, timestamp, version, metadata }',
    {},
    {
      id: 'e-2',
      type: 'order.placed',
      source: 'order-service',
      timestamp: '2026-11-21T12:00:00.123456Z',
      version: '1.0',
      data: order,
      metadata: { correlationId: 'c-2', causationId: 'k-2', traceId: TRACE, spanId: SPAN },
    },
    { messageId: 'e-2', correlationId: 'c-2', causationId: 'k-2', traceId: TRACE, framework: 'envelope-data', publishedAt: NOON + 123_456 },
  ),
  kafka(
    'envelope-payload',
    '{ eventId, eventType, occurredAt, version, payload }',
    {},
    { eventId: 'e-3', eventType: 'order.placed', occurredAt: '2026-11-21T12:00:00Z', version: 2, payload: order },
    { messageId: 'e-3', type: 'order.placed', version: '2', framework: 'envelope-payload', businessKeys: orderKeys },
  ),
  kafka(
    'json',
    'an object without an envelope',
    {},
    { ...order, event_type: 'order.placed', message_id: 'm-1', correlation_id: 'c-3' },
    {
      type: 'order.placed',
      messageId: 'm-1',
      correlationId: 'c-3',
      framework: null,
      businessKeys: orderKeys,
    },
  ),
  amqp(
    'amqp-properties',
    'what the protocol has room for',
    {
      'message-id': 'm-1',
      'correlation-id': 'c-1',
      type: 'order.placed',
      'app-id': 'order-service',
      'reply-to': 'answers',
      'content-type': 'application/json',
    },
    {},
    order,
    { messageId: 'm-1', correlationId: 'c-1', type: 'order.placed', source: 'order-service', replyTo: 'answers' },
  ),
  amqp(
    'amqp-properties',
    'the broker’s milliseconds beside its whole seconds',
    { type: 'order.placed' },
    { timestamp_in_ms: NOON / 1000 + 123 },
    order,
    { type: 'order.placed', publishedAt: NOON + 123_000 },
  ),
  kafka(
    'eventyard-replay',
    'one of our own replays',
    { 'x-eventyard-replay-id': 'r-1', 'x-eventyard-replay-of': 'k:b:t:0:1', 'x-eventyard-replay-attempt': '2' },
    order,
    {
      replayId: 'r-1',
      replayOf: 'k:b:t:0:1',
    },
  ),
];
