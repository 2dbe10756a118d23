import { expect, it } from 'vitest';
import { readDeadLettersUrl, replayHref, writeDeadLettersUrl } from './dead-letters-url';

it('reads back what it wrote', () => {
  const written = writeDeadLettersUrl(new URLSearchParams('from=-1h'), {
    group: 'CarrierTimeout|a & b',
    letter: 'r:rabbit:tap:1:2',
    tab: 'body',
  });
  expect(readDeadLettersUrl(new URLSearchParams(written.toString()))).toEqual({
    group: 'CarrierTimeout|a & b',
    letter: 'r:rabbit:tap:1:2',
    tab: 'body',
  });
  expect(written.get('from')).toBe('-1h');
});

it('forgets the tab with the letter', () =>
  expect(writeDeadLettersUrl(new URLSearchParams('letter=x&tab=body'), { letter: null }).toString()).toBe(''));

it('names the letter in the address of its replay', () => expect(replayHref('k:a/b:1')).toBe('/dead-letters/replay?letter=k%3Aa%2Fb%3A1'));
