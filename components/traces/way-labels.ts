import type { EdgeShape } from '@/components/topology/edge-geometry';

export interface WayLabel {
  readonly x: number;
  /** Its middle. */
  readonly y: number;
  readonly anchor: 'start' | 'end';
}

/** Room of one label, pixels of the picture. */
const HIGH = 15;
const WIDE = 44;
/** So many stand below each other; more would reach into the place above or below. */
const ROWS = 3;

/**
 * Where the numbers of the lines stand: at the arrow, on their line; where several lines arrive at one place, below each other in the order in
 * which they arrive, so that none covers another.
 */
export function wayLabels(
  ways: readonly { readonly id: string; readonly to: string; readonly shape: EdgeShape }[],
): ReadonlyMap<string, WayLabel> {
  const labels = new Map<string, WayLabel>();
  const arrivals = new Map<string, { readonly id: string; readonly x: number; readonly y: number }[]>();
  for (const { id, to, shape } of ways) {
    const end = { id, x: shape.points.at(-2) ?? 0, y: shape.points.at(-1) ?? 0 };
    if (shape.heading === 'left') labels.set(id, { ...shape.label, y: shape.label.y - 4 });
    else if (!arrivals.get(to)?.push(end)) arrivals.set(to, [end]);
  }
  for (const arriving of arrivals.values()) {
    const ends = arriving.toSorted((a, b) => a.y - b.y || (a.id < b.id ? -1 : 1));
    const middle = ends.reduce((sum, { y }) => sum + y, 0) / ends.length;
    const rows = Math.min(ROWS, ends.length);
    ends.forEach(({ id, x, y }, at) =>
      labels.set(id, {
        x: x - 7 - Math.floor(at / ROWS) * WIDE,
        y: ends.length === 1 ? y : middle + ((at % ROWS) - (rows - 1) / 2) * HIGH,
        anchor: 'end',
      }),
    );
  }
  return labels;
}
