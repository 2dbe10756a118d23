import { describe, expect, it } from 'vitest';
import { anEvent, utf8 } from '@/lib/events/event.fixture';
import { toEventRow } from '@/lib/events/event-row';
import { aStore } from '../fake-store.fixture';
import type { Services } from '../services';
import { getTraces } from './get-traces';

describe('the list of traces', () => {
  const event = toEventRow(anEvent({ traceId: null, key: utf8('KEY 42') }));
  const store = aStore({ findId: async (id) => (id === 'KEY 42' ? [{ field: 'record key', event }] : []) });
  const ask = (q: string) => getTraces({ store } as Services, { q, limit: 10, range: { from: 0, to: 60_000_000 } });

  it('[Q10] plain words that are an id as a whole find what carries it', async () => {
    expect(await ask('KEY 42')).toMatchObject({ foundBy: { field: 'record key', value: 'KEY 42' }, traces: [{ events: 1 }] });
    expect(await ask('KEY 43')).toMatchObject({ foundBy: null, problem: null });
  });

  it('[Q2] a line that is not finished says where, also without a blank', async () => {
    expect(await ask('((type=a)')).toMatchObject({ problem: { at: 0, length: 1, text: 'this bracket is not closed' } });
  });
});
