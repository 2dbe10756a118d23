import { expect, it } from 'vitest';
import { addFrame, noNews } from './trace-news';
import { anEventRow } from './trace-node.fixture';

const rows = (...ids: string[]) => ids.map((traceId, index) => anEventRow({ id: `${traceId}-${index}`, traceId }));

it('counts each new trace once, and none that is on the list', () => {
  const first = addFrame(noNews, { rows: rows('a', 'b', 'b', 'shown'), more: 0 }, new Set(['shown']), false);
  expect([...first.traces]).toEqual(['a', 'b']);
  expect(addFrame(first, { rows: rows('a'), more: 0 }, new Set(), false)).toBe(first);
});

it('says that there are more when frames left events out', () => {
  expect(addFrame(noNews, { rows: rows('a'), more: 300 }, new Set(), false).atLeast).toBe(true);
});

it('counts only dead letters when only errors are asked for', () => {
  const letter = anEventRow({ id: 'x', traceId: 'bad', deadLetter: true });
  expect([...addFrame(noNews, { rows: [...rows('good'), letter], more: 0 }, new Set(), true).traces]).toEqual(['bad']);
});
