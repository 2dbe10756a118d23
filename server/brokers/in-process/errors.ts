import { AppError } from '@/lib/errors';

/** What a client of the engine did wrong, in a broker's words; the codes are those of AMQP and Kafka where they have one. */
export type EngineErrorCode = 'not-found' | 'precondition-failed' | 'closed' | 'rebalanced' | 'down' | 'fenced';

/** `engine-…` so that it is never taken for an adapter's own error. */
export const engineError = (code: EngineErrorCode, message: string): AppError =>
  new AppError(`engine-${code}`, message, { retryable: code === 'rebalanced' || code === 'down' });
