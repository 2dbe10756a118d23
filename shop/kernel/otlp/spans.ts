import type { PublishOutcome } from '../../transport/port';
import type { Binding } from '../bindings';
import type { IncomingEvent, OutgoingEvent } from '../events';
import { spanOf, traceOf } from '../ids';
import type { Publisher } from '../publisher';
import type { Handler, Handlers } from '../service-host';
import type { Telemetry } from './exporter';
import type { Span } from './payloads';

/**
 * A message is a span: its id is the one in the message's `traceparent`, its parent the message that caused it. Work on a message is a span below it.
 * What is worked on by the hundred is not told.
 */
export function tracedPublisher(publisher: Publisher, { span }: Telemetry, clock: () => number): Publisher {
  const tell = (event: OutgoingEvent, start: number, error?: string): void => {
    const [to] = event.channels;
    const ids = traceOf(event.traceparent);
    if (ids === null || to === undefined) return;
    const parentSpanId = event.causationId === null ? null : spanOf(event.causationId);
    span({
      ...ids,
      parentSpanId,
      name: `send ${to.channel}`,
      kind: 'producer',
      ...timed(start, clock(), error),
      attributes: said(event, to.broker, to.channel, 'send'),
    });
  };
  return {
    ...publisher,
    async publish(event, signal): Promise<PublishOutcome> {
      const start = clock();
      try {
        const outcome = await publisher.publish(event, signal);
        tell(event, start, outcome === 'refused' ? outcome : undefined);
        return outcome;
      } catch (error) {
        tell(event, start, (error as Error).name);
        throw error;
      }
    },
    async publishTogether(transactionalId, events, offsets, inside) {
      const start = clock();
      await publisher.publishTogether(transactionalId, events, offsets, inside);
      for (const event of events) tell(event, start);
    },
  };
}

export function tracedHandlers(
  handlers: Handlers,
  { broker, channel, inbox }: Binding,
  { span }: Telemetry,
  clock: () => number,
): Handlers {
  const tell = (event: IncomingEvent, attempt: number, start: number, error?: string): void => {
    const ids = traceOf(event.traceparent);
    if (ids === null) return;
    span({
      traceId: ids.traceId,
      spanId: spanOf(`${inbox}|${event.id}|${attempt}`),
      parentSpanId: ids.spanId,
      name: `process ${inbox}`,
      kind: 'consumer',
      ...timed(start, clock(), error),
      attributes: {
        ...said(event, broker, channel, 'process'),
        'messaging.consumer.group.name': inbox,
        'messaging.delivery.attempt': attempt,
      },
    });
  };
  const traced =
    (handler: Handler): Handler =>
    async (event, context) => {
      const start = clock();
      try {
        await handler(event, context);
        tell(event, context.attempt, start);
      } catch (error) {
        tell(event, context.attempt, start, (error as Error).name);
        throw error;
      }
    };
  return Object.fromEntries(Object.entries(handlers).map(([type, handler]) => [type, traced(handler)]));
}

const timed = (start: number, end: number, error: string | undefined): Pick<Span, 'start' | 'end' | 'error'> => ({
  start,
  end,
  ...(error === undefined ? {} : { error }),
});

const said = (
  { id, type }: Pick<IncomingEvent, 'id' | 'type'>,
  broker: string,
  channel: string,
  operation: string,
): Span['attributes'] => ({
  'messaging.system': broker,
  'messaging.destination.name': channel,
  'messaging.operation.type': operation,
  'messaging.message.id': id,
  'event.type': type,
});
