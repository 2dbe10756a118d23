import type { EventRow, TraceNode } from '@/lib/contract/traces';

/** 2026-11-21 12:00:00.5 UTC, µs: not a whole second, so that it counts as a precise stamp. */
export const start = Date.UTC(2026, 10, 21, 12) * 1000 + 500_000;

/** A row of a list; what is not given is "not said". `after` is ms after `start`. */
export function anEventRow(given: Partial<EventRow> & { id: string; after?: number }): EventRow {
  const { after = 0, ...rest } = given;
  const at = start + after * 1000;
  return {
    broker: 'shop-rabbit',
    system: 'rabbitmq',
    channel: 'shop.events',
    partition: null,
    offset: null,
    routingKey: null,
    key: null,
    type: null,
    source: null,
    traceId: 'trace-1',
    spanId: null,
    parentSpanId: null,
    messageId: null,
    correlationId: null,
    causationId: null,
    businessKeys: [],
    attempt: null,
    publishedAt: at,
    publishedAtBy: 'producer',
    observedAt: at + 2_000,
    bodySize: 100,
    inboxes: [],
    deadLetter: false,
    failureCause: null,
    replayId: null,
    replayOf: null,
    ...rest,
  };
}

export const aNode = (event: EventRow, parent: string | null = null, given: Partial<TraceNode> = {}): TraceNode => ({
  event,
  parent,
  depth: 0,
  joinedBy: parent === null ? 'root' : 'causation',
  orphan: false,
  skewMicros: null,
  ...given,
});
