import type { EventId, Micros } from '@/lib/events/names';
import type { SagaDefinition, SagaInstance, SagaState, SagaStep } from './saga';

/** How one saga is drawn: the forward path, and under it, apart, the way back. */
export interface SagaPath {
  readonly forward: readonly Station[];
  /** In the order of the stations above them; empty when nothing of it can be undone. */
  readonly undo: readonly UndoStation[];
  /** Index in `forward` of the station where it turned back. */
  readonly turnedBackAt: number | null;
}

export interface Station {
  readonly step: string;
  /** Event type that was seen here, else the one that is expected first. */
  readonly type: string | null;
  readonly state: 'done' | 'failed' | 'expected' | 'overdue' | 'to-come' | 'will-not-come';
  readonly at: Micros | null;
  readonly dueAt: Micros | null;
  readonly event: EventId | null;
}

export interface UndoStation {
  /** Index of the station it undoes. */
  readonly under: number;
  readonly type: string | null;
  readonly state: 'undone' | 'expected' | 'to-come' | 'will-not-come' | 'not-needed';
  readonly at: Micros | null;
}

const turned: ReadonlySet<SagaState> = new Set<SagaState>(['compensating', 'compensated', 'partly-compensated']);
const ended: ReadonlySet<SagaState> = new Set<SagaState>(['completed', 'compensated', 'partly-compensated', 'failed']);

/** [SA20] the path shows what was seen; what is only expected never looks like what came. */
export function sagaPath(definition: SagaDefinition, instance: SagaInstance): SagaPath {
  const start = instance.facts.find((fact) => definition.start.includes(fact.type));
  const first: Station = {
    step: 'start',
    type: start?.type ?? definition.start[0] ?? null,
    state: 'done',
    at: start?.at ?? instance.startedAt,
    dueAt: null,
    event: start?.eventId ?? null,
  };
  const stepOf = new Map(instance.steps.map((step) => [step.name, step]));
  const backwards = turned.has(instance.state);
  const over = backwards || ended.has(instance.state);
  const forward = [
    first,
    ...definition.steps.map((defined) => station(stepOf.get(defined.name), defined.name, defined.success[0] ?? null, over)),
  ];
  const undo = definition.steps.flatMap((defined, index) =>
    defined.compensation.length === 0
      ? []
      : [undoStation(stepOf.get(defined.name), defined.compensation[0] ?? null, index + 1, instance.state)],
  );
  const failedAt = forward.findIndex((one) => one.state === 'failed');
  const lastSeen = forward.findLastIndex((one) => one.at !== null);
  return { forward, undo, turnedBackAt: backwards ? (failedAt >= 0 ? failedAt : lastSeen) : null };
}

function station(step: SagaStep | undefined, name: string, expected: string | null, over: boolean): Station {
  const seen = step?.event ?? null;
  const base = { step: name, type: (seen ? step?.type : null) ?? expected, at: step?.at ?? null, dueAt: step?.dueAt ?? null, event: seen };
  switch (step?.state) {
    case 'done':
    case 'undoing':
    case 'undone':
      return { ...base, state: 'done' };
    case 'failed':
      return { ...base, state: 'failed' };
    case 'expected':
      return { ...base, state: over ? 'will-not-come' : 'expected' };
    case 'overdue':
      return { ...base, state: over ? 'will-not-come' : 'overdue' };
    default:
      return { ...base, state: over ? 'will-not-come' : 'to-come' };
  }
}

function undoStation(step: SagaStep | undefined, type: string | null, under: number, state: SagaState): UndoStation {
  const at = step?.undoneAt ?? null;
  if (step?.state === 'undone') return { under, type, state: 'undone', at };
  if (step?.state === 'undoing') return { under, type, state: state === 'partly-compensated' ? 'will-not-come' : 'expected', at };
  if (step?.state === 'done') {
    if (state === 'compensating') return { under, type, state: 'to-come', at };
    if (state === 'partly-compensated') return { under, type, state: 'will-not-come', at };
  }
  return { under, type, state: 'not-needed', at };
}

/** The event type that would end the waiting: the step's first success, or while it is undone its first compensation. */
export function expectedType(definition: SagaDefinition | undefined, instance: SagaInstance): string | null {
  const defined = definition?.steps.find((step) => step.name === instance.waitingFor);
  if (!defined) return null;
  return (turned.has(instance.state) ? defined.compensation[0] : defined.success[0]) ?? null;
}

/** Stuck first, then what is broken, then what is under way, soonest due first; finished ones by their end, newest first. */
export const sagaStateOrder = [
  'stuck',
  'partly-compensated',
  'failed',
  'compensating',
  'running',
  'compensated',
  'completed',
] as const satisfies readonly SagaState[];

export function byNeedOfALook(a: SagaInstance, b: SagaInstance): number {
  const rank = sagaStateOrder.indexOf(a.state) - sagaStateOrder.indexOf(b.state);
  if (rank !== 0) return rank;
  if (ended.has(a.state)) return (b.endedAt ?? b.changedAt) - (a.endedAt ?? a.changedAt);
  return (a.dueAt ?? Number.POSITIVE_INFINITY) - (b.dueAt ?? Number.POSITIVE_INFINITY) || a.startedAt - b.startedAt;
}

/** Well over: what failed or was only partly undone still needs somebody, and stands with what is under way. */
export const overStates: readonly SagaState[] = ['compensated', 'completed'];
export const openStates: readonly SagaState[] = sagaStateOrder.filter((state) => !overStates.includes(state));

export const isFinished = (state: SagaState): boolean => ended.has(state);
