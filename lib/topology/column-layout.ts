/**
 * Where the nodes of the topology stand. Events run from left to right, so the columns are given (producers, channels, inboxes, consumers)
 * and only the height within a column is to be found: order by the centre of the neighbours, then the least squared distance to that
 * centre with a minimal pitch (pool adjacent violators). Linear in practice: 2,000 nodes and 3,000 edges take some 20 ms.
 *
 * [Y1] A node that has a place keeps it. [Y2] A new node takes the free place of its column nearest to its neighbours. [Y3] The same
 * input gives the same picture, whatever the order of nodes and edges. Guarded by column-layout.test.ts.
 */
export interface LayoutNode {
  readonly id: string;
  readonly column: number;
  /** Nodes with a smaller rank stand above in their column, whatever their neighbours: one broker above the other, dead letters last. */
  readonly rank: number;
  readonly title: string;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

/** y of the node's upper edge; the columns' x is the drawer's. */
export type Heights = Readonly<Record<string, number>>;

/** Distance between the upper edges of two nodes of a column. */
export const PITCH = 58;
const SWEEPS = 8;

export function layoutColumns(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], known: Heights = {}): Record<string, number> {
  const placed: Record<string, number> = {};
  for (const node of nodes) {
    const y = known[node.id];
    if (y !== undefined && Number.isFinite(y)) placed[node.id] = y;
  }
  if (Object.keys(placed).length === 0) return tidy(nodes, edges);
  const fresh = sortNodes(nodes.filter((node) => placed[node.id] === undefined));
  const neighbours = neighboursOf(nodes, edges);
  const columnOf = new Map(nodes.map((node) => [node.id, node.column]));
  // The better a node's neighbours are known, the earlier it is placed: a new chain grows out of what stands.
  const waiting = [...fresh];
  while (waiting.length > 0) {
    const at = Math.max(
      0,
      waiting.findIndex((node) => (neighbours.get(node.id) ?? []).some((id) => placed[id] !== undefined)),
    );
    const [node] = waiting.splice(at, 1);
    if (node === undefined) break;
    const taken = Object.entries(placed)
      .filter(([id]) => columnOf.get(id) === node.column)
      .map(([, y]) => y);
    const wanted = centreOf(
      (neighbours.get(node.id) ?? []).flatMap((id) => placed[id] ?? []),
      3 * PITCH,
    );
    placed[node.id] = freePlace(taken, wanted ?? (taken.length === 0 ? 0 : Math.max(...taken) + PITCH));
  }
  return placed;
}

/** The whole picture anew: what "Tidy up" asks for. The topmost node stands at 0. */
export function tidy(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Record<string, number> {
  const columns = new Map<number, LayoutNode[]>();
  for (const node of sortNodes(nodes)) columns.set(node.column, [...(columns.get(node.column) ?? []), node]);
  const neighbours = neighboursOf(nodes, edges);
  const order = [...columns.keys()].sort((a, b) => a - b);
  const index = new Map<string, number>();
  const number = (column: readonly LayoutNode[]): void => column.forEach((node, at) => index.set(node.id, at / Math.max(1, column.length)));
  for (const column of columns.values()) number(column);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const key of sweep % 2 === 0 ? order : [...order].reverse()) {
      const column = columns.get(key) ?? [];
      const centre = new Map(
        column.map((node) => [
          node.id,
          centreOf(
            (neighbours.get(node.id) ?? []).flatMap((id) => index.get(id) ?? []),
            0.2,
          ) ??
            index.get(node.id) ??
            0,
        ]),
      );
      column.sort((a, b) => a.rank - b.rank || (centre.get(a.id) ?? 0) - (centre.get(b.id) ?? 0) || compare(a, b));
      number(column);
    }
  }
  return assignHeights(columns, neighbours);
}

