import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequencePicture } from './sequence';
import { timelineRows } from './timeline';
import { aNode, anEventRow } from './trace-node.fixture';
import { storyRows } from './trace-pictures.fixture';

describe('a trace as a sequence', () => {
  const picture = sequencePicture(storyRows());
  const said = picture.arrows.map(({ event, from, to, kind }) => {
    const title = (index: number | null): string => (index === null ? 'nobody' : (picture.lifelines[index]?.title ?? '?'));
    return `${kind} ${event}: ${title(from)} → ${title(to)}`;
  });

  it('[SQ1] draws an arrow for each inbox of an event, or one to nobody', () => {
    expect(said).toEqual([
      'event order: checkout → billing',
      'event order: checkout → mailer',
      'event paid: billing → nobody',
      'dead-letter letter: mailer → dead letters',
      'replay again: dead letters → mailer',
    ]);
  });

  it('[SQ3] lets lifelines stand in the order of their first appearance, dead letters last', () => {
    expect(picture.lifelines.map(({ title }) => title)).toEqual(['checkout', 'billing', 'mailer', 'dead letters']);
  });

  it('[SQ4] says how long a pause was that is left out', () => {
    expect(picture.bands.map(({ from, to }) => (to - from) / 1e6)).toEqual([59.94]);
  });

  it('[SQ1] says the title of an event once', () => {
    expect(picture.arrows.filter(({ event }) => event === 'order').map(({ title }) => title)).toEqual(['order.placed', null]);
  });

  it('[SQ3] folds the least busy lifelines into one', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      aNode(anEventRow({ id: `e${index}`, after: index, source: index % 3 === 0 ? 'busy' : `service-${index}` })),
    );
    const { lifelines, folded } = sequencePicture(timelineRows(many), 12);
    expect(lifelines).toHaveLength(12);
    expect(lifelines.at(-1)?.title).toBe('10 others');
    expect(folded).toHaveLength(10);
    expect(lifelines[0]?.title).toBe('busy');
  });

  it('[SQ2] down is later, for any moments', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 30 }), (moments) => {
        const rows = timelineRows(moments.map((after, index) => aNode(anEventRow({ id: `e${index}`, after, source: 's' }))));
        const { arrows } = sequencePicture(rows);
        expect(arrows).toHaveLength(moments.length);
        const byTime = arrows.toSorted((a, b) => a.at - b.at);
        byTime.forEach((arrow, index) => {
          const before = byTime[index - 1];
          if (before && before.at < arrow.at) expect(before.fromY).toBeLessThan(arrow.fromY);
        });
      }),
    );
  });
});
