import { amqpHeader, amqpProperty } from '@/lib/events/amqp-values';
import type { BrokerSystem } from '@/lib/events/names';
import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import { aRecord } from '../raw-record.fixture';

/** Bytes as one framework writes them, and what they become. Tests, the fuzzer and `bench/recognise.ts` share them. */
export interface Sample {
  /** Name of the family it is for. */
  readonly family: string;
  readonly what: string;
  readonly system: BrokerSystem;
  readonly record: RawRecord;
  readonly becomes: Readonly<Record<string, unknown>>;
}

export const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
export const SPAN = '00f067aa0ba902b7';
export const PARENT_SPAN = '05e3ac9a4f6e3b90';
export const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;
export const NOON = Date.UTC(2026, 10, 21, 12) * 1000;

type Headers = Readonly<Record<string, string | Uint8Array>>;

/** A Kafka record: headers are bytes without a type. */
export function kafka(
  family: string,
  what: string,
  headers: Headers,
  body: unknown,
  becomes: Sample['becomes'],
  over: Partial<RawRecord> = {},
): Sample {
  return {
    family,
    what,
    system: 'kafka',
    record: aRecord(Object.entries(headers), body, { partition: 0, offset: 41, ...over }),
    becomes,
  };
}

/** An AMQP message: `properties` as the protocol has them, headers typed. */
export function amqp(
  family: string,
  what: string,
  properties: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, unknown>>,
  body: unknown,
  becomes: Sample['becomes'],
): Sample {
  const all: EventHeader[] = [
    ...Object.entries(properties).map(([name, text]) => amqpProperty(name, text)),
    ...Object.entries(headers).map(([name, value]) => amqpHeader(name, value)),
  ];
  return { family, what, system: 'rabbitmq', record: aRecord(all, body, { routingKey: 'orders' }), becomes };
}

/** Java's DataOutput: a big-endian int or long. */
export function bigEndian(value: number, bytes: 4 | 8): Uint8Array {
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  if (bytes === 4) view.setInt32(0, value);
  else view.setBigInt64(0, BigInt(value));
  return out;
}

export const order = { orderId: 'o-17', customerId: 'c-4', total: 99.5, lines: [{ sku: 'A-1', quantity: 2 }] };
export const orderKeys = [
  { name: 'order', value: 'o-17' },
  { name: 'customer', value: 'c-4' },
];
