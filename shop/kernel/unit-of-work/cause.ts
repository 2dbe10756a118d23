import type { SagaStep, IncomingEvent } from '../events';
import type { HandlerContext } from '../service-host';
import type { Transaction } from '../db/database';

/** Why a unit of work happens: the message, request or timer behind it. What it leads to continues its trace and correlation. */
export interface Cause {
  /** Service, person or program. */
  readonly by: string;
  readonly reason?: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly saga?: SagaStep;
  /** Called in the transaction of the effect: the message has been had. */
  complete?(tx: Transaction): void;
}

/** A message is the cause. */
export const causedBy = (event: IncomingEvent, context: HandlerContext): Cause => ({
  by: event.source,
  reason: event.type,
  correlationId: event.correlationId,
  causationId: event.id,
  traceparent: event.traceparent,
  ...(event.saga === undefined ? {} : { saga: event.saga }),
  complete: (tx) => context.complete(tx),
});
