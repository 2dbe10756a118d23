import { describe, expect, it } from 'vitest';
import { readCrowdUrl, writeCrowdUrl } from './crowd-url';

describe('how a crowded picture is thinned, in a link', () => {
  it('[UR1] reads what was written', () => {
    const wanted = { grouped: true, opened: ['group:a, b/x*', 'group:c'], focus: 'service:orders & co', steps: 3 };
    expect(readCrowdUrl(writeCrowdUrl(new URLSearchParams('q=1'), wanted))).toEqual(wanted);
  });

  it('[UR1] takes what it cannot understand for the default, which leaves no trace', () => {
    const read = readCrowdUrl(new URLSearchParams('group=yes&steps=many'));
    expect(read).toEqual({ grouped: null, opened: [], focus: null, steps: 2 });
    expect(writeCrowdUrl(new URLSearchParams('q=1'), read).toString()).toBe('q=1');
  });
});
