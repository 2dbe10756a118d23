import { describe, expect, it } from 'vitest';
import { assembleTrace } from './assemble-trace';
import { EarlyEvents } from './early-events';
import { anEventRow } from './trace-node.fixture';

const row = (id: string) => anEventRow({ id, traceId: 't' });
const view = (...ids: string[]) => assembleTrace('t', ids.map(row));
const idsOf = ({ nodes }: ReturnType<typeof view>) => nodes.map(({ event }) => event.id).sort();

describe('EarlyEvents', () => {
  it('[T8] a look that does not find an early event yet leaves it on the screen, once', () => {
    const early = new EarlyEvents('t');
    early.add([row('b'), row('b'), row('c')], 1_000);
    expect(idsOf(early.withEarly(view('a'), 900))).toEqual(['a', 'b', 'c']);
    expect(idsOf(early.withEarly(view('a', 'b'), 2_000))).toEqual(['a', 'b', 'c']);
  });

  it('[T9] what a look has found waits no more', () => {
    const early = new EarlyEvents('t');
    early.add([row('b'), row('c')], 1_000);
    expect(idsOf(early.withEarly(view('a', 'b'), 1_500))).toEqual(['a', 'b', 'c']);
    expect(idsOf(early.withEarly(view('a'), 2_000))).toEqual(['a', 'c']);
  });

  it('[T9] what a look 10 s later does not find is given up, and all of it when the reader began anew', () => {
    const early = new EarlyEvents('t');
    early.add([row('b')], 1_000);
    expect(idsOf(early.withEarly(view('a'), 11_000))).toEqual(['a', 'b']);
    expect(idsOf(early.withEarly(view('a'), 11_001))).toEqual(['a']);
    early.add([row('c')], 12_000);
    early.clear();
    expect(idsOf(early.withEarly(view('a'), 12_001))).toEqual(['a']);
  });
});