/** The fullest column stands evenly; its neighbours stand at the mean of what they are joined to, then theirs. */
function assignHeights(
  columns: ReadonlyMap<number, readonly LayoutNode[]>,
  neighbours: ReadonlyMap<string, readonly string[]>,
): Record<string, number> {
  const keys = [...columns.keys()].sort((a, b) => a - b);
  const start = keys.reduce((best, key) => ((columns.get(key)?.length ?? 0) > (columns.get(best)?.length ?? 0) ? key : best), keys[0] ?? 0);
  const heights: Record<string, number> = {};
  (columns.get(start) ?? []).forEach((node, at) => {
    heights[node.id] = at * PITCH;
  });
  for (const key of [...keys].sort((a, b) => Math.abs(a - start) - Math.abs(b - start) || a - b)) {
    if (key === start) continue;
    const centres = new Map(
      (columns.get(key) ?? []).map((node) => [
        node.id,
        centreOf(
          (neighbours.get(node.id) ?? []).flatMap((id) => heights[id] ?? []),
          3 * PITCH,
        ),
      ]),
    );
    // By what stands now: the sweeps may have moved the neighbours since this column was ordered. Nodes without neighbours come last.
    const column = [...(columns.get(key) ?? [])].sort(
      (a, b) => a.rank - b.rank || (centres.get(a.id) ?? Number.MAX_VALUE) - (centres.get(b.id) ?? Number.MAX_VALUE),
    );
    const wanted: number[] = [];
    for (const node of column) wanted.push(centres.get(node.id) ?? (wanted.at(-1) ?? 0) + PITCH);
    spread(wanted).forEach((y, at) => {
      const node = column[at];
      if (node) heights[node.id] = y;
    });
  }
  const top = Math.min(...Object.values(heights), Number.POSITIVE_INFINITY);
  for (const id of Object.keys(heights)) heights[id] = Math.round((heights[id] ?? 0) - (Number.isFinite(top) ? top : 0));
  return heights;
}

/** Heights in the given order, at least one pitch apart, with the least squared distance to what was wanted. */
export function spread(wanted: readonly number[]): number[] {
  const blocks: { sum: number; count: number }[] = [];
  wanted.forEach((value, at) => {
    blocks.push({ sum: value - at * PITCH, count: 1 });
    for (;;) {
      const last = blocks.at(-1);
      const before = blocks.at(-2);
      if (!last || !before || before.sum / before.count <= last.sum / last.count) break;
      before.sum += last.sum;
      before.count += last.count;
      blocks.pop();
    }
  });
  return blocks
    .flatMap((block) => Array.from({ length: block.count }, () => block.sum / block.count))
    .map((value, at) => value + at * PITCH);
}

/** The height nearest to `wanted` that is a pitch away from everything in the column. */
function freePlace(taken: readonly number[], wanted: number): number {
  const free = (y: number): boolean => taken.every((other) => Math.abs(other - y) >= PITCH);
  const candidates = [wanted, ...taken.flatMap((y) => [y - PITCH, y + PITCH])].filter(free);
  return Math.round(candidates.reduce((best, y) => (Math.abs(y - wanted) < Math.abs(best - wanted) ? y : best), candidates[0] ?? wanted));
}

function neighboursOf(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): ReadonlyMap<string, readonly string[]> {
  const columnOf = new Map(nodes.map((node) => [node.id, node.column]));
  const lists = new Map<string, string[]>(nodes.map((node) => [node.id, []]));
  for (const { from, to } of edges) {
    // An edge inside a column, or backwards (dead letters), says little about heights.
    const distance = (columnOf.get(to) ?? Number.NaN) - (columnOf.get(from) ?? Number.NaN);
    if (!(distance > 0)) continue;
    lists.get(from)?.push(to);
    lists.get(to)?.push(from);
  }
  for (const list of lists.values()) list.sort();
  return lists;
}

/**
 * Where a node wants to stand: in the middle of neighbours that stand together, beside the upper median one of those that stand apart (one
 * straight line and one steep one are easier to follow than two slanting ones).
 */
function centreOf(values: readonly number[], near: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const apart = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0) > near;
  return apart ? (sorted[Math.floor((sorted.length - 1) / 2)] ?? null) : sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
}

const compare = (a: LayoutNode, b: LayoutNode): number =>
  a.title < b.title ? -1 : a.title > b.title ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

const sortNodes = (nodes: readonly LayoutNode[]): LayoutNode[] =>
  [...nodes].sort((a, b) => a.column - b.column || a.rank - b.rank || compare(a, b));
