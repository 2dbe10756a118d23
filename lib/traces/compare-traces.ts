import type { TraceNode, TraceView } from '@/lib/contract/traces';
import type { Micros } from '@/lib/events/names';
import { momentOf } from './moment-of';

/** One line of two traces beside each other: the same step in both, or a step of one. */
export interface ComparedStep {
  readonly key: string;
  readonly title: string;
  readonly a: ComparedEvent | null;
  readonly b: ComparedEvent | null;
  /** How much later (or earlier, negative) it came in `b`, each counted from the trace's first event, µs. */
  readonly later: Micros | null;
}

export interface ComparedEvent {
  readonly node: TraceNode;
  /** From the trace's first event, µs. */
  readonly after: Micros;
}

export interface TraceComparison {
  readonly steps: readonly ComparedStep[];
  readonly onlyA: number;
  readonly onlyB: number;
  /** Whole duration of `b` minus that of `a`, µs. */
  readonly longer: Micros;
}

/**
 * Two traces step by step. [CP10] A step is the same where type, publisher, channel and the how manieth of these agree. [CP11] Every event of both
 * is on exactly one line. [CP12] Lines stand in the order of `a`; what only `b` has stands after the step it followed there.
 */
export function compareTraces(a: TraceView, b: TraceView): TraceComparison {
  const [left, right] = [stepsOf(a), stepsOf(b)];
  const leftKeys = new Set(left.map(({ key }) => key));
  const inB = new Map(right.map((step) => [step.key, step]));
  const after = new Map<string, typeof right>();
  let anchor = '';
  for (const step of right) {
    if (leftKeys.has(step.key)) anchor = step.key;
    else after.set(anchor, [...(after.get(anchor) ?? []), step]);
  }
  const only = (key: string): ComparedStep[] =>
    (after.get(key) ?? []).map((step) => ({ key: step.key, title: step.title, a: null, b: step.event, later: null }));
  const steps = [
    ...only(''),
    ...left.flatMap((step): ComparedStep[] => {
      const other = inB.get(step.key)?.event ?? null;
      return [
        { key: step.key, title: step.title, a: step.event, b: other, later: other === null ? null : other.after - step.event.after },
        ...only(step.key),
      ];
    }),
  ];
  return {
    steps,
    onlyA: steps.filter((step) => step.b === null).length,
    onlyB: steps.filter((step) => step.a === null).length,
    longer: b.last - b.first - (a.last - a.first),
  };
}

function stepsOf({ nodes, first }: TraceView): readonly { readonly key: string; readonly title: string; readonly event: ComparedEvent }[] {
  const seen = new Map<string, number>();
  return nodes
    .toSorted((x, y) => momentOf(x.event).at - momentOf(y.event).at)
    .map((node) => {
      const { type, source, broker, channel, deadLetter } = node.event;
      const what = JSON.stringify([type, source, broker, channel, deadLetter]);
      const count = (seen.get(what) ?? 0) + 1;
      seen.set(what, count);
      return { key: `${what} ${count}`, title: type ?? 'type not said', event: { node, after: momentOf(node.event).at - first } };
    });
}
