import type { Meaning, Why } from '@/lib/events/observed-event';

/**
 * Why a business key is one, for the keys of which nothing else is kept: they stand in the body under the name of an id. [G7] Said when
 * somebody looks, so that no event pays for it.
 */
export function whyOfKeys({ businessKeys, why }: Pick<Meaning, 'businessKeys' | 'why'>): readonly Why[] {
  let aggregate = why.some(({ field }) => field === 'aggregateId');
  return businessKeys.flatMap(({ name }) => {
    const isSaid = why.some(({ field, from }) => field === 'businessKeys' && from.startsWith(`${name} from `));
    const isOfBatch = /^item\d+$/.test(name) && why.some(({ field }) => field === 'batch');
    if (isSaid || isOfBatch) return [];
    // An aggregate's key comes before what the body holds, and its two parts say where they stood.
    if (aggregate) return ((aggregate = false), []);
    return [{ field: 'businessKeys', from: `${name} from the body, by its name (${name}Id or ${name}_id)` }];
  });
}
