import { describe, expect, it } from 'vitest';
import { fromQueue } from '../bindings';
import type { IncomingEvent } from '../events';
import { anEvent } from '../host.fixture';
import { spanOf } from '../ids';
import { createMetrics } from '../metrics';
import type { Publisher } from '../publisher';
import { openCollector } from './collector.fixture';
import { openTelemetry } from './exporter';
import { tracedHandlers, tracedPublisher } from './spans';

const ONLY_AT_THE_END = { spansEveryMs: 3_600_000, metricsEveryMs: 3_600_000 };
const who = { service: 'order-service', instance: 1 };

function given(url: string) {
  const metrics = createMetrics();
  const warnings: object[] = [];
  const log = { warn: (fields: object) => void warnings.push(fields) };
  const telemetry = openTelemetry({ url, who, registry: metrics.registry, log, clock: () => 7, ...ONLY_AT_THE_END });
  const broker = { publish: async () => 'confirmed', publishTogether: async () => {} } as unknown as Publisher;
  const binding = fromQueue('order-service-queue', ['payment.completed']);
  return {
    metrics,
    warnings,
    telemetry,
    publisher: tracedPublisher(broker, telemetry, () => 7),
    handlers: (handle: () => Promise<void>) => tracedHandlers({ 'payment.completed': handle }, binding, telemetry, () => 7),
  };
}

const context = { attempt: 1, signal: new AbortController().signal, complete: () => {} };
const first = anEvent(1);
const handled = first as unknown as IncomingEvent;

describe('what an OpenTelemetry collector is told', () => {
  it('[SH14] a message is a span below the message that caused it; the work on it is a span below it; what failed says so', async () => {
    const { url, paths, spans } = await openCollector();
    const { telemetry, publisher, handlers } = given(`${url}/`);
    await publisher.publish(first);
    await publisher.publishTogether('ledger', [anEvent(2, { causationId: 'event-1' })]);
    await handlers(async () => {})['payment.completed']?.(handled, context);
    const failing = handlers(() => Promise.reject(new RangeError('card 4711')))['payment.completed'];
    await expect(failing?.(handled, { ...context, attempt: 2 })).rejects.toThrow();
    await telemetry.close();
    expect(paths.toSorted()).toEqual(['POST /v1/metrics', 'POST /v1/traces']);
    const [one, two, worked, failed] = spans();
    expect(one).toMatchObject({ spanId: spanOf('event-1'), name: 'send ecommerce.events', kind: 4, startTimeUnixNano: '7000000' });
    expect(one).not.toHaveProperty('parentSpanId');
    expect(two).toMatchObject({ spanId: spanOf('event-2'), parentSpanId: spanOf('event-1') });
    expect(worked).toMatchObject({ traceId: one?.traceId, parentSpanId: spanOf('event-1'), name: 'process order-service-queue', kind: 5 });
    expect(failed?.status).toEqual({ code: 2, message: 'RangeError' });
    expect(failed?.spanId).not.toBe(worked?.spanId);
  });

  it('[SH14] the metrics are those of /metrics', async () => {
    const { url, metrics: told } = await openCollector();
    const { telemetry, metrics } = given(url);
    metrics.processed('order-service-queue', 'success', 0.003);
    metrics.outboxPending.set(3);
    await telemetry.close();
    const named = (name: string) => told().find((metric) => metric.name === name);
    const labels = [{ key: 'queue', value: { stringValue: 'order-service-queue' } }];
    expect(named('messages_processed_total')).toMatchObject({ sum: { isMonotonic: true, dataPoints: [{ asDouble: 1 }] } });
    expect(named('outbox_pending')).toMatchObject({ gauge: { dataPoints: [{ asDouble: 3 }] } });
    expect(named('message_processing_duration_seconds')).toMatchObject({
      histogram: {
        dataPoints: [
          {
            attributes: labels,
            count: '1',
            sum: 0.003,
            bucketCounts: ['0', '1', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0'],
          },
        ],
      },
    });
  });

  it('[SH14] a collector that does not listen is said once and keeps nobody from working', async () => {
    const { telemetry, publisher, warnings } = given('http://127.0.0.1:9');
    expect(await publisher.publish(anEvent(1))).toBe('confirmed');
    await telemetry.close();
    expect(warnings).toHaveLength(1);
  });
});
