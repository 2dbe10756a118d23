/**
 * How many messages the broker may send ahead. AMQP counts messages, memory counts bytes, so the number follows the size of what comes:
 * begin with as many of the largest as fit, grow by steps while messages turn out small, fall at once when they turn out large. Pure.
 */
export const MAX_PREFETCH = 10_000;

const STEPS = [1, 4, 16, 64, 256, 1_024, 4_096, MAX_PREFETCH] as const;

const stepBelow = (count: number): number => STEPS.findLast((step) => step <= count) ?? 1;

export const firstPrefetch = (budgetBytes: number, maxBodyBytes: number): number =>
  stepBelow(Math.max(4, budgetBytes / Math.max(1, maxBodyBytes)));

/** @param averageBytes of the messages lately; at most one step up at a time, any number down. */
export function nextPrefetch(current: number, averageBytes: number, budgetBytes: number): number {
  const fits = stepBelow(budgetBytes / Math.max(1, averageBytes));
  const oneUp = STEPS.find((step) => step > current) ?? MAX_PREFETCH;
  return Math.min(fits, oneUp);
}
