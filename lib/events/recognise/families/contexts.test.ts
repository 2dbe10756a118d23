import { describe, expect, it } from 'vitest';
import { aRecord, recognised } from '../raw-record.fixture';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('W3C', () => {
  it('[G10] reads traceparent', () => {
    const meaning = recognised(aRecord([['traceparent', `00-${TRACE}-${SPAN}-01`]]));
    expect(meaning).toMatchObject({ traceId: TRACE, spanId: SPAN });
    expect(meaning.contexts).toEqual([
      { system: 'w3c', traceId: TRACE, spanId: SPAN, parentSpanId: null, sampled: true, origin: false, from: 'traceparent' },
    ]);
    expect(meaning.why).toContainEqual({ field: 'traceId', from: 'header traceparent (W3C)' });
  });

  it.each([
    ['too short', '00-abc'],
    ['zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['more behind version 00', `00-${TRACE}-${SPAN}-01-x`],
    ['nothing like it', '<script>alert(1)</script>'],
  ])('[G11] marks a malformed one (%s), takes the next context, and throws nothing', (_, text) => {
    const meaning = recognised(
      aRecord([
        ['traceparent', text],
        ['trace-id', 'abc-1'],
      ]),
    );
    expect(meaning.traceId).toBe('abc-1');
    expect(meaning.why).toContainEqual({ field: 'traceId', from: 'header traceparent is malformed and was passed over (W3C)' });
  });

  it('[G10] reads a later version with more fields', () => {
    expect(recognised(aRecord([['traceparent', `01-${TRACE}-${SPAN}-00-more`]]))).toMatchObject({ traceId: TRACE });
  });
});

describe('B3', () => {
  it('[G12] reads the single header, padding 64-bit ids', () => {
    expect(recognised(aRecord([['b3', `a3ce929d0e0e4736-${SPAN}-1-05e3ac9a4f6e3b90`]]))).toMatchObject({
      traceId: '0000000000000000a3ce929d0e0e4736',
      spanId: SPAN,
      parentSpanId: '05e3ac9a4f6e3b90',
    });
  });

  it('[G12] reads the four headers in any case', () => {
    const { contexts } = recognised(
      aRecord([
        ['X-B3-TraceId', TRACE],
        ['X-B3-SpanId', SPAN],
        ['X-B3-Sampled', 'true'],
      ]),
    );
    expect(contexts).toMatchObject([{ system: 'b3', traceId: TRACE, spanId: SPAN, sampled: true }]);
  });

  it('[G12] takes a bare decision for none, and the single header before the four', () => {
    expect(recognised(aRecord([['b3', '0']])).contexts).toEqual([]);
    const both = recognised(
      aRecord([
        ['x-b3-traceid', 'a'.repeat(32)],
        ['x-b3-spanid', SPAN],
        ['b3', `${TRACE}-${SPAN}`],
      ]),
    );
    expect(both.traceId).toBe(TRACE);
    expect(both.contexts).toHaveLength(2);
  });
});

describe('ids in headers', () => {
  it('[G13] reads trace-id, span-id and parent-span-id, and knows the parent of a traceparent by them', () => {
    const ids = [
      ['trace-id', TRACE],
      ['span-id', SPAN],
      ['parent-span-id', '05e3ac9a4f6e3b90'],
    ] as const;
    expect(recognised(aRecord(ids))).toMatchObject({ traceId: TRACE, spanId: SPAN, parentSpanId: '05e3ac9a4f6e3b90' });
    expect(recognised(aRecord([['traceparent', `00-${TRACE}-${SPAN}-01`], ...ids]))).toMatchObject({
      traceId: TRACE,
      parentSpanId: '05e3ac9a4f6e3b90',
      contexts: [{ system: 'w3c' }, { system: 'ids' }],
    });
  });

  it('[G13] leaves an id that is not hex as it was sent', () => {
    expect(recognised(aRecord([['trace-id', 'order-17/a']]))).toMatchObject({ traceId: 'order-17/a' });
  });
});

describe('business ids', () => {
  it.each(['order-id', 'orderId', 'order_id', 'X-Order-Id', 'ce_orderid', 'cloudEvents:orderid'])(
    '[G39] reads the order of the header %s',
    (name) => {
      const meaning = recognised(aRecord([[name, 'o-1']]));
      expect(meaning.businessKeys).toEqual([{ name: 'order', value: 'o-1' }]);
      expect(meaning.why).toContainEqual({ field: 'businessKeys', from: expect.stringContaining(name.toLowerCase()) as string });
    },
  );

  it('[G39] takes the header before the body, a name once, and no id of a machine or of the transport', () => {
    expect(
      recognised(
        aRecord(
          [
            ['process-id', '7'],
            ['client-id', 'c'],
            ['x-request-id', 'r'],
            ['order-id', 'o-1'],
            ['x-order-id', 'o-2'],
          ],
          '{"orderId":"o-3","paymentId":"p-1"}',
        ),
      ).businessKeys,
    ).toEqual([
      { name: 'order', value: 'o-1' },
      { name: 'payment', value: 'p-1' },
    ]);
  });
});
