import { setTimeout as sleep } from 'node:timers/promises';
import { toExchange } from '../kernel/channels';
import type { OutgoingEvent } from '../kernel/events';
import type { Faults, PlannedFaults } from '../kernel/faults';
import type { Publisher } from '../kernel/publisher';
import type { HostMetrics } from '../kernel/host-needs';
import type { BatchHandler, Handler, Handlers } from '../kernel/service-host';
import type { PublishOutcome } from '../transport/port';
import type { Notebook } from './records';

/** Notes what the broker has confirmed, and sends again what the plan sends twice: as a relay that crashed before it could remember. */
export function watchedPublisher(publisher: Publisher, note: Notebook, planned: PlannedFaults): Publisher {
  const send = async (event: OutgoingEvent, signal?: AbortSignal): Promise<PublishOutcome> => {
    const outcome = await publisher.publish(event, signal);
    if (outcome !== 'confirmed') {
      note({ note: outcome, type: event.type, id: event.id, channel: event.channels[0]?.channel ?? '' });
      if (outcome === 'refused') return outcome;
    }
    noteSent(event, note);
    return outcome;
  };
  return {
    publish: async (event, signal) => {
      const outcome = await send(event, signal);
      if (event.type !== 'order.placed') return outcome;
      const marks: readonly string[] = planned.ofOrder(event.key);
      if (marks.includes('sent-twice')) await send(event, signal);
      if (marks.includes('sent-by-both')) await send({ ...event, channels: [toExchange('order-events')] }, signal);
      return outcome;
    },
    publishTogether: async (transactionalId, events, offsets, inside) => {
      await publisher.publishTogether(transactionalId, events, offsets, inside);
      for (const event of events) noteSent(event, note);
    },
    ready: (broker) => publisher.ready(broker),
    whenReady: (broker, signal) => publisher.whenReady(broker, signal),
    flush: () => publisher.flush(),
  };
}

function noteSent(event: OutgoingEvent, note: Notebook): void {
  for (const { broker, channel } of event.channels)
    note({ note: 'sent', type: event.type, id: event.id, broker, channel, attempt: event.saga?.attempt ?? 1, about: event.correlationId });
}

/** What is skipped, ignored and failed, beside the program's own metrics. */
export function watchedMetrics<M extends HostMetrics>(metrics: M, note: Notebook): M {
  return {
    ...metrics,
    processed: (inbox, status, seconds) => {
      metrics.processed(inbox, status, seconds);
      if (status === 'failed') note({ note: 'failed', inbox });
    },
    duplicateSkipped: (inbox) => {
      metrics.duplicateSkipped(inbox);
      note({ note: 'skipped', inbox });
    },
    ignored: (inbox, why) => {
      metrics.ignored(inbox, why);
      note({ note: 'ignored', inbox, why });
    },
    members: (inbox, count) => {
      metrics.members(inbox, count);
      note({ note: 'members', inbox, count });
    },
  };
}

interface Watching {
  readonly faults: Faults;
  readonly time: (ms: number) => number;
  readonly note: Notebook;
}

/** Handlers that take as long as the plan and the switches say, at the place `name` (queue, or `group:topic`), and note when they are done. */
export function watchedHandlers(handlers: Handlers, name: string, { faults, time, note }: Watching): Handlers {
  const watch =
    (handler: Handler): Handler =>
    async (event, context) => {
      const ms = faults.delayMs(name, String(event.data.orderId ?? event.key));
      if (ms > 0) await sleep(time(ms), undefined, { signal: context.signal });
      await handler(event, context);
      note({ note: 'worked', inbox: name, id: event.id, about: event.correlationId });
    };
  return Object.fromEntries(Object.entries(handlers).map(([type, handler]) => [type, watch(handler)]));
}

/** The same for many at a time: the batch is late by what each of its events would be. */
export const watchedBatches =
  (handler: BatchHandler, name: string, { faults, time }: Omit<Watching, 'note'>): BatchHandler =>
  async (events, context) => {
    const ms = events.reduce((sum, event) => sum + faults.delayMs(name, String(event.data.orderId ?? event.key)), 0);
    if (ms > 0) await sleep(time(ms), undefined, { signal: context.signal });
    await handler(events, context);
  };
