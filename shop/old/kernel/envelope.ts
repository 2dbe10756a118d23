import { randomBytes, randomUUID } from 'node:crypto';
import { Poison, type Message } from '../transport/port';

/**
 * The two envelopes of the shop. A: `{id, type, source, data, timestamp, version}` on the exchanges; B: `{eventId, eventType, occurredAt,
 * version, payload}` on the topics. Both carry the W3C context, correlation and causation in headers, so that a trace goes through both.
 */
export type Envelope = 'A' | 'B';

export interface ShopEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly trace: TraceContext;
  readonly causationId: string | null;
  readonly correlationId: string;
}

export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
}

export const newTrace = (): TraceContext => ({ traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') });

/** A new fact: with a cause it continues the cause's trace and correlation. */
export function makeEvent(source: string, type: string, data: Readonly<Record<string, unknown>>, cause?: ShopEvent): ShopEvent {
  const trace = newTrace();
  return {
    id: randomUUID(),
    type,
    source,
    data,
    trace: cause === undefined ? trace : { traceId: cause.trace.traceId, spanId: trace.spanId },
    causationId: cause?.id ?? null,
    correlationId: cause?.correlationId ?? String(data.orderId ?? randomUUID()),
  };
}

export function toMessage(event: ShopEvent, envelope: Envelope, key: string): Message {
  const now = new Date().toISOString();
  const body =
    envelope === 'A'
      ? {
          id: event.id,
          type: event.type,
          source: event.source,
          data: event.data,
          timestamp: now,
          version: '1.0',
          metadata: { correlationId: event.correlationId },
        }
      : { eventId: event.id, eventType: event.type, occurredAt: now, version: 1, payload: event.data };
  return {
    id: event.id,
    type: event.type,
    key,
    contentType: 'application/json',
    correlationId: event.correlationId,
    body: new TextEncoder().encode(JSON.stringify(body)),
    headers: {
      'event-id': event.id,
      'event-type': event.type,
      source: event.source,
      version: '1.0',
      'published-at': now,
      traceparent: `00-${event.trace.traceId}-${event.trace.spanId}-01`,
      'trace-id': event.trace.traceId,
      'span-id': event.trace.spanId,
      'correlation-id': event.correlationId,
      ...(event.causationId === null ? {} : { 'causation-id': event.causationId }),
    },
  };
}

/** @throws Poison `Undecodable` or `InvalidEnvelope`: no further attempt can make it right. */
export function fromMessage(message: Message): ShopEvent {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message.body)) as Record<string, unknown>;
  } catch {
    throw new Poison('Undecodable', 'the body is not JSON');
  }
  const data = (body.data ?? body.payload) as Record<string, unknown> | undefined;
  const id = body.id ?? body.eventId;
  if (typeof data !== 'object' || data === null || typeof id !== 'string') throw new Poison('InvalidEnvelope', 'neither envelope A nor B');
  return {
    id,
    type: String(body.type ?? body.eventType),
    source: String(body.source ?? message.headers.source ?? 'unknown'),
    data,
    trace: { traceId: message.headers['trace-id'] ?? newTrace().traceId, spanId: message.headers['span-id'] ?? newTrace().spanId },
    causationId: message.headers['causation-id'] ?? null,
    correlationId: message.headers['correlation-id'] ?? id,
  };
}
