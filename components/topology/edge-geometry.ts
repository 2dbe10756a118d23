import { COLUMN_WIDTH, COLUMN_X, NODE_HEIGHT, type PlacedEdge, type PlacedNode } from './flow-model';
import type { Heights } from '@/lib/topology/column-layout';

/** One edge as a path for SVG and as points for the particles, with the place of its label. */
export interface EdgeShape {
  readonly path: string;
  /** x, y pairs along the path, evenly by length. */
  readonly points: Float32Array;
  readonly length: number;
  readonly label: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' };
  /** Direction of the arrow at the end. */
  readonly heading: 'right' | 'left';
}

const SAMPLES = 32;
const ARROW = 6;

/**
 * Shapes of all edges of a picture. Several edges at one side of a node get ports of their own, in the order of their other ends, so that
 * they neither cross nor cover each other where they arrive. Edges that run back (dead letters) or stay in a column go round through the gap.
 */
export function shapeEdges(nodes: readonly PlacedNode[], edges: readonly PlacedEdge[], heights: Heights): ReadonlyMap<string, EdgeShape> {
  const columns = new Map(nodes.map((node) => [node.key, node.column]));
  const known = edges.filter(
    ({ from, to }) => columns.has(from) && columns.has(to) && heights[from] !== undefined && heights[to] !== undefined,
  );
  const columnOf = (key: string): number => columns.get(key) ?? 0;
  const around = (each: PlacedEdge): boolean => columnOf(each.to) <= columnOf(each.from);
  const ports = portsOf(known, heights, (each) => around(each) && columnOf(each.from) !== columnOf(each.to), around);
  const dying = new Set(known.filter((each) => each.edge.kind === 'dead-letter').map((each) => each.from));
  const shapes = new Map<string, EdgeShape>();
  let lane = 0;
  for (const each of known) {
    const port = ports.get(each.edge.id) ?? { from: NODE_HEIGHT / 2, to: NODE_HEIGHT / 2 };
    const [a, b] = [columnOf(each.from), columnOf(each.to)];
    const y1 = (heights[each.from] ?? 0) + port.from;
    const y2 = (heights[each.to] ?? 0) + port.to;
    if (around(each)) {
      shapes.set(each.edge.id, bracket(a, b, y1, y2, lane));
      lane += 1;
    } else {
      shapes.set(each.edge.id, curve(right(a), y1, left(b), y2, labelPlace(each, y1, y2, dying.has(each.to))));
    }
  }
  return shapes;
}

const left = (column: number): number => COLUMN_X[column] ?? 0;
const right = (column: number): number => left(column) + (COLUMN_WIDTH[column] ?? 0);

interface Ports {
  from: number;
  to: number;
}

function portsOf(
  edges: readonly PlacedEdge[],
  heights: Heights,
  leavesLeft: (edge: PlacedEdge) => boolean,
  arrivesRight: (edge: PlacedEdge) => boolean,
): ReadonlyMap<string, Ports> {
  interface End {
    readonly id: string;
    readonly end: 'from' | 'to';
    readonly other: number;
    readonly last: boolean;
  }
  const sides = new Map<string, End[]>();
  const add = (side: string, end: End): void => void (sides.get(side)?.push(end) ?? sides.set(side, [end]));
  for (const each of edges) {
    const back = arrivesRight(each);
    add(`${each.from} ${leavesLeft(each) ? 'left' : 'right'}`, { id: each.edge.id, end: 'from', other: heights[each.to] ?? 0, last: back });
    add(`${each.to} ${back ? 'right' : 'left'}`, { id: each.edge.id, end: 'to', other: heights[each.from] ?? 0, last: back });
  }
  const ports = new Map<string, Ports>();
  for (const ends of sides.values()) {
    ends.sort((a, b) => Number(a.last) - Number(b.last) || a.other - b.other || (a.id < b.id ? -1 : 1));
    const gap = ends.length > 1 ? Math.min(8, (NODE_HEIGHT - 12) / (ends.length - 1)) : 0;
    ends.forEach((end, at) => {
      const port = ports.get(end.id) ?? { from: NODE_HEIGHT / 2, to: NODE_HEIGHT / 2 };
      port[end.end] = NODE_HEIGHT / 2 + (at - (ends.length - 1) / 2) * gap;
      ports.set(end.id, port);
    });
  }
  return ports;
}

