import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceSummary } from '@/lib/contract/traces';
import { orderTraces, readTracesOrder, tracesOrders } from './traces-order';
import { readTraceUrl, readTracesUrl, writeTraceUrl, writeTracesUrl } from './traces-url';

describe('the address of the list of traces', () => {
  it('[Q27] reads back what it wrote and leaves the rest of the address alone', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40 }).filter((s) => s.trim() !== ''),
        fc.option(fc.record({ by: fc.constantFrom(...tracesOrders), down: fc.boolean() })),
        fc.boolean(),
        (q, order, follow) => {
          const written = writeTracesUrl(new URLSearchParams('from=-1h&brokers=a'), { q, order, follow });
          expect(readTracesUrl(new URLSearchParams(written.toString()))).toEqual({ q, order, follow, sel: null });
          expect(written.get('from')).toBe('-1h');
        },
      ),
    );
  });

  it('[UR1] a link to a place is a search for it', () => {
    expect(readTracesUrl(new URLSearchParams('inbox=orders@billing')).q).toBe('inbox=orders@billing');
    expect(readTracesUrl(new URLSearchParams({ service: 'my service' })).q).toBe('service="my service"');
    expect(writeTracesUrl(new URLSearchParams('from=-1h&service=web'), { sel: 'x' }).toString()).toBe('from=-1h&q=service%3Dweb&sel=x');
  });

  it('takes nonsense for nothing and cuts what is too long', () => {
    expect(readTracesUrl(new URLSearchParams('q=%20&sort=best&follow=me'))).toEqual({ q: null, order: null, sel: null, follow: false });
    expect(readTracesUrl(new URLSearchParams({ q: 'x'.repeat(9_000) })).q).toHaveLength(2_000);
  });
});

describe('the address of one trace', () => {
  it('carries view, event and tab, and only what differs from the usual', () => {
    expect(writeTraceUrl(new URLSearchParams(), { view: 'table', event: 'k:a:b:0:1', tab: 'body' }).toString()).toBe(
      'view=table&event=k%3Aa%3Ab%3A0%3A1&tab=body',
    );
    expect(writeTraceUrl(new URLSearchParams('view=table&event=x&tab=body&inbox=q'), { event: null }).toString()).toBe('view=table');
  });

  it('falls back to the timeline for a view that does not exist', () => {
    expect(readTraceUrl(new URLSearchParams('view=cube&tab=soul&zoom=9-2&sort=%3Cb%3E&path=maybe'))).toEqual({
      view: 'timeline',
      event: null,
      inbox: null,
      tab: 'summary',
      zoom: null,
      path: true,
      sort: null,
      columns: null,
    });
  });

  it('[UR1] reads back what it wrote, for all of it', () => {
    const wanted = {
      view: 'sequence',
      event: 'e',
      inbox: 'orders@billing',
      tab: 'diff',
      zoom: { from: 0, to: 1_500_000 },
      path: false,
      sort: { column: 'type', down: true },
      columns: ['time', 'type'],
    } as const;
    expect(readTraceUrl(writeTraceUrl(new URLSearchParams(), wanted))).toEqual(wanted);
  });
});

describe('an order of traces', () => {
  const trace = (traceId: string, first: number, last: number, events: number, errors: number): TraceSummary => ({
    traceId,
    title: null,
    first,
    last,
    events,
    errors,
    services: [],
    brokers: [],
    businessKeys: [],
  });
  const traces = [trace('a', 1, 9, 2, 0), trace('b', 2, 4, 7, 0), trace('c', 3, 4, 2, 1)];
  const names = (sort: string): string =>
    orderTraces(traces, readTracesOrder(sort))
      .map(({ traceId }) => traceId)
      .join('');

  it("[Q29] of the few traces of one id is the same as the store's", () => {
    expect(['-started', 'started', '-duration', 'duration', '-events', '-errors', 'nonsense'].map(names)).toEqual([
      'cba',
      'abc',
      'abc',
      'cba',
      'bac',
      'cab',
      'abc',
    ]);
  });
});
