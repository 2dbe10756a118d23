import { kafka, order, orderKeys, PARENT_SPAN, SPAN, TRACE, TRACEPARENT, type Sample } from './sample.fixture';

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (two) => Number.parseInt(two, 16));

export const contextSamples: readonly Sample[] = [
  kafka(
    'w3c-trace-context',
    'text header with tracestate and baggage',
    { traceparent: TRACEPARENT, tracestate: 'vendor=1', baggage: 'tenant=t-1,user=u-2' },
    order,
    { traceId: TRACE, spanId: SPAN, businessKeys: orderKeys, contexts: [expectContext('w3c', 'traceparent')] },
  ),
  kafka('w3c-trace-context', 'binary form of the AMQP draft', { traceparent: hex(`00${TRACE}${SPAN}01`) }, order, {
    traceId: TRACE,
    spanId: SPAN,
  }),
  kafka('b3', 'single header', { b3: `${TRACE}-${SPAN}-1-${PARENT_SPAN}` }, order, {
    traceId: TRACE,
    spanId: SPAN,
    parentSpanId: PARENT_SPAN,
  }),
  kafka(
    'b3',
    'five headers, 64-bit trace id',
    { 'X-B3-TraceId': SPAN, 'X-B3-SpanId': SPAN, 'X-B3-ParentSpanId': PARENT_SPAN, 'X-B3-Sampled': '1', 'X-B3-Flags': '0' },
    order,
    { traceId: `${'0'.repeat(16)}${SPAN}`, spanId: SPAN, parentSpanId: PARENT_SPAN },
  ),
  kafka(
    'jaeger',
    'unpadded ids, URL-encoded colons, baggage',
    { 'uber-trace-id': 'a3ce929d0e0e4736%3Af067aa0ba902b7%3A0%3A1', 'uberctx-tenant': 't-1' },
    order,
    {
      traceId: '0000000000000000a3ce929d0e0e4736',
      spanId: SPAN,
      parentSpanId: null,
    },
  ),
  kafka(
    'datadog',
    'decimal ids with the upper half in the tags',
    {
      'x-datadog-trace-id': BigInt(`0x${TRACE.slice(16)}`).toString(),
      'x-datadog-parent-id': BigInt(`0x${SPAN}`).toString(),
      'x-datadog-sampling-priority': '1',
      'x-datadog-tags': `_dd.p.dm=-1,_dd.p.tid=${TRACE.slice(0, 16)}`,
      'dd-pathway-ctx-base64': 'AAAAAAAAAAA=',
    },
    order,
    { traceId: TRACE, spanId: SPAN, contexts: [expectContext('datadog', 'x-datadog-trace-id')] },
  ),
  kafka(
    'xray',
    'root, parent and decision',
    { 'X-Amzn-Trace-Id': `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${SPAN};Sampled=1` },
    order,
    {
      traceId: TRACE,
      spanId: SPAN,
    },
  ),
  kafka('sentry', 'trace, span and decision', { 'sentry-trace': `${TRACE}-${SPAN}-1`, baggage: `sentry-trace_id=${TRACE}` }, order, {
    traceId: TRACE,
    spanId: SPAN,
  }),
  kafka('dotnet-activity', 'Diagnostic-Id in W3C form', { 'Diagnostic-Id': TRACEPARENT, 'Correlation-Context': 'tenant=t-1' }, order, {
    traceId: TRACE,
    spanId: SPAN,
  }),
  kafka('dotnet-activity', 'the older hierarchical form', { 'Diagnostic-Id': '|abc123.1.2_' }, order, { traceId: 'abc123', spanId: null }),
  kafka('elastic-apm', 'binary', { elasticapmtraceparent: hex(`0000${TRACE}01${SPAN}0201`) }, order, { traceId: TRACE, spanId: SPAN }),
  kafka('skywalking', 'sw8', { sw8: `1-${btoa('a1b2.77.1')}-${btoa('seg-9')}-3-x-y-z-w` }, order, {
    traceId: 'a1b2.77.1',
    spanId: 'seg-9-3',
  }),
  kafka('instana', 'three headers', { X_INSTANA_T: TRACE.slice(16), X_INSTANA_S: SPAN, X_INSTANA_L: '1' }, order, {
    traceId: `${'0'.repeat(16)}${TRACE.slice(16)}`,
    spanId: SPAN,
  }),
  kafka('google-cloud-trace', 'hex trace, decimal span', { 'x-cloud-trace-context': `${TRACE}/${BigInt(`0x${SPAN}`)};o=1` }, order, {
    traceId: TRACE,
    spanId: SPAN,
  }),
  kafka(
    'new-relic',
    'base64 of JSON',
    { newrelic: btoa(JSON.stringify({ v: [0, 1], d: { ty: 'App', tr: TRACE, id: SPAN, sa: true } })) },
    order,
    {
      traceId: TRACE,
      spanId: SPAN,
    },
  ),
  kafka('business-headers', 'an order of which only a header says the number', { 'X-Order-Id': 'o-9' }, 'kept by nobody', {
    framework: null,
    businessKeys: [{ name: 'order', value: 'o-9' }],
  }),
  kafka(
    'id-headers',
    'plain names',
    { 'trace-id': TRACE, 'span-id': SPAN, 'parent-span-id': PARENT_SPAN, 'correlation-id': 'c-1', 'causation-id': 'k-1' },
    order,
    {
      traceId: TRACE,
      parentSpanId: PARENT_SPAN,
      correlationId: 'c-1',
      causationId: 'k-1',
    },
  ),
];

function expectContext(system: string, from: string): object {
  return { system, traceId: TRACE, spanId: SPAN, parentSpanId: null, sampled: true, origin: false, from };
}
