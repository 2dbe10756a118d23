import type { EventRow } from '@/lib/contract/traces';
import type { ObservedEvent } from './observed-event';

const decoder = new TextDecoder();
export const MAX_KEY_BYTES = 256;

/** An event as a row of a list: no body, no headers; the key as text (UTF-8, or `0x…` where it is none or has a NUL, cut at 256 bytes). */
export function toEventRow(event: ObservedEvent): EventRow {
  return {
    id: event.id,
    broker: event.broker,
    system: event.system,
    channel: event.channel,
    partition: event.partition,
    offset: event.offset,
    routingKey: event.routingKey,
    key: keyText(event.key),
    type: event.type,
    source: event.source,
    traceId: event.traceId,
    spanId: event.spanId,
    parentSpanId: event.parentSpanId,
    messageId: event.messageId,
    correlationId: event.correlationId,
    causationId: event.causationId,
    sagaId: event.sagaId,
    businessKeys: event.businessKeys,
    attempt: event.attempt,
    publishedAt: event.publishedAt,
    publishedAtBy: event.publishedAtBy,
    observedAt: event.observedAt,
    bodySize: event.bodySize,
    inboxes: event.inboxes,
    deadLetter: event.deadLetter,
    failureCause: event.failure?.cause ?? null,
    replayId: event.replayId,
    replayOf: event.replayOf,
  };
}

export function keyText(key: Uint8Array | null): string | null {
  if (key === null) return null;
  const bytes = key.length > MAX_KEY_BYTES ? key.subarray(0, MAX_KEY_BYTES) : key;
  const text = decoder.decode(bytes);
  return (text.includes('�') || text.includes('\0')) && key.length <= MAX_KEY_BYTES
    ? `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
    : text;
}
