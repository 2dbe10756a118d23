import { FACET_FIELDS, type Facet } from '@/lib/contract/traces';
import type { BrokerName } from '@/lib/events/names';
import { withoutField } from '@/lib/search/facets';
import { parseQuery } from '@/lib/search/parse-query';
import type { TimeRange } from '../range';
import type { Services } from '../services';

export interface FacetsQuestion {
  readonly range: TimeRange;
  readonly q?: string;
  readonly brokers?: ReadonlySet<BrokerName>;
}

const MOST_VALUES = 12;

/** What could be chosen beside the search: per field its values among what the rest of the search finds. A line that is not understood has none. */
export async function getFacets({ store }: Services, { range, q = '', brokers }: FacetsQuestion): Promise<readonly Facet[]> {
  const parsed = parseQuery(q);
  if (!parsed.ok) return [];
  return Promise.all(
    FACET_FIELDS.map(async (field) => ({
      field,
      values: await store.searchFacet(
        { range, node: withoutField(parsed.query, field), ...(brokers && { brokers: [...brokers] }) },
        field,
        MOST_VALUES,
      ),
    })),
  );
}