type LabelPlace = 'at-start' | 'above-end' | 'below-end';

/** Consumption is said where it leaves the inbox; the rest at the arrow, on the side the line does not come from. */
function labelPlace({ edge }: PlacedEdge, y1: number, y2: number, crowdedBelow: boolean): LabelPlace {
  if (edge.kind === 'consume') return 'at-start';
  return y2 > y1 + 12 && !crowdedBelow ? 'below-end' : 'above-end';
}

function curve(x1: number, y1: number, x2: number, y2: number, place: LabelPlace): EdgeShape {
  const end = x2 - ARROW;
  const bend = Math.max(30, (end - x1) * 0.5);
  const at = (t: number): readonly [number, number] => {
    const s = 1 - t;
    return [
      s * s * s * x1 + 3 * s * s * t * (x1 + bend) + 3 * s * t * t * (end - bend) + t * t * t * end,
      s * s * s * y1 + 3 * s * s * t * y1 + 3 * s * t * t * y2 + t * t * t * y2,
    ];
  };
  return {
    path: `M${x1} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(end - bend)} ${round(y2)} ${round(end)} ${round(y2)}`,
    ...evenly(Array.from({ length: SAMPLES * 2 }, (_, index) => at(index / (SAMPLES * 2 - 1)))),
    label:
      place === 'at-start'
        ? { x: x1 + 6, y: y1 + (y2 < y1 - 12 ? 14 : -6), anchor: 'start' }
        : { x: x2 - 10, y: y2 + (place === 'below-end' ? 14 : y2 > y1 + 12 ? -16 : -6), anchor: 'end' },
    heading: 'right',
  };
}

/** Round through the gap between two columns: out, up or down in a lane of its own, and back in from the right. */
function bracket(fromColumn: number, toColumn: number, y1: number, y2: number, lane: number): EdgeShape {
  const startsLeft = fromColumn > toColumn;
  const x1 = startsLeft ? left(fromColumn) : right(fromColumn);
  const x2 = right(toColumn) + ARROW;
  const laneX = right(toColumn) + 34 + (lane % 6) * 7;
  const r = Math.min(8, Math.abs(y2 - y1) / 2, Math.abs(laneX - x2));
  const down = y2 >= y1 ? 1 : -1;
  const turn = startsLeft ? -1 : 1;
  const corners: (readonly [number, number])[] = [
    [x1, y1],
    [laneX - turn * r, y1],
    [laneX, y1 + down * r],
    [laneX, y2 - down * r],
    [laneX - r, y2],
    [x2, y2],
  ];
  const [p0, p1, p2, p3, p4, p5] = corners.map(([x, y]) => `${round(x)} ${round(y)}`);
  return {
    path: `M${p0}L${p1}Q${round(laneX)} ${round(y1)} ${p2}L${p3}Q${round(laneX)} ${round(y2)} ${p4}L${p5}`,
    ...evenly(corners),
    label: { x: laneX + 6, y: y1 + (down > 0 ? 14 : -6), anchor: 'start' },
    heading: 'left',
  };
}

/** The same line by points that lie evenly along it, so that a particle runs at one speed. */
function evenly(points: readonly (readonly [number, number])[]): { points: Float32Array; length: number } {
  const along = [0];
  for (let index = 1; index < points.length; index += 1) {
    const [x1, y1] = points[index - 1] ?? [0, 0];
    const [x2, y2] = points[index] ?? [0, 0];
    along.push((along[index - 1] ?? 0) + Math.hypot(x2 - x1, y2 - y1));
  }
  const length = along.at(-1) ?? 0;
  const result = new Float32Array(SAMPLES * 2);
  let segment = 1;
  for (let index = 0; index < SAMPLES; index += 1) {
    const wanted = (length * index) / (SAMPLES - 1);
    while (segment < along.length - 1 && (along[segment] ?? 0) < wanted) segment += 1;
    const from = along[segment - 1] ?? 0;
    const share = (wanted - from) / Math.max(1e-6, (along[segment] ?? 0) - from);
    const [x1, y1] = points[segment - 1] ?? [0, 0];
    const [x2, y2] = points[segment] ?? [x1, y1];
    result[index * 2] = x1 + (x2 - x1) * share;
    result[index * 2 + 1] = y1 + (y2 - y1) * share;
  }
  return { points: result, length };
}

const round = (value: number): number => Math.round(value * 10) / 10;
