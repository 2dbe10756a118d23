import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binding } from '../bindings';
import { isLocked } from '../db/database';
import type { IncomingEvent } from '../events';
import { OutboxFull } from '../outbox/outbox';
import { traceOf } from '../ids';
import type { HostLog, HostMetrics } from '../host-needs';
import type { Handler, HandlerContext, Idempotency } from '../service-host';

/** One link of the chain around a handler. */
type Link = (event: IncomingEvent, context: HandlerContext, next: Handler) => Promise<void>;

export interface ChainParts {
  readonly binding: Binding;
  readonly log: HostLog;
  readonly metrics: HostMetrics;
  /** Asked for bindings that promise `effectively-once`. */
  readonly idempotency?: Idempotency;
}

/** The event that is worked on at this moment, for whoever logs or calls out meanwhile. */
const current = new AsyncLocalStorage<IncomingEvent>();
export const currentEvent = (): IncomingEvent | undefined => current.getStore();

/** Another instance is at this event; it is tried again later. */
export class BusyElsewhere extends Error {
  override readonly name = 'BusyElsewhere';
}

/**
 * Logging → metrics → tracing → idempotency → the handler. Both of the last wait for a locked database: a handler that waits keeps its claim, and who
 * can't even claim has not failed.
 */
export function chainOf(parts: ChainParts): (handler: Handler) => Handler {
  const links = [logging(parts), metrics(parts), tracing, pausing(parts), ...idempotency(parts), pausing(parts)];
  return (handler) => links.reduceRight<Handler>((next, link) => (event, context) => link(event, context, next), handler);
}

/** Names and ids, never what a message says. */
const logging =
  ({ binding, log }: ChainParts): Link =>
  async (event, context, next) => {
    const { id, type, traceparent } = event;
    const fields = { inbox: binding.inbox, eventId: id, type, attempt: context.attempt, traceId: traceOf(traceparent)?.traceId };
    try {
      await next(event, context);
      log.debug(fields, 'handled');
    } catch (error) {
      log.warn({ ...fields, cause: (error as Error).name }, 'a handler failed');
      throw error;
    }
  };

const metrics =
  ({ binding, metrics }: ChainParts): Link =>
  async (event, context, next) => {
    const begun = performance.now();
    let status: 'success' | 'failed' = 'failed';
    try {
      await next(event, context);
      status = 'success';
    } finally {
      metrics.processed(
        binding.broker === 'kafka' ? `${binding.channel}:${binding.inbox}` : binding.inbox,
        status,
        (performance.now() - begun) / 1000,
      );
    }
  };

const tracing: Link = (event, context, next) => current.run(event, () => next(event, context));

function idempotency({ binding, idempotency, metrics }: ChainParts): Link[] {
  if (binding.guarantee !== 'effectively-once' || idempotency === undefined) return [];
  const { consumer } = binding;
  return [
    async (event, context, next) => {
      const { id } = event;
      const claim = await idempotency.begin(consumer, id);
      if (claim === 'completed') return metrics.duplicateSkipped(consumer);
      if (claim === 'busy') throw new BusyElsewhere(`${id} is worked on by another instance`);
      let isComplete = false;
      const complete = (tx: unknown): void => {
        isComplete = true;
        void idempotency.complete(consumer, id, tx);
      };
      try {
        await next(event, { ...context, complete });
        if (!isComplete) await idempotency.complete(consumer, id);
      } catch (error) {
        if (!isComplete) await idempotency.fail(consumer, id);
        throw error;
      }
    },
  ];
}

const LOOK_AGAIN_MS = 1_000;

/**
 * Another process holds the database for longer than it may, or the outbox is full: nothing is wrong with the message, so that it keeps its attempts.
 * It waits until it can be written, and with it what would come after it.
 */
const pausing =
  ({ binding, log }: ChainParts): Link =>
  async (event, context, next) => {
    for (;;) {
      try {
        return await next(event, context);
      } catch (error) {
        if (!(isLocked(error) || error instanceof OutboxFull) || context.signal.aborted) throw error;
        log.warn({ inbox: binding.inbox, eventId: event.id, cause: (error as Error).name }, 'nothing can be written: consuming pauses');
        await sleep(LOOK_AGAIN_MS, undefined, { signal: context.signal });
      }
    }
  };
