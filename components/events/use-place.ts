'use client';

import { useCallback, useMemo } from 'react';
import { usePathname } from 'next/navigation';
import { readSegment } from './read-segment';

/** An inbox on one broker, as `/lag/<broker>/<inbox>` and `/queues/<broker>/<inbox>` name it. */
export interface Place {
  readonly broker: string;
  readonly inbox: string;
}

export function readPlacePath(pathname: string, base: string): Place | null {
  const [broker, inbox, ...rest] = pathname.startsWith(`${base}/`) ? pathname.slice(base.length + 1).split('/') : [];
  return broker && inbox && rest.length === 0 ? { broker: readSegment(broker), inbox: readSegment(inbox) } : null;
}

export const writePlacePath = (place: Place | null, base: string): string =>
  place === null ? base : `${base}/${encodeURIComponent(place.broker)}/${encodeURIComponent(place.inbox)}`;

/** The selected inbox stands in the path, so that its address is short; Back undoes a selection, and another one replaces it. */
export function usePlace(base: string): readonly [place: Place | null, select: (place: Place | null) => void] {
  const pathname = usePathname();
  const place = useMemo(() => readPlacePath(pathname, base), [pathname, base]);
  const select = useCallback(
    (next: Place | null) => {
      const address = `${writePlacePath(next, base)}${window.location.search}`;
      if (address === `${window.location.pathname}${window.location.search}`) return;
      window.history[place !== null && next !== null ? 'replaceState' : 'pushState'](null, '', address);
    },
    [base, place],
  );
  return [place, select];
}
