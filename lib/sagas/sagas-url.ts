import type { SagaState } from './saga';
import { sagaStateOrder } from './saga-path';

interface Params {
  get(name: string): string | null;
}

/** What a link to the list of sagas carries. */
export interface SagasUrl {
  readonly definition: string | null;
  readonly which: 'open' | 'finished';
  readonly state: SagaState | null;
  readonly key: string | null;
  readonly sel: string | null;
}

export const readSagasUrl = (params: Params): SagasUrl => ({
  definition: text(params.get('definition')),
  which: params.get('which') === 'finished' ? 'finished' : 'open',
  state: sagaStateOrder.find((state) => state === params.get('state')) ?? null,
  key: text(params.get('key')),
  sel: text(params.get('sel')),
});

export function writeSagasUrl(params: URLSearchParams, change: Partial<SagasUrl>): URLSearchParams {
  const next = new URLSearchParams(params);
  const { definition, which, state, key, sel } = { ...readSagasUrl(params), ...change };
  const fields = { definition, which: which === 'open' ? null : which, state, key, sel };
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** The screen of one saga. */
export const sagaHref = (definition: string, key: string): string => `/sagas/${encodeURIComponent(definition)}/${encodeURIComponent(key)}`;

const text = (value: string | null): string | null => (value === null || value === '' ? null : value.slice(0, 1_024));
