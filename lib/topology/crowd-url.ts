import type { NodeId } from '@/lib/contract/topology';

interface Params {
  get(name: string): string | null;
  getAll(name: string): string[];
}

/** How a crowded picture is thinned, as a link carries it. */
export interface CrowdUrl {
  /** `null`: by the number of nodes. */
  readonly grouped: boolean | null;
  /** Groups that stand as their members. */
  readonly opened: readonly NodeId[];
  readonly focus: NodeId | null;
  /** Edges around the focus, 1 to 6. */
  readonly steps: number;
}

const MOST_STEPS = 6;
const MOST_OPEN = 50;

export function readCrowdUrl(params: Params): CrowdUrl {
  const group = params.get('group');
  const steps = Number(params.get('steps') ?? 2);
  return {
    grouped: group === '1' ? true : group === '0' ? false : null,
    opened: params.getAll('open').slice(0, MOST_OPEN),
    focus: params.get('focus') || null,
    steps: Number.isInteger(steps) && steps >= 1 ? Math.min(MOST_STEPS, steps) : 2,
  };
}

export function writeCrowdUrl(params: URLSearchParams, change: Partial<CrowdUrl>): URLSearchParams {
  const next = new URLSearchParams(params);
  const { grouped, opened, focus, steps } = { ...readCrowdUrl(params), ...change };
  for (const name of ['group', 'open', 'focus', 'steps']) next.delete(name);
  if (grouped !== null) next.set('group', grouped ? '1' : '0');
  for (const id of opened) next.append('open', id);
  if (focus !== null) {
    next.set('focus', focus);
    if (steps !== 2) next.set('steps', String(steps));
  }
  return next;
}
