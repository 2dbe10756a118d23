import type { TraceSummary } from '@/lib/contract/traces';
import type { TracesSort } from './traces-url';

const WEIGHTS: Readonly<Record<Exclude<TracesSort, 'newest'>, (trace: TraceSummary) => number>> = {
  longest: ({ first, last }) => last - first,
  'most-events': ({ events }) => events,
  'most-errors': ({ errors }) => errors,
};

/** `newest` is the order that the store gave; equal ones keep it. */
export const sortTraces = (traces: readonly TraceSummary[], sort: TracesSort): readonly TraceSummary[] =>
  sort === 'newest' ? traces : traces.toSorted((a, b) => WEIGHTS[sort](b) - WEIGHTS[sort](a));
