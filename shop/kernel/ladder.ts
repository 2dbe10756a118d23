import type { Binding } from './bindings';

export type NextStep =
  /** Wait and try again; `attempt` (from 1) is the place on the ladder. */
  { readonly kind: 'retry'; readonly attempt: number; readonly delayMs: number } | { readonly kind: 'dead' };

/** What becomes of a message that has failed `failures` times, this one included. Poison has no second attempt. */
export function nextStep({ ladder, errorHandler }: Pick<Binding, 'ladder' | 'errorHandler'>, failures: number, poison: boolean): NextStep {
  const delayMs = errorHandler === 'connect-dlq' ? undefined : ladder[failures - 1];
  return poison || delayMs === undefined ? { kind: 'dead' } : { kind: 'retry', attempt: failures, delayMs };
}

/** The retry queue of a step, and the key that leads to it: its own time to live is in its name. */
export const retryQueue = (queue: string, ms: number): string => `${queue}.retry.${ms}`;
export const retryKey = (queue: string, ms: number): string => `${queue}.${ms}`;
