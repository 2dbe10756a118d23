import type { HeaderValue, Message } from './port';

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true });

/** A record's headers: what a message says about itself has names of its own; what it does not say is no header, rather than an empty one. */
export function toKafkaHeaders(message: Message): Record<string, Uint8Array> {
  const own: Readonly<Record<string, string | undefined>> = {
    'event-id': message.id,
    'event-type': message.type,
    'content-type': message.contentType,
    'content-encoding': message.contentEncoding,
  };
  const said = Object.entries(own).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  return Object.fromEntries([...said, ...Object.entries(message.headers)].map(([name, value]) => [name, bytesOf(value)]));
}

/** Of a name that comes more than once the last counts. */
export function ofKafkaHeaders(
  headers: readonly (readonly [string, Uint8Array | null])[],
  record: Pick<Message, 'key' | 'body' | 'timestampMs'>,
): Message {
  const {
    'event-id': id = '',
    'event-type': type = '',
    'content-type': contentType = '',
    'content-encoding': contentEncoding,
    ...rest
  } = Object.fromEntries(headers.flatMap(([name, value]) => (value === null ? [] : [[name, valueOf(value)]]))) as Record<
    string,
    HeaderValue
  >;
  return {
    ...record,
    id: String(id),
    type: String(type),
    contentType: String(contentType),
    headers: rest,
    ...(contentEncoding === undefined ? {} : { contentEncoding: String(contentEncoding) }),
  };
}

const bytesOf = (value: HeaderValue): Uint8Array => (value instanceof Uint8Array ? value : encoder.encode(String(value)));

/** Kafka's headers have no type: what is no printable text stays bytes (Spring writes its numbers as big-endian integers). */
function valueOf(value: Uint8Array): HeaderValue {
  if (value.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13)) return value;
  try {
    return strict.decode(value);
  } catch {
    return value;
  }
}
