import type { BrokerName, ChannelName, Micros, TapName } from './names';
import { eventIdOfBatch, eventIdOfLog } from './names';
import type { EventHeader, Failure, ObservedEvent } from './observed-event';

const text = new TextEncoder();

/** 2026-11-21 12:00 UTC, µs: the noon of every fixture, so that a minute more or less stays on the same day. */
export const fixtureNoon: Micros = Date.UTC(2026, 10, 21, 12) * 1000;

export const utf8 = (value: string): Uint8Array => text.encode(value);

/** A Kafka header, or with `wire` an AMQP one. */
export const aHeader = (name: string, value: string | Uint8Array | null, wire = 'kafka'): EventHeader => ({
  name,
  wire,
  value: typeof value === 'string' ? utf8(value) : value,
});

export const noOrigin: Failure['firstOrigin'] = { channel: null, inbox: null, partition: null, offset: null, routingKey: null };

/** Why a letter died; everything else "not said". */
export const aFailure = (given: Partial<Failure> = {}): Failure => ({
  cause: 'CarrierTimeout',
  message: 'carrier did not answer in 3000 ms',
  stack: null,
  reason: null,
  count: 1,
  consumer: null,
  firstOrigin: noOrigin,
  lastOrigin: noOrigin,
  ...given,
});

/**
 * An ordinary event of a shop, read by a Kafka tap: `anEvent({ type: 'OrderPlaced', offset: 7 })`. What is not given has a sensible value;
 * with `system: 'rabbitmq'` the place is an exchange with a routing key. The id follows from the place unless given.
 */
export function anEvent(given: Partial<ObservedEvent> = {}): ObservedEvent {
  const kafka = (given.system ?? 'kafka') === 'kafka';
  const broker: BrokerName = given.broker ?? (kafka ? 'shop-kafka' : 'shop-rabbit');
  const tap: TapName = given.tap ?? (broker as string);
  const channel: ChannelName = given.channel ?? 'orders';
  const batch = given.batch ?? 1;
  const index = given.index ?? 0;
  const partition = given.partition === undefined ? (kafka ? 0 : null) : given.partition;
  const offset = given.offset === undefined ? (kafka ? index : null) : given.offset;
  const body = given.body === undefined ? utf8('{"id":"m-1","type":"OrderPlaced","data":{"orderId":"o-1","total":42}}') : given.body;
  const observedAt = given.observedAt ?? fixtureNoon;
  return {
    id:
      partition !== null && offset !== null ? eventIdOfLog(broker, channel, partition, offset) : eventIdOfBatch(broker, tap, batch, index),
    broker,
    system: kafka ? 'kafka' : 'rabbitmq',
    tap,
    epoch: 1,
    batch,
    index,
    deadLetter: false,
    channel,
    partition,
    offset,
    routingKey: kafka ? null : 'order.placed',
    key: kafka ? utf8('o-1') : null,
    headers: kafka ? [aHeader('event-type', 'OrderPlaced')] : [aHeader('type', 'OrderPlaced', 'property')],
    body,
    bodySize: given.bodySize ?? body?.length ?? 0,
    publishedAt: observedAt - 1_000,
    publishedAtBy: 'broker',
    observedAt,
    inboxes: [],
    type: 'OrderPlaced',
    version: '1',
    source: 'orders',
    sourceEvidence: 'seen',
    messageId: `m-${batch}-${index}`,
    correlationId: null,
    causationId: null,
    conversationId: null,
    sagaId: null,
    replyTo: null,
    attempt: null,
    businessKeys: [{ name: 'order', value: 'o-1' }],
    framework: null,
    why: [],
    traceId: null,
    spanId: null,
    parentSpanId: null,
    contexts: [],
    contentType: 'application/json',
    contentEncoding: null,
    schemaId: null,
    bodyProblem: null,
    failure: null,
    replayId: null,
    replayOf: null,
    ...given,
  };
}

/** A letter on a dead-letter channel, with why and where it died. */
export const aDeadLetter = (given: Partial<ObservedEvent> = {}): ObservedEvent =>
  anEvent({ channel: 'orders.dlq', deadLetter: true, failure: aFailure(), ...given });
