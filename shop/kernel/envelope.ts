import type { Message } from '../transport/port';
import { EXCHANGES, TOPICS, type Destination, type Format } from './channels';
import type { Converters, Encoded, IncomingEvent, OutgoingEvent, SagaStep } from './events';
import { traceOf } from './ids';
import type { HostConfig } from './host-needs';

/** The names under which messages say who they are; the same on both brokers where both have them. */
const H = {
  type: 'event-type',
  id: 'event-id',
  source: 'source',
  version: 'version',
  publishedAt: 'published-at',
  traceId: 'trace-id',
  spanId: 'span-id',
  traceparent: 'traceparent',
  correlation: 'correlation-id',
  causation: 'causation-id',
  retryCount: 'retry-count',
} as const;

export interface ToMessage {
  readonly converters: Converters;
  readonly config: Pick<HostConfig, 'trace'>;
}

/** An event as it goes to one of its channels. */
export async function toMessage(event: OutgoingEvent, to: Destination, { converters, config }: ToMessage): Promise<Message> {
  const format = to.broker === 'kafka' ? TOPICS[to.channel].format : formatOf(event, to);
  const encoded = await converters(format).encode(config.trace === 'none' ? { ...event, correlationId: '', causationId: null } : event);
  return to.broker === 'kafka' ? toRecord(event, to, encoded, config.trace) : toAmqp(event, to, encoded, config.trace);
}

/** Reports go out in each serialiser by turns. */
const formatOf = (event: OutgoingEvent, to: Destination & { broker: 'rabbitmq' }): Format =>
  event.type === 'report.generated' ? 'turns' : EXCHANGES[to.channel].format;

function toAmqp(event: OutgoingEvent, to: Destination & { broker: 'rabbitmq' }, encoded: Encoded, trace: HostConfig['trace']): Message {
  const ids = trace === 'none' ? null : traceOf(event.traceparent);
  return {
    id: event.id,
    type: event.type,
    key: to.key ?? event.type,
    body: encoded.body,
    contentType: encoded.contentType,
    ...(encoded.contentEncoding === undefined ? {} : { contentEncoding: encoded.contentEncoding }),
    headers: {
      [H.type]: event.type,
      [H.id]: event.id,
      [H.source]: event.source,
      [H.version]: event.version,
      [H.publishedAt]: new Date(event.at).toISOString(),
      ...(ids === null ? {} : { [H.traceId]: ids.traceId, [H.spanId]: ids.spanId }),
      ...contextOf(event, trace),
      [H.retryCount]: 0,
      ...encoded.headers,
      ...to.headers,
    },
    appId: event.source,
    timestampMs: event.at,
    ...(trace === 'none' ? {} : { correlationId: event.correlationId }),
    ...(event.replyTo === undefined ? {} : { replyTo: event.replyTo }),
    ...(to.priority === undefined ? {} : { priority: to.priority }),
    ...(to.expirationMs === undefined ? {} : { expirationMs: to.expirationMs }),
    ...(to.transient === undefined ? {} : { transient: to.transient }),
  };
}

/** A record's headers are few: what its body says is not said twice. */
function toRecord(event: OutgoingEvent, to: Destination & { broker: 'kafka' }, encoded: Encoded, trace: HostConfig['trace']): Message {
  const ids = trace === 'ids' ? traceOf(event.traceparent) : null;
  return {
    id: encoded.idInBody === true ? '' : event.id,
    type: event.type,
    key: to.key ?? event.key,
    body: encoded.body,
    contentType: encoded.contentType,
    ...(encoded.contentEncoding === undefined ? {} : { contentEncoding: encoded.contentEncoding }),
    headers: {
      ...(ids === null ? {} : { [H.traceId]: ids.traceId, [H.spanId]: ids.spanId }),
      ...contextOf(event, trace),
      ...encoded.headers,
    },
    timestampMs: event.at,
  };
}

/** `ids`: only trace-id and span-id, as some programs have it. `none`: a program that tells nothing. */
function contextOf({ traceparent, correlationId, causationId, saga }: OutgoingEvent, trace: HostConfig['trace']): Message['headers'] {
  return {
    ...(trace === 'full' && traceparent !== null ? { [H.traceparent]: traceparent } : {}),
    ...(trace === 'none' ? {} : { [H.correlation]: correlationId }),
    ...(trace === 'none' || causationId === null ? {} : { [H.causation]: causationId }),
    ...(saga === undefined ? {} : { 'saga-id': saga.id, 'saga-type': saga.type, step: saga.step, attempt: saga.attempt }),
  };
}

/** @throws Poison; another error when it is worth another attempt (the registry is away) */
export async function readEvent(
  message: Message,
  decode: (message: Message) => ReturnType<ReturnType<Converters>['decode']>,
): Promise<IncomingEvent> {
  const { headers } = message;
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return value === undefined || value instanceof Uint8Array ? undefined : String(value);
  };
  const said = await decode(message);
  const id = said.id ?? text(H.id) ?? message.id;
  const saga = sagaOf(text);
  return {
    id,
    type: said.type ?? text(H.type) ?? message.type,
    version: said.version ?? text(H.version) ?? '1.0.0',
    source: said.source ?? text(H.source) ?? message.appId ?? 'unknown',
    at: said.at ?? message.timestampMs ?? 0,
    data: said.data,
    key: message.key,
    correlationId: text(H.correlation) ?? message.correlationId ?? orderOf(said.data) ?? id,
    causationId: text(H.causation) ?? null,
    traceparent: text(H.traceparent) ?? traceparentOf(text(H.traceId), text(H.spanId)),
    ...(saga === undefined ? {} : { saga }),
    retryCount: retryCountOf(message),
    replyTo: message.replyTo ?? null,
    message,
  };
}

export const retryCountOf = ({ headers }: Message): number => Number(headers[H.retryCount] ?? 0) || 0;
export const withRetryCount = (headers: Message['headers'], count: number): Message['headers'] => ({ ...headers, [H.retryCount]: count });

const traceparentOf = (traceId: string | undefined, spanId: string | undefined): string | null =>
  traceId === undefined || spanId === undefined ? null : `00-${traceId}-${spanId}-01`;

const orderOf = ({ orderId }: Readonly<Record<string, unknown>>): string | undefined => (typeof orderId === 'string' ? orderId : undefined);

function sagaOf(text: (name: string) => string | undefined): SagaStep | undefined {
  const [id, type, step] = [text('saga-id'), text('saga-type'), text('step')];
  return id === undefined || type === undefined || step === undefined
    ? undefined
    : { id, type, step, attempt: Number(text('attempt') ?? 1) };
}
