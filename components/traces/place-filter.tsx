'use client';

import { useId, useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { TopologyView } from '@/lib/contract/topology';
import type { TracesPlace } from '@/lib/traces/traces-url';
import { api } from '@/components/live/api';
import { Chip } from '@/components/ui/chip';
import { FilterField } from '@/components/ui/filter-field';
import styles from './traces.module.css';

export interface PlaceFilterProps {
  readonly place: TracesPlace | null;
  readonly onPlace: (place: TracesPlace | null) => void;
}

/** Only traces that touched one service, channel or inbox; the names come from the topology. */
export function PlaceFilter({ place, onPlace }: PlaceFilterProps) {
  const [words, setWords] = useState('');
  const id = useId();
  const { data } = useQuery({
    queryKey: ['wiring'],
    queryFn: ({ signal }): Promise<TopologyView> => api.topology({}, signal),
    staleTime: 60_000,
  });
  const places = useMemo(() => placesOf(data), [data]);
  if (place !== null) {
    return (
      <Chip look="line" onRemove={() => onPlace(null)} removeLabel={`Let go of ${place.kind} ${place.name}`}>
        {place.kind} {place.name}
      </Chip>
    );
  }
  return (
    <>
      <FilterField
        label="Service, channel or inbox"
        className={styles.place}
        list={id}
        value={words}
        onChange={(next) => {
          const found = places.get(next ?? '');
          setWords(found ? '' : (next ?? ''));
          if (found) onPlace(found);
        }}
      />
      <datalist id={id}>
        {[...places.keys()].map((label) => (
          <option key={label} value={label} />
        ))}
      </datalist>
    </>
  );
}

function placesOf(view: TopologyView | undefined): ReadonlyMap<string, TracesPlace> {
  return new Map(
    (view?.nodes ?? []).flatMap((node): [string, TracesPlace][] => {
      if (node.kind === 'service') return node.unknown === null ? [[`service ${node.title}`, { kind: 'service', name: node.title }]] : [];
      const name = node.kind === 'inbox' ? node.inbox : node.title;
      return name === '' ? [] : [[`${node.kind === 'inbox' ? node.inboxKind : 'channel'} ${name}`, { kind: node.kind, name }]];
    }),
  );
}
