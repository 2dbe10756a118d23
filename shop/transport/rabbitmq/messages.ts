import type { ConsumeMessage, GetMessage, Options } from 'amqplib';
import type { Headers, HeaderValue, Message } from '../port';

/** Properties and headers as amqplib takes them; a number is an int32 whatever its size. */
export function toProperties(message: Message): Options.Publish {
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, toField(value)]));
  return {
    deliveryMode: message.transient === true ? 1 : 2,
    headers,
    ...given('messageId', message.id || undefined),
    ...given('type', message.type || undefined),
    ...given('contentType', message.contentType || undefined),
    ...given('contentEncoding', message.contentEncoding),
    ...given('timestamp', message.timestampMs === undefined ? undefined : Math.floor(message.timestampMs / 1000)),
    ...given('appId', message.appId),
    ...given('correlationId', message.correlationId),
    ...given('replyTo', message.replyTo),
    ...given('priority', message.priority),
    ...given('expiration', message.expirationMs === undefined ? undefined : String(Math.ceil(message.expirationMs))),
  };
}

function toField(value: HeaderValue): unknown {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? { '!': 'int', value } : Buffer.from(value);
}

export function fromAmqp({ fields, properties, content }: ConsumeMessage | GetMessage): Message {
  const { contentEncoding, correlationId, replyTo, timestamp, expiration, priority, appId, deliveryMode } = properties;
  const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
  return {
    id: text(properties.messageId) ?? '',
    type: text(properties.type) ?? '',
    key: fields.routingKey,
    body: content,
    contentType: text(properties.contentType) ?? '',
    headers: tableOf(properties.headers ?? {}),
    ...given('contentEncoding', text(contentEncoding)),
    ...given('correlationId', text(correlationId)),
    ...given('replyTo', text(replyTo)),
    ...given('timestampMs', timestamp === undefined ? undefined : Number(timestamp) * 1000),
    ...given('expirationMs', expiration === undefined ? undefined : Number(expiration)),
    ...given('priority', priority as number | undefined),
    ...given('appId', text(appId)),
    ...given('transient', deliveryMode === 1 || undefined),
  };
}

/** Text, whole numbers and bytes; what the broker itself writes (`x-death`) is an array, and no business of a service. */
const tableOf = (headers: Readonly<Record<string, unknown>>): Headers =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (pair): pair is [string, HeaderValue] => typeof pair[1] === 'string' || typeof pair[1] === 'number' || pair[1] instanceof Uint8Array,
    ),
  );

const given = <Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } =>
  (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value };
