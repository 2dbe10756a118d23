import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTraceUrl, readTracesUrl, writeTraceUrl, writeTracesUrl } from './traces-url';

describe('the address of the list of traces', () => {
  it('reads back what it wrote and leaves the rest of the address alone', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40 }).filter((s) => s.trim() !== ''),
        fc.boolean(),
        (q, errors) => {
          const written = writeTracesUrl(new URLSearchParams('from=-1h&brokers=a'), { q, errors });
          expect(readTracesUrl(new URLSearchParams(written.toString()))).toEqual({ q, errors, sel: null, place: null });
          expect(written.get('from')).toBe('-1h');
        },
      ),
    );
  });

  it('[UR1] carries one place, and another one takes its stead', () => {
    const at = writeTracesUrl(new URLSearchParams('from=-1h'), { place: { kind: 'inbox', name: 'orders@billing' } });
    expect(at.toString()).toBe('from=-1h&inbox=orders%40billing');
    expect(writeTracesUrl(at, { place: { kind: 'service', name: 'web' } }).toString()).toBe('from=-1h&service=web');
    expect(readTracesUrl(at).place).toEqual({ kind: 'inbox', name: 'orders@billing' });
  });

  it('takes nonsense for nothing and cuts what is too long', () => {
    expect(readTracesUrl(new URLSearchParams('q=%20&errors=yes'))).toEqual({ q: null, errors: false, sel: null, place: null });
    expect(readTracesUrl(new URLSearchParams({ q: 'x'.repeat(9_000) })).q).toHaveLength(1_024);
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
    expect(readTraceUrl(new URLSearchParams('view=cube&tab=soul'))).toEqual({ view: 'timeline', event: null, inbox: null, tab: 'summary' });
  });
});
