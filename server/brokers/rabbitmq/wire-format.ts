import type { EventHeader } from '@/lib/events/observed-event';
import { type AmqpField, amqpText, decodeAmqpTable, encodeAmqpTable } from '@/lib/events/amqp-values';

/**
 * The three pieces of AMQP 0-9-1's wire format that amqplib does not carry without loss: the properties of a message, the fields of a
 * delivery, and the fields of a publish. Everything else of the protocol stays the library's.
 */

/** `basic.deliver`, its short strings as they were sent. */
export interface RawDelivery {
  readonly consumerTag: string;
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly exchange: string;
  readonly routingKey: Uint8Array;
}

/** Properties as they stand in the content header frame: two bytes of flags, then the values. Understood by `headersOf`. */
export type RawProperties = Uint8Array;

type PropertyKind = 'text' | 'table' | 'octet' | 'timestamp';

/** In the order of the wire; the flag of the first is bit 15, of the next bit 14, and so on. */
const PROPERTIES: ReadonlyArray<readonly [string, PropertyKind]> = [
  ['content-type', 'text'],
  ['content-encoding', 'text'],
  ['headers', 'table'],
  ['delivery-mode', 'octet'],
  ['priority', 'octet'],
  ['correlation-id', 'text'],
  ['reply-to', 'text'],
  ['expiration', 'text'],
  ['message-id', 'text'],
  ['timestamp', 'timestamp'],
  ['type', 'text'],
  ['user-id', 'text'],
  ['app-id', 'text'],
  ['cluster-id', 'text'],
];

const utf8 = new TextEncoder();
const FRAME_END = 206;

export function decodeDelivery(bytes: Buffer): RawDelivery {
  let at = 1 + bytes.readUInt8(0);
  const consumerTag = bytes.toString('latin1', 1, at);
  const deliveryTag = bytes.readUInt32BE(at) * 0x100000000 + bytes.readUInt32BE(at + 4);
  const redelivered = (bytes.readUInt8(at + 8) & 1) === 1;
  at += 9;
  const exchangeEnd = at + 1 + bytes.readUInt8(at);
  const exchange = amqpText(bytes.subarray(at + 1, exchangeEnd));
  const routingKey = bytes.subarray(exchangeEnd + 1, exchangeEnd + 1 + bytes.readUInt8(exchangeEnd));
  return { consumerTag, deliveryTag, redelivered, exchange, routingKey };
}

/**
 * Properties and header table as the product's headers: the properties first (wire `property`, value as text), then the table's fields in
 * their order with letter and bytes. Never throws: what is cut short ends there.
 */
export function headersOf(properties: RawProperties): EventHeader[] {
  const bytes = Buffer.from(properties.buffer, properties.byteOffset, properties.byteLength);
  const headers: EventHeader[] = [];
  let table: readonly AmqpField[] = [];
  if (bytes.length < 2) return headers;
  const flags = bytes.readUInt16BE(0);
  let at = 2;
  let flag = 0x10000;
  for (const [name, kind] of PROPERTIES) {
    flag >>= 1;
    if ((flags & flag) === 0) continue;
    const end = endOfProperty(bytes, at, kind);
    if (end > bytes.length) break;
    if (kind === 'table') table = decodeAmqpTable(bytes.subarray(at + 4, end));
    else headers.push({ name, wire: 'property', value: valueOfProperty(bytes, at, end, kind) });
    at = end;
  }
  for (const field of table) headers.push(field);
  return headers;
}

function endOfProperty(bytes: Buffer, at: number, kind: PropertyKind): number {
  if (kind === 'octet') return at + 1;
  if (kind === 'timestamp') return at + 8;
  if (kind === 'text') return at < bytes.length ? at + 1 + bytes.readUInt8(at) : Infinity;
  return at + 4 <= bytes.length ? at + 4 + bytes.readUInt32BE(at) : Infinity;
}

function valueOfProperty(bytes: Buffer, at: number, end: number, kind: PropertyKind): Uint8Array {
  if (kind === 'octet') return utf8.encode(String(bytes[at]));
  if (kind === 'timestamp') return utf8.encode(String(bytes.readBigInt64BE(at)));
  return bytes.subarray(at + 1, end);
}

/** Properties ready to be sent, made by `encodeProperties`. A class so that the client's encoder can tell them from the library's own. */
export class EncodedProperties {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/**
 * The reverse of `headersOf`: the same header table, byte for byte, and the same properties. Of a property given twice the last counts.
 * RangeError for a property or header name beyond 255 bytes, TypeError for an octet or timestamp that is no number.
 */
export function encodeProperties(headers: readonly EventHeader[]): EncodedProperties {
  const given = new Map<string, Uint8Array>();
  const fields: AmqpField[] = [];
  for (const header of headers) {
    if (header.wire === 'property') given.set(header.name, header.value ?? new Uint8Array(0));
    else fields.push(header.wire === 'kafka' ? { ...header, wire: header.value === null ? 'V' : 'S' } : header);
  }
  let flags = 0;
  const parts: Uint8Array[] = [];
  PROPERTIES.forEach(([name, kind], index) => {
    const part = kind === 'table' ? encodedTable(fields) : encodedProperty(name, kind, given.get(name));
    if (part === null) return;
    flags |= 0x8000 >> index;
    parts.push(part);
  });
  return new EncodedProperties(Buffer.concat([Uint8Array.of(flags >> 8, flags & 0xff), ...parts]));
}

function encodedTable(fields: readonly AmqpField[]): Uint8Array | null {
  if (fields.length === 0) return null;
  const content = encodeAmqpTable(fields);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function encodedProperty(name: string, kind: PropertyKind, value: Uint8Array | undefined): Uint8Array | null {
  if (value === undefined) return null;
  if (kind === 'text') return shortString(value, name);
  const text = amqpText(value);
  if (!/^-?\d{1,20}$/.test(text)) throw new TypeError(`property ${name} is no number`);
  if (kind === 'octet') return Uint8Array.of(Number(text));
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(text)));
  return bytes;
}

function shortString(value: Uint8Array, what: string): Uint8Array {
  if (value.length > 255) throw new RangeError(`${what} has more than 255 bytes`);
  return Buffer.concat([Uint8Array.of(value.length), value]);
}

/** The content header frame of `properties` for a body of `size` bytes. */
export function frameOfProperties(channel: number, size: number, properties: EncodedProperties): Buffer {
  const head = Buffer.alloc(19);
  head[0] = 2;
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(12 + properties.bytes.length, 3);
  head.writeUInt16BE(60, 7);
  head.writeBigUInt64BE(BigInt(size), 11);
  return Buffer.concat([head, properties.bytes, Uint8Array.of(FRAME_END)]);
}

/** Fields of a `basic.publish` whose routing key is bytes. */
export class RawPublish {
  readonly exchange: string;
  readonly routingKey: Uint8Array;
  readonly mandatory: boolean;

  constructor(exchange: string, routingKey: Uint8Array, mandatory: boolean) {
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.mandatory = mandatory;
  }
}

export function frameOfPublish(channel: number, publish: RawPublish): Buffer {
  const exchange = shortString(utf8.encode(publish.exchange), 'the exchange name');
  const routingKey = shortString(publish.routingKey, 'the routing key');
  const head = Buffer.alloc(13);
  head[0] = 1;
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(7 + exchange.length + routingKey.length, 3);
  head.writeUInt16BE(60, 7);
  head.writeUInt16BE(40, 9);
  return Buffer.concat([head, exchange, routingKey, Uint8Array.of(publish.mandatory ? 1 : 0, FRAME_END)]);
}
