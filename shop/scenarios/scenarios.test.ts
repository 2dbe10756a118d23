import { describe, expect, it } from 'vitest';
import { SCENARIO_NAMES } from '../traffic/scenario-names';
import { differencesOf, PLAY_MS, STORIES_OF_ORDERS, STORIES_OF_THE_HOUSE } from './play.fixture';

describe('a scenario ends with the counts of its plan, in one process', () => {
  it.each(STORIES_OF_ORDERS)('$scenario', { timeout: PLAY_MS }, async (played) => {
    expect(await differencesOf(played)).toEqual([]);
  });

  it('every scenario that ends is played, here or in incidents.test.ts', () => {
    const played = [...STORIES_OF_ORDERS, ...STORIES_OF_THE_HOUSE].map(({ scenario }) => scenario);
    expect([...played, 'mixed'].toSorted()).toEqual(SCENARIO_NAMES.toSorted());
  });
});
