'use client';

import { useCallback, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { SagaDefinitionRow, SagasView } from '@/lib/contract/sagas';
import type { SagaInstance, SagaState } from '@/lib/sagas/saga';
import { getJson } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';

export interface SagasQuestion {
  readonly definition: string | null;
  /** Empty: every state. */
  readonly states: readonly SagaState[];
  readonly key: string | null;
}

const idOf = (saga: SagaInstance): string => `${saga.definition} ${saga.key}`;

/** Definitions and instances, what needs a look first. Rows on the screen change in place and keep their places, also when they end; new instances wait to be asked for. */
export function useSagas(question: SagasQuestion) {
  const asked = { definition: question.definition, key: question.key, state: question.states.join(',') };
  const query = useQuery({
    queryKey: ['sagas', asked],
    queryFn: ({ signal }) => getJson<SagasView>('/api/sagas', asked, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const of = query.dataUpdatedAt;
  const [live, setLive] = useState<{ readonly of: number; readonly changed: ReadonlyMap<string, SagaInstance> }>({
    of: 0,
    changed: new Map(),
  });
  const [definitions, setDefinitions] = useState<{ readonly of: number; readonly rows: readonly SagaDefinitionRow[] } | null>(null);
  const changed = live.of === of ? live.changed : null;

  const recount = useAtMost(() => {
    void getJson<SagasView>('/api/sagas', asked).then(
      (view) => setDefinitions({ of, rows: view.definitions }),
      () => undefined,
    );
  }, 2_000);
  useLiveRoom({ room: 'sagas' }, (frame) => {
    const sagas = frame.sagas;
    if (!sagas || sagas.length === 0) return;
    setLive((before) => ({
      of,
      changed: new Map([...(before.of === of ? before.changed : []), ...sagas.map((saga) => [idOf(saga), saga] as const)]),
    }));
    recount();
  });

  const shown = query.data?.instances ?? [];
  const known = new Set(shown.map(idOf));
  const fresh = [...(changed?.values() ?? [])].filter((saga) => !known.has(idOf(saga)) && belongs(saga, question));
  const { refetch } = query;
  return {
    query,
    definitions: (definitions?.of === of ? definitions.rows : null) ?? query.data?.definitions ?? [],
    instances: changed ? shown.map((saga) => changed.get(idOf(saga)) ?? saga) : shown,
    fresh: fresh.length,
    showNew: useCallback(() => void refetch(), [refetch]),
  };
}

const belongs = (saga: SagaInstance, { definition, states, key }: SagasQuestion): boolean =>
  (definition === null || saga.definition === definition) &&
  (states.length === 0 || states.includes(saga.state)) &&
  (key === null || saga.key.includes(key));
