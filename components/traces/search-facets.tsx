'use client';

import type { Facet, FacetField } from '@/lib/contract/traces';
import { chosenOf, toggleTerm } from '@/lib/search/facets';
import { term } from '@/lib/search/write-query';
import type { KnownNames } from '@/lib/search/complete';
import { formatCount } from '@/lib/time/format';
import { Lamp } from '@/components/ui/lamp';
import { AddCondition } from './add-condition';
import styles from './search-facets.module.css';

const TITLES: Readonly<Record<FacetField, string>> = { status: 'Status', service: 'Service', channel: 'Channel', type: 'Type' };

export interface SearchFacetsProps {
  readonly facets: readonly Facet[];
  readonly q: string;
  readonly known: KnownNames;
  readonly onSearch: (q: string | null) => void;
}

/** The same search by clicking: each box is a condition of the line. */
export function SearchFacets({ facets, q, known, onSearch }: SearchFacetsProps) {
  return (
    <aside className={styles.facets} aria-label="Narrow the search">
      <AddCondition q={q} known={known} onSearch={onSearch} />
      {facets.map(({ field, values }) => {
        const chosen = new Set(chosenOf(q, field));
        const listed = [
          ...values,
          ...[...chosen].filter((value) => !values.some((one) => one.value === value)).map((value) => ({ value, traces: 0 })),
        ];
        return (
          <fieldset key={field} className={styles.facet}>
            <legend>
              {TITLES[field]} <span className="quiet num">{values.length}</span>
            </legend>
            {listed.length === 0 && <span className="quiet">nothing was seen</span>}
            {listed.map(({ value, traces }) => (
              <label key={value} title={value}>
                <input
                  type="checkbox"
                  checked={chosen.has(value)}
                  onChange={() => {
                    const next = toggleTerm(q, term(field, value));
                    onSearch(next === '' ? null : next);
                  }}
                />
                <span className="truncate">{field === 'status' ? <Status value={value} /> : <span className="mono">{value}</span>}</span>
                <span className="muted num">{formatCount(traces)}</span>
              </label>
            ))}
          </fieldset>
        );
      })}
    </aside>
  );
}

function Status({ value }: { readonly value: string }) {
  if (value === 'ok')
    return (
      <Lamp kind="ok" ink>
        ok
      </Lamp>
    );
  if (value === 'retried') return <Lamp kind="warn">retried</Lamp>;
  return <Lamp kind="bad">{value}</Lamp>;
}
