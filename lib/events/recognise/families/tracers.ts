import type { ContextPlaces, Family, ReadContext } from '../table';
import { decimalToHexId, hexOf, toHexId } from '../values';
import { readTraceparent } from './w3c';

type Texts = readonly (string | null)[];
type Read = ReadContext | null | 'malformed';

const tracer = (name: string, title: string, ...contexts: readonly ContextPlaces[]): Family => ({
  name,
  title,
  framework: false,
  detect: 'always',
  contexts,
});
const inHeaders = (system: ContextPlaces['system'], from: readonly string[], read: (texts: Texts) => Read): ContextPlaces => ({
  system,
  in: 'headers',
  from,
  read,
});

/** `{trace}:{span}:{parent, 0 = none}:{flags}`, unpadded hex, colons perhaps URL-encoded. */
export const jaeger = tracer(
  'jaeger',
  'Jaeger',
  inHeaders('jaeger', ['uber-trace-id'], ([text]) => readJaeger(text ?? '')),
);

function readJaeger(text: string): Read {
  const [trace = '', span = '', parent = '', flags = ''] = text.replaceAll('%3A', ':').replaceAll('%3a', ':').split(':', 5);
  const traceId = unpadded(trace, 32);
  const spanId = unpadded(span, 16);
  if (traceId === null || spanId === null) return 'malformed';
  const bits = Number.parseInt(flags, 16);
  return { traceId, spanId, parentSpanId: unpadded(parent, 16), sampled: Number.isNaN(bits) ? null : (bits & 1) === 1 };
}

const unpadded = (text: string, digits: number): string | null =>
  text.length === 0 || text.length > digits ? null : toHexId(text.padStart(digits, '0'), digits);

/** Ids are unsigned decimals of 64 bits; the upper half of a 128-bit trace id stands in the tags. */
export const datadog = tracer(
  'datadog',
  'Datadog',
  inHeaders(
    'datadog',
    ['x-datadog-trace-id', 'x-datadog-parent-id', 'x-datadog-sampling-priority', 'x-datadog-tags'],
    ([trace, span, priority, tags]) => readDatadog(trace ?? '', span ?? null, priority ?? null, tags ?? ''),
  ),
);

function readDatadog(trace: string, span: string | null, priority: string | null, tags: string): Read {
  const lower = decimalToHexId(trace);
  if (lower === null) return 'malformed';
  const upper = /(?:^|,)_dd\.p\.tid=([0-9a-f]{16})(?:,|$)/.exec(tags)?.[1] ?? '0'.repeat(16);
  return {
    traceId: upper + lower,
    spanId: span === null ? null : decimalToHexId(span),
    parentSpanId: null,
    sampled: priority === null ? null : Number(priority) > 0,
  };
}

/** `Root=1-8hex-24hex;Parent=16hex;Sampled=1`. */
export const xray = tracer(
  'xray',
  'AWS X-Ray',
  inHeaders('xray', ['x-amzn-trace-id'], ([text]) => readXray(text ?? '')),
);

function readXray(text: string): Read {
  const root = /(?:^|;)\s*Root=1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})/.exec(text);
  const traceId = root === null ? null : toHexId(`${root[1]}${root[2]}`, 32);
  if (traceId === null) return 'malformed';
  const parent = /(?:^|;)\s*Parent=([0-9a-fA-F]{16})/.exec(text)?.[1];
  const sampled = /(?:^|;)\s*Sampled=([01])/.exec(text)?.[1];
  return {
    traceId,
    spanId: parent === undefined ? null : toHexId(parent, 16),
    parentSpanId: null,
    sampled: sampled === undefined ? null : sampled === '1',
  };
}

/** `{trace}-{span}-{0|1}`; the decision may be missing. */
export const sentry = tracer(
  'sentry',
  'Sentry',
  inHeaders('sentry', ['sentry-trace'], ([text]) => readSentry(text ?? '')),
);

function readSentry(text: string): Read {
  const [trace = '', span = '', sampled] = text.split('-', 4);
  const traceId = trace.length === 32 ? toHexId(trace, 32) : null;
  const spanId = toHexId(span, 16);
  if (traceId === null || spanId === null) return 'malformed';
  return { traceId, spanId, parentSpanId: null, sampled: sampled === undefined ? null : sampled === '1' };
}

/** .NET activities before W3C: the header holds W3C text, or the hierarchical form `|root.1.2_`, of which the root is the trace. */
const activity = (name: string): ContextPlaces => inHeaders('ids', [name], ([text]) => readActivity(text ?? ''));

