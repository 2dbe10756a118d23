import { amqpText, decodeAmqpValue, utf8Text } from '@/lib/events/amqp-values';
import type { ClockOwner, EventHeader, RawRecord, RoutedInbox } from '@/lib/events/observed-event';
import type { Micros } from '@/lib/events/names';
import { amqpProtocol, type FrameHandler } from './amqp-client';
import { type RawDelivery, headersOf } from './wire-format';

/** One message as the broker delivered it, not understood yet. `body` is cut, `bodySize` true. */
export interface Delivery {
  readonly tag: number;
  readonly redelivered: boolean;
  readonly exchange: string;
  readonly routingKey: Uint8Array;
  readonly properties: Uint8Array;
  readonly body: Uint8Array;
  readonly bodySize: number;
  readonly observedAt: Micros;
}

const NO_BYTES = Buffer.alloc(0);

/** What a delivery costs us beside its bytes: objects, views. */
const OVERHEAD = 256;
export const bytesOf = (delivery: Delivery): number =>
  delivery.body.length + delivery.properties.length + delivery.routingKey.length + OVERHEAD;

/**
 * Reads the frames of a channel into deliveries; takes the place of the library's own reader, which would gather a whole body, however large,
 * before anybody could cut it. Beyond `maxBodyBytes` content is counted and let go.
 */
export function deliveryReader(maxBodyBytes: number, clock: () => Micros, onDelivery: (delivery: Delivery) => void): FrameHandler {
  let delivery: RawDelivery;
  let properties: Uint8Array = NO_BYTES;
  let size = 0;
  let seen = 0;
  let kept: Uint8Array[] = [];
  let keptSize = 0;

  const method: FrameHandler = (frame) => {
    if (frame.id !== amqpProtocol.BasicDeliver) throw new Error('a delivery was expected on the channel of the tap');
    delivery = frame.fields as RawDelivery;
    return header;
  };
  const header: FrameHandler = (frame) => {
    properties = frame.fields as Uint8Array;
    size = frame.size ?? 0;
    seen = 0;
    kept = [];
    keptSize = 0;
    return size === 0 ? done() : content;
  };
  const content: FrameHandler = (frame) => {
    const part = frame.content ?? NO_BYTES;
    seen += part.length;
    const room = maxBodyBytes - keptSize;
    if (room > 0) {
      const piece = part.length <= room ? part : part.subarray(0, room);
      kept.push(piece);
      keptSize += piece.length;
    }
    return seen < size ? content : done();
  };
  const done = (): FrameHandler => {
    // A view keeps the whole chunk it was read from alive: a long body that is cut to a little is copied.
    const whole = kept.length === 1 ? kept.find((piece) => piece.length === size) : undefined;
    const body = whole ?? Buffer.concat(kept);
    const { deliveryTag: tag, redelivered, exchange, routingKey } = delivery;
    onDelivery({ tag, redelivered, exchange, routingKey, properties, body, bodySize: size, observedAt: clock() });
    return method;
  };
  return method;
}

export type InboxesOf = (exchange: string, routingKey: string, headers: readonly EventHeader[]) => readonly RoutedInbox[];

/** A delivery as the record of a tap. */
export function toRecord(delivery: Delivery, inboxesOf: InboxesOf): RawRecord {
  const headers = headersOf(delivery.properties);
  const routingKey = utf8Text(delivery.routingKey);
  const shownKey = routingKey ?? amqpText(delivery.routingKey);
  const { at, by } = publishedAtOf(headers);
  return {
    channel: delivery.exchange,
    partition: null,
    offset: null,
    routingKey: shownKey,
    // A routing key that is not UTF-8 is shown as latin1; its bytes stand here, so that they can be sent again.
    key: routingKey === null ? delivery.routingKey : null,
    headers,
    body: delivery.body,
    bodySize: delivery.bodySize,
    publishedAt: at,
    publishedAtBy: by,
    observedAt: delivery.observedAt,
    inboxes: inboxesOf(delivery.exchange, shownKey, headers),
  };
}

/** The broker's own stamp in ms, where its interceptor sets one; else the producer's property in whole seconds. */
function publishedAtOf(headers: readonly EventHeader[]): { at: Micros | null; by: ClockOwner | null } {
  let seconds: Micros | null = null;
  for (const { name, wire, value } of headers) {
    if (name === 'timestamp_in_ms' && wire !== 'property') {
      const at = micros(decodeAmqpValue(wire, value), 1_000);
      if (at !== null) return { at, by: 'broker' };
    }
    if (name === 'timestamp' && wire === 'property' && value !== null) seconds = micros(Number(amqpText(value)), 1_000_000);
  }
  return seconds === null ? { at: null, by: null } : { at: seconds, by: 'producer' };
}

/** `null` for what micros can't say exactly (after 2255): a clock out of its mind is no time. */
function micros(value: unknown, factor: number): Micros | null {
  const at = typeof value === 'number' ? value * factor : Number.NaN;
  return Number.isSafeInteger(at) ? at : null;
}
