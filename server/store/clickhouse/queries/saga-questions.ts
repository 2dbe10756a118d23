import type { SagaInstance, SagaState } from '@/lib/sagas/saga';
import type { Store } from '../../store';
import type { StoreClient } from '../client';

type SagaQuestions = Pick<Store, 'saveSagas' | 'sagas' | 'saga' | 'sagaCounts'>;

/** What needs a person comes first. */
const BY_NEED: readonly SagaState[] = ['stuck', 'partly-compensated', 'failed', 'compensating', 'running', 'compensated', 'completed'];

export function sagaQuestions(client: StoreClient): SagaQuestions {
  let lastVersion = 0;
  return {
    async saveSagas(instances) {
      // Two saves within a microsecond still have an order.
      lastVersion = Math.max(lastVersion + 1, Date.now() * 1000);
      const version = lastVersion;
      await client.insert(
        'sagas',
        instances.map((instance) => ({
          definition: instance.definition,
          key: instance.key,
          state: instance.state,
          startedAt: Math.trunc(instance.startedAt),
          changedAt: Math.trunc(instance.changedAt),
          endedAt: instance.endedAt === null ? null : Math.trunc(instance.endedAt),
          instance: JSON.stringify(instance),
          version,
        })),
      );
    },

    async sagas({ definition, states, limit }) {
      const where = [
        definition !== undefined && 'definition = {definition:String}',
        states !== undefined && 'state IN {states:Array(String)}',
      ].filter((part) => part !== false);
      const rows = await client.rows<{ instance: string }>(
        `SELECT instance FROM sagas FINAL ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
        ORDER BY indexOf({order:Array(String)}, toString(state)), changedAt DESC, key LIMIT {limit:UInt32}`,
        { order: BY_NEED, limit: limit + 1, ...(definition !== undefined && { definition }), ...(states !== undefined && { states }) },
      );
      const instances = rows.slice(0, limit).map((row) => JSON.parse(row.instance) as SagaInstance);
      return { instances, cut: rows.length > limit ? { shown: instances.length, of: null, why: 'row-limit' } : null };
    },

    async saga(definition, key) {
      const [row] = await client.rows<{ instance: string }>(
        'SELECT instance FROM sagas FINAL WHERE definition = {definition:String} AND key = {key:String}',
        { definition, key },
      );
      return row === undefined ? null : (JSON.parse(row.instance) as SagaInstance);
    },

    async sagaCounts() {
      const rows = await client.rows<{
        definition: string;
        state: SagaState;
        count: number;
        ended: number;
        medianMs: number;
        p95Ms: number;
      }>(
        `SELECT definition, state, count() AS count, countIf(isNotNull(endedAt)) AS ended,
          quantileExactIf(0.5)((ifNull(endedAt, 0) - startedAt) / 1000, isNotNull(endedAt)) AS medianMs, quantileExactIf(0.95)((ifNull(endedAt, 0) - startedAt) / 1000, isNotNull(endedAt)) AS p95Ms
        FROM sagas FINAL GROUP BY definition, state ORDER BY definition, state`,
      );
      return rows.map(({ ended, medianMs, p95Ms, ...row }) => ({
        ...row,
        medianMs: ended > 0 ? medianMs : null,
        p95Ms: ended > 0 ? p95Ms : null,
      }));
    },
  };
}
