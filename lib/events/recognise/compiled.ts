import type { EventHeader, Why } from '@/lib/events/observed-event';
import type { BodyFailurePlace, ContextPlaces, FailurePlaces, Family } from './table';

export const HEADER = 0;
export const PROPERTY = 1;
export const BODY = 2;
export const KEY = 3;
export const CHANNEL = 4;
export const CONSTANT = 5;

/** One place something may stand. `step` is the dense number of the name it needs, −1 when it is always there. */
export interface Candidate {
  readonly family: number;
  readonly kind: 0 | 1 | 2 | 3 | 4 | 5;
  readonly step: number;
  /** Of a body: the members on the way, two of them without a list being made. Of a constant: its text. */
  readonly first: string;
  readonly second: string | null;
  readonly rest: readonly string[] | null;
  readonly binary: 'int' | 'uuid' | null;
  readonly clean: ((text: string) => string | null) | null;
  readonly why: Why;
}

export interface KeyCandidate extends Candidate {
  readonly name: string;
}

/** A condition on a value: where it does not hold, nothing of its family counts for the record. `at` null = the content type. */
export interface Guard {
  readonly family: number;
  readonly at: Candidate | null;
  readonly holds: (text: string) => boolean;
  /** A cheap look at the header's bytes: `false` when it can't hold. */
  readonly may: ((header: EventHeader | undefined) => boolean) | null;
}

export interface CompiledContext {
  readonly family: number;
  readonly places: ContextPlaces;
  readonly step: number;
  readonly at: readonly Candidate[];
  readonly from: string;
  readonly why: Why;
  readonly malformed: Why;
}

export interface CompiledFailure {
  readonly family: number;
  readonly places: FailurePlaces;
  readonly steps: readonly number[];
  readonly bodySteps: readonly number[];
  readonly inBody: Readonly<Record<BodyFailurePlace, readonly Candidate[]>> | null;
  readonly why: Why;
}

export interface CompiledFamily {
  readonly index: number;
  readonly family: Family;
  readonly conditions: CompiledConditions;
  readonly guards: readonly Guard[];
  /** By number of the field. */
  readonly places: readonly (readonly Candidate[])[];
  readonly keys: readonly KeyCandidate[];
  readonly contexts: readonly CompiledContext[];
  readonly failure: CompiledFailure | null;
}

export type CompiledConditions = Readonly<Record<'any' | 'all' | 'none' | 'oneOf', readonly number[]>>;