export const dotnetActivity = tracer('dotnet-activity', '.NET activity', activity('mt-activity-id'), activity('diagnostic-id'));

export function readActivity(text: string): Read {
  if (text.length >= 55) return readTraceparent(text);
  const root = /^\|([\w-]{1,64})\./.exec(text)?.[1];
  return root === undefined ? 'malformed' : { traceId: toHexId(root, 32) ?? root, spanId: null, parentSpanId: null, sampled: null };
}

/** Text in W3C form, or 29 bytes: `0`, `0` trace(16), `1` span(8), `2` flags. */
export const elasticApm = tracer(
  'elastic-apm',
  'Elastic APM',
  inHeaders('w3c', ['elastic-apm-traceparent'], ([text]) => readTraceparent(text ?? '')),
  { ...inHeaders('w3c', ['elasticapmtraceparent'], ([text]) => readTraceparent(text ?? '')), readBytes: readElastic },
);

function readElastic(bytes: Uint8Array): Read {
  if (bytes.length !== 29 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[18] !== 1 || bytes[27] !== 2) return 'malformed';
  const traceId = toHexId(hexOf(bytes, 2, 18), 32);
  const spanId = toHexId(hexOf(bytes, 19, 27), 16);
  return traceId === null || spanId === null
    ? 'malformed'
    : { traceId, spanId, parentSpanId: null, sampled: ((bytes[28] as number) & 1) === 1 };
}

/** `sampled-base64(trace)-base64(segment)-span number-…`. */
export const skywalking = tracer(
  'skywalking',
  'SkyWalking',
  inHeaders('ids', ['sw8'], ([text]) => readSkywalking(text ?? '')),
);

function readSkywalking(text: string): Read {
  const [sampled = '', trace = '', segment = '', span = ''] = text.split('-', 8);
  const traceId = fromBase64(trace);
  const segmentId = fromBase64(segment);
  if (traceId === null || segmentId === null) return 'malformed';
  return { traceId: toHexId(traceId, 32) ?? traceId, spanId: `${segmentId}-${span}`, parentSpanId: null, sampled: sampled === '1' };
}

function fromBase64(text: string): string | null {
  if (!/^[A-Za-z0-9+/]{2,700}={0,2}$/.test(text)) return null;
  try {
    return atob(text);
  } catch {
    return null;
  }
}

export const instana = tracer(
  'instana',
  'Instana',
  inHeaders('ids', ['x_instana_t', 'x_instana_s', 'x_instana_l'], ([trace, span, level]) => {
    const traceId = unpadded(trace ?? '', 32);
    if (traceId === null) return 'malformed';
    return {
      traceId,
      spanId: unpadded(span ?? '', 16),
      parentSpanId: null,
      sampled: level === null || level === undefined ? null : level !== '0',
    };
  }),
);

/** `trace(32 hex)/span(decimal);o=1`. */
export const googleCloudTrace = tracer(
  'google-cloud-trace',
  'Google Cloud Trace',
  inHeaders('ids', ['x-cloud-trace-context'], ([text]) => {
    const found = /^([0-9a-fA-F]{32})(?:\/(\d{1,20}))?(?:;o=([0-3]))?$/.exec(text ?? '');
    const traceId = found === null ? null : toHexId(found[1] as string, 32);
    if (found === null || traceId === null) return 'malformed';
    const [, , span, option] = found;
    const spanId = span === undefined ? null : decimalToHexId(span);
    return { traceId, spanId, parentSpanId: null, sampled: option === undefined ? null : (Number(option) & 1) === 1 };
  }),
);

/** Base64 of `{ d: { tr: trace, id: span, sa: sampled } }`. */
export const newRelic = tracer(
  'new-relic',
  'New Relic',
  inHeaders('ids', ['newrelic'], ([text]) => readNewRelic(text ?? '')),
);

function readNewRelic(text: string): Read {
  const json = text.startsWith('{') ? text : fromBase64(text);
  try {
    const { d } = JSON.parse(json ?? '') as { d?: Readonly<Record<string, unknown>> };
    const { tr, id, sa } = d ?? {};
    if (typeof tr !== 'string' || tr === '') return 'malformed';
    return {
      traceId: unpadded(tr, 32) ?? tr,
      spanId: typeof id === 'string' && id !== '' ? id : null,
      parentSpanId: null,
      sampled: typeof sa === 'boolean' ? sa : null,
    };
  } catch {
    return 'malformed';
  }
}
