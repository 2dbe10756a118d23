import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { HostMetrics } from './host-needs';

/**
 * What a service tells at `/metrics`. Each service has its own registry, because several may live in one process. Names and labels are the
 * ones dashboards know; for a topic `exchange` is the topic, `routing_key` the event type, and `queue` is `topic:group`.
 */
export type Metrics = ReturnType<typeof createGauges> & HostMetrics;

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The names, and what publishers and subscribers call. */
export function createMetrics(): Metrics {
  const gauges = createGauges();
  return {
    ...gauges,
    published: (exchange, routingKey) => gauges.messagesPublished.inc({ exchange, routing_key: routingKey }),
    processed: (queue, status, seconds) => {
      gauges.messagesProcessed.inc({ queue, status });
      gauges.messageProcessingSeconds.observe({ queue }, seconds);
    },
    deadLetter: (cause) => gauges.deadLetters.inc({ cause }),
    duplicateSkipped: () => gauges.duplicatesSkipped.inc(),
    ignored: (queue, reason) => gauges.messagesIgnored.inc({ queue, reason }),
    returned: (exchange, routingKey) => gauges.messagesReturned.inc({ exchange, routing_key: routingKey }),
    refused: (exchange, routingKey) => gauges.messagesRefused.inc({ exchange, routing_key: routingKey }),
    lag: (queue, records) => {
      gauges.queueDepth.set({ queue }, records);
      if (queue.includes(':')) gauges.consumerLag.set({ group: queue.slice(queue.indexOf(':') + 1) }, records);
    },
    members: (inbox, count) => gauges.consumerMembers.set({ inbox }, count),
  };
}

function createGauges() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    messagesPublished: new Counter({
      name: 'messages_published_total',
      help: 'Messages that the broker confirmed',
      labelNames: ['exchange', 'routing_key'] as const,
      registers,
    }),
    messagesProcessed: new Counter({
      name: 'messages_processed_total',
      help: 'Deliveries handled, by outcome (success, failed)',
      labelNames: ['queue', 'status'] as const,
      registers,
    }),
    messageProcessingSeconds: new Histogram({
      name: 'message_processing_duration_seconds',
      help: 'Time a handler took for one message',
      labelNames: ['queue'] as const,
      buckets: SECONDS,
      registers,
    }),
    messagesIgnored: new Counter({
      name: 'messages_ignored_total',
      help: 'Messages acknowledged without effect: nobody handles the type, or the answer came too late',
      labelNames: ['queue', 'reason'] as const,
      registers,
    }),
    messagesReturned: new Counter({
      name: 'messages_returned_total',
      help: 'Mandatory messages that no queue would have got',
      labelNames: ['exchange', 'routing_key'] as const,
      registers,
    }),
    messagesRefused: new Counter({
      name: 'messages_refused_total',
      help: 'Messages that the broker refused: a negative confirm',
      labelNames: ['exchange', 'routing_key'] as const,
      registers,
    }),
    queueDepth: new Gauge({ name: 'queue_depth', help: 'Messages waiting', labelNames: ['queue'] as const, registers }),
    httpRequests: new Counter({
      name: 'http_requests_total',
      help: 'Requests answered',
      labelNames: ['service', 'endpoint', 'method'] as const,
      registers,
    }),
    httpRequestSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer a request',
      labelNames: ['service', 'endpoint'] as const,
      buckets: SECONDS,
      registers,
    }),
    circuitBreakerState: new Gauge({
      name: 'circuit_breaker_state',
      help: 'State of the breaker before a called service: 0 closed, 0.5 half-open, 1 open',
      labelNames: ['service'] as const,
      registers,
    }),
    consumerLag: new Gauge({
      name: 'consumer_lag',
      help: 'Records between the committed position and the end of the topic',
      labelNames: ['group'] as const,
      registers,
    }),
    consumerMembers: new Gauge({
      name: 'consumer_members',
      help: 'Consumers of a queue or members of a group, of this instance',
      labelNames: ['inbox'] as const,
      registers,
    }),
    deadLetters: new Counter({
      name: 'dead_letters_total',
      help: 'Messages given up, by cause',
      labelNames: ['cause'] as const,
      registers,
    }),
    duplicatesSkipped: new Counter({ name: 'duplicates_skipped_total', help: 'Messages that had been handled before', registers }),
    outboxPending: new Gauge({ name: 'outbox_pending', help: 'Events stored and not yet published', registers }),
    projectionStalenessSeconds: new Gauge({
      name: 'projection_staleness_seconds',
      help: 'Age of the last event that a projection has applied, 0 when it is at the end',
      labelNames: ['projection'] as const,
      registers,
    }),
    sagaState: new Gauge({ name: 'saga_state', help: 'Sagas by state', labelNames: ['state'] as const, registers }),
  };
}
