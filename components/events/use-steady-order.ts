'use client';

import { useCallback, useMemo, useState } from 'react';

/** Rows keep the places in which they were first shown; newcomers stand at the end. Pure, so that it can be tested. */
export function inSteadyOrder<Row>(order: readonly string[], rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  const known = order.flatMap((key) => {
    const row = byKey.get(key);
    byKey.delete(key);
    return row === undefined ? [] : [row];
  });
  return [...known, ...byKey.values()];
}

/**
 * Nothing jumps: numbers change in place, and the order only when it is asked for (`sortAgain`) or the sort itself changes (`of`).
 * `moved` says that the rows would stand differently now.
 */
export function useSteadyOrder<Row>(sorted: readonly Row[], keyOf: (row: Row) => string, of: string) {
  const keys = sorted.map(keyOf);
  const [kept, setKept] = useState<{ readonly of: string; readonly order: readonly string[] } | null>(null);
  const order = kept?.of === of ? kept.order : keys;
  if (keys.length > 0 && kept?.of !== of) setKept({ of, order: keys });
  const text = keys.join('\n');
  const rows = useMemo(
    () => inSteadyOrder(order, sorted, keyOf),
    // keyOf is a plain function of the caller.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [order, sorted],
  );
  const moved = rows.some((row, index) => keyOf(row) !== keys[index]);
  const sortAgain = useCallback(() => setKept({ of, order: text.split('\n') }), [of, text]);
  return { rows, moved, sortAgain };
}
