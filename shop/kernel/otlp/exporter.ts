import type { Registry } from 'prom-client';
import { request } from 'undici';
import type { Identity } from '../../transport/port';
import { settledWithin } from '../drain';
import type { HostLog } from '../host-needs';
import { metricsOf, tracesOf, type Attributes, type Span } from './payloads';

/** Tells an OpenTelemetry collector what is done here. Who is not listened to works on: what can't be told is forgotten and said once in the log. */
export interface Telemetry {
  span(span: Span): void;
  /** Tells what is left, for at most 2 s. */
  close(): Promise<void>;
  /** Tells nothing any more. */
  crash(): void;
}

export interface TelemetryParts {
  /** `http://collector:4318`; OTLP over HTTP as JSON, to `/v1/traces` and `/v1/metrics`. */
  readonly url: string;
  readonly who: Identity;
  readonly registry: Pick<Registry, 'getMetricsAsJSON'>;
  readonly log: Pick<HostLog, 'warn'>;
  readonly clock: () => number;
  readonly spansEveryMs?: number;
  readonly metricsEveryMs?: number;
}

const MOST_SPANS = 5_000;
const ANSWER_MS = 5_000;
const CLOSE_MS = 2_000;

export function openTelemetry(parts: TelemetryParts): Telemetry {
  const { url, who, registry, log, clock, spansEveryMs = 1_000, metricsEveryMs = 10_000 } = parts;
  const resource: Attributes = { 'service.name': who.service, 'service.instance.id': `${who.service}/${who.instance}` };
  const start = clock();
  let waiting: Span[] = [];
  let isHeard = true;

  async function post(path: string, body: object): Promise<void> {
    try {
      const answer = await request(`${url.replace(/\/$/, '')}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      await answer.body.dump();
      if (answer.statusCode >= 300) throw new Error(`answered ${answer.statusCode}`);
      isHeard = true;
    } catch (error) {
      if (isHeard) log.warn({ cause: (error as Error).message }, 'the OpenTelemetry collector does not listen');
      isHeard = false;
    }
  }

  async function tellSpans(): Promise<void> {
    const spans = waiting;
    waiting = [];
    if (spans.length > 0) await post('/v1/traces', tracesOf(resource, spans));
  }
  const tellMetrics = async (): Promise<void> =>
    post('/v1/metrics', metricsOf(resource, await registry.getMetricsAsJSON(), { start, now: clock() }));

  const timers = [setInterval(() => void tellSpans(), spansEveryMs).unref(), setInterval(() => void tellMetrics(), metricsEveryMs).unref()];
  const silence = (): void => timers.forEach((timer) => clearInterval(timer));
  return {
    span(span) {
      if (waiting.length < MOST_SPANS) waiting.push(span);
    },
    async close() {
      silence();
      await settledWithin(CLOSE_MS, [tellSpans(), tellMetrics()]);
    },
    crash: silence,
  };
}
