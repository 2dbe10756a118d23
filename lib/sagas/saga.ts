import type { EventId, Micros, Millis, TraceId } from '@/lib/events/names';

/**
 * A saga definition, as written in the configuration (docs/spec/sagas.md). Both choreography and orchestration.
 * `identifiedBy`: where the instance's key stands: `business-key:<name>`, `correlation-id`, `saga-id`, or `trace-id`.
 */
export interface SagaDefinition {
  readonly name: string;
  readonly identifiedBy: string;
  /** Event types that start an instance. */
  readonly start: readonly string[];
  readonly steps: readonly SagaStepDefinition[];
  /** Event types that end it well; when absent, the last step's success ends it. */
  readonly end: readonly string[];
  readonly timeoutMs: Millis | null;
}

export interface SagaStepDefinition {
  readonly name: string;
  readonly success: readonly string[];
  readonly failure: readonly string[];
  /** Event types that show this step undone. Empty = nothing to undo. */
  readonly compensation: readonly string[];
  /** From the step before it (or the start) to its success or failure. */
  readonly timeoutMs: Millis | null;
}

export type SagaState = 'running' | 'completed' | 'compensating' | 'compensated' | 'partly-compensated' | 'failed' | 'stuck';

/** One event that counted for an instance. Facts are kept, state is folded from them: `foldSaga(definition, facts, now)`. */
export interface SagaFact {
  readonly eventId: EventId;
  /** Message id where there is one: the same event by another way counts once. */
  readonly messageId: string | null;
  readonly type: string;
  readonly at: Micros;
  readonly traceId: TraceId | null;
  readonly deadLetter: boolean;
}

export interface SagaStep {
  readonly name: string;
  readonly state: 'done' | 'expected' | 'overdue' | 'failed' | 'undoing' | 'undone' | 'not-reached' | 'skipped';
  readonly at: Micros | null;
  /** When it is (or was) due. */
  readonly dueAt: Micros | null;
  readonly undoneAt: Micros | null;
  readonly event: EventId | null;
  readonly type: string | null;
}

export interface SagaInstance {
  readonly definition: string;
  readonly key: string;
  readonly state: SagaState;
  readonly startedAt: Micros;
  readonly changedAt: Micros;
  readonly endedAt: Micros | null;
  /** Step that is waited for, when it is due, and since when it is late. */
  readonly waitingFor: string | null;
  readonly dueAt: Micros | null;
  readonly traceIds: readonly TraceId[];
  readonly steps: readonly SagaStep[];
  readonly facts: readonly SagaFact[];
  /** Why the state is what it is, in words. */
  readonly because: string;
}
