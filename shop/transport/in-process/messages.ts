import { ofKafkaHeaders, toKafkaHeaders } from '../kafka-headers';
import type { Headers, HeaderValue, Message } from '../port';
import type { EngineHeader, EngineMessage, EngineRecord } from './engine';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A message as AMQP writes it: properties and a table of headers. */
export function toAmqp(message: Message): EngineHeader[] {
  const properties: Readonly<Record<string, string | number | undefined>> = {
    'content-type': message.contentType || undefined,
    'content-encoding': message.contentEncoding,
    'delivery-mode': message.transient === true ? 1 : 2,
    priority: message.priority,
    'correlation-id': message.correlationId,
    'reply-to': message.replyTo,
    expiration: message.expirationMs === undefined ? undefined : Math.ceil(message.expirationMs),
    'message-id': message.id || undefined,
    timestamp: message.timestampMs === undefined ? undefined : Math.floor(message.timestampMs / 1000),
    type: message.type || undefined,
    'app-id': message.appId,
  };
  return [
    ...Object.entries(properties).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, wire: 'property', value: encoder.encode(String(value)) }],
    ),
    ...Object.entries(message.headers).map(([name, value]) => ({ name, ...toField(value) })),
  ];
}

function toField(value: HeaderValue): { readonly wire: string; readonly value: Uint8Array } {
  if (typeof value === 'string') return { wire: 'S', value: encoder.encode(value) };
  if (typeof value !== 'number') return { wire: 'x', value };
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value);
  return { wire: 'I', value: bytes };
}

export function fromAmqp({ routingKey, headers, body }: EngineMessage): Message {
  const property = (name: string): string | undefined => {
    const value = headers.find((header) => header.wire === 'property' && header.name === name)?.value;
    return value === undefined || value === null ? undefined : decoder.decode(value);
  };
  const number = (name: string, unit = 1): number | undefined => {
    const value = property(name);
    return value === undefined ? undefined : Number(value) * unit;
  };
  return {
    id: property('message-id') ?? '',
    type: property('type') ?? '',
    key: routingKey,
    contentType: property('content-type') ?? '',
    body,
    headers: tableOf(headers),
    ...given('contentEncoding', property('content-encoding')),
    ...given('correlationId', property('correlation-id')),
    ...given('replyTo', property('reply-to')),
    ...given('timestampMs', number('timestamp', 1000)),
    ...given('expirationMs', number('expiration')),
    ...given('priority', number('priority')),
    ...given('appId', property('app-id')),
    ...given('transient', property('delivery-mode') === '1' || undefined),
  };
}

/** Text, whole numbers and bytes; what the broker itself writes (`x-death`) is an array, and no business of a service. */
function tableOf(headers: readonly EngineHeader[]): Headers {
  return Object.fromEntries(
    headers.flatMap(({ name, wire, value }): [string, HeaderValue][] => {
      if (value === null) return [];
      if (wire === 'S') return [[name, decoder.decode(value)]];
      if (wire === 'x') return [[name, value]];
      const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
      if (wire === 'l') return [[name, Number(view.getBigInt64(0))]];
      return wire === 'I' ? [[name, view.getInt32(0)]] : [];
    }),
  );
}

export const toRecordHeaders = (message: Message): EngineHeader[] =>
  Object.entries(toKafkaHeaders(message)).map(([name, value]) => ({ name, wire: 'kafka', value }));

export const fromRecord = ({ key, headers, body, timestamp }: EngineRecord): Message =>
  ofKafkaHeaders(
    headers.map(({ name, value }) => [name, value]),
    { key: key === null ? '' : decoder.decode(key), body: body ?? new Uint8Array(), timestampMs: timestamp },
  );

const given = <Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } =>
  (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value };
