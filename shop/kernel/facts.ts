import type { Destination } from './channels';
import type { Data, IncomingEvent, OutgoingEvent } from './events';
import { childTraceparent, eventId, newTraceparent } from './ids';

/** What a service without event-sourced aggregates has to say. */
export interface Fact {
  readonly type: string;
  readonly version?: string;
  /** Names the fact: the same origin, version and type have the same id, however often it is said. */
  readonly origin: string;
  readonly originVersion: number | string;
  readonly key: string;
  readonly data: Data;
  readonly channels: readonly Destination[];
  /** Continues its trace and correlation. */
  readonly cause?: IncomingEvent;
  /** Without a cause; the key when not given. */
  readonly correlationId?: string;
}

export function toEvent(source: string, at: number, fact: Fact): OutgoingEvent {
  const { type, version = '1.0.0', key, data, channels, cause } = fact;
  const id = eventId(fact.origin, fact.originVersion, type);
  const correlationId = cause?.correlationId ?? fact.correlationId ?? key;
  return {
    id,
    type,
    version,
    source,
    at,
    key,
    data,
    channels,
    correlationId,
    causationId: cause?.id ?? null,
    traceparent: cause === undefined ? newTraceparent(id, correlationId) : childTraceparent(cause.traceparent, id),
  };
}
