import type { SagaDefinitionRow, SagasView } from '@/lib/contract/sagas';
import type { SagaInstance, SagaState } from '@/lib/sagas/saga';
import { byNeedOfALook } from '@/lib/sagas/saga-path';
import type { Services } from '../services';

const MOST = 500;
const NONE: Readonly<Record<SagaState, number>> = {
  running: 0,
  completed: 0,
  compensating: 0,
  compensated: 0,
  'partly-compensated': 0,
  failed: 0,
  stuck: 0,
};

/** Definitions with their counts, and instances: stuck first, then soonest due. `key` is a part of the instance's key. */
export async function getSagas(
  { store, settings }: Services,
  asked: { readonly definition?: string; readonly states?: readonly SagaState[]; readonly key?: string },
): Promise<SagasView> {
  const { definition, states, key } = asked;
  const [found, stuck, counts] = await Promise.all([
    store.sagas({ limit: MOST, ...(definition !== undefined && { definition }), ...(states !== undefined && { states }) }),
    store.sagas({ states: ['stuck'], limit: MOST }),
    store.sagaCounts(),
  ]);
  const definitions = settings.sagas.map((one): SagaDefinitionRow => {
    const own = counts.filter((row) => row.definition === one.name);
    const finished = own.find((row) => row.state === 'completed');
    return {
      definition: one,
      counts: { ...NONE, ...Object.fromEntries(own.map((row) => [row.state, row.count])) },
      medianMs: finished?.medianMs ?? null,
      p95Ms: finished?.p95Ms ?? null,
      stuckAt: stuckAt(stuck.instances.filter((saga) => saga.definition === one.name)),
    };
  });
  const instances = key === undefined ? found.instances : found.instances.filter((saga) => saga.key.includes(key));
  return { definitions, instances: instances.toSorted(byNeedOfALook), cut: found.cut };
}

function stuckAt(sagas: readonly SagaInstance[]): SagaDefinitionRow['stuckAt'] {
  const counts = new Map<string, number>();
  for (const { waitingFor } of sagas) if (waitingFor !== null) counts.set(waitingFor, (counts.get(waitingFor) ?? 0) + 1);
  return [...counts].map(([step, count]) => ({ step, count })).toSorted((a, b) => b.count - a.count);
}
