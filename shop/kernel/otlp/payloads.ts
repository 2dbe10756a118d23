import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** A piece of work on a message, as OpenTelemetry tells it. Times are milliseconds since 1970. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: 'producer' | 'consumer';
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  /** The name of what went wrong; never what a message says. */
  readonly error?: string;
}

export type Attributes = Readonly<Record<string, string | number>>;

/** As in OpenTelemetry's protobuf: SPAN_KIND_…, STATUS_CODE_ERROR, AGGREGATION_TEMPORALITY_CUMULATIVE. */
const KIND = { producer: 4, consumer: 5 } as const;
const ERROR = 2;
const CUMULATIVE = 2;
const SCOPE = { name: 'shop' };

/** The body of `POST /v1/traces`. */
export const tracesOf = (resource: Attributes, spans: readonly Span[]): object => ({
  resourceSpans: [{ resource: { attributes: pairs(resource) }, scopeSpans: [{ scope: SCOPE, spans: spans.map(toSpan) }] }],
});

/** The body of `POST /v1/metrics`: what `/metrics` answers, counted since `start`. */
export const metricsOf = (
  resource: Attributes,
  metrics: readonly MetricObjectWithValues<MetricValue<string>>[],
  { start, now }: { readonly start: number; readonly now: number },
): object => ({
  resourceMetrics: [
    {
      resource: { attributes: pairs(resource) },
      scopeMetrics: [
        {
          scope: SCOPE,
          metrics: metrics.map((metric) => ({
            name: metric.name,
            description: metric.help,
            ...pointsOf(metric, nanos(start), nanos(now)),
          })),
        },
      ],
    },
  ],
});

const toSpan = ({ traceId, spanId, parentSpanId, name, kind, start, end, attributes, error }: Span): object => ({
  traceId,
  spanId,
  ...(parentSpanId === null ? {} : { parentSpanId }),
  name,
  kind: KIND[kind],
  startTimeUnixNano: nanos(start),
  endTimeUnixNano: nanos(end),
  attributes: pairs(attributes),
  status: error === undefined ? {} : { code: ERROR, message: error },
});

function pointsOf({ type, values }: MetricObjectWithValues<MetricValue<string>>, start: string, now: string): object {
  const times = { startTimeUnixNano: start, timeUnixNano: now };
  if (String(type) === 'histogram') return { histogram: { aggregationTemporality: CUMULATIVE, dataPoints: histograms(values, times) } };
  const dataPoints = values.map(({ labels, value }) => ({ attributes: pairs(labels as Attributes), ...times, asDouble: value }));
  return String(type) === 'counter'
    ? { sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
    : { gauge: { dataPoints } };
}

/** Prometheus counts each bucket with all below it, OpenTelemetry each by itself. */
function histograms(values: readonly MetricValue<string>[], times: object): object[] {
  const points = new Map<string, { labels: Attributes; bounds: number[]; upTo: number[]; sum: number; count: number }>();
  for (const { labels, value, metricName = '' } of values as readonly (MetricValue<string> & { readonly metricName?: string })[]) {
    const { le, ...rest } = labels as Attributes & { readonly le?: string | number };
    const key = JSON.stringify(Object.entries(rest).toSorted());
    const point = points.get(key) ?? { labels: rest as Attributes, bounds: [], upTo: [], sum: 0, count: 0 };
    points.set(key, point);
    if (metricName.endsWith('_sum')) point.sum = value;
    else if (metricName.endsWith('_count')) point.count = value;
    else {
      if (le !== '+Inf') point.bounds.push(Number(le));
      point.upTo.push(value);
    }
  }
  return [...points.values()].map(({ labels, bounds, upTo, sum, count }) => ({
    attributes: pairs(labels),
    ...times,
    count: String(count),
    sum,
    explicitBounds: bounds,
    bucketCounts: upTo.map((value, n) => String(value - (upTo[n - 1] ?? 0))),
  }));
}

const pairs = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { doubleValue: value } : { stringValue: String(value) },
  }));

/** Beyond what a number holds: text, as the protocol has it. */
const nanos = (ms: number): string => `${Math.round(ms)}000000`;
