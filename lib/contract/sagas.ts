import type { Millis, TraceId } from '@/lib/events/names';
import type { SagaDefinition, SagaInstance, SagaState } from '@/lib/sagas/saga';
import type { Cut } from './common';
import type { EventRow } from './traces';

export interface SagasView {
  readonly definitions: readonly SagaDefinitionRow[];
  readonly instances: readonly SagaInstance[];
  readonly cut: Cut | null;
}

export interface SagaDefinitionRow {
  readonly definition: SagaDefinition;
  readonly counts: Readonly<Record<SagaState, number>>;
  readonly medianMs: Millis | null;
  readonly p95Ms: Millis | null;
  /** step name → instances that wait there overdue. */
  readonly stuckAt: readonly { readonly step: string; readonly count: number }[];
}

export interface SagaView {
  readonly definition: SagaDefinition;
  readonly instance: SagaInstance;
  readonly events: readonly EventRow[];
  readonly traces: readonly TraceId[];
  readonly deadLetters: readonly EventRow[];
}
