import { describe, expect, it } from 'vitest';
import type { EventConsumption } from '@/lib/contract/trace-story';
import { laneBars, type LaneBar } from './lane-bars';
import { aNode, anEventRow, start } from './trace-node.fixture';

const at = (ms: number): number => start + ms * 1000;
const node = (id: string, after: number, given = {}) => aNode(anEventRow({ id, after, ...given }), 'e');
const consumption = (given: Partial<EventConsumption>): EventConsumption => ({
  event: 'e',
  inbox: 'i',
  evidence: 'declared',
  state: 'unknown',
  from: null,
  to: null,
  behind: null,
  why: '',
  ...given,
});
const shown = (bars: readonly LaneBar[]): string[] =>
  bars.map(
    ({ kind, from, to, attempt, replay, failed }) =>
      `${kind} ${(from - start) / 1000}–${to === null ? '' : (to - start) / 1000}${attempt === null ? '' : ` #${attempt}`}${replay === null ? '' : ` R${replay}`}${failed ? ' failed' : ''}`,
  );
const bars = (given: Partial<Parameters<typeof laneBars>[0]>) =>
  shown(laneBars({ event: 'e', at: at(0), consumption: null, attempts: [], effects: [], ...given }));

describe('what an inbox did with an event', () => {
  it('[TL7] ends at the first thing that was seen to follow, or nowhere', () => {
    expect(bars({ effects: [node('late', 90), node('early', 40)] })).toEqual(['either 0–40']);
    expect(bars({})).toEqual(['either 0–']);
    expect(bars({ effects: [node('letter', 70, { deadLetter: true })] })).toEqual(['either 0–70 failed']);
  });

  it('[TL11] draws waiting apart from processing where committed offsets say so', () => {
    const between = consumption({ state: 'consumed-between', from: at(300), to: at(800) });
    expect(bars({ consumption: between })).toEqual(['wait 0–300', 'work 300–800']);
    // What followed shows when it was done, between the samples or before them.
    expect(bars({ consumption: between, effects: [node('effect', 520)] })).toEqual(['wait 0–300', 'work 300–520']);
    expect(bars({ consumption: between, effects: [node('effect', 120)] })).toEqual(['either 0–120']);
    // Older than our samples: only the end is known.
    expect(bars({ consumption: consumption({ state: 'consumed-between', from: null, to: at(800) }) })).toEqual(['either 0–800']);
  });

  it('[TL11] waits without an end where nobody has taken it', () => {
    expect(bars({ consumption: consumption({ state: 'not-yet', behind: 4 }) })).toEqual(['wait 0–']);
    expect(bars({ consumption: consumption({ state: 'no-members' }) })).toEqual(['wait 0–']);
    // What was seen outweighs an old sample.
    expect(bars({ consumption: consumption({ state: 'not-yet' }), effects: [node('effect', 50)] })).toEqual(['either 0–50']);
  });

  it('[TL11] concludes nothing where the broker does not tell', () => {
    for (const state of ['unknown', 'skipped-or-consumed'] as const)
      expect(bars({ consumption: consumption({ state }) })).toEqual(['either 0–']);
  });

  it('[TL12] puts attempts and replays of one event on one row, each up to what ended it', () => {
    const attempts = [
      { node: node('a2', 100, { attempt: 2 }), replay: null },
      { node: node('a3', 300, { attempt: 3 }), replay: null },
      { node: node('r', 5_000, { replayId: 'r' }), replay: 1 },
    ];
    const effects = [node('letter', 450, { deadLetter: true }), node('shipped', 5_080)];
    expect(bars({ attempts, effects })).toEqual([
      'either 0–100 #1 failed',
      'either 100–300 #2 failed',
      'either 300–450 #3 failed',
      'either 5000–5080 R1',
    ]);
  });
});
