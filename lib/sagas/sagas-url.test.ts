import { expect, it } from 'vitest';
import { readSagasUrl, sagaHref, writeSagasUrl } from './sagas-url';

it('reads back what it wrote, and leaves out what is usual', () => {
  const written = writeSagasUrl(new URLSearchParams('from=-1h'), { definition: 'order', state: 'stuck', key: 'ord_1', which: 'open' });
  expect(written.toString()).toBe('from=-1h&definition=order&state=stuck&key=ord_1');
  expect(readSagasUrl(written)).toEqual({ definition: 'order', which: 'open', state: 'stuck', key: 'ord_1', sel: null });
});

it('takes a state that does not exist for none', () =>
  expect(readSagasUrl(new URLSearchParams('state=happy&which=all'))).toEqual({
    definition: null,
    which: 'open',
    state: null,
    key: null,
    sel: null,
  }));

it('keeps a key with slashes in one segment', () => expect(sagaHref('order', 'a/b?c')).toBe('/sagas/order/a%2Fb%3Fc'));
