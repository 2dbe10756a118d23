import { describe, expect, it } from 'vitest';
import { differencesOf, PLAY_MS, STORIES_OF_THE_HOUSE } from './play.fixture';

describe('a scenario of the house ends with the counts of its plan, in one process', () => {
  it.each(STORIES_OF_THE_HOUSE)('$scenario', { timeout: PLAY_MS }, async (played) => {
    expect(await differencesOf(played)).toEqual([]);
  });
});
