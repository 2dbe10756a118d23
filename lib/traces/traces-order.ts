import type { TraceSummary } from '@/lib/contract/traces';

/** What a list of traces can be ordered by, beside its newest event. */
export const tracesOrders = ['started', 'duration', 'events', 'errors'] as const;
export type TracesOrderBy = (typeof tracesOrders)[number];

export interface TracesOrder {
  readonly by: TracesOrderBy;
  /** Latest, longest, most first. */
  readonly down: boolean;
}

/** As it stands in an address: `-duration` is the longest first. */
export const writeTracesOrder = ({ by, down }: TracesOrder): string => `${down ? '-' : ''}${by}`;

export function readTracesOrder(text: string | null | undefined): TracesOrder | null {
  const down = text?.startsWith('-') === true;
  const by = tracesOrders.find((one) => one === (down ? text?.slice(1) : text));
  return by === undefined ? null : { by, down };
}

const WEIGHTS: Readonly<Record<TracesOrderBy, (trace: TraceSummary) => number>> = {
  started: ({ first }) => first,
  duration: ({ first, last }) => last - first,
  events: ({ events }) => events,
  errors: ({ errors }) => errors,
};

export const weightOf = (trace: TraceSummary, { by }: TracesOrder): number => WEIGHTS[by](trace);

/** The few traces of one id are put in order here; equal ones keep their places. */
export function orderTraces(traces: readonly TraceSummary[], order: TracesOrder | null): readonly TraceSummary[] {
  if (order === null) return traces;
  return traces.toSorted((a, b) => (weightOf(a, order) - weightOf(b, order)) * (order.down ? -1 : 1));
}
